"""A control plane with the operator's manifests installed, and operators that run beside it as its Deployment would run them.

    with InstalledCluster("--goaway-chance 0.02") as cluster:
        operator = cluster.start_operator()
        cluster.api.create("leaderworkersets", {...})

The operators use the token of their ServiceAccount, so they may do what the manifests allow and nothing else. Their Service
has no selector; its EndpointSlices say where the operators listen on this machine.
"""

import calendar
import http.client
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.parse

NAMESPACE = "lws-system"
ACCOUNT = "system:serviceaccount:%s:lws-controller-manager" % NAMESPACE
SETS = "/apis/leaderworkerset.x-k8s.io/v1/namespaces/%s/leaderworkersets"
PODS = "/api/v1/namespaces/default/pods"
LABELS = "leaderworkerset.sigs.k8s.io/"
SLOW = float(os.environ.get("LWS_SLOW", "1"))
LEASE = "/apis/coordination.k8s.io/v1/namespaces/%s/leases/b8b2488c.x-k8s.io" % NAMESPACE
CONFIGURATION = """apiVersion: config.lws.x-k8s.io/v1alpha1
kind: Configuration
webhook: {port: %d}
metrics: {bindAddress: "127.0.0.1:%d"}
health: {healthProbeBindAddress: "127.0.0.1:%d"}
leaderElection: {leaderElect: %s}
"""
AUDIT_POLICY = """apiVersion: audit.k8s.io/v1
kind: Policy
omitManagedFields: true
rules: [{level: Metadata, omitStages: [RequestReceived]}]
"""


class Failed(Exception):
    """What a trial expected and did not find."""


def expect(condition, message):
    if not condition:
        raise Failed(message)


def wait_for(seconds, what, condition):
    """The first result of the condition that is true."""
    end = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        expect(time.monotonic() < end, "%s: not within %g s" % (what, seconds))
        time.sleep(0.05)


def free_port():
    with socket.socket() as listener:
        listener.bind(("", 0))
        return listener.getsockname()[1]


def own_address():
    """An address of this machine that is not the loopback: Kubernetes takes no other as an endpoint."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        return probe.getsockname()[0]


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))]


def set_document(name, replicas, size):
    containers = [{"name": "main", "image": "example.com/app:1"}]
    template = {"size": size, "workerTemplate": {"spec": {"containers": containers}}}
    return {
        "apiVersion": "leaderworkerset.x-k8s.io/v1",
        "kind": "LeaderWorkerSet",
        "metadata": {"name": name},
        "spec": {"replicas": replicas, "leaderWorkerTemplate": template},
    }


class Api:
    """A client of the API server with one connection; for one thread."""

    def __init__(self, server, token):
        url = urllib.parse.urlparse(server)
        self.connection = http.client.HTTPSConnection(url.hostname, url.port, context=ssl._create_unverified_context())
        self.token = token

    def call(self, method, path, body=None, content_type="application/json"):
        headers = {"Authorization": "Bearer " + self.token, "Content-Type": content_type}
        for last in (False, True):
            try:
                self.connection.request(method, path, None if body is None else json.dumps(body), headers)
                answer = self.connection.getresponse()
                text = answer.read()
                return answer.status, json.loads(text) if text[:1] == b"{" else text.decode()
            except (http.client.HTTPException, OSError):
                self.connection.close()
                if last:
                    raise

    def do(self, method, path, body=None, content_type="application/json"):
        code, answer = self.call(method, path, body, content_type)
        expect(code < 300, "%s %s: %d %s" % (method, path, code, str(answer)[:400]))
        return answer

    def get(self, path):
        return self.do("GET", path)

    def patch(self, path, patch):
        return self.do("PATCH", path, patch, "application/merge-patch+json")

    def apply(self, path, document, manager="trial"):
        return self.do("PATCH", path + "?fieldManager=%s&force=true" % manager, document, "application/apply-patch+yaml")


class Operator:
    """A process of the operator."""

    def __init__(self, cluster, name, elects, configuration=""):
        self.cluster, self.name, self.elects, self.configuration = cluster, name, elects, configuration
        self.port, self.metrics_port, self.probe_port = free_port(), free_port(), free_port()
        self.log_path = os.path.join(cluster.folder, name + ".log")
        self.start()

    def start(self):
        path = os.path.join(self.cluster.folder, self.name + ".yaml")
        with open(path, "w") as file:
            file.write(CONFIGURATION % (self.port, self.metrics_port, self.probe_port, "true" if self.elects else "false") + self.configuration)
        environment = dict(os.environ, KUBECONFIG=self.cluster.operator_kubeconfig, TMPDIR=self.cluster.folder)
        self.log = open(self.log_path, "a")
        self.started = time.monotonic()
        self.process = subprocess.Popen([self.cluster.operator, "--config", path], env=environment, stderr=self.log)
        self.cluster.serve(self)

    def end(self, with_signal=signal.SIGTERM):
        """Ends it; the Service names it no more."""
        if self.process.poll() is None:
            self.process.send_signal(with_signal)
        self.cluster.serve_no_more(self)
        self.process.wait(20)
        self.log.close()

    def is_ready(self):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.probe_port, timeout=5)
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except OSError:
            expect(self.process.poll() is None, "the operator ended; see %s" % self.log_path)
            return False

    def wait_ready(self, seconds=60):
        wait_for(seconds, "the operator is ready", self.is_ready)

    def messages(self, level):
        with open(self.log_path) as file:
            return [line.strip() for line in file if '"level":"%s"' % level in line]

    def cpu(self):
        """Seconds of CPU so far."""
        with open("/proc/%d/stat" % self.process.pid) as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self, field="VmRSS"):
        """MiB of resident memory: now, or at most (VmHWM)."""
        with open("/proc/%d/status" % self.process.pid) as file:
            return int(re.search(field + r":\s+(\d+)", file.read()).group(1)) / 1024

    def tls(self):
        """A connection to its webhooks."""
        return ssl._create_unverified_context().wrap_socket(socket.create_connection(("127.0.0.1", self.port), 10))

    def certificate(self):
        with self.tls() as connection:
            return connection.getpeercert(binary_form=True)


class InstalledCluster:
    def __init__(self, flags="", operator=None, lwsctl=None):
        self.flags = flags
        self.operator = operator or os.environ["LWS_OPERATOR"]
        self.lwsctl = lwsctl or os.environ["LWSCTL"]
        self.control_plane = os.environ["LWS_CONTROL_PLANE"]
        self.folder = tempfile.mkdtemp(prefix="lws-trial-")
        self.operators = []

    def __enter__(self):
        try:
            self.up()
            self.install()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for operator in self.operators:
            if operator.process.poll() is None:
                operator.process.kill()
                operator.process.wait()
        subprocess.run([self.control_plane, "down", self.folder], stdout=subprocess.DEVNULL)
        if not os.environ.get("LWS_KEEP"):
            shutil.rmtree(self.folder, ignore_errors=True)

    def up(self):
        policy, self.audit_path = os.path.join(self.folder, "audit.yaml"), os.path.join(self.folder, "audit.log")
        with open(policy, "w") as file:
            file.write(AUDIT_POLICY)
        flags = "--enable-aggregator-routing --audit-policy-file %s --audit-log-path %s %s" % (policy, self.audit_path, self.flags)
        environment = dict(os.environ, APISERVER_FLAGS=flags)
        exports = subprocess.run([self.control_plane, "up", self.folder], env=environment, stdout=subprocess.PIPE, check=True, text=True).stdout
        self.kubeconfig = re.search(r"KUBECONFIG=(\S+)", exports).group(1)
        self.binaries = re.search(r"PATH=([^:]+)", exports).group(1)
        config = json.loads(self.kubectl("config", "view", "--raw", "-o", "json"))
        self.server = config["clusters"][0]["cluster"]["server"]
        self.token = config["users"][0]["user"]["token"]
        self.api = self.client()

    def client(self, token=None):
        return Api(self.server, token or self.token)

    def kubectl(self, *words, text=None):
        command = [os.path.join(self.binaries, "kubectl"), "--kubeconfig", self.kubeconfig, *words]
        return subprocess.run(command, input=text, stdout=subprocess.PIPE, check=True, text=True).stdout

    def stop(self, component):
        """Ends a component of the control plane."""
        path = os.path.join(self.folder, component + ".pid")
        with open(path) as file:
            os.kill(int(file.read()), signal.SIGTERM)
        os.remove(path)

    def install(self):
        manifests = subprocess.run([self.lwsctl, "install"], stdout=subprocess.PIPE, check=True, text=True).stdout
        kept = []
        for document in re.split(r"^---\n", manifests, flags=re.M):
            kind = re.search(r"^kind: (\w+)", document, flags=re.M)
            if kind and kind.group(1) not in ("Deployment", "Service"):
                kept.append(document)
        self.webhooks = [document for document in kept if "WebhookConfiguration" in document]
        others = [document for document in kept if document not in self.webhooks]
        self.kubectl("apply", "--server-side", "-f", "-", text="---\n".join(others))
        self.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
        service = {"metadata": {"name": "lws-webhook-service"}, "spec": {"ports": [{"port": 443}]}}
        self.api.do("POST", "/api/v1/namespaces/%s/services" % NAMESPACE, service)
        token = self.kubectl("create", "token", "lws-controller-manager", "-n", NAMESPACE, "--duration=24h").strip()
        with open(self.kubeconfig) as file:
            text = file.read()
        self.operator_kubeconfig = os.path.join(self.folder, "operator.kubeconfig")
        with open(self.operator_kubeconfig, "w") as file:
            file.write(text.replace(self.token, token))

    def install_webhooks(self):
        self.kubectl("apply", "--server-side", "-f", "-", text="---\n".join(self.webhooks))

    def start_operator(self, name="operator", elects=True, is_ready=True, configuration=""):
        """Starts an operator, with more lines of its configuration; the first one also gets the webhooks configured."""
        operator = Operator(self, name, elects, configuration)
        if not self.operators:
            self.install_webhooks()
        self.operators.append(operator)
        if is_ready:
            operator.wait_ready()
        return operator

    def serve(self, operator):
        """The Service names this operator, too."""
        document = {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": {"name": operator.name, "labels": {"kubernetes.io/service-name": "lws-webhook-service"}},
            "addressType": "IPv4",
            "ports": [{"name": "", "port": operator.port, "protocol": "TCP"}],
            "endpoints": [{"addresses": [own_address()], "conditions": {"ready": True}}],
        }
        self.api.apply("/apis/discovery.k8s.io/v1/namespaces/%s/endpointslices/%s" % (NAMESPACE, operator.name), document)

    def serve_no_more(self, operator):
        self.api.do("DELETE", "/apis/discovery.k8s.io/v1/namespaces/%s/endpointslices/%s" % (NAMESPACE, operator.name))

    def holder(self):
        code, lease = self.api.call("GET", LEASE)
        return lease["spec"].get("holderIdentity", "") if code == 200 else ""

    def create_set(self, name, replicas, size, namespace="default"):
        document = set_document(name, replicas, size)
        return wait_for(30, "the set is admitted", lambda: self.try_create(SETS % namespace, document))

    def try_create(self, path, document):
        code, answer = self.api.call("POST", path, document)
        expect(code < 300 or "webhook" in str(answer), "POST %s: %s" % (path, str(answer)[:400]))
        return answer if code < 300 else None

    def find_set(self, name, namespace="default"):
        return self.api.get(SETS % namespace + "/" + name)

    def is_complete(self, name, namespace="default"):
        """Whether all groups of the set are ready and have its newest template."""
        document = self.find_set(name, namespace)
        status, replicas = document.get("status", {}), document["spec"]["replicas"]
        counts = [status.get(field, 0) for field in ("replicas", "readyReplicas", "updatedReplicas")]
        available = [c for c in status.get("conditions", []) if c["type"] == "Available" and c["status"] == "True"]
        is_seen = status.get("observedGeneration") == document["metadata"]["generation"]
        return is_seen and counts == [replicas] * 3 and bool(available)

    def set_image(self, name, image, namespace="default"):
        containers = [{"name": "main", "image": "example.com/app:" + image}]
        template = {"workerTemplate": {"spec": {"containers": containers}}}
        self.api.patch(SETS % namespace + "/" + name, {"spec": {"leaderWorkerTemplate": template}})

    def requests(self, begin=0.0, user=None):
        """What the audit log says of the requests that ended after `begin`, the time of this machine."""
        requests = []
        with open(self.audit_path) as file:
            for line in file:
                try:
                    event = json.loads(line)
                except ValueError:
                    continue  # the line is still being written
                if event["stage"] != "ResponseComplete" or (user and event["user"]["username"] != user):
                    continue
                event["received"] = seconds_of(event["requestReceivedTimestamp"])
                event["ended"] = seconds_of(event["stageTimestamp"])
                if event["ended"] >= begin:
                    requests.append(event)
        return requests

    def writes_of_operator(self, begin=0.0):
        """Its requests but watches, and but what the election needs."""
        return [r for r in self.requests(begin, ACCOUNT) if r["verb"] != "watch" and r.get("objectRef", {}).get("resource") != "leases"]


def seconds_of(timestamp):
    whole, part = timestamp.rstrip("Z").split(".")
    return calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) + float("0." + part)


class Hammer(threading.Thread):
    """Creates pods (dry runs) without a pause, and counts those that were refused."""

    def __init__(self, cluster):
        super().__init__(daemon=True)
        self.api, self.is_over, self.admitted, self.refused = cluster.client(), False, 0, []
        self.start()

    def run(self):
        labels = {"leaderworkerset.sigs.k8s.io/name": "none", "leaderworkerset.sigs.k8s.io/worker-index": "0"}
        metadata = {"name": "none-0", "labels": labels, "annotations": {"leaderworkerset.sigs.k8s.io/size": "2"}}
        pod = {"metadata": metadata, "spec": {"containers": [{"name": "main", "image": "example.com/app:1"}]}}
        while not self.is_over:
            code, answer = self.api.call("POST", "/api/v1/namespaces/default/pods?dryRun=All", pod)
            if code == 201:
                self.admitted += 1
            else:
                self.refused.append("%d %s" % (code, str(answer)[:300]))

    def end(self):
        self.is_over = True
        self.join()


def is_ready(pod):
    return any(c["type"] == "Ready" and c["status"] == "True" for c in pod.get("status", {}).get("conditions", []))


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
