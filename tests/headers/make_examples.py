"""Makes a test of the examples in headers: make_examples.py LIST HEADER... writes it to standard output.

LIST is a file that names the headers whose examples are tried; other headers are ignored.

The example of a header is the indented code in its first comment, before any list of laws. It becomes the body of a
test of the fixture HeaderExamples, whose members are the objects in the examples (example_objects.h). A line

    EXPRESSION;    // VALUE

with a VALUE that is a number, true, false, a text in quotes, an enumerator (lws::X::kY) or a list in braces, up to the
end of the line, a colon, a comma or a semicolon, gives the result, and the test compares it.
"""

import re
import sys

LAWS = re.compile(r"^// (Laws|Rules|Guarantees|Expected flow|Assumptions|Promises|Caveats)\b")
VALUE = r'(?:true|false|-?\d+(?:\.\d+)?|"(?:[^"\\]|\\.)*"|lws::\w+::k\w+|\{[^{}]*\})'
RESULT = re.compile(r"^(?P<code>(?!.*[^=!<>]=[^=]).*);\s+// (?P<value>" + VALUE + r")(?:[:;,].*)?$")


def example_lines(header):
    """The lines of the header's example, without the comment's margin."""
    lines = []
    with open(header) as file:
        for line in file.read().split("\n"):
            if not line.startswith("//") or LAWS.match(line):
                break
            if line.startswith("//   "):
                lines.append(line[5:])
    return lines


def check(line):
    """The line of code, or the comparison that stands for it."""
    result = RESULT.match(line)
    if not result or line.lstrip().startswith("//"):
        return line
    value = result["value"]
    if value.startswith("{"):
        return "EXPECT_THAT(%s, testing::ElementsAre(%s));" % (result["code"], value[1:-1])
    return "EXPECT_EQ(%s, %s);" % (result["code"], value)


def main(list_file, headers):
    with open(list_file) as file:
        listed = set(file.read().split())
    headers = [header for header in headers if header in listed]
    examples = {header: example_lines(header) for header in headers}
    print('#include "tests/headers/example_objects.h"')
    for header in headers:
        print('#include "%s"' % header)
    print("\nusing lws::HeaderExamples;  // examples stand outside of namespace lws, as a host does")
    for header in headers:
        name = re.sub(r"\W+", "_", header)
        if not examples[header]:
            sys.exit("%s: the comment at the top of the header has no example" % header)
        body = "\n".join(check(line) for line in examples[header])
        print("\nTEST_F(HeaderExamples, %s) {\n%s\n}" % (name, body))


main(sys.argv[1], sys.argv[2:])
