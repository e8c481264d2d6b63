package main

import (
	"sync"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

const groupLabel = "leaderworkerset.sigs.k8s.io/group-index"

// state is all objects of a namespace that a decision reads.
type state []map[string]any

func (s state) find(kind, name string) *unstructured.Unstructured {
	for _, object := range s {
		found := &unstructured.Unstructured{Object: object}
		if found.GetKind() == kind && found.GetName() == name {
			return found
		}
	}
	return nil
}

func (s state) has(kind, name string) bool { return s.find(kind, name) != nil }

// groupOf is the set and the group that the pod's labels name; both are empty for a pod of none.
func (s state) groupOf(pod string) (set, group string) {
	if found := s.find("Pod", pod); found != nil {
		return found.GetLabels()[setLabel], found.GetLabels()[groupLabel]
	}
	return "", ""
}

// kept is what plans said has to be kept: the progress of a set's rollout, and what a restart policy remembers of a
// group. It is lost when the process ends: rollouts with steps then begin again, and restarts are counted anew. A
// lws.Fleet saves it (SaveKept).
type kept struct {
	lock sync.Mutex
	sets map[[2]string]map[string]*keptPlace // by namespace and name, then by group; "" is the set itself
}

type keptPlace struct {
	lock  sync.Mutex
	bytes []byte
}

func (k *kept) of(namespace, set, group string) *keptPlace {
	if set == "" {
		return &keptPlace{}
	}
	k.lock.Lock()
	defer k.lock.Unlock()
	if k.sets == nil {
		k.sets = map[[2]string]map[string]*keptPlace{}
	}
	places := k.sets[[2]string{namespace, set}]
	if places == nil {
		places = map[string]*keptPlace{}
		k.sets[[2]string{namespace, set}] = places
	}
	if places[group] == nil {
		places[group] = &keptPlace{}
	}
	return places[group]
}

func (k *kept) forget(namespace, set string) {
	k.lock.Lock()
	defer k.lock.Unlock()
	delete(k.sets, [2]string{namespace, set})
}
