#include "lws/core/fleet/fleet.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/adapters/c/call.h"
#include "lws/adapters/c/fleet_handle.h"
#include "lws/adapters/c/fleet_state.h"
#include "lws/adapters/c/lws.h"
#include "lws/adapters/c/plan_output.h"
#include "lws/adapters/c/saved_fleet.h"
#include "lws/adapters/c/state.h"
#include "lws/adapters/host/kept_state.h"
#include "lws/api/canonical_text.h"
#include "lws/api/json.h"
#include "lws/core/fleet/fleet_events.h"
#include "lws/core/fleet/object_ids.h"
#include "lws/core/plan/plan.h"
#include "nlohmann/json.hpp"

namespace {

using lws::Json;
using lws::Plan;
using lws::internal::AddCallerObject;
using lws::internal::AddCallerObjects;
using lws::internal::CallerBytes;
using lws::internal::CallerDocument;
using lws::internal::CallerName;
using lws::internal::CheckCallerFormat;
using lws::internal::CheckCallerObjectSaysKind;
using lws::internal::CheckCallerPlanFormat;
using lws::internal::DecidePodForCaller;
using lws::internal::DecideSetForCaller;
using lws::internal::LoadCallerFleetProto;
using lws::internal::PutPlanForCaller;
using lws::internal::PutTextForCaller;
using lws::internal::ReadCallerObjects;
using lws::internal::RemoveCallerObject;
using lws::internal::RunForCaller;

// The names of a decision after they were read.
struct Named {
  absl::string_view namespace_name;
  absl::string_view name;
};

absl::Status CheckFleet(const lws_fleet* fleet) {
  if (fleet == nullptr) return absl::InvalidArgumentError("fleet: a null pointer");
  if (!fleet->is_deciding) return absl::OkStatus();
  return absl::FailedPreconditionError("fleet: it decides; a function of the policy must not use it");
}

// While it lives the fleet decides, and nothing else.
class Deciding {
 public:
  explicit Deciding(lws_fleet* fleet) : fleet_(fleet) { fleet_->is_deciding = true; }
  Deciding(const Deciding&) = delete;
  Deciding& operator=(const Deciding&) = delete;
  ~Deciding() {
    fleet_->is_deciding = false;
    if (fleet_->is_freed) delete fleet_;
  }

 private:
  lws_fleet* const fleet_;
};

absl::StatusOr<Named> ReadNames(const lws_fleet* fleet, const char* namespace_name, const char* name) {
  absl::Status status = CheckFleet(fleet);
  if (!status.ok()) return status;
  const absl::StatusOr<absl::string_view> read_namespace = CallerName(namespace_name, "namespace_name");
  if (!read_namespace.ok()) return read_namespace.status();
  const absl::StatusOr<absl::string_view> read_name = CallerName(name, "name");
  if (!read_name.ok()) return read_name.status();
  return Named{*read_namespace, *read_name};
}

lws::PackedUid UidOf(const uint32_t (&words)[4]) { return {{words[0], words[1], words[2], words[3]}}; }

absl::Status CheckPhases(const lws_pod_facts* pods, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (pods[i].phase <= static_cast<uint8_t>(lws::PodPhase::kFailed)) continue;
    return absl::InvalidArgumentError(absl::StrCat("pods: phase: ", pods[i].phase, " is unknown"));
  }
  return absl::OkStatus();
}

// Facts are written where they stay. A copy right after small writes would wait for them.
void WriteFacts(const lws_pod_facts& told, lws::PodFacts* facts) {
  facts->member = {told.set, told.group, told.worker};
  facts->exists = told.exists != 0;
  facts->phase = static_cast<lws::PodPhase>(told.phase);
  facts->has_ready_condition = told.has_ready_condition != 0;
  facts->restarted = told.restarted != 0;
  facts->terminating = told.terminating != 0;
  facts->revision = told.revision;
  facts->node = told.node;
  facts->resource_version = told.resource_version;
  facts->uid = UidOf(told.uid);
  facts->owner_uid = UidOf(told.owner_uid);
}

void WriteFacts(const lws_workers_facts& told, lws::WorkersFacts* facts) {
  facts->set = told.set;
  facts->group = told.group;
  facts->exists = told.exists != 0;
  facts->terminating = told.terminating != 0;
  facts->one_revision = told.one_revision != 0;
  facts->revision = told.revision;
  facts->replicas = told.replicas;
  facts->available_replicas = told.available_replicas;
  facts->status_replicas = told.status_replicas;
  facts->uid = UidOf(told.uid);
  facts->leader_uid = UidOf(told.leader_uid);
}

void AppendNames(const std::vector<lws::FleetName>& names, std::string* out) {
  const char* separator = "[";
  for (const lws::FleetName& name : names) {
    absl::StrAppend(out, separator, "{\"name\":");
    lws::internal::AppendQuoted(name.name, out);
    out->append(",\"namespace\":");
    lws::internal::AppendQuoted(name.namespace_name, out);
    out->append("}");
    separator = ",";
  }
  out->append(names.empty() ? "[]" : "]");
}

absl::Status LoadJson(absl::string_view bytes, lws_fleet* fleet) {
  const absl::StatusOr<Json> document = lws::ParseJson(bytes, "state");
  if (!document.ok()) return document.status();
  const absl::StatusOr<std::vector<lws::SharedJson>> objects = ReadCallerObjects(*document);
  if (!objects.ok()) return objects.status();
  return AddCallerObjects(*objects, fleet);
}

}  // namespace

extern "C" {

lws_fleet* lws_fleet_new(void) {
  lws_fleet* fleet = nullptr;
  RunForCaller(nullptr, nullptr, [&]() -> absl::Status {
    fleet = new lws_fleet();
    return absl::OkStatus();
  });
  return fleet;
}

void lws_fleet_free(lws_fleet* fleet) {
  if (fleet == nullptr || !fleet->is_deciding) {
    delete fleet;
  } else {
    fleet->is_freed = true;
  }
}

lws_code lws_fleet_add(lws_fleet* fleet, const char* object, size_t size, lws_text* error) {
  return RunForCaller(nullptr, error, [&]() -> absl::Status {
    absl::Status status = CheckFleet(fleet);
    if (!status.ok()) return status;
    const absl::StatusOr<Json> document = CallerDocument(object, size, "object");
    if (!document.ok()) return document.status();
    status = CheckCallerObjectSaysKind(*document);
    if (!status.ok()) return status;
    return AddCallerObject(*document, fleet);
  });
}

lws_code lws_fleet_remove(lws_fleet* fleet, const char* kind, const char* namespace_name, const char* name,
                          lws_text* error) {
  return RunForCaller(nullptr, error, [&]() -> absl::Status {
    const absl::StatusOr<Named> object = ReadNames(fleet, namespace_name, name);
    if (!object.ok()) return object.status();
    const absl::StatusOr<absl::string_view> of_kind = CallerName(kind, "kind");
    if (!of_kind.ok()) return of_kind.status();
    RemoveCallerObject(*of_kind, object->namespace_name, object->name, fleet);
    return absl::OkStatus();
  });
}

lws_code lws_fleet_load(lws_fleet* fleet, const char* state, size_t size, lws_format format, lws_text* error) {
  return RunForCaller(nullptr, error, [&]() -> absl::Status {
    absl::Status status = CheckFleet(fleet);
    if (status.ok()) status = CheckCallerFormat(format);
    if (!status.ok()) return status;
    const absl::StatusOr<absl::string_view> bytes = CallerBytes(state, size, "state");
    if (!bytes.ok()) return bytes.status();
    return format == LWS_JSON ? LoadJson(*bytes, fleet) : LoadCallerFleetProto(*bytes, fleet->objects.get());
  });
}

lws_code lws_fleet_save_kept(lws_fleet* fleet, lws_text* out, lws_text* error) {
  return RunForCaller(out, error, [&]() -> absl::Status {
    absl::Status status = CheckFleet(fleet);
    if (!status.ok()) return status;
    return PutTextForCaller(fleet->kept.Save(), out);
  });
}

lws_code lws_fleet_load_kept(lws_fleet* fleet, const char* kept, size_t size, lws_text* error) {
  return RunForCaller(nullptr, error, [&]() -> absl::Status {
    absl::Status status = CheckFleet(fleet);
    if (!status.ok()) return status;
    const absl::StatusOr<absl::string_view> bytes = CallerBytes(kept, size, "kept");
    if (!bytes.ok()) return bytes.status();
    absl::StatusOr<lws::KeptState> read = lws::KeptState::Load(*bytes);
    if (!read.ok()) return read.status();
    fleet->kept = *std::move(read);
    return absl::OkStatus();
  });
}

lws_code lws_fleet_save(lws_fleet* fleet, lws_text* out, lws_text* error) {
  return RunForCaller(out, error, [&]() -> absl::Status {
    absl::Status status = CheckFleet(fleet);
    if (!status.ok()) return status;
    const absl::StatusOr<std::string> saved = lws::internal::SaveCallerFleet(*fleet);
    if (!saved.ok()) return saved.status();
    return PutTextForCaller(*saved, out);
  });
}

lws_code lws_fleet_load_saved(lws_fleet* fleet, const char* saved, size_t size, lws_text* error) {
  return RunForCaller(nullptr, error, [&]() -> absl::Status {
    absl::Status status = CheckFleet(fleet);
    if (!status.ok()) return status;
    const absl::StatusOr<absl::string_view> bytes = CallerBytes(saved, size, "saved");
    if (!bytes.ok()) return bytes.status();
    return lws::internal::LoadCallerFleet(*bytes, fleet);
  });
}

lws_code lws_fleet_take_due(lws_fleet* fleet, lws_text* out, lws_text* error) {
  return RunForCaller(out, error, [&]() -> absl::Status {
    absl::Status status = CheckFleet(fleet);
    if (!status.ok()) return status;
    if (out == nullptr) return absl::InvalidArgumentError("out: a null pointer");
    std::string due = "{\"pods\":";
    AppendNames(lws::internal::TakeDuePodsForCaller(fleet), &due);
    due.append(",\"sets\":");
    AppendNames(lws::internal::TakeDueSetsForCaller(fleet), &due);
    due.append("}");
    return PutTextForCaller(due, out);
  });
}

lws_code lws_fleet_decide_set(lws_fleet* fleet, const char* namespace_name, const char* name, int64_t now,
                              const lws_policy* policy, lws_format format, lws_text* out, lws_text* error) {
  return RunForCaller(out, error, [&]() -> absl::Status {
    const absl::StatusOr<Named> set = ReadNames(fleet, namespace_name, name);
    if (!set.ok()) return set.status();
    absl::Status status = CheckCallerPlanFormat(format);
    if (!status.ok()) return status;
    const Deciding deciding(fleet);
    return PutPlanForCaller(DecideSetForCaller(fleet, set->namespace_name, set->name, absl::FromUnixNanos(now), policy),
                            format, out);
  });
}

lws_code lws_fleet_decide_pod(lws_fleet* fleet, const char* namespace_name, const char* name, int64_t now,
                              const lws_policy* policy, lws_format format, lws_text* out, lws_text* error) {
  return RunForCaller(out, error, [&]() -> absl::Status {
    const absl::StatusOr<Named> pod = ReadNames(fleet, namespace_name, name);
    if (!pod.ok()) return pod.status();
    absl::Status status = CheckCallerPlanFormat(format);
    if (!status.ok()) return status;
    const Deciding deciding(fleet);
    const absl::StatusOr<Plan> plan =
        DecidePodForCaller(fleet, pod->namespace_name, pod->name, absl::FromUnixNanos(now), policy);
    if (!plan.ok()) return plan.status();
    return PutPlanForCaller(*plan, format, out);
  });
}

lws_code lws_fleet_set_number(lws_fleet* fleet, const char* namespace_name, const char* name, uint32_t* out,
                              lws_text* error) {
  return RunForCaller(nullptr, error, [&]() -> absl::Status {
    const absl::StatusOr<Named> set = ReadNames(fleet, namespace_name, name);
    if (!set.ok()) return set.status();
    if (out == nullptr) return absl::InvalidArgumentError("out: a null pointer");
    *out = fleet->objects->numbers().OfSet(set->namespace_name, set->name);
    return absl::OkStatus();
  });
}

lws_code lws_fleet_revision_number(lws_fleet* fleet, uint32_t set, const char* key, uint16_t* out, lws_text* error) {
  return RunForCaller(nullptr, error, [&]() -> absl::Status {
    const absl::StatusOr<Named> names = ReadNames(fleet, "", key);
    if (!names.ok()) return names.status();
    if (out == nullptr) return absl::InvalidArgumentError("out: a null pointer");
    const absl::StatusOr<lws::RevisionId> number = fleet->objects->numbers().OfRevision(set, names->name);
    if (!number.ok()) return number.status();
    *out = *number;
    return absl::OkStatus();
  });
}

lws_code lws_fleet_node_number(lws_fleet* fleet, const char* node, uint32_t* out, lws_text* error) {
  return RunForCaller(nullptr, error, [&]() -> absl::Status {
    const absl::StatusOr<Named> names = ReadNames(fleet, "", node);
    if (!names.ok()) return names.status();
    if (out == nullptr) return absl::InvalidArgumentError("out: a null pointer");
    const absl::StatusOr<lws::NodeId> number = fleet->objects->numbers().OfNode(names->name);
    if (!number.ok()) return number.status();
    *out = *number;
    return absl::OkStatus();
  });
}

lws_code lws_fleet_tell_pods(lws_fleet* fleet, const lws_pod_facts* pods, size_t count, lws_text* error) {
  return RunForCaller(nullptr, error, [&]() -> absl::Status {
    absl::Status status = CheckFleet(fleet);
    if (!status.ok()) return status;
    if (pods == nullptr && count > 0) return absl::InvalidArgumentError("pods: a null pointer");
    status = CheckPhases(pods, count);
    if (!status.ok()) return status;
    fleet->pods.resize(count);
    for (size_t i = 0; i < count; ++i) WriteFacts(pods[i], &fleet->pods[i]);
    return fleet->objects->TellPods(fleet->pods);
  });
}

lws_code lws_fleet_tell_workers(lws_fleet* fleet, const lws_workers_facts* workers, size_t count, lws_text* error) {
  return RunForCaller(nullptr, error, [&]() -> absl::Status {
    absl::Status status = CheckFleet(fleet);
    if (!status.ok()) return status;
    if (workers == nullptr && count > 0) return absl::InvalidArgumentError("workers: a null pointer");
    fleet->workers.resize(count);
    for (size_t i = 0; i < count; ++i) WriteFacts(workers[i], &fleet->workers[i]);
    return fleet->objects->TellWorkers(fleet->workers);
  });
}

}  // extern "C"
