#!/usr/bin/env bash
# `lwsctl serve` shows the page of a file and makes it again when the file, or one that it names, is edited.
set -euo pipefail
exec python3 - << 'END'
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

LWSCTL = "examples/lwsctl/lwsctl"
FOLDER = os.environ["TEST_TMPDIR"]
PATIENCE = 120.0  # seconds for a page, on a busy machine
failures = []


def expect(holds, text):
    if not holds:
        failures.append(text)


def edit(name, old, new):
    path = os.path.join(FOLDER, name)
    with open(path) as file:
        text = file.read()
    assert old in text, (name, old)
    with open(path, "w") as file:
        file.write(text.replace(old, new))


def get(base, path, host=None):
    request = urllib.request.Request(base + path, headers={} if host is None else {"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def wait_for(base, path, text):
    begin = time.monotonic()
    page = ""
    while time.monotonic() - begin < PATIENCE:
        page = get(base, path)[1]
        if text in page:
            return page
        # Waits as the page's own script does.
        found = re.search(r'fetch\("(/changed/\d+/\d+)"\)', page)
        get(base, found.group(1)) if found else time.sleep(0.2)
    failures.append(f"{path} never has {text!r}: {page[:300]}")
    return page


shutil.copy("examples/manifests/vllm.yaml", os.path.join(FOLDER, "set.yaml"))
with open(os.path.join(FOLDER, "test.yaml"), "w") as file:
    file.write("""manifest: set.yaml
expect: {finishes: true}
""")
tests = subprocess.run([LWSCTL, "test", os.path.join(FOLDER, "test.yaml")], capture_output=True, text=True)
expect(tests.returncode == 0, f"the test itself: {tests.stdout}{tests.stderr}")

process = subprocess.Popen([LWSCTL, "serve", "--port", "0", "set.yaml", "test.yaml"], stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True, cwd=FOLDER,
                           executable=os.path.abspath(LWSCTL))
line = process.stdout.readline()
found = re.fullmatch(r"serving 2 pages on (http://127\.0\.0\.1:\d+)/\n", line)
if not found:
    process.kill()
    sys.exit(f"it printed {line!r}")
base = found.group(1)

expect("set.yaml</a>" in get(base, "/")[1], "the list of pages")
expect(get(base, "/7")[0] == 404, "a page that is not there")
expect(get(base, "/", host="evil.example")[0] == 403, "a foreign name")
wait_for(base, "/0", "PASS")
wait_for(base, "/1", "PASS")

edit("set.yaml", "replicas: 4", "replicas: 3")
wait_for(base, "/0", "of 3<")
wait_for(base, "/1", "of 3<")  # the test names the manifest
edit("test.yaml", "finishes: true", "finishesWithin: 1s")
wait_for(base, "/1", "FAIL")
edit("set.yaml", "replicas: 3", "replicas: none")
page = wait_for(base, "/0", "set.yaml:")
expect("PASS" not in page and "replicas" in page, f"a refused set: {page[:300]}")
os.rename(os.path.join(FOLDER, "set.yaml"), os.path.join(FOLDER, "away.yaml"))
wait_for(base, "/0", "cannot be read")
edit("away.yaml", "replicas: none", "replicas: 2")
os.rename(os.path.join(FOLDER, "away.yaml"), os.path.join(FOLDER, "set.yaml"))
wait_for(base, "/0", "of 2<")

process.send_signal(signal.SIGINT)
try:
    expect(process.wait(timeout=20) == 130, f"exit code {process.returncode} after Ctrl-C")
except subprocess.TimeoutExpired:
    process.kill()
    failures.append("it goes on after Ctrl-C")

for words, text in [([], "needs a FILE"), (["absent.yaml"], "absent.yaml"), (["--port", "x", "set.yaml"], "--port"),
                    (["-"], "standard input")]:
    refused = subprocess.run([LWSCTL, "serve", *words], capture_output=True, text=True, cwd=FOLDER,
                             executable=os.path.abspath(LWSCTL), timeout=60)
    expect(refused.returncode == 2 and text in refused.stderr, f"serve {words}: {refused.returncode} {refused.stderr}")

for failure in failures:
    print(failure)
sys.exit(1 if failures else 0)
END
