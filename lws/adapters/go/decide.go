package lws

/*
#include <lws.h>
*/
import "C"

import (
	"encoding/json"
	"fmt"
	"time"
)

func planOf(code C.lws_code, out, text *C.lws_text) (Plan, error) {
	var plan Plan
	if err := errorOf(code, text); err != nil {
		return plan, err
	}
	if err := plan.read(take(out)); err != nil {
		return Plan{}, fmt.Errorf("plan: %w", err)
	}
	return plan, nil
}

// A decision after its Go arguments were checked.
type decision struct {
	namespace, name *C.char
	now             C.int64_t
	call            policyCall
}

// The call must be ended.
func begin(namespace, name string, now time.Time, policy *Policy) (decision, error) {
	if err := checkNames(namespace, name); err != nil {
		return decision{}, err
	}
	time, err := nanoseconds(now)
	if err != nil {
		return decision{}, err
	}
	call, err := beginCall(policy)
	return decision{pointer(named(namespace)), pointer(named(name)), time, call}, err
}

// DecideSet returns the plan for the set, given all objects that are there as a JSON list, or {"items": [...]}. A nil
// policy decides as the reference does. Plan.Decisions say why.
//
// kept is Plan.Kept of the last plan of this set; nil at the first look. Without it canaries and deadlines begin again
// at each look.
func DecideSet(state []byte, namespace, name string, now time.Time, policy *Policy, kept []byte) (Plan, error) {
	return decideSet(state, C.LWS_JSON, namespace, name, now, policy, kept)
}

// DecideSetOnProto is DecideSet on a lws.v1.ClusterStateProto as bytes, which is read in a tenth of the time.
func DecideSetOnProto(state []byte, namespace, name string, now time.Time, policy *Policy, kept []byte) (Plan, error) {
	return decideSet(state, C.LWS_PROTOBUF, namespace, name, now, policy, kept)
}

func decideSet(state []byte, format C.lws_format, namespace, name string, now time.Time, policy *Policy,
	kept []byte) (Plan, error) {
	d, err := begin(namespace, name, now, policy)
	if err != nil {
		return Plan{}, err
	}
	var out, text C.lws_text
	data, size := bytesOf(state)
	keptData, keptSize := bytesOf(kept)
	code := C.lws_decide_set(data, size, format, d.namespace, d.name, d.now, d.call.handle, keptData, keptSize,
		C.LWS_PROTOBUF|C.LWS_WITH_DECISIONS, &out, &text)
	plan, err := d.call.end(planOf(code, &out, &text))
	return plan.keeping(kept), err
}

// DecidePod is DecideSet for a pod.
//
// kept is Plan.Kept of the last plan of a pod of this group; nil at the first look. Without it a restart policy forgets
// how often it restarted the group.
func DecidePod(state []byte, namespace, name string, now time.Time, policy *Policy, kept []byte) (Plan, error) {
	return decidePod(state, C.LWS_JSON, namespace, name, now, policy, kept)
}

// DecidePodOnProto is DecideSetOnProto for a pod. A restart policy needs JSON.
func DecidePodOnProto(state []byte, namespace, name string, now time.Time, policy *Policy, kept []byte) (Plan, error) {
	return decidePod(state, C.LWS_PROTOBUF, namespace, name, now, policy, kept)
}

func decidePod(state []byte, format C.lws_format, namespace, name string, now time.Time, policy *Policy,
	kept []byte) (Plan, error) {
	d, err := begin(namespace, name, now, policy)
	if err != nil {
		return Plan{}, err
	}
	var out, text C.lws_text
	data, size := bytesOf(state)
	keptData, keptSize := bytesOf(kept)
	code := C.lws_decide_pod(data, size, format, d.namespace, d.name, d.now, d.call.handle, keptData, keptSize,
		C.LWS_PROTOBUF|C.LWS_WITH_DECISIONS, &out, &text)
	plan, err := d.call.end(planOf(code, &out, &text))
	return plan.keeping(kept), err
}

// DecideDisaggregatedSet is DecideSet for a DisaggregatedSet.
func DecideDisaggregatedSet(state []byte, namespace, name string, now time.Time, policy *Policy) (Plan, error) {
	d, err := begin(namespace, name, now, policy)
	if err != nil {
		return Plan{}, err
	}
	var out, text C.lws_text
	data, size := bytesOf(state)
	code := C.lws_decide_disaggregated_set(data, size, d.namespace, d.name, d.now, d.call.handle,
		C.LWS_PROTOBUF|C.LWS_WITH_DECISIONS, &out, &text)
	return d.call.end(planOf(code, &out, &text))
}

// Place gives a node to every pod of every group, or says why there is none; lws.h says what a request has.
func Place(request []byte) (json.RawMessage, error) {
	var out, text C.lws_text
	data, size := bytesOf(request)
	if err := errorOf(C.lws_place(data, size, &out, &text), &text); err != nil {
		return nil, err
	}
	return take(&out), nil
}
