"""Kubelets of all nodes, played by a thread: pods become ready a little after they have a node, and go a little after their deletion.

    with InstalledCluster() as cluster:
        kubelets = Kubelets(cluster)

kwok, which plays them otherwise, deletes a pod by its name, and hits its successor now and then. A real kubelet does not: it names
the uid.
"""

import json
import os
import re
import subprocess
import threading
import time

ALL_PODS = "/api/v1/pods"
UNTIL_READY = 0.7  # seconds from the node to readiness
UNTIL_GONE = 0.2  # seconds from the deletion to the end


class Watch(threading.Thread):
    """The objects of a path by namespace and name, and what came of them in order."""

    def __init__(self, cluster, path):
        super().__init__(daemon=True)
        self.objects, self.news, self.last = {}, [], time.monotonic()
        self.api = cluster.client()
        listed = self.api.get(path)
        for item in listed["items"]:
            self.objects[key_of(item)] = item
        headers = {"Authorization": "Bearer " + cluster.token}
        version = listed["metadata"]["resourceVersion"]
        self.api.connection.request("GET", "%s?watch=1&resourceVersion=%s" % (path, version), headers=headers)
        self.answer = self.api.connection.getresponse()
        self.start()

    def run(self):
        for line in self.answer:
            event = json.loads(line)
            item = event["object"]
            if event["type"] == "DELETED":
                self.objects.pop(key_of(item), None)
            else:
                self.objects[key_of(item)] = item
            self.news.append((event["type"], item))
            self.last = time.monotonic()


def key_of(item):
    return item["metadata"].get("namespace", ""), item["metadata"]["name"]


class Kubelets(threading.Thread):
    """Takes the pods out of kwok's hands; kwok goes on with the nodes."""

    def __init__(self, cluster):
        super().__init__(daemon=True)
        leave_nodes_to_kwok(cluster)
        self.api, self.watch, self.is_over = cluster.client(), Watch(cluster, ALL_PODS), False
        self.since = {}  # when each pod came into its state, by uid and state
        self.start()

    def end(self):
        self.is_over = True
        self.join()

    def run(self):
        while not self.is_over:
            now = time.monotonic()
            for pod in list(self.watch.objects.values()):
                self.play(pod, now)
            time.sleep(0.02)

    def play(self, pod, now):
        metadata = pod["metadata"]
        path = "/api/v1/namespaces/%s/pods/%s" % (metadata["namespace"], metadata["name"])
        if "deletionTimestamp" in metadata:
            if self.is_due(metadata["uid"], "deleted", UNTIL_GONE, now):
                self.api.call("DELETE", path, {"gracePeriodSeconds": 0, "preconditions": {"uid": metadata["uid"]}})
        elif "nodeName" in pod["spec"] and "phase" in pod["status"] and pod["status"]["phase"] == "Pending":
            if self.is_due(metadata["uid"], "bound", UNTIL_READY, now):
                patch = {"metadata": {"uid": metadata["uid"]}, "status": running(pod)}
                self.api.call("PATCH", path + "/status", patch, "application/merge-patch+json")

    def is_due(self, uid, state, seconds, now):
        """Whether so many seconds have passed since the state began; true once."""
        begun = self.since.setdefault((uid, state), now)
        if begun is None or now - begun < seconds:
            return False
        self.since[uid, state] = None
        return True


def running(pod):
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    conditions = [condition for condition in pod["status"].get("conditions", []) if condition["type"] == "PodScheduled"]
    conditions += [{"type": kind, "status": "True", "lastTransitionTime": now} for kind in ("Initialized", "ContainersReady", "Ready")]
    containers = [
        {"name": container["name"], "image": container["image"], "imageID": "", "ready": True, "restartCount": 0, "state": {"running": {"startedAt": now}}}
        for container in pod["spec"]["containers"]
    ]
    return {"phase": "Running", "startTime": now, "conditions": conditions, "containerStatuses": containers, "podIP": "10.0.0.1", "podIPs": [{"ip": "10.0.0.1"}]}


def leave_nodes_to_kwok(cluster):
    """Starts kwok again with what it does for nodes alone; `down` of the control plane ends it."""
    cluster.stop("kwok")
    with open(os.path.join(os.path.dirname(cluster.binaries), "stages.yaml")) as file:
        stages = re.split(r"^---\n", file.read(), flags=re.M)
    path = os.path.join(cluster.folder, "node-stages.yaml")
    with open(path, "w") as file:
        file.write("---\n".join(stage for stage in stages if re.search(r"^    kind: Node$", stage, flags=re.M)))
    with open(os.path.join(cluster.folder, "kwok.log"), "a") as log:
        command = [os.path.join(cluster.binaries, "kwok"), "--kubeconfig", cluster.kubeconfig, "--manage-all-nodes", "--config", path]
        process = subprocess.Popen(command, stdout=log, stderr=log)
    with open(os.path.join(cluster.folder, "kwok.pid"), "w") as file:
        file.write(str(process.pid))
