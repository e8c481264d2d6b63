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
	"unsafe"
)

// Fleet keeps many sets ready to decide. One goroutine at a time.
type Fleet struct {
	handle *C.lws_fleet
	// Kept from call to call, so that answers need no new memory on the other side.
	out, text C.lws_text
}

// NewFleet returns an empty fleet.
func NewFleet() *Fleet {
	fleet := &Fleet{handle: C.lws_fleet_new()}
	if fleet.handle == nil {
		panic("lws: no memory for a fleet")
	}
	runtime.SetFinalizer(fleet, (*Fleet).Close)
	return fleet
}

// Close frees the fleet. A fleet that is not closed is freed when it is collected.
func (f *Fleet) Close() {
	C.lws_fleet_free(f.handle)
	C.lws_text_free(&f.out)
	C.lws_text_free(&f.text)
	f.handle = nil
	runtime.SetFinalizer(f, nil)
}

// Add tells that the object, given as JSON with its apiVersion and kind, is there.
func (f *Fleet) Add(object []byte) error {
	data, size := bytesOf(object)
	err := errorOf(C.lws_fleet_add(f.handle, data, size, &f.text), &f.text)
	runtime.KeepAlive(f)
	return err
}

// Remove tells that the object is gone.
func (f *Fleet) Remove(kind, namespace, name string) error {
	if err := checkNames(kind, namespace, name); err != nil {
		return err
	}
	code := C.lws_fleet_remove(f.handle, pointer(named(kind)), pointer(named(namespace)), pointer(named(name)), &f.text)
	err := errorOf(code, &f.text)
	runtime.KeepAlive(f)
	return err
}

// Load tells that all objects of a JSON list, or {"items": [...]}, are there; an error changes nothing.
func (f *Fleet) Load(state []byte) error {
	data, size := bytesOf(state)
	err := errorOf(C.lws_fleet_load(f.handle, data, size, C.LWS_JSON, &f.text), &f.text)
	runtime.KeepAlive(f)
	return err
}

// Save returns the whole fleet, for LoadSaved of the next process.
func (f *Fleet) Save() ([]byte, error) {
	err := errorOf(C.lws_fleet_save(f.handle, &f.out, &f.text), &f.text)
	return f.answer(err)
}

// LoadSaved puts what was saved in the place of all that the fleet knew; numbers that were given before mean nothing then.
func (f *Fleet) LoadSaved(saved []byte) error {
	data, size := bytesOf(saved)
	err := errorOf(C.lws_fleet_load_saved(f.handle, data, size, &f.text), &f.text)
	runtime.KeepAlive(f)
	return err
}

// SaveKept returns what is to be kept of rollouts and restarts, for LoadKept of the next process.
func (f *Fleet) SaveKept() ([]byte, error) {
	err := errorOf(C.lws_fleet_save_kept(f.handle, &f.out, &f.text), &f.text)
	return f.answer(err)
}

// LoadKept is called before the first decision.
func (f *Fleet) LoadKept(kept []byte) error {
	data, size := bytesOf(kept)
	err := errorOf(C.lws_fleet_load_kept(f.handle, data, size, &f.text), &f.text)
	runtime.KeepAlive(f)
	return err
}

// TakeDue returns what something changed for since the last call.
func (f *Fleet) TakeDue() (Due, error) {
	var due Due
	if err := errorOf(C.lws_fleet_take_due(f.handle, &f.out, &f.text), &f.text); err != nil {
		return due, err
	}
	err := f.read(&due)
	runtime.KeepAlive(f)
	return due, err
}

// DecideSet returns the plan for the set. A nil policy decides as the reference does.
func (f *Fleet) DecideSet(namespace, name string, now time.Time, policy *Policy) (Plan, error) {
	d, err := begin(namespace, name, now, policy)
	if err != nil {
		return Plan{}, err
	}
	code := C.lws_fleet_decide_set(f.handle, d.namespace, d.name, d.now, d.call.handle, C.LWS_PROTOBUF, &f.out, &f.text)
	return d.call.end(f.plan(code))
}

// DecidePod returns the plan for the pod. A nil policy decides as the reference does.
func (f *Fleet) DecidePod(namespace, name string, now time.Time, policy *Policy) (Plan, error) {
	d, err := begin(namespace, name, now, policy)
	if err != nil {
		return Plan{}, err
	}
	code := C.lws_fleet_decide_pod(f.handle, d.namespace, d.name, d.now, d.call.handle, C.LWS_PROTOBUF, &f.out, &f.text)
	return d.call.end(f.plan(code))
}

const nothingDue = `{"pods":[],"sets":[]}`

// The answer, without a copy; it is good until the next call.
func (f *Fleet) bytes() []byte {
	if f.out.size == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(f.out.data)), int(f.out.size))
}

func (f *Fleet) answer(err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	answer := append([]byte{}, f.bytes()...)
	runtime.KeepAlive(f)
	return answer, nil
}

func (f *Fleet) read(value any) error {
	data := f.bytes()
	if string(data) == nothingDue {
		return nil
	}
	if err := json.Unmarshal(data, value); err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	return nil
}

func (f *Fleet) plan(code C.lws_code) (Plan, error) {
	var plan Plan
	if err := errorOf(code, &f.text); err != nil {
		return plan, err
	}
	err := plan.read(f.bytes())
	runtime.KeepAlive(f)
	if err != nil {
		return Plan{}, fmt.Errorf("plan: %w", err)
	}
	return plan, nil
}
