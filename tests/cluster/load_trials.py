"""Trials of the operator under load on a real control plane: many sets, requests, reviews and events."""

import http.client
import json
import multiprocessing
import os
import signal
import time
import uuid

from installed_cluster import (
    ACCOUNT,
    LABELS,
    LEASE,
    NAMESPACE,
    PODS,
    SETS,
    SLOW,
    Api,
    InstalledCluster,
    expect,
    expect_clean_log,
    figure,
    percentile,
    roll,
    set_document,
    wait_for,
)
from watch_replay import WatchReplay


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
