// Package lws decides for LeaderWorkerSets: what of a cluster is told in, plans out.
//
// It calls liblws through its C interface; `pkg-config lws` tells the compiler and the linker where that is. A Fleet keeps
// many sets ready to decide. The host performs the plans with its own client, and tells what its watches see.
package lws

/*
#include <stdlib.h>
#include <lws.h>
*/
import "C"

import (
	"encoding/json"
	"fmt"
	"runtime"
	"time"
	"unsafe"
)

// Code is the kind of an Error.
type Code int32

// The codes that occur.
const (
	InvalidArgument    Code = C.LWS_INVALID_ARGUMENT
	NotFound           Code = C.LWS_NOT_FOUND
	ResourceExhausted  Code = C.LWS_RESOURCE_EXHAUSTED
	FailedPrecondition Code = C.LWS_FAILED_PRECONDITION
	Internal           Code = C.LWS_INTERNAL
)

// Error lets a Code be the target of errors.Is.
func (c Code) Error() string { return C.GoString(C.lws_code_name(C.lws_code(c))) }

// Error is broken input, or a contract that was not kept. It unwraps to its Code.
type Error struct {
	Code    Code
	Message string
}

func (e *Error) Error() string { return e.Code.Error() + ": " + e.Message }

// Unwrap gives the Code, so that errors.Is(err, lws.InvalidArgument) holds.
func (e *Error) Unwrap() error { return e.Code }

// FieldError is one reason for which admission refused a manifest.
type FieldError struct {
	Field  string `json:"field"`
	Detail string `json:"detail"`
}

// Refusal is an admission that ended with errors.
type Refusal struct {
	Stage  string       `json:"stage"`
	Errors []FieldError `json:"errors"`
}

func (r *Refusal) Error() string {
	text := "refused by " + r.Stage
	for _, e := range r.Errors {
		text += "; " + e.Field + ": " + e.Detail
	}
	return text
}

// ObjectRef names an object.
type ObjectRef struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
}

// Event is for people to read. It is recorded once AfterAction actions of its plan have succeeded.
type Event struct {
	AfterAction int        `json:"afterAction"`
	Type        string     `json:"type"`
	Reason      string     `json:"reason"`
	Action      string     `json:"action"`
	Note        string     `json:"note"`
	Regarding   ObjectRef  `json:"regarding"`
	Related     *ObjectRef `json:"related,omitempty"`
}

// Action is one write to the API server.
type Action struct {
	ObjectRef
	// Verb is create, apply, update-status or delete.
	Verb       string          `json:"verb"`
	APIVersion string          `json:"apiVersion"`
	Object     json.RawMessage `json:"object,omitempty"`
	// Foreground says how a deletion propagates.
	Foreground bool `json:"foreground,omitempty"`
	// UID and ResourceVersion are those the action was decided on; a host refuses the action when they are stale.
	UID             string `json:"uid,omitempty"`
	ResourceVersion string `json:"resourceVersion,omitempty"`
	ConflictIsRetry bool   `json:"conflictIsRetry,omitempty"`
	FailureEvent    *Event `json:"failureEvent,omitempty"`
}

// Plan is what a host should do next: the actions in order, up to the first that fails.
type Plan struct {
	Actions []Action `json:"actions"`
	Events  []Event  `json:"events"`
	// RequeueAfterSeconds says when to look again; nil: when something changes.
	RequeueAfterSeconds *float64 `json:"requeueAfterSeconds,omitempty"`
	RevertTo            string   `json:"revertTo,omitempty"`
	// Error is broken input that ended the decision; the actions before it stand.
	Error     string   `json:"error,omitempty"`
	Decisions []string `json:"decisions,omitempty"`
}

// Name is that of a set or a pod.
type Name struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
}

// Due is what something changed for.
type Due struct {
	Sets []Name `json:"sets"`
	Pods []Name `json:"pods"`
}

// Version is that of the library that is linked.
func Version() string { return C.GoString(C.lws_version()) }

func bytesOf(data []byte) (*C.char, C.size_t) {
	if len(data) == 0 {
		return nil, 0
	}
	return (*C.char)(unsafe.Pointer(&data[0])), C.size_t(len(data))
}

func errorOf(code C.lws_code, text *C.lws_text) error {
	defer C.lws_text_free(text)
	if code == C.LWS_OK {
		return nil
	}
	return &Error{Code(code), C.GoStringN(text.data, C.int(text.size))}
}

func take(text *C.lws_text) []byte {
	defer C.lws_text_free(text)
	return C.GoBytes(unsafe.Pointer(text.data), C.int(text.size))
}

// AdmitSet returns the set as the API server stores it. The error is a *Refusal when admission refuses the manifest.
func AdmitSet(manifest, oldSet []byte) (json.RawMessage, error) {
	var out, text C.lws_text
	data, size := bytesOf(manifest)
	old, oldSize := bytesOf(oldSet)
	if err := errorOf(C.lws_admit_set(data, size, old, oldSize, &out, &text), &text); err != nil {
		return nil, err
	}
	var answer struct {
		Refusal
		Admitted bool            `json:"admitted"`
		Set      json.RawMessage `json:"set"`
	}
	if err := json.Unmarshal(take(&out), &answer); err != nil {
		return nil, fmt.Errorf("admission: %w", err)
	}
	if !answer.Admitted {
		return nil, &answer.Refusal
	}
	return answer.Set, nil
}

// AdmitPod returns the pod as it is to be created. The scheduler provider is "" or "volcano".
func AdmitPod(pod []byte, schedulerProvider string) (json.RawMessage, error) {
	var out, text C.lws_text
	provider := C.CString(schedulerProvider)
	defer C.free(unsafe.Pointer(provider))
	data, size := bytesOf(pod)
	if err := errorOf(C.lws_admit_pod(data, size, provider, &out, &text), &text); err != nil {
		return nil, err
	}
	return take(&out), nil
}

// Policy is how sets are decided on. It does not change; goroutines may share it.
type Policy struct{ handle *C.lws_policy }

// NewPolicy reads {"policy": "keep-budget", "controls": {...}, "schedulerProvider": "volcano"}.
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

// Close frees the policy. A policy that is not closed is freed when it is collected.
func (p *Policy) Close() {
	C.lws_policy_free(p.handle)
	p.handle = nil
	runtime.SetFinalizer(p, nil)
}

// Fleet keeps many sets ready to decide. One goroutine at a time.
type Fleet struct{ handle *C.lws_fleet }

// NewFleet returns an empty fleet.
func NewFleet() *Fleet {
	fleet := &Fleet{C.lws_fleet_new()}
	if fleet.handle == nil {
		panic("lws: no memory for a fleet")
	}
	runtime.SetFinalizer(fleet, (*Fleet).Close)
	return fleet
}

// Close frees the fleet. A fleet that is not closed is freed when it is collected.
func (f *Fleet) Close() {
	C.lws_fleet_free(f.handle)
	f.handle = nil
	runtime.SetFinalizer(f, nil)
}

// Add tells that the object, given as JSON, is there.
func (f *Fleet) Add(object []byte) error {
	var text C.lws_text
	data, size := bytesOf(object)
	err := errorOf(C.lws_fleet_add(f.handle, data, size, &text), &text)
	runtime.KeepAlive(f)
	return err
}

// Remove tells that the object is gone.
func (f *Fleet) Remove(kind, namespace, name string) error {
	var text C.lws_text
	cKind, cNamespace, cName := C.CString(kind), C.CString(namespace), C.CString(name)
	defer C.free(unsafe.Pointer(cKind))
	defer C.free(unsafe.Pointer(cNamespace))
	defer C.free(unsafe.Pointer(cName))
	err := errorOf(C.lws_fleet_remove(f.handle, cKind, cNamespace, cName, &text), &text)
	runtime.KeepAlive(f)
	return err
}

// TakeDue returns what something changed for since the last call.
func (f *Fleet) TakeDue() (Due, error) {
	var out, text C.lws_text
	var due Due
	if err := errorOf(C.lws_fleet_take_due(f.handle, &out, &text), &text); err != nil {
		return due, err
	}
	err := json.Unmarshal(take(&out), &due)
	runtime.KeepAlive(f)
	return due, err
}

// DecideSet returns the plan for the set. A nil policy decides as the reference does.
func (f *Fleet) DecideSet(namespace, name string, now time.Time, policy *Policy) (Plan, error) {
	return f.decide(namespace, name, policy, func(ns, n *C.char, p *C.lws_policy, out, text *C.lws_text) C.lws_code {
		return C.lws_fleet_decide_set(f.handle, ns, n, C.int64_t(now.UnixNano()), p, C.LWS_JSON, out, text)
	})
}

// DecidePod returns the plan for the pod. A nil policy decides as the reference does.
func (f *Fleet) DecidePod(namespace, name string, now time.Time, policy *Policy) (Plan, error) {
	return f.decide(namespace, name, policy, func(ns, n *C.char, p *C.lws_policy, out, text *C.lws_text) C.lws_code {
		return C.lws_fleet_decide_pod(f.handle, ns, n, C.int64_t(now.UnixNano()), p, C.LWS_JSON, out, text)
	})
}

func (f *Fleet) decide(namespace, name string, policy *Policy,
	ask func(ns, n *C.char, p *C.lws_policy, out, text *C.lws_text) C.lws_code) (Plan, error) {
	var plan Plan
	var out, text C.lws_text
	cNamespace, cName := C.CString(namespace), C.CString(name)
	defer C.free(unsafe.Pointer(cNamespace))
	defer C.free(unsafe.Pointer(cName))
	var handle *C.lws_policy
	if policy != nil {
		handle = policy.handle
	}
	code := ask(cNamespace, cName, handle, &out, &text)
	runtime.KeepAlive(policy)
	runtime.KeepAlive(f)
	if err := errorOf(code, &text); err != nil {
		return plan, err
	}
	err := json.Unmarshal(take(&out), &plan)
	return plan, err
}
