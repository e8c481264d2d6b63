#include "tests/conformance/disaggregated_timeline.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "lws/api/admit_disaggregated_set.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/well_known.h"
#include "lws/core/disaggregated/disaggregated_snapshot.h"
#include "lws/core/disaggregated/reconcile_disaggregated_set.h"
#include "lws/core/plan/plan.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace conformance {
namespace {

constexpr int kMostPasses = 150;

// A namespace with one set.
class World {
 public:
  World(const Json& input, const DisaggregatedOptions& options, const PassObserver& observe)
      : input_(input), options_(options), observe_(observe), set_(input["set"]) {}

  Json Run() {
    const Json& edits = input_["edits"];
    size_t next = 0;
    int last_edit = 0;
    bool at_rest = false;
    Json rows = Json::array();
    for (int pass = 0; pass < kMostPasses; ++pass) {
      bool is_edited = false;
      if (next < edits.size()) {
        const int wait = edits[next].value("wait", 0);
        is_edited = wait < 0 ? at_rest : pass - last_edit >= wait;
      }
      if (is_edited) {
        last_edit = pass;
        do {
          Edit(edits[next++]);
        } while (next < edits.size() && edits[next].value("wait", 0) == 0);
      }
      rows.push_back(Pass(pass));
      const bool is_moved = Move();
      const size_t last = rows.size() - 1;
      at_rest = !is_edited && last > 0 && rows[last] == rows[last - 1] && !is_moved;
      if (at_rest && next == edits.size()) return {{"rows", std::move(rows)}, {"ended", true}};
    }
    return {{"rows", std::move(rows)}, {"ended", false}};
  }

 private:
  using Key = std::pair<std::string, std::string>;  // kind, name

  void Edit(const Json& edit) {
    if (edit.contains("spec")) EditSpec(edit["spec"]);
    if (edit.contains("scaler")) EditScaler(edit["scaler"], edit.value("replicas", 0));
    if (edit.contains("delete")) objects_.erase({kKind, edit["delete"]});
    if (edit.contains("heal")) is_healed_ = true;
  }

  void EditSpec(const Json& spec) {
    Json manifest = set_;
    manifest["spec"] = spec;
    const absl::StatusOr<DisaggregatedSet> old_set = DisaggregatedSetFromJson(set_);
    if (!old_set.ok()) return;
    const DisaggregatedSetAdmission admission = AdmitDisaggregatedSetUpdate(*old_set, manifest);
    if (admission.set != nullptr) set_ = DisaggregatedSetToJson(*admission.set);
  }

  void EditScaler(const std::string& name, int32_t replicas) {
    const auto found = objects_.find({kRoleScalerKind, name});
    if (found == objects_.end()) return;
    found->second["spec"]["replicas"] = replicas;
    found->second["metadata"]["generation"] = found->second["metadata"].value("generation", 0) + 1;
  }

  Json Pass(int pass) {
    DisaggregatedSnapshot snapshot;
    absl::Status status = snapshot.Add(set_);
    for (const auto& [key, object] : objects_) status.Update(snapshot.Add(object));
    const std::string name = set_["metadata"]["name"], namespace_name = set_["metadata"]["namespace"];
    const DisaggregatedObservation observation = snapshot.Observe(namespace_name, name);
    const Plan plan = ReconcileDisaggregatedSet(observation, absl::FromUnixSeconds(1767323045), options_);
    if (observe_ != nullptr) observe_(observation, plan);
    for (const Action& action : plan.actions) Perform(action, pass);
    Json row = Row(plan);
    if (!status.ok()) row["unreadable"] = std::string(status.message());
    return row;
  }

  void Perform(const Action& action, int pass) {
    const Key key(action.target.kind, action.target.name);
    const Json document = action.object.Document();
    if (action.verb == Verb::kUpdateStatus) set_["status"] = document["status"];
    if (action.verb == Verb::kDelete) objects_.erase(key);
    if (action.verb == Verb::kPatch || action.verb == Verb::kPatchStatus) objects_[key].merge_patch(document);
    if (action.verb != Verb::kCreate) return;
    Json& object = objects_[key] = document;
    object["metadata"]["uid"] = absl::StrCat("uid-", ++next_uid_);
    object["metadata"]["generation"] = 1;
    object["metadata"]["creationTimestamp"] =
        absl::FormatTime("%Y-%m-%d%ET%H:%M:%SZ", absl::FromUnixSeconds(1767225600 + pass), absl::UTCTimeZone());
  }

  Json Row(const Plan& plan) const {
    Json row = Json::object();
    for (const auto& [key, object] : objects_) {
      const Json spec = object.value("spec", Json::object());
      const Json status = object.value("status", Json::object());
      if (key.first == kKind) {
        Json& child = row["lws"][key.second] = {spec.value("replicas", 1), status.value("readyReplicas", 0)};
        const Json annotations = object["metadata"].value("annotations", Json::object());
        if (annotations.contains(kInitialReplicasAnnotation)) child.push_back(annotations[kInitialReplicasAnnotation]);
      } else if (key.first == kRoleScalerKind) {
        row["scalers"][key.second] = {spec.value("replicas", 0), status.value("replicas", 0)};
      } else {
        row["services"].push_back(key.second);
      }
    }
    for (const Event& event : plan.events) row["events"].push_back(absl::StrCat(event.reason, " ", event.note));
    if (plan.requeue_after.has_value()) row["requeueAfterSeconds"] = absl::ToInt64Seconds(*plan.requeue_after);
    if (!plan.error.ok()) row["error"] = true;
    for (const Json& condition : set_["status"].value("conditions", Json::array())) {
      if (condition["status"] == "True") row["condition"] = condition["type"];
    }
    return row;
  }

  // Makes children ready. Returns whether anything changed.
  bool Move() {
    bool is_moved = false;
    const int speed = input_["speed"];
    for (auto& [key, object] : objects_) {
      if (key.first != kKind) continue;
      const Json before = object.value("status", Json::object());
      const int wanted = object["spec"].value("replicas", 1);
      int ready = std::min(before.value("readyReplicas", 0), wanted);
      if (!IsBroken(object)) ready = speed == 0 ? wanted : std::min(wanted, ready + speed);
      Json& status = object["status"];
      status["replicas"] = wanted;
      status["updatedReplicas"] = wanted;
      status["readyReplicas"] = ready;
      is_moved = is_moved || status != before;
    }
    return is_moved;
  }

  bool IsBroken(const Json& child) const {
    if (is_healed_ || !input_.contains("broken") || input_["broken"].is_null()) return false;
    const Json image =
        child.value("/spec/leaderWorkerTemplate/workerTemplate/spec/containers/0/image"_json_pointer, Json());
    return std::find(input_["broken"].begin(), input_["broken"].end(), image) != input_["broken"].end();
  }

  const Json& input_;
  const DisaggregatedOptions& options_;
  const PassObserver& observe_;
  Json set_;
  std::map<Key, Json> objects_;
  bool is_healed_ = false;
  int next_uid_ = 0;
};

}  // namespace

Json RunDisaggregatedTimeline(const Json& input, const DisaggregatedOptions& options, const PassObserver& observe) {
  return World(input, options, observe).Run();
}

}  // namespace conformance
}  // namespace lws
