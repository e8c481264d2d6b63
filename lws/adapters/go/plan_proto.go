package lws

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// The plan comes as a lws.v1.PlanProto, because encoding/json would take longer than the decision itself. The
// message is read by hand, so that users of this package need no other module.

var errNoMessage = errors.New("the bytes are no protocol buffer")

// One field of a message: number is that of varints, and bytes is what a string or a message has.
type field struct {
	id     uint64
	number uint64
	bytes  []byte
}

// The bytes that a field of a fixed size has, by its wire type.
var fixedSizes = map[uint64]int{1: 8, 5: 4}

// Calls take for each field of the message in order. Fields of a fixed size are left out: a plan has none.
func eachField(message []byte, take func(field) error) error {
	for len(message) > 0 {
		tag, size := binary.Uvarint(message)
		if size <= 0 {
			return errNoMessage
		}
		message = message[size:]
		read := field{id: tag >> 3}
		size, isFixed := fixedSizes[tag&7]
		if isFixed {
			if len(message) < size {
				return errNoMessage
			}
			message = message[size:]
			continue
		}
		read.number, size = binary.Uvarint(message)
		if size <= 0 || (tag&7 != 0 && tag&7 != 2) {
			return errNoMessage
		}
		message = message[size:]
		if tag&7 == 2 {
			if read.number > uint64(len(message)) {
				return errNoMessage
			}
			read.bytes, message = message[:read.number], message[read.number:]
		}
		if err := take(read); err != nil {
			return err
		}
	}
	return nil
}

func (r *ObjectRef) read(message []byte) error {
	return eachField(message, func(f field) error {
		switch f.id {
		case 1:
			r.Kind = string(f.bytes)
		case 2:
			r.Namespace = string(f.bytes)
		case 3:
			r.Name = string(f.bytes)
		}
		return nil
	})
}

func (e *Event) read(message []byte) error {
	e.Type = "Normal"
	return eachField(message, func(f field) error {
		switch f.id {
		case 1:
			e.AfterAction = int(int32(f.number))
		case 2:
			if f.number != 0 {
				e.Type = "Warning"
			}
		case 3:
			e.Reason = string(f.bytes)
		case 4:
			e.Action = string(f.bytes)
		case 5:
			e.Note = string(f.bytes)
		case 6:
			return e.Regarding.read(f.bytes)
		case 7:
			e.Related = &ObjectRef{}
			return e.Related.read(f.bytes)
		}
		return nil
	})
}

// By the numbers of ActionProto.Verb.
var verbs = [...]string{"create", "apply", "update-status", "delete", "patch", "patch-status"}

func (a *Action) read(message []byte) error {
	a.Verb = verbs[0]
	return eachField(message, func(f field) error {
		switch f.id {
		case 1:
			if f.number >= uint64(len(verbs)) {
				return fmt.Errorf("verb %d is unknown", f.number)
			}
			a.Verb = verbs[f.number]
		case 2:
			a.APIVersion = string(f.bytes)
		case 3:
			return a.ObjectRef.read(f.bytes)
		case 4:
			a.Object = append(json.RawMessage(nil), f.bytes...)
		case 5:
			a.Foreground = f.number != 0
		case 6:
			a.UID = string(f.bytes)
		case 7:
			a.ResourceVersion = string(f.bytes)
		case 8:
			a.ConflictIsRetry = f.number != 0
		case 9:
			a.FailureEvent = &Event{}
			return a.FailureEvent.read(f.bytes)
		}
		return nil
	})
}

// A decision in words, as lws.h's plans in JSON have it.
func decisionText(message []byte) (string, error) {
	var reason, subject, detail string
	err := eachField(message, func(f field) error {
		switch f.id {
		case 1:
			reason = string(f.bytes)
		case 2:
			subject = string(f.bytes)
		case 3:
			detail = ": " + string(f.bytes)
		}
		return nil
	})
	return subject + ": " + reason + detail, err
}

// The bytes may be gone afterwards.
func (p *Plan) read(message []byte) error {
	return eachField(message, func(f field) error {
		switch f.id {
		case 1:
			p.Actions = append(p.Actions, Action{})
			return p.Actions[len(p.Actions)-1].read(f.bytes)
		case 2:
			p.Events = append(p.Events, Event{})
			return p.Events[len(p.Events)-1].read(f.bytes)
		case 3:
			seconds := time.Duration(f.number).Seconds()
			p.RequeueAfterSeconds = &seconds
		case 5:
			p.Error = string(f.bytes)
		case 6:
			text, err := decisionText(f.bytes)
			p.Decisions = append(p.Decisions, text)
			return err
		case 7, 8:
			// What is kept is a plan with these fields alone.
			p.Kept = binary.AppendUvarint(p.Kept, f.id<<3|2)
			p.Kept = binary.AppendUvarint(p.Kept, uint64(len(f.bytes)))
			p.Kept = append(p.Kept, f.bytes...)
		case 9:
			p.RevertTo = string(f.bytes)
		}
		return nil
	})
}
