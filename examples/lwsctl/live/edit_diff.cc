#include "examples/lwsctl/live/edit_diff.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "examples/lwsctl/refusal.h"
#include "lws/api/admit_set.h"
#include "lws/api/field_error.h"
#include "lws/api/field_value.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/printable_text.h"
#include "lws/api/revision_key.h"
#include "lws/core/desired/desired_objects.h"
#include "lws/core/reconcile/refused_objects.h"
#include "lws/core/revision/revision_data.h"
#include "lws/rollout/budget.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

using lws::FieldValue;
using lws::Json;
using lws::LeaderWorkerSet;

constexpr size_t kMostShown = 60;
// How much of a long text is shown before the first difference.
constexpr size_t kShownBefore = 20;

// What a user edits of a set.
Json Edited(const LeaderWorkerSet& set) {
  const Json whole = lws::LeaderWorkerSetToJson(set);
  const FieldValue metadata = FieldValue(whole, "")["metadata"];
  Json edited = {{"spec", FieldValue(whole, "")["spec"].json()}};
  for (const char* field : {"labels", "annotations"}) {
    edited["metadata"][field] = metadata[field].exists() ? metadata[field].json() : Json::object();
  }
  return edited;
}

// "metadata.labels[example.com/team]" for a key that is no word.
std::string PathOf(const std::string& path, const std::string& key) {
  if (key.find_first_of("./") != std::string::npos) return absl::StrCat(path, "[", key, "]");
  return absl::StrCat(path, path.empty() ? "" : ".", key);
}

bool IsWithinCharacter(absl::string_view text, size_t place) {
  return place < text.size() && (static_cast<unsigned char>(text[place]) & 0xc0) == 0x80;
}

// The part of a long text from `start`.
std::string Part(absl::string_view text, size_t start) {
  while (IsWithinCharacter(text, start)) --start;
  size_t end = std::min(text.size(), start + kMostShown);
  while (IsWithinCharacter(text, end)) --end;
  return absl::StrCat(start > 0 ? "..." : "", text.substr(start, end - start), end < text.size() ? "..." : "");
}

std::string TextOf(const Json* value) {
  return value == nullptr ? "absent" : value->dump(-1, ' ', false, Json::error_handler_t::replace);
}

// "changes PATH: WAS -> IS". The path has names from the file, which are made printable. Long texts are shown from a
// little before the first difference.
void AddLine(const std::string& path, const Json* before, const Json* after, std::string* lines) {
  const std::string was = TextOf(before);
  const std::string is = TextOf(after);
  const auto differs =
      std::mismatch(was.begin(), was.begin() + static_cast<ptrdiff_t>(std::min(was.size(), is.size())), is.begin());
  const auto equal = static_cast<size_t>(differs.first - was.begin());
  const bool is_long = std::max(was.size(), is.size()) > kMostShown;
  const size_t start = is_long && equal > kShownBefore ? equal - kShownBefore : 0;
  absl::StrAppend(lines, "  changes  ", lws::PrintableText(path), ": ", Part(was, start), " -> ", Part(is, start),
                  "\n");
}

// The places of the elements by their names; empty unless all of them are maps with names of their own.
std::map<std::string, size_t> PlacesByName(const Json& list) {
  std::map<std::string, size_t> places;
  for (size_t i = 0; i < list.size(); ++i) {
    const auto name = list[i].is_object() ? list[i].find("name") : list[i].end();
    if (!list[i].is_object() || name == list[i].end() || !name->is_string()) return {};
    if (!places.emplace(name->get<std::string>(), i).second) return {};
  }
  return places;
}

const Json* EntryOf(const Json& map, const std::string& key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : &*found;
}

void AddFields(const std::string& path, const Json* before, const Json* after, std::string* lines);

void AddFieldsOfMap(const std::string& path, const Json& before, const Json& after, std::string* lines) {
  std::set<std::string> keys;
  for (const Json* map : {&before, &after}) {
    for (const auto& [key, value] : map->items()) keys.insert(key);
  }
  for (const std::string& key : keys) AddFields(PathOf(path, key), EntryOf(before, key), EntryOf(after, key), lines);
}

// Containers, variables and the like are the same by their names, wherever they stand.
void AddFieldsByName(const std::string& path, const Json& before, const Json& after, std::string* lines) {
  const std::map<std::string, size_t> was = PlacesByName(before);
  const std::map<std::string, size_t> is = PlacesByName(after);
  std::vector<size_t> places;  // of those that stay, in their former order
  for (const Json& element : before) {
    const std::string name = FieldValue(element, "")["name"].Text();
    const auto stays = is.find(name);
    if (stays != is.end()) places.push_back(stays->second);
    AddFields(absl::StrCat(path, "[", name, "]"), &element, stays == is.end() ? nullptr : &after[stays->second], lines);
  }
  for (const Json& element : after) {
    const std::string name = FieldValue(element, "")["name"].Text();
    if (was.count(name) == 0) AddFields(absl::StrCat(path, "[", name, "]"), nullptr, &element, lines);
  }
  if (!std::is_sorted(places.begin(), places.end())) {
    absl::StrAppend(lines, "  changes  ", lws::PrintableText(path), ": the order of its elements\n");
  }
}

// One line for each field that differs. A null is an absent field.
void AddFields(const std::string& path, const Json* before, const Json* after, std::string* lines) {
  if (before == nullptr || after == nullptr) return AddLine(path, before, after, lines);
  if (*before == *after) return;
  if (before->is_object() && after->is_object()) return AddFieldsOfMap(path, *before, *after, lines);
  if (!before->is_array() || !after->is_array()) return AddLine(path, before, after, lines);
  const bool are_named = !PlacesByName(*before).empty() && !PlacesByName(*after).empty();
  if (are_named) return AddFieldsByName(path, *before, *after, lines);
  if (before->size() != after->size()) return AddLine(path, before, after, lines);
  for (size_t i = 0; i < before->size(); ++i) {
    AddFields(absl::StrCat(path, "[", i, "]"), &(*before)[i], &(*after)[i], lines);
  }
}

// "group 3" or "groups 0-3", of [first, end).
std::string Groups(int32_t first, int32_t end, bool downwards = false) {
  if (end - first == 1) return absl::StrCat("group ", first);
  return downwards ? absl::StrCat("groups ", end - 1, "-", first) : absl::StrCat("groups ", first, "-", end - 1);
}

int32_t PartitionOf(const LeaderWorkerSet& set) {
  return std::min(set.spec().rollout_strategy().rolling_update_configuration().partition(), set.spec().replicas());
}

std::string PromiseOf(const LeaderWorkerSet& set) {
  const lws::RollingUpdateConfiguration& update = set.spec().rollout_strategy().rolling_update_configuration();
  const absl::StatusOr<lws::RolloutBudget> budget = lws::ScaleBudget(
      set.spec().replicas(), lws::ToIntOrPercent(update.max_surge()), lws::ToIntOrPercent(update.max_unavailable()));
  if (!budget.ok()) return "";
  const int32_t kept = std::max(0, set.spec().replicas() - budget->unavailable);
  std::string promise = absl::StrCat("; ", kept, " of ", set.spec().replicas(), " groups are to stay ready");
  if (budget->surge > 0) absl::StrAppend(&promise, ", with up to ", budget->surge, " more meanwhile");
  return promise;
}

// The groups of [0, end) that are there before and after.
struct Fates {
  bool rolls = false;
  bool replaces_leaders = false;  // without another revision
  int32_t kept = 0;               // groups that are there before and after: [0, kept)
  int32_t partition = 0;          // below it nothing rolls
};

std::string RollLines(const Fates& fates, const LeaderWorkerSet& before, const LeaderWorkerSet& after) {
  std::string text;
  const int32_t from = std::min(fates.partition, fates.kept);
  const std::string keys = absl::StrCat("revision ", lws::RevisionKey(lws::RevisionData(before)), " -> ",
                                        lws::RevisionKey(lws::RevisionData(after)));
  if (fates.rolls && fates.kept > from) {
    absl::StrAppend(&text, "  rolls    ", Groups(from, fates.kept, true), ": ", keys, PromiseOf(after), "\n");
  }
  if (fates.replaces_leaders && fates.kept > from) {
    absl::StrAppend(
        &text, "  replaces ", Groups(from, fates.kept, true),
        ": their leaders get other annotations, so the StatefulSet replaces one after another without a new "
        "revision\n");
  }
  const bool goes_on = fates.rolls || fates.replaces_leaders;
  const int32_t left = goes_on ? from : fates.kept;
  if (left > 0) {
    absl::StrAppend(&text, "  leaves   ", Groups(0, left),
                    goes_on ? ": below the partition" : ": their pods stay as they are", "\n");
  }
  return text;
}

std::string ScaleLines(int32_t before, int32_t after) {
  if (after > before) return absl::StrCat("  makes    ", Groups(before, after), "\n");
  if (after < before) return absl::StrCat("  removes  ", Groups(after, before), "\n");
  return "";
}

// Whether the pods of leaders change while the revision stays: an annotation of the set goes into them, but not into
// the revision.
bool ReplacesLeaders(const LeaderWorkerSet& before, const LeaderWorkerSet& after) {
  const absl::StatusOr<Json> was = lws::internal::LeaderStatefulSet(before, "", 0, 0);
  const absl::StatusOr<Json> is = lws::internal::LeaderStatefulSet(after, "", 0, 0);
  if (!was.ok() || !is.ok()) return false;
  return FieldValue(*was, "")["spec"]["template"].json() != FieldValue(*is, "")["spec"]["template"].json();
}

// Whether the leader StatefulSet stays as it is, and with it all groups.
bool IsStuck(const std::vector<lws::RefusedObject>& refused) {
  return std::any_of(refused.begin(), refused.end(), [](const lws::RefusedObject& object) {
    return object.kind == lws::RefusedKind::kLeaderStatefulSet && object.is_certain;
  });
}

std::string LiveLines(const SetReport& live, const Fates& fates, int32_t replicas) {
  std::string text;
  for (const GroupReport& group : live.groups) {
    const bool is_reached = group.index >= std::min(fates.partition, fates.kept);
    const char* fate = group.index >= replicas                ? "is removed"
                       : fates.rolls && is_reached            ? "rolls"
                       : fates.replaces_leaders && is_reached ? "is replaced"
                                                              : "is left";
    absl::StrAppend(&text, "  group ", group.index, "  ", fate, "; now ", group.is_ready ? "ready" : "not ready",
                    ", revision ", group.revision_key, "\n");
  }
  return text;
}

}  // namespace

EditDiff DiffOf(const LeaderWorkerSet& given_old_set, const Json& manifest, const SetReport* live) {
  Json replacing = manifest;
  if (!replacing.is_object() || !replacing["metadata"].is_object()) {
    return {EditEnd::kRefused, "  refused  metadata: is missing\n"};
  }
  // A set in a file has no version, and an update needs one.
  LeaderWorkerSet old_set = given_old_set;
  if (old_set.metadata().resource_version().empty()) old_set.mutable_metadata()->set_resource_version("1");
  replacing["metadata"]["resourceVersion"] = old_set.metadata().resource_version();
  const lws::SetAdmission admission = lws::AdmitSetUpdate(old_set, replacing);
  if (admission.set == nullptr) {
    return {EditEnd::kRefused, absl::StrCat("  refused  ", lws::Join(admission.errors), "\n")};
  }
  const LeaderWorkerSet& new_set = *admission.set;
  EditDiff diff;
  const Json before = Edited(old_set);
  const Json after = Edited(new_set);
  AddFields("", &before, &after, &diff.text);
  if (diff.text.empty()) return diff;
  diff.end = EditEnd::kChanges;
  Fates fates;
  fates.rolls = !lws::SameRevision(new_set, lws::RevisionData(old_set), lws::RevisionData(new_set));
  fates.replaces_leaders = !fates.rolls && ReplacesLeaders(old_set, new_set);
  fates.kept = std::min(old_set.spec().replicas(), new_set.spec().replicas());
  fates.partition = PartitionOf(new_set);
  const std::vector<lws::RefusedObject> refused = lws::RefusedObjectsOf(new_set, &old_set);
  if (IsStuck(refused)) {
    fates.rolls = false;
    fates.replaces_leaders = false;
    absl::StrAppend(&diff.text, "  leaves   every group: its StatefulSet is not updated\n");
  } else {
    absl::StrAppend(&diff.text, RollLines(fates, old_set, new_set),
                    ScaleLines(old_set.spec().replicas(), new_set.spec().replicas()));
  }
  for (const lws::RefusedObject& object : refused) {
    absl::StrAppend(&diff.text, "  warning  ", DescribeRefusal(object), "\n");
  }
  if (live != nullptr) absl::StrAppend(&diff.text, LiveLines(*live, fates, new_set.spec().replicas()));
  return diff;
}

}  // namespace lwsctl
