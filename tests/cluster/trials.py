"""Trials of the operator on a real control plane: each asserts, and prints what it measured.

    trials.py [NAME...]        all without a name; tests/cluster/run NAME does this

The environment names the programs: LWS_CONTROL_PLANE, LWS_OPERATOR, LWSCTL, and for `upgrade` the folder LWS_E2E. Bars of times
hold on a quiet machine of two cores: LWS_SLOW=3 multiplies them. Exit status 1 when a trial fails.
"""

import gzip
import http.client
import json
import multiprocessing
import os
import signal
import ssl
import subprocess
import sys
import time
import urllib.parse
import uuid

from installed_cluster import (
    ACCOUNT,
    LEASE,
    NAMESPACE,
    SETS,
    Api,
    Hammer,
    InstalledCluster,
    expect,
    own_address,
    percentile,
    set_document,
    wait_for,
)
from watch_replay import WatchReplay

SLOW = float(os.environ.get("LWS_SLOW", "1"))
PODS = "/api/v1/namespaces/default/pods"
STATEFULSETS = "/apis/apps/v1/namespaces/default/statefulsets"
REVISIONS = "/apis/apps/v1/namespaces/default/controllerrevisions"
LABELS = "leaderworkerset.sigs.k8s.io/"
SECRET = "/api/v1/namespaces/%s/secrets/lws-webhook-server-cert" % NAMESPACE


def figure(text, *values):
    print("    " + text % values, flush=True)


def expect_clean_log(operator):
    # What is written to an object that somebody has just deleted is an error, as in the reference.
    errors = [message for message in operator.messages("error") if "not found" not in message]
    expect(not errors, "the operator's log has errors: %s" % errors[:3])


def roll(cluster, name, image, seconds=300):
    began = time.time()
    cluster.set_image(name, image)
    wait_for(seconds * SLOW, "the rollout of " + name, lambda: cluster.is_complete(name))
    return began


def election():
    """Two operators: one acts. The other takes over after a crash and after SIGTERM; who comes again takes its own Lease at once."""
    with InstalledCluster() as cluster:
        operators = {name: cluster.start_operator(name) for name in ("a", "b")}
        leader = wait_for(30, "somebody leads", cluster.holder)
        leads = [o for o in operators.values() if times_elected(o)]
        expect(len(leads) == 1, "%d operators lead" % len(leads))
        first, second = leads[0], [o for o in operators.values() if o is not leads[0]][0]
        cluster.create_set("before", 2, 2)
        wait_for(60 * SLOW, "the set is ready", lambda: cluster.is_complete("before"))
        begun = time.monotonic()
        first.end(signal.SIGKILL)
        cluster.create_set("crash", 1, 1)
        wait_for(18 * SLOW, "the other acts after a crash", lambda: cluster.api.call("GET", STATEFULSETS + "/crash")[0] == 200)
        figure("acts %.1f s after a crash (bar 18 s)", time.monotonic() - begun)
        expect(cluster.holder() != leader, "the Lease has not changed hands")
        first.start()
        first.wait_ready()
        expect(times_elected(first) == 1, "two operators lead")
        begun = time.monotonic()
        second.end(signal.SIGTERM)
        cluster.create_set("sigterm", 1, 1)
        wait_for(3 * SLOW, "the other acts after SIGTERM", lambda: cluster.api.call("GET", STATEFULSETS + "/sigterm")[0] == 200)
        figure("acts %.1f s after SIGTERM (bar 3 s)", time.monotonic() - begun)
        # The next process on the same host knows that this one has ended, and goes on where it was.
        time.sleep(2)
        begun = time.monotonic()
        first.end(signal.SIGKILL)
        first.start()
        first.wait_ready()
        cluster.create_set("again", 1, 1)
        wait_for(3 * SLOW, "it acts again", lambda: cluster.api.call("GET", STATEFULSETS + "/again")[0] == 200)
        figure("acts %.1f s after a crash and a start on the same host (bar 3 s)", time.monotonic() - begun)
        expect(any("Taking over" in m for m in first.messages("info")), "nothing was handed over")
        expect_clean_log(first)
        expect_clean_log(second)


def times_elected(operator):
    return len([m for m in operator.messages("info") if "Became the leader" in m])


def certificates():
    """The operator makes the webhooks' certificate, and another when the Secret is emptied; nobody is refused meanwhile."""
    with InstalledCluster() as cluster:
        operator = cluster.start_operator()
        figure("first install serves %.1f s after the start (bar 5 s)", time.monotonic() - operator.started)
        expect(time.monotonic() - operator.started < 5 * SLOW, "the first certificate comes late")
        secret = cluster.api.get(SECRET)
        expect({"ca.crt", "ca.key", "tls.crt", "tls.key"} <= set(secret.get("data", {})), "the Secret has no certificate")
        bundles = caller_bundles(cluster)
        expect(bundles == {secret["data"]["ca.crt"]}, "the webhook configurations name another authority")
        hammer, served = Hammer(cluster), operator.certificate()
        time.sleep(1)
        cluster.api.patch(SECRET, {"data": {key: None for key in secret["data"]}})
        began = time.monotonic()
        wait_for(60 * SLOW, "another certificate is served", lambda: operator.certificate() != served)
        figure("another certificate is served %.1f s after the Secret was emptied", time.monotonic() - began)
        time.sleep(2)
        hammer.end()
        figure("%d pods admitted meanwhile, %d refused (bar 0)", hammer.admitted, len(hammer.refused))
        expect(hammer.admitted > 10 and not hammer.refused, "pods were refused: %s" % hammer.refused[:2])
        operator.end(signal.SIGKILL)
        before = cluster.api.get(SECRET)["data"]
        operator.start()
        operator.wait_ready()
        expect(cluster.api.get(SECRET)["data"] == before, "a start makes another certificate")
        figure("a second start is ready after %.2f s, with the same certificate", time.monotonic() - operator.started)
        expect_clean_log(operator)


def caller_bundles(cluster):
    bundles = set()
    for kind in ("mutating", "validating"):
        path = "/apis/admissionregistration.k8s.io/v1/%swebhookconfigurations/lws-%s-webhook-configuration" % (kind, kind)
        for webhook in cluster.api.get(path)["webhooks"]:
            bundles.add(webhook["clientConfig"].get("caBundle"))
    return bundles


def metrics():
    """The metrics of both replicas are for users who may read them; nobody else gets any."""
    with InstalledCluster() as cluster:
        operator = cluster.start_operator()
        cluster.create_set("measured", 1, 2)
        wait_for(60 * SLOW, "the set is ready", lambda: cluster.is_complete("measured"))
        cluster.kubectl("create", "serviceaccount", "reader")
        cluster.kubectl("create", "serviceaccount", "stranger")
        cluster.kubectl("create", "clusterrolebinding", "reader", "--clusterrole=lws-metrics-reader", "--serviceaccount=default:reader")
        answers = {}
        for name in ("reader", "stranger"):
            answers[name] = read_metrics(operator, cluster.kubectl("create", "token", name).strip())
        answers["junk"], answers["nobody"] = read_metrics(operator, "junk"), read_metrics(operator, None)
        codes = {name: code for name, (code, _) in answers.items()}
        figure("%s", codes)
        expect(codes == {"reader": 200, "stranger": 403, "junk": 401, "nobody": 401}, "wrong answers")
        text = answers["reader"][1]
        for metric in ("controller_runtime_reconcile_total", "workqueue_depth", "leader_election_master_status", "process_resident_memory_bytes", "controller_runtime_webhook_requests_total"):
            expect("\n" + metric in text, "there is no " + metric)
        expect_clean_log(operator)


def read_metrics(operator, token):
    connection = http.client.HTTPSConnection("127.0.0.1", operator.metrics_port, context=ssl._create_unverified_context())
    connection.request("GET", "/metrics", headers={"Authorization": "Bearer " + token} if token else {})
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def access():
    """The ServiceAccount of the manifests may do all that the operator does, and not more: no request of it is refused."""
    with InstalledCluster() as cluster:
        operator = cluster.start_operator()
        cluster.create_set("plain", 2, 2)
        annotations = {LABELS + "exclusive-topology": "kubernetes.io/hostname", "lws-policies/restarts": '{"atMost": 3, "firstBackoff": "1s"}'}
        document = dict(set_document("rich", 2, 2), metadata={"name": "rich", "annotations": annotations})
        document["spec"]["networkConfig"] = {"subdomainPolicy": "UniquePerReplica"}
        cluster.api.do("POST", SETS % "default", document)
        for name in ("plain", "rich"):
            wait_for(90 * SLOW, name + " is ready", lambda: cluster.is_complete(name))
        roll(cluster, "plain", "2")
        cluster.api.do("DELETE", PODS + "/rich-0-1")
        wait_for(60 * SLOW, "the group comes back", lambda: cluster.is_complete("rich"))
        operator.end(signal.SIGTERM)
        refused = [r for r in cluster.requests(0, ACCOUNT) if r.get("responseStatus", {}).get("code") == 403]
        expect(not refused, "refused: %s" % sorted({"%s %s" % (r["verb"], r["requestURI"].split("?")[0]) for r in refused}))
        kinds = sorted({r["objectRef"]["resource"] for r in cluster.requests(0, ACCOUNT) if "objectRef" in r})
        figure("no request was refused; it reads and writes %s", ", ".join(kinds))
        expect_clean_log(operator)


def roles():
    """A DisaggregatedSet comes up, rolls and goes, with the ServiceAccount's token."""
    with InstalledCluster() as cluster:
        operator = cluster.start_operator()
        sets = "/apis/disaggregatedset.x-k8s.io/v1/namespaces/default/disaggregatedsets"
        spec = {"slices": 2, "roles": [role_document("prefill", 2, "1"), role_document("decode", 1, "1")]}
        document = {"apiVersion": "disaggregatedset.x-k8s.io/v1", "kind": "DisaggregatedSet", "metadata": {"name": "llm"}, "spec": spec}
        wait_for(30, "the set is admitted", lambda: cluster.try_create(sets, document))
        began = time.monotonic()
        wait_for(120 * SLOW, "all roles are ready", lambda: roles_of(cluster) == [("decode", "1", 1, 1)] * 2 + [("prefill", "1", 2, 2)] * 2)
        figure("two slices of two roles are ready after %.1f s", time.monotonic() - began)
        spec["roles"] = [role_document("prefill", 2, "2"), role_document("decode", 1, "2")]
        cluster.api.patch(sets + "/llm", {"spec": spec})
        began = time.monotonic()
        wait_for(240 * SLOW, "all roles roll", lambda: roles_of(cluster) == [("decode", "2", 1, 1)] * 2 + [("prefill", "2", 2, 2)] * 2)
        figure("they have rolled after %.1f s", time.monotonic() - began)
        told = {e["reason"] for e in cluster.api.get("/apis/events.k8s.io/v1/namespaces/default/events")["items"] if e["regarding"]["kind"] == "DisaggregatedSet"}
        expect({"RollingUpdateStarted", "ScalingUp", "ScalingDown", "RollingUpdateCompleted"} <= told, "events: %s" % told)
        invalid = dict(document, metadata={"name": "wrong"}, spec={"roles": [role_document("a", 1, "1")] * 2})
        code, answer = cluster.api.call("POST", sets, invalid)
        expect(code in (403, 422), "two roles of one name are admitted: %d %s" % (code, answer))
        time.sleep(2)
        rest = time.time()
        time.sleep(10)
        expect(not cluster.writes_of_operator(rest), "requests at rest: %s" % cluster.writes_of_operator(rest)[:3])
        cluster.api.do("DELETE", sets + "/llm")
        wait_for(60 * SLOW, "the children go", lambda: not roles_of(cluster))
        refused = [r for r in cluster.requests(0, ACCOUNT) if r.get("responseStatus", {}).get("code") == 403]
        expect(not refused, "refused: %s" % sorted({"%s %s" % (r["verb"], r["requestURI"].split("?")[0]) for r in refused}))
        expect_clean_log(operator)


def role_document(name, replicas, image):
    containers = [{"name": "main", "image": "example.com/app:" + image}]
    return {"name": name, "spec": {"replicas": replicas, "leaderWorkerTemplate": {"size": 2, "workerTemplate": {"spec": {"containers": containers}}}}}


def roles_of(cluster):
    """Role, image, replicas and ready replicas of the children."""
    found = []
    for child in cluster.api.get(SETS % "default")["items"]:
        template = child["spec"]["leaderWorkerTemplate"]["workerTemplate"]
        image = template["spec"]["containers"][0]["image"].rsplit(":", 1)[1]
        ready = child.get("status", {}).get("readyReplicas", 0)
        found.append((child["metadata"]["labels"]["disaggregatedset.x-k8s.io/role"], image, child["spec"].get("replicas", 1), ready))
    return sorted(found)


def outside():
    """The steps of docs/operator.md: manifests for an operator outside of the cluster, the operator with its defaults, a set."""
    cluster = InstalledCluster()
    operator = None
    try:
        cluster.up()
        manifests = subprocess.run([cluster.lwsctl, "install", "--at", own_address()], stdout=subprocess.PIPE, check=True, text=True).stdout
        cluster.kubectl("apply", "--server-side", "-f", "-", text=manifests)
        with open(os.path.join(cluster.folder, "outside.log"), "w") as log:
            environment = dict(os.environ, KUBECONFIG=cluster.kubeconfig)
            operator = subprocess.Popen([cluster.operator], env=environment, stderr=log)
        began = time.monotonic()
        cluster.create_set("first", 2, 2)
        figure("the first set is admitted %.1f s after the start", time.monotonic() - began)
        wait_for(60 * SLOW, "the set is ready", lambda: cluster.is_complete("first"))
        roll(cluster, "first", "2")
        status = subprocess.run([cluster.lwsctl, "status", "first"], env=environment, stdout=subprocess.PIPE, text=True)
        expect(status.returncode == 0 and "first" in status.stdout, "lwsctl status: %d %s" % (status.returncode, status.stdout))
        expect(operator.poll() is None, "the operator ended")
    finally:
        if operator:
            operator.terminate()
            operator.wait(20)
        cluster.__exit__()


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


def golden_objects(name):
    """What the reference left in the cluster at the end of a scenario, by kind and name."""
    objects = {}
    with gzip.open(os.path.join(os.environ["LWS_E2E"], "golden", name + ".json.gz"), "rt") as file:
        outcome = json.load(file)
    for step in outcome["steps"]:
        for key in step.get("gone", []):
            kind, object_name = key.split("/", 1)
            del objects[kind][object_name]
        for key, document in step["changed"].items():
            kind, object_name = key.split("/", 1)
            objects.setdefault(kind, {})[object_name] = document
    return objects


def fresh(document, owners):
    """The object as one creates it, owned by objects of this cluster."""
    document = {key: value for key, value in json.loads(json.dumps(document)).items() if key != "status"}
    metadata = document["metadata"]
    for field in ("uid", "namespace", "generation", "resourceVersion", "creationTimestamp"):
        metadata.pop(field, None)
    for owner in metadata.get("ownerReferences", []):
        owner["uid"] = owners[owner["kind"], owner["name"]]
    return document


def upgrade():
    """Over the reference's objects, which carry its names and hashes, the operator starts no rollout."""
    golden, namespace = golden_objects("rollout-surge-1"), "e2e-rollout-surge-1"
    sets, pods, statefulsets, revisions = (path.replace("default", namespace) for path in (SETS % "default", PODS, STATEFULSETS, REVISIONS))
    with InstalledCluster() as cluster:
        cluster.kubectl("create", "namespace", namespace)
        hold_lease(cluster)
        # Replicas without the Lease serve webhooks, if there is a certificate: another process of the operator makes it.
        maker = cluster.start_operator("maker", elects=False)
        maker.end(signal.SIGTERM)
        operator = cluster.start_operator("operator", is_ready=False)
        owners = {}

        def put(kind, path, document):
            made = wait_for(30, kind + " is created", lambda: cluster.try_create(path, fresh(document, owners)))
            owners[kind, made["metadata"]["name"]] = made["metadata"]["uid"]

        for document in golden["LeaderWorkerSet"].values():
            put("LeaderWorkerSet", sets, document)
        for document in golden["ControllerRevision"].values():
            put("ControllerRevision", revisions, document)
        for document in golden["Service"].values():
            put("Service", "/api/v1/namespaces/%s/services" % namespace, document)
        groups = [d for d in golden["StatefulSet"].values() if d["metadata"]["ownerReferences"][0]["kind"] == "Pod"]
        for document in golden["StatefulSet"].values():
            if document in groups:
                continue
            name = document["metadata"]["name"]
            cluster.api.apply(statefulsets + "/" + name, dict(fresh(document, owners)), manager="lws")
            count = document["spec"]["replicas"]
            for i in range(count):
                pod = wait_for(60, "leader pod", lambda: next((a for c, a in [cluster.api.call("GET", "%s/%s-%d" % (pods, name, i))] if c == 200), None))
                owners["Pod", pod["metadata"]["name"]] = pod["metadata"]["uid"]
        for document in groups:
            cluster.api.apply(statefulsets + "/" + document["metadata"]["name"], fresh(document, owners), manager="lws")
        expected = sorted(golden["Pod"])
        wait_for(60 * SLOW, "the pods are ready", lambda: ready_pods(cluster, pods) == expected)
        before = identities(cluster, pods, statefulsets, revisions)
        began = time.time()
        cluster.api.patch(LEASE, {"spec": {"holderIdentity": "", "leaseDurationSeconds": 1}})
        wait_for(30 * SLOW, "the operator leads", lambda: "reference" not in cluster.holder() and cluster.holder())
        wait_for(60 * SLOW, "the set's status", lambda: cluster.is_complete("set", namespace))
        time.sleep(5)
        after = identities(cluster, pods, statefulsets, revisions)
        expect(after == before, "objects were replaced: %s, before %s" % (after, before))
        writes = [r for r in cluster.writes_of_operator(began) if r["verb"] in ("create", "patch", "update", "delete")]
        figure("writes after the change of hands: %s", sorted("%s %s" % (r["verb"], r["requestURI"].split("?")[0].split("/namespaces/")[-1]) for r in writes))
        expect(all(r["objectRef"]["resource"] in ("leaderworkersets", "statefulsets", "events") for r in writes), "it made objects")
        expect_clean_log(operator)


def ready_pods(cluster, path):
    names = []
    for pod in cluster.api.get(path)["items"]:
        if any(c["type"] == "Ready" and c["status"] == "True" for c in pod.get("status", {}).get("conditions", [])):
            names.append(pod["metadata"]["name"])
    return sorted(names)


def identities(cluster, *paths):
    """Which objects there are; the generation of StatefulSets says whether their specification changed."""
    found = []
    for path in paths:
        for item in cluster.api.get(path + "?labelSelector=" + LABELS + "name")["items"]:
            metadata = item["metadata"]
            found.append((metadata["name"], metadata["uid"], metadata.get("generation") if "statefulsets" in path else None))
    return sorted(found)


def goaway():
    """The API server closes connections at random; rollouts go on, and nothing fails."""
    with InstalledCluster("--goaway-chance 0.02") as cluster:
        operator = cluster.start_operator()
        cluster.create_set("roll", 20, 4)
        wait_for(180 * SLOW, "the set is ready", lambda: cluster.is_complete("roll"))
        began = roll(cluster, "roll", "2")
        figure("20 groups of 4 rolled with %d requests", len(cluster.writes_of_operator(began)))
        expect_clean_log(operator)


def requests():
    """How many requests a rollout takes, and that there are none at rest."""
    with InstalledCluster() as cluster:
        operator = cluster.start_operator()
        cluster.create_set("roll", 20, 4)
        wait_for(180 * SLOW, "the set is ready", lambda: cluster.is_complete("roll"))
        time.sleep(3)
        began = roll(cluster, "roll", "2")
        time.sleep(3)
        sent = cluster.writes_of_operator(began)
        conflicts = [r for r in sent if r.get("responseStatus", {}).get("code") == 409]
        counts = {}
        for request in sent:
            key = "%s %s" % (request["verb"], request["objectRef"]["resource"] + ("/" + request["objectRef"]["subresource"] if "subresource" in request["objectRef"] else ""))
            counts[key] = counts.get(key, 0) + 1
        figure("rollout of 20 groups of 4: %d requests (bar 250; the reference: 483), %d conflicts: %s", len(sent), len(conflicts), counts)
        expect(len(sent) <= 250 and not conflicts, "too many requests, or conflicts")
        began = time.time()
        time.sleep(30)
        rest = cluster.writes_of_operator(began)
        leases = [r for r in cluster.requests(began, ACCOUNT) if r.get("objectRef", {}).get("resource") == "leases"]
        figure("at rest for 30 s: %d requests (bar 0), and %d for the Lease", len(rest), len(leases))
        expect(not rest and len(leases) <= 20, "requests at rest: %s" % [r["requestURI"] for r in rest][:5])
        figure("CPU since the start %.2f s, memory %.0f MiB", operator.cpu(), operator.memory("VmHWM"))
        expect_clean_log(operator)


def latency():
    """From an event to the write that answers it, by the clock of the API server."""
    with InstalledCluster() as cluster:
        operator = cluster.start_operator()
        idle = []
        for i in range(40):
            cluster.create_set("idle-%d" % i, 1, 1)
            time.sleep(0.3)
        sent = cluster.requests(0)
        for i in range(40):
            event = first(sent, "create", "leaderworkersets", "idle-%d" % i)
            write = first(sent, "create", "controllerrevisions", None, ACCOUNT, prefix="idle-%d-" % i)
            if event and write:
                idle.append(max(0.0, write["received"] - event["ended"]) * 1000)
        expect(len(idle) >= 30, "only %d sets were answered" % len(idle))
        figure("idle, %d events: min %.1f, median %.1f, p99 %.1f ms (bar p99 5 ms)", len(idle), min(idle), percentile(idle, 0.5), percentile(idle, 0.99))
        began = time.time()
        cluster.create_set("burst", 60, 2)
        wait_for(180 * SLOW, "the set is ready", lambda: cluster.is_complete("burst"))
        sent = cluster.requests(began)
        burst = []
        for i in range(60):
            event, write = first(sent, "create", "pods", "burst-%d" % i), first(sent, "create", "statefulsets", "burst-%d" % i, ACCOUNT)
            write = write or first(sent, "patch", "statefulsets", "burst-%d" % i, ACCOUNT)
            if event and write:
                burst.append(max(0.0, write["received"] - event["ended"]) * 1000)
        expect(len(burst) == 60, "%d of 60 groups were found" % len(burst))
        figure("burst of 60 groups: median %.1f, p99 %.1f ms (bar p99 250 ms)", percentile(burst, 0.5), percentile(burst, 0.99))
        expect(percentile(idle, 0.99) <= 5 * SLOW and percentile(burst, 0.99) <= 250 * SLOW, "too late")
        expect_clean_log(operator)


def first(sent, verb, resource, name, user=None, prefix=None):
    for request in sent:
        ref = request.get("objectRef", {})
        if request["verb"] != verb or ref.get("resource") != resource or "subresource" in ref or (user and request["user"]["username"] != user):
            continue
        if ref.get("name") == name or (prefix and ref.get("name", "").startswith(prefix)):
            return request
    return None


def start():
    """How long a start takes: to the first webhook served, and to the first write."""
    with InstalledCluster() as cluster:
        operator = cluster.start_operator(elects=False)
        cluster.create_set("s", 20, 4)
        wait_for(180 * SLOW, "the set is ready", lambda: cluster.is_complete("s"))
        served, written = [], []
        for _ in range(7):
            operator.end(signal.SIGKILL)
            cluster.api.do("DELETE", "/api/v1/namespaces/default/services/s")
            operator.start()
            wait_for(30, "TLS is served", lambda: is_served(operator))
            served.append(time.monotonic() - operator.started)
            wait_for(30, "the Service is made again", lambda: cluster.api.call("GET", "/api/v1/namespaces/default/services/s")[0] == 200)
            written.append(time.monotonic() - operator.started)
        figure("to the first webhook served: min %.0f, median %.0f ms", min(served) * 1000, percentile(served, 0.5) * 1000)
        figure("to the first write: min %.0f, median %.0f ms", min(written) * 1000, percentile(written, 0.5) * 1000)
        expect(percentile(written, 0.5) < 2 * SLOW, "a start takes too long")


def is_served(operator):
    try:
        operator.tls().close()
        return True
    except OSError:
        return False


def review(name):
    labels = {LABELS + "name": "s", LABELS + "group-index": "1"}
    metadata = {"name": name, "namespace": "default", "labels": labels, "annotations": {LABELS + "size": "4", LABELS + "leader-name": "s-1"}}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"subdomain": "s", "containers": [{"name": "main", "image": "example.com/app:1"}]}}
    request = {"uid": "1", "operation": "CREATE", "namespace": "default", "name": name, "kind": {"group": "", "version": "v1", "kind": "Pod"}, "object": pod}
    body = json.dumps({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}).encode()
    head = "POST /mutate--v1-pod HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    return head.encode() + body


def admit(connection, request):
    connection.sendall(request)
    answer = connection.recv(65536)
    while b"\r\n\r\n" not in answer or b'"uid":"1"' not in answer:
        part = connection.recv(65536)
        expect(part, "the connection was closed: %s" % answer[:200])
        answer += part
    expect(answer.startswith(b"HTTP/1.1 200") and b'"allowed":true' in answer, "not admitted: %s" % answer[:300])


def admit_many(operator, count):
    connection, request = operator.tls(), review("s-1-2")
    for _ in range(count):
        admit(connection, request)


def admission():
    """Admission of a pod by a client that speaks to the webhook itself: one at a time, and four at a time."""
    with InstalledCluster() as cluster:
        operator = cluster.start_operator(elects=False)
        connection, request = operator.tls(), review("s-1-2")
        rounds = []
        for _ in range(5):
            times = []
            for _ in range(2000):
                began = time.perf_counter()
                admit(connection, request)
                times.append((time.perf_counter() - began) * 1e6)
            rounds.append((percentile(times, 0.5), percentile(times, 0.99)))
        p50, p99 = min(r[0] for r in rounds), min(r[1] for r in rounds)
        figure("one at a time, best of 5 rounds: p50 %.0f, p99 %.0f us (bars 250, 500)", p50, p99)
        cpu, began = operator.cpu(), time.monotonic()
        workers = [multiprocessing.Process(target=admit_many, args=(operator, 2500)) for _ in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        expect(all(worker.exitcode == 0 for worker in workers), "a client failed")
        seconds, cpu = time.monotonic() - began, operator.cpu() - cpu
        figure("four at a time: %.0f/s by the clock, %.0f/s by the operator's CPU (bar 5,000/s)", 10000 / seconds, 10000 / cpu)
        expect(p50 <= 250 * SLOW and p99 <= 500 * SLOW and 10000 / cpu >= 5000, "too slow")


SETS_OF_MANY, GROUPS_OF_MANY, SIZE_OF_MANY = 25, 100, 8


def many():
    """20,000 pods in 25 sets, whose 2,500 worker StatefulSets are to be made: memory, CPU and time."""
    with InstalledCluster() as cluster:
        operator = cluster.start_operator(elects=False)
        cluster.create_set("model", 1, SIZE_OF_MANY)
        wait_for(120 * SLOW, "the set is ready", lambda: cluster.is_complete("model"))
        leader, worker = (cluster.api.get(PODS + "/" + name) for name in ("model-0", "model-0-1"))
        cluster.api.do("DELETE", SETS % "default" + "/model")
        wait_for(120 * SLOW, "the set is gone", lambda: not cluster.api.get(PODS)["items"])
        operator.end(signal.SIGTERM)
        for component in ("kube-scheduler", "kube-controller-manager", "kwok"):
            cluster.stop(component)
        for kind in ("mutating", "validating"):
            cluster.kubectl("delete", kind + "webhookconfiguration", "lws-%s-webhook-configuration" % kind)
        for i in range(SETS_OF_MANY):
            cluster.api.do("POST", SETS % "default", set_document("m%d" % i, GROUPS_OF_MANY, SIZE_OF_MANY))
        began = time.monotonic()
        with multiprocessing.Pool(8) as pool:
            pool.starmap(create_pods, [(cluster.server, cluster.token, "m%d" % i, leader, worker) for i in range(SETS_OF_MANY)])
        count = SETS_OF_MANY * GROUPS_OF_MANY * SIZE_OF_MANY
        figure("%d pods created in %.0f s (load %.1f)", count, time.monotonic() - began, os.getloadavg()[0])
        # As long as another process leads, the operator only reads.
        hold_lease(cluster)
        operator.elects = True
        operator.start()
        synced = lambda: operator.cpu() if "the cluster is still being read" not in readiness(operator) else None
        cpu = wait_for(300 * SLOW, "the pods are read", synced)
        seconds = time.monotonic() - operator.started
        time.sleep(15)
        read_memory = operator.memory()
        figure("read in %.1f s with %.2f s of CPU; %.1f MiB at rest (bar 35 MiB)", seconds, cpu, read_memory)
        cpu, begun, made = operator.cpu(), time.time(), made_statefulsets(cluster)
        cluster.api.patch(LEASE, {"spec": {"holderIdentity": "", "leaseDurationSeconds": 1}})
        wanted = SETS_OF_MANY * (GROUPS_OF_MANY + 1)
        wait_for(300 * SLOW, "the worker StatefulSets are made", lambda: made_statefulsets(cluster) >= wanted + made)
        sent = [r for r in cluster.writes_of_operator(begun) if r["objectRef"]["resource"] == "statefulsets"]
        seconds = max(r["ended"] for r in sent) - min(r["received"] for r in sent)
        cpu = operator.cpu() - cpu
        time.sleep(15)
        memory = operator.memory()
        figure("%d StatefulSets in %.1f s, %.2f s of CPU (bars 12 s, 5 s); %.1f MiB at rest, at most %.1f (bar 35 MiB)", wanted, seconds, cpu, memory, operator.memory("VmHWM"))
        expect(read_memory <= 35 and memory <= 35 and cpu <= 5 and seconds <= 12 * SLOW, "too much")


def hold_lease(cluster):
    far = {"holderIdentity": "reference_0", "leaseDurationSeconds": 3600, "renewTime": "2026-01-01T00:00:00.000000Z", "acquireTime": "2026-01-01T00:00:00.000000Z"}
    lease = {"metadata": {"name": LEASE.rsplit("/", 1)[1], "namespace": NAMESPACE}, "spec": far}
    cluster.api.do("POST", LEASE.rsplit("/", 1)[0], lease)


def readiness(operator):
    try:
        connection = http.client.HTTPConnection("127.0.0.1", operator.probe_port, timeout=5)
        connection.request("GET", "/readyz?verbose")
        return connection.getresponse().read().decode()
    except OSError:
        return "the cluster is still being read"


def made_statefulsets(cluster):
    time.sleep(0.5)
    with open(cluster.audit_path) as file:
        return sum(ACCOUNT in line and "/statefulsets" in line and ('"verb":"create"' in line or '"verb":"patch"' in line) for line in file)


def create_pods(server, token, name, leader, worker):
    """All pods of a set, as Kubernetes and the webhooks have made them for another one."""
    api = Api(server, token)
    for group in range(GROUPS_OF_MANY):
        for index in range(SIZE_OF_MANY):
            document = json.loads(json.dumps(worker if index else leader))
            metadata = document["metadata"]
            for field in ("uid", "resourceVersion", "creationTimestamp", "managedFields"):
                metadata.pop(field, None)
            owner = name if index == 0 else "%s-%d" % (name, group)
            metadata["ownerReferences"] = [dict(metadata["ownerReferences"][0], name=owner, uid=str(uuid.uuid5(uuid.NAMESPACE_DNS, owner)))]
            metadata["name"] = "%s-%d" % (name, group) + ("-%d" % index if index else "")
            labels = {"name": name, "group-index": str(group), "worker-index": str(index), "group-key": "%040x" % (hash((name, group)) % 16**40)}
            metadata["labels"].update({LABELS + key: value for key, value in labels.items()})
            metadata["annotations"][LABELS + "size"] = str(SIZE_OF_MANY)
            document["spec"].pop("nodeName", None)
            document["spec"]["volumes"] = []
            document["spec"]["containers"] = [{"name": "main", "image": "example.com/app:1"}]
            api.do("POST", PODS, document)


def events():
    """A recorded watch over TLS: how many events a second of CPU takes in."""
    with InstalledCluster() as cluster:
        cluster.start_operator(elects=False)
        cluster.create_set("recorded", 4, 4)
        wait_for(120 * SLOW, "the set is ready", lambda: cluster.is_complete("recorded"))
        pods = [p for p in cluster.api.get(PODS)["items"]]
        for operator in cluster.operators:
            operator.end()
        with WatchReplay(cluster.folder, pods, EVENTS) as replay:
            rates = []
            for i in range(3):
                rates.append(replay.measure(cluster, "replayed-%d" % i))
                figure("%d events of %.1f KB: %.0f/s a core (bar 40,000/s)", EVENTS, replay.bytes_of_event / 1000, rates[-1])
        expect(max(rates) >= 40000, "too slow")


EVENTS = 60000
TRIALS = [election, certificates, metrics, access, roles, outside, placement, upgrade, goaway, requests, latency, start, admission, events, many]


def main(names):
    trials = {trial.__name__: trial for trial in TRIALS}
    unknown = [name for name in names if name not in trials]
    if unknown:
        print("no such trial: %s; there are %s" % (", ".join(unknown), ", ".join(trials)), file=sys.stderr)
        return 2
    failed = 0
    for name in names or trials:
        print("%s: %s (load %.1f)" % (name, trials[name].__doc__, os.getloadavg()[0]), flush=True)
        try:
            trials[name]()
            print("    ok", flush=True)
        except Exception as fault:  # the trials after this one still run
            failed += 1
            print("    FAILED: %s: %s" % (type(fault).__name__, fault), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
