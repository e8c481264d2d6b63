#include "lws/adapters/simulation/perform_action.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lws/adapters/simulation/kubernetes/object_fields.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"

namespace lws::internal {

using simulation::ApiServer;
using simulation::DeleteOptions;
using simulation::Deletion;
using simulation::SharedObject;
using simulation::StoredObject;
using simulation::UidOfStored;

namespace {

// Adds the preconditions of the action to the object that is written.
void AddPreconditions(const Action& action, StoredObject* object) {
  if (!action.uid.empty() && UidOfStored(*object) != action.uid) {
    object->Edit("metadata")["uid"] = action.uid;
  }
  if (!action.resource_version.empty()) object->SetResourceVersion(action.resource_version);
}

absl::StatusOr<SharedObject> Patch(const Action& action, ApiServer* server) {
  const SharedObject live = server->Find(action.target);
  if (live == nullptr) {
    return absl::NotFoundError(absl::StrCat(action.target.kind, " ", action.target.namespace_name, "/",
                                            action.target.name, " does not exist"));
  }
  StoredObject next = *live;
  const Json patch = action.object.Document();
  for (auto member = patch.begin(); patch.is_object() && member != patch.end(); ++member) {
    next.Edit(member.key()).merge_patch(*member);
  }
  AddPreconditions(action, &next);
  return action.verb == Verb::kPatch ? server->Update(std::move(next)) : server->UpdateStatus(next);
}

absl::StatusOr<SharedObject> Delete(const Action& action, ApiServer* server) {
  DeleteOptions options;
  options.propagation = action.propagation == Propagation::kForeground ? Deletion::kForeground : Deletion::kBackground;
  options.uid = action.uid;
  options.resource_version = action.resource_version;
  absl::Status status = server->Delete(action.target, options);
  if (!status.ok()) return status;
  return server->Find(action.target);
}

}  // namespace

absl::StatusOr<SharedObject> PerformAction(const Action& action, ApiServer* server) {
  switch (action.verb) {
    case Verb::kCreate:
      return server->Create(action.object.Document());
    case Verb::kApply:
      return server->Apply(action.object.Document(), kFieldManager, /*force=*/true);
    case Verb::kUpdateStatus: {
      StoredObject object(action.object.Document());
      AddPreconditions(action, &object);
      return server->UpdateStatus(object);
    }
    case Verb::kPatch:
    case Verb::kPatchStatus:
      return Patch(action, server);
    case Verb::kDelete:
      return Delete(action, server);
  }
  return absl::InternalError("unknown verb");
}

}  // namespace lws::internal
