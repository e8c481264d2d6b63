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

// A number for the thread that asks.
static uintptr_t lws_go_thread(void) {
  static __thread char here;
  return (uintptr_t)&here;
}
*/
import "C"

import (
	"errors"
	"runtime"
	"runtime/cgo"
	"sync"
	"time"
)

// Policy is how sets are decided on. It does not change; goroutines may share it.
type Policy struct {
	handle   *C.lws_policy
	function cgo.Handle
	asked    *askedFunctions // nil without functions
}

// The functions of a policy, and what failed in the calls that ask them now.
type askedFunctions struct {
	PolicyFunctions
	lock     sync.Mutex
	failures map[C.uintptr_t]error // by the thread that decides, to which the library's calls of a function come back
}

// note keeps the first error of the present call.
func (a *askedFunctions) note(err error) {
	a.lock.Lock()
	defer a.lock.Unlock()
	if thread := C.lws_go_thread(); a.failures[thread] == nil {
		a.failures[thread] = err
	}
}

// exchange returns what was noted in the present call, and puts another error in its place.
func (a *askedFunctions) exchange(err error) error {
	a.lock.Lock()
	defer a.lock.Unlock()
	thread := C.lws_go_thread()
	noted := a.failures[thread]
	delete(a.failures, thread)
	if err != nil {
		a.failures[thread] = err
	}
	return noted
}

// A call of the library that may ask the functions of a policy.
type policyCall struct {
	handle *C.lws_policy
	policy *Policy
	outer  error // of the call in whose function this one is made
}

func beginCall(policy *Policy) (policyCall, error) {
	if policy == nil {
		return policyCall{}, nil
	}
	if policy.handle == nil {
		return policyCall{}, &Error{FailedPrecondition, "policy: it is closed, or was not made by NewPolicy"}
	}
	call := policyCall{handle: policy.handle, policy: policy}
	if policy.asked != nil {
		runtime.LockOSThread()
		call.outer = policy.asked.exchange(nil)
	}
	return call, nil
}

// failure ends the call and returns what a function of the policy returned or panicked with.
func (c policyCall) failure() error {
	if c.policy == nil || c.policy.asked == nil {
		runtime.KeepAlive(c.policy)
		return nil
	}
	failed := c.policy.asked.exchange(c.outer)
	runtime.UnlockOSThread()
	runtime.KeepAlive(c.policy)
	return failed
}

// end is failure for a decision, whose plan or error then tells it.
func (c policyCall) end(plan Plan, err error) (Plan, error) {
	failed := c.failure()
	if failed == nil {
		return plan, err
	}
	if err != nil {
		return plan, wrapped(err, failed)
	}
	plan.cause = failed
	return plan, nil
}

// An error of the library because a policy's function failed: it is both errors.
type functionError struct {
	err    error
	failed error
}

func (e *functionError) Error() string        { return e.err.Error() + ": " + e.failed.Error() }
func (e *functionError) Unwrap() error        { return e.failed }
func (e *functionError) Is(target error) bool { return errors.Is(e.err, target) }
func (e *functionError) As(target any) bool   { return errors.As(e.err, target) }

// wrapped is an error of the library that also unwraps to why the policy's function failed, if it did.
func wrapped(err, failed error) error {
	if failed == nil {
		return err
	}
	return &functionError{err, failed}
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
// An error or a panic ends the decision, and is told by Plan.Err.
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
// same; goroutines may call it at the same time. Pods that are gone, evicted or replaced always restart their group. A
// panic, or an action that is none, ends the decision with an error; nothing is kept, and the next decision asks again.
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
	asked := &askedFunctions{PolicyFunctions: functions, failures: map[C.uintptr_t]error{}}
	policy := &Policy{function: cgo.NewHandle(asked), asked: asked}
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
