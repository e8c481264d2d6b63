package lws_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"example.com/lws"
)

const manifest = `{"apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet", "metadata": {"name": "demo", "namespace": "default"},
  "spec": {"replicas": 2, "leaderWorkerTemplate": {"size": 2,
    "workerTemplate": {"spec": {"containers": [{"name": "main", "image": "demo:1"}]}}}}}`

func ExampleFleet() {
	set, err := lws.AdmitSet([]byte(manifest), nil)
	if err != nil {
		panic(err)
	}
	fleet := lws.NewFleet()
	defer fleet.Close()
	if err := fleet.Add(set); err != nil {
		panic(err)
	}
	due, _ := fleet.TakeDue()
	for _, name := range due.Sets {
		plan, _ := fleet.DecideSet(name.Namespace, name.Name, time.Unix(0, 0), nil)
		for _, action := range plan.Actions {
			fmt.Println(action.Verb, action.Kind)
		}
	}
	// Output:
	// create ControllerRevision
	// apply StatefulSet
	// create Service
	// update-status LeaderWorkerSet
}

func TestErrorsUnwrap(t *testing.T) {
	fleet := lws.NewFleet()
	defer fleet.Close()
	err := fleet.Add([]byte(`{"apiVersion": "v1", "kind": "Pod", "metadata": 3}`))
	var broken *lws.Error
	if !errors.Is(err, lws.InvalidArgument) || !errors.As(err, &broken) {
		t.Fatalf("not an invalid argument: %v", err)
	}
	_, err = lws.AdmitSet([]byte(`{"apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet", "metadata": {"name": "x", "namespace": "n"},
	  "spec": {"replicas": -1}}`), nil)
	var refusal *lws.Refusal
	if !errors.As(err, &refusal) || len(refusal.Errors) == 0 {
		t.Fatalf("not refused: %v", err)
	}
	if _, err := lws.NewPolicy([]byte(`{"policy": "fastest"}`)); !errors.Is(err, lws.InvalidArgument) {
		t.Fatalf("a policy of no name: %v", err)
	}
}

func TestPolicyAndRemoval(t *testing.T) {
	policy, err := lws.NewPolicy([]byte(`{"policy": "keep-budget"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer policy.Close()
	set, err := lws.AdmitSet([]byte(manifest), nil)
	if err != nil {
		t.Fatal(err)
	}
	fleet := lws.NewFleet()
	defer fleet.Close()
	if err := fleet.Add(set); err != nil {
		t.Fatal(err)
	}
	if plan, err := fleet.DecideSet("default", "demo", time.Unix(0, 0), policy); err != nil || len(plan.Actions) != 4 {
		t.Fatalf("plan %v, error %v", plan, err)
	}
	if err := fleet.Remove("LeaderWorkerSet", "default", "demo"); err != nil {
		t.Fatal(err)
	}
	if plan, err := fleet.DecideSet("default", "demo", time.Unix(0, 0), policy); err != nil || len(plan.Actions) != 0 {
		t.Fatalf("plan %v, error %v", plan, err)
	}
}

func BenchmarkEmptyCall(b *testing.B) {
	for i := 0; i < b.N; i++ {
		lws.Version()
	}
}

func BenchmarkDecideSet(b *testing.B) {
	set, err := lws.AdmitSet([]byte(manifest), nil)
	if err != nil {
		b.Fatal(err)
	}
	fleet := lws.NewFleet()
	defer fleet.Close()
	if err := fleet.Add(set); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		if _, err := fleet.DecideSet("default", "demo", time.Unix(0, 0), nil); err != nil {
			b.Fatal(err)
		}
	}
}
