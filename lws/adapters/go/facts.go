package lws

/*
#include <lws.h>
*/
import "C"

import (
	"runtime"
	"unsafe"
)

// PodPhase is a pod's status.phase.
type PodPhase uint8

// The phases of a pod.
const (
	PodUnknown PodPhase = iota
	PodPending
	PodRunning
	PodSucceeded
	PodFailed
)

// PodFacts is a pod as numbers, for callers that look a name up once. It has the layout of lws_pod_facts.
type PodFacts struct {
	Set               uint32 // SetNumber
	Group             int32
	Worker            int32  // 0 is the leader
	Node              uint32 // NodeNumber; of leaders
	ResourceVersion   uint64 // of leaders
	UID               [4]uint32
	OwnerUID          [4]uint32 // of workers
	Revision          uint16    // RevisionNumber
	Phase             PodPhase
	Exists            bool
	HasReadyCondition bool
	Restarted         bool
	Terminating       bool
	_                 uint8
}

// WorkersFacts is the StatefulSet of a group's workers. It has the layout of lws_workers_facts.
type WorkersFacts struct {
	Set               uint32
	Group             int32
	Replicas          int32
	AvailableReplicas int32
	StatusReplicas    int32
	UID               [4]uint32
	LeaderUID         [4]uint32
	Revision          uint16
	Exists            bool
	Terminating       bool
	OneRevision       bool // its currentRevision is its updateRevision
	_                 [3]uint8
}

// The layouts are those of C; otherwise this does not compile.
var (
	_ = [1]int{}[unsafe.Sizeof(PodFacts{})-unsafe.Sizeof(C.lws_pod_facts{})]
	_ = [1]int{}[unsafe.Sizeof(WorkersFacts{})-unsafe.Sizeof(C.lws_workers_facts{})]
	_ = [1]int{}[unsafe.Offsetof(PodFacts{}.Terminating)-unsafe.Offsetof(C.lws_pod_facts{}.terminating)]
	_ = [1]int{}[unsafe.Offsetof(WorkersFacts{}.OneRevision)-unsafe.Offsetof(C.lws_workers_facts{}.one_revision)]
)

// SetNumber is the set's number in facts.
func (f *Fleet) SetNumber(namespace, name string) (uint32, error) {
	if err := checkNames(namespace, name); err != nil {
		return 0, err
	}
	var number C.uint32_t
	code := C.lws_fleet_set_number(f.handle, pointer(named(namespace)), pointer(named(name)), &number, &f.text)
	runtime.KeepAlive(f)
	return uint32(number), errorOf(code, &f.text)
}

// RevisionNumber is the number of a revision of the set.
func (f *Fleet) RevisionNumber(set uint32, key string) (uint16, error) {
	if err := checkNames(key); err != nil {
		return 0, err
	}
	var number C.uint16_t
	code := C.lws_fleet_revision_number(f.handle, C.uint32_t(set), pointer(named(key)), &number, &f.text)
	runtime.KeepAlive(f)
	return uint16(number), errorOf(code, &f.text)
}

// NodeNumber is the number of a node.
func (f *Fleet) NodeNumber(node string) (uint32, error) {
	if err := checkNames(node); err != nil {
		return 0, err
	}
	var number C.uint32_t
	code := C.lws_fleet_node_number(f.handle, pointer(named(node)), &number, &f.text)
	runtime.KeepAlive(f)
	return uint32(number), errorOf(code, &f.text)
}

// TellPods tells the facts in their order; an error changes nothing.
func (f *Fleet) TellPods(pods []PodFacts) error {
	if len(pods) == 0 {
		return nil
	}
	code := C.lws_fleet_tell_pods(f.handle, (*C.lws_pod_facts)(unsafe.Pointer(&pods[0])), C.size_t(len(pods)), &f.text)
	runtime.KeepAlive(f)
	return errorOf(code, &f.text)
}

// TellWorkers tells the facts in their order; an error changes nothing.
func (f *Fleet) TellWorkers(workers []WorkersFacts) error {
	if len(workers) == 0 {
		return nil
	}
	first := (*C.lws_workers_facts)(unsafe.Pointer(&workers[0]))
	code := C.lws_fleet_tell_workers(f.handle, first, C.size_t(len(workers)), &f.text)
	runtime.KeepAlive(f)
	return errorOf(code, &f.text)
}
