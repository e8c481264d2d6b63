"""Trials of the operator on a real control plane: each asserts, and prints what it measured.

    trials.py [NAME...]        all without a name; tests/cluster/run NAME does this

The environment names the programs: LWS_CONTROL_PLANE, LWS_OPERATOR, LWSCTL, and for `upgrade` the folder LWS_E2E. Bars of times
hold on a quiet machine of two cores: LWS_SLOW=3 multiplies them. Exit status 1 when a trial fails.
"""

import gzip
import http.client
import json
import os
import signal
import ssl
import subprocess
import sys
import time

from installed_cluster import (
    ACCOUNT,
    LABELS,
    LEASE,
    NAMESPACE,
    PODS,
    SETS,
    SLOW,
    Hammer,
    InstalledCluster,
    expect,
    expect_clean_log,
    figure,
    is_ready,
    own_address,
    roll,
    set_document,
    wait_for,
)
from load_trials import admission, events, goaway, hold_lease, latency, many, requests, start
from placement_trials import placement
from scenario_trials import scenarios

STATEFULSETS = "/apis/apps/v1/namespaces/default/statefulsets"
REVISIONS = "/apis/apps/v1/namespaces/default/controllerrevisions"
SECRET = "/api/v1/namespaces/%s/secrets/lws-webhook-server-cert" % NAMESPACE


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
    return sorted(pod["metadata"]["name"] for pod in cluster.api.get(path)["items"] if is_ready(pod))


def identities(cluster, *paths):
    """Which objects there are; the generation of StatefulSets says whether their specification changed."""
    found = []
    for path in paths:
        for item in cluster.api.get(path + "?labelSelector=" + LABELS + "name")["items"]:
            metadata = item["metadata"]
            found.append((metadata["name"], metadata["uid"], metadata.get("generation") if "statefulsets" in path else None))
    return sorted(found)


TRIALS = [election, certificates, metrics, access, roles, outside, placement, scenarios, upgrade, goaway, requests, latency, start, admission, events, many]


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
