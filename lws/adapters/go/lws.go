// Package lws decides for LeaderWorkerSets: what of a cluster is told in, plans out.
//
// It calls liblws through its C interface; `pkg-config lws` tells the compiler and the linker where that is. A Fleet keeps
// many sets ready to decide. The host performs the plans with its own client, and tells what its watches see.
package lws

/*
#include <lws.h>
*/
import "C"

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
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

// Version is that of the library that is linked.
func Version() string { return C.GoString(C.lws_version()) }

func bytesOf(data []byte) (*C.char, C.size_t) {
	if len(data) == 0 {
		return nil, 0
	}
	return (*C.char)(unsafe.Pointer(&data[0])), C.size_t(len(data))
}

func errorOf(code C.lws_code, text *C.lws_text) error {
	if code == C.LWS_OK {
		return nil
	}
	defer C.lws_text_free(text)
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

// A name with a null character behind it, for the length of a call. checkNames says that it has none itself.
func named(text string) []byte { return append(append(make([]byte, 0, len(text)+1), text...), 0) }

// checkNames refuses names with a null character, which would end them for the library.
func checkNames(names ...string) error {
	for _, name := range names {
		if strings.IndexByte(name, 0) >= 0 {
			return &Error{InvalidArgument, fmt.Sprintf("a name with a null character: %q", name)}
		}
	}
	return nil
}

// The library takes times as nanoseconds since 1970 in 64 bits.
func nanoseconds(now time.Time) (C.int64_t, error) {
	if now.Before(time.Unix(0, math.MinInt64)) || now.After(time.Unix(0, math.MaxInt64)) {
		return 0, &Error{InvalidArgument, fmt.Sprintf("now: %v is not between the years 1678 and 2262", now)}
	}
	return C.int64_t(now.UnixNano()), nil
}

// checkInt32 refuses numbers that the library would cut.
func checkInt32(what string, number int) error {
	if int64(number) != int64(int32(number)) {
		return &Error{InvalidArgument, fmt.Sprintf("%s: %d does not fit 32 bits", what, number)}
	}
	return nil
}

func init() {
	if C.lws_abi_version() != C.LWS_ABI_VERSION {
		panic(fmt.Sprintf("lws: the library has the ABI version %d, and lws.h has %d", C.lws_abi_version(),
			C.LWS_ABI_VERSION))
	}
}

func pointer(name []byte) *C.char { return (*C.char)(unsafe.Pointer(&name[0])) }

// AdmitPod returns the pod as it is to be created. The scheduler provider is "" or "volcano".
func AdmitPod(pod []byte, schedulerProvider string) (json.RawMessage, error) {
	var out, text C.lws_text
	if err := checkNames(schedulerProvider); err != nil {
		return nil, err
	}
	data, size := bytesOf(pod)
	code := C.lws_admit_pod(data, size, pointer(named(schedulerProvider)), &out, &text)
	if err := errorOf(code, &text); err != nil {
		return nil, err
	}
	return take(&out), nil
}
