"""Compares ReadManifest with PyYAML over generated documents.

PyYAML parses in Python, without libyaml. The rules of Kubernetes on top (scalars, keys, merges, aliases) are
implemented here a second time. Usage: yaml_differential.py MANIFEST_DUMP [DOCUMENTS [SEED]]. A difference prints the seed of its
document; `yaml_differential.py MANIFEST_DUMP 1 SEED` reproduces it.
"""

import base64
import json
import random
import re
import subprocess
import sys

import yaml

NULLS = {"", "~", "null", "Null", "NULL"}
TRUES = {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"}
FALSES = {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"}
NOT_FINITE = {sign + word for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")} | {".nan", ".NaN", ".NAN"}
INTEGER = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))\Z")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
PREFIX = "tag:yaml.org,2002:"


class Refused(Exception):
    """Raised for documents that Kubernetes refuses."""


def resolve_integer(text):
    found = INTEGER.match(text)
    if not found:
        return None
    digits = [(base, group) for base, group in zip((16, 2, 8, 10), found.groups()[1:]) if group is not None]
    value = int(digits[0][1], digits[0][0])
    if found.group(1) == "-":
        return -value if value <= 2**63 else None
    limit = 2**63 if found.group(1) == "+" else 2**64
    return value if value < limit else None


def resolve_plain(text):
    """The type and the value of a plain scalar."""
    if text in NULLS:
        return "null", None
    if text in TRUES or text in FALSES:
        return "bool", text in TRUES
    if text in NOT_FINITE:
        return "float", float("inf")
    if text[0] in "+-0123456789":
        plain = text.replace("_", "")
        integer = resolve_integer(plain)
        if integer is not None:
            return "int", integer
        if FLOAT.match(plain) and abs(float(plain)) != float("inf"):
            return "float", float(plain)
    if text[0] == "." and FLOAT.match(text):
        return "float", float(text)
    return "str", text


def as_number(value):
    if isinstance(value, float) and abs(value) == float("inf"):
        raise Refused("not finite")
    if isinstance(value, float) and value == int(value) and -(2**63) <= value < 2**63:
        return int(value)
    return value


def resolve(event):
    tag, text = event.tag, event.value
    if tag in (None, "!"):
        if not event.implicit[0]:
            return text
        return as_number(resolve_plain(text)[1])
    if tag == PREFIX + "binary":
        try:
            return base64.b64decode(re.sub(r"[\r\n]", "", text), validate=True).decode("utf-8", "replace")
        except ValueError as error:
            raise Refused(error)
    if tag not in [PREFIX + name for name in ("bool", "int", "float", "null", "timestamp")]:
        return text
    kind, value = resolve_plain(text)
    tag = tag[len(PREFIX):]
    if tag == "timestamp":
        if re.match(r"[0-9]{4}-", text):
            return text
        raise Refused("no time")
    if kind != tag and not (kind == "int" and tag == "float"):
        raise Refused("tag")
    return as_number(value)


def key_text(key):
    if isinstance(key, bool):
        return "true" if key else "false"
    if isinstance(key, (int, str)):
        return str(key)
    if isinstance(key, float):
        return "%.9g" % key
    raise Refused("key")


class Composer:
    def __init__(self, text):
        self.events = yaml.parse(text, Loader=yaml.SafeLoader)
        self.anchors = {}

    def documents(self):
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                self.anchors = {}
                yield self.value(next(self.events))

    def value(self, event):
        if isinstance(event, yaml.AliasEvent):
            if self.anchors.get(event.anchor) is None:
                raise Refused("anchor")
            return self.anchors[event.anchor][0]
        mark = None
        if event.anchor:
            mark = object()
            self.anchors[event.anchor] = None
        if isinstance(event, yaml.ScalarEvent):
            value = resolve(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            value = []
            for event_of_element in iter(lambda: next(self.events), None):
                if isinstance(event_of_element, yaml.SequenceEndEvent):
                    break
                value.append(self.value(event_of_element))
        else:
            value = self.map()
        if mark and self.anchors.get(event.anchor) is None:
            self.anchors[event.anchor] = (value,)
        return value

    def map(self):
        value, own = {}, set()
        while True:
            event = next(self.events)
            if isinstance(event, yaml.MappingEndEvent):
                return value
            if isinstance(event, yaml.ScalarEvent) and event.value == "<<" and (
                    event.implicit[0] or event.tag == PREFIX + "merge"):
                merged = self.value(next(self.events))
                for source in reversed(merged if isinstance(merged, list) else [merged]):
                    if not isinstance(source, dict):
                        raise Refused("merge")
                    value.update(source)
                continue
            if not isinstance(event, (yaml.ScalarEvent, yaml.AliasEvent)):
                raise Refused("key")
            key = key_text(self.value(event))
            if key in own:
                raise Refused("repeated")
            own.add(key)
            value[key] = self.value(next(self.events))


def expected(text):
    try:
        documents = [document for document in Composer(text).documents() if document is not None]
        if any(not isinstance(document, dict) for document in documents):
            raise Refused("no object")
        return {"objects": documents}
    except (Refused, yaml.YAMLError):
        return {"error": ""}


PLAIN = """a b:c d-e x/y img:1 ~ null Null NULL true True TRUE false False FALSE yes Yes YES no No NO on On ON off Off OFF
    y Y n N nO tRUE 0 1 -1 +1 007 08 0x1f 0XFF 0b11 0o17 017 1_000 _1 1_ 1__0 0x 0b 0o 0b12 -0x10 -0b11 +0o7 1.5 -1.5 .5
    5. +.5 1e3 1E+3 1e-7 1e999 1.e1 . .. ... 1.2.3 .inf -.INF +.Inf .nan .NaN nan inf 12:30 1:30:45 190:20:30.15 2025-01-01
    2025-01-01T00:00:00Z 9223372036854775807 9223372036854775808 18446744073709551615 18446744073709551616
    -9223372036854775808 -9223372036854775809 123456789012345678901234567890 100Mi 0.5 1e30 64Gi 50% a#b <<x = =x
    é 名前 emoji😀 \u00a0nbsp http://x:80/y a,b a]b C:\\x +1s 1s 0s -""".split()


class Generator:
    """A document as text, of block and flow collections, all styles of scalars, anchors, tags, comments."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.anchors = []
        self.count = 0

    def chance(self, percent):
        return self.random.randrange(100) < percent

    def text(self):
        words = [self.random.choice(PLAIN) for _ in range(self.random.randrange(4))]
        return " ".join(words)

    def double_quoted(self):
        out = '"'
        for _ in range(self.random.randrange(6)):
            out += self.random.choice(["a", " ", "\\n", "\\t", "\\\\", '\\"', "\\x41", "\\u00e9", "\\U0001F600", "\\0", "\\e",
                                       "\\/", "\\N", "\\_", "\\L", "é", "'", "#", ": ", "- ", "\\  ", "{", "yes", "1"])
        return out + '"'

    def single_quoted(self):
        out = "'"
        for _ in range(self.random.randrange(6)):
            out += self.random.choice(["a", " ", "''", '"', "\\n", "é", "#", ": ", "{", "yes", "1", "%"])
        return out + "'"

    def plain(self, in_flow):
        while True:
            text = self.random.choice(PLAIN)
            if self.chance(20):
                text += " " + self.random.choice(PLAIN)
            if in_flow and any(c in text for c in ",[]{}:?"):
                continue
            if text[0] in "=-?:,[]{}#&*!|>'\"%@`" and (len(text) == 1 or in_flow):
                continue
            return text

    def properties(self, is_scalar, anchors=True):
        parts = []
        if self.chance(6):
            parts.append(self.random.choice(["!!str", "!!str", "!!str", "!!int", "!!float", "!!bool", "!!null", "!local",
                                             "!", "!", "!!binary", "!!timestamp", "!<tag:yaml.org,2002:str>"] if is_scalar else
                                            ["!local", "!!map" if self.chance(50) else "!!seq", "!"]))
        if anchors and self.chance(12):
            self.count += 1
            name = "a%d" % self.random.randrange(1 + self.count)
            self.anchors.append(name)
            parts.append("&" + name)
        self.random.shuffle(parts)
        return "".join(part + " " for part in parts)

    def alias(self):
        return "*" + self.random.choice(self.anchors) + " " if self.anchors and self.chance(99) else "*none "

    def flow(self, depth):
        if self.anchors and self.chance(8):
            return self.alias()
        properties = self.properties(is_scalar=False)
        kind = self.random.randrange(10 if depth < 3 else 6)
        if kind < 6:
            properties = self.properties(is_scalar=True)
            return properties + self.random.choice([self.double_quoted, self.single_quoted,
                                                    lambda: self.plain(in_flow=True)])()
        space = self.random.choice(["", " "])
        count = self.random.randrange(4)
        if kind < 8:
            items = [self.flow(depth + 1) for _ in range(count)]
            return properties + "[" + space + ("," + " ").join(items) + space + "]"
        items = [self.key(True) + ": " + self.flow(depth + 1) for _ in range(count)]
        return properties + "{" + space + ", ".join(items) + space + "}"

    def key(self, in_flow=False):
        self.count += 1
        kind = self.random.randrange(20)
        if kind == 0:
            return self.double_quoted()
        if kind == 1:
            return self.single_quoted()
        if kind == 2:
            return self.random.choice([text for text in PLAIN if text[0].isalnum() and not set(text) & set(",[]{}:")])
        if kind == 3 and not in_flow:
            return "!!str k%d" % self.count
        if kind == 4:
            return "&k%d key%d" % (self.count, self.count)
        return "k%d" % self.count

    def block_scalar(self, indent):
        lines = []
        for _ in range(self.random.randrange(5)):
            lines.append(self.random.choice(["", " " * indent + self.text(), " " * (indent + 2) + self.text(),
                                             " " * indent + "# no comment", " " * indent + "- x"]))
        head = self.random.choice("|>") + self.random.choice(["", "-", "+"])
        if lines and not lines[0].strip() or any(line.startswith(" " * (indent + 1)) for line in lines[:1]):
            return head[0] + "\n" + " " * indent + "first\n" + "".join(line + "\n" for line in lines)
        return head + self.random.choice(["", " # comment"]) + "\n" + "".join(line + "\n" for line in lines)

    def comment(self):
        return self.random.choice([" # comment\n", "\n\n", "\n# at the left\n"]) if self.chance(10) else "\n"

    def block(self, depth, indent):
        """The value behind "key:" or "-", with its line break."""
        kind = self.random.randrange(14 if depth < 4 else 8)
        if kind < 3:
            return " " + self.properties(is_scalar=True) + self.plain(in_flow=False) + self.comment()
        if kind == 3:
            return " " + self.properties(is_scalar=True) + self.block_scalar(indent)
        if kind == 4 and self.anchors:
            return " " + self.alias() + self.comment()
        if kind == 5:
            return self.comment()
        if kind < 8:
            return " " + self.flow(depth) + self.comment()
        properties = self.properties(is_scalar=False)
        head = (" " + properties.rstrip() if properties else "") + "\n"
        return head + (self.list(depth + 1, indent) if kind < 10 else self.map(depth + 1, indent))

    def list(self, depth, indent):
        return "".join(" " * indent + "-" + self.block(depth, indent + 2)
                       for _ in range(self.random.randrange(1, 4)))

    def map(self, depth, indent):
        out = ""
        for _ in range(self.random.randrange(1, 4)):
            if self.anchors and self.chance(3):
                sources = [self.alias() for _ in range(self.random.randrange(1, 3))]
                out += " " * indent + "<<: " + (sources[0] if self.chance(60) else "[" + ", ".join(sources) + "]") + "\n"
            elif self.chance(4):
                out += " " * indent + "? " + self.key() + "\n" + " " * indent + ":" + self.block(depth, indent + 2)
            else:
                out += " " * indent + self.key() + ":" + self.block(depth, indent + 2)
        return out

    def documents(self):
        out = ""
        for i in range(self.random.choice([1, 1, 1, 2, 3])):
            if i > 0 or self.chance(20):
                out += self.random.choice(["---\n", "--- # comment\n", "...\n---\n"] if i > 0 else ["---\n"])
            out += self.map(0, 0)
        return out


def main():
    dump, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3000
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    texts = [Generator(seed).documents() for seed in range(first, first + count)]
    framed = b"".join(b"%d\n%s" % (len(raw), raw) for raw in (text.encode() for text in texts))
    answers = subprocess.run([dump], input=framed, stdout=subprocess.PIPE, check=True).stdout.decode().split("\n")[:-1]
    assert len(answers) == count, "%d answers to %d texts" % (len(answers), count)
    differences, read = 0, 0
    for i, (text, line) in enumerate(zip(texts, answers)):
        want, answer = expected(text), json.loads(line)
        read += "objects" in want
        same = "error" in answer if "error" in want else answer.get("objects") == want.get("objects")
        # What is written reads as the same, too, by the other implementation.
        same = same and all(expected(again) == {"objects": [one]}
                            for again, one in zip(answer.get("written", []), answer.get("objects", [])))
        if not same:
            differences += 1
            if differences <= 5:
                print("seed %d\n%s\n ours:    %s\n PyYAML's: %s\n" % (first + i, text, line, json.dumps(want)))
    print("%d documents, %d of them read: %d differences" % (count, read, differences))
    # If most generated documents were refused, the comparison would show little.
    if count >= 1000 and read * 3 < count:
        sys.exit("too few documents read")
    sys.exit(1 if differences else 0)


main()
