// A host of DisaggregatedSets on a real cluster: its watches tell a RoleFleet, its plans become requests, and its
// events are written. The LeaderWorkerSets that the plans make are looked after by another host (kube_cluster.h).
//
//   lws::internal::RoleClusterOptions options;
//   options.clock = [] { return absl::Now(); };
//   lws::internal::RoleCluster cluster(&client, options);
//   cluster.Lead(true);                  // from here on it performs plans
//   cluster.Advance(absl::Now());        // call it again at cluster.NextDue(), and after the client delivered
//
// It reads the DisaggregatedSets of all namespaces, and their scalers. Once there is a set, it reads LeaderWorkerSets,
// and Services as metadata: names that its children would have may be taken by others.
//
// Laws:
//   1. No plan is made before every kind was listed once, nor while Lead(false).
//   2. A set has one plan at a time, decided on a view that has all of its own writes. Plans of different sets are
//      performed side by side.
//   3. A plan that fails is tried again after first_backoff, which doubles up to max_backoff. Nothing is sent before
//      the Retry-After of a refusal is over.
//
// Thread-safety: none; the client calls back on the same thread.
#ifndef LWS_ADAPTERS_KUBERNETES_ROLE_CLUSTER_H_
#define LWS_ADAPTERS_KUBERNETES_ROLE_CLUSTER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "lws/adapters/host/work_key.h"
#include "lws/adapters/host/work_queue.h"
#include "lws/adapters/kubernetes/event_sink.h"
#include "lws/adapters/kubernetes/http_client.h"
#include "lws/adapters/kubernetes/resource.h"
#include "lws/adapters/kubernetes/role_view.h"
#include "lws/core/disaggregated/role_options.h"
#include "lws/core/plan/plan.h"

namespace lws::internal {

struct RoleClusterOptions {
  std::function<absl::Time()> clock;
  std::string reporting_controller = "disaggregatedset";
  std::string reporting_instance;
  uint64_t seed = 1;
  // Those of the reference's queues.
  absl::Duration first_backoff = absl::Milliseconds(5);
  absl::Duration max_backoff = absl::Seconds(1000);
  int32_t most_under_way = 16;
  // How sets are rolled out.
  DisaggregatedOptions roles;
  // Called with problems in reading, for people.
  std::function<void(const absl::Status&)> on_problem;
  // Called with every plan that is not empty after it was performed.
  std::function<void(const WorkKey& set, const Plan&, const absl::Status&)> on_plan;
};

class RoleCluster {
 public:
  // Borrows `client`.
  RoleCluster(HttpClient* client, RoleClusterOptions options);
  ~RoleCluster();
  RoleCluster(const RoleCluster&) = delete;

  // Sends the reads and events that are due, and, while leading, performs plans.
  void Advance(absl::Time now);
  // When to call Advance again if nothing arrives earlier.
  std::optional<absl::Time> NextDue() const;

  void Lead(bool leads) { leads_ = leads; }
  bool HasSynced() const;
  // The number of plans that wait for an answer.
  int32_t plans_under_way() const { return static_cast<int32_t>(runs_.size()); }

 private:
  struct Store;
  struct Run {
    Plan plan;
    size_t done = 0;  // actions
    size_t next_event = 0;
  };

  bool MayDecide(absl::Time now) const { return leads_ && HasSynced() && now >= not_before_; }
  void Read(const Resource& resource);
  // Puts the sets that became due into the queue. `own` is the set whose write changed the view; null for news.
  void MakeDue(const WorkKey* own);
  void Continue(const WorkKey& key, absl::Time now);
  void Send(const WorkKey& key, const Action& action, absl::Time now);
  void Answered(const WorkKey& key, const absl::StatusOr<HttpAnswer>& answer);
  // `status` is a copy: it may belong to the plan that ends here.
  void End(const WorkKey& key, absl::Status status, absl::Time now);
  void RecordEvents(Run* run, absl::Time now);

  HttpClient& client_;
  const RoleClusterOptions options_;
  RoleView view_;
  WorkQueue queue_;
  EventSink events_;
  std::vector<std::unique_ptr<Store>> stores_;
  std::map<WorkKey, Run> runs_;
  absl::Time not_before_ = absl::InfinitePast();
  bool leads_ = false;
  bool reads_children_ = false;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_ROLE_CLUSTER_H_
