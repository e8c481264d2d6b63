#include "examples/lwsctl/disaggregated_input.h"

#include <algorithm>
#include <iostream>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "examples/lwsctl/file_kind.h"
#include "examples/lwsctl/found_set.h"
#include "examples/lwsctl/object_shape.h"
#include "examples/lwsctl/refused_manifest.h"
#include "lws/adapters/testing/scenario/scenario.h"
#include "lws/api/admit_disaggregated_set.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/field_error.h"
#include "lws/api/field_names.h"
#include "lws/api/json_reader.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/near_word.h"
#include "lws/api/object_kind.h"
#include "lws/api/printable_text.h"
#include "lws/api/validation.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"

namespace lwsctl {

std::string WhyNoDisaggregatedSet(const lws::Json& object) {
  return lws::WhyNotOfVersion(object, lws::kDisaggregatedSetKind, lws::kDisaggregatedSetApiVersion);
}

lws::DisaggregatedSet AsIfCreated(lws::DisaggregatedSet set) {
  set.mutable_metadata()->set_name(lws::internal::NameOrGenerated(set.metadata()));
  if (set.metadata().uid().empty()) set.mutable_metadata()->set_uid("00000000-0000-0000-0000-000000000000");
  return set;
}

absl::StatusOr<DisaggregatedManifest> CheckDisaggregatedSet(const InputFile& file, const lws::ManifestObject& object,
                                                            const std::string& field, const lws::Json& given,
                                                            UnknownFields unknown) {
  const ManifestPlace place{file, object, field};
  const std::string wrong_version = WhyNoDisaggregatedSet(given);
  if (!wrong_version.empty()) return RefusedManifest(place, given, {{"", wrong_version}}, wrong_version);
  const lws::Json manifest = WithNamespace(given);
  const lws::DisaggregatedSetAdmission admission = lws::AdmitDisaggregatedSet(manifest);
  if (!admission.pruned.empty() && unknown == UnknownFields::kRefuse) {
    return RefusedManifest(place, manifest, UnknownFieldErrors(admission.pruned),
                           StrictDecodingError(admission.pruned));
  }
  for (const std::string& path : admission.pruned) {
    std::cerr << place.Where(path) << ": warning: unknown field \"" << lws::PrintableText(path) << "\""
              << lws::internal::DidYouMeanField(path) << "\n";
  }
  for (const std::string& warning : admission.warnings) {
    std::cerr << place.Where("") << ": warning: " << lws::PrintableText(warning) << "\n";
  }
  if (admission.set == nullptr) {
    return RefusedManifest(place, manifest, admission.errors,
                           absl::StrCat(lws::internal::DescribeJsonObject(manifest),
                                        " is invalid: ", lws::JoinFieldErrors(admission.errors)));
  }
  return DisaggregatedManifest{std::make_shared<const lws::DisaggregatedSet>(AsIfCreated(*admission.set)),
                               place.Where(""),
                               std::make_shared<const lws::Json>(manifest),
                               {}};
}

namespace {

absl::StatusOr<SetOfEitherKind> CheckFoundSet(const PlaceInFile& place, const FoundSet& found, UnknownFields unknown) {
  const InputFile& file = *place.file;
  const lws::ManifestObject& object = *place.object;
  if (lws::IsOfDisaggregatedSet(*found.manifest)) {
    absl::StatusOr<DisaggregatedManifest> set =
        CheckDisaggregatedSet(file, object, found.path, *found.manifest, unknown);
    if (!set.ok()) return set.status();
    set->place = place;
    return SetOfEitherKind(*std::move(set));
  }
  absl::StatusOr<lws::Json> set = CheckSet(file, object, found.path, *found.manifest, unknown);
  if (!set.ok()) return set.status();
  return SetOfEitherKind(
      SetManifest{std::make_shared<const lws::Json>(*std::move(set)), file.Where(object, found.path), place});
}

// The name as JSON.
std::string NameOf(const SetOfEitherKind& either) {
  const auto* set = std::get_if<SetManifest>(&either);
  if (set != nullptr) return ShowName(*set->object);
  return lws::Json(std::get<DisaggregatedManifest>(either).set->metadata().name()).dump();
}

}  // namespace

absl::StatusOr<std::vector<SetOfEitherKind>> ReadSetsOfBothKinds(const std::string& path, UnknownFields unknown) {
  absl::StatusOr<InputFile> read = ReadObjects(path);
  if (!read.ok()) return read.status();
  const auto file = std::make_shared<const InputFile>(*std::move(read));
  std::vector<SetOfEitherKind> sets;
  KnownObjects known;
  for (const lws::ManifestObject& object : file->objects) {
    for (const FoundSet& found : FindSets(object)) {
      absl::StatusOr<SetOfEitherKind> set = CheckFoundSet({file, &object, found.path}, found, unknown);
      if (!set.ok()) return set.status();
      const absl::Status is_new = known.AddManifest(file->Where(object, found.path), *found.manifest);
      if (!is_new.ok()) return is_new;
      if (!found.inside.empty()) {
        std::cerr << file->Where(object, found.path) << ": " << found.manifest->value("kind", "") << " "
                  << ShowName(*found.manifest) << " is inside " << found.inside << "\n";
      }
      sets.push_back(*std::move(set));
    }
  }
  if (!sets.empty()) return sets;
  return absl::NotFoundError(
      absl::StrCat(file->name, ": holds no LeaderWorkerSet and no DisaggregatedSet", WhatElseItIs(*file)));
}

absl::StatusOr<SetOfEitherKind> ReadSetOfEitherKind(const std::string& path, UnknownFields unknown) {
  absl::StatusOr<std::vector<SetOfEitherKind>> sets = ReadSetsOfBothKinds(path, unknown);
  if (!sets.ok()) return sets.status();
  if (sets->size() > 1) {
    const auto where = [](const auto& set) -> const std::string& { return set.where; };
    const bool are_plain = std::all_of(sets->begin(), sets->end(), [](const SetOfEitherKind& set) {
      return std::holds_alternative<SetManifest>(set);
    });
    TellLeftOut(std::visit(where, (*sets)[1]), sets->size() - 1, are_plain ? lws::kKind : "set", NameOf((*sets)[0]));
  }
  return std::move((*sets)[0]);
}

std::vector<absl::string_view> RolePolicyNames() {
  std::vector<absl::string_view> names;
  for (const lws::NamedRolePolicy& policy : lws::RolePolicies()) names.push_back(policy.name);
  return names;
}

absl::StatusOr<lws::NamedRolePolicy> ReadRolePolicy(const std::string& flag, const std::string& name) {
  const lws::NamedRolePolicy* found = lws::FindRolePolicy(name);
  if (found != nullptr) return *found;
  return absl::InvalidArgumentError(absl::StrCat(flag, ": ", name, " is none of ",
                                                 absl::StrJoin(RolePolicyNames(), ", "),
                                                 lws::internal::DidYouMean(name, RolePolicyNames())));
}

}  // namespace lwsctl
