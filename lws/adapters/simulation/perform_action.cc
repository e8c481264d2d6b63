#include "lws/adapters/simulation/perform_action.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"

namespace lws::internal {

using simulation::ApiServer;
using simulation::DeleteOptions;
using simulation::Deletion;
using simulation::ObjectKey;

namespace {

ObjectKey StoredObjectKey(const Action& action) {
  return {action.target.kind, action.target.namespace_name, action.target.name};
}

// Adds the preconditions of the action to the document that is written.
void AddPreconditions(const Action& action, Json* document) {
  if (!action.uid.empty()) (*document)["metadata"]["uid"] = action.uid;
  if (!action.resource_version.empty()) (*document)["metadata"]["resourceVersion"] = action.resource_version;
}

absl::StatusOr<SharedJson> Patch(const Action& action, ApiServer* server) {
  const SharedJson live = server->Get(StoredObjectKey(action));
  if (live == nullptr) {
    return absl::NotFoundError(absl::StrCat(action.target.kind, " ", action.target.namespace_name, "/",
                                            action.target.name, " does not exist"));
  }
  Json document = *live;
  document.merge_patch(action.object.Document());
  AddPreconditions(action, &document);
  return action.verb == Verb::kPatch ? server->Update(std::move(document)) : server->UpdateStatus(document);
}

absl::StatusOr<SharedJson> Delete(const Action& action, ApiServer* server) {
  DeleteOptions options;
  options.propagation = action.propagation == Propagation::kForeground ? Deletion::kForeground : Deletion::kBackground;
  options.uid = action.uid;
  options.resource_version = action.resource_version;
  absl::Status status = server->Delete(StoredObjectKey(action), options);
  if (!status.ok()) return status;
  return server->Get(StoredObjectKey(action));
}

}  // namespace

absl::StatusOr<SharedJson> PerformAction(const Action& action, ApiServer* server) {
  switch (action.verb) {
    case Verb::kCreate:
      return server->Create(action.object.Document());
    case Verb::kApply:
      return server->Apply(action.object.Document(), kFieldManager, /*force=*/true);
    case Verb::kUpdateStatus: {
      Json document = action.object.Document();
      AddPreconditions(action, &document);
      return server->UpdateStatus(document);
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
