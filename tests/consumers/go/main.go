// A program in Go with the package and the installed library: what a new set lacks.
package main

import (
	"fmt"
	"log"
	"time"

	"example.com/lws"
)

const manifest = `{"apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet",
  "metadata": {"name": "demo", "namespace": "default"}, "spec": {"replicas": 1, "leaderWorkerTemplate": {"size": 2,
    "workerTemplate": {"spec": {"containers": [{"name": "main", "image": "demo:1"}]}}}}}`

func main() {
	set, err := lws.AdmitSet([]byte(manifest), nil)
	if err != nil {
		log.Fatal(err)
	}
	plan, err := lws.DecideSet([]byte("["+string(set)+"]"), "default", "demo", time.Unix(0, 0), nil, nil)
	if err != nil || len(plan.Actions) < 2 || plan.Actions[1].Kind != "StatefulSet" {
		log.Fatalf("plan %v, error %v", plan, err)
	}
	fmt.Println(plan.Actions[1].Verb, plan.Actions[1].Kind)
}
