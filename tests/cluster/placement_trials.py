"""Trials of groups that get their nodes from the operator, on a real control plane."""

import signal
import time
import urllib.parse

from installed_cluster import (
    LABELS,
    PODS,
    SETS,
    SLOW,
    InstalledCluster,
    expect,
    expect_clean_log,
    figure,
    roll,
    set_document,
    wait_for,
)

PLACEMENT = "capacityPlacement: {enable: true, levels: [topology.kubernetes.io/zone, example.com/rack, kubernetes.io/hostname]}\n"
NODE = "lws-policies/node"
ZONE = "topology.kubernetes.io/zone"


def placement():
    """Nodes of groups are chosen by capacity, before their pods start; of a group without a place an event says why."""
    with InstalledCluster() as cluster:
        operator = cluster.start_operator(configuration=PLACEMENT)
        create_large(cluster, "first", 2, 3)
        wait_for(120 * SLOW, "the set is ready", lambda: cluster.is_complete("first"))
        expect_planned(cluster, "first", 6)
        zones = [{zone_of(cluster, pod) for pod in pods_of(cluster, "first", group)} for group in range(2)]
        expect(sorted(map(sorted, zones)) == [["z0"], ["z1"]], "the groups are not in one zone each: %s" % zones)
        create_large(cluster, "second", 1, 4)
        wait_for(60 * SLOW, "the event", lambda: no_place_of(cluster, "second"))
        time.sleep(5)
        told = no_place_of(cluster, "second")
        figure("of the group without a place: %s", told[0]["note"])
        expect(len(told) == 1 and not told[0].get("series"), "told more than once: %s" % told)
        expect("0 of 2 topology.kubernetes.io/zone fit 4 pods" in told[0]["note"] and "6 nvidia.com/gpu" in told[0]["note"], "the note has no counts")
        waiting = pods_of(cluster, "second", 0)
        expect(waiting and not any(pod["spec"].get("nodeName") for pod in waiting), "the group was started")
        operator.end(signal.SIGKILL)
        cluster.operators.remove(operator)
        operator = cluster.start_operator("next", configuration=PLACEMENT)
        time.sleep(3)
        expect(len(no_place_of(cluster, "second")) == 1, "the next process told it again")
        cluster.api.patch(SETS % "default" + "/first", {"spec": {"replicas": 1}})
        wait_for(120 * SLOW, "the second set is ready", lambda: cluster.is_complete("second"))
        expect_planned(cluster, "second", 4)
        roll(cluster, "second", "2")
        expect_planned(cluster, "second", 4)
        figure("memory %.0f MiB, CPU %.2f s", operator.memory("VmHWM"), operator.cpu())
        expect_clean_log(operator)


def create_large(cluster, name, replicas, size):
    """Its pods take all GPUs of a node each, and a group stays in a zone. The cluster has two zones of four nodes."""
    document = set_document(name, replicas, size)
    template = document["spec"]["leaderWorkerTemplate"]["workerTemplate"]
    template["metadata"] = {"annotations": {"kueue.x-k8s.io/podset-required-topology": ZONE}}
    container = template["spec"]["containers"][0]
    container["resources"] = {"limits": {"nvidia.com/gpu": "8"}, "requests": {"nvidia.com/gpu": "8"}}
    wait_for(30, "the set is admitted", lambda: cluster.try_create(SETS % "default", document))


def pods_of(cluster, name, group=None):
    selector = LABELS + "name=" + name + ("" if group is None else "," + LABELS + "group-index=%d" % group)
    return cluster.api.get(PODS + "?labelSelector=" + urllib.parse.quote(selector))["items"]


def zone_of(cluster, pod):
    return cluster.api.get("/api/v1/nodes/" + pod["spec"]["nodeName"])["metadata"]["labels"][ZONE]


def expect_planned(cluster, name, count):
    pods = pods_of(cluster, name)
    expect(len(pods) == count, "%d pods of %s" % (len(pods), name))
    for pod in pods:
        planned, node = pod["metadata"]["annotations"].get(NODE), pod["spec"].get("nodeName")
        expect(planned and planned == node, "%s is on %s, and was to be on %s" % (pod["metadata"]["name"], node, planned))


def no_place_of(cluster, name):
    events = cluster.api.get("/apis/events.k8s.io/v1/namespaces/default/events")["items"]
    return [event for event in events if event.get("reason") == "NoPlace" and event["regarding"]["name"] == name]
