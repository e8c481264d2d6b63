// A host with the installed library: reads a manifest, admits it and asks what it lacks.
#include <iostream>

#include "lws/core.h"
#include "lws/manifest.h"
#include "nlohmann/json.hpp"

int main() {
  const auto objects = lws::ReadManifest(
      "apiVersion: leaderworkerset.x-k8s.io/v1\nkind: LeaderWorkerSet\nmetadata: {name: demo, namespace: default}\n"
      "spec: {leaderWorkerTemplate: {workerTemplate: {spec: {containers: [{name: main, image: 'demo:1'}]}}}}\n",
      "demo.yaml");
  if (!objects.ok()) return 1;
  const lws::SetAdmission admission = lws::AdmitSet(objects->front().object.Unpack());
  if (admission.set == nullptr) return 1;
  lws::SetObservation observation;
  observation.set = admission.set.get();
  const lws::Plan plan = lws::ReconcileSet(observation, absl::UnixEpoch());
  std::cout << lws::ToString(plan);
  return plan.actions.size() == 4 ? 0 : 1;
}
