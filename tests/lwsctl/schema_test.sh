#!/usr/bin/env bash
# The schemas of `lwsctl schema` say what the readers say: every example is valid, keys that a reader refuses are refused,
# every key of a schema is one that the reader knows, and documents are as their schemas tell.
set -euo pipefail
exec python3 - << 'END'
import copy
import glob
import json
import os
import re
import subprocess
import sys

import yaml

LWSCTL = "examples/lwsctl/lwsctl"
GOLDEN = "examples/lwsctl/golden"
MANIFESTS = "examples/manifests"
FOLDER = os.environ["TEST_TMPDIR"]
failed = False


def fail(*texts):
    global failed
    failed = True
    print(*texts)


def run(*words):
    done = subprocess.run([LWSCTL, *words], capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout, done.stderr


# What these schemas use of JSON Schema. Returns the first error, or "".
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "integer": int,
         "number": (int, float)}


def why_not(value, schema, path="$"):
    known = {"$schema", "title", "type", "const", "enum", "pattern", "minimum", "maximum", "required", "properties",
             "additionalProperties", "items", "minItems", "minProperties", "anyOf"}
    assert set(schema) <= known, set(schema) - known
    if "type" in schema:
        is_flag = isinstance(value, bool) and schema["type"] != "boolean"
        if is_flag or not isinstance(value, TYPES[schema["type"]]):
            return f"{path}: not of type {schema['type']}"
    if "const" in schema and (value != schema["const"] or isinstance(value, bool) != isinstance(schema["const"], bool)):
        return f"{path}: not {schema['const']}"
    if "enum" in schema and value not in schema["enum"]:
        return f"{path}: none of {schema['enum']}"
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        return f"{path}: does not match"
    if "minimum" in schema and value < schema["minimum"] or "maximum" in schema and value > schema["maximum"]:
        return f"{path}: out of range"
    if isinstance(value, list) and len(value) < schema.get("minItems", 0):
        return f"{path}: too few"
    if isinstance(value, dict) and len(value) < schema.get("minProperties", 0):
        return f"{path}: too few"
    if isinstance(value, dict):
        for key in schema.get("required", []):
            if key not in value:
                return f"{path}: lacks {key}"
        for key, below in value.items():
            rule = schema.get("properties", {}).get(key, schema.get("additionalProperties", True))
            if rule is False:
                return f"{path}: unknown key {key}"
            error = "" if rule is True else why_not(below, rule, f"{path}.{key}")
            if error:
                return error
    if isinstance(value, list) and "items" in schema:
        for i, below in enumerate(value):
            error = why_not(below, schema["items"], f"{path}[{i}]")
            if error:
                return error
    if "anyOf" in schema:
        errors = [why_not(value, one, path) for one in schema["anyOf"]]
        if all(errors):
            return max(errors, key=lambda error: error.count(".") + error.count("["))
    return ""


try:
    import jsonschema
except ImportError:
    jsonschema = None


def validate(value, name):
    error = why_not(value, SCHEMAS[name])
    if jsonschema is not None:
        others = list(jsonschema.Draft7Validator(SCHEMAS[name]).iter_errors(value))
        if bool(others) != bool(error):
            fail("the check of this test and jsonschema differ:", name, value, error, others)
    return error


names = re.search(r"NAME is one of (.*)\.", run("schema", "--help")[1]).group(1).split(", ")
SCHEMAS = {name: json.loads(run("schema", name)[1]) for name in names}
for schema in SCHEMAS.values():
    if jsonschema is not None:
        jsonschema.Draft7Validator.check_schema(schema)


def read(path):
    with open(path) as file:
        return yaml.safe_load(file) or {}


# Every file that the examples and goldens have.
files = {"scenario": glob.glob("examples/scenarios/*.yaml") + [f"{GOLDEN}/few-nodes.yaml", f"{GOLDEN}/no-room.yaml",
         f"{GOLDEN}/claims-scenario.yaml", f"{GOLDEN}/disaggregated/scenario.yaml"],
         "test": glob.glob("examples/scenarios/tests/*.yaml") + [f"{GOLDEN}/disaggregated/fails-test.yaml"],
         "swarm": [f"{GOLDEN}/swarm-reference.txt", f"{GOLDEN}/disaggregated/swarm-reference.txt"]}
assert len(files["scenario"]) >= 8 and len(files["test"]) >= 6, files
for name, paths in files.items():
    for path in paths:
        error = validate(read(path), name)
        if error:
            fail(f"{path} is no {name}: {error}")
for path in glob.glob(f"{GOLDEN}/wrong-tests/*.yaml") + [f"{GOLDEN}/unknown-expectation.yaml"]:
    if not validate(read(path), "test"):
        fail(f"{path} is valid by the schema")

# Files with every key there is. A short run is enough to read them.
CONTROLS = {"paused": False, "minReady": "1s", "steps": [{"groups": 1, "wait": "1s", "approval": False}, {"groups": "50%"}],
            "approvedSteps": 2, "progressDeadline": "1h", "reverts": False}
RESTARTS = {"atMost": 3, "firstBackoff": "1s", "mostBackoff": "5m", "stableAfter": "1h",
            "rules": [{"exitCodes": [1], "reason": "Error", "action": "restartGroup"}]}
EVENTS = [{"at": "60s", "edit": {"spec": {"replicas": 3}}}, {"at": "70s", "scale": 4}, {"at": "80s", "fail": "vllm-0"},
          {"at": "90s", "end": "vllm-0-1"}, {"at": "95s", "delete": "vllm-1"}, {"at": "2m", "evict": "vllm-2"},
          {"at": "3m", "drain": "gpu-1"}, {"at": "4m", "uncordon": "gpu-1"}, {"at": "5m", "cordon": "gpu-1"},
          {"at": "6m", "taint": "gpu-2", "taints": [{"key": "down", "value": "v", "effect": "NoExecute"}]},
          {"at": "7m", "loseNode": "gpu-3"}, {"at": "8m", "recoverNode": "gpu-3"},
          {"at": "9m", "image": "i", "broken": True, "neverReady": False, "pull": "3s"},
          {"at": "quiet", "restartController": True}, {"at": 0, "edit": {}}]
SCENARIO = {"nodes": [{"name": "gpu", "count": 12, "labels": {"rack": "r"}, "allocatable": {"cpu": 64, "pods": "110",
                                                                                       "nvidia.com/gpu": 8}},
                      {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "other"},
                       "status": {"allocatable": {"cpu": "8", "pods": "110"}}}],
            "images": [{"image": "i", "broken": False, "neverReady": False, "pull": "2s"}],
            "events": EVENTS, "for": "1h", "controls": CONTROLS, "restarts": RESTARTS}
folder = os.path.abspath(".")
TEST = dict(SCENARIO, manifest=f"{folder}/{MANIFESTS}/vllm.yaml", seeds="1-2", policy="keep-budget",
            maxUnavailableStatefulSet=True, exhaustive={"faults": 0},
            expect={"lowestReady": 0, "finishes": True, "finishesWithin": "100h", "restartsAtMost": 1000, "surgeAtMost": 9,
                    "wastedPodTimeAtMost": "1000h", "neverTwoRevisions": False})
SMALL = {"apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet", "metadata": {"name": "s"},
         "spec": {"leaderWorkerTemplate": {"workerTemplate": {"spec": {"containers": [{"name": "c", "image": "c"}]}}}}}
ROLES = {"manifest": f"{folder}/{GOLDEN}/disaggregated/small.yaml", "seeds": 7, "rolePolicy": "keep-role-budgets",
         "nodes": [{"name": "node", "count": 50}], "images": [{"image": "i"}], "for": "1h",
         "events": [{"at": "60s", "scale": 2, "role": "prefill"}, {"at": "2m", "edit": {"spec": {}}}],
         "expect": {"ready": {"prefill": 0}, "groups": "allowed", "skewAtMost": 100, "neverHalfARevision": False,
                    "finishes": True, "finishesWithin": "10h"}}
SWARM = dict(read(f"{GOLDEN}/swarm-reference.txt"),
             events=[{"at": "1s", "kind": "scale", "replicas": 2}, {"at": "2s", "kind": "fail", "group": 0, "worker": 0},
                     {"at": "3s", "kind": "loseNode", "node": 0},
                     {"at": "3s", "kind": "flapNode", "node": 0, "outage": "3s"}])
SWARM_OF_ROLES = dict(read(f"{GOLDEN}/disaggregated/swarm-reference.txt"),
                      roles=[{"replicas": 2, "maxSurge": 1, "maxUnavailable": 0, "external": False},
                             {"replicas": 1, "maxSurge": 1, "maxUnavailable": 0, "external": True}],
                      events=[{"at": "1s", "kind": "scale", "role": 1, "replicas": 2},
                              {"at": "2s", "kind": "fail", "role": 0, "slice": 0, "group": 0, "worker": 0},
                              {"at": "3s", "kind": "flapNode", "node": 0, "outage": "3s"},
                              {"at": "4s", "kind": "revert"}])
PROBES = [("scenario", SCENARIO), ("test", TEST), ("test", {"set": SMALL, "exhaustive": True, "events": []}),
          ("test", dict(TEST, expect={"finishes": True})), ("test", dict(ROLES)), ("test", dict(ROLES, expect={"ready": "promised"})), ("swarm", SWARM),
          ("swarm", SWARM_OF_ROLES)]


def refusal(name, document):
    """What lwsctl says of a document that it cannot read; "" for one that it reads."""
    path = os.path.join(FOLDER, "probe.yaml")
    with open(path, "w") as file:
        yaml.safe_dump(document, file)
    words = {"scenario": ["simulate", "--scenario", path, f"{MANIFESTS}/vllm.yaml"], "test": ["test", path],
             "swarm": ["swarm", path]}[name]
    code, out, err = run(*words)
    is_read = code != 2 or "at that time" in err  # an event without its pod or node is found by the run
    return "" if is_read else err


def maps(value, path=()):
    if isinstance(value, dict):
        yield path
    for key, below in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from maps(below, path + (key,))


def at(document, path):
    for key in path:
        document = document[key]
    return document


def properties(schema):
    """The names of all keys of all maps, with the names of the lists and maps above them."""
    for one in schema.get("anyOf", []):
        yield from properties(one)
    for key, below in schema.get("properties", {}).items():
        yield (key,)
        yield from ((key,) + rest for rest in properties(below))
    if "items" in schema:
        yield from properties(schema["items"])


probed = {"scenario": set(), "test": set(), "swarm": set()}
for name, probe in PROBES:
    error, said = validate(probe, name), refusal(name, probe)
    if error or said:
        fail(f"a {name} with every key: the schema says {error!r}, the reader {said!r}")
    for path in maps(probe):
        names_only = tuple(key for key in path if isinstance(key, str))
        probed[name].update(names_only + (key,) for key in at(probe, path))
        changed = copy.deepcopy(probe)
        at(changed, path)["noSuchKey"] = "x"
        error, said = validate(changed, name), refusal(name, changed)
        inside = {"edit", "set", "labels", "allocatable", "metadata", "status", "ready"} & set(path) or at(probe, path).get("kind") == "Node"
        if bool(error) != bool(said) and not inside:
            fail(f"{name}: an unknown key in {path}: the schema says {error!r}, the reader {said!r}")
        if not error and not inside:
            fail(f"{name}: an unknown key in {path} is valid")
# No key of a schema is one that no probe has, and so none that the reader does not know.
for name, seen in probed.items():
    for key in set(properties(SCHEMAS[name])) - seen:
        if key[-1] not in ("apiVersion", "kind") and key != ("events", "role"):  # of a DisaggregatedSet, as tests have it
            fail(f"schema {name}: no probe has the key {'.'.join(key)}")

# A test has a set, and something that it can fail by.
for probe in [{key: value for key, value in TEST.items() if key != "manifest"},
              {key: value for key, value in ROLES.items() if key != "manifest"},
              dict(TEST, exhaustive=False, expect={"finishes": False}), dict(TEST, exhaustive=False, expect={}),
              dict(ROLES, expect={"finishes": False, "neverHalfARevision": False})]:
    error, said = validate(probe, "test"), refusal("test", probe)
    if not error or not said:
        fail(f"test: {list(probe)} with {probe['expect']}: the schema says {error!r}, the reader {said!r}")

# Values out of their ranges and words of another kind.
for name, path, value in [("scenario", ("for",), "1 hour"), ("scenario", ("for",), 60), ("scenario", ("for",), "1h30"),
                          ("scenario", ("nodes", 0, "count"), -1), ("scenario", ("nodes", 0, "count"), 100001),
                          ("scenario", ("events", 0, "at"), "soon"), ("scenario", ("controls", "steps", 1, "groups"), "x%"),
                          ("scenario", ("restarts", "rules", 0, "action"), "wait"),
                          ("scenario", ("events", 9, "taints", 0, "effect"), "No"), ("scenario", ("events", 1, "scale"), "4"),
                          ("scenario", ("events", 13, "restartController"), False), ("scenario", ("images",), {}),
                          ("scenario", ("events", 0), {"fail": "vllm-0"}), ("swarm", ("events", 0), {"kind": "newImage"}),
                          ("test", ("seeds",), "a-b"), ("test", ("policy",), "best"), ("test", ("exhaustive",), {"faults": 4}),
                          ("test", ("expect", "lowestReady"), "all"), ("test", ("expect", "finishes"), "yes"),
                          ("swarm", ("replicas",), 1001), ("swarm", ("late",), "1"), ("swarm", ("events", 0, "kind"), "x")]:
    probe = copy.deepcopy({"scenario": SCENARIO, "test": TEST, "swarm": SWARM}[name])
    at(probe, path[:-1])[path[-1]] = value
    error, said = validate(probe, name), refusal(name, probe)
    if not error or not said:
        fail(f"{name}: {path} = {value!r}: the schema says {error!r}, the reader {said!r}")

# Documents.
ROLE_FILES = f"{GOLDEN}/disaggregated"
vllm = f"{MANIFESTS}/vllm.yaml"
PLACE = f"{GOLDEN}/place"
ZONES = ["--nodes", f"{PLACE}/zone-nodes.yaml", "--levels", "zone,rack,kubernetes.io/hostname", "--required", "rack"]
LOW = ["--pods", f"{PLACE}/zone-pods.yaml"]
FOUR = ["--nodes", f"{PLACE}/four-nodes.yaml", "--levels", "rack,kubernetes.io/hostname"]
ROLE_NODES = ["--nodes", f"{ROLE_FILES}/nodes.yaml", "--levels", "rack,kubernetes.io/hostname"]
PLACED = [f"{ROLE_FILES}/placed.yaml", *ROLE_NODES]
RUNNING = ["--pods", f"{ROLE_FILES}/running-pods.yaml"]
GB200 = [f"{PLACE}/gb200-sets.yaml", "--nodes", f"{PLACE}/gb200-nodes.yaml", "--required", "nvidia.com/gpu.clique", "--levels",
         "example.com/block,nvidia.com/gpu.clique,kubernetes.io/hostname", "--together"]
PLACEMENT = [("place", [f"{PLACE}/zone-set.yaml", *ZONES]), ("place", [f"{PLACE}/zone-set.yaml", *ZONES, "--size", "4"]),
             ("place", [f"{PLACE}/zone-large-set.yaml", *ZONES, *LOW, "--priority", "0"]),
             ("place", [f"{PLACE}/rules-dra.yaml", *FOUR]), ("place", [f"{PLACE}/rules-affinity.yaml", *FOUR]),
             ("place", [f"{PLACE}/rules-apart.yaml", "--nodes", f"{PLACE}/one-node.yaml", *FOUR[2:]]),
             ("place", [f"{PLACE}/running-set.yaml", *FOUR, "--pods", f"{PLACE}/running-pods.yaml", "--more", "1"]),
             ("place", [f"{PLACE}/subgroups-set.yaml", "--nodes", f"{PLACE}/subgroups-nodes.yaml", *FOUR[2:]]),
             ("place", [*GB200, "example.com/block"]), ("place", [*GB200, "nvidia.com/gpu.clique"]),
             ("place", PLACED), ("place", [*PLACED, *RUNNING, "--lost", "b3,b4"]),
             ("place", [*PLACED, "--pods", f"{ROLE_FILES}/low-priority-pods.yaml", "--priority", "10"]),
             ("capacity", [f"{PLACE}/zone-set.yaml", *ZONES]), ("capacity", [f"{PLACE}/zone-set.yaml", *ZONES, "--groups", "surge"]),
             ("capacity", [f"{PLACE}/zone-set.yaml", *ZONES, "--groups", "20", "--add", "m1"]),
             ("capacity", [f"{PLACE}/rules-dra.yaml", *FOUR]), ("capacity", PLACED), ("capacity", [*PLACED, "--groups", "9"]),
             ("capacity", [f"{ROLE_FILES}/external.yaml", *ROLE_NODES, "--groups", "200", "--add", "c1"]),
             ("capacity", [*PLACED, *RUNNING, "--groups", "surge"]),
             ("capacity", [f"{ROLE_FILES}/one-slice.yaml", *ROLE_NODES, *RUNNING, "--groups", "surge", "--add", "b1"]),
             ("defragment", [f"{PLACE}/zone-sets.yaml", *ZONES, *LOW, "--empty", "rack"]),
             ("defragment", [f"{PLACE}/zone-sets.yaml", *ZONES, *LOW, "--room-for", "large"])]
for name, words in [("simulate", [vllm]), ("simulate", ["--scenario", f"{GOLDEN}/no-room.yaml", vllm]),
                    ("simulate", ["--scenario", "examples/scenarios/lost-node.yaml", vllm]),
                    ("simulate", [f"{ROLE_FILES}/small.yaml"]),
                    ("simulate", ["--scenario", f"{ROLE_FILES}/scenario.yaml", f"{ROLE_FILES}/small.yaml"]),
                    ("compare", [vllm]), ("compare", [f"{ROLE_FILES}/small.yaml"]),
                    ("test", ["examples/scenarios/tests/bad-image.yaml", "examples/scenarios/tests/reference-breaks-promise.yaml"]),
                    ("test", [f"{ROLE_FILES}/fails-test.yaml"]), ("check", [vllm]),
                    ("test", ["absent.yaml", f"{ROLE_FILES}/fails-test.yaml"]),
                    *((name, [f"{GOLDEN}/diff/refused.yaml", *more]) for name, more in
                      [("simulate", []), ("compare", []), ("check", []), ("diff", [f"{GOLDEN}/diff/old.yaml"]),
                       ("place", FOUR), ("capacity", FOUR), ("defragment", [*ZONES, *LOW, "--empty", "rack"])]),
                    ("check", ["--policy", "keep-budget", f"{MANIFESTS}/million-groups.yaml"]),
                    ("check", ["--all", "2"]), ("check", ["--all", "2", "--policy", "keep-budget"]),
                    ("swarm", []), ("swarm", ["--seeds", "3", "--policy", "keep-budget"]),
                    ("swarm", [f"{GOLDEN}/swarm-reference.txt"]),
                    ("swarm", ["--seeds", "3", "--role-policy", "keep-role-budgets"]),
                    ("swarm", ["--role-policy", "reference"]),
                    ("diff", [f"{GOLDEN}/diff/old.yaml", f"{GOLDEN}/diff/old.yaml"]),
                    ("diff", [f"{MANIFESTS}/disaggregated.yaml", f"{ROLE_FILES}/diff-scales.yaml"]),
                    ("diff", [f"{GOLDEN}/diff/old.yaml", f"{GOLDEN}/diff/image-and-scale.yaml"]),
                    ("diff", [f"{GOLDEN}/diff/several-old.yaml", f"{GOLDEN}/diff/several-new.yaml"]),
                    ("validate", [f"{GOLDEN}/validate-folder"]), ("validate", [f"{ROLE_FILES}/refused.yaml"]),
                    ("validate", ["--old", vllm, vllm]),
                    ("explain", [f"{GOLDEN}/state.yaml"]), ("explain", ["--complete", f"{GOLDEN}/state.yaml"]),
                    ("explain", ["--complete", "--all", f"{GOLDEN}/at-rest.yaml"]),
                    ("explain", ["--complete", f"{ROLE_FILES}/state.yaml"]), ("explain", [f"{ROLE_FILES}/external-state.yaml"]),
                    *PLACEMENT]:
    code, out, err = run(name, *words, "-o", "json")
    document = json.loads(out)
    error = validate(document, name + "-output")
    is_refused = name != "validate" and document.get("refused") is True and "errors" in document
    if is_refused and (code != 1 or validate(document, "refused-output")):
        fail(f"lwsctl {name} -o json {' '.join(words)}: code {code}, {validate(document, 'refused-output')}")
    if error:
        fail(f"lwsctl {name} -o json {' '.join(words)}: {error}")
    for key in [] if name in ("explain", "validate") else list(document):
        fewer = {other: value for other, value in document.items() if other != key}
        if not validate(fewer, name + "-output") and key not in ("brokenLaw", "trace", "scaledDown", "seconds", "seed", "seeds",
                                                                 "stopped", "skewPercent", "case"):
            fail(f"{name}-output does not require {key}")
sys.exit(failed)
END
