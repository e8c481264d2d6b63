package main

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"example.com/lws"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
)

const leader = `{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "demo-0", "namespace": "default", "uid": "leader%[1]d",
  "labels": {"leaderworkerset.sigs.k8s.io/name": "demo", "leaderworkerset.sigs.k8s.io/group-index": "0",
    "leaderworkerset.sigs.k8s.io/worker-index": "0", "leaderworkerset.sigs.k8s.io/template-revision-hash": "k"}},
  "status": {"phase": "Running", "containerStatuses": [
    {"restartCount": %[2]d, "lastState": {"terminated": {"exitCode": 3, "reason": "Error"}}}]}}`

const workers = `{"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "demo-0", "namespace": "default",
  "uid": "workers%[1]d",
  "labels": {"leaderworkerset.sigs.k8s.io/name": "demo", "leaderworkerset.sigs.k8s.io/group-index": "0"},
  "ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "demo-0", "uid": "leader%[1]d", "controller": true}]},
  "spec": {"replicas": 1}}`

const worker = `{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "demo-0-1", "namespace": "default", "uid": "worker%[1]d",
  "labels": {"leaderworkerset.sigs.k8s.io/name": "demo", "leaderworkerset.sigs.k8s.io/group-index": "0",
    "leaderworkerset.sigs.k8s.io/worker-index": "1", "leaderworkerset.sigs.k8s.io/template-revision-hash": "k"},
  "ownerReferences": [{"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "demo-0", "uid": "workers%[1]d",
    "controller": true}]}, "status": {"phase": "Running"}}`

// The first group in its life of this number, after so many restarts of its leader's container.
func putGroup(t *testing.T, operator *Operator, life, restarts int) {
	for _, document := range []string{fmt.Sprintf(leader, life, restarts), fmt.Sprintf(workers, life),
		fmt.Sprintf(worker, life)} {
		object := &unstructured.Unstructured{}
		if err := json.Unmarshal([]byte(document), &object.Object); err != nil {
			t.Fatal(err)
		}
		old := object.DeepCopy()
		if err := operator.Client.Delete(context.Background(), old); err != nil && !apierrors.IsNotFound(err) {
			t.Fatal(err)
		}
		if err := operator.Client.Create(context.Background(), object); err != nil {
			t.Fatal(err)
		}
	}
}

// A policy that allows one restart of a group restarts it once, however often its pods fail.
func TestARestartLimitHolds(t *testing.T) {
	policy, err := lws.NewPolicy([]byte(`{"restarts": {"atMost": 1}}`))
	if err != nil {
		t.Fatal(err)
	}
	defer policy.Close()
	operator := newOperator(t)
	operator.Policy = policy
	pod := ctrl.Request{NamespacedName: types.NamespacedName{Namespace: "default", Name: "demo-0"}}
	for life, wanted := range []bool{true, false, false} {
		for restarts := 0; restarts < 2; restarts++ {
			putGroup(t, operator, life, restarts)
			if _, err := operator.ReconcilePod(context.Background(), pod); err != nil {
				t.Fatal(err)
			}
		}
		object := &unstructured.Unstructured{}
		object.SetGroupVersionKind(schema.GroupVersionKind{Version: "v1", Kind: "Pod"})
		err := operator.Client.Get(context.Background(), pod.NamespacedName, object)
		if restarted := apierrors.IsNotFound(err); restarted != wanted {
			t.Fatalf("life %d: restarted %v, error %v", life, restarted, err)
		}
	}
}

// Another set of the same name begins anew.
func TestAGoneSetIsForgotten(t *testing.T) {
	operator := newOperator(t)
	place := operator.kept.of("default", "demo", "0")
	if operator.kept.of("default", "demo", "0") != place {
		t.Fatal("a group has two places")
	}
	set := get(t, operator.Client, setKind)
	if err := operator.Client.Delete(context.Background(), set); err != nil {
		t.Fatal(err)
	}
	if _, err := operator.ReconcileSet(context.Background(), request); err != nil {
		t.Fatal(err)
	}
	if operator.kept.of("default", "demo", "0") == place {
		t.Fatal("what was kept of the set that is gone is there")
	}
}
