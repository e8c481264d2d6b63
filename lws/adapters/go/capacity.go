package lws

/*
#include <lws.h>
*/
import "C"

import (
	"encoding/json"
	"runtime"
)

// Capacity is nodes and what is free on them, kept between requests. One goroutine at a time.
type Capacity struct {
	handle *C.lws_capacity
}

// NewCapacity reads {"nodes": [...], "levels": [...], "pods": [...]}.
func NewCapacity(cluster []byte) (*Capacity, error) {
	capacity := &Capacity{}
	var text C.lws_text
	data, size := bytesOf(cluster)
	if err := errorOf(C.lws_capacity_new(data, size, &capacity.handle, &text), &text); err != nil {
		return nil, err
	}
	runtime.SetFinalizer(capacity, (*Capacity).Close)
	return capacity, nil
}

// Close frees the capacity. One that is not closed is freed when it is collected.
func (c *Capacity) Close() {
	C.lws_capacity_free(c.handle)
	c.handle = nil
	runtime.SetFinalizer(c, nil)
}

// Place is the function Place for a request without nodes, levels and pods. Groups that fit hold their nodes until they
// are released.
func (c *Capacity) Place(request []byte) (json.RawMessage, error) {
	var out, text C.lws_text
	data, size := bytesOf(request)
	code := C.lws_capacity_place(c.handle, data, size, &out, &text)
	runtime.KeepAlive(c)
	if err := errorOf(code, &text); err != nil {
		return nil, err
	}
	return take(&out), nil
}

// Release gives the group's nodes back. It is NotFound for a group that holds none.
func (c *Capacity) Release(namespace, setName string, group int) error {
	if err := checkNames(namespace, setName); err != nil {
		return err
	}
	if err := checkInt32("group", group); err != nil {
		return err
	}
	var text C.lws_text
	code := C.lws_capacity_release(c.handle, pointer(named(namespace)), pointer(named(setName)), C.int32_t(group), &text)
	runtime.KeepAlive(c)
	return errorOf(code, &text)
}

// UsePods tells a JSON list of pods that came otherwise and take their room.
func (c *Capacity) UsePods(pods []byte) error {
	var text C.lws_text
	data, size := bytesOf(pods)
	code := C.lws_capacity_use_pods(c.handle, data, size, &text)
	runtime.KeepAlive(c)
	return errorOf(code, &text)
}
