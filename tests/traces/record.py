#!/usr/bin/env python3
"""Records what a real Kubernetes does with StatefulSets: record.py CASES.json GATE > TRACE.json

CASES.json is a list of {name, steps}; GATE is "on" or "off", the feature MaxUnavailableStatefulSet of the cluster that kubectl
reaches, whose pods become Ready as soon as they are on a node. A step is one of
  {"create": PATCH}      a StatefulSet `s` with PATCH merged over it
  {"patch": PATCH}       a merge patch of it
  {"deletePod": NAME}
  {"delete": "background" | "foreground" | "orphan"}
After each step the cluster settles, and its state is recorded as `expect`.
"""
import json
import subprocess
import sys
import time

SELECTOR = {"app": "s"}
BASE = {
    "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "s"},
    "spec": {"serviceName": "s", "selector": {"matchLabels": SELECTOR},
             "template": {"metadata": {"labels": SELECTOR}, "spec": {"containers": [{"name": "c", "image": "i:1"}]}}}}


def kubectl(*words, stdin=None, check=True):
    done = subprocess.run(["kubectl", *words], input=stdin, capture_output=True, text=True)
    if check and done.returncode:
        raise SystemExit("kubectl %s: %s" % (" ".join(words), done.stderr))
    return done.stdout


def merge(base, patch):
    if not isinstance(patch, dict) or not isinstance(base, dict):
        return patch
    merged = dict(base)
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge(merged.get(key), value)
    return merged


def items(namespace, kind):
    return json.loads(kubectl("-n", namespace, "get", kind, "-o", "json"))["items"]


def look(namespace, uids):
    """The present state: status, pods by name, revisions."""
    sets = items(namespace, "statefulsets")
    revisions = {r["metadata"]["name"]: r["revision"] for r in items(namespace, "controllerrevisions")}
    seen = {"pods": {}, "revisions": sorted(revisions.values())}
    if sets:
        status = dict(sets[0]["status"])
        for key in ("currentRevision", "updateRevision"):
            status[key] = revisions.get(status.get(key), 0)
        seen["status"] = status
    for pod in items(namespace, "pods"):
        meta = pod["metadata"]
        seen["pods"][meta["name"]] = {
            "revision": revisions.get(meta["labels"].get("controller-revision-hash"), 0),
            "phase": pod["status"]["phase"],
            "new": meta["uid"] not in uids,
            "owned": bool(meta.get("ownerReferences"))}
    return seen, {p["metadata"]["uid"] for p in items(namespace, "pods")}


def settle(namespace, uids):
    last, same = None, 0
    for _ in range(400):
        now = look(namespace, uids)
        same = same + 1 if now == last else 0
        if same >= 6:
            return now
        last = now
        time.sleep(0.4)
    raise SystemExit("does not settle: %s" % json.dumps(last[0]))


def run(case, number):
    namespace = "trace-%d" % number
    kubectl("create", "namespace", namespace)
    uids, steps = set(), []
    for step in case["steps"]:
        if "create" in step:
            kubectl("-n", namespace, "create", "-f", "-", stdin=json.dumps(merge(BASE, step["create"])))
        elif "patch" in step:
            kubectl("-n", namespace, "patch", "statefulset", "s", "--type=merge", "-p", json.dumps(step["patch"]))
        elif "deletePod" in step:
            kubectl("-n", namespace, "delete", "pod", step["deletePod"], "--wait=false")
        else:
            kubectl("-n", namespace, "delete", "statefulset", "s", "--cascade=" + step["delete"], "--wait=false")
        expect, uids = settle(namespace, uids)
        steps.append(dict(step, expect=expect))
    kubectl("delete", "namespace", namespace, "--wait=false")
    return {"name": case["name"], "maxUnavailableFeature": sys.argv[2] == "on", "steps": steps}


cases = json.load(open(sys.argv[1]))
print("[\n" + ",\n".join(json.dumps(run(c, i), sort_keys=True) for i, c in enumerate(cases)) + "\n]")
