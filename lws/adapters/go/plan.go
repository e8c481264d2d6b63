package lws

import (
	"encoding/json"
	"errors"
	"fmt"
)

// ObjectRef names an object.
type ObjectRef struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
}

// Event is for people to read. It is recorded once AfterAction actions of its plan have succeeded.
type Event struct {
	AfterAction int        `json:"afterAction"`
	Type        string     `json:"type"`
	Reason      string     `json:"reason"`
	Action      string     `json:"action"`
	Note        string     `json:"note"`
	Regarding   ObjectRef  `json:"regarding"`
	Related     *ObjectRef `json:"related,omitempty"`
}

// Action is one write to the API server.
type Action struct {
	ObjectRef
	// Verb is create, apply, update-status, delete, patch or patch-status.
	Verb       string          `json:"verb"`
	APIVersion string          `json:"apiVersion"`
	Object     json.RawMessage `json:"object,omitempty"`
	// Foreground says how a deletion propagates.
	Foreground bool `json:"foreground,omitempty"`
	// UID and ResourceVersion are those the action was decided on; a host refuses the action when they are stale.
	UID             string `json:"uid,omitempty"`
	ResourceVersion string `json:"resourceVersion,omitempty"`
	ConflictIsRetry bool   `json:"conflictIsRetry,omitempty"`
	FailureEvent    *Event `json:"failureEvent,omitempty"`
}

// Plan is what a host should do next: the actions in order, up to the first that fails.
type Plan struct {
	Actions []Action `json:"actions"`
	Events  []Event  `json:"events"`
	// RequeueAfterSeconds says when to look again; nil: when something changes.
	RequeueAfterSeconds *float64 `json:"requeueAfterSeconds,omitempty"`
	RevertTo            string   `json:"revertTo,omitempty"`
	// Error is broken input, or a failure of a policy's function, that ended the decision; the actions before it stand.
	Error     string   `json:"error,omitempty"`
	Decisions []string `json:"decisions,omitempty"`
	// Kept is what has to be kept of rollouts and restarts: the last argument of the next DecideSet of this set, or of
	// the next DecidePod of a pod of this group. A Fleet keeps it by itself.
	Kept []byte `json:"kept,omitempty"`

	cause error
}

// Err is nil, or tells Plan.Error as an error that unwraps to what the policy's function returned.
func (p Plan) Err() error {
	if p.Error == "" {
		return nil
	}
	if p.cause == nil {
		return errors.New(p.Error)
	}
	return fmt.Errorf("%s: %w", p.Error, p.cause)
}

// A plan that has nothing to keep leaves what was kept before.
func (p Plan) keeping(kept []byte) Plan {
	if len(p.Kept) == 0 {
		p.Kept = kept
	}
	return p
}

// Name is that of a set or a pod.
type Name struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
}

// Due is what something changed for.
type Due struct {
	Sets []Name `json:"sets"`
	Pods []Name `json:"pods"`
}
