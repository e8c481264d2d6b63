"""Scenario files that are played twice, on the simulated cluster and on a real control plane, with the same outcome.

After each event, once nothing is due any more, both clusters must have gone through the same partitions and numbers of replicas of
the leader StatefulSet, and must have the same groups; at the end they must have restarted as many groups, and made as many pods but
for the workers that a StatefulSet makes once more while its group goes.
"""

import glob
import json
import os
import re
import signal
import subprocess
import tempfile
import time

import yaml

from installed_cluster import ACCOUNT, LABELS, PODS, SETS, SLOW, InstalledCluster, expect, expect_clean_log, figure, is_ready, wait_for
from kubelets import Kubelets, Watch

SCENARIOS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "scenarios")
STATEFULSETS = "/apis/apps/v1/namespaces/%s/statefulsets"
REST = 2.0 * SLOW  # seconds without news after which nothing is due


def scenarios():
    """Each file of tests/cluster/scenarios ends alike on the simulated and on the real cluster."""
    with InstalledCluster() as cluster:
        operator = cluster.start_operator()
        kubelets = Kubelets(cluster)
        differences = []
        for path in sorted(glob.glob(os.path.join(SCENARIOS, "*.yaml"))):
            name = os.path.splitext(os.path.basename(path))[0]
            with open(path) as file:
                document = yaml.safe_load(file)
            simulated, real = simulate(cluster.lwsctl, document), Player(cluster, operator, name, document).play()
            found = list(compare(simulated, real))
            figure("%s: %d steps, %d pods made, %d groups restarted: %s", name, len(real["steps"]), real["pods"], real["restarts"], "equal" if not found else "DIFFERS")
            differences += ["%s, %s" % (name, difference) for difference in found]
        kubelets.end()
        expect(not differences, "\n      ".join(["the outcomes differ"] + differences))
        expect_clean_log(operator)


def compare(simulated, real):
    """What differs, in words. An outcome has the steps, each with the values on its way and the groups at its end."""
    if len(simulated["steps"]) != len(real["steps"]):
        yield "steps: %d simulated, %d real" % (len(simulated["steps"]), len(real["steps"]))
    for number, (one, other) in enumerate(zip(simulated["steps"], real["steps"])):
        ways = [without_held(step["way"], other["replicas"]) for step in (one, other)]
        for field, (first, second) in (("way", ways), ("groups", (one["groups"], other["groups"]))):
            if first != second:
                yield "step %d, %s: %s simulated, %s real" % (number, field, first, second)
    for field in ("restarts", "finished"):
        if simulated[field] != real[field]:
            yield "%s: %s simulated, %s real" % (field, simulated[field], real[field])
    if abs(simulated["pods"] - real["pods"]) > real["leaders_gone"]:
        yield "pods: %s simulated, %s real" % (simulated["pods"], real["pods"])


def without_repeats(values):
    return [value for i, value in enumerate(values) if i == 0 or value != values[i - 1]]


def without_held(values, replicas):
    """Without the moment in which an update keeps all groups back: the pass after it releases the first ones, and as no time passes in
    between on the simulated cluster, it may tell nothing of that moment."""
    return without_repeats([value for i, value in enumerate(values) if value[0] < max(replicas, 1) or i == len(values) - 1])


def simulate(lwsctl, document):
    """The outcome on the simulated cluster, as lwsctl tells it."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, name) for name in ("set.yaml", "scenario.yaml")]
        for path, content in zip(paths, (document["set"], {"events": document["events"]})):
            with open(path, "w") as file:
                json.dump(content, file)
        done = subprocess.run([lwsctl, "simulate", paths[0], "--scenario", paths[1], "-o", "json"], stdout=subprocess.PIPE, text=True)
    expect(done.returncode in (0, 1), "lwsctl simulate: %d" % done.returncode)
    report = json.loads(done.stdout)
    steps, frame = [], None
    for line in report["lines"]:
        if "scenario" in line:
            steps.append({"frames": [frame] if frame else []})
        elif "groups" in line:
            frame = line
            steps[-1]["frames"].append(line)
    for step in steps:
        frames = step.pop("frames")
        step["way"] = without_repeats([(frame["partition"], frame["replicas"]) for frame in frames])
        step["groups"] = frames[-1]["groups"]
    return {"steps": steps, "pods": report["podsCreated"], "restarts": report["groupsRestarted"], "finished": report["finished"]}


class Player:
    """Plays the events of a scenario on the real cluster, in a namespace of its own."""

    def __init__(self, cluster, operator, namespace, document):
        self.cluster, self.operator, self.namespace, self.document = cluster, operator, namespace, document
        self.set = SETS % namespace
        self.pods = PODS.replace("default", namespace)
        self.name = document["set"]["metadata"]["name"]

    def play(self):
        self.cluster.kubectl("create", "namespace", self.namespace)
        # The controller manager makes this account a little later, and pods are refused before.
        account = "/api/v1/namespaces/%s/serviceaccounts/default" % self.namespace
        wait_for(30 * SLOW, "the account", lambda: self.cluster.api.call("GET", account)[0] == 200)
        began = time.time()
        watches = [Watch(self.cluster, path) for path in (self.set, STATEFULSETS % self.namespace, self.pods)]
        self.sets, self.statefulsets, self.pod_watch = watches
        steps, seen = [], 0
        for event in [None] + self.document["events"]:
            self.do(event)
            self.wait_for_rest(watches)
            values = [self.leader_values(item) for _, item in list(self.statefulsets.news) if self.is_leaders(item)]
            # A step begins with the values that the step before it left.
            replicas = self.cluster.find_set(self.name, self.namespace)["spec"]["replicas"]
            steps.append({"way": without_repeats(values[max(0, seen - 1) :]), "groups": self.groups(), "replicas": replicas})
            seen = len(values)
        made = {item["metadata"]["uid"] for kind, item in self.pod_watch.news if kind == "ADDED"}
        gone = {item["metadata"]["uid"] for kind, item in self.pod_watch.news if kind == "DELETED" and is_leader(item)}
        finished = self.cluster.is_complete(self.name, self.namespace)
        return {"steps": steps, "pods": len(made), "leaders_gone": len(gone), "restarts": self.restarts(began), "finished": finished}

    def do(self, event):
        api = self.cluster.api
        if event is None:
            wait_for(30 * SLOW, "the set is admitted", lambda: self.cluster.try_create(self.set, self.document["set"]))
            return
        [(verb, value)] = [(key, value) for key, value in event.items() if key != "at"]
        if verb == "edit":
            api.patch(self.set + "/" + self.name, value)
        elif verb == "scale":
            api.patch(self.set + "/" + self.name + "/scale", {"spec": {"replicas": value}})
        elif verb == "delete":
            api.do("DELETE", self.pods + "/" + value)
        elif verb == "evict":
            eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": value, "namespace": self.namespace}}
            api.do("POST", self.pods + "/" + value + "/eviction", eviction)
        elif verb in ("fail", "end"):
            path = self.pods + "/" + value
            status = api.get(path)["status"]
            if verb == "end":
                status = {"phase": "Failed", "conditions": without_ready(status)}
            else:
                status["containerStatuses"][0]["restartCount"] += 1
            api.do("PATCH", path + "/status", {"status": status}, "application/merge-patch+json")
        elif verb == "restartController":
            self.operator.end(signal.SIGKILL)
            self.operator.start()
            self.operator.wait_ready()
        else:
            expect(False, "the real cluster has no event %s" % verb)

    def wait_for_rest(self, watches):
        began = time.monotonic()
        wait_for(180 * SLOW, "rest", lambda: time.monotonic() - max([began] + [watch.last for watch in watches]) > REST)

    def is_leaders(self, statefulset):
        return statefulset["metadata"]["name"] == self.name

    @staticmethod
    def leader_values(statefulset):
        spec = statefulset["spec"]
        return spec["updateStrategy"].get("rollingUpdate", {}).get("partition", 0), spec["replicas"]

    def groups(self):
        """A character for each group, as lwsctl simulate draws it."""
        leader_set = self.statefulsets.objects[self.namespace, self.name]
        newest = leader_set["metadata"]["labels"][LABELS + "template-revision-hash"]
        return "".join(self.group(newest, index) for index in range(leader_set["spec"]["replicas"]))

    def group(self, newest, index):
        pods = [pod for pod in self.pod_watch.objects.values() if pod["metadata"]["labels"].get(LABELS + "group-index") == str(index)]
        leader = [pod for pod in pods if is_leader(pod)]
        if not leader:
            return "."
        labels = leader[0]["metadata"]["labels"]
        size = int(leader[0]["metadata"]["annotations"][LABELS + "size"])
        character = "n" if labels[LABELS + "template-revision-hash"] == newest else "o"
        return character.upper() if len(pods) == size and all(map(is_ready, pods)) else character

    def restarts(self, began):
        """How many leader pods the operator deleted."""
        leader = re.compile(re.escape(self.name) + r"-\d+$")
        deleted = [r["objectRef"] for r in self.cluster.requests(began, ACCOUNT) if r["verb"] == "delete" and r["objectRef"]["resource"] == "pods" and r["responseStatus"]["code"] == 200]
        return sum(1 for pod in deleted if pod["namespace"] == self.namespace and leader.match(pod["name"]))


def is_leader(pod):
    return pod["metadata"]["labels"].get(LABELS + "worker-index") == "0"


def without_ready(status):
    return [condition for condition in status["conditions"] if condition["type"] not in ("Ready", "ContainersReady")]
