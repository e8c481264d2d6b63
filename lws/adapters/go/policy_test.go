package lws_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/lws"
)

// The first group in its life of this number, after so many restarts of its leader's container.
func lifeOfGroup(set []byte, life, restarts int) []byte {
	state := strings.ReplaceAll(group, "RESTARTS", fmt.Sprint(restarts))
	for _, uid := range []string{"l", "w", "p"} {
		state = strings.ReplaceAll(state, fmt.Sprintf(`"uid": "%s"`, uid), fmt.Sprintf(`"uid": "%s%d"`, uid, life))
	}
	return []byte(strings.Replace(state, `"items": [`, `"items": [`+string(set)+",", 1))
}

func deletes(plan lws.Plan) bool {
	for _, action := range plan.Actions {
		if action.Verb == "delete" {
			return true
		}
	}
	return false
}

func TestARestartLimitHoldsWithoutAFleet(t *testing.T) {
	policy, err := lws.NewPolicy([]byte(`{"restarts": {"atMost": 1}}`))
	if err != nil {
		t.Fatal(err)
	}
	defer policy.Close()
	set := admitted(t)
	var kept []byte
	for life, wanted := range []bool{true, false, false} {
		for restarts := 0; restarts < 2; restarts++ {
			now := time.Unix(int64(100*life), 0)
			plan, err := lws.DecidePod(lifeOfGroup(set, life, restarts), "default", "demo-0", now, policy, kept)
			if err != nil || deletes(plan) != (wanted && restarts == 1) {
				t.Fatalf("life %d, %d restarts: plan %v, error %v", life, restarts, plan, err)
			}
			kept = plan.Kept
		}
	}
	if _, err := lws.DecidePod(nil, "default", "demo-0", time.Unix(0, 0), policy, []byte{0xff}); err == nil {
		t.Fatal("what is no plan was kept")
	}
}

var errQuota = errors.New("the quota service is down")

func TestErrorsOfAPolicyUnwrap(t *testing.T) {
	state := []byte("[" + string(admitted(t)) + "]")
	for what, function := range map[string]lws.RolloutFunction{
		"error": func(lws.RolloutInput) (lws.RolloutStep, error) { return lws.RolloutStep{}, errQuota },
		"panic": func(lws.RolloutInput) (lws.RolloutStep, error) { panic(errQuota) },
	} {
		policy, err := lws.NewPolicyFunc(nil, function)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < 2; i++ {
			plan, err := lws.DecideSet(state, "default", "demo", time.Unix(0, 7), policy, nil)
			if err != nil || !errors.Is(plan.Err(), errQuota) || !strings.Contains(plan.Err().Error(), "quota service") {
				t.Errorf("%s: %v, error %v", what, plan.Err(), err)
			}
		}
		policy.Close()
	}
}

// Goroutines that share a policy see their own errors, also when its function decides by it again.
func TestGoroutinesSeeTheirOwnErrors(t *testing.T) {
	var policy *lws.Policy
	names := []string{"bad", "good", "outer"}
	states := map[string][]byte{}
	for _, name := range names {
		set, err := lws.AdmitSet([]byte(strings.Replace(manifest, `"demo"`, `"`+name+`"`, 1)), nil)
		if err != nil {
			t.Fatal(err)
		}
		states[name] = []byte("[" + string(set) + "]")
	}
	policy, err := lws.NewPolicyFunc(nil, func(input lws.RolloutInput) (lws.RolloutStep, error) {
		switch input.SetName {
		case "bad":
			return lws.RolloutStep{}, errQuota
		case "outer":
			plan, err := lws.DecideSet(states["bad"], "default", "bad", time.Unix(0, 0), policy, nil)
			if err != nil || !errors.Is(plan.Err(), errQuota) {
				return lws.RolloutStep{}, fmt.Errorf("the inner decision has no error: %w", err)
			}
		}
		return lws.RolloutStep{Replicas: input.Replicas}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	defer policy.Close()
	var all sync.WaitGroup
	for _, name := range append(names, names...) {
		all.Add(1)
		go func(name string) {
			defer all.Done()
			for i := 0; i < 50; i++ {
				plan, err := lws.DecideSet(states[name], "default", name, time.Unix(0, 0), policy, nil)
				if err != nil || errors.Is(plan.Err(), errQuota) != (name == "bad") {
					t.Errorf("%s: %v, error %v", name, plan.Err(), err)
				}
			}
		}(name)
	}
	all.Wait()
}

func TestStepsThatAreNone(t *testing.T) {
	state := []byte("[" + string(admitted(t)) + "]")
	past := -time.Second
	for _, step := range []lws.RolloutStep{{}, {Replicas: 3}, {Replicas: math.MaxInt32 + 3}, {Replicas: 2, Partition: 1 << 32},
		{Replicas: 2, LookAgainIn: &past}} {
		policy, err := lws.NewPolicyFunc(nil, func(lws.RolloutInput) (lws.RolloutStep, error) { return step, nil })
		if err != nil {
			t.Fatal(err)
		}
		plan, err := lws.DecideSet(state, "default", "demo", time.Unix(0, 0), policy, nil)
		if err != nil || plan.Err() == nil {
			t.Errorf("%+v: plan %v, error %v", step, plan, err)
		}
		policy.Close()
	}
}

func TestAPolicyThatIsClosedDoesNotDecide(t *testing.T) {
	closed, err := lws.NewPolicy(nil)
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	fleet := lws.NewFleet()
	defer fleet.Close()
	for _, policy := range []*lws.Policy{closed, {}} {
		if _, err := fleet.DecideSet("default", "demo", time.Unix(0, 0), policy); !errors.Is(err, lws.FailedPrecondition) {
			t.Errorf("a fleet: %v", err)
		}
		if _, err := lws.DecideSet([]byte("[]"), "default", "demo", time.Unix(0, 0), policy, nil); err == nil {
			t.Error("no fleet")
		}
	}
}

func TestNamesAndNumbersThatDoNotFit(t *testing.T) {
	fleet := lws.NewFleet()
	defer fleet.Close()
	name := "demo\x00x"
	_, number := fleet.SetNumber("default", name)
	_, node := fleet.NodeNumber(name)
	_, revision := fleet.RevisionNumber(0, name)
	_, set := fleet.DecideSet("default", name, time.Unix(0, 0), nil)
	_, pod := lws.DecidePod([]byte("[]"), name, "demo", time.Unix(0, 0), nil, nil)
	_, late := fleet.DecideSet("default", "demo", time.Date(3000, 1, 1, 0, 0, 0, 0, time.UTC), nil)
	capacity, err := lws.NewCapacity([]byte(`{"levels": ["rack"], "nodes": []}`))
	if err != nil {
		t.Fatal(err)
	}
	defer capacity.Close()
	for i, err := range []error{number, node, revision, set, pod, late, fleet.Remove("Pod", "default", name),
		capacity.Release("default", name, 0), capacity.Release("default", "demo", 1<<32)} {
		if !errors.Is(err, lws.InvalidArgument) {
			t.Errorf("%d: %v", i, err)
		}
	}
}
