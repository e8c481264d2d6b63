#include "examples/lwsctl/disaggregated_input.h"

#include <iostream>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "lws/api/admit_disaggregated_set.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/field_error.h"
#include "lws/api/field_names.h"
#include "lws/api/json_reader.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/printable_text.h"
#include "lws/api/validation.h"
#include "nlohmann/json.hpp"

namespace lwsctl {

bool CallsItselfADisaggregatedSet(const lws::Json& object) {
  const auto kind = object.find("kind");
  return kind != object.end() && *kind == lws::kDisaggregatedSetKind;
}

std::string WhyNoDisaggregatedSet(const lws::Json& object) {
  const auto version = object.find("apiVersion");
  if (version == object.end() || version->is_null() || *version == "") return "apiVersion not set";
  if (!version->is_string()) return absl::StrCat("apiVersion: ", version->dump(), " is not a string");
  if (*version == lws::kDisaggregatedSetApiVersion) return "";
  return absl::StrCat("no matches for kind \"", lws::kDisaggregatedSetKind, "\" in version ",
                      lws::Quote(version->get_ref<const std::string&>()));
}

lws::DisaggregatedSet AsIfCreated(lws::DisaggregatedSet set) {
  set.mutable_metadata()->set_name(lws::internal::NameOrGenerated(set.metadata()));
  if (set.metadata().uid().empty()) set.mutable_metadata()->set_uid("00000000-0000-0000-0000-000000000000");
  return set;
}

absl::StatusOr<DisaggregatedManifest> CheckDisaggregatedSet(const InputFile& file, const lws::ManifestObject& object,
                                                            UnknownFields unknown) {
  const std::string wrong_version = WhyNoDisaggregatedSet(*object.object);
  if (!wrong_version.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(file.Where(object), ": ", wrong_version));
  }
  const lws::Json manifest = WithNamespace(*object.object);
  const lws::DisaggregatedSetAdmission admission = lws::AdmitDisaggregatedSet(manifest);
  if (!admission.pruned.empty() && unknown == UnknownFields::kRefuse) {
    return absl::InvalidArgumentError(
        absl::StrCat(file.Where(object, admission.pruned[0]), ": ", StrictDecodingError(admission.pruned)));
  }
  for (const std::string& path : admission.pruned) {
    std::cerr << file.Where(object, path) << ": warning: unknown field \"" << lws::PrintableText(path) << "\""
              << lws::internal::DidYouMeanField(path) << "\n";
  }
  for (const std::string& warning : admission.warnings) {
    std::cerr << file.Where(object) << ": warning: " << lws::PrintableText(warning) << "\n";
  }
  if (admission.set == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(file.Where(object, admission.errors[0].field), ": ",
                                                   lws::internal::DescribeObject(manifest),
                                                   " is invalid: ", lws::Join(admission.errors)));
  }
  return DisaggregatedManifest{std::make_shared<const lws::DisaggregatedSet>(AsIfCreated(*admission.set)),
                               file.Where(object)};
}

absl::StatusOr<std::vector<SetOfEitherKind>> ReadSetsOfBothKinds(const std::string& path, UnknownFields unknown) {
  const absl::StatusOr<InputFile> file = ReadObjects(path);
  if (!file.ok()) return file.status();
  std::vector<SetOfEitherKind> sets;
  for (const lws::ManifestObject& object : file->objects) {
    if (CallsItselfASet(*object.object)) {
      absl::StatusOr<lws::Json> set = CheckSet(*file, object, "", *object.object, unknown);
      if (!set.ok()) return set.status();
      sets.emplace_back(SetManifest{std::make_shared<const lws::Json>(*std::move(set)), file->Where(object)});
    } else if (CallsItselfADisaggregatedSet(*object.object)) {
      absl::StatusOr<DisaggregatedManifest> set = CheckDisaggregatedSet(*file, object, unknown);
      if (!set.ok()) return set.status();
      sets.emplace_back(*std::move(set));
    }
  }
  if (!sets.empty()) return sets;
  return absl::NotFoundError(absl::StrCat(file->name, ": holds no LeaderWorkerSet and no DisaggregatedSet"));
}

absl::StatusOr<SetOfEitherKind> ReadSetOfEitherKind(const std::string& path, UnknownFields unknown) {
  absl::StatusOr<std::vector<SetOfEitherKind>> sets = ReadSetsOfBothKinds(path, unknown);
  if (!sets.ok()) return sets.status();
  return std::move((*sets)[0]);
}

absl::StatusOr<lws::NamedRolePolicy> ReadRolePolicy(const std::string& flag, const std::string& name) {
  const lws::NamedRolePolicy* found = lws::FindRolePolicy(name);
  if (found != nullptr) return *found;
  std::vector<absl::string_view> names;
  for (const lws::NamedRolePolicy& policy : lws::RolePolicies()) names.push_back(policy.name);
  return absl::InvalidArgumentError(absl::StrCat(flag, ": ", name, " is none of ", absl::StrJoin(names, ", ")));
}

}  // namespace lwsctl
