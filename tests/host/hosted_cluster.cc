#include "tests/host/hosted_cluster.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lws/adapters/simulation/perform_action.h"
#include "lws/core/reconcile/admit_pod.h"
#include "nlohmann/json.hpp"

namespace lws {

using simulation::ObjectChange;

HostedCluster::HostedCluster(uint64_t seed, HostFaults faults, ControllerOptions options)
    : FleetCluster(std::move(options)),
      random_(seed),
      faults_(faults),
      clock_(absl::FromUnixSeconds(1767225600)),
      server_(&clock_),
      collector_(&server_),
      statefulsets_(&server_, {}),
      scheduler_(&server_, nullptr),
      kubelet_(&server_, &clock_, seed, {}) {
  server_.RegisterWebhook("Pod", [](Json pod) { return AdmitPod(std::move(pod), {}); });
  server_.Subscribe([this](const ObjectChange& change) { OnChange(change); });
  for (int i = 0; i < 40; ++i) {
    Json node = {{"apiVersion", "v1"},
                 {"kind", "Node"},
                 {"metadata", {{"name", absl::StrCat("node-", i)}}},
                 {"status", {{"allocatable", {{"cpu", "64"}, {"pods", "110"}}}}}};
    node["status"]["conditions"] = Json::array({{{"type", "Ready"}, {"status", "True"}}});
    EXPECT_TRUE(server_.Create(std::move(node)).ok());
  }
}

absl::Duration HostedCluster::Draw(absl::Duration most) {
  const int64_t milliseconds = absl::ToInt64Milliseconds(most);
  return absl::Milliseconds(static_cast<int64_t>(random_() % static_cast<uint64_t>(milliseconds + 1)));
}

void HostedCluster::OnChange(const ObjectChange& change) {
  const SharedJson object = (change.after != nullptr ? change.after : change.before)->Document();
  const bool is_gone = change.after == nullptr;
  absl::Time& last = last_told_[change.key.kind];
  last = std::max(last, clock_.now() + Draw(faults_.most_late));
  clock_.At(last, [this, object, is_gone, kind = change.key.kind, watch = watch_[change.key.kind]] {
    if (watch != watch_[kind]) return;  // a list ended this watch
    const absl::Status status = is_gone ? TellGone(*object) : Tell(*object);
    EXPECT_TRUE(status.ok()) << status;
  });
}

void HostedCluster::Relist() {
  for (const char* kind : {"LeaderWorkerSet", "StatefulSet", "Pod", "ControllerRevision", "Service", "Node"}) {
    ++watch_[kind];
    BeginRelist(kind);
    for (const SharedJson& object : server_.List(kind)) EXPECT_TRUE(Tell(*object).ok());
    EndRelist(kind, "");
  }
}

absl::StatusOr<WriteAnswer> HostedCluster::Write(const Action& action) {
  const absl::StatusOr<simulation::SharedObject> object = internal::PerformAction(action, &server_);
  if (!object.ok()) return object.status();
  WriteAnswer answer;
  answer.gone = *object == nullptr;
  if (answer.gone) return answer;
  answer.uid = (**object)["metadata"]["uid"].get<std::string>();
  answer.resource_version = (*object)->resource_version();
  if (faults_.answers_have_objects) answer.object = (*object)->Document();
  return answer;
}

void HostedCluster::Start(const Action& action, absl::Time now, WriteDone done) {
  ++writes_;
  log_.push_back(absl::StrCat(VerbName(action.verb), " ", action.target.kind, " ", action.target.name));
  absl::StatusOr<WriteAnswer> answer = absl::UnavailableError("the server is not there");
  const bool is_conflict = Happens(faults_.conflict);
  if (is_conflict) {
    answer = absl::AbortedError("somebody else was faster");
  } else if (!Happens(faults_.failed)) {
    answer = Write(action);
    if (!answer.ok()) ++refused_[std::string(VerbName(action.verb))];
    if (answer.ok() && Happens(faults_.answer_lost)) answer = absl::DeadlineExceededError("no answer came");
  }
  const absl::Duration slow = Draw(faults_.most_slow);
  if (slow == absl::ZeroDuration()) return done(answer, now);
  most_at_once_ = std::max(most_at_once_, ++under_way_);
  clock_.After(slow, [this, answer, done = std::move(done)] {
    --under_way_;
    done(answer, clock_.now());
  });
}

void HostedCluster::Settle() {
  const auto decides = [this] { return decides_ && RunDue(clock_.now()) > 0; };
  while (collector_.Step() || statefulsets_.Step() || scheduler_.Step() || decides()) {
  }
}

void HostedCluster::Run(absl::Duration duration) {
  const absl::Time end = clock_.now() + duration;
  for (;;) {
    Settle();
    const absl::Time timer = clock_.next().value_or(absl::InfiniteFuture());
    const absl::Time due = decides_ ? NextDue().value_or(absl::InfiniteFuture()) : absl::InfiniteFuture();
    if (std::min(timer, due) > end) break;
    if (timer <= due) {
      clock_.Advance();
    } else {
      clock_.MoveTo(due);
    }
  }
  clock_.MoveTo(end);
}

}  // namespace lws
