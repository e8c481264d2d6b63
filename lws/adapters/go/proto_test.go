package lws_test

import (
	"encoding/binary"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"example.com/lws"
)

const leaderPod = `{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "demo-%[1]d", "namespace": "default",
  "uid": "00000000-0000-4000-8000-%012[1]d",
  "labels": {"leaderworkerset.sigs.k8s.io/name": "demo", "leaderworkerset.sigs.k8s.io/group-index": "%[1]d",
    "leaderworkerset.sigs.k8s.io/worker-index": "0", "leaderworkerset.sigs.k8s.io/template-revision-hash": "old"}},
  "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}}`

const workerSet = `{"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "demo-%[1]d", "namespace": "default",
  "uid": "10000000-0000-4000-8000-%012[1]d",
  "labels": {"leaderworkerset.sigs.k8s.io/name": "demo", "leaderworkerset.sigs.k8s.io/group-index": "%[1]d",
    "leaderworkerset.sigs.k8s.io/template-revision-hash": "old"},
  "ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "demo-%[1]d", "controller": true,
    "uid": "00000000-0000-4000-8000-%012[1]d"}]},
  "spec": {"replicas": 1}, "status": {"replicas": 1, "readyReplicas": 1, "availableReplicas": 1}}`

// A set of so many groups, and its objects.
func objectsOf(t testing.TB, groups int) []string {
	document := strings.Replace(manifest, `"replicas": 2`, fmt.Sprintf(`"replicas": %d`, groups), 1)
	set, err := lws.AdmitSet([]byte(document), nil)
	if err != nil {
		t.Fatal(err)
	}
	objects := []string{string(set)}
	for i := 0; i < groups; i++ {
		objects = append(objects, fmt.Sprintf(leaderPod, i), fmt.Sprintf(workerSet, i))
	}
	return objects
}

// The objects as a lws.v1.ClusterStateProto, which is the first field of what a fleet saves.
func protoOf(t testing.TB, objects []string) []byte {
	fleet := lws.NewFleet()
	defer fleet.Close()
	for _, object := range objects {
		if err := fleet.Add([]byte(object)); err != nil {
			t.Fatal(err)
		}
	}
	saved, err := fleet.Save()
	if err != nil || len(saved) == 0 || saved[0] != 1<<3|2 {
		t.Fatalf("saved % x, error %v", saved, err)
	}
	size, begin := binary.Uvarint(saved[1:])
	return saved[1+begin : 1+begin+int(size)]
}

func TestProtoAndJSONDecideAlike(t *testing.T) {
	objects := objectsOf(t, 3)
	state := protoOf(t, objects)
	list := []byte("[" + strings.Join(objects, ",") + "]")
	want, err := lws.DecideSet(list, "default", "demo", time.Unix(0, 0), nil, nil)
	if err != nil || len(want.Actions) == 0 {
		t.Fatalf("plan %v, error %v", want, err)
	}
	plan, err := lws.DecideSetOnProto(state, "default", "demo", time.Unix(0, 0), nil, nil)
	if err != nil || !reflect.DeepEqual(plan, want) {
		t.Errorf("plan %v, error %v, not %v", plan, err, want)
	}
	want, err = lws.DecidePod(list, "default", "demo-1", time.Unix(0, 0), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	plan, err = lws.DecidePodOnProto(state, "default", "demo-1", time.Unix(0, 0), nil, nil)
	if err != nil || !reflect.DeepEqual(plan, want) {
		t.Errorf("plan %v, error %v, not %v", plan, err, want)
	}
	if _, err := lws.DecideSetOnProto([]byte("{}"), "default", "demo", time.Unix(0, 0), nil, nil); err == nil {
		t.Error("what is no state was read")
	}
}

// One with 100 groups.
func BenchmarkDecideSetOnProto(b *testing.B) {
	state := protoOf(b, objectsOf(b, 100))
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		plan, err := lws.DecideSetOnProto(state, "default", "demo", time.Unix(0, 0), nil, nil)
		if err != nil || len(plan.Actions) == 0 {
			b.Fatalf("plan %v, error %v", plan, err)
		}
	}
}
