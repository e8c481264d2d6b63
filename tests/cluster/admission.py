"""Whether a real API server, with our CustomResourceDefinitions and webhooks, admits and refuses what the vectors say:

    admission.py KUBECONFIG LWSCTL WEBHOOK_SERVER VECTORS.jsonl.gz...

KUBECONFIG has a bearer token; kubectl is in the PATH. The definitions are left behind, all else is deleted. Vectors about metadata that the server itself decides (namespaces, uids, versions, times) are skipped.
Exit status 1 when an answer differs.
"""

import base64
import gzip
import http.client
import json
import os
import ssl
import subprocess
import sys
import time
import urllib.parse

NAMESPACE = "admission-%d" % os.getpid()
CONFIGURATION = "admission-vectors"
RESOURCES = {
    "LeaderWorkerSet": "leaderworkerset.x-k8s.io/v1/namespaces/%s/leaderworkersets",
    "DisaggregatedSet": "disaggregatedset.x-k8s.io/v1/namespaces/%s/disaggregatedsets",
    "DisaggregatedSetRoleScaler": "disaggregatedset.x-k8s.io/v1/namespaces/%s/disaggregatedsetrolescalers",
}
# Of a stored object: what the server fills in.
SERVERS_OWN = ("uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "namespace", "selfLink")
# Metadata that the test replaces, so that what the vectors say of it cannot be seen.
REPLACED = ("namespace", "uid", "resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds", "generation")
# Maps and fields of quantities, which have many texts.
QUANTITIES = ("limits", "requests", "capacity", "overhead", "allocatedResources", "sizeLimit", "divisor")


class Server:
    def __init__(self, kubeconfig):
        self.kubeconfig = kubeconfig
        config = json.loads(self.kubectl("config", "view", "--raw", "-o", "json"))
        url = urllib.parse.urlparse(config["clusters"][0]["cluster"]["server"])
        self.token = config["users"][0]["user"]["token"]
        self.connection = http.client.HTTPSConnection(url.hostname, url.port, context=ssl._create_unverified_context())

    def kubectl(self, *words, text=None):
        command = ["kubectl", "--kubeconfig", self.kubeconfig, *words]
        return subprocess.run(command, input=text, stdout=subprocess.PIPE, check=True, text=True).stdout

    def call(self, method, path, body=None):
        headers = {"Authorization": "Bearer " + self.token, "Content-Type": "application/json"}
        self.connection.request(method, "/apis/" + path, None if body is None else json.dumps(body), headers)
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read())


def webhook(name, path, groups, resource, hook):
    url = "https://127.0.0.1:%d%s" % (hook["port"], path)
    return {
        "name": name,
        "clientConfig": {"url": url, "caBundle": base64.b64encode(hook["authority"].encode()).decode()},
        "rules": [{"apiGroups": groups, "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": [resource]}],
        "admissionReviewVersions": ["v1"],
        "sideEffects": "None",
        "failurePolicy": "Fail",
    }


def install(server, lwsctl, hook):
    definitions = subprocess.run([lwsctl, "crd"], stdout=subprocess.PIPE, check=True, text=True).stdout
    server.kubectl("apply", "--server-side", "-f", "-", text=definitions)
    server.kubectl("wait", "--for=condition=Established", "crd", "--all")
    sets = ["leaderworkerset.x-k8s.io"]
    roles = ["disaggregatedset.x-k8s.io"]
    mutating = [webhook("mleaderworkerset.kb.io", "/mutate-leaderworkerset-x-k8s-io-v1-leaderworkerset", sets, "leaderworkersets", hook)]
    validating = [
        webhook("vleaderworkerset.kb.io", "/validate-leaderworkerset-x-k8s-io-v1-leaderworkerset", sets, "leaderworkersets", hook),
        webhook("vdisaggregatedset.kb.io", "/validate-disaggregatedset-x-k8s-io-v1-disaggregatedset", roles, "disaggregatedsets", hook),
    ]
    for kind, hooks in (("MutatingWebhookConfiguration", mutating), ("ValidatingWebhookConfiguration", validating)):
        configuration = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": kind, "metadata": {"name": CONFIGURATION}, "webhooks": hooks}
        server.kubectl("apply", "-f", "-", text=json.dumps(configuration))
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    server.kubectl("apply", "-f", "-", text=json.dumps(namespace))
    time.sleep(3)


def ours(manifest):
    """The manifest without what says where and when it was stored."""
    manifest = json.loads(json.dumps(manifest))
    if isinstance(manifest.get("metadata"), dict):
        for key in REPLACED:
            manifest["metadata"].pop(key, None)
    return manifest


def plain(value):
    """A value without empty parts: a typed object and the document it was read from differ in those."""
    if isinstance(value, dict):
        parts = {key: plain(part) for key, part in value.items()}
        return {key: "quantities" if key in QUANTITIES else part for key, part in parts.items() if part and part != "0"}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return value


def stored(document):
    """What two stored objects are compared by."""
    document = json.loads(json.dumps(document))
    for key in SERVERS_OWN + REPLACED:
        document["metadata"].pop(key, None)
    document.pop("status", None)
    return plain(document)


def concerns_replaced(vector):
    """Whether the vector is about metadata that the test replaces."""
    errors = " ".join(vector["expect"].get("errors", []))
    if "parsing time" in errors or any("metadata.%s:" % key in errors or "ObjectMeta.%s " % key in errors for key in REPLACED):
        return True
    source = vector["input"]
    if "old" not in source:
        return False
    names = [document.get("metadata", {}).get("name") for document in (source["old"], source["object"])]
    return names[0] != names[1] or not names[0] or "deletionTimestamp" in source["old"].get("metadata", {})


def verdict(code, answer):
    """Stage and text of an answer of the API server."""
    if code < 300:
        return "object", ""
    message = answer.get("message", "")
    if "denied the request: " in message:
        text = message.split("denied the request: ", 1)[1]
        return ("decode" if "cannot unmarshal" in text or code == 400 else "admission"), text
    if code == 422:
        return "schema", message.split(" is invalid: ", 1)[-1]
    return "decode", message


def joined(errors):
    return errors[0] if len(errors) == 1 else "[%s]" % ", ".join(errors)


def differences(vector, code, answer):
    expect = vector["expect"]
    stage, text = verdict(code, answer)
    wanted = expect.get("stage", "object")
    if stage != wanted:
        return "stage %s, expected %s: %d %s" % (stage, wanted, code, text[:300])
    if stage == "admission" and text != joined(expect["errors"]):
        return "%s\n    expected %s" % (text, joined(expect["errors"]))
    if stage == "object" and stored(answer) != stored(expect["object"]):
        return "another object: %s\n    expected %s" % (json.dumps(stored(answer)), json.dumps(stored(expect["object"])))
    return ""


def play(server, vector):
    """The answer to the vector's request; None when the server cannot be brought into its state."""
    source = vector["input"]
    manifest = ours(source["object"])
    kind = manifest.get("kind")
    path = RESOURCES[kind] % NAMESPACE
    if "old" not in source:
        return server.call("POST", path + "?dryRun=All", manifest)
    code, created = server.call("POST", path, ours(source["old"]))
    if code != 201:
        return None
    place = "%s/%s" % (path, created["metadata"]["name"])
    manifest["metadata"]["resourceVersion"] = created["metadata"]["resourceVersion"]
    answer = server.call("PUT", place + "?dryRun=All", manifest)
    if created["metadata"].pop("finalizers", None):
        server.call("PUT", place, created)
    server.call("DELETE", place)
    return answer


def main(kubeconfig, lwsctl, webhook_server, files):
    server = Server(kubeconfig)
    process = subprocess.Popen([webhook_server], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    install(server, lwsctl, json.loads(process.stdout.readline()))
    compared, skipped, failed = 0, 0, 0
    for file in files:
        for line in gzip.open(file, "rt"):
            vector = json.loads(line)
            manifest = vector["input"]["object"]
            has_kind = isinstance(manifest, dict) and manifest.get("kind") in RESOURCES
            answer = play(server, vector) if has_kind and not concerns_replaced(vector) else None
            if answer is None:
                skipped += 1
                continue
            compared += 1
            difference = differences(vector, *answer)
            if difference:
                failed += 1
                print("%s: %s" % (vector["name"], difference))
    server.kubectl("delete", "mutatingwebhookconfiguration,validatingwebhookconfiguration", CONFIGURATION)
    server.kubectl("delete", "namespace", NAMESPACE, "--wait=false")
    process.stdin.close()
    process.wait()
    print("%d compared, %d differ, %d skipped" % (compared, failed, skipped))
    return 1 if failed or not compared else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]))
