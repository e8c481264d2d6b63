package lws_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
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

func TestAPolicyInGo(t *testing.T) {
	asked := 0
	wait := 5 * time.Second
	policy, err := lws.NewPolicyFunc(nil, func(input lws.RolloutInput) (lws.RolloutStep, error) {
		asked++
		if input.SetName != "demo" || input.Current != nil {
			return lws.RolloutStep{}, errors.New("another set")
		}
		return lws.RolloutStep{Replicas: input.Replicas, LookAgainIn: &wait}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	defer policy.Close()
	state := []byte("[" + string(admitted(t)) + "]")
	plan, err := lws.DecideSet(state, "default", "demo", time.Unix(0, 7), policy, nil)
	if err != nil || asked == 0 || plan.RequeueAfterSeconds == nil || *plan.RequeueAfterSeconds != 5 {
		t.Fatalf("asked %d times: plan %v, error %v", asked, plan, err)
	}
	if len(plan.Decisions) == 0 {
		t.Fatal("the plan does not say why")
	}
	panics, err := lws.NewPolicyFunc(nil, func(lws.RolloutInput) (lws.RolloutStep, error) { panic("broken") })
	if err != nil {
		t.Fatal(err)
	}
	defer panics.Close()
	plan, err = lws.DecideSet(state, "default", "demo", time.Unix(0, 7), panics, nil)
	if err != nil || plan.Error == "" {
		t.Fatalf("a panic is no error of the plan: plan %v, error %v", plan, err)
	}
}

func TestFacts(t *testing.T) {
	fleet, pod := fleetWithPod(t)
	defer fleet.Close()
	due, err := fleet.TakeDue()
	if err != nil || len(due.Pods) != 1 || due.Pods[0].Name != "demo-0" {
		t.Fatalf("due %v, error %v", due, err)
	}
	if err := fleet.TellPods([]lws.PodFacts{pod}); err != nil {
		t.Fatal(err)
	}
	if due, err := fleet.TakeDue(); err != nil || len(due.Pods)+len(due.Sets) != 0 {
		t.Fatalf("nothing changed, and %v is due, error %v", due, err)
	}
	pod.Group = -1
	if err := fleet.TellPods([]lws.PodFacts{pod}); !errors.Is(err, lws.InvalidArgument) {
		t.Fatalf("a group that is none: %v", err)
	}
}

func TestKept(t *testing.T) {
	fleet := lws.NewFleet()
	defer fleet.Close()
	kept, err := fleet.SaveKept()
	if err != nil {
		t.Fatal(err)
	}
	if err := fleet.LoadKept(kept); err != nil {
		t.Fatal(err)
	}
	if err := fleet.LoadKept([]byte{0xff}); !errors.Is(err, lws.InvalidArgument) {
		t.Fatalf("bytes that are none: %v", err)
	}
	if _, err := lws.Place([]byte(`{"levles": []}`)); !errors.Is(err, lws.InvalidArgument) {
		t.Fatalf("an unknown key: %v", err)
	}
}

const group = `{"apiVersion": "v1", "items": [
  {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "demo-0", "namespace": "default", "uid": "l",
    "labels": {"leaderworkerset.sigs.k8s.io/name": "demo", "leaderworkerset.sigs.k8s.io/group-index": "0",
      "leaderworkerset.sigs.k8s.io/worker-index": "0", "leaderworkerset.sigs.k8s.io/template-revision-hash": "k"}},
    "status": {"phase": "Running", "containerStatuses": [
      {"restartCount": RESTARTS, "lastState": {"terminated": {"exitCode": 3, "reason": "Error"}}}]}},
  {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "demo-0", "namespace": "default", "uid": "w",
    "labels": {"leaderworkerset.sigs.k8s.io/name": "demo", "leaderworkerset.sigs.k8s.io/group-index": "0"},
    "ownerReferences": [{"kind": "Pod", "name": "demo-0", "uid": "l", "controller": true}]}, "spec": {"replicas": 1}},
  {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "demo-0-1", "namespace": "default", "uid": "p",
    "labels": {"leaderworkerset.sigs.k8s.io/name": "demo", "leaderworkerset.sigs.k8s.io/group-index": "0",
      "leaderworkerset.sigs.k8s.io/worker-index": "1", "leaderworkerset.sigs.k8s.io/template-revision-hash": "k"},
    "ownerReferences": [{"kind": "StatefulSet", "name": "demo-0", "uid": "w", "controller": true}]},
    "status": {"phase": "Running"}}]}`

func TestARestartFunctionInGo(t *testing.T) {
	var asked []lws.RestartFailure
	policy, err := lws.NewPolicyFuncs(nil, lws.PolicyFunctions{Restart: func(f lws.RestartFailure) lws.RestartAction {
		asked = append(asked, f)
		if f.PodRestarts > 1 {
			panic("broken")
		}
		return lws.IgnoreFailure
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer policy.Close()
	fleet := lws.NewFleet()
	defer fleet.Close()
	if err := fleet.Add(admitted(t)); err != nil {
		t.Fatal(err)
	}
	for restarts, wanted := range []int{0, 0} {
		state := strings.ReplaceAll(group, "RESTARTS", fmt.Sprint(restarts))
		if err := fleet.Load([]byte(state)); err != nil {
			t.Fatal(err)
		}
		plan, err := fleet.DecidePod("default", "demo-0", time.Unix(9, 0), policy)
		deletes := 0
		for _, action := range plan.Actions {
			if action.Verb == "delete" {
				deletes++
			}
		}
		if err != nil || plan.Error != "" || deletes != wanted {
			t.Fatalf("%d restarts: plan %v, error %v", restarts, plan, err)
		}
	}
	before, _ := fleet.SaveKept()
	if err := fleet.Load([]byte(strings.ReplaceAll(group, "RESTARTS", "2"))); err != nil {
		t.Fatal(err)
	}
	plan, err := fleet.DecidePod("default", "demo-0", time.Unix(9, 0), policy)
	if !errors.Is(err, lws.FailedPrecondition) || !strings.Contains(fmt.Sprint(err), "broken") || len(plan.Actions) != 0 {
		t.Fatalf("a function that panics decides: plan %v, error %v", plan, err)
	}
	if after, _ := fleet.SaveKept(); string(after) != string(before) {
		t.Fatal("a decision that failed is kept")
	}
	if len(asked) != 2 || asked[0].SetName != "demo" || asked[0].End == nil || asked[0].End.ExitCode != 3 ||
		!asked[0].Now.Equal(time.Unix(9, 0)) {
		t.Fatalf("asked %v", asked)
	}
}

func TestAWholeFleetIsSaved(t *testing.T) {
	fleet, _ := fleetWithPod(t)
	defer fleet.Close()
	saved, err := fleet.Save()
	if err != nil {
		t.Fatal(err)
	}
	other := lws.NewFleet()
	defer other.Close()
	if err := other.LoadSaved(saved); err != nil {
		t.Fatal(err)
	}
	if again, err := other.Save(); err != nil || string(again) != string(saved) {
		t.Fatalf("saved otherwise, error %v", err)
	}
	if err := other.LoadSaved([]byte{0xff}); !errors.Is(err, lws.InvalidArgument) {
		t.Fatalf("bytes that are none: %v", err)
	}
}

func TestCapacity(t *testing.T) {
	capacity, err := lws.NewCapacity([]byte(`{"levels": ["rack"], "nodes": [{"kind": "Node",
	  "metadata": {"name": "n0", "labels": {"rack": "r0"}}, "status": {"allocatable": {"pods": "4"}}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	defer capacity.Close()
	request := []byte(`{"sets": [` + manifest + `]}`)
	if answer, err := capacity.Place(request); err != nil || strings.Contains(string(answer), `"assignment":null`) {
		t.Fatalf("answer %s, error %v", answer, err)
	}
	if _, err := capacity.Place(request); !errors.Is(err, lws.FailedPrecondition) {
		t.Fatalf("groups that hold nodes: %v", err)
	}
	if err := capacity.Release("default", "demo", 1); err != nil {
		t.Fatal(err)
	}
	if err := capacity.Release("default", "demo", 1); !errors.Is(err, lws.NotFound) {
		t.Fatalf("a group that holds none: %v", err)
	}
	if err := capacity.UsePods([]byte("3")); !errors.Is(err, lws.InvalidArgument) {
		t.Fatalf("no list: %v", err)
	}
}

func admitted(t testing.TB) []byte {
	set, err := lws.AdmitSet([]byte(manifest), nil)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// A fleet with the set and its first leader, which is ready.
func fleetWithPod(t testing.TB) (*lws.Fleet, lws.PodFacts) {
	fleet := lws.NewFleet()
	if err := fleet.Add(admitted(t)); err != nil {
		t.Fatal(err)
	}
	if _, err := fleet.TakeDue(); err != nil {
		t.Fatal(err)
	}
	set, err := fleet.SetNumber("default", "demo")
	if err != nil {
		t.Fatal(err)
	}
	revision, err := fleet.RevisionNumber(set, "k")
	if err != nil {
		t.Fatal(err)
	}
	pod := lws.PodFacts{Set: set, Revision: revision, Phase: lws.PodRunning, Exists: true, HasReadyCondition: true,
		UID: [4]uint32{1}}
	if err := fleet.TellPods([]lws.PodFacts{pod}); err != nil {
		t.Fatal(err)
	}
	return fleet, pod
}

func BenchmarkEventThatChangesNothing(b *testing.B) {
	fleet, pod := fleetWithPod(b)
	defer fleet.Close()
	if _, err := fleet.TakeDue(); err != nil {
		b.Fatal(err)
	}
	facts := []lws.PodFacts{pod}
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		if err := fleet.TellPods(facts); err != nil {
			b.Fatal(err)
		}
		if due, err := fleet.TakeDue(); err != nil || len(due.Pods)+len(due.Sets) != 0 {
			b.Fatalf("due %v, error %v", due, err)
		}
	}
}

// The fields of a value, as metadata.managedFields names them.
func fieldsOf(value any) map[string]any {
	fields := map[string]any{}
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			fields["f:"+name] = fieldsOf(member)
		}
	case []any:
		for _, member := range value {
			name := member.(map[string]any)["name"]
			fields[fmt.Sprintf(`k:{"name":"%v"}`, name)] = fieldsOf(member)
		}
	}
	return fields
}

// The object as the API server keeps it after it was applied.
func applied(t testing.TB, object []byte) []byte {
	var document map[string]any
	if err := json.Unmarshal(object, &document); err != nil {
		t.Fatal(err)
	}
	fields := map[string]any{"f:spec": fieldsOf(document["spec"])}
	metadata := document["metadata"].(map[string]any)
	owners := metadata["ownerReferences"].([]any)
	uid, _ := owners[0].(map[string]any)["uid"].(string)
	fields["f:metadata"] = map[string]any{"f:annotations": fieldsOf(metadata["annotations"]),
		"f:labels":          fieldsOf(metadata["labels"]),
		"f:ownerReferences": map[string]any{fmt.Sprintf(`k:{"uid":"%s"}`, uid): map[string]any{}}}
	metadata["managedFields"] = []any{map[string]any{"manager": "lws", "operation": "Apply", "apiVersion": "apps/v1",
		"fieldsType": "FieldsV1", "fieldsV1": fields}}
	kept, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	return kept
}

// A fleet with a set of so many groups, all of them ready, after the plan of its creation was performed.
func fleetAtRest(t testing.TB, groups int) (*lws.Fleet, []lws.PodFacts) {
	fleet := lws.NewFleet()
	document := strings.Replace(manifest, `"replicas": 2`, fmt.Sprintf(`"replicas": %d`, groups), 1)
	set, err := lws.AdmitSet([]byte(document), nil)
	if err != nil || fleet.Add(set) != nil {
		t.Fatal(err)
	}
	plan, err := fleet.DecideSet("default", "demo", time.Unix(0, 0), nil)
	if err != nil || len(plan.Actions) != 4 {
		t.Fatalf("plan %v, error %v", plan, err)
	}
	for _, action := range plan.Actions[:3] {
		object := []byte(action.Object)
		if action.Verb == "apply" {
			object = applied(t, object)
		}
		if err := fleet.Add(object); err != nil {
			t.Fatal(err)
		}
	}
	number, err := fleet.SetNumber("default", "demo")
	if err != nil {
		t.Fatal(err)
	}
	key := strings.TrimSuffix(strings.TrimPrefix(plan.Actions[0].Name, "demo-"), "-1")
	revision, err := fleet.RevisionNumber(number, key)
	if err != nil {
		t.Fatal(err)
	}
	pods := make([]lws.PodFacts, groups)
	workers := make([]lws.WorkersFacts, groups)
	for i := range pods {
		uid := [4]uint32{1, uint32(i)}
		pods[i] = lws.PodFacts{Set: number, Group: int32(i), Revision: revision, Phase: lws.PodRunning, Exists: true,
			HasReadyCondition: true, UID: uid}
		workers[i] = lws.WorkersFacts{Set: number, Group: int32(i), Replicas: 1, AvailableReplicas: 1, StatusReplicas: 1,
			UID: [4]uint32{2, uint32(i)}, LeaderUID: uid, Revision: revision, Exists: true, OneRevision: true}
	}
	if err := fleet.TellPods(pods); err != nil {
		t.Fatal(err)
	}
	if err := fleet.TellWorkers(workers); err != nil {
		t.Fatal(err)
	}
	if _, err := fleet.TakeDue(); err != nil {
		t.Fatal(err)
	}
	return fleet, pods
}

// A leader becomes ready, or is not ready any more, and the set's status says how many groups are ready.
func BenchmarkEventThatDecides(b *testing.B) {
	fleet, pods := fleetAtRest(b, 100)
	defer fleet.Close()
	event := pods[99:]
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		event[0].HasReadyCondition = !event[0].HasReadyCondition
		if err := fleet.TellPods(event); err != nil {
			b.Fatal(err)
		}
		if due, err := fleet.TakeDue(); err != nil || len(due.Sets) != 1 {
			b.Fatalf("due %v, error %v", due, err)
		}
		plan, err := fleet.DecideSet("default", "demo", time.Unix(0, 0), nil)
		want := fmt.Sprintf(`"readyReplicas":%d`, 99+(i%2))
		if err != nil || len(plan.Actions) != 1 {
			b.Fatalf("plan %v, error %v", plan, err)
		}
		if status := string(plan.Actions[0].Object); !strings.Contains(status, want) {
			b.Fatalf("%s lacks %s", status, want)
		}
	}
}

func BenchmarkFactsOf1000(b *testing.B) {
	fleet, pod := fleetWithPod(b)
	defer fleet.Close()
	facts := make([]lws.PodFacts, 1000)
	for i := range facts {
		facts[i] = pod
		facts[i].Group = int32(i)
		facts[i].UID[1] = uint32(i)
	}
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		for k := range facts {
			facts[k].HasReadyCondition = !facts[k].HasReadyCondition
		}
		if err := fleet.TellPods(facts); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/fact")
}
