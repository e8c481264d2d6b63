// The objects that the examples of lws/core use, beside those of example_objects.h.
#ifndef LWS_TESTS_HEADERS_CORE_OBJECTS_H_
#define LWS_TESTS_HEADERS_CORE_OBJECTS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/observed.h"
#include "lws/api/observed_object.h"
#include "lws/api/observed_roles.h"
#include "lws/core/disaggregated/disaggregated_objects.h"
#include "lws/core/disaggregated/role_fleet.h"
#include "lws/core/disaggregated/role_observation.h"
#include "lws/core/disaggregated/role_options.h"
#include "lws/core/disaggregated/role_scalers.h"
#include "lws/core/disaggregated/slice_children.h"
#include "lws/core/fleet/due_list.h"
#include "lws/core/fleet/fleet_events.h"
#include "lws/core/fleet/fleet_index.h"
#include "lws/core/fleet/fleet_objects.h"
#include "lws/core/fleet/fleet_set.h"
#include "lws/core/fleet/object_packing.h"
#include "lws/core/fleet/packed_group.h"
#include "lws/core/fleet/packed_objects.h"
#include "lws/core/fleet/slot.h"
#include "lws/core/fleet/unpacked_objects.h"
#include "lws/core/plan/plan_builder.h"
#include "lws/core/pod/leader_decision.h"
#include "lws/core/pod/restart.h"
#include "lws/core/revision/revision_data.h"
#include "lws/core/snapshot/cluster_state.pb.h"
#include "lws/placement/cluster_documents.h"
#include "tests/headers/example_objects.h"

namespace lws {

// A leader that still needs its workers' StatefulSet.
class PodExamples : public HeaderExamples {
 protected:
  PodExamples() {
    facts.is_leader = true;
    leader_facts.has_revision = true;
  }

  RestartFacts facts;
  LeaderFacts leader_facts;
};

// A former revision with groups of three pods.
class RevertExamples : public HeaderExamples {
 protected:
  RevertExamples() {
    LeaderWorkerSet larger = set;
    larger.mutable_spec()->mutable_leader_worker_template()->set_size(3);
    former.data = RevisionData(larger);
  }

  ObservedRevision former;
};

// `set` and `pod` are those of a fleet.
class FleetExamples : public HeaderExamples {
 protected:
  FleetExamples() {
    pod.meta.resource_version = "7";
    leader.exists = 1;
  }

  static void Save(const ObservedObject&) {}

  internal::FleetIndex index;
  internal::DueList due;
  internal::UnpackedObjects whole{&index, &due};
  internal::PackedObjects packed{&index, &due, &whole};
  internal::FleetSet& set = index.SetOf("default", "vllm");
  internal::FleetNamespace* space = set.space;
  internal::PackingNames names = index.NamesOf(&set);
  internal::PackedLeader leader = {};
  internal::FleetObjects objects{&index, &due, &whole, &packed};
  internal::Slot slot = {&set, /*group=*/12, /*worker=*/3};
  PackedUid uid = {};
  PodFacts facts;
  ObservedPod pod = *ObservePod(ExamplePod());
  ObservedPod before = pod;
  ObservedPod after = pod;
  std::vector<uint32_t> numbers;
};

class ViewExamples : public FleetExamples {
 protected:
  internal::FleetSet* set = std::addressof(FleetExamples::set);
};

class RoleFleetExamples : public RoleExamples {
 protected:
  RoleFleetExamples() { cluster.AddSet(set); }

  RoleFleet cluster;
  ObservedChild child;
};

// Slice 0 has the child of an old revision for each role.
class SliceExamples : public RoleExamples {
 protected:
  static ObservedChild ExampleChild(const std::string& revision, const std::string& role, int32_t slice) {
    ObservedChild child;
    child.meta.namespace_name = "default";
    child.meta.name = absl::StrCat("llm-", slice, "-", revision, "-", role);
    child.meta.controller = {"DisaggregatedSet", "llm", "u"};
    child.labels = {"llm", role, absl::StrCat(slice), revision};
    child.spec_replicas = 4;
    return child;
  }

  const DisaggregatedObservation& Filled() {
    for (const ObservedChild& child : observed) observation.children.push_back(&child);
    return observation;
  }

  static void Look(const internal::DisaggregatedChild*) {}

  std::vector<ObservedChild> observed = {ExampleChild("0ld", "prefill", 0), ExampleChild("0ld", "decode", 0),
                                         ExampleChild("daf1923f", "decode", 1)};
  const std::string namespace_name = "default";
  const std::string set_name = "llm";
  internal::PlanBuilder plan{namespace_name, set_name};
  internal::DisaggregatedObjects objects{Filled(), "daf1923f", &plan};
  internal::SliceChildren children{objects.ChildrenOfSlice(0), "daf1923f"};
  internal::SliceChildren slice_children = children;
  internal::RoleScalers scalers{observation, &plan};
  const DisaggregatedRole& role = set.spec().roles(0);
  internal::DisaggregatedChild* child = nullptr;
  DisaggregatedOptions options;
  size_t i = 0;
};

}  // namespace lws

#endif  // LWS_TESTS_HEADERS_CORE_OBJECTS_H_
