#!/usr/bin/env bash
# Ctrl-C ends long work at once: what is known so far is printed, documents are whole, and the exit code is 130.
set -euo pipefail
exec python3 - << 'END'
import json
import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree

LWSCTL = "examples/lwsctl/lwsctl"
SETS = "examples/manifests"
FOLDER = os.environ["TEST_TMPDIR"]
MOST = 8.0  # seconds from the signal to the end, on a busy machine
failed = False


def fail(words, text):
    global failed
    failed = True
    print(f"lwsctl {' '.join(words)}: {text}")


def write(name, text):
    path = os.path.join(FOLDER, name)
    with open(path, "w") as file:
        file.write(text)
    return path


def wait_for(text, name, process):
    while process.poll() is None:
        with open(os.path.join(FOLDER, name)) as file:
            if text in file.read():
                return
        time.sleep(0.05)


def run(words, after=1.5, which=signal.SIGINT, ignored=False, code=None, until=None):
    """Sends the signal after so many seconds, or when the output has a text. Returns both outputs."""
    def start():
        signal.signal(signal.SIGINT, signal.SIG_IGN if ignored else signal.SIG_DFL)
    out, err = (open(os.path.join(FOLDER, name), "w+") for name in ("out", "err"))
    process = subprocess.Popen([LWSCTL, *words], stdout=out, stderr=err, stdin=subprocess.DEVNULL, preexec_fn=start)
    if until is not None:
        wait_for(until, "out", process)
    try:
        process.wait(timeout=0.1 if until is not None else after)
        fail(words, f"ended before the signal, with exit code {process.returncode}")
    except subprocess.TimeoutExpired:
        pass
    process.send_signal(which)
    begin = time.monotonic()
    try:
        process.wait(timeout=120)
    except subprocess.TimeoutExpired:
        process.kill()
        fail(words, "goes on after the signal")
    took = time.monotonic() - begin
    wanted = 128 + which if code is None else code
    if process.returncode != wanted:
        fail(words, f"exit code {process.returncode}, expected {wanted}")
    if not ignored and took > MOST:
        fail(words, f"ended {took:.1f} s after the signal")
    texts = []
    for file in (out, err):
        file.seek(0)
        texts.append(file.read())
        file.close()
    return texts


def expect(words, text, output):
    if text not in output:
        fail(words, f"the output lacks {text!r}: {output[-400:]}")


million = os.path.join(SETS, "million-groups.yaml")
endless = write("endless.yaml", f"manifest: {os.path.abspath(SETS)}/vllm.yaml\nseeds: 1-1000000\nexpect: {{finishes: true}}\n")
large = write("large.yaml", open(os.path.join(SETS, "vllm.yaml")).read().replace("replicas: 4", "replicas: 20000"))
thousand = write("thousand.yaml", open(os.path.join(SETS, "vllm.yaml")).read().replace("replicas: 4", "replicas: 1000"))
# Twenty rollouts, object by object: together they take many times as long as the signal waits, and each step is short.
in_objects = write("in-objects.yaml", "images: [{image: none, broken: true}]\nevents:\n" + "".join(
    f"  - {{at: quiet, edit: {{spec: {{leaderWorkerTemplate: {{size: {3 - i % 2}}}}}}}}}\n" for i in range(20)))

# Tables tell what is known.
words = ["simulate", "--scenario", in_objects, thousand]
out, err = run(words, until="-- the set is edited")
expect(words, "\nstopped: not finished after ", out)
expect(words, " pods created", out)
expect(words, "lwsctl: stopped; the output tells what was known by then", err)
words = ["swarm", "--policy", "keep-budget", "--seeds", "100000000"]
out, err = run(words)
expect(words, " of 100000000 seeds, ", out)
words = ["check", "--policy", "keep-budget", "--all", "7", "--faults", "3", "--every-state"]
out, err = run(words)
expect(words, "stopped: ", out)
expect(words, " configurations, ", out)
words = ["compare", million]
out, err = run(words, after=6)
if "lwsctl: stopped before its end" not in err:
    expect(words, "stopped: not finished after ", out)
report, junit = os.path.join(FOLDER, "page.html"), os.path.join(FOLDER, "junit.xml")
words = ["test", "--junit", junit, os.path.join(os.path.relpath(endless))]
out, err = run(words)
expect(words, "STOP  ", out)
expect(words, "0 passed, 0 failed, 1 stopped", out)
cases = xml.etree.ElementTree.parse(junit).getroot()
if cases.get("skipped") != "1" or cases.find("testcase/skipped") is None:
    fail(words, "the JUnit file does not tell the test that was stopped")

# Documents are whole.
for words in (["simulate", million], ["simulate", "--scenario", in_objects, thousand], ["simulate", large, "--report", report], ["compare", million],
              ["swarm", "--policy", "keep-budget", "--seeds", "100000000"], ["test", endless],
              ["check", "--policy", "keep-budget", "--all", "7", "--faults", "3", "--every-state"]):
    words = words + ["-o", "json"]
    out, err = run(words)
    if not out and "lwsctl: stopped before its end" in err:
        continue  # a single step took longer than the patience, and nothing was known
    try:
        document = json.loads(out)
    except ValueError:
        fail(words, f"no document: {out[:80]!r} ... {out[-80:]!r}, {err}")
        continue
    if document.get("finished", False) or document.get("stopped") is False:
        fail(words, "the document does not tell that it was stopped")


def run_in_order(words):
    """The same on a machine that may stand still for seconds, in which case the command is ended from outside."""
    for _ in range(3):
        out, err = run(words, after=4)
        if "stopped before its end" not in err:
            break
    return out, err


# Groups whose pods look at others are placed one by one.
few = write("few.yaml", "".join(
    f"---\napiVersion: v1\nkind: Node\nmetadata:\n  name: n{i}\n  labels: {{rack: r{i // 20}}}\nstatus:\n"
    "  allocatable: {cpu: 192, pods: 110}\n" for i in range(2000)))
apart = write("apart.yaml", """
apiVersion: leaderworkerset.x-k8s.io/v1
kind: LeaderWorkerSet
metadata: {name: apart}
spec:
  replicas: 20000
  leaderWorkerTemplate:
    size: 2
    workerTemplate:
      spec:
        affinity:
          podAntiAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
              - {topologyKey: rack, labelSelector: {matchLabels: {app: other}}}
        containers: [{name: c, image: c, resources: {limits: {cpu: 1m}}}]
""")
for command, told in (("place", " of 20000 groups are left out"), ("capacity", "\n  stopped: more may fit\n")):
    words = [command, apart, "--nodes", few, "--levels", "rack"]
    for form in ([], ["-o", "json"]):
        out, err = run_in_order(words + form)
        if not out and "lwsctl: stopped before its end" in err:
            continue  # three times in a row: the machine is too slow for the patience, and nothing was known
        if not form:
            expect(words, told, out)
        elif not out or json.loads(out).get("stopped") is not True:
            fail(words, f"the document does not tell that it was stopped: {err}")

# What cannot end in order ends without a word on the standard output.
nodes = write("nodes.yaml", "".join(
    f"---\napiVersion: v1\nkind: Node\nmetadata:\n  name: n{i}\n  labels: {{rack: r{i // 20}}}\nstatus:\n"
    "  allocatable: {cpu: 192, memory: 2Ti, pods: 110, nvidia.com/gpu: 8}\n" for i in range(100000)))
for words in (["place", large, "--nodes", nodes, "--levels", "rack"], ["capacity", large, "--nodes", nodes, "--levels", "rack"]):
    out, err = run(words + ["-o", "json"], after=0.4)
    if out:
        json.loads(out)
    expect(words, "lwsctl: stopped", err)

# Another signal; and one that the program was started to ignore.
run(["swarm", "--policy", "keep-budget", "--seeds", "100000000"], which=signal.SIGTERM)
run(["swarm", "--policy", "keep-budget", "--seeds", "600"], after=0.01, ignored=True, code=0)

# A reader that does not read does not keep it.
for which in (signal.SIGINT,):
    reader, writer = os.pipe()
    process = subprocess.Popen([LWSCTL, "install"], stdout=writer, stderr=subprocess.DEVNULL,
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    time.sleep(1.5)
    if process.poll() is None:
        process.send_signal(which)
        if process.wait(timeout=MOST) != 130:
            fail(["install"], f"exit code {process.returncode} when nobody reads")
    os.close(reader)
    os.close(writer)

# The file for a result is tried before the work.
for words in (["simulate", million, "--report", "absent/page.html"], ["compare", million, "--report", FOLDER],
              ["test", endless, "--junit", "absent/junit.xml"], ["test", endless, "--report", "absent/page.html"],
              ["explain", "--save", "absent/state", os.path.join("examples/clusters", "gpu-nodes.yaml")]):
    begin = time.monotonic()
    done = subprocess.run([LWSCTL, *words], capture_output=True, text=True, timeout=60)
    if done.returncode != 2 or done.stdout:
        fail(words, f"exit code {done.returncode}: {done.stdout[:200]}")
    expect(words, ": cannot be written: ", done.stderr)
sys.exit(failed)
END
