"""A program in Python with the package and the installed library: what a new set lacks."""

import lws

MANIFEST = {
    "apiVersion": "leaderworkerset.x-k8s.io/v1",
    "kind": "LeaderWorkerSet",
    "metadata": {"name": "demo", "namespace": "default"},
    "spec": {"replicas": 1, "leaderWorkerTemplate": {
        "size": 2, "workerTemplate": {"spec": {"containers": [{"name": "main", "image": "demo:1"}]}}}},
}

fleet = lws.Fleet()
fleet.add(lws.admit_set(MANIFEST))
plan = fleet.decide_set("default", "demo")
applied = [action["kind"] for action in plan["actions"] if action["verb"] == "apply"]
assert applied == ["StatefulSet"], plan
assert lws.run_scenario(MANIFEST).finished
print(applied)
