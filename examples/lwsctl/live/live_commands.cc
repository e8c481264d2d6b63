#include "examples/lwsctl/live/live_commands.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "examples/lwsctl/commands.h"
#include "examples/lwsctl/input.h"
#include "examples/lwsctl/live/controls_edit.h"
#include "examples/lwsctl/live/live_api.h"
#include "examples/lwsctl/live/live_diff.h"
#include "examples/lwsctl/live/set_report.h"
#include "examples/lwsctl/output_format.h"
#include "examples/lwsctl/refused_manifest.h"
#include "lws/adapters/host/set_policies.h"
#include "lws/adapters/kubernetes/kept_store.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/field_value.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/object_kind.h"
#include "lws/api/observed.h"
#include "lws/api/well_known.h"
#include "lws/core/reconcile/revert_set.h"
#include "lws/core/revision/revision_data.h"
#include "lws/core/revision/revisions.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

using lws::FieldValue;
using lws::Json;
using lws::ObjectKind;
using lws::internal::FindApiResource;
using lws::internal::Resource;

constexpr absl::Duration kReadEvery = absl::Seconds(2);

constexpr char kHelp[] =
    "usage: lwsctl status NAME [--watch] [--timeout DURATION]\n"
    "       lwsctl explain --live [NAME]\n"
    "       lwsctl diff FILE\n"
    "       lwsctl diff OLD NEW\n"
    "       lwsctl promote NAME [--all]\n"
    "       lwsctl pause NAME\n"
    "       lwsctl resume NAME\n"
    "       lwsctl restart NAME GROUP\n"
    "       lwsctl undo NAME [--to-revision N]\n"
    "These speak to the cluster of the kubeconfig; as a plugin, `kubectl lws status NAME`.\n"
    "  status    a tree of the set's groups and pods; exit 1 unless its rollout is done\n"
    "  explain   what the operator would do now, and why\n"
    "  diff      what FILE in place of the live set, or NEW in place of OLD, would roll, make, remove, leave, or be\n"
    "            refused for; exit 1 unless nothing changes\n"
    "  promote   approves the next canary step in the annotation lws-policies/controls\n"
    "  pause, resume   the rollout, in the same annotation\n"
    "  restart   recreates a group by deleting its leader\n"
    "  undo      gives the set the template of a former revision back: of the number N, else of the newest one\n"
    "  --watch   for status: print each change until the rollout is done\n"
    "  --timeout DURATION   for status --watch: give up after so long, such as 10m\n"
    "  --all     for promote: approve all steps\n"
    "  --to-revision N   for undo\n"
    "  --live    for explain\n"
    "  -o table|json|yaml   of status, explain and diff\n"
    "  -n, --namespace NAMESPACE   default: that of the kubeconfig\n"
    "  --kubeconfig FILE   default: that of kubectl\n"
    "  --context NAME   default: the current one of the kubeconfig\n";

int ExitCodeOf(RolloutEnd end) { return end == RolloutEnd::kDone ? kAsWished : kFinding; }

absl::StatusOr<absl::Time> EndOfWatch(const Arguments& arguments, absl::Time now) {
  const std::string text = arguments.Flag("--timeout", "");
  if (text.empty()) return absl::InfiniteFuture();
  absl::Duration timeout;
  if (!absl::ParseDuration(text, &timeout) || timeout <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError("--timeout: a duration such as 90s or 10m is wanted");
  }
  return now + timeout;
}

absl::StatusOr<int> ShowStatus(const LiveCall& call) {
  const absl::Status names = ExpectNames(call.arguments, 1, "status NAME [--watch] [--timeout 10m] [-o json]");
  if (!names.ok()) return names;
  const absl::StatusOr<LiveConnection> connection = ConnectFor(call);
  if (!connection.ok()) return connection.status();
  const LiveHost& host = *connection->host;
  const bool watches = call.arguments.flags.count("--watch") > 0;
  const absl::StatusOr<absl::Time> end = EndOfWatch(call.arguments, host.clock());
  if (!end.ok()) return end.status();
  std::string shown;
  for (;;) {
    const absl::StatusOr<LiveSet> live = ReadLiveSet(*connection, call.arguments.files[0]);
    if (!live.ok()) return live.status();
    const SetReport report = ReadSetReport(*live, host.clock());
    const OutputFormat format = OutputFormatOf(call.arguments);
    const std::string text = format == OutputFormat::kTable ? ToString(report) : DocumentText(ToJson(report), format);
    if (text != shown) call.out << text << std::flush;
    shown = text;
    const bool goes_on = watches && report.end == RolloutEnd::kUnderWay && host.clock() < *end;
    if (!goes_on) return ExitCodeOf(report.end);
    const absl::Time next = std::min(*end, host.clock() + kReadEvery);
    while (host.clock() < next) host.wait_until(next);
  }
}

// Whether the object is the set of this name, or belongs to the DisaggregatedSet of this name.
bool IsOf(const Json& object, const std::string& name) {
  const FieldValue metadata = FieldValue(object, "")["metadata"];
  return metadata["name"].Text() == name || metadata["labels"].At(lws::kDisaggregatedNameLabel).Text() == name;
}

absl::StatusOr<int> ExplainLive(const LiveCall& call) {
  const absl::StatusOr<LiveConnection> connection = ConnectFor(call);
  if (!connection.ok()) return connection.status();
  if (call.arguments.files.size() > 1) return absl::InvalidArgumentError("usage: lwsctl explain --live [NAME]");
  Json items = Json::array();
  for (const ObjectKind kind : {ObjectKind::kLeaderWorkerSet, ObjectKind::kStatefulSet, ObjectKind::kPod,
                                ObjectKind::kControllerRevision, ObjectKind::kService, ObjectKind::kNode}) {
    const Resource& resource = *FindApiResource(kind);
    absl::StatusOr<std::vector<Json>> objects =
        LiveApi(connection->host).List(resource, resource.has_namespaces ? connection->namespace_name : "", "");
    if (!objects.ok()) return objects.status();
    for (Json& object : *objects) {
      const bool is_asked_for =
          kind != ObjectKind::kLeaderWorkerSet || call.arguments.files.empty() || IsOf(object, call.arguments.files[0]);
      if (is_asked_for) items.push_back(std::move(object));
    }
  }
  for (const char* kind : {lws::kDisaggregatedSetKind, lws::kRoleScalerKind}) {
    const absl::StatusOr<std::vector<Json>> objects =
        LiveApi(connection->host)
            .List(*FindApiResource(lws::kDisaggregatedSetApiVersion, kind), connection->namespace_name, "");
    // A cluster may do without this API.
    if (absl::IsNotFound(objects.status())) continue;
    if (!objects.ok()) return objects.status();
    for (const Json& object : *objects) {
      if (call.arguments.files.empty() || IsOf(object, call.arguments.files[0])) items.push_back(object);
    }
  }
  // Who may not read ConfigMaps gets an explanation without what policies remember.
  absl::StatusOr<std::vector<Json>> kept =
      LiveApi(connection->host).List(lws::internal::KeptResource(), connection->namespace_name, "lws-policies/set");
  if (!kept.ok() && !absl::IsPermissionDenied(kept.status())) return kept.status();
  if (kept.ok()) {
    for (Json& map : *kept) items.push_back(std::move(map));
  }
  const Json list = {{"apiVersion", "v1"}, {"kind", "List"}, {"items", std::move(items)}};
  std::vector<std::string> words = {
      "--complete", "--now", absl::FormatTime(absl::RFC3339_full, connection->host->clock(), absl::UTCTimeZone())};
  if (call.arguments.flags.count("--all") > 0) words.push_back("--all");
  if (call.arguments.flags.count("-o") > 0) words.insert(words.end(), {"-o", call.arguments.Flag("-o", "")});
  const std::string source = absl::StrCat("namespace ", connection->namespace_name);
  const std::set<std::string> unread = kept.ok() ? std::set<std::string>() : std::set<std::string>{"ConfigMap"};
  return RunExplainOfText(words, source, list.dump(-1, ' ', false, Json::error_handler_t::replace), unread);
}

absl::StatusOr<int> EditControls(const LiveCall& call, ControlsEdit edit, absl::string_view usage) {
  const absl::Status names = ExpectNames(call.arguments, 1, usage);
  if (!names.ok()) return names;
  const absl::StatusOr<LiveConnection> connection = ConnectFor(call);
  if (!connection.ok()) return connection.status();
  const std::string& name = call.arguments.files[0];
  const absl::StatusOr<Json> set = ReadSet(*connection, name);
  if (!set.ok()) return set.status();
  const FieldValue metadata = FieldValue(*set, "")["metadata"];
  const absl::StatusOr<std::string> edited =
      EditedControls(metadata["annotations"].At(lws::kControlsAnnotation).Text(), edit);
  if (!edited.ok()) return edited.status();
  Json patch;
  patch["metadata"]["resourceVersion"] = metadata["resourceVersion"].Text();
  patch["metadata"]["annotations"][lws::kControlsAnnotation] = *edited;
  const absl::StatusOr<Json> patched =
      LiveApi(connection->host).Patch(SetResource(), connection->namespace_name, name, patch);
  if (!patched.ok()) return patched.status();
  const std::string described = DescribeControls(*edited);
  call.out << absl::StrCat("LeaderWorkerSet ", connection->namespace_name, "/", name, "  ",
                           described.empty() ? "goes on" : described, "\n");
  return 0;
}

absl::StatusOr<int> RestartGroup(const LiveCall& call) {
  const absl::Status names = ExpectNames(call.arguments, 2, "restart NAME GROUP");
  if (!names.ok()) return names;
  const std::string& name = call.arguments.files[0];
  int32_t group = 0;
  if (!absl::SimpleAtoi(call.arguments.files[1], &group) || group < 0) {
    return absl::InvalidArgumentError("restart: GROUP is the index of a group, such as 3");
  }
  const absl::StatusOr<LiveConnection> connection = ConnectFor(call);
  if (!connection.ok()) return connection.status();
  const Resource& pods = *FindApiResource(ObjectKind::kPod);
  const std::string leader = absl::StrCat(name, "-", group);
  LiveApi api(connection->host);
  const absl::StatusOr<Json> pod = api.Get(pods, connection->namespace_name, leader);
  if (!pod.ok()) return pod.status();
  const FieldValue metadata = FieldValue(*pod, "")["metadata"];
  const bool is_leader = metadata["labels"].At(lws::kNameLabel).Text() == name &&
                         metadata["labels"].At(lws::kWorkerIndexLabel).Text() == "0";
  if (!is_leader) {
    return absl::FailedPreconditionError(
        absl::StrCat("pod ", connection->namespace_name, "/", leader, " leads no group of LeaderWorkerSet ", name));
  }
  const absl::Status deleted = api.Delete(pods, connection->namespace_name, leader, metadata["uid"].Text());
  if (!deleted.ok()) return deleted;
  call.out << absl::StrCat("LeaderWorkerSet ", connection->namespace_name, "/", name, "  group ", group,
                           " is restarted\n");
  return 0;
}

// The revision of this number, or without one the newest whose template is not the set's present one.
absl::StatusOr<lws::ObservedRevision> FindRevision(const lws::LeaderWorkerSet& set, const std::vector<Json>& objects,
                                                   std::optional<int64_t> number, const std::string& present) {
  std::vector<lws::ObservedRevision> revisions;
  for (const Json& object : objects) {
    absl::StatusOr<lws::ObservedRevision> revision = lws::ObserveRevision(object);
    if (!revision.ok()) return revision.status();
    revisions.push_back(*std::move(revision));
  }
  std::vector<const lws::ObservedRevision*> observed;
  for (const lws::ObservedRevision& revision : revisions) observed.push_back(&revision);
  const lws::internal::OwnedRevisions owned(set, observed);
  const lws::ObservedRevision* found = number.has_value() ? nullptr : owned.NewestBut(present);
  for (const lws::ObservedRevision* revision : owned.AllBut("")) {
    if (number.has_value() && revision->number == *number) found = revision;
  }
  if (found != nullptr) return *found;
  return absl::NotFoundError(number.has_value() ? absl::StrCat("the set has no revision ", *number)
                                                : "the set has no former revision: they are deleted when an update "
                                                  "is done");
}

absl::StatusOr<int> Undo(const LiveCall& call) {
  const absl::Status names = ExpectNames(call.arguments, 1, "undo NAME [--to-revision N]");
  if (!names.ok()) return names;
  std::optional<int64_t> number;
  const std::string text = call.arguments.Flag("--to-revision", "");
  if (!text.empty() && !absl::SimpleAtoi(text, &number.emplace())) {
    return absl::InvalidArgumentError("--to-revision: the number of a revision is wanted, such as 3");
  }
  const absl::StatusOr<LiveConnection> connection = ConnectFor(call);
  if (!connection.ok()) return connection.status();
  const std::string& name = call.arguments.files[0];
  const absl::StatusOr<LiveSet> live = ReadLiveSet(*connection, name);
  if (!live.ok()) return live.status();
  const absl::StatusOr<lws::LeaderWorkerSet> set = lws::LeaderWorkerSetFromJson(live->set);
  if (!set.ok()) return set.status();
  const absl::StatusOr<std::vector<Json>> revisions =
      ListLiveObjects(*connection, ObjectKind::kControllerRevision, name);
  if (!revisions.ok()) return revisions.status();
  const std::string present =
      FieldValue(live->leader_statefulset, "")["metadata"]["labels"].At(lws::kRevisionLabel).Text();
  const absl::StatusOr<lws::ObservedRevision> former = FindRevision(*set, *revisions, number, present);
  if (!former.ok()) return former.status();
  if (lws::SameRevision(*set, former->data, lws::RevisionData(*set))) {
    return absl::FailedPreconditionError("the set has the template of that revision already");
  }
  absl::StatusOr<Json> patch = lws::internal::RevertSetPatch(*set, *former);
  if (!patch.ok()) return patch.status();
  (*patch)["metadata"]["resourceVersion"] = set->metadata().resource_version();
  const absl::StatusOr<Json> patched =
      LiveApi(connection->host).Patch(SetResource(), connection->namespace_name, name, *patch);
  if (!patched.ok()) return patched.status();
  call.out << absl::StrCat("LeaderWorkerSet ", connection->namespace_name, "/", name, "  has the template of revision ",
                           former->number, " (", former->meta.revision_key, ") again\n");
  return 0;
}

absl::StatusOr<int> Pause(const LiveCall& call) { return EditControls(call, ControlsEdit::kPause, "pause NAME"); }

absl::StatusOr<int> Resume(const LiveCall& call) { return EditControls(call, ControlsEdit::kResume, "resume NAME"); }

absl::StatusOr<int> Promote(const LiveCall& call) {
  const bool all = call.arguments.flags.count("--all") > 0;
  return EditControls(call, all ? ControlsEdit::kPromoteAll : ControlsEdit::kPromote, "promote NAME [--all]");
}

struct LiveCommand {
  const char* name;
  absl::StatusOr<int> (*run)(const LiveCall& call);
};

constexpr LiveCommand kCommands[] = {{"status", ShowStatus}, {"diff", ShowDiff}, {"promote", Promote},
                                     {"pause", Pause},       {"resume", Resume}, {"restart", RestartGroup},
                                     {"undo", Undo}};

// `explain --live` when the name is none of these.
absl::StatusOr<int> RunCommand(const std::string& name, const LiveCall& call) {
  for (const LiveCommand& command : kCommands) {
    if (name == command.name) return command.run(call);
  }
  return ExplainLive(call);
}

}  // namespace

bool IsLive(const std::vector<std::string>& words) {
  if (words.empty()) return false;
  if (words[0] == "explain") return std::find(words.begin(), words.end(), "--live") != words.end();
  const auto has_name = [&words](const LiveCommand& command) { return words[0] == command.name; };
  return std::any_of(std::begin(kCommands), std::end(kCommands), has_name);
}

int RunLive(const Connect& connect, const std::vector<std::string>& words, std::ostream* out) {
  const std::string& command = words.front();
  const absl::StatusOr<Arguments> arguments = ParseArguments({words.begin() + 1, words.end()}, kHelp);
  if (arguments.ok() && arguments->flags.count("--help") > 0) {
    *out << kHelp;
    return 0;
  }
  absl::Status status = arguments.status();
  if (status.ok()) {
    const absl::StatusOr<int> code = RunCommand(command, LiveCall{connect, *arguments, *out});
    if (code.ok()) return *code;
    status = code.status();
  }
  // A file that is refused is an answer, too.
  const OutputFormat format = arguments.ok() ? OutputFormatOf(*arguments) : OutputFormat::kTable;
  const lws::Json document = format == OutputFormat::kTable ? lws::Json() : RefusalDocument(status);
  if (document.is_null()) return Fail(status);
  *out << DocumentText(document, format);
  return kFinding;
}

}  // namespace lwsctl
