//go:build lws_testing

// What needs a simulated cluster is in liblws-testing alone: `go test -tags lws_testing`, with the flags of
// `pkg-config lws-testing`.

package lws

/*
#include <lws.h>
*/
import "C"

import (
	"encoding/json"
	"fmt"
)

// RunScenario runs a manifest in a simulated cluster and returns the report; lws.h says what a scenario has. An empty
// scenario is the usual one. A function of the policy that fails ends the run, and is a way to stop one: the error
// unwraps to what the function returned.
func RunScenario(manifest, scenario []byte, seed uint64, policy *Policy) (json.RawMessage, error) {
	call, err := beginCall(policy)
	if err != nil {
		return nil, err
	}
	var out, text C.lws_text
	data, size := bytesOf(manifest)
	events, eventsSize := bytesOf(scenario)
	code := C.lws_run_scenario(data, size, events, eventsSize, C.uint64_t(seed), call.handle, &out, &text)
	failed := call.failure()
	if err := errorOf(code, &text); err != nil {
		return nil, wrapped(err, failed)
	}
	return take(&out), nil
}

// RolloutWorld is what a rollout policy is checked in. Its fields are those of lws_check_rollout.
type RolloutWorld struct {
	Replicas       int    `json:"replicas"`
	MaxSurge       int    `json:"maxSurge"`
	MaxUnavailable int    `json:"maxUnavailable"`
	Partition      int    `json:"partition"`
	Faults         int    `json:"faults"`
	Edits          int    `json:"edits"`
	Lag            bool   `json:"lag"`
	FromEveryState bool   `json:"fromEveryState"`
	Order          string `json:"order,omitempty"`
	States         int    `json:"states,omitempty"`
}

// RolloutCheck is what a check found. BrokenLaw is empty when all laws are kept; Trace is a shortest way to break it.
type RolloutCheck struct {
	States      int64  `json:"states"`
	Transitions int64  `json:"transitions"`
	Complete    bool   `json:"complete"`
	BrokenLaw   string `json:"brokenLaw"`
	Trace       string `json:"trace"`
}

// CheckRollout says whether the policy's rollouts keep the promise of a budget, whatever happens.
func CheckRollout(world RolloutWorld, policy *Policy) (RolloutCheck, error) {
	var check RolloutCheck
	document, err := json.Marshal(world)
	if err != nil {
		return check, fmt.Errorf("world: %w", err)
	}
	call, err := beginCall(policy)
	if err != nil {
		return check, err
	}
	var out, text C.lws_text
	data, size := bytesOf(document)
	code := C.lws_check_rollout(data, size, call.handle, &out, &text)
	failed := call.failure()
	if err := errorOf(code, &text); err != nil {
		return check, wrapped(err, failed)
	}
	if failed != nil {
		C.lws_text_free(&out)
		return check, fmt.Errorf("policy: %w", failed)
	}
	if err := json.Unmarshal(take(&out), &check); err != nil {
		return check, fmt.Errorf("answer: %w", err)
	}
	return check, nil
}
