package main

import (
	"context"
	"log"
	"log/slog"
	"os"
	"time"

	"example.com/lws"
	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

const setLabel = "leaderworkerset.sigs.k8s.io/name"

func watched(kind schema.GroupVersionKind) *unstructured.Unstructured {
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(kind)
	return object
}

// setOf is the set that the object's label names.
func setOf(_ context.Context, object client.Object) []reconcile.Request {
	name := object.GetLabels()[setLabel]
	if name == "" {
		return nil
	}
	return []reconcile.Request{{NamespacedName: types.NamespacedName{Namespace: object.GetNamespace(), Name: name}}}
}

func run() error {
	ctrl.SetLogger(logr.FromSlogHandler(slog.NewTextHandler(os.Stderr, nil)))
	// Objects are read from the cache that the watches fill. What is read from the API server instead is late: a pod that
	// was deleted is gone by then, and nothing says that its group is to restart.
	//
	// Webhooks are served with the certificate in the folder k8s-webhook-server/serving-certs of temporary files.
	options := ctrl.Options{Client: client.Options{Cache: &client.CacheOptions{Unstructured: true}}}
	manager, err := ctrl.NewManager(ctrl.GetConfigOrDie(), options)
	if err != nil {
		return err
	}
	policy, err := lws.NewPolicy([]byte(`{"policy": "keep-budget"}`))
	if err != nil {
		return err
	}
	defer policy.Close()
	operator := &Operator{Client: manager.GetClient(), Policy: policy, Now: time.Now}
	err = ctrl.NewControllerManagedBy(manager).Named("sets").
		For(watched(setKind)).
		Watches(watched(schema.GroupVersionKind{Version: "v1", Kind: "Pod"}), handler.EnqueueRequestsFromMapFunc(setOf)).
		Watches(watched(schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "StatefulSet"}),
			handler.EnqueueRequestsFromMapFunc(setOf)).
		Complete(reconcile.Func(operator.ReconcileSet))
	if err != nil {
		return err
	}
	err = ctrl.NewControllerManagedBy(manager).Named("pods").
		For(watched(schema.GroupVersionKind{Version: "v1", Kind: "Pod"})).
		Complete(reconcile.Func(operator.ReconcilePod))
	if err != nil {
		return err
	}
	serveWebhooks(manager.GetWebhookServer())
	return manager.Start(ctrl.SetupSignalHandler())
}

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}
