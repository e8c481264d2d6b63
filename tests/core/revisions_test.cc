// Which revisions belong to a set, and which of them it uses.
#include "lws/core/revision/revisions.h"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/observed.h"

namespace lws {
namespace {

using internal::OwnedRevisions;

ObservedRevision Revision(const std::string& name, const std::string& key, int64_t number) {
  ObservedRevision revision;
  revision.meta.namespace_name = "n";
  revision.meta.name = name;
  revision.meta.set_name = "s";
  revision.meta.revision_key = key;
  revision.number = number;
  return revision;
}

LeaderWorkerSet Set() {
  LeaderWorkerSet set;
  set.mutable_metadata()->set_namespace_("n");
  set.mutable_metadata()->set_name("s");
  set.mutable_metadata()->set_uid("set-uid");
  return set;
}

TEST(OwnedRevisionsTest, Law1ForeignRevisionsAreNotOwned) {
  const LeaderWorkerSet set = Set();
  ObservedRevision mine = Revision("mine", "a", 1);
  ObservedRevision owned = Revision("owned", "b", 2);
  owned.meta.controller = ObservedMeta::Controller{"LeaderWorkerSet", "s", "set-uid"};
  ObservedRevision foreign = Revision("foreign", "c", 3);
  foreign.meta.controller = ObservedMeta::Controller{"StatefulSet", "s", "other-uid"};
  ObservedRevision elsewhere = Revision("elsewhere", "d", 4);
  elsewhere.meta.namespace_name = "other";
  ObservedRevision unlabelled = Revision("s-unlabelled", "e", 5);
  unlabelled.meta.set_name = "";
  const OwnedRevisions revisions(set, {&mine, &owned, &foreign, &elsewhere, &unlabelled});
  EXPECT_EQ(revisions.Find("a"), &mine);
  EXPECT_EQ(revisions.Find("b"), &owned);
  EXPECT_EQ(revisions.Find("c"), nullptr);
  EXPECT_EQ(revisions.Find("d"), nullptr);
  EXPECT_EQ(revisions.Find("e"), nullptr);
  EXPECT_EQ(*revisions.NextNumber(), 3);
}

TEST(OwnedRevisionsTest, Law2TheHighestNumberCountsAndTheLastOfATie) {
  const LeaderWorkerSet set = Set();
  const ObservedRevision low = Revision("low", "a", 1);
  const ObservedRevision first = Revision("first", "a", 7);
  const ObservedRevision last = Revision("last", "a", 7);
  const OwnedRevisions revisions(set, {&first, &low, &last});
  EXPECT_EQ(revisions.Find("a"), &last);
  EXPECT_EQ(revisions.NewestBut("b"), &last);
  EXPECT_EQ(revisions.NewestBut("a"), nullptr);
}

TEST(OwnedRevisionsTest, NoNumberFollowsTheLargest) {
  const ObservedRevision largest = Revision("largest", "a", std::numeric_limits<int64_t>::max());
  EXPECT_FALSE(OwnedRevisions(Set(), {&largest}).NextNumber().ok());
}

}  // namespace
}  // namespace lws
