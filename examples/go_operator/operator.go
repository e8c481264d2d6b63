// Package main is an operator in Go whose decisions are this library's: a Reconcile reads what is there, asks for a plan,
// and performs it. controller-runtime gives the client, the queue and the watches.
//
// It reads the namespace from its cache at each look, which is simple and enough for some hundred groups; a Fleet that
// watches are told to (lws.NewFleet) costs what changed instead.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"example.com/lws"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const fieldOwner = "lws"

var setKind = schema.GroupVersionKind{Group: "leaderworkerset.x-k8s.io", Version: "v1", Kind: "LeaderWorkerSet"}

// What a decision reads of a namespace; nodes belong to none.
var observedKinds = []schema.GroupVersionKind{
	setKind,
	{Version: "v1", Kind: "Pod"},
	{Version: "v1", Kind: "Service"},
	{Group: "apps", Version: "v1", Kind: "StatefulSet"},
	{Group: "apps", Version: "v1", Kind: "ControllerRevision"},
}

// Operator performs plans.
type Operator struct {
	Client client.Client
	Policy *lws.Policy
	Now    func() time.Time
	// Record tells people of an event; nil drops it.
	Record func(lws.Event)

	kept kept
}

type decide func(state []byte, namespace, name string, now time.Time, policy *lws.Policy, kept []byte) (lws.Plan, error)

// ReconcileSet looks at a LeaderWorkerSet.
func (o *Operator) ReconcileSet(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	state, err := o.observe(ctx, request.Namespace)
	if err != nil {
		return ctrl.Result{}, err
	}
	if !state.has(setKind.Kind, request.Name) {
		o.kept.forget(request.Namespace, request.Name)
	}
	return o.reconcile(ctx, request, state, o.kept.of(request.Namespace, request.Name, ""), lws.DecideSet)
}

// ReconcilePod looks at a pod of a LeaderWorkerSet.
func (o *Operator) ReconcilePod(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	state, err := o.observe(ctx, request.Namespace)
	if err != nil {
		return ctrl.Result{}, err
	}
	set, group := state.groupOf(request.Name)
	return o.reconcile(ctx, request, state, o.kept.of(request.Namespace, set, group), lws.DecidePod)
}

// reconcile decides with what was kept by the last plan. One look at a time keeps something at a place.
func (o *Operator) reconcile(ctx context.Context, request ctrl.Request, state state, kept *keptPlace, decide decide) (
	ctrl.Result, error) {
	objects, err := json.Marshal(state)
	if err != nil {
		return ctrl.Result{}, err
	}
	kept.lock.Lock()
	plan, err := decide(objects, request.Namespace, request.Name, o.Now(), o.Policy, kept.bytes)
	if err == nil {
		kept.bytes = plan.Kept
	}
	kept.lock.Unlock()
	if err != nil {
		return ctrl.Result{}, err
	}
	if retry, err := o.perform(ctx, plan); retry || err != nil {
		return ctrl.Result{RequeueAfter: time.Second}, err
	}
	if err := plan.Err(); err != nil {
		return ctrl.Result{}, fmt.Errorf("%s/%s: %w", request.Namespace, request.Name, err)
	}
	if plan.RequeueAfterSeconds != nil {
		return ctrl.Result{RequeueAfter: time.Duration(*plan.RequeueAfterSeconds * float64(time.Second))}, nil
	}
	return ctrl.Result{}, nil
}

// observe returns all objects of the namespace that a decision reads, and the nodes.
func (o *Operator) observe(ctx context.Context, namespace string) (state, error) {
	objects := state{}
	read := func(kind schema.GroupVersionKind, options ...client.ListOption) error {
		list := &unstructured.UnstructuredList{}
		list.SetGroupVersionKind(kind.GroupVersion().WithKind(kind.Kind + "List"))
		if err := o.Client.List(ctx, list, options...); err != nil {
			return fmt.Errorf("listing %s: %w", kind.Kind, err)
		}
		for i := range list.Items {
			list.Items[i].SetGroupVersionKind(kind)
			objects = append(objects, list.Items[i].Object)
		}
		return nil
	}
	for _, kind := range observedKinds {
		if err := read(kind, client.InNamespace(namespace)); err != nil {
			return nil, err
		}
	}
	if err := read(schema.GroupVersionKind{Version: "v1", Kind: "Node"}); err != nil {
		return nil, err
	}
	return objects, nil
}

// perform does the actions in order, up to the first that fails, and records the events that are due. It returns true
// where a conflict means to look again.
func (o *Operator) perform(ctx context.Context, plan lws.Plan) (retry bool, err error) {
	done := 0
	defer func() {
		for _, event := range plan.Events {
			if event.AfterAction <= done {
				o.record(event)
			}
		}
	}()
	for _, action := range plan.Actions {
		err := o.act(ctx, action)
		if err != nil && action.ConflictIsRetry && apierrors.IsConflict(err) {
			return true, nil
		}
		if err != nil {
			if action.FailureEvent != nil {
				failure := *action.FailureEvent
				failure.Note += ": " + err.Error()
				o.record(failure)
			}
			return false, fmt.Errorf("%s %s %s/%s: %w", action.Verb, action.Kind, action.Namespace, action.Name, err)
		}
		done++
	}
	return false, nil
}

func (o *Operator) record(event lws.Event) {
	if o.Record != nil {
		o.Record(event)
	}
}

// target is the object of an action: its name, and what is sent.
func target(action lws.Action) (*unstructured.Unstructured, error) {
	object := &unstructured.Unstructured{}
	if len(action.Object) > 0 && (action.Verb == "create" || action.Verb == "apply" || action.Verb == "update-status") {
		if err := json.Unmarshal(action.Object, &object.Object); err != nil {
			return nil, err
		}
	}
	object.SetGroupVersionKind(schema.FromAPIVersionAndKind(action.APIVersion, action.Kind))
	object.SetNamespace(action.Namespace)
	object.SetName(action.Name)
	return object, nil
}

func (o *Operator) act(ctx context.Context, action lws.Action) error {
	object, err := target(action)
	if err != nil {
		return err
	}
	switch action.Verb {
	case "create":
		return o.Client.Create(ctx, object)
	case "apply":
		return o.Client.Apply(ctx, client.ApplyConfigurationFromUnstructured(object), client.ForceOwnership,
			client.FieldOwner(fieldOwner))
	case "update-status":
		object.SetResourceVersion(action.ResourceVersion)
		return o.Client.Status().Update(ctx, object)
	case "delete":
		options := &client.DeleteOptions{Preconditions: &metav1.Preconditions{}}
		if action.UID != "" {
			uid := types.UID(action.UID)
			options.Preconditions.UID = &uid
		}
		if action.ResourceVersion != "" {
			options.Preconditions.ResourceVersion = &action.ResourceVersion
		}
		if action.Foreground {
			foreground := metav1.DeletePropagationForeground
			options.PropagationPolicy = &foreground
		}
		return client.IgnoreNotFound(o.Client.Delete(ctx, object, options))
	case "patch":
		return o.Client.Patch(ctx, object, client.RawPatch(types.MergePatchType, action.Object))
	case "patch-status":
		return o.Client.Status().Patch(ctx, object, client.RawPatch(types.MergePatchType, action.Object))
	}
	return fmt.Errorf("an action that is not known: %s", action.Verb)
}
