"""Tests report.py and compare.py: the test of significance against all permutations, and both programs on short runs."""

import itertools
import json
import os
import random
import subprocess
import sys

sys.path.insert(0, "benchmarks")
import compare  # noqa: E402
import report  # noqa: E402

FOLDER = os.environ["TEST_TMPDIR"]
failed = False


def expect(condition, *texts):
    global failed
    if not condition:
        failed = True
        print(*texts)


def naive_p(a, b):
    """By all ways to divide the values: how many have a U at least as far from its middle."""
    both, n = a + b, len(a)

    def distance(first):
        rest = [both[i] for i in range(len(both)) if i not in first]
        u = sum((x > y) + 0.5 * (x == y) for x in (both[i] for i in first) for y in rest)
        return abs(u - n * (len(both) - n) / 2)

    seen = distance(range(n))
    ways = list(itertools.combinations(range(len(both)), n))
    return sum(distance(way) >= seen - 1e-9 for way in ways) / len(ways)


drawer = random.Random(20261127)
for _ in range(200):
    n, m = drawer.randint(1, 5), drawer.randint(1, 5)
    values = drawer.sample(range(1000), n + m)
    a, b = values[:n], values[n:]
    expect(abs(compare.mann_whitney_p(a, b) - naive_p(a, b)) < 1e-9, "p of", a, b, compare.mann_whitney_p(a, b), naive_p(a, b))
    expect(abs(compare.mann_whitney_p(a, b) - compare.mann_whitney_p(b, a)) < 1e-9, "p is not symmetric", a, b)
# With ties, by the normal distribution: near to the exact value, and 1 for equal values.
for _ in range(50):
    a, b = ([drawer.randint(0, 6) for _ in range(7)] for _ in range(2))
    expect(abs(compare.mann_whitney_p(a, b) - naive_p(a, b)) < 0.1, "p with ties of", a, b)
expect(compare.mann_whitney_p([3] * 5, [3] * 5) == 1, "equal values differ")
expect(compare.mann_whitney_p([1, 2, 3], [7, 8, 9]) >= 0.05, "three runs cannot show a change")
expect(compare.mann_whitney_p([1, 2, 3, 4], [6, 7, 8, 9]) < 0.05, "four runs can")
expect(compare.ranks([5, 1, 5, 9]) == [2.5, 1, 2.5, 4], "ranks")
for nanoseconds, text in ((0.5, "0.5 ns"), (999, "999 ns"), (4210, "4.21 us"), (93e6, "93 ms"), (2e9, "2 s")):
    expect(report.shown_time(nanoseconds) == text, nanoseconds, report.shown_time(nanoseconds))
expect(report.shown_number(12.5e6) == "12.5 million" and report.shown_number(0.25) == "0.25", "plain numbers")


def run(script, *words, code=0):
    done = subprocess.run([sys.executable, f"benchmarks/{script}.py", *words], capture_output=True, text=True, timeout=200)
    expect(done.returncode == code, script, words, "exit code", done.returncode, done.stdout, done.stderr)
    return done.stdout + done.stderr


def has(output, *texts):
    for text in texts:
        expect(text in output, f"the output lacks {text!r}:\n{output}")


# A small fleet, four times, and a saved cluster.
out = os.path.join(FOLDER, "old.json")
state = os.path.abspath("examples/lwsctl/golden/at-rest.yaml")
output = run("report", "--only", "million_groups", "--groups", "50", "--size", "4", "--sets", "20", "--repetitions", "4",
             "--min-time", "0.01", "--state", state, "--json", out)
has(output, "machine   ", "compiler  ", "commit    ", "load      ", "RandomPodEvents", "SavedCluster", "a second", "bytes per pod",
    "large pages: RandomPodEvents", "large pages: RandomLines", "random pod events a second, one core",
    "each event changes one random line of memory")
with open(out) as file:
    old = json.load(file)
expect(old["shape"] == ["--groups=50", "--size=4", "--sets=20"], old["shape"])
expect(all(len(times) == 4 and min(times) > 0 for name, times in old["nanoseconds"].items() if "Memory" not in name), old)
has(run("report", "--only", "million_groups", "--sets", "1", code=1), "at least 2")
has(run("report", "--only", "none", code=2), "is not one of")
has(run("report", "--only", "million_groups", "--min-time", "0.01", "--groups", "2", "--sets", "2", "--state", "absent", code=1),
    "absent: cannot be read")

# The same program twice as slow in one benchmark, and without another one.
new = json.loads(json.dumps(old))
slower = next(name for name in old["nanoseconds"] if "FullLook" in name)
old["nanoseconds"][slower] = [100.0, 101.0, 102.0, 103.0]
new["nanoseconds"][slower] = [200.0, 202.0, 204.0, 206.0]
gone = next(name for name in old["nanoseconds"] if "ReadBlocks" in name)
del new["nanoseconds"][gone]
new["context"]["machine"] = "another"
new["context"]["load"] = [0.0, 0.0, 0.0]
paths = []
for name, document in (("a", old), ("b", new)):
    paths.append(os.path.join(FOLDER, name + ".json"))
    with open(paths[-1], "w") as file:
        json.dump(document, file)
lines = run("compare", *paths).splitlines()
expect(any(slower in line and "+100.00%" in line and "p=0.029 n=4+4" in line for line in lines), lines)
expect(sum("~" in line for line in lines) == len(new["nanoseconds"]) - 1, lines)
expect(any(gone in line and "only in one" in line for line in lines), lines)
expect(any("WARNING: the machine differs" in line for line in lines), lines)
expect(any(line.startswith("geometric mean") for line in lines), lines)
few = json.loads(json.dumps(new))
few["nanoseconds"] = {name: times[:3] for name, times in few["nanoseconds"].items()}
with open(paths[1], "w") as file:
    json.dump(few, file)
has(run("compare", paths[1], paths[1]), "fewer than four repetitions")
has(run("compare", paths[0], paths[1]), "fewer than four repetitions")
has(run("compare", "absent.json", paths[0], code=1), "absent.json")
with open(paths[1], "w") as file:
    file.write("{}")
has(run("compare", paths[0], paths[1], code=1), "not a file of report --json")
sys.exit(failed)
