package lws

/*
#include <lws.h>
*/
import "C"

import (
	"runtime/cgo"
	"time"
	"unsafe"
)

const (
	groupReady   = 1
	groupUpdated = 2
)

func inputOf(given *C.lws_rollout_input) RolloutInput {
	input := RolloutInput{
		Namespace:       C.GoString(given.namespace_name),
		SetName:         C.GoString(given.set_name),
		Now:             time.Unix(0, int64(given.now)),
		Replicas:        int(given.replicas),
		Surge:           int(given.surge),
		Unavailable:     int(given.unavailable),
		SpecPartition:   int(given.spec_partition),
		TemplateChanged: given.updated != 0,
	}
	if given.exists == 0 {
		return input
	}
	current := &LeaderState{
		Replicas:  int(given.current_replicas),
		Partition: int(given.current_partition),
		OnDelete:  given.on_delete != 0,
	}
	if given.has_replicas_annotation != 0 {
		annotation := int64(given.replicas_annotation)
		current.ReplicasAnnotation = &annotation
	}
	current.Ready = make([]bool, current.Replicas)
	current.Updated = make([]bool, current.Replicas)
	if given.groups != nil {
		for i, group := range unsafe.Slice((*uint8)(given.groups), current.Replicas) {
			current.Ready[i] = group&groupReady != 0
			current.Updated[i] = group&groupUpdated != 0
		}
	}
	input.Current = current
	return input
}

// The library's C code calls this; a panic must not pass through it.
//
//export lwsGoRollout
func lwsGoRollout(userData unsafe.Pointer, given *C.lws_rollout_input, out *C.lws_rollout_step) (code C.lws_code) {
	defer func() {
		if recover() != nil {
			code = C.LWS_INTERNAL
		}
	}()
	functions, ok := cgo.Handle(uintptr(userData)).Value().(PolicyFunctions)
	if !ok {
		return C.LWS_INTERNAL
	}
	step, err := functions.Rollout(inputOf(given))
	if err != nil {
		return C.LWS_FAILED_PRECONDITION
	}
	out.partition = C.int32_t(step.Partition)
	out.replicas = C.int32_t(step.Replicas)
	out.on_delete = 0
	if step.OnDelete {
		out.on_delete = 1
	}
	out.look_again_in = -1
	if step.LookAgainIn != nil {
		out.look_again_in = C.int64_t(*step.LookAgainIn)
	}
	return C.LWS_OK
}

func failureOf(given *C.lws_restart_failure) RestartFailure {
	failure := RestartFailure{
		Namespace:     C.GoString(given.namespace_name),
		SetName:       C.GoString(given.set_name),
		Group:         int(given.group),
		Worker:        int(given.worker),
		PodRestarts:   int64(given.pod_restarts),
		GroupRestarts: int(given.group_restarts),
		Now:           time.Unix(0, int64(given.now)),
	}
	if given.has_end != 0 {
		failure.End = &ContainerEnd{ExitCode: int(given.exit_code), Reason: C.GoString(given.reason)}
	}
	return failure
}

// A function that panics restarts the group, as the reference does.
//
//export lwsGoRestart
func lwsGoRestart(userData unsafe.Pointer, given *C.lws_restart_failure) (action C.lws_restart_action) {
	defer func() {
		if recover() != nil {
			action = C.LWS_RESTART_GROUP
		}
	}()
	functions, ok := cgo.Handle(uintptr(userData)).Value().(PolicyFunctions)
	if !ok {
		return C.LWS_RESTART_GROUP
	}
	return C.lws_restart_action(functions.Restart(failureOf(given)))
}
