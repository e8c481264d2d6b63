#include "examples/lwsctl/capacity_roles.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "examples/lwsctl/interruption.h"
#include "examples/lwsctl/place_new.h"
#include "examples/lwsctl/placed_slice.h"
#include "examples/lwsctl/pod_count.h"
#include "examples/lwsctl/slice_requests.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/field_status.h"
#include "lws/api/printable_text.h"
#include "lws/placement/assignment.h"
#include "lws/placement/capacity.h"
#include "lws/placement/headroom.h"
#include "lws/placement/together_headroom.h"

namespace lwsctl {
namespace {

// Slices are placed one after another up to this number.
constexpr int64_t kMostSlices = 1000;
constexpr size_t kMostLines = 20;

// The answer for one set.
struct SetAnswer {
  std::string set;
  std::string namespace_name;
  std::string shown;  // the name in tables
  std::string level;  // of the placement policy; "" for the whole cluster
  std::optional<int> wanted;
  FewestAdded added;
  Enough enough = Enough::kYes;
};

// The room for more slices of a set.
struct SliceHeadroom : SetAnswer {
  std::vector<std::string> names;  // of the groups of a slice
  int64_t limit = kMostSlices;     // beyond which nothing is counted
  lws::TogetherHeadroom headroom;
  std::vector<PlacedSlice> partly;  // slices that run in part; those that have a place keep room for their missing pods
  bool has_no_groups = false;       // a slice; it fits always

  size_t completed() const {
    return static_cast<size_t>(
        std::count_if(partly.begin(), partly.end(), [](const PlacedSlice& slice) { return slice.is_placed(); }));
  }
};

// The room for the surge of a rollout.
struct SurgeRoom : SetAnswer {
  std::vector<std::pair<std::string, int32_t>> by_role;
  std::vector<PlacedSlice> slices;
};

constexpr char kNoGroups[] = "a slice has no groups, so it needs no room";

std::string WhyNotNext(const SliceHeadroom& slices) {
  if (slices.has_no_groups) return kNoGroups;
  const lws::TogetherResult& next = slices.headroom.next;
  if (slices.headroom.is_stopped) return "the command was stopped";
  if (!next.assignments.empty()) return absl::StrCat("there is room for more than ", slices.limit);
  const std::string where =
      next.domain.empty() ? "the cluster" : absl::StrCat("domain ", absl::StrJoin(next.domain, "/"));
  const std::string group = next.next_group < slices.names.size() ? slices.names[next.next_group] : "";
  return absl::StrCat(where, " takes ", next.most_groups, " of its ", slices.names.size(), " groups, and not ", group,
                      ": ", lws::DescribeNoFit(next.no_fit), CertaintyText(next));
}

std::string CountText(const lws::TogetherHeadroom& headroom) {
  if (headroom.exact) return absl::StrCat(headroom.times);
  return absl::StrCat("at least ", headroom.times, " and at most ", headroom.at_most);
}

void AddToJson(const SetAnswer& answer, lws::Json* json) {
  (*json)["set"] = answer.set;
  (*json)["namespace"] = answer.namespace_name;
  (*json)["level"] = answer.level;
  if (answer.wanted.has_value()) (*json)["wanted"] = *answer.wanted;
  AddToJson(answer.added, json);
}

lws::Json ToJson(const SliceHeadroom& slices) {
  lws::Json domains = lws::Json::array();
  for (const lws::DomainHeadroom& domain : slices.headroom.domains) {
    domains.push_back({{"domain", domain.path}, {"slices_at_most", domain.groups}});
  }
  lws::Json json = {{"slices", slices.headroom.times},
                    {"at_most", slices.headroom.at_most},
                    {"exact", slices.headroom.exact},
                    {"domains", std::move(domains)},
                    {"next", {{"reason", WhyNotNext(slices)}, {"certain", slices.headroom.next.is_certain}}}};
  AddToJson(static_cast<const SetAnswer&>(slices), &json);
  if (!slices.partly.empty()) json["run_in_part"] = slices.partly.size();
  for (const PlacedSlice& slice : slices.partly) {
    if (!slice.is_placed())
      json["cannot_be_completed"].push_back(absl::StrCat(slice.title(), ": ", WhySliceHasNoPlace(slice)));
  }
  if (slices.wanted.has_value()) AddToJson(slices.enough, &json);
  if (!slices.headroom.next.not_looked_at.empty()) json["not_looked_at"] = slices.headroom.next.not_looked_at;
  return json;
}

std::string ToText(const Question& question, const SliceHeadroom& slices) {
  if (slices.has_no_groups) return absl::StrCat(slices.shown, ": ", kNoGroups, "\n");
  const lws::TogetherHeadroom& headroom = slices.headroom;
  const bool is_one = headroom.exact && headroom.times == 1;
  std::string text =
      absl::StrCat(slices.shown, ": ", CountText(headroom), is_one ? " more slice fits" : " more slices fit",
                   BesideText(slices.completed(), "slice"),
                   EnoughText(question, slices.added, WantedText(question, slices.wanted, 0), slices.enough),
                   slices.level.empty() ? "" : absl::StrCat("; at most, by ", slices.level, ":"), "\n");
  for (size_t i = 0; i < headroom.domains.size() && i < kMostLines; ++i) {
    absl::StrAppend(&text,
                    absl::StrFormat("  %-40s %d\n", lws::PrintableText(absl::StrJoin(headroom.domains[i].path, "/")),
                                    headroom.domains[i].groups));
  }
  if (headroom.domains.size() > kMostLines) {
    absl::StrAppend(&text, "  and ", headroom.domains.size() - kMostLines, " more domains\n");
  }
  for (const PlacedSlice& slice : slices.partly) {
    if (slice.is_placed()) continue;
    absl::StrAppend(&text, "  the missing pods of ", slice.title(), " have ",
                    lws::PrintableText(WhySliceHasNoPlace(slice)), "\n");
  }
  return absl::StrCat(text, "  one more: ", lws::PrintableText(WhyNotNext(slices)), "\n");
}

lws::Json ToJson(const SurgeRoom& room) {
  lws::Json json = {{"surge", lws::Json::array()}, {"in_slices", lws::Json::array()}};
  AddToJson(room.enough, &json);
  AddToJson(static_cast<const SetAnswer&>(room), &json);
  for (const auto& [role, groups] : room.by_role) json["surge"].push_back({{"role", role}, {"groups", groups}});
  for (const PlacedSlice& slice : room.slices) {
    if (slice.is_left_out) continue;
    json["in_slices"].push_back(
        {{"slice", slice.slice.value_or(0)}, {"domain", slice.result.domain}, {"fits", slice.is_placed()}});
    if (!slice.is_placed()) json["in_slices"].back()["reason"] = WhySliceHasNoPlace(slice);
    if (!slice.is_placed()) json["in_slices"].back()["certain"] = slice.result.is_certain;
    if (!slice.result.not_looked_at.empty()) json["in_slices"].back()["not_looked_at"] = slice.result.not_looked_at;
  }
  return json;
}

std::string AddedOrNoneText(const Question& question, const FewestAdded& added) {
  if (added.nodes.has_value()) return AddedText(question, added, "");
  return question.finds_added() ? absl::StrCat(" even with many more nodes like ", question.like) : "";
}

std::string ToText(const Question& question, const SurgeRoom& room) {
  const auto fit =
      std::count_if(room.slices.begin(), room.slices.end(), [](const PlacedSlice& slice) { return slice.is_placed(); });
  const std::string surge = absl::StrJoin(room.by_role, ", ", [](std::string* out, const auto& role) {
    absl::StrAppend(out, role.first, " +", role.second);
  });
  std::string text =
      absl::StrCat(room.shown, ": the surge of a rollout (", surge, ") fits in ", fit, " of ", room.slices.size(),
                   room.slices.size() == 1 ? " slice" : " slices", AddedOrNoneText(question, room.added), "\n");
  for (const PlacedSlice& slice : room.slices) {
    if (slice.is_left_out) continue;
    const std::string domain =
        slice.result.domain.empty() ? "the whole cluster" : absl::StrJoin(slice.result.domain, "/");
    absl::StrAppend(
        &text, "  slice ", slice.slice.value_or(0), ": ",
        lws::PrintableText(slice.is_placed() ? absl::StrCat("fits in ", domain) : WhySliceHasNoPlace(slice)), "\n");
  }
  return text;
}

absl::StatusOr<lws::TogetherHeadroom> CountSlices(const DisaggregatedManifest& manifest, const SliceQuestion& asked,
                                                  const lws::Capacity& capacity, int64_t limit,
                                                  std::vector<std::string>* names) {
  SliceOptions options;
  options.placement = asked.placement;
  // Slices that are not there yet.
  const auto slice = [&](int64_t time) -> absl::StatusOr<std::vector<lws::GroupRequest>> {
    const int64_t number = lws::SpecSlices(*manifest.set) + time;
    absl::StatusOr<SliceRequests> groups = RequestsOfSlice(*manifest.set, static_cast<int32_t>(number), options);
    if (!groups.ok()) return groups.status();
    *names = std::move(groups->names);
    return std::move(groups->requests);
  };
  absl::StatusOr<lws::TogetherHeadroom> headroom =
      lws::CountTogetherHeadroom(capacity, slice, LevelOfPolicy(*manifest.set), limit, IsInterrupted);
  if (!headroom.ok()) return manifest.place.Locate(headroom.status());
  return headroom;
}

// What runs in the cluster, with this capacity.
ClusterInput CopyOf(const SliceQuestion& asked, const lws::Capacity& capacity) {
  ClusterInput cluster;
  cluster.capacity = std::make_unique<lws::Capacity>(capacity);
  cluster.running = asked.cluster.running;
  return cluster;
}

// Places the slices, which have their surge.
absl::StatusOr<std::vector<PlacedSlice>> PlaceSurge(std::vector<PlacedSlice> slices, const SliceQuestion& asked,
                                                    const lws::Capacity& capacity) {
  ClusterInput cluster = CopyOf(asked, capacity);
  absl::Status status = PlaceSlices({}, &cluster, &slices);
  if (!status.ok()) return status;
  return slices;
}

bool AllFit(const std::vector<PlacedSlice>& slices) {
  return std::all_of(slices.begin(), slices.end(), [](const PlacedSlice& slice) { return slice.is_placed(); });
}

// Whether it is certain that not all slices fit: one of them has no place even beside none of the others.
absl::StatusOr<bool> OneNeverFits(const std::vector<PlacedSlice>& read, const std::vector<PlacedSlice>& placed,
                                  const SliceQuestion& asked, const lws::Capacity& capacity) {
  for (size_t i = 0; i < placed.size(); ++i) {
    if (placed[i].is_placed() || !placed[i].result.is_certain) continue;
    const absl::StatusOr<std::vector<PlacedSlice>> alone = PlaceSurge({read[i]}, asked, capacity);
    if (!alone.ok()) return alone.status();
    if (!alone->front().is_placed() && alone->front().result.is_certain) return true;
  }
  return false;
}

// Whether all slices fit, which were placed one after another.
absl::StatusOr<Enough> EnoughForAll(const std::vector<PlacedSlice>& read, const std::vector<PlacedSlice>& placed,
                                    const SliceQuestion& asked, const lws::Capacity& capacity) {
  if (AllFit(placed)) return Enough::kYes;
  const absl::StatusOr<bool> never_fits = OneNeverFits(read, placed, asked, capacity);
  if (!never_fits.ok()) return never_fits.status();
  return *never_fits ? Enough::kNo : Enough::kUnknown;
}

SetAnswer AnswerOf(const DisaggregatedManifest& manifest, const SliceQuestion& asked) {
  SetAnswer answer;
  answer.set = manifest.set->metadata().name();
  answer.namespace_name = manifest.set->metadata().namespace_();
  answer.shown = asked.shown.Of(answer.namespace_name, answer.set);
  answer.level = LevelOfPolicy(*manifest.set);
  answer.wanted = asked.question.groups;
  return answer;
}

// Those of slices as the set says they are. The levels of annotations are checked.
SliceOptions OptionsOf(const SliceQuestion& asked) {
  SliceOptions options;
  options.placement = asked.placement;
  options.topology = &asked.cluster.capacity->topology();
  return options;
}

absl::StatusOr<SurgeRoom> FindSurgeRoom(const DisaggregatedManifest& manifest, const SliceQuestion& asked) {
  SurgeRoom room{AnswerOf(manifest, asked), {}, {}};
  for (const lws::DisaggregatedRole& role : manifest.set->spec().roles()) {
    room.by_role.emplace_back(role.name(), SurgeOfRole(role));
  }
  SliceOptions options = OptionsOf(asked);
  options.has_surge = true;
  const absl::StatusOr<std::vector<PlacedSlice>> read =
      ReadSlices(manifest, lws::SpecSlices(*manifest.set), options, asked.cluster, asked.shown);
  if (!read.ok()) return read.status();
  const auto judge = [&](const lws::Capacity& capacity, JudgedFor) -> absl::StatusOr<Enough> {
    absl::StatusOr<std::vector<PlacedSlice>> slices = PlaceSurge(*read, asked, capacity);
    if (!slices.ok()) return slices.status();
    room.slices = *std::move(slices);
    const absl::StatusOr<Enough> enough = EnoughForAll(*read, room.slices, asked, capacity);
    if (enough.ok()) room.enough = *enough;
    return enough;
  };
  absl::Status status = JudgeWithAddedNodes(asked.question, asked.cluster, judge, &room.added);
  if (!status.ok()) return status;
  return room;
}

// The slices of the set, some of which may run; none when no pods are given.
absl::StatusOr<std::vector<PlacedSlice>> ReadRunningSlices(const DisaggregatedManifest& manifest,
                                                           const SliceQuestion& asked) {
  if (asked.cluster.running.empty()) return std::vector<PlacedSlice>();
  return ReadSlices(manifest, lws::SpecSlices(*manifest.set), OptionsOf(asked), asked.cluster, asked.shown);
}

absl::StatusOr<SliceHeadroom> FindHeadroom(const DisaggregatedManifest& manifest, const SliceQuestion& asked) {
  SliceHeadroom slices{AnswerOf(manifest, asked)};
  const absl::StatusOr<SliceRequests> first = RequestsOfSlice(*manifest.set, 0, OptionsOf(asked));
  if (!first.ok()) return manifest.place.Locate(first.status());
  if (first->requests.empty()) {
    slices.has_no_groups = true;
    slices.headroom.times = slices.headroom.at_most = kMostSlices;
    slices.headroom.next.is_certain = true;
    return slices;
  }
  slices.limit = std::min(kMostSlices, kMostPlacedPods / std::max<int64_t>(1, first->count.pods()));
  const int64_t wanted = std::min<int64_t>(slices.wanted.value_or(0), slices.limit);
  const absl::StatusOr<std::vector<PlacedSlice>> running = ReadRunningSlices(manifest, asked);
  if (!running.ok()) return running.status();
  const auto judge = [&](const lws::Capacity& capacity, JudgedFor purpose) -> absl::StatusOr<Enough> {
    const int64_t limit = purpose == JudgedFor::kSearch ? wanted : slices.limit;
    ClusterInput cluster = CopyOf(asked, capacity);
    slices.partly = *running;
    absl::Status completed = CompleteSlices(&cluster, &slices.partly);
    if (!completed.ok()) return completed;
    absl::StatusOr<lws::TogetherHeadroom> headroom =
        CountSlices(manifest, asked, *cluster.capacity, limit, &slices.names);
    if (!headroom.ok()) return headroom.status();
    slices.headroom = *std::move(headroom);
    slices.enough = EnoughFor(slices.headroom.times, slices.headroom.at_most, slices.wanted);
    return slices.enough;
  };
  absl::Status status = JudgeWithAddedNodes(asked.question, asked.cluster, judge, &slices.added);
  if (!status.ok()) return status;
  return slices;
}

template <typename Found>
absl::Status Add(const SliceQuestion& asked, const absl::StatusOr<Found>& found, SliceAnswer* answer) {
  if (absl::IsCancelled(found.status())) return absl::OkStatus();
  if (!found.ok()) return found.status();
  answer->document["sets"].push_back(ToJson(*found));
  absl::StrAppend(&answer->table, ToText(asked.question, *found));
  answer->all_enough = answer->all_enough && found->enough == Enough::kYes;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SliceAnswer> AnswerForSlices(const std::vector<SetOfEitherKind>& sets, const SliceQuestion& asked) {
  const EndsInOrder ends_in_order;
  SliceAnswer answer;
  answer.document = {{"sets", lws::Json::array()}};
  for (const SetOfEitherKind& either : sets) {
    const auto* manifest = std::get_if<DisaggregatedManifest>(&either);
    if (manifest == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat(std::get<SetManifest>(either).where,
                       ": a LeaderWorkerSet beside a DisaggregatedSet: ask for one file at a time"));
    }
    if (IsInterrupted()) break;
    WarnOfExternalRoles(*manifest);
    absl::Status status = CheckLevelOf(*manifest, asked.cluster.capacity->topology());
    if (!status.ok()) return status;
    status = asked.question.asks_for_surge ? Add(asked, FindSurgeRoom(*manifest, asked), &answer)
                                           : Add(asked, FindHeadroom(*manifest, asked), &answer);
    if (!status.ok()) return status;
  }
  if (IsInterrupted()) answer.document["stopped"] = true;
  return answer;
}

}  // namespace lwsctl
