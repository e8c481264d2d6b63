#include "lws/adapters/testing/scenario/scenario.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lws/adapters/host/policy_documents.h"
#include "lws/api/admit_disaggregated_set.h"
#include "lws/api/admit_set.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/field_error.h"
#include "lws/api/field_names.h"
#include "lws/api/field_status.h"
#include "lws/api/int_or_percent.h"
#include "lws/api/json_reader.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/name_rules.h"
#include "lws/api/quantity.h"
#include "lws/api/strict_document.h"
#include "lws/api/well_known.h"
#include "lws/placement/cluster_documents.h"
#include "lws/placement/topology.h"
#include "lws/rollout/budget.h"
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
  if (!errors.empty()) reader->Fail(key, absl::StrCat("Invalid value: ", Quote(value), ": ", errors.front()));
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

Json ScalePatch(int32_t replicas) { return {{"spec", {{"replicas", replicas}}}}; }

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
  event->patch = std::make_shared<const Json>(ScalePatch(replicas));
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

// A merge patch that replaces the image of the first container of every template by `image_of` the old image.
template <typename ImageOf>
Json ImagesPatch(const Json& manifest, const ImageOf& image_of) {
  Json patch = Json::object();
  JsonReader reader(manifest);
  for (const char* key : {"leaderTemplate", "workerTemplate"}) {
    if (reader.Find({"spec", "leaderWorkerTemplate", key, "spec"}) == nullptr) continue;
    Json containers = reader.List({"spec", "leaderWorkerTemplate", key, "spec", "containers"});
    if (!containers.empty() && containers[0].is_object()) {
      const std::string image = JsonReader(containers[0]).OptionalText({"image"}).value_or("image");
      containers[0]["image"] = image_of(image);
    }
    patch["spec"]["leaderWorkerTemplate"][key]["spec"]["containers"] = containers;
  }
  return patch;
}

// An absent field counts as its default. A field of a wrong type does too, because admission reports it.
IntOrPercent ReadIntOrPercent(JsonReader* update, const char* key, int otherwise) {
  const Json* value = update->Find({"spec", "rolloutStrategy", "rollingUpdateConfiguration", key});
  if (value != nullptr && value->is_string()) return IntOrPercent::Text(value->get<std::string>());
  return IntOrPercent::Int(update->Count({"spec", "rolloutStrategy", "rollingUpdateConfiguration", key}, otherwise));
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
  return internal::ReadStrictly(document, "", [&manifest](StrictReader* reader) {
    Scenario scenario = ReadScenario(manifest, reader);
    reader->Finish();
    return scenario;
  });
}

absl::Status ScenarioEventError(const ScenarioEvent& event, absl::string_view message) {
  return FieldStatus(event.field.empty() ? "scenario" : "", event.field, message);
}

bool IsOfDisaggregatedSet(const Json& manifest) {
  const auto kind = manifest.is_object() ? manifest.find("kind") : manifest.end();
  return manifest.is_object() && kind != manifest.end() && *kind == kDisaggregatedSetKind;
}

absl::StatusOr<Json> PatchOfSet(const Json& set, const ScenarioEvent& event) {
  if (event.target.empty()) return *event.patch;
  Json roles = JsonReader(set).List({"spec", "roles"});
  for (Json& role : roles) {
    if (JsonReader(role).Text({"name"}) != event.target) continue;
    role.merge_patch(*event.patch);
    return Json({{"spec", {{"roles", std::move(roles)}}}});
  }
  return absl::InvalidArgumentError(absl::StrCat("the set has no role ", event.target));
}

namespace {

// Every role of the set, as it is stored, with a next image.
Json NextImagesOfRoles(const Json& stored) {
  Json roles = JsonReader(stored).List({"spec", "roles"});
  for (Json& role : roles) {
    role.merge_patch(ImagesPatch(role, [](const std::string& image) { return absl::StrCat(image, "-next"); }));
  }
  return {{"spec", {{"roles", std::move(roles)}}}};
}

Scenario UsualScenarioOfRoles(const Json& manifest) {
  Scenario scenario;
  scenario.manifest = std::make_shared<const Json>(manifest);
  const DisaggregatedSetAdmission admission = AdmitDisaggregatedSet(manifest);
  ScenarioEvent update;
  update.patch = std::make_shared<const Json>(
      NextImagesOfRoles(admission.set == nullptr ? manifest : DisaggregatedSetToJson(*admission.set)));
  update.told = "the images of all roles change";
  scenario.events.push_back(std::move(update));
  return scenario;
}

}  // namespace

Scenario UsualScenario(const Json& manifest) {
  if (IsOfDisaggregatedSet(manifest)) return UsualScenarioOfRoles(manifest);
  Scenario scenario;
  scenario.manifest = std::make_shared<const Json>(manifest);
  // The edit changes what is stored, where amounts and the like are in their written form.
  const SetAdmission admission = AdmitSet(manifest);
  const Json stored = admission.set == nullptr ? manifest : LeaderWorkerSetToJson(*admission.set);
  ScenarioEvent update;
  update.patch = std::make_shared<const Json>(
      ImagesPatch(stored, [](const std::string& image) { return absl::StrCat(image, "-next"); }));
  update.told = "the image changes";
  scenario.events.push_back(update);
  JsonReader reader(manifest);
  ScenarioEvent failure;
  failure.kind = Kind::kFailContainer;
  const bool has_workers = reader.Count({"spec", "leaderWorkerTemplate", "size"}, 1) > 1;
  failure.target = absl::StrCat(reader.Text({"metadata", "name"}), has_workers ? "-0-1" : "-0");
  failure.if_possible = true;
  scenario.events.push_back(failure);
  return scenario;
}

int32_t ScenarioPromisedReady(const Json& manifest) {
  JsonReader reader(manifest);
  const int32_t replicas = reader.Count({"spec", "replicas"}, 1);
  const IntOrPercent surge = ReadIntOrPercent(&reader, "maxSurge", 0);
  const IntOrPercent unavailable = ReadIntOrPercent(&reader, "maxUnavailable", 1);
  const absl::StatusOr<RolloutBudget> budget = ScaleBudget(replicas, surge, unavailable);
  return budget.ok() ? replicas - budget->unavailable : 0;
}

namespace {

// As kubectl taint takes them.
std::string TaintsText(const std::vector<Taint>& taints) {
  return absl::StrJoin(taints, ", ", [](std::string* out, const Taint& taint) {
    absl::StrAppend(out, taint.key, taint.value.empty() ? "" : "=", taint.value, ":", taint.effect);
  });
}

}  // namespace

std::string DescribeScenarioEvent(const ScenarioEvent& event) {
  if (!event.told.empty()) return event.told;
  switch (event.kind) {
    case Kind::kEdit:
      return "the set is edited";
    case Kind::kFailContainer:
      return absl::StrCat("a container of ", event.target, " fails");
    case Kind::kEndPod:
      return absl::StrCat(event.target, " ends as Failed");
    case Kind::kChangeImage:
      return absl::StrCat("the image ", event.target, " changes its behavior");
    case Kind::kLoseNode:
      return absl::StrCat(event.target, " is lost");
    case Kind::kRecoverNode:
      return absl::StrCat(event.target, " is back");
    case Kind::kDeletePod:
      return absl::StrCat(event.target, " is deleted");
    case Kind::kEvictPod:
      return absl::StrCat(event.target, " is evicted");
    case Kind::kDrainNode:
      return absl::StrCat(event.target, " is drained");
    case Kind::kCordonNode:
      return absl::StrCat(event.target, " is cordoned");
    case Kind::kUncordonNode:
      return absl::StrCat(event.target, " is uncordoned");
    case Kind::kTaintNode:
      return absl::StrCat(event.target, event.taints.empty() ? " has no taints any more" : " has the taints ",
                          TaintsText(event.taints));
    case Kind::kRestartController:
      return "the controller restarts";
  }
  return "";
}

ScenarioBuilder::ScenarioBuilder(absl::string_view name, int32_t replicas, int32_t size)
    : ScenarioBuilder(Json{
          {"apiVersion", kApiVersion},
          {"kind", kKind},
          {"metadata", {{"name", std::string(name)}, {"namespace", "default"}}},
          {"spec",
           {{"replicas", replicas},
            {"leaderWorkerTemplate",
             {{"size", size},
              {"restartPolicy", kRecreateGroupOnPodRestart},
              {"workerTemplate",
               {{"spec",
                 {{"containers", Json::array({{{"name", "main"}, {"image", absl::StrCat(name, ":1")}}})}}}}}}}}}}) {}

ScenarioBuilder::ScenarioBuilder(const Json& manifest) { scenario_.manifest = std::make_shared<const Json>(manifest); }

ScenarioBuilder& ScenarioBuilder::SetRollingUpdate(const char* key, int32_t value) {
  Json manifest = *scenario_.manifest;
  manifest["spec"]["rolloutStrategy"]["rollingUpdateConfiguration"][key] = value;
  scenario_.manifest = std::make_shared<const Json>(std::move(manifest));
  return *this;
}

ScenarioBuilder& ScenarioBuilder::MaxSurge(int32_t groups) { return SetRollingUpdate("maxSurge", groups); }
ScenarioBuilder& ScenarioBuilder::MaxUnavailable(int32_t groups) { return SetRollingUpdate("maxUnavailable", groups); }
ScenarioBuilder& ScenarioBuilder::Partition(int32_t partition) { return SetRollingUpdate("partition", partition); }
ScenarioBuilder& ScenarioBuilder::Controls(RolloutControls controls) {
  scenario_.controls = std::move(controls);
  return *this;
}

ScenarioBuilder& ScenarioBuilder::Restarts(RestartPolicy restarts) {
  scenario_.restarts = std::move(restarts);
  return *this;
}

ScenarioBuilder& ScenarioBuilder::Nodes(NodePool pool) {
  scenario_.nodes.push_back(std::move(pool));
  return *this;
}
ScenarioBuilder& ScenarioBuilder::Image(absl::string_view image, const ImageBehavior& behavior) {
  scenario_.images.emplace_back(std::string(image), behavior);
  return *this;
}

ScenarioBuilder& ScenarioBuilder::At(absl::Duration after_the_beginning) {
  at_ = after_the_beginning;
  return *this;
}
ScenarioBuilder& ScenarioBuilder::WhenQuiet() {
  at_ = std::nullopt;
  return *this;
}

ScenarioBuilder& ScenarioBuilder::Add(ScenarioEvent::Kind kind, absl::string_view target, SharedJson patch) {
  ScenarioEvent event;
  event.at = at_;
  event.kind = kind;
  event.target = std::string(target);
  event.patch = std::move(patch);
  scenario_.events.push_back(std::move(event));
  return *this;
}

ScenarioBuilder& ScenarioBuilder::NewImage(absl::string_view image) {
  return Edit(ImagesPatch(*scenario_.manifest, [image](const std::string&) { return std::string(image); }));
}
ScenarioBuilder& ScenarioBuilder::Scale(int32_t replicas) { return Edit(ScalePatch(replicas)); }
ScenarioBuilder& ScenarioBuilder::Edit(const Json& patch) {
  return Add(Kind::kEdit, "", std::make_shared<const Json>(patch));
}
ScenarioBuilder& ScenarioBuilder::FailContainer(absl::string_view pod) { return Add(Kind::kFailContainer, pod); }
ScenarioBuilder& ScenarioBuilder::EndPod(absl::string_view pod) { return Add(Kind::kEndPod, pod); }
ScenarioBuilder& ScenarioBuilder::LoseNode(absl::string_view node) { return Add(Kind::kLoseNode, node); }
ScenarioBuilder& ScenarioBuilder::RecoverNode(absl::string_view node) { return Add(Kind::kRecoverNode, node); }
ScenarioBuilder& ScenarioBuilder::DeletePod(absl::string_view pod) { return Add(Kind::kDeletePod, pod); }
ScenarioBuilder& ScenarioBuilder::EvictPod(absl::string_view pod) { return Add(Kind::kEvictPod, pod); }
ScenarioBuilder& ScenarioBuilder::DrainNode(absl::string_view node) { return Add(Kind::kDrainNode, node); }
ScenarioBuilder& ScenarioBuilder::UncordonNode(absl::string_view node) { return Add(Kind::kUncordonNode, node); }
ScenarioBuilder& ScenarioBuilder::TaintNode(absl::string_view node, std::vector<Taint> taints) {
  Add(Kind::kTaintNode, node);
  scenario_.events.back().taints = std::move(taints);
  return *this;
}
ScenarioBuilder& ScenarioBuilder::RestartController() { return Add(Kind::kRestartController, ""); }

}  // namespace lws
