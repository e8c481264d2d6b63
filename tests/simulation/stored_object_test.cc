// Objects of the simulated API server: they share what is the same, and read like their documents. And what a
// simulation copies, which is to stay about the same for each group.
#include "lws/adapters/simulation/kubernetes/stored_object.h"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/simulation/kubernetes/api_server.h"
#include "lws/adapters/simulation/kubernetes/object_store.h"
#include "lws/adapters/simulation/simulation.h"
#include "lws/adapters/simulation/stored_object_reader.h"
#include "lws/api/json.h"
#include "lws/api/observed_object.h"
#include "nlohmann/json.hpp"

namespace lws::simulation {
namespace {

Json Pod() {
  return Json::parse(R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "resourceVersion": "7"},
    "spec": {"containers": [{"name": "c"}]}, "status": {"phase": "Pending"}})");
}

TEST(StoredObjectTest, Law1AnEditOfOneObjectLeavesTheOthersAsTheyWere) {
  const StoredObject pod(Pod());
  StoredObject next = pod;
  next.Edit("status")["phase"] = "Running";
  next.Set("spec", Json::object());
  next.SetResourceVersion("8");
  EXPECT_EQ(*pod.Document(), Pod());
  Json expected = Pod();
  expected["status"]["phase"] = "Running";
  expected["spec"] = Json::object();
  expected["metadata"]["resourceVersion"] = "8";
  EXPECT_EQ(*next.Document(), expected);
  next.Share(pod, "spec");
  EXPECT_EQ((*next.Document())["spec"], Pod()["spec"]) << "a document that was put together before is not kept";
}

TEST(StoredObjectTest, Law4AFieldSetApartIsAsOneThatWasEdited) {
  const StoredObject pod(Pod());
  StoredObject apart = pod;
  apart.SetApart("spec", "nodeName", "node-0");
  apart.SetApart("metadata", "deletionTimestamp", "now");
  apart.SetApart("metadata", "deletionTimestamp", "then");
  StoredObject edited = pod;
  edited.Edit("spec")["nodeName"] = "node-0";
  edited.Edit("metadata")["deletionTimestamp"] = "then";
  EXPECT_EQ(*apart.Document(), *edited.Document());
  EXPECT_EQ(apart.Field("spec", "nodeName"), "node-0");
  EXPECT_EQ(edited.Field("spec", "nodeName"), "node-0");
  EXPECT_TRUE(pod.Field("spec", "nodeName").is_null());
  EXPECT_TRUE(apart.meta().is_deleting) << "law 3";
  EXPECT_EQ(*pod.Document(), Pod()) << "law 1";
  for (const char* member : {"spec", "metadata", "status", "data"}) {
    const bool is_changed = member == std::string("spec") || member == std::string("metadata");
    EXPECT_TRUE(apart.HasEqual(edited, member)) << member;
    EXPECT_NE(apart.HasEqual(pod, member), is_changed) << member;
    EXPECT_NE(pod.HasEqual(apart, member), is_changed) << member;
    EXPECT_NE(apart.SharesWith(pod, member), is_changed) << member;
    EXPECT_NE(pod.SharesWith(apart, member), is_changed) << member;
    EXPECT_TRUE(StoredObject(apart).SharesWith(apart, member)) << member;
  }
  // An edit of the member keeps the field, and what replaces the member replaces it.
  StoredObject next = apart;
  next.Edit("spec")["priority"] = 1;
  EXPECT_EQ((*next.Document())["spec"]["nodeName"], "node-0");
  next.Set("spec", Json::object());
  EXPECT_TRUE(next.Field("spec", "nodeName").is_null());
  next.Share(apart, "spec");
  EXPECT_EQ(next.Field("spec", "nodeName"), "node-0");
  EXPECT_TRUE(next.SharesWith(apart, "spec"));
  next.Share(pod, "metadata");
  EXPECT_FALSE(next.meta().is_deleting);
}

TEST(StoredObjectTest, Law2ACopySharesEveryMember) {
  const StoredObject pod(Pod());
  StoredObject next = pod;
  for (const absl::string_view member : pod.Members()) EXPECT_TRUE(next.SharesWith(pod, member)) << member;
  next.Edit("status")["phase"] = "Running";
  EXPECT_FALSE(next.SharesWith(pod, "status"));
  EXPECT_TRUE(next.SharesWith(pod, "spec"));
  EXPECT_TRUE(next.SharesWith(pod, "data")) << "none has it";
}

// What meta() says, and what the document says of it.
std::string MetaText(const StoredMeta& meta) {
  return absl::StrCat(meta.key.kind, " ", meta.key.namespace_name, "/", meta.key.name, " ", meta.uid, " ",
                      meta.generation, " ", meta.is_deleting, " ", meta.owners->dump(), " ",
                      meta.controller == nullptr ? "none" : meta.controller->dump(), " ", meta.finalizers->dump(), " ",
                      meta.labels->dump());
}

std::string MetaText(const Json& document) {
  const Json metadata = document.value("metadata", Json());
  const auto field = [&metadata](const char* name) {
    return metadata.is_object() ? metadata.value(name, Json()) : Json();
  };
  const auto text = [](const Json& value) { return value.is_string() ? value.get<std::string>() : std::string(); };
  std::string controller = "none";
  for (const Json& owner : field("ownerReferences")) {
    const bool controls = owner.is_object() && owner.value("controller", Json()) == true;
    if (controls && controller == "none") controller = owner.dump();
  }
  const Json generation = field("generation");
  return absl::StrCat(text(document.value("kind", Json())), " ", text(field("namespace")), "/", text(field("name")),
                      " ", text(field("uid")), " ", generation.is_number_integer() ? generation.get<int64_t>() : 0, " ",
                      !field("deletionTimestamp").is_null(), " ", field("ownerReferences").dump(), " ", controller, " ",
                      field("finalizers").dump(), " ", field("labels").dump());
}

TEST(StoredObjectTest, Law3MetaIsThatOfTheMetadataAfterEveryEdit) {
  const Json controller = {{"kind", "StatefulSet"}, {"name", "s"}, {"uid", "u"}, {"controller", true}};
  const Json values[] = {Json(),  Json("text"),       Json(3),        Json::array({controller}),
                         Json(7), Json::array({"f"}), Json::object(), Json::array({Json(1), controller, controller})};
  const char* fields[] = {"name",   "namespace",      "uid", "generation", "deletionTimestamp", "finalizers",
                          "labels", "ownerReferences"};
  std::mt19937 random(3);
  const auto draw = [&random](size_t below) { return random() % below; };
  std::vector<StoredObject> objects(3, StoredObject(Pod()));
  for (int step = 0; step < 3000; ++step) {
    StoredObject& object = objects[draw(objects.size())];
    switch (draw(6)) {
      case 0:
        object.Set("kind", values[draw(std::size(values))]);
        break;
      case 1:
        object.Share(objects[draw(objects.size())], "metadata");
        break;
      case 2:
        object = objects[draw(objects.size())];
        break;
      case 3:
        object.Set("metadata", draw(4) == 0 ? values[draw(std::size(values))] : Json::object());
        break;
      default:
        if (!object["metadata"].is_object()) object.Set("metadata", Json::object());
        object.Edit("metadata")[fields[draw(std::size(fields))]] = values[draw(std::size(values))];
    }
    for (const StoredObject& its : objects)
      ASSERT_EQ(MetaText(its.meta()), MetaText(*its.Document())) << "step " << step;
  }
}

TEST(StoredObjectTest, WhatIsNoObjectHasNoMembers) {
  EXPECT_TRUE(StoredObject(Json(3)).Members().empty());
  EXPECT_TRUE(StoredObject(Json())["metadata"].is_null());
}

TEST(ObjectStoreTest, Law1FindsWhatWasPutLast) {
  std::mt19937 random(1);
  ObjectStore objects;
  std::map<ObjectRef, Json> expected;
  const auto draw = [&random](unsigned below) { return static_cast<unsigned>(random() % below); };
  for (int step = 0; step < 2000; ++step) {
    const ObjectRef key = {draw(2) == 0 ? "Pod" : "Node", "n", absl::StrCat(draw(5))};
    const std::string uid = absl::StrCat(key.kind, key.name);
    if (draw(3) == 0) {
      const SharedObject before = objects.Erase(key);
      ASSERT_EQ(before != nullptr, expected.erase(key) > 0) << "step " << step;
    } else {
      Json document = {{"kind", key.kind}, {"metadata", {{"name", key.name}, {"namespace", "n"}, {"uid", uid}}}};
      if (draw(2) == 0) {
        const std::string owner = absl::StrCat("Pod", draw(5));
        document["metadata"]["ownerReferences"] = Json::array({Json{{"uid", owner}}});
      }
      objects.Put(key, std::make_shared<const StoredObject>(document));
      expected[key] = document;
    }
    std::map<std::string, std::vector<ObjectRef>> owned;
    for (const auto& [its_key, document] : expected) {
      ASSERT_EQ(*objects.Find(its_key)->Document(), document) << "step " << step;
      ASSERT_TRUE(objects.UidExists(document["metadata"]["uid"].get<std::string>())) << "step " << step;
      const Json& metadata = document["metadata"];
      if (metadata.contains("ownerReferences")) owned[metadata["ownerReferences"][0]["uid"]].push_back(its_key);
    }
    ASSERT_EQ(objects.FindAll("Pod").size() + objects.FindAll("Node").size(), expected.size()) << "step " << step;
    for (int i = 0; i < 5; ++i) {
      const std::string owner = absl::StrCat("Pod", i);
      ASSERT_TRUE(objects.DependentsOf(owner) == owned[owner]) << "step " << step;
    }
  }
}

// What observing a cluster of these objects comes to.
std::string Seen(const absl::StatusOr<ObservedObject>& object) {
  if (!object.ok()) return std::string(object.status().message());
  std::string seen = absl::StrCat("kind ", object->index());
  if (const auto* pod = std::get_if<ObservedPod>(&*object)) {
    const ObservedMeta& meta = pod->meta;
    const auto controller = meta.controller.value_or(ObservedMeta::Controller{"none", "", ""});
    absl::StrAppend(&seen, " ", meta.namespace_name, "/", meta.name, " ", meta.uid, " ", meta.resource_version, " ",
                    meta.terminating, " ", controller.kind, " ", controller.name, " ", controller.uid);
    absl::StrAppend(&seen, " ", meta.set_name, " ", meta.revision_key, " ", meta.group_index.value_or("none"), " ",
                    meta.group_in_name, " ", pod->worker_index.value_or("none"), " ", pod->group_key, " ",
                    pod->leader_name.value_or("none"), " ", pod->pod_group_name);
    absl::StrAppend(&seen, " ", static_cast<int>(pod->phase), " ", pod->has_ready_condition, pod->restarted,
                    pod->requests_tpus, " ", pod->node_name);
  }
  if (const auto* statefulset = std::get_if<ObservedStatefulSet>(&*object)) {
    absl::StrAppend(&seen, " ", statefulset->meta.name, " ", statefulset->meta.resource_version, " ",
                    statefulset->replicas, " ", statefulset->partition, " ", statefulset->status_replicas, " ",
                    statefulset->available_replicas, " ", statefulset->current_revision, " ",
                    statefulset->update_revision, " ", statefulset->applied_core, " ",
                    statefulset->applied == nullptr ? "none" : statefulset->applied->dump());
  }
  if (const auto* set = std::get_if<LeaderWorkerSet>(&*object)) absl::StrAppend(&seen, " ", set->SerializeAsString());
  return seen;
}

Json Manifest(int groups) {
  Json manifest = Json::parse(R"({"apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet",
    "metadata": {"name": "s", "namespace": "n"}, "spec": {"leaderWorkerTemplate": {"size": 4,
      "workerTemplate": {"spec": {"containers": [{"name": "c", "image": "i:1",
                                                  "resources": {"limits": {"google.com/tpu": 4}}}]}}}}})");
  manifest["spec"]["replicas"] = groups;
  return manifest;
}

// Creates a set, updates it, and makes a container and a pod fail.
void Play(int groups, Simulation* simulation) {
  for (int i = 0; i < 4 * groups; ++i) {
    const std::string name = absl::StrCat("node-", i);
    ASSERT_TRUE(simulation->AddNode(name, {{"cpu", "8"}, {"google.com/tpu", "4"}, {"pods", "9"}}, {}).ok());
  }
  ASSERT_TRUE(simulation->CreateSet(Manifest(groups)).ok());
  simulation->RunUntilQuiet(absl::Hours(10));
  Json patch = Manifest(groups);
  patch["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]["containers"][0]["image"] = "i:2";
  ASSERT_TRUE(simulation->EditSet("n", "s", {{"spec", patch["spec"]}}).ok());
  simulation->RunUntilQuiet(absl::Hours(10));
  ASSERT_TRUE(simulation->kubelet().FailContainer("n", "s-0-1"));
  simulation->RunUntilQuiet(absl::Hours(10));
}

TEST(StoredObjectReaderTest, Law1ReadsWhatTheDocumentSays) {
  internal::StoredObjectReader reader;
  std::map<size_t, int> read;
  SimulationLog log;
  log.on_change = [&](const ObjectChange& change) {
    if (change.after == nullptr) return reader.Forget(change.key);
    const absl::StatusOr<ObservedObject> object = reader.Read(change);
    ASSERT_EQ(Seen(object), Seen(ReadObservedObject(*change.after->Document())))
        << change.key.kind << " " << change.key.name;
    ++read[object->index()];
  };
  Simulation simulation({}, log);
  ASSERT_NO_FATAL_FAILURE(Play(3, &simulation));
  EXPECT_GT(read.size(), 5u) << "sets, pods, StatefulSets, revisions, Services, nodes";
}

// A value of another type anywhere in a pod or a StatefulSet gives the document's error.
TEST(StoredObjectReaderTest, Law1AValueOfAnotherTypeIsTheSameError) {
  Simulation simulation({});
  ASSERT_NO_FATAL_FAILURE(Play(1, &simulation));
  int errors = 0;
  for (const ObjectRef& key : {ObjectRef{"Pod", "n", "s-0-1"}, ObjectRef{"StatefulSet", "n", "s"}}) {
    const SharedObject object = simulation.server().Find(key);
    ASSERT_NE(object, nullptr) << key.name;
    const Json flat = object->Document()->flatten();
    for (auto field = flat.begin(); field != flat.end(); ++field) {
      for (const Json& wrong : {Json(3), Json("x"), Json(true), Json::array(), Json::object(), Json()}) {
        Json document = *object->Document();
        document[Json::json_pointer(field.key())] = wrong;
        if (document["kind"] != key.kind || !document["metadata"]["resourceVersion"].is_string()) continue;
        const ObjectChange change = {ChangeType::kAdded, key, nullptr, std::make_shared<const StoredObject>(document)};
        const absl::StatusOr<ObservedObject> read = internal::StoredObjectReader().Read(change);
        ASSERT_EQ(Seen(read), Seen(ReadObservedObject(document))) << field.key() << " is " << wrong;
        errors += read.ok() ? 0 : 1;
      }
    }
  }
  EXPECT_GT(errors, 50);
}

struct Costs {
  double writes;
  double members;    // that versions of objects did not share with the version before
  double documents;  // that were put together of former versions
};

Costs CostsOfAGroup(int groups) {
  int members = 0;
  int documents = 0;
  SimulationLog log;
  log.on_change = [&members, &documents](const ObjectChange& change) {
    documents += change.before != nullptr && change.before->is_whole();
    if (change.after == nullptr) return;
    for (const absl::string_view member : change.after->Members()) {
      members += change.before == nullptr || !change.after->SharesWith(*change.before, member);
    }
  };
  Simulation simulation({}, log);
  Play(groups, &simulation);
  return {static_cast<double>(simulation.server().work()) / groups, static_cast<double>(members) / groups,
          static_cast<double>(documents) / groups};
}

// Counted, since a clock differs between machines: benchmarks/simulation_benchmark.cc measures.
TEST(StoredObjectTest, AGroupCostsAboutTheSameInAnySet) {
  const Costs few = CostsOfAGroup(8);
  const Costs many = CostsOfAGroup(64);
  EXPECT_LT(many.writes, few.writes * 1.1);
  EXPECT_LT(many.members, few.members * 1.1);
  EXPECT_LT(many.documents, few.documents * 1.1);
  // Each of the eight pods of a group, and of the eight nodes, has five members; a pod's life brings six more.
  EXPECT_LT(many.members, 200);
  EXPECT_LT(many.documents, 30) << "a reader asks for whole documents again and again";
}

}  // namespace
}  // namespace lws::simulation
