#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "lws/adapters/simulation/chance.h"
#include "lws/adapters/simulation/disaggregated_simulation.h"
#include "lws/adapters/simulation/kubernetes/api_server.h"
#include "lws/adapters/simulation/kubernetes/kubelet.h"
#include "lws/adapters/simulation/kubernetes/object_fields.h"
#include "lws/adapters/simulation/kubernetes/stored_object.h"
#include "lws/adapters/simulation/kubernetes/virtual_clock.h"
#include "lws/adapters/simulation/simulation.h"
#include "lws/adapters/testing/promise.h"
#include "lws/adapters/testing/scenario/role_report.h"
#include "lws/adapters/testing/scenario/role_watch.h"
#include "lws/adapters/testing/scenario/scenario.h"
#include "lws/adapters/testing/scenario/scenario_play.h"
#include "lws/adapters/testing/swarm/play_case.h"
#include "lws/adapters/testing/swarm/swarm.h"
#include "lws/adapters/testing/swarm/swarm_case.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/observed_roles.h"
#include "lws/api/pod_name.h"
#include "lws/core/disaggregated/role_observation.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

using Kind = SwarmEvent::Kind;

constexpr char kNamespace[] = "default";
constexpr char kSet[] = "s";
// A node that stops for so long loses its pods.
constexpr absl::Duration kPodsAreGone = absl::Minutes(10);

std::string NodeName(int32_t node) { return absl::StrCat("node-", node); }
std::string RoleName(size_t role) { return absl::StrCat("r", role); }
std::string ImageName(int32_t image) { return absl::StrCat("s:", image); }

// Runs one case of a DisaggregatedSet.
class RoleSwarm {
 public:
  RoleSwarm(const SwarmCase& what, const DisaggregatedOptions& roles, SwarmChecks checks)
      : what_(what),
        checks_(checks),
        chance_(what.seed, what.faults, [this] { return cluster().now() - play_.start(); }),
        simulation_(OptionsOf(what), roles, {}, what.faults),
        watch_(&simulation_, kNamespace, &report_, internal::RoleFailures::kExcused),
        play_(
            patience_, &simulation_.cluster(), [this] { Look(); }, [this] { return !result_.broken_law.empty(); }) {
    report_.set_name = kSet;
    for (const SwarmRole& role : what.roles) replicas_.push_back(role.replicas);
  }

  SwarmResult Run() {
    absl::Status status;
    for (int32_t node = 0; node < what_.nodes; ++node) {
      status.Update(cluster().AddNode(NodeName(node), {{"cpu", "1000"}, {"pods", "1000"}}, {}));
    }
    status.Update(simulation_.CreateSet(Manifest()));
    if (!status.ok()) return Break("the set is not admitted");
    play_.RunUntil(play_.start());
    cluster().clock().At(play_.start() + what_.faults.until, [this] { HealImages(); });
    for (size_t role = 0; role < what_.roles.size(); ++role) ScaleExternal(role);
    internal::PlaySwarmCase(
        what_, &play_, [this](const SwarmEvent& event) { Happen(event); }, [this] { return watch_.is_done(); });
    if (result_.broken_law.empty() && !watch_.is_done()) return Break(internal::kNeverComesRight);
    return Finish();
  }

 private:
  Simulation& cluster() { return simulation_.cluster(); }

  static SimulationOptions OptionsOf(const SwarmCase& what) {
    SimulationOptions options;
    options.seed = what.seed;
    return options;
  }

  Json Roles() const {
    Json roles = Json::array();
    for (size_t i = 0; i < what_.roles.size(); ++i) {
      const SwarmRole& role = what_.roles[i];
      const Json container = {{"name", "main"}, {"image", ImageName(images_.present())}};
      const Json update = {{"maxSurge", role.max_surge}, {"maxUnavailable", role.max_unavailable}};
      Json spec = {{"rolloutStrategy", {{"type", "RollingUpdate"}, {"rollingUpdateConfiguration", update}}},
                   {"leaderWorkerTemplate",
                    {{"size", what_.size}, {"workerTemplate", {{"spec", {{"containers", {container}}}}}}}}};
      if (!role.is_external) spec["replicas"] = replicas_[i];
      roles.push_back({{"name", RoleName(i)},
                       {"scaling", {{"mode", role.is_external ? "External" : "Static"}}},
                       {"spec", std::move(spec)}});
    }
    return roles;
  }

  Json Manifest() const {
    return {{"apiVersion", kDisaggregatedSetApiVersion},
            {"kind", kDisaggregatedSetKind},
            {"metadata", {{"name", kSet}, {"namespace", kNamespace}}},
            {"spec", {{"slices", what_.slices}, {"roles", Roles()}}}};
  }

  void Happen(const SwarmEvent& event) {
    switch (event.kind) {
      case Kind::kNewImage:
      case Kind::kBrokenImage:
      case Kind::kRevert:
        return ChangeImage(event.kind);
      case Kind::kScale:
        return Scale(event);
      case Kind::kFailContainer:
        cluster().kubelet().FailContainer(kNamespace, PodOf(event));
        return;
      case Kind::kDeletePod:
        cluster().server().Delete({"Pod", kNamespace, PodOf(event)}, {}).IgnoreError();  // it may be gone
        return;
      case Kind::kLoseNode:
        return StopNode(event.node, kPodsAreGone);
      case Kind::kFlapNode:
        return StopNode(event.node, event.outage);
    }
  }

  void ChangeImage(Kind kind) {
    images_.Change(kind);
    if (kind != Kind::kRevert) cluster().kubelet().SetImage(ImageName(images_.present()), DrawImage(kind));
    Edit();
  }

  simulation::ImageBehavior DrawImage(Kind kind) {
    simulation::ImageBehavior image;
    if (kind == Kind::kBrokenImage && chance_.IsFaulty()) {
      image.broken = true;
    } else if (chance_.Happens(what_.faults.slow_image)) {
      image.pull = {10 * image.pull.least, 10 * image.pull.most};
    }
    return image;
  }

  // Broken images can be pulled from now on, by pods that take the place of those that wait for them.
  void HealImages() {
    for (int32_t image = 1; image <= images_.newest(); ++image) cluster().kubelet().SetImage(ImageName(image), {});
    for (const simulation::SharedObject& pod : cluster().server().FindAll("Pod")) {
      if (simulation::StoredTextAt(*pod, {"status", "phase"}) == "Running") continue;
      cluster().server().Delete(simulation::StoredObjectRef(*pod), {}).IgnoreError();  // it may be gone
    }
  }

  void Edit() {
    const absl::Status status = simulation_.EditSet(kNamespace, kSet, {{"spec", {{"roles", Roles()}}}});
    if (!status.ok()) Break("an edit is not admitted");
  }

  void Scale(const SwarmEvent& event) {
    const auto role = static_cast<size_t>(event.role);
    if (role >= what_.roles.size()) return;
    replicas_[role] = event.replicas;
    if (what_.roles[role].is_external) {
      ScaleExternal(role);
    } else {
      Edit();
    }
  }

  // The scaler may not be there yet.
  void ScaleExternal(size_t role) {
    if (!what_.roles[role].is_external) return;
    simulation_.Scale(kNamespace, RoleScalerName(kSet, RoleName(role)), replicas_[role]).IgnoreError();
  }

  // A pod of the role: groups are counted over all its children of the slice.
  std::string PodOf(const SwarmEvent& event) {
    const DisaggregatedObservation observation = simulation_.Observe(kNamespace, kSet);
    int32_t group = event.group;
    for (const ObservedChild* child : observation.children) {
      const bool is_of_role = child->labels.role == RoleName(static_cast<size_t>(event.role)) &&
                              SliceOfLabel(child->labels.slice) == event.slice;
      if (!is_of_role) continue;
      if (group < child->replicas()) {
        const std::string leader = LeaderPodName(child->meta.name, group);
        return event.worker == 0 ? leader : absl::StrCat(leader, "-", event.worker);
      }
      group -= child->replicas();
    }
    return "";
  }

  void StopNode(int32_t node, absl::Duration outage) {
    const std::string name = NodeName(node);
    cluster().kubelet().LoseNode(name);
    cluster().clock().After(outage, [this, name] { cluster().kubelet().RecoverNode(name); });
  }

  void Look() {
    const absl::Duration time = cluster().now() - play_.start();
    ++result_.steps;
    for (const RoleTimelineEntry& entry : watch_.Look(time)) {
      for (const char letter : ToString(entry))
        internal::AddToSwarmLog(static_cast<unsigned char>(letter), &result_.log);
    }
    if (checks_ == SwarmChecks::kWithoutPromise) return;
    for (const RoleCourse& course : report_.courses) {
      if (!course.keeps_promise()) Break(internal::kTooFewReady);
      if (!course.keeps_ceiling()) Break(internal::kTooManySurgeGroups);
    }
    if (report_.half_revision.has_value()) Break(internal::kHalfOfARevision);
  }

  SwarmResult Break(const char* law) {
    if (result_.broken_law.empty()) {
      result_.broken_law = law;
      result_.when = cluster().now() - play_.start();
    }
    return Finish();
  }

  SwarmResult Finish() {
    result_.skew_percent = report_.skew_percent;
    return result_;
  }

  const SwarmCase& what_;
  const SwarmChecks checks_;
  internal::Chance chance_;
  RoleReport report_;
  DisaggregatedSimulation simulation_;
  internal::RoleWatch watch_;
  const Scenario patience_ = internal::SwarmPatience();
  internal::ScenarioPlay play_;
  SwarmResult result_;
  std::vector<int32_t> replicas_;  // that are wanted, by role
  internal::SwarmImages images_;
};

}  // namespace

SwarmResult RunRoleSwarmCase(const SwarmCase& what, const DisaggregatedOptions& roles, SwarmChecks checks) {
  return RoleSwarm(what, roles, checks).Run();
}

}  // namespace lws
