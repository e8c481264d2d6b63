// A whole host except for its client: a Fleet that the watches feed, the state that plans want kept, and the loop.
//
//   class MyHost final : public lws::FleetCluster {
//    public:
//     using FleetCluster::FleetCluster;
//     absl::StatusOr<lws::WriteAnswer> Perform(const lws::Action& action) override { return client_.Send(action); }
//     void Record(const lws::Event& event) override { client_.Record(event); }
//
//     MyClient client_;
//   };
//
//   MyHost host;                          // or with ControllerOptions
//   host.Tell(object);                    // from a list or a watch
//   host.TellGone(object);                // with its last known state
//   host.RunDue(absl::Now());             // then again at host.NextDue(), after a change, or after an answer
//
// Laws, beside those of controller.h:
//   1. An answer with its object is in the view before the plan goes on. Older news of the object, and the echo of the
//      write, change nothing (own_writes.h); an answer with its version alone holds its key back until a watch tells
//      of that version.
//   2. A pod that fails is looked at with every change of it, not only with the first: a restart policy counts.
//   3. Restarts of containers and what plans say is to be kept are there with every look, and nothing is left of
//      objects and sets that are gone.
//   4. After BeginRelist and EndRelist of a kind, the view has of it what was told in between, and what was written
//      after the list's version; an answer from before does not bring anything back. Every set of a list is looked at.
//   5. What a watch tells of an object while a write of it is on its way counts as that write: it makes the key that
//      writes due again only when its plan succeeded (law 4 of controller.h).
//   6. A ControllerRevision that is told to be gone makes nothing due, as in the reference, which does not watch them.
//   7. Same calls, same answers at the same times: same plans, in the same order.
//   8. No action of a plan starts before StoreKept has stored what the plan wants kept. When storing fails, the plan
//      ends with that error.
//   9. An object of this host's own that a watch tells to be gone soon after it was made does not make anything due at
//      once (recreations.h): its owner may be gone, too.
//  10. What is told between BeginPast and EndPast makes nothing due, nor does the next list of its kind where that has
//      an object at the same version: another process looked at it. Whatever changed since then is due as ever, and so
//      are the keys that process left behind. After AbandonPast, every set, every leader pod and every failing pod that
//      was told is due.
//
// Thread-safety: none; one thread at a time, which must also deliver the answers.
#ifndef LWS_ADAPTERS_HOST_FLEET_CLUSTER_H_
#define LWS_ADAPTERS_HOST_FLEET_CLUSTER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/adapters/host/cluster.h"
#include "lws/adapters/host/controller.h"
#include "lws/adapters/host/kept_state.h"
#include "lws/adapters/host/work_key.h"
#include "lws/api/json.h"
#include "lws/api/object_kind.h"
#include "lws/core/fleet/fleet.h"
#include "lws/core/plan/plan.h"

namespace lws {

inline namespace v1 {
class LeaderWorkerSet;
}  // namespace v1

namespace internal {
class ToldReader;
}  // namespace internal

class FleetCluster {
 public:
  explicit FleetCluster(ControllerOptions options = {});
  virtual ~FleetCluster();
  FleetCluster(const FleetCluster&) = delete;

  // Performs one action and returns the API server's answer. Check Action::uid and Action::resource_version where they
  // are set. Errors: those of WriteDone. The default returns Unimplemented; it is for hosts that override Start.
  virtual absl::StatusOr<WriteAnswer> Perform(const Action& action);
  // The same for a client that answers later, like Cluster::Perform. The default calls Perform.
  virtual void Start(const Action& action, absl::Time now, WriteDone done);

  // Records an event for people. It may drop the event.
  virtual void Record(const Event& event) = 0;

  // Stores what is kept of the set, in the form that AddKept takes, so that it outlives the process. Returns whether it
  // is stored already; else `done` is called once, later. The default returns true: SaveKept is then the only way.
  using StoreDone = std::function<void(const absl::Status&, absl::Time)>;
  virtual bool StoreKept(const LeaderWorkerSet& set, std::string bytes, StoreDone done);

  // Adds or updates the object, as a list or a watch reports it. Errors: InvalidArgument naming the object and the
  // field that does not parse; nothing is then changed.
  absl::Status Tell(const Json& object);
  // Removes the object. `object` is its last known state, of which apiVersion, kind and metadata suffice. Errors:
  // InvalidArgument for an object without kind or name.
  absl::Status TellGone(const Json& object);
  // The same for the text of an object of this kind, whether it says its kind or not: pods and StatefulSets are read
  // without a document. Return its resource version. Errors also for a text that is no JSON.
  absl::StatusOr<std::string> Tell(ObjectKind kind, absl::string_view text);
  absl::StatusOr<std::string> TellGone(ObjectKind kind, absl::string_view text);
  // Before the list of a kind is asked for, and after its last page was told. What was not told in between is gone.
  // REQUIRES: the list is consistent (without resourceVersion=0); `resource_version` is its own, empty for the newest.
  void BeginRelist(absl::string_view kind);
  void EndRelist(absl::string_view kind, absl::string_view resource_version);

  // These behave as in Controller.
  int RunDue(absl::Time now);
  std::optional<absl::Time> NextDue() const;

  // Takes over from a process that ended. Tell what it knew between BeginPast and EndPast, all kinds of it, before the
  // first list; `left` is its Pending. AbandonPast is for a past that could not be told to its end.
  void BeginPast();
  void EndPast(const std::vector<PendingKey>& left);
  void AbandonPast();
  // The keys that are due or busy.
  std::vector<PendingKey> Pending() const;

  // The state for the next process, and from the last one. Load it before telling any object.
  std::string SaveKept() const;
  absl::Status LoadKept(absl::string_view bytes);
  // Takes in what StoreKept was given, by this process or another one.
  absl::Status AddKept(absl::string_view bytes);

  // For reading; do not change it.
  Fleet& fleet();
  const KeptState& kept() const;

 private:
  class View;
  std::unique_ptr<internal::ToldReader> reader_;
  std::unique_ptr<View> view_;
};

}  // namespace lws

#endif  // LWS_ADAPTERS_HOST_FLEET_CLUSTER_H_
