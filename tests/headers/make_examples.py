"""Makes a test of the examples in headers: make_examples.py OBJECTS LIST HEADER... writes it to standard output.

OBJECTS is the header in this folder, without ".h", whose fixtures have the objects of the examples as members.
LIST is a file that names the headers whose examples are tried; other headers are ignored.

The example of a header is the indented code in its first comment, before any list of laws. It becomes the body of a
test of the header's fixture (FIXTURES below). A line

    EXPRESSION;    // VALUE

with a VALUE that is a number, true, false, a text in quotes, an enumerator (lws::X::kY) or a list in braces, up to the
end of the line, a colon, a comma or a semicolon, gives the result, and the test compares it.
"""

import re
import sys

LAWS = re.compile(r"^// (Laws|Rules|Annotations|Guarantees|Expected flow|Assumptions|Promises|Caveats)\b")
# The fixture of a header whose path has this part.
FIXTURES = [
    ("/disaggregated/", "RoleExamples"),
    ("lws/core/fleet/fleet_objects.h", "FleetExamples"),
    ("lws/core/fleet/fleet_set.h", "FleetExamples"),
    ("lws/core/fleet/object_packing.h", "FleetExamples"),
    ("lws/core/fleet/packed_objects.h", "FleetExamples"),
    ("lws/core/fleet/whole_objects.h", "FleetExamples"),
    ("lws/core/pod/pod_decision.h", "PodExamples"),
    ("lws/core/reconcile/revert_set.h", "RevertExamples"),
    ("lws/placement/search/", "SearchExamples"),
    ("lws/placement/pods/exclusive_affinity.h", "SearchExamples"),
    ("lws/api/", "ApiExamples"),
    ("/adapters/kubernetes/serving/https_server.h", "HttpsExamples"),
    ("/adapters/kubernetes/serving/lease_elector.h", "LeaseExamples"),
    ("/adapters/kubernetes/serving/serving_certificate.h", "CertificateExamples"),
    ("/adapters/kubernetes/serving/", "ServingExamples"),
    ("/adapters/kubernetes/reflector.h", "ReflectorExamples"),
    ("/adapters/kubernetes/", "KubernetesExamples"),
    ("/adapters/host/", "HostExamples"),
    ("/adapters/simulation/kubernetes/statefulset_pods.h", "StoredExamples"),
    ("/adapters/simulation/kubernetes/object_store.h", "StoredExamples"),
    ("/adapters/simulation/kubernetes/stored_object.h", "StoredExamples"),
    ("/adapters/simulation/stored_object_reader.h", "StoredExamples"),
    ("/adapters/simulation/numbers/chance.h", "NumbersExamples"),
    ("/adapters/simulation/numbers/late_watches.h", "NumbersExamples"),
    ("/adapters/simulation/repeated_events.h", "EventExamples"),
    ("/adapters/simulation/", "SimulationExamples"),
    ("/adapters/testing/scenario/group_watch.h", "WatchExamples"),
    ("/adapters/testing/", "ScenarioExamples"),
]
VALUE = r'(?:true|false|-?\d+(?:\.\d+)?|"(?:[^"\\]|\\.)*"|lws::(?:\w+::)+k\w+|\{(?:[^{}:]|::)*\})'
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


def fixture_of(header):
    return next((fixture for part, fixture in FIXTURES if part in header), "HeaderExamples")


def check(line):
    """The line of code, or the comparison that stands for it."""
    result = RESULT.match(line)
    if not result or line.lstrip().startswith("//"):
        return line
    value = result["value"]
    if value.startswith("{"):
        return "EXPECT_THAT(%s, testing::ElementsAre(%s));" % (result["code"], value[1:-1])
    return "EXPECT_EQ((%s), %s);" % (result["code"], value)


def main(objects, list_file, headers):
    with open(list_file) as file:
        listed = set(file.read().split())
    headers = [header for header in headers if header in listed]
    examples = {header: example_lines(header) for header in headers}
    print('#include "tests/headers/%s.h"' % objects)
    for header in headers:
        print('#include "%s"' % header)
    print("\n// Examples stand outside of namespace lws, as a host does.")
    for fixture in sorted({fixture_of(header) for header in headers}):
        print("using lws::%s;" % fixture)
    for header in headers:
        name = re.sub(r"\W+", "_", header)
        if not examples[header]:
            sys.exit("%s: the comment at the top of the header has no example" % header)
        body = "\n".join(check(line) for line in examples[header])
        print("\nTEST_F(%s, %s) {\n%s\n}" % (fixture_of(header), name, body))


main(sys.argv[1], sys.argv[2], sys.argv[3:])
