// Laws 1 to 3 of canonical_text.h, law 2 of action_object.h, and equality of messages.
#include "lws/api/canonical_text.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lws/api/applied_fields.h"
#include "lws/api/json.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/message_equality.h"
#include "lws/core/plan/action_object.h"
#include "nlohmann/json.hpp"

namespace lws {
namespace {

using internal::AppendQuoted;
using internal::DigestOfAppliedStatefulSet;
using internal::EqualMessages;
using internal::StatefulSetText;
using internal::TextOfStatefulSet;

std::string TextOf(const ActionObject& object) {
  std::string text;
  object.AppendText(&text);
  return text;
}

TEST(CanonicalTextTest, Law1StatefulSets) {
  const char* statefulsets[] = {
      R"({"kind": "StatefulSet", "spec": {"replicas": 0, "updateStrategy": {"rollingUpdate": {"partition": 0}}}})",
      R"({"a": {"spec": 1}, "spec": {"a": {}, "replicas": 9, "serviceName": "<&>\u2028", "template": {"spec": {}},
          "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1, "partition": 7}}},
          "status": {}, "z": []})",
  };
  for (const char* text : statefulsets) {
    const auto base = std::make_shared<const Json>(Json::parse(text));
    const auto prepared = std::make_shared<const StatefulSetText>(TextOfStatefulSet(*base));
    for (const ActionObject::Numbers numbers :
         {ActionObject::Numbers{0, 0}, ActionObject::Numbers{3, 5}, ActionObject::Numbers{2147483647, 10, true}}) {
      const ActionObject object = ActionObject::OfStatefulSet(base, numbers, prepared);
      EXPECT_EQ(TextOf(object), CanonicalJson(object.Document())) << "law 1: " << text;
      EXPECT_EQ(TextOf(ActionObject::OfStatefulSet(base, numbers)), TextOf(object)) << "law 1: " << text;
      // What was applied is the same whatever the numbers are, from the document and from its text.
      if (!numbers.on_delete)
        EXPECT_EQ(DigestOfAppliedStatefulSet(object.Document()), DigestOfAppliedStatefulSet(*prepared)) << text;
    }
  }
}

TEST(CanonicalTextTest, Law2Quoted) {
  for (const std::string& text : {std::string(), std::string("plain text"), std::string("\"\\/\b\f\n\r\t\x01\x7f"),
                                  std::string("<a>&\xe2\x80\xa8\xe2\x80\xa9\xc3\xa4"), std::string(1, '\0')}) {
    std::string quoted;
    AppendQuoted(text, &quoted);
    EXPECT_EQ(quoted, CanonicalJson(text)) << "law 2";
  }
}

// Every subset of the fields.
TEST(CanonicalTextTest, Law3Status) {
  for (int bits = 0; bits < 512; ++bits) {
    auto status = std::make_shared<LeaderWorkerSetStatus>();
    if (bits & 1) status->set_ready_replicas(3);
    if (bits & 2) status->set_updated_replicas(-4);
    if (bits & 4) status->set_replicas(2147483647);
    if (bits & 8) status->set_hpa_pod_selector("a=<b>,c in (\"d\")");
    if (bits & 16) status->set_observed_generation(int64_t{1} << 60);
    for (int i = 0; i < (bits >> 5) % 3; ++i) {
      Condition& condition = *status->add_conditions();
      condition.set_type(absl::StrCat("Type", i));
      if (bits & 128) condition.set_status("True");
      if (bits & 256) condition.set_message("1 \xe2\x80\xa8 line");
      if (bits & 128) condition.set_reason("Reason");
      if (bits & 256) condition.set_observed_generation(2);
      if (bits & 128) condition.set_last_transition_time("2026-11-26T01:02:03Z");
    }
    const ActionObject object = ActionObject::OfStatus("name\"space", "name", status);
    EXPECT_EQ(TextOf(object), CanonicalJson(object.Document())) << "law 3: " << bits;
    LeaderWorkerSet set;
    *set.mutable_status() = *status;
    EXPECT_EQ(object.Document()["status"], LeaderWorkerSetToJson(set)["status"]) << bits;
  }
}

TEST(CanonicalTextTest, OtherObjects) {
  EXPECT_EQ(TextOf(ActionObject()), "");
  EXPECT_EQ(TextOf(ActionObject::Of({{"b", "<"}, {"a", 1}})), R"({"a":1,"b":"\u003c"})");
}

TEST(MessageEqualityTest, FieldsAndMaps) {
  ObjectMeta a;
  ObjectMeta b;
  for (int i = 0; i < 20; ++i) (*a.mutable_labels())[absl::StrCat("k", i)] = "v";
  for (int i = 19; i >= 0; --i) (*b.mutable_labels())[absl::StrCat("k", i)] = "v";
  EXPECT_TRUE(EqualMessages(a, b));
  (*b.mutable_labels())["k7"] = "w";
  EXPECT_FALSE(EqualMessages(a, b));
  b = a;
  b.set_deletion_grace_period_seconds(0);
  EXPECT_FALSE(EqualMessages(a, b)) << "a field that is set to nothing is set";
  a.set_deletion_grace_period_seconds(0);
  EXPECT_TRUE(EqualMessages(a, b));
}

}  // namespace
}  // namespace lws
