package lws

import (
	"encoding/binary"
	"encoding/json"
	"reflect"
	"testing"
)

func number(id, value uint64) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(nil, id<<3), value)
}

func bytes(id uint64, parts ...[]byte) []byte {
	var content []byte
	for _, part := range parts {
		content = append(content, part...)
	}
	tag := binary.AppendUvarint(nil, id<<3|2)
	return append(binary.AppendUvarint(tag, uint64(len(content))), content...)
}

func text(id uint64, value string) []byte { return bytes(id, []byte(value)) }

func wholePlan() []byte {
	negative := int64(-3)
	ref := func(id uint64, kind string) []byte {
		return bytes(id, text(1, kind), text(2, "default"), text(3, "demo"))
	}
	event := func(id uint64) []byte {
		return bytes(id, number(1, uint64(negative)), number(2, 1), text(3, "Reason"), text(4, "Create"), text(5, "note"),
			ref(6, "Pod"), ref(7, "Service"))
	}
	message := bytes(1, number(1, 5), text(2, "v1"), ref(3, "Pod"), text(4, `{"a":1}`), number(5, 1), text(6, "u"),
		text(7, "9"), number(8, 1), event(9))
	for _, part := range [][]byte{bytes(1), event(2), bytes(2), number(3, 2500000000), number(4, 3), text(5, "broken"),
		bytes(6, text(1, "rolling"), text(2, "set"), text(3, "3 of 4")), bytes(6, text(1, "at rest"), text(2, "set")),
		bytes(7, number(2, 1)), text(9, "old"),
		// Fields of other versions.
		number(200, 1), text(201, "x"), {10<<3 | 1, 1, 2, 3, 4, 5, 6, 7, 8}, {15<<3 | 5, 1, 2, 3, 4}} {
		message = append(message, part...)
	}
	return message
}

func TestAPlanIsReadWhole(t *testing.T) {
	seconds := 2.5
	pod, service := ObjectRef{"Pod", "default", "demo"}, ObjectRef{"Service", "default", "demo"}
	event := Event{-3, "Warning", "Reason", "Create", "note", pod, &service}
	want := Plan{
		Actions: []Action{{pod, "patch-status", "v1", json.RawMessage(`{"a":1}`), true, "u", "9", true, &event},
			{Verb: "create"}},
		Events:              []Event{event, {Type: "Normal"}},
		RequeueAfterSeconds: &seconds,
		RevertTo:            "old",
		Error:               "broken",
		Decisions:           []string{"set: rolling: 3 of 4", "set: at rest"},
		Kept:                bytes(7, number(2, 1)),
	}
	var plan Plan
	if err := plan.read(wholePlan()); err != nil || !reflect.DeepEqual(plan, want) {
		t.Errorf("plan %+v, error %v, not %+v", plan, err, want)
	}
}

func TestBrokenBytesAreAnErrorOrAShorterPlan(t *testing.T) {
	message := wholePlan()
	broken := 0
	for size := range message {
		for _, last := range []byte{message[size], 0, 0x7f, 0xff} {
			var plan Plan
			if err := plan.read(append(append([]byte{}, message[:size]...), last)); err != nil {
				broken++
			}
		}
	}
	if broken < len(message) {
		t.Errorf("%d of %d broken messages were found", broken, 4*len(message))
	}
	var plan Plan
	if err := plan.read(bytes(1, number(1, uint64(len(verbs))))); err == nil {
		t.Error("a verb of another version was taken for one of this")
	}
}
