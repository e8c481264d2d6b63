#include "examples/lwsctl/capacity_roles.h"

#include <cstddef>
#include <cstdint>
#include <iostream>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "examples/lwsctl/slice_requests.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/field_status.h"
#include "lws/api/printable_text.h"
#include "lws/placement/assignment.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

// Slices are placed one after another up to this number.
constexpr int64_t kMostSlices = 1000;
constexpr size_t kMostLines = 20;

std::string WhyNotNext(const SliceHeadroom& slices) {
  const lws::TogetherResult& next = slices.headroom.next;
  if (!next.assignments.empty()) return absl::StrCat("there is room for more than ", kMostSlices);
  const std::string where =
      next.domain.empty() ? "the cluster" : absl::StrCat("domain ", absl::StrJoin(next.domain, "/"));
  const std::string group = next.next_group < slices.names.size() ? slices.names[next.next_group] : "";
  return absl::StrCat(where, " takes ", next.most_groups, " of its ", slices.names.size(), " groups, and not ", group,
                      ": ", lws::DescribeNoFit(next.no_fit));
}

std::string CountText(const lws::TogetherHeadroom& headroom) {
  if (headroom.exact) return absl::StrCat(headroom.times);
  return absl::StrCat("at least ", headroom.times, " and at most ", headroom.at_most);
}

}  // namespace

absl::StatusOr<std::vector<SliceHeadroom>> CountSlices(const std::vector<SetOfEitherKind>& sets,
                                                       const lws::SetPlacement& placement,
                                                       const std::optional<int>& wanted,
                                                       const lws::Capacity& capacity) {
  std::vector<SliceHeadroom> counted;
  for (const SetOfEitherKind& either : sets) {
    const auto* manifest = std::get_if<DisaggregatedManifest>(&either);
    if (manifest == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat(std::get<SetManifest>(either).where,
                       ": a LeaderWorkerSet beside a DisaggregatedSet: ask for one file at a time"));
    }
    SliceHeadroom slices;
    slices.set = manifest->set->metadata().name();
    slices.level = LevelOfPolicy(*manifest->set);
    slices.wanted = wanted;
    // Slices that are not there yet.
    const auto slice = [&](int64_t time) -> absl::StatusOr<std::vector<lws::GroupRequest>> {
      const int64_t number = lws::Slices(*manifest->set) + time;
      absl::StatusOr<SliceRequests> groups = RequestsOfSlice(*manifest->set, static_cast<int32_t>(number), placement);
      if (!groups.ok()) return groups.status();
      slices.names = std::move(groups->names);
      return std::move(groups->requests);
    };
    absl::StatusOr<lws::TogetherHeadroom> headroom =
        lws::CountTogetherHeadroom(capacity, slice, slices.level, kMostSlices);
    if (!headroom.ok()) return lws::WithPrefix(manifest->where, headroom.status());
    slices.headroom = *std::move(headroom);
    counted.push_back(std::move(slices));
  }
  return counted;
}

lws::Json SlicesToJson(const SliceHeadroom& slices) {
  lws::Json domains = lws::Json::array();
  for (const lws::DomainHeadroom& domain : slices.headroom.domains) {
    domains.push_back({{"domain", domain.path}, {"slices_at_most", domain.groups}});
  }
  lws::Json json = {{"set", slices.set},
                    {"slices", slices.headroom.times},
                    {"at_most", slices.headroom.at_most},
                    {"exact", slices.headroom.exact},
                    {"level", slices.level},
                    {"domains", std::move(domains)},
                    {"next", {{"reason", WhyNotNext(slices)}}}};
  if (slices.wanted.has_value()) {
    json["wanted"] = *slices.wanted;
    json["enough"] = slices.IsEnough();
  }
  if (!slices.headroom.next.not_looked_at.empty()) json["not_looked_at"] = slices.headroom.next.not_looked_at;
  return json;
}

void PrintSlices(const SliceHeadroom& slices) {
  const lws::TogetherHeadroom& headroom = slices.headroom;
  const bool is_one = headroom.exact && headroom.times == 1;
  std::cout << slices.set << ": " << CountText(headroom) << (is_one ? " more slice fits" : " more slices fit");
  if (slices.wanted.has_value()) {
    std::cout << (slices.IsEnough() ? ", enough for " : ", too few for ") << *slices.wanted;
  }
  std::cout << (slices.level.empty() ? "" : absl::StrCat("; at most, by ", slices.level, ":")) << "\n";
  for (size_t i = 0; i < headroom.domains.size() && i < kMostLines; ++i) {
    std::cout << absl::StreamFormat("  %-40s %d\n", lws::PrintableText(absl::StrJoin(headroom.domains[i].path, "/")),
                                    headroom.domains[i].groups);
  }
  if (headroom.domains.size() > kMostLines) {
    std::cout << "  and " << headroom.domains.size() - kMostLines << " more domains\n";
  }
  std::cout << "  one more: " << lws::PrintableText(WhyNotNext(slices)) << "\n";
}

}  // namespace lwsctl
