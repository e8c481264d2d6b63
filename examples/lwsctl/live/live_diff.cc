#include "examples/lwsctl/live/live_diff.h"

#include <map>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "examples/lwsctl/commands.h"
#include "examples/lwsctl/disaggregated_input.h"
#include "examples/lwsctl/input.h"
#include "examples/lwsctl/live/edit_diff.h"
#include "examples/lwsctl/live/role_edit_diff.h"
#include "examples/lwsctl/live/set_report.h"
#include "examples/lwsctl/output_format.h"
#include "examples/lwsctl/server_fields.h"
#include "examples/lwsctl/slice_requests.h"
#include "lws/adapters/testing/scenario/scenario.h"
#include "lws/api/admit_disaggregated_set.h"
#include "lws/api/admit_set.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/field_error.h"
#include "lws/api/field_value.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/object_kind.h"
#include "lws/api/observed_roles.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

using lws::FieldValue;
using lws::Json;
using lws::internal::FindApiResource;

// Labels and annotations that the file does not have may be somebody else's, and stay.
void KeepMetadata(const Json& set, Json* manifest) {
  for (const char* field : {"labels", "annotations"}) {
    Json& said = (*manifest)["metadata"][field];
    if (!said.is_object()) said = Json::object();
    const Json entries = FieldValue(set, "")["metadata"][field].json();
    if (!entries.is_object()) continue;
    for (const auto& [key, value] : entries.items()) {
      if (!said.contains(key)) said[key] = value;
    }
  }
}

std::string TitleOf(const Json& manifest) {
  return absl::StrCat(FieldValue(manifest, "")["kind"].Text(), " ", PathOf(manifest));
}

// What a user wrote. A file may be a dump of the cluster, and nobody edits what the API server adds.
Json ManifestOf(const SetOfEitherKind& set) {
  const auto* of_groups = std::get_if<SetManifest>(&set);
  if (of_groups != nullptr) return WithoutServerFields(*of_groups->object);
  return WithoutServerFields(*std::get<DisaggregatedManifest>(set).object);
}

// The sets of both kinds in a file, in its order.
absl::StatusOr<std::vector<Json>> ReadEdited(const std::string& path) {
  const absl::StatusOr<std::vector<SetOfEitherKind>> sets = ReadSetsOfBothKinds(path, UnknownFields::kWarn);
  if (!sets.ok()) return sets.status();
  std::vector<Json> manifests;
  for (const SetOfEitherKind& set : *sets) manifests.push_back(ManifestOf(set));
  return manifests;
}

// What an edit does to one set. One of two files may lack it.
struct SetDiff {
  std::string title;
  bool changes = true;
  bool refused = false;
  std::string text;
};

// A set that only one of the files has.
SetDiff DiffOfOne(std::string title, std::string text) {
  SetDiff diff;
  diff.title = std::move(title);
  diff.text = std::move(text);
  return diff;
}

SetDiff ToSetDiff(std::string title, const EditDiff& diff) {
  return {std::move(title), diff.end != EditEnd::kNothing, diff.end == EditEnd::kRefused, diff.text};
}

Json DiffJson(const SetDiff& diff) {
  return {{"set", diff.title},
          {"changes", diff.changes},
          {"refused", diff.refused},
          {"facts", absl::StrSplit(diff.text, '\n', absl::SkipEmpty())}};
}

std::string DiffText(const SetDiff& diff) {
  return absl::StrCat(diff.title, diff.changes ? absl::StrCat("\n", diff.text) : "  nothing changes\n");
}

absl::StatusOr<SetDiff> DiffOfManifests(const Json& old, const Json& edited) {
  if (lws::IsOfDisaggregatedSet(old) && lws::IsOfDisaggregatedSet(edited)) {
    const lws::DisaggregatedSetAdmission before = lws::AdmitDisaggregatedSet(old);
    if (before.set == nullptr) return absl::InvalidArgumentError(lws::JoinFieldErrors(before.errors));
    return ToSetDiff(TitleOf(edited), DiffOfRoles(*before.set, edited, nullptr));
  }
  const lws::SetAdmission admission = lws::AdmitSet(old);
  if (admission.set == nullptr) return absl::InvalidArgumentError(lws::JoinFieldErrors(admission.errors));
  return ToSetDiff(TitleOf(edited), DiffOfEdit(*admission.set, edited, nullptr));
}

// The sets of NEW in its order, and then those that only OLD has.
absl::StatusOr<std::vector<SetDiff>> DiffsOf(const std::vector<Json>& old, const std::vector<Json>& edited) {
  std::map<std::string, const Json*> before;
  for (const Json& set : old) before[TitleOf(set)] = &set;
  std::vector<SetDiff> diffs;
  for (const Json& set : edited) {
    const std::string title = TitleOf(set);
    const auto found = before.find(title);
    if (found == before.end()) {
      diffs.push_back(DiffOfOne(title, "  the set is new\n"));
      continue;
    }
    absl::StatusOr<SetDiff> diff = DiffOfManifests(*found->second, set);
    if (!diff.ok()) return diff.status();
    diffs.push_back(*std::move(diff));
    before.erase(found);
  }
  for (const auto& [title, set] : before) {
    diffs.push_back(
        DiffOfOne(title, "  NEW does not have it: kubectl apply leaves it as it is, and prunes it with --prune\n"));
  }
  return diffs;
}

int PrintDiffs(const LiveCall& call, const std::vector<SetDiff>& diffs) {
  bool any_changes = false;
  Json document = {{"sets", Json::array()}};
  std::string text;
  for (const SetDiff& diff : diffs) {
    any_changes = any_changes || diff.changes;
    document["sets"].push_back(DiffJson(diff));
    absl::StrAppend(&text, DiffText(diff));
  }
  const OutputFormat format = OutputFormatOf(call.arguments);
  call.out << (format != OutputFormat::kTable ? DocumentText(document, format) : text);
  return any_changes ? kFinding : kAsWished;
}

int PrintDiff(const LiveCall& call, const SetDiff& diff) {
  const OutputFormat format = OutputFormatOf(call.arguments);
  call.out << (format != OutputFormat::kTable ? DocumentText(DiffJson(diff), format) : DiffText(diff));
  return diff.changes ? kFinding : kAsWished;
}

absl::StatusOr<int> DiffFiles(const LiveCall& call, const std::string& old_path, const std::string& new_path) {
  const absl::StatusOr<std::vector<Json>> old = ReadEdited(old_path);
  if (!old.ok()) return old.status();
  const absl::StatusOr<std::vector<Json>> edited = ReadEdited(new_path);
  if (!edited.ok()) return edited.status();
  if (old->size() + edited->size() > 2) {
    const absl::StatusOr<std::vector<SetDiff>> diffs = DiffsOf(*old, *edited);
    if (!diffs.ok()) return diffs.status();
    return PrintDiffs(call, *diffs);
  }
  const Json& before = old->front();
  const Json& after = edited->front();
  if (TitleOf(before) == TitleOf(after)) {
    const absl::StatusOr<SetDiff> diff = DiffOfManifests(before, after);
    return diff.ok() ? absl::StatusOr<int>(PrintDiff(call, *diff)) : diff.status();
  }
  const bool is_one_kind = lws::IsOfDisaggregatedSet(before) == lws::IsOfDisaggregatedSet(after);
  return absl::InvalidArgumentError(absl::StrCat("OLD is ", TitleOf(before), ", and NEW is ",
                                                 is_one_kind ? PathOf(after) : TitleOf(after),
                                                 ": these are two sets, and an edit keeps name and namespace"));
}

// The LeaderWorkerSets that the set controls.
absl::StatusOr<std::vector<lws::ObservedChild>> ChildrenOf(const LiveConnection& connection,
                                                           const lws::DisaggregatedSet& set) {
  const std::string label = absl::StrCat(lws::kDisaggregatedNameLabel, "=", set.metadata().name());
  const absl::StatusOr<std::vector<Json>> objects =
      LiveApi(connection.host).List(SetResource(), connection.namespace_name, label);
  if (!objects.ok()) return objects.status();
  std::vector<lws::ObservedChild> children;
  for (const Json& object : *objects) {
    absl::StatusOr<lws::ObservedChild> child = lws::ObserveChild(object);
    if (!child.ok()) return child.status();
    const bool is_own = child->labels.set_name == set.metadata().name();
    if (is_own && lws::IsControlledBy(child->meta, set.metadata().uid())) children.push_back(*std::move(child));
  }
  return children;
}

absl::StatusOr<int> DiffLiveRoles(const LiveCall& call, const LiveConnection& connection, const Json& manifest) {
  const std::string name = FieldValue(manifest, "")["metadata"]["name"].Text();
  const absl::StatusOr<Json> live =
      LiveApi(connection.host)
          .Get(*FindApiResource(lws::kDisaggregatedSetApiVersion, lws::kDisaggregatedSetKind),
               connection.namespace_name, name);
  if (!live.ok()) return live.status();
  const absl::StatusOr<lws::DisaggregatedSet> before = lws::DisaggregatedSetFromJson(*live);
  if (!before.ok()) return before.status();
  Json edited = manifest;
  edited["metadata"]["namespace"] = before->metadata().namespace_();
  edited["metadata"]["uid"] = before->metadata().uid();
  KeepMetadata(*live, &edited);
  const absl::StatusOr<std::vector<lws::ObservedChild>> children = ChildrenOf(connection, *before);
  if (!children.ok()) return children.status();
  return PrintDiff(call, ToSetDiff(TitleOf(edited), DiffOfRoles(*before, edited, &*children)));
}

// Compares a file with the set of its name in the cluster.
absl::StatusOr<int> DiffLive(const LiveCall& call, const std::string& path) {
  const absl::StatusOr<SetOfEitherKind> given = ReadSetOfEitherKind(path, UnknownFields::kWarn);
  if (!given.ok()) return given.status();
  const Json manifest = ManifestOf(*given);
  absl::StatusOr<LiveConnection> connection = ConnectFor(call);
  if (!connection.ok()) return connection.status();
  const FieldValue metadata = FieldValue(manifest, "")["metadata"];
  const bool is_said = call.arguments.flags.count("-n") + call.arguments.flags.count("--namespace") > 0;
  if (!is_said) connection->namespace_name = metadata["namespace"].TextOr(connection->namespace_name);
  if (lws::IsOfDisaggregatedSet(manifest)) return DiffLiveRoles(call, *connection, manifest);
  const absl::StatusOr<LiveSet> live = ReadLiveSet(*connection, metadata["name"].Text());
  if (!live.ok()) return live.status();
  const SetReport report = ReadSetReport(*live, connection->host->clock());
  const absl::StatusOr<lws::LeaderWorkerSet> before = lws::LeaderWorkerSetFromJson(live->set);
  if (!before.ok()) return before.status();
  Json edited = manifest;
  edited["metadata"]["namespace"] = before->metadata().namespace_();
  KeepMetadata(live->set, &edited);
  return PrintDiff(call, ToSetDiff(TitleOf(edited), DiffOfEdit(*before, edited, &report)));
}

}  // namespace

absl::StatusOr<int> ShowDiff(const LiveCall& call) {
  const std::vector<std::string>& files = call.arguments.files;
  if (files.size() == 1) return DiffLive(call, files[0]);
  if (files.size() == 2) return DiffFiles(call, files[0], files[1]);
  return absl::InvalidArgumentError("usage: lwsctl diff FILE | lwsctl diff OLD NEW");
}

}  // namespace lwsctl
