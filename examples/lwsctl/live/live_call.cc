#include "examples/lwsctl/live/live_call.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "examples/lwsctl/input.h"
#include "examples/lwsctl/live/set_report.h"
#include "lws/api/field_value.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/object_kind.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"

namespace lwsctl {

using lws::FieldValue;
using lws::Json;
using lws::ObjectKind;
using lws::internal::FindApiResource;
using lws::internal::Resource;

absl::StatusOr<LiveConnection> ConnectFor(const LiveCall& call) {
  const absl::StatusOr<const LiveHost*> host =
      call.connect(call.arguments.Flag("--kubeconfig", ""), call.arguments.Flag("--context", ""));
  if (!host.ok()) return host.status();
  const std::string wanted = call.arguments.Flag("-n", call.arguments.Flag("--namespace", ""));
  return LiveConnection{*host, wanted.empty() ? (*host)->namespace_name : wanted};
}

const Resource& SetResource() { return *FindApiResource(ObjectKind::kLeaderWorkerSet); }

absl::StatusOr<Json> ReadSet(const LiveConnection& connection, const std::string& name) {
  absl::StatusOr<Json> set = LiveApi(connection.host).Get(SetResource(), connection.namespace_name, name);
  if (absl::IsNotFound(set.status())) {
    return absl::NotFoundError(
        absl::StrCat("there is no LeaderWorkerSet ", connection.namespace_name, "/", name, " in the cluster"));
  }
  return set;
}

absl::StatusOr<std::vector<Json>> ListLiveObjects(const LiveConnection& connection, ObjectKind kind,
                                                  const std::string& name) {
  const Resource& resource = *FindApiResource(kind);
  absl::StatusOr<std::vector<Json>> objects =
      LiveApi(connection.host).List(resource, connection.namespace_name, absl::StrCat(lws::kNameLabel, "=", name));
  if (!objects.ok()) return objects;
  const auto is_of_other = [&name](const Json& object) {
    return FieldValue(object, "")["metadata"]["labels"].At(lws::kNameLabel).Text() != name;
  };
  objects->erase(std::remove_if(objects->begin(), objects->end(), is_of_other), objects->end());
  return objects;
}

absl::StatusOr<LiveSet> ReadLiveSet(const LiveConnection& connection, const std::string& name) {
  LiveSet live;
  absl::StatusOr<Json> set = ReadSet(connection, name);
  if (!set.ok()) return set.status();
  live.set = *std::move(set);
  absl::StatusOr<Json> leader =
      LiveApi(connection.host).Get(*FindApiResource(ObjectKind::kStatefulSet), connection.namespace_name, name);
  if (!leader.ok() && !absl::IsNotFound(leader.status())) return leader.status();
  if (leader.ok()) live.leader_statefulset = *std::move(leader);
  absl::StatusOr<std::vector<Json>> pods = ListLiveObjects(connection, ObjectKind::kPod, name);
  if (!pods.ok()) return pods.status();
  live.pods = *std::move(pods);
  return live;
}

absl::Status ExpectNames(const Arguments& arguments, size_t count, absl::string_view usage) {
  if (arguments.files.size() == count) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("usage: lwsctl ", usage));
}

}  // namespace lwsctl
