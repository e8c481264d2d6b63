package main

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	admissionv1 "k8s.io/api/admission/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

func created(object string) admission.Request {
	return admission.Request{AdmissionRequest: admissionv1.AdmissionRequest{
		Operation: admissionv1.Create, Object: runtime.RawExtension{Raw: []byte(object)}}}
}

func updated(object, old string) admission.Request {
	request := created(object)
	request.Operation = admissionv1.Update
	request.OldObject.Raw = []byte(old)
	return request
}

func patchOf(t *testing.T, response admission.Response) string {
	t.Helper()
	patch, err := json.Marshal(response.Patches)
	if !response.Allowed || err != nil {
		t.Fatal(response.Result, err)
	}
	return string(patch)
}

func TestWebhooks(t *testing.T) {
	ctx := context.Background()
	patch := patchOf(t, admitSet(ctx, created(manifest)))
	if !strings.Contains(patch, "LeaderCreated") {
		t.Error("no default in", patch)
	}
	old := strings.Replace(manifest, `"uid": "u"`, `"uid": "u", "resourceVersion": "1"`, 1)
	patchOf(t, admitSet(ctx, updated(strings.Replace(old, `"replicas": 2`, `"replicas": 3`, 1), old)))
	refused := admitSet(ctx, updated(strings.Replace(old, `"replicas": 2`, `"replicas": -1`, 1), old))
	if refused.Allowed || !strings.Contains(refused.Result.Message, "replicas") {
		t.Error("not refused:", refused.Result)
	}
	pod := `{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "demo-1", "namespace": "default",
	  "labels": {"leaderworkerset.sigs.k8s.io/name": "demo", "leaderworkerset.sigs.k8s.io/worker-index": "0"},
	  "annotations": {"leaderworkerset.sigs.k8s.io/size": "2"}},
	  "spec": {"containers": [{"name": "main", "image": "demo:1"}]}}`
	if patch := patchOf(t, admitPod(ctx, created(pod))); !strings.Contains(patch, "group-index") {
		t.Error("no group in", patch)
	}
	if admitPod(ctx, created("[]")).Allowed {
		t.Error("what is no pod was allowed")
	}
}
