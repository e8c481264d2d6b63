package lws

/*
#include <lws.h>
*/
import "C"

import (
	"encoding/json"
	"fmt"
	"runtime"
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

// DecideSet returns the plan for the set, given all objects that are there as a JSON list, or {"items": [...]}. A nil
// policy decides as the reference does. Plan.Decisions say why.
func DecideSet(state []byte, namespace, name string, now time.Time, policy *Policy) (Plan, error) {
	return decideSet(state, C.LWS_JSON, namespace, name, now, policy)
}

// DecideSetOnProto is DecideSet on a lws.v1.ClusterStateProto as bytes, which is read in a tenth of the time.
func DecideSetOnProto(state []byte, namespace, name string, now time.Time, policy *Policy) (Plan, error) {
	return decideSet(state, C.LWS_PROTOBUF, namespace, name, now, policy)
}

func decideSet(state []byte, format C.lws_format, namespace, name string, now time.Time, policy *Policy) (Plan, error) {
	var out, text C.lws_text
	data, size := bytesOf(state)
	code := C.lws_decide_set(data, size, format, pointer(named(namespace)), pointer(named(name)),
		C.int64_t(now.UnixNano()), handleOf(policy), nil, 0, C.LWS_PROTOBUF|C.LWS_WITH_DECISIONS, &out, &text)
	runtime.KeepAlive(policy)
	return planOf(code, &out, &text)
}

// DecidePod is DecideSet for a pod.
func DecidePod(state []byte, namespace, name string, now time.Time, policy *Policy) (Plan, error) {
	return decidePod(state, C.LWS_JSON, namespace, name, now, policy)
}

// DecidePodOnProto is DecideSetOnProto for a pod.
func DecidePodOnProto(state []byte, namespace, name string, now time.Time, policy *Policy) (Plan, error) {
	return decidePod(state, C.LWS_PROTOBUF, namespace, name, now, policy)
}

func decidePod(state []byte, format C.lws_format, namespace, name string, now time.Time, policy *Policy) (Plan, error) {
	var out, text C.lws_text
	data, size := bytesOf(state)
	code := C.lws_decide_pod(data, size, format, pointer(named(namespace)), pointer(named(name)),
		C.int64_t(now.UnixNano()), handleOf(policy), nil, 0, C.LWS_PROTOBUF|C.LWS_WITH_DECISIONS, &out, &text)
	runtime.KeepAlive(policy)
	return planOf(code, &out, &text)
}

// DecideDisaggregatedSet is DecideSet for a DisaggregatedSet.
func DecideDisaggregatedSet(state []byte, namespace, name string, now time.Time, policy *Policy) (Plan, error) {
	var out, text C.lws_text
	data, size := bytesOf(state)
	code := C.lws_decide_disaggregated_set(data, size, pointer(named(namespace)), pointer(named(name)),
		C.int64_t(now.UnixNano()), handleOf(policy), C.LWS_PROTOBUF|C.LWS_WITH_DECISIONS, &out, &text)
	runtime.KeepAlive(policy)
	return planOf(code, &out, &text)
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
