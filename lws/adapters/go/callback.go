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
	rollout, ok := cgo.Handle(uintptr(userData)).Value().(RolloutFunction)
	if !ok {
		return C.LWS_INTERNAL
	}
	step, err := rollout(inputOf(given))
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
