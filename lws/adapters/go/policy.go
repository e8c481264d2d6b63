package lws

/*
#include <lws.h>

extern lws_code lwsGoRollout(void* user_data, lws_rollout_input* input, lws_rollout_step* step);
extern lws_restart_action lwsGoRestart(void* user_data, lws_restart_failure* failure);

static lws_code lws_go_policy_new(const char* document, size_t size, int has_rollout, int has_restart, uintptr_t handle,
                                  lws_policy** out, lws_text* error) {
  lws_policy_functions functions = {0};
  if (has_rollout) functions.rollout = (lws_rollout_function)lwsGoRollout;
  if (has_restart) functions.restart = (lws_restart_function)lwsGoRestart;
  functions.user_data = (void*)handle;
  return lws_policy_new_with_functions(document, size, &functions, out, error);
}
*/
import "C"

import (
	"runtime"
	"runtime/cgo"
	"time"
)

// Policy is how sets are decided on. It does not change; goroutines may share it.
type Policy struct {
	handle   *C.lws_policy
	function cgo.Handle
}

// NewPolicy reads {"policy": "keep-budget", "controls": {...}, "restarts": {...}, "schedulerProvider": "volcano",
// "rolePolicy": "keep-role-budgets"}.
func NewPolicy(document []byte) (*Policy, error) {
	policy := &Policy{}
	var text C.lws_text
	data, size := bytesOf(document)
	if err := errorOf(C.lws_policy_new(data, size, &policy.handle, &text), &text); err != nil {
		return nil, err
	}
	runtime.SetFinalizer(policy, (*Policy).Close)
	return policy, nil
}

// RolloutInput is what a rollout policy sees.
type RolloutInput struct {
	Namespace, SetName string
	Now                time.Time
	// Surge and Unavailable are numbers of groups.
	Replicas, Surge, Unavailable, SpecPartition int
	// TemplateChanged says that the update begins with this look.
	TemplateChanged bool
	// Current is the leader StatefulSet; nil while there is none.
	Current *LeaderState
}

// LeaderState is what of the leader StatefulSet a rollout policy sees.
type LeaderState struct {
	Replicas, Partition int
	OnDelete            bool
	// ReplicasAnnotation is spec.replicas when the StatefulSet was last applied; nil when that is not known.
	ReplicasAnnotation *int64
	// Ready and Updated have a value for each group.
	Ready, Updated []bool
}

// RolloutStep is what the leader StatefulSet should have next.
type RolloutStep struct {
	Partition, Replicas int
	OnDelete            bool
	// LookAgainIn is when the answer may change by time alone; nil: when something changes.
	LookAgainIn *time.Duration
}

// RolloutFunction is a rollout policy in Go. It answers the same to the same; goroutines may call it at the same time.
// An error ends the decision, and is told in Plan.Error.
type RolloutFunction func(RolloutInput) (RolloutStep, error)

// RestartAction is what a failed container leads to.
type RestartAction int32

// The actions that a restart function answers with.
const (
	IgnoreFailure RestartAction = C.LWS_RESTART_IGNORE
	RestartGroup  RestartAction = C.LWS_RESTART_GROUP
	FailSet       RestartAction = C.LWS_RESTART_FAIL_SET
)

// RestartFailure is a container that failed, as a restart function sees it.
type RestartFailure struct {
	Namespace, SetName string
	// Worker 0 is the leader.
	Group, Worker int
	// End is how the container ended; nil when that is not known.
	End *ContainerEnd
	// PodRestarts are of all containers of the pod, GroupRestarts of the group in this revision.
	PodRestarts   int64
	GroupRestarts int
	Now           time.Time
}

// ContainerEnd is how a container ended.
type ContainerEnd struct {
	ExitCode int
	Reason   string
}

// RestartFunction says what a failed container leads to, in place of the rules of "restarts". It answers the same to the
// same; goroutines may call it at the same time. Pods that are gone, evicted or replaced always restart their group.
type RestartFunction func(RestartFailure) RestartAction

// PolicyFunctions are functions of a policy; nil where the document decides.
type PolicyFunctions struct {
	Rollout RolloutFunction
	Restart RestartFunction
}

// NewPolicyFunc is NewPolicy with a function in place of a named rollout policy.
func NewPolicyFunc(document []byte, rollout RolloutFunction) (*Policy, error) {
	return NewPolicyFuncs(document, PolicyFunctions{Rollout: rollout})
}

// NewPolicyFuncs is NewPolicy with functions. A policy with Restart decides on restarts even where the document has none.
func NewPolicyFuncs(document []byte, functions PolicyFunctions) (*Policy, error) {
	policy := &Policy{function: cgo.NewHandle(functions)}
	var text C.lws_text
	data, size := bytesOf(document)
	code := C.lws_go_policy_new(data, size, flag(functions.Rollout != nil), flag(functions.Restart != nil),
		C.uintptr_t(policy.function), &policy.handle, &text)
	if err := errorOf(code, &text); err != nil {
		policy.function.Delete()
		return nil, err
	}
	runtime.SetFinalizer(policy, (*Policy).Close)
	return policy, nil
}

func flag(holds bool) C.int {
	if holds {
		return 1
	}
	return 0
}

// Close frees the policy. A policy that is not closed is freed when it is collected.
func (p *Policy) Close() {
	C.lws_policy_free(p.handle)
	p.handle = nil
	if p.function != 0 {
		p.function.Delete()
		p.function = 0
	}
	runtime.SetFinalizer(p, nil)
}

func handleOf(policy *Policy) *C.lws_policy {
	if policy == nil {
		return nil
	}
	return policy.handle
}
