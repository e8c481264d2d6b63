package main

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"example.com/lws"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
)

const manifest = `{"apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet",
  "metadata": {"name": "demo", "namespace": "default", "uid": "u"},
  "spec": {"replicas": 2, "leaderWorkerTemplate": {"size": 2,
    "workerTemplate": {"spec": {"containers": [{"name": "main", "image": "demo:1"}]}}}}}`

var request = ctrl.Request{NamespacedName: types.NamespacedName{Namespace: "default", Name: "demo"}}

// The fake client counts the zero values of typed objects as applied. A real API server keeps status, which is a
// subresource, out of what is applied to an object.
func listWithoutAppliedStatus(ctx context.Context, c client.WithWatch, list client.ObjectList,
	options ...client.ListOption) error {
	if err := c.List(ctx, list, options...); err != nil {
		return err
	}
	for _, item := range list.(*unstructured.UnstructuredList).Items {
		managed, _, _ := unstructured.NestedSlice(item.Object, "metadata", "managedFields")
		for _, entry := range managed {
			unstructured.RemoveNestedField(entry.(map[string]any), "fieldsV1", "f:status")
		}
		if len(managed) > 0 {
			if err := unstructured.SetNestedSlice(item.Object, managed, "metadata", "managedFields"); err != nil {
				return err
			}
		}
	}
	return nil
}

func newOperator(t *testing.T) *Operator {
	stored, err := lws.AdmitSet([]byte(manifest), nil)
	if err != nil {
		t.Fatal(err)
	}
	set := &unstructured.Unstructured{}
	if err := json.Unmarshal(stored, &set.Object); err != nil {
		t.Fatal(err)
	}
	scheme := clientgoscheme.Scheme
	scheme.AddKnownTypeWithName(setKind, &unstructured.Unstructured{})
	scheme.AddKnownTypeWithName(setKind.GroupVersion().WithKind("LeaderWorkerSetList"), &unstructured.UnstructuredList{})
	fakeClient := fake.NewClientBuilder().WithScheme(scheme).WithObjects(set).WithStatusSubresource(set).
		WithReturnManagedFields().WithInterceptorFuncs(interceptor.Funcs{List: listWithoutAppliedStatus}).Build()
	return &Operator{Client: fakeClient, Now: func() time.Time { return time.Unix(1790000000, 0) }}
}

func get(t *testing.T, c client.Client, kind schema.GroupVersionKind) *unstructured.Unstructured {
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(kind)
	if err := c.Get(context.Background(), request.NamespacedName, object); err != nil {
		t.Fatal(err)
	}
	return object
}

func TestANewSetGetsItsObjects(t *testing.T) {
	operator := newOperator(t)
	events := 0
	operator.Record = func(lws.Event) { events++ }
	if _, err := operator.ReconcileSet(context.Background(), request); err != nil {
		t.Fatal(err)
	}
	statefulSet := get(t, operator.Client, schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "StatefulSet"})
	if replicas, _, _ := unstructured.NestedInt64(statefulSet.Object, "spec", "replicas"); replicas != 2 {
		t.Fatalf("replicas %d", replicas)
	}
	get(t, operator.Client, schema.GroupVersionKind{Version: "v1", Kind: "Service"})
	set := get(t, operator.Client, setKind)
	conditions, _, _ := unstructured.NestedSlice(set.Object, "status", "conditions")
	if len(conditions) == 0 || events == 0 {
		t.Fatalf("conditions %v, events %d", conditions, events)
	}
}

// Once all is there a look changes nothing.
func TestAtRest(t *testing.T) {
	operator := newOperator(t)
	for i := 0; i < 5; i++ {
		if _, err := operator.ReconcileSet(context.Background(), request); err != nil {
			t.Fatal(err)
		}
	}
	before := get(t, operator.Client, schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "StatefulSet"})
	if _, err := operator.ReconcileSet(context.Background(), request); err != nil {
		t.Fatal(err)
	}
	after := get(t, operator.Client, schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "StatefulSet"})
	if before.GetResourceVersion() != after.GetResourceVersion() {
		t.Fatalf("the StatefulSet is written again: %s, then %s", before.GetResourceVersion(), after.GetResourceVersion())
	}
}
