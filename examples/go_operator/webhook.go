package main

import (
	"context"
	"errors"
	"net/http"

	"example.com/lws"
	admissionv1 "k8s.io/api/admission/v1"
	"sigs.k8s.io/controller-runtime/pkg/webhook"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

// The paths of the webhooks, as deploy/operator.yaml has them.
const (
	setPath = "/mutate-leaderworkerset-x-k8s-io-v1-leaderworkerset"
	podPath = "/mutate--v1-pod"
)

// admitSet answers with the defaults of a set, or with why it is refused.
func admitSet(_ context.Context, request admission.Request) admission.Response {
	var old []byte
	if request.Operation == admissionv1.Update {
		old = request.OldObject.Raw
	}
	stored, err := lws.AdmitSet(request.Object.Raw, old)
	var refusal *lws.Refusal
	if errors.As(err, &refusal) {
		return admission.Denied(refusal.Error())
	}
	if err != nil {
		return admission.Errored(http.StatusBadRequest, err)
	}
	return admission.PatchResponseFromRaw(request.Object.Raw, stored)
}

// admitPod answers with the labels, affinity and environment of a group's member. Pods without them belong to no group.
func admitPod(_ context.Context, request admission.Request) admission.Response {
	pod, err := lws.AdmitPod(request.Object.Raw, "")
	if err != nil {
		return admission.Errored(http.StatusBadRequest, err)
	}
	return admission.PatchResponseFromRaw(request.Object.Raw, pod)
}

// serveWebhooks lets the server answer them.
func serveWebhooks(server webhook.Server) {
	server.Register(setPath, &admission.Webhook{Handler: admission.HandlerFunc(admitSet)})
	server.Register(podPath, &admission.Webhook{Handler: admission.HandlerFunc(admitPod)})
}
