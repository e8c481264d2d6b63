// The objects that the examples of lws/core use, beside those of example_objects.h.
#ifndef LWS_TESTS_HEADERS_CORE_OBJECTS_H_
#define LWS_TESTS_HEADERS_CORE_OBJECTS_H_

#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/observed.h"
#include "lws/core/fleet/due_list.h"
#include "lws/core/fleet/fleet_index.h"
#include "lws/core/fleet/fleet_set.h"
#include "lws/core/fleet/object_packing.h"
#include "lws/core/fleet/packed_group.h"
#include "lws/core/fleet/packed_objects.h"
#include "lws/core/fleet/whole_objects.h"
#include "lws/core/pod/leader_decision.h"
#include "lws/core/pod/restart.h"
#include "lws/core/revision/revision_data.h"
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

  internal::FleetIndex index;
  internal::DueList due;
  internal::WholeObjects whole{&index, &due};
  internal::PackedObjects packed{&index, &due, &whole};
  internal::FleetSet& set = index.SetOf("default", "vllm");
  internal::FleetNamespace* space = set.space;
  internal::PackingNames names = index.NamesOf(&set);
  internal::PackedLeader leader = {};
  ObservedPod pod = *ObservePod(ExamplePod());
};

}  // namespace lws

#endif  // LWS_TESTS_HEADERS_CORE_OBJECTS_H_
