//go:build lws_testing

package lws_test

import (
	"errors"
	"strings"
	"testing"

	"example.com/lws"
)

func TestScenario(t *testing.T) {
	report, err := lws.RunScenario([]byte(manifest), nil, 1, nil)
	if err != nil || !strings.Contains(string(report), `"finished":true`) {
		t.Fatalf("report %.200s, error %v", report, err)
	}
}

func TestCheckRollout(t *testing.T) {
	world := lws.RolloutWorld{Replicas: 3, MaxUnavailable: 1, Faults: 1}
	policy, err := lws.NewPolicy([]byte(`{"policy": "keep-budget"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer policy.Close()
	if check, err := lws.CheckRollout(world, policy); err != nil || check.BrokenLaw != "" || !check.Complete {
		t.Fatalf("check %v, error %v", check, err)
	}
	rush, err := lws.NewPolicyFunc(nil, func(input lws.RolloutInput) (lws.RolloutStep, error) {
		return lws.RolloutStep{Replicas: input.Replicas}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	defer rush.Close()
	if check, err := lws.CheckRollout(world, rush); err != nil || check.BrokenLaw == "" {
		t.Fatalf("all groups at once keep the promise: %v, error %v", check, err)
	}
	if _, err := lws.CheckRollout(lws.RolloutWorld{Replicas: 9}, nil); !errors.Is(err, lws.InvalidArgument) {
		t.Fatalf("too many groups: %v", err)
	}
}

func TestAPolicyStopsARun(t *testing.T) {
	asked := 0
	policy, err := lws.NewPolicyFunc(nil, func(input lws.RolloutInput) (lws.RolloutStep, error) {
		if asked++; asked > 2 {
			return lws.RolloutStep{}, errQuota
		}
		return lws.RolloutStep{Replicas: input.Replicas}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	defer policy.Close()
	if _, err := lws.RunScenario([]byte(manifest), nil, 1, policy); !errors.Is(err, errQuota) || asked != 3 {
		t.Fatalf("asked %d times: %v", asked, err)
	}
}
