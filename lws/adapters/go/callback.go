package lws

/*
#include <lws.h>
*/
import "C"

import (
	"fmt"
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

// asAnError turns what was recovered from a panic into an error, which unwraps to it when it is one.
func asAnError(recovered any) error {
	if err, ok := recovered.(error); ok {
		return fmt.Errorf("the policy's function panics: %w", err)
	}
	return fmt.Errorf("the policy's function panics: %v", recovered)
}

func writeStep(step RolloutStep, out *C.lws_rollout_step) error {
	if err := checkInt32("Partition", step.Partition); err != nil {
		return err
	}
	if err := checkInt32("Replicas", step.Replicas); err != nil {
		return err
	}
	out.partition = C.int32_t(step.Partition)
	out.replicas = C.int32_t(step.Replicas)
	out.on_delete = 0
	if step.OnDelete {
		out.on_delete = 1
	}
	out.look_again_in = -1
	if step.LookAgainIn != nil {
		if *step.LookAgainIn < 0 {
			return &Error{InvalidArgument, fmt.Sprintf("LookAgainIn: %v is in the past", *step.LookAgainIn)}
		}
		out.look_again_in = C.int64_t(*step.LookAgainIn)
	}
	return nil
}

// The library's C code calls this; a panic must not pass through it.
//
//export lwsGoRollout
func lwsGoRollout(userData unsafe.Pointer, given *C.lws_rollout_input, out *C.lws_rollout_step) (code C.lws_code) {
	asked, ok := cgo.Handle(uintptr(userData)).Value().(*askedFunctions)
	if !ok {
		return C.LWS_INTERNAL
	}
	defer func() {
		if recovered := recover(); recovered != nil {
			asked.note(asAnError(recovered))
			code = C.LWS_INTERNAL
		}
	}()
	step, err := asked.Rollout(inputOf(given))
	if err == nil {
		err = writeStep(step, out)
	}
	if err != nil {
		asked.note(err)
		return C.LWS_FAILED_PRECONDITION
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

// A function that panics ends the decision.
//
//export lwsGoRestart
func lwsGoRestart(userData unsafe.Pointer, given *C.lws_restart_failure) (action C.lws_restart_action) {
	asked, ok := cgo.Handle(uintptr(userData)).Value().(*askedFunctions)
	if !ok {
		return C.LWS_RESTART_ERROR
	}
	defer func() {
		if recovered := recover(); recovered != nil {
			asked.note(asAnError(recovered))
			action = C.LWS_RESTART_ERROR
		}
	}()
	return C.lws_restart_action(asked.Restart(failureOf(given)))
}
