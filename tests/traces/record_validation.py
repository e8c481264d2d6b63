#!/usr/bin/env python3
"""Records a real API server's answers to invalid objects: record_validation.py CASES.json > TRACE.json

kubectl's configuration names the cluster. Nothing is stored but one StatefulSet for the updates: all requests are dry runs. A
case has a name and patches over a good pod, which is also the template of a good StatefulSet: `spec`, `container` (the first
one) and `metadata` of the pod, `set` of only the StatefulSet, `claim` of a PersistentVolumeClaim, `service` of a Service, or
`update` of the stored StatefulSet. Go's maps have no order: cases marked `anyOrder` have several faults of one map.
The trace repeats each case with the `answers` to it by kind, a list of "FIELD: TEXT"; an empty list stands for an
object that was accepted. What an admission plugin says of a pod names no field, and is under `admission`. The API server
has to run with --allow-privileged=true.
"""
import json
import ssl
import subprocess
import sys
import urllib.error
import urllib.request

NAMESPACE = "validation"
LABELS = {"app": "s"}


def kubeconfig():
    config = json.loads(subprocess.check_output(["kubectl", "config", "view", "--raw", "--minify", "-o", "json"]))
    return config["clusters"][0]["cluster"]["server"], config["users"][0]["user"]["token"]


SERVER, TOKEN = kubeconfig()


class Forbidden(Exception):
    """Raised with the text of an admission plugin, which comes before the rules of fields."""


def send(method, path, body, content="application/json", dry=True):
    """The errors, each as "FIELD: TEXT"; [] when the object was accepted."""
    context = ssl._create_unverified_context()
    request = urllib.request.Request(
        SERVER + path + ("?dryRun=All" if dry else ""), method=method, data=json.dumps(body).encode(),
        headers={"Authorization": "Bearer " + TOKEN, "Content-Type": content})
    try:
        urllib.request.urlopen(request, context=context).read()
        return []
    except urllib.error.HTTPError as error:
        status = json.loads(error.read())
        if status.get("reason") == "Forbidden":
            raise Forbidden(status["message"].split(" is forbidden: ", 1)[1])
        causes = status.get("details", {}).get("causes")
        if causes is None:
            raise SystemExit("%s is no fault of a field: %s" % (json.dumps(body), status["message"]))
        texts = list(dict.fromkeys("%s: %s" % (cause["field"], cause["message"]) for cause in causes))
        joined = texts[0] if len(texts) == 1 else "[%s]" % ", ".join(texts)
        assert status["message"].endswith(" is invalid: " + joined), status["message"]
        return texts


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


BASES = {
    "Pod": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "s-0", "namespace": NAMESPACE},
            "spec": {"containers": [{"name": "c", "image": "i:1"}]}},
    "StatefulSet": {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "s", "namespace": NAMESPACE},
                    "spec": {"serviceName": "s", "selector": {"matchLabels": LABELS},
                             "template": {"metadata": {"labels": LABELS}}}},
    "PersistentVolumeClaim": {"apiVersion": "v1", "kind": "PersistentVolumeClaim",
                              "metadata": {"name": "p", "namespace": NAMESPACE},
                              "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}},
    "Service": {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s", "namespace": NAMESPACE},
                "spec": {"clusterIP": "None", "selector": LABELS}}}


def pod(case):
    made = merge(BASES["Pod"], {"spec": case.get("spec", {}), "metadata": case.get("metadata", {})})
    if "container" in case:
        first = merge(made["spec"]["containers"][0], case["container"])
        made["spec"] = dict(made["spec"], containers=[first] + made["spec"]["containers"][1:])
    return made


def statefulset(case):
    template = {"metadata": case.get("metadata", {}), "spec": pod(case)["spec"]}
    return merge(merge(BASES["StatefulSet"], {"spec": {"template": template}}), case.get("set", {}))


def answers(case):
    core, apps = "/api/v1/namespaces/" + NAMESPACE, "/apis/apps/v1/namespaces/" + NAMESPACE
    if "claim" in case:
        claim = merge(BASES["PersistentVolumeClaim"], case["claim"])
        return {"PersistentVolumeClaim": send("POST", core + "/persistentvolumeclaims", claim)}
    if "service" in case:
        return {"Service": send("POST", core + "/services", merge(BASES["Service"], case["service"]))}
    if "update" in case:
        return {"update": send("PATCH", apps + "/statefulsets/live", case["update"], "application/merge-patch+json")}
    of_set = {"StatefulSet": send("POST", apps + "/statefulsets", statefulset(case))}
    if "set" in case:
        return of_set
    try:
        return dict(of_set, Pod=send("POST", core + "/pods", pod(case)))
    except Forbidden as forbidden:
        return dict(of_set, admission=[str(forbidden)])


LIVE = statefulset({"set": {"metadata": {"name": "live"}, "spec": {"volumeClaimTemplates": [
    {"metadata": {"name": "cache"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}]}}})
for path, thing in (("/api/v1/namespaces", {"metadata": {"name": NAMESPACE}}),
                    ("/apis/apps/v1/namespaces/%s/statefulsets" % NAMESPACE, LIVE)):
    try:
        send("POST", path, thing, dry=False)
    except SystemExit:
        pass  # there from the last time
lines = [json.dumps(dict(case, answers=answers(case)), sort_keys=True) for case in json.load(open(sys.argv[1]))]
print("{\"bases\": %s,\n\"live\": %s,\n\"cases\": [\n%s\n]}" % (
    json.dumps(BASES, sort_keys=True), json.dumps(LIVE, sort_keys=True), ",\n".join(lines)))
