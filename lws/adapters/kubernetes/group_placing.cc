#include "lws/adapters/kubernetes/group_placing.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "lws/adapters/host/cluster.h"
#include "lws/adapters/host/earlier_due.h"
#include "lws/adapters/kubernetes/kind_watch.h"
#include "lws/adapters/kubernetes/kube_writer.h"
#include "lws/adapters/kubernetes/placement_view.h"
#include "lws/adapters/kubernetes/reflector.h"
#include "lws/adapters/kubernetes/resource.h"
#include "lws/api/json.h"
#include "lws/api/object_kind.h"
#include "lws/core/reconcile/place_groups.h"
#include "lws/placement/group_request.h"
#include "lws/placement/node_binding.h"
#include "lws/placement/topology.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

constexpr absl::Duration kLeastRest = absl::Milliseconds(200);
constexpr int kRestsOfOneDecision = 5;
constexpr absl::Duration kAgainAfterFailure = absl::Seconds(1);

// All of them, and whole: the table of resources has those that the operator reads without placing groups.
Resource WholeResource(ObjectKind kind) {
  Resource resource = *FindApiResource(kind);
  resource.label = "";
  resource.is_read_as_metadata = false;
  return resource;
}

}  // namespace

class GroupPlacing::Impl {
 public:
  Impl(HttpClient* client, GroupPlacingOptions options, GroupPlacingView view, std::function<absl::Time()> clock)
      : options_(std::move(options)),
        view_(std::move(view)),
        clock_(std::move(clock)),
        writer_(client, NothingToTell(), clock_),
        nodes_(this, /*of_nodes=*/true),
        pods_(this, /*of_nodes=*/false) {
    nodes_.watch = Watch(ObjectKind::kNode, client, &nodes_);
    pods_.watch = Watch(ObjectKind::kPod, client, &pods_);
  }

  void Advance(absl::Time now, bool leads) {
    leads_ = leads;
    nodes_.watch->Advance(now);
    pods_.watch->Advance(now);
    writer_.Advance(now);
    if (HasToDecide() && now >= not_before_) Decide(now);
  }

  std::optional<absl::Time> NextDue() const {
    std::optional<absl::Time> next = EarlierDue(nodes_.watch->NextDue(), pods_.watch->NextDue());
    next = EarlierDue(next, writer_.NextDue());
    return HasToDecide() ? EarlierDue(next, not_before_) : next;
  }

  int32_t under_way() const { return static_cast<int32_t>(runs_.size()); }
  size_t pods() const { return known_.pods(); }

 private:
  struct Store final : public ReflectorStore {
    Store(Impl* placing, bool of_nodes) : placing(*placing), of_nodes(of_nodes) {}

    void BeginRelist() override { placing.known_.BeginRelist(of_nodes); }
    absl::StatusOr<std::string> Tell(absl::string_view text) override {
      return placing.Noticed(of_nodes ? placing.known_.TellNode(text) : placing.known_.TellPod(text));
    }
    absl::StatusOr<std::string> TellGone(absl::string_view text) override {
      return placing.Noticed(of_nodes ? placing.known_.TellNodeGone(text) : placing.known_.TellPodGone(text));
    }
    void EndRelist(absl::string_view) override {
      placing.known_.EndRelist(of_nodes);
      placing.Noticed("").IgnoreError();
    }

    Impl& placing;
    const bool of_nodes;
    std::unique_ptr<KindWatch> watch;
  };

  // A plan that is performed.
  struct Run {
    Plan plan;
    size_t next_action = 0;
    size_t next_event = 0;
  };

  std::unique_ptr<KindWatch> Watch(ObjectKind kind, HttpClient* client, Store* store) {
    ReflectorOptions options;
    options.resource = WholeResource(kind);
    options.on_problem = [this, kind](const absl::Status& status) {
      Problem(absl::Status(status.code(), absl::StrCat("reading ", FindApiResource(kind)->plural,
                                                       " to place groups: ", status.message())));
    };
    const uint64_t seed = options_.seed + static_cast<uint64_t>(store->of_nodes);
    return std::make_unique<KindWatch>(std::move(options), client, store, seed, clock_);
  }

  static WriterView NothingToTell() {
    WriterView view;
    view.applied = [](const ObjectRef&) { return std::optional<WriterView::Applied>(); };
    view.tell = [](const Action&, absl::string_view) {};
    view.tell_gone = [](const Action&) {};
    return view;
  }

  absl::StatusOr<std::string> Noticed(absl::StatusOr<std::string> version) {
    is_due_ |= known_.TakeChange();
    return version;
  }

  bool HasToDecide() const {
    return leads_ && is_due_ && runs_.empty() && known_.waiting() > 0 && nodes_.watch->reflector().has_synced() &&
           pods_.watch->reflector().has_synced();
  }

  void Decide(absl::Time now) {
    is_due_ = false;
    const absl::StatusOr<std::shared_ptr<const Topology>> topology = known_.TopologyOf(options_.levels);
    if (!topology.ok()) return Postpone(topology.status(), now);
    PlacementObservation observation;
    observation.topology = *topology;
    observation.pods = known_.Pods();
    observation.find_request = [this](const GroupId& group, const std::string& revision_key) {
      std::optional<absl::StatusOr<GroupRequest>> request = GroupRequestAtRevision(
          view_.observe_set(group.namespace_name, group.set_name), revision_key, options_.placement, group.index);
      lacks_request_ |= !request.has_value();
      return request;
    };
    lacks_request_ = false;
    absl::StatusOr<std::vector<Plan>> plans = PlaceGroups(observation);
    const absl::Time end = clock_();
    not_before_ = end + std::max(kLeastRest, kRestsOfOneDecision * (end - now));
    if (!plans.ok()) return Postpone(plans.status(), end);
    // Neither watch tells of sets and revisions.
    if (lacks_request_) Postpone(absl::OkStatus(), end);
    for (Plan& plan : *plans) Start(std::move(plan));
  }

  void Postpone(const absl::Status& status, absl::Time now) {
    if (!status.ok()) Problem(status);
    is_due_ = true;
    not_before_ = std::max(not_before_, now + kAgainAfterFailure);
  }

  void Problem(const absl::Status& status) const {
    if (view_.on_problem) view_.on_problem(status);
  }

  void Start(Plan plan) {
    const uint64_t number = next_run_++;
    runs_[number].plan = std::move(plan);
    Continue(number);
  }

  void Continue(uint64_t number) {
    Run& run = runs_.at(number);
    const std::vector<Event>& events = run.plan.events;
    for (; run.next_event < events.size(); ++run.next_event) {
      if (events[run.next_event].after_action > static_cast<int32_t>(run.next_action)) break;
      view_.record(events[run.next_event]);
    }
    if (run.next_action == run.plan.actions.size()) {
      runs_.erase(number);
      return;
    }
    writer_.Send(
        run.plan.actions[run.next_action], clock_(),
        [this, number](const absl::StatusOr<WriteAnswer>& answer, absl::Time now) { Answered(number, answer, now); });
  }

  void Answered(uint64_t number, const absl::StatusOr<WriteAnswer>& answer, absl::Time now) {
    if (!answer.ok()) {
      // Somebody else changed the pod, or it is gone: the watch tells what it is like now.
      const bool is_foreseen = absl::IsAborted(answer.status()) || absl::IsNotFound(answer.status());
      runs_.erase(number);
      return Postpone(is_foreseen ? absl::OkStatus() : answer.status(), now);
    }
    if (answer->object != nullptr) {
      known_.TellPodAnswer(answer->object->dump(-1, ' ', false, Json::error_handler_t::replace)).IgnoreError();
      is_due_ |= known_.TakeChange();
    }
    ++runs_.at(number).next_action;
    Continue(number);
  }

  const GroupPlacingOptions options_;
  const GroupPlacingView view_;
  const std::function<absl::Time()> clock_;
  PlacementView known_;
  KubeWriter writer_;
  Store nodes_;
  Store pods_;
  std::map<uint64_t, Run> runs_;
  uint64_t next_run_ = 1;
  absl::Time not_before_ = absl::InfinitePast();
  bool leads_ = false;
  bool is_due_ = false;
  bool lacks_request_ = false;
};

GroupPlacing::GroupPlacing(HttpClient* client, GroupPlacingOptions options, GroupPlacingView view,
                           std::function<absl::Time()> clock)
    : impl_(std::make_unique<Impl>(client, std::move(options), std::move(view), std::move(clock))) {}
GroupPlacing::~GroupPlacing() = default;

void GroupPlacing::Advance(absl::Time now, bool leads) { impl_->Advance(now, leads); }
std::optional<absl::Time> GroupPlacing::NextDue() const { return impl_->NextDue(); }
int32_t GroupPlacing::under_way() const { return impl_->under_way(); }
size_t GroupPlacing::pods() const { return impl_->pods(); }

}  // namespace lws::internal
