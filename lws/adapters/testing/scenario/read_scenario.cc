// Scenarios from files.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/adapters/host/policy_documents.h"
#include "lws/adapters/simulation/kubernetes/kubelet.h"
#include "lws/adapters/testing/scenario/scenario.h"
#include "lws/adapters/testing/scenario/scenario_patches.h"
#include "lws/api/admit_disaggregated_set.h"
#include "lws/api/admit_set.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/field_error.h"
#include "lws/api/field_names.h"
#include "lws/api/json.h"
#include "lws/api/json_reader.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/name_rules.h"
#include "lws/api/quantity.h"
#include "lws/api/strict_document.h"
#include "lws/api/strict_reader.h"
#include "lws/api/well_known.h"
#include "lws/placement/cluster_documents.h"
#include "lws/placement/node_filter.h"
#include "lws/placement/topology.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::DidYouMeanField;
using internal::JsonReader;
using simulation::ImageBehavior;

namespace {

using Kind = ScenarioEvent::Kind;

// More nodes than this, in a pool or in all, must be a typing error.
constexpr int32_t kMostNodes = 100000;
const StrictReader::Range<absl::Duration> kDurations = {absl::ZeroDuration(), absl::Hours(24 * 3650)};

// Amounts may be numbers, as in every manifest.
std::map<std::string, std::string> ReadAllocatable(StrictReader* pool) {
  if (!pool->Has("allocatable")) return {{"pods", "110"}, {"cpu", "64"}};
  std::map<std::string, std::string> allocatable;
  StrictReader amounts = pool->Map("allocatable");
  for (const auto& [resource, value] : amounts.value().items()) {
    if (value.is_null()) continue;
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    const bool may_be = value.is_string() || value.is_number();
    const absl::StatusOr<Quantity> amount = Quantity::Parse(text);
    if (!may_be || !amount.ok()) amounts.FailValue(resource, "not a quantity", value);
    if (amount.ok() && amount->Compare(Quantity()) < 0) amounts.FailValue(resource, "below 0", value);
    allocatable[resource] = text;
  }
  return allocatable;
}

void FailFirst(const char* key, absl::string_view value, const std::vector<std::string>& errors, StrictReader* reader) {
  if (!errors.empty()) reader->Fail(key, absl::StrCat("Invalid value: ", GoQuoted(value), ": ", errors.front()));
}

// A node of the pool is what the API server takes.
void CheckNames(const NodePool& pool, StrictReader* reader) {
  FailFirst("name", pool.name, internal::Dns1123SubdomainErrors(pool.name, "characters"), reader);
  for (const auto& [key, value] : pool.labels) {
    FailFirst("labels", key, internal::LabelKeyErrors(key), reader);
    FailFirst("labels", value, internal::LabelValueErrors(value), reader);
  }
}

NodePool ReadNodePool(StrictReader* reader) {
  NodePool pool;
  pool.name = reader->Text("name", "node");
  pool.count = reader->Number("count", {0, kMostNodes}, 1);
  pool.allocatable = ReadAllocatable(reader);
  pool.labels = reader->Texts("labels");
  CheckNames(pool, reader);
  reader->Finish();
  return pool;
}

// A node as Kubernetes writes it. Whatever else it holds is no concern of the simulation.
SharedJson ReadNodeObject(StrictReader* reader) {
  const Json& node = reader->value();
  const absl::StatusOr<TopologyNode> read = ReadTopologyNode(node);
  if (!read.ok()) reader->Fail("", read.status().message());
  return std::make_shared<const Json>(node);
}

// A pool of nodes alike, or a Node.
void ReadNodes(StrictReader* reader, Scenario* scenario) {
  if (!reader->Has("kind")) {
    scenario->nodes.push_back(ReadNodePool(reader));
  } else if (reader->Text("kind", "") == "Node" && reader->Text("apiVersion", "") == "v1") {
    scenario->node_objects.push_back(ReadNodeObject(reader));
  } else {
    reader->Fail("kind", "not a Node of apiVersion v1");
  }
}

std::vector<std::string> NamesOf(const NodePool& pool) {
  std::vector<std::string> names;
  for (int i = 0; i < pool.count; ++i) names.push_back(absl::StrCat(pool.name, "-", i));
  return names;
}

std::vector<std::string> NamesOf(const Json& node) { return {JsonReader(node).Text({"metadata", "name"})}; }

// Two nodes cannot have one name.
void CheckAreNew(const std::vector<std::string>& names, StrictReader* reader, std::set<std::string>* taken) {
  for (const std::string& name : names) {
    if (reader->ok() && !taken->insert(name).second) {
      reader->Fail("", absl::StrCat("a second node of the name ", name));
    }
  }
}

ImageBehavior ReadImage(StrictReader* reader) {
  ImageBehavior behavior;
  behavior.broken = reader->Flag("broken", false);
  behavior.never_ready = reader->Flag("neverReady", false);
  if (!reader->Has("pull")) return behavior;
  const absl::Duration pull = reader->Duration("pull", kDurations, absl::ZeroDuration());
  behavior.pull = {pull, pull};
  return behavior;
}

// The role that an edit of a DisaggregatedSet is about; "" for the set itself.
std::string ReadRole(StrictReader* reader, bool is_disaggregated) {
  if (reader->Has("role") && !is_disaggregated) reader->Fail("role", "a LeaderWorkerSet has no roles");
  return reader->Text("role", "");
}

// An edit cannot make the set another kind of thing. A patch may repeat what the set says.
void CheckKeepsKind(const Json& patch, bool is_disaggregated, StrictReader* reader) {
  const std::pair<const char*, const char*> kept[] = {
      {"apiVersion", is_disaggregated ? kDisaggregatedSetApiVersion : kApiVersion},
      {"kind", is_disaggregated ? kDisaggregatedSetKind : kKind}};
  for (const auto& [key, value] : kept) {
    const auto changed = patch.find(key);
    if (changed == patch.end() || *changed == value) continue;
    reader->Fail(absl::StrCat("edit.", key), absl::StrCat("an edit does not change it; the set has ", value));
  }
}

void ReadEdit(StrictReader* reader, bool is_disaggregated, ScenarioEvent* event) {
  const Json& patch = reader->Map("edit").value();
  if (patch.contains("status")) reader->Fail("edit.status", "an edit does not change the status");
  event->patch = std::make_shared<const Json>(patch);
  event->target = ReadRole(reader, is_disaggregated);
  if (event->target.empty()) CheckKeepsKind(patch, is_disaggregated, reader);
  if (!event->target.empty()) event->told = absl::StrCat("role ", event->target, " is edited");
  if (is_disaggregated) return;  // unknown fields are found when the edit is tried
  std::vector<std::string> unknown;
  PruneSet(patch, &unknown);
  for (const std::string& field : unknown) {
    reader->Fail(absl::StrCat("edit.", field), absl::StrCat("unknown field", DidYouMeanField(field)));
  }
}

// An edit of the replicas alone.
void ReadScale(StrictReader* reader, bool is_disaggregated, ScenarioEvent* event) {
  const int32_t replicas = reader->Number("scale", {0, std::numeric_limits<int32_t>::max()}, 0);
  event->kind = Kind::kEdit;
  event->patch = std::make_shared<const Json>(internal::ScenarioScalePatch(replicas));
  event->target = ReadRole(reader, is_disaggregated);
  if (is_disaggregated && event->target.empty()) reader->Fail("role", "missing: the role that is scaled");
  const std::string scaled = event->target.empty() ? "the set" : absl::StrCat("role ", event->target);
  event->told = absl::StrCat(scaled, " is scaled to ", replicas, replicas == 1 ? " group" : " groups");
}

// As a node has them.
std::vector<Taint> ReadTaints(StrictReader* reader) {
  if (!reader->Has("taints")) reader->Fail("taints", "missing: a list of taints, empty for none");
  std::vector<Taint> taints;
  for (StrictReader& read : reader->Maps("taints")) {
    Taint taint = {read.Text("key", ""), read.Text("value", ""), read.Text("effect", "")};
    if (read.ok() && taint.key.empty()) read.Fail("key", "missing");
    const bool is_effect =
        taint.effect == "NoSchedule" || taint.effect == "PreferNoSchedule" || taint.effect == "NoExecute";
    if (read.ok() && !is_effect) read.Fail("effect", "none of NoSchedule, PreferNoSchedule, NoExecute");
    read.Finish();
    taints.push_back(std::move(taint));
  }
  return taints;
}

void ReadKind(const char* key, Kind kind, bool is_disaggregated, StrictReader* reader, ScenarioEvent* event) {
  event->kind = kind;
  if (kind == Kind::kEdit) return ReadEdit(reader, is_disaggregated, event);
  if (kind == Kind::kRestartController) {
    if (!reader->Flag(key, true)) reader->Fail(key, "only true restarts it");
    return;
  }
  event->target = reader->Text(key, "");
  if (kind == Kind::kChangeImage) event->image = ReadImage(reader);
  if (kind == Kind::kTaintNode) event->taints = ReadTaints(reader);
}

void ReadWhatHappens(StrictReader* reader, bool is_disaggregated, ScenarioEvent* event) {
  const std::pair<const char*, Kind> kinds[] = {
      {"edit", Kind::kEdit},
      {"fail", Kind::kFailContainer},
      {"end", Kind::kEndPod},
      {"delete", Kind::kDeletePod},
      {"evict", Kind::kEvictPod},
      {"image", Kind::kChangeImage},
      {"loseNode", Kind::kLoseNode},
      {"recoverNode", Kind::kRecoverNode},
      {"drain", Kind::kDrainNode},
      {"cordon", Kind::kCordonNode},
      {"uncordon", Kind::kUncordonNode},
      {"taint", Kind::kTaintNode},
      {"restartController", Kind::kRestartController},
  };
  std::vector<std::string> known = {"scale"};
  std::string found = reader->Has("scale") ? "scale" : "";
  if (!found.empty()) ReadScale(reader, is_disaggregated, event);
  for (const auto& [key, kind] : kinds) {
    known.emplace_back(key);
    if (!reader->Has(key)) continue;
    if (!found.empty()) return reader->Fail(key, absl::StrCat("an event does one thing, and this one has ", found));
    found = key;
    ReadKind(key, kind, is_disaggregated, reader, event);
  }
  event->field = reader->PathOf(found);
  if (!found.empty()) return;
  // An error about a misspelt key is more helpful, so report that first.
  reader->Finish();
  reader->FailValue("", absl::StrCat("none of ", absl::StrJoin(known, ", "), " happens"), reader->value());
}

// An event, and the reader that it came from.
struct ReadEvent {
  ScenarioEvent event;
  StrictReader reader;
};

ScenarioEvent ReadOne(StrictReader* reader, bool is_disaggregated) {
  ScenarioEvent event;
  const Json* at = reader->Find("at");
  if (at != nullptr && *at != "quiet") event.at = reader->Duration("at", kDurations, absl::ZeroDuration());
  ReadWhatHappens(reader, is_disaggregated, &event);
  reader->Finish();
  if (at == nullptr) reader->Fail("at", "missing: a time after the beginning such as 90s, or quiet");
  return event;
}

// Sorts by time. An event that waits until nothing is due stays behind the events that are written before it.
void SortEvents(std::vector<ReadEvent>* events) {
  const auto waits = [](const ReadEvent& read) { return !read.event.at.has_value(); };
  for (auto begin = events->begin(); begin != events->end();) {
    const auto end = std::find_if(begin, events->end(), waits);
    std::stable_sort(begin, end, [](const ReadEvent& a, const ReadEvent& b) { return *a.event.at < *b.event.at; });
    begin = end == events->end() ? end : end + 1;
  }
}

// Tries the edits one after another, as the API server will receive them.
void CheckEdits(const Json& manifest, std::vector<ReadEvent>* events) {
  SetAdmission admission = AdmitSet(manifest);
  if (admission.set == nullptr) return;
  LeaderWorkerSet set = *admission.set;
  set.mutable_metadata()->set_resource_version("1");
  for (ReadEvent& read : *events) {
    if (read.event.kind != Kind::kEdit || !read.reader.ok()) continue;
    Json edited = LeaderWorkerSetToJson(set);
    edited.merge_patch(*read.event.patch);
    admission = AdmitSetUpdate(set, edited);
    if (admission.set != nullptr) {
      set = *admission.set;
    } else {
      const FieldError& error = admission.errors.front();
      const bool is_scale = read.reader.Has("scale");
      is_scale ? read.reader.Fail("scale", error.ToString())
               : read.reader.Fail(absl::StrCat("edit.", error.field), error.detail);
    }
  }
}

// The same for a DisaggregatedSet.
void CheckRoleEdits(const Json& manifest, std::vector<ReadEvent>* events) {
  DisaggregatedSetAdmission admission = AdmitDisaggregatedSet(manifest);
  if (admission.set == nullptr) return;
  DisaggregatedSet set = *admission.set;
  set.mutable_metadata()->set_resource_version("1");
  for (ReadEvent& read : *events) {
    if (read.event.kind != Kind::kEdit || !read.reader.ok()) continue;
    Json edited = DisaggregatedSetToJson(set);
    const absl::StatusOr<Json> patch = PatchOfSet(edited, read.event);
    if (!patch.ok()) {
      read.reader.Fail("role", patch.status().message());
      continue;
    }
    edited.merge_patch(*patch);
    admission = AdmitDisaggregatedSetUpdate(set, edited);
    if (!admission.pruned.empty()) read.reader.Fail("edit", absl::StrCat("unknown field ", admission.pruned[0]));
    if (admission.set == nullptr) {
      read.reader.Fail(read.reader.Has("scale") ? "scale" : "edit", admission.errors.front().ToString());
      continue;
    }
    set = *admission.set;
  }
}

std::vector<ScenarioEvent> ReadEvents(const Json& manifest, StrictReader* file) {
  std::vector<ReadEvent> read;
  for (StrictReader& reader : file->Maps("events")) {
    ScenarioEvent event = ReadOne(&reader, IsOfDisaggregatedSet(manifest));
    read.push_back({std::move(event), reader});
  }
  if (file->ok()) SortEvents(&read);
  IsOfDisaggregatedSet(manifest) ? CheckRoleEdits(manifest, &read) : CheckEdits(manifest, &read);
  std::vector<ScenarioEvent> events;
  for (ReadEvent& event : read) events.push_back(std::move(event.event));
  return events;
}

}  // namespace

Scenario ReadScenario(const Json& manifest, StrictReader* reader) {
  Scenario scenario;
  scenario.manifest = std::make_shared<const Json>(manifest);
  std::set<std::string> names;
  // A list without nodes is a cluster without nodes, and no absent list, for which nodes are made.
  const Json* const nodes = reader->Find("nodes");
  if (nodes != nullptr && nodes->is_array() && nodes->empty()) scenario.nodes.push_back({"node", 0, {}, {}});
  int64_t count = 0;
  for (StrictReader& node : reader->Maps("nodes")) {
    const size_t pools = scenario.nodes.size();
    ReadNodes(&node, &scenario);
    count += pools < scenario.nodes.size() ? scenario.nodes.back().count : 1;
    if (count > kMostNodes) {
      node.Fail("", absl::StrCat("at most ", kMostNodes, " nodes are simulated"));
      break;
    }
    CheckAreNew(pools < scenario.nodes.size() ? NamesOf(scenario.nodes.back()) : NamesOf(node.value()), &node, &names);
  }
  for (StrictReader& image : reader->Maps("images")) {
    std::string name = image.Text("image", "");
    scenario.images.emplace_back(std::move(name), ReadImage(&image));
    image.Finish();
  }
  if (reader->Has("events")) {
    scenario.events = ReadEvents(manifest, reader);
  } else {
    scenario.events = UsualScenario(manifest).events;
  }
  scenario.patience = reader->Duration("for", kDurations, scenario.patience);
  if (reader->Has("controls")) {
    StrictReader controls = reader->Map("controls");
    scenario.controls = ReadRolloutControls(&controls);
  }
  if (reader->Has("restarts")) {
    StrictReader restarts = reader->Map("restarts");
    scenario.restarts = ReadRestartPolicy(&restarts);
  }
  return scenario;
}

absl::StatusOr<Scenario> ReadScenario(const Json& manifest, const Json& document) {
  return internal::ReadDocumentStrictly(document, "", [&manifest](StrictReader* reader) {
    Scenario scenario = ReadScenario(manifest, reader);
    reader->Finish();
    return scenario;
  });
}

}  // namespace lws
