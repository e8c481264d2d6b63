#include "lws/api/validation.h"

#include <cstdint>
#include <limits>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "lws/api/int_or_percent.h"
#include "lws/api/int_or_percent_validation.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/name_rules.h"
#include "lws/api/spec_counts.h"
#include "lws/api/strict_integer.h"
#include "lws/api/well_known.h"

namespace lws::internal {
namespace {

constexpr char kSizeField[] = "spec.leaderWorkerTemplate.size";
// The webhook writes this path with a capital S.
constexpr char kSubGroupSizeField[] = "spec.leaderWorkerTemplate.SubGroupPolicy.subGroupSize";
constexpr char kUpdateField[] = "spec.rolloutStrategy.rollingUpdateConfiguration";

void CheckCounts(const LeaderWorkerSet& set, FieldErrors* errors) {
  const int64_t replicas = SpecReplicas(set.spec());
  const int64_t size = SpecSize(set.spec());
  if (replicas < 0) {
    errors->push_back(
        FieldInvalid("spec.replicas", absl::StrCat(replicas), "replicas must be equal or greater than 0"));
  }
  if (size < 1) {
    errors->push_back(FieldInvalid(kSizeField, absl::StrCat(size), "size must be equal or greater than 1"));
  }
  if (replicas * size > std::numeric_limits<int32_t>::max()) {
    errors->push_back(FieldInvalid("spec.replicas", absl::StrCat(replicas),
                                   "the product of replicas and worker replicas must not exceed 2147483647"));
  }
}

// The scaled value. A value that does not scale adds an error and gives 0.
int32_t CheckedScale(const IntOrPercent& value, int32_t replicas, Rounding rounding, const std::string& field,
                     FieldErrors* errors) {
  const absl::StatusOr<int32_t> scaled = value.Scale(replicas, rounding);
  if (!scaled.ok()) errors->push_back(FieldInvalid(field, ShowIntOrPercent(value), "invalid value"));
  return scaled.value_or(0);
}

void CheckRollingUpdate(const LeaderWorkerSet& set, FieldErrors* errors) {
  if (!set.spec().rollout_strategy().has_rolling_update_configuration()) return;
  const RollingUpdateConfiguration& update = set.spec().rollout_strategy().rolling_update_configuration();
  const std::string unavailable_field = absl::StrCat(kUpdateField, ".maxUnavailable");
  const std::string surge_field = absl::StrCat(kUpdateField, ".maxSurge");
  const IntOrPercent max_unavailable = ToIntOrPercent(update.max_unavailable());
  const IntOrPercent max_surge = ToIntOrPercent(update.max_surge());
  const int32_t replicas = SpecReplicas(set.spec());
  if (update.partition() < 0) {
    errors->push_back(FieldInvalid(absl::StrCat(kUpdateField, ".partition"), absl::StrCat(update.partition()),
                                   "must be greater than or equal to 0"));
  }
  ValidateIntOrPercent(max_unavailable, unavailable_field, errors);
  ValidateIntOrPercent(max_surge, surge_field, errors);
  const int32_t unavailable = CheckedScale(max_unavailable, replicas, Rounding::kDown, unavailable_field, errors);
  const int32_t surge = CheckedScale(max_surge, replicas, Rounding::kUp, surge_field, errors);
  if (unavailable == 0 && surge == 0 && replicas != 0) {
    errors->push_back(NoBudgetError(unavailable_field, max_unavailable));
  }
}

void CheckSubGroups(const LeaderWorkerSet& set, FieldErrors* errors) {
  const LeaderWorkerTemplate& group = set.spec().leader_worker_template();
  if (group.has_sub_group_policy() && !group.sub_group_policy().has_sub_group_size()) {
    // The reference's webhook crashes on such a set, and the API server then refuses it.
    errors->push_back(FieldRequired("spec.leaderWorkerTemplate.subGroupPolicy.subGroupSize", ""));
  }
  if (!group.has_sub_group_policy() || !group.sub_group_policy().has_sub_group_size()) {
    if (set.metadata().annotations().count(kSubGroupExclusiveTopologyAnnotation) > 0) {
      errors->push_back(FieldInvalidText(absl::StrCat("metadata.annotations.", kSubGroupExclusiveTopologyAnnotation),
                                         set.metadata().annotations().at(kSubGroupExclusiveTopologyAnnotation),
                                         "cannot have subgroup-exclusive-topology without subGroupSize set"));
    }
    return;
  }
  const int64_t size = SpecSize(set.spec());
  const int64_t sub_group_size = group.sub_group_policy().sub_group_size();
  const auto invalid = [&](absl::string_view detail) {
    errors->push_back(FieldInvalid(kSubGroupSizeField, absl::StrCat(sub_group_size), detail));
  };
  if (sub_group_size < 1) return invalid("subGroupSize must be equal or greater than 1");
  if (size % sub_group_size != 0 && (size - 1) % sub_group_size != 0) {
    invalid("size or size - 1 must be divisible by subGroupSize");
  }
  if (size < sub_group_size) invalid("subGroupSize cannot be larger than size");
  if (group.sub_group_policy().type() == kSubGroupLeaderExcluded && (size - 1) % sub_group_size != 0) {
    invalid("size-1 must be divisible by subGroupSize when using LeaderExcluded");
  }
}

void CheckSubGroupChange(const LeaderWorkerTemplate& before, const LeaderWorkerTemplate& after, FieldErrors* errors) {
  const auto invalid = [&](int32_t value, absl::string_view detail) {
    errors->push_back(FieldInvalid(kSubGroupSizeField, absl::StrCat(value), detail));
  };
  const bool had = before.has_sub_group_policy() && before.sub_group_policy().has_sub_group_size();
  const bool has = after.has_sub_group_policy() && after.sub_group_policy().has_sub_group_size();
  const int32_t old_size = before.sub_group_policy().sub_group_size();
  const int32_t new_size = after.sub_group_policy().sub_group_size();
  if (had && has && old_size != new_size) invalid(new_size, "field is immutable");
  if (had && !has) invalid(old_size, "cannot remove subGroupSize after enabled");
  if (!had && has) invalid(new_size, "cannot enable subGroupSize after the lws is already created");
}

}  // namespace

std::string NameOrGenerated(const ObjectMeta& metadata) {
  // The API server shortens the prefix so that a label of 63 characters has room for its five random characters.
  constexpr size_t kLongestPrefix = 58;
  if (!metadata.name().empty() || metadata.generate_name().empty()) return metadata.name();
  return absl::StrCat(metadata.generate_name().substr(0, kLongestPrefix), "xxxxx");
}

FieldErrors ValidateLeaderWorkerSet(const LeaderWorkerSet& set) {
  FieldErrors errors;
  const std::string name = NameOrGenerated(set.metadata());
  for (const std::string& detail : Dns1035LabelErrors(name)) {
    errors.push_back(FieldInvalidText("metadata.name", name, detail));
  }
  CheckCounts(set, &errors);
  CheckRollingUpdate(set, &errors);
  CheckSubGroups(set, &errors);
  return errors;
}

FieldErrors ValidateLeaderWorkerSetUpdate(const LeaderWorkerSet& old_set, const LeaderWorkerSet& set) {
  FieldErrors errors = ValidateLeaderWorkerSet(set);
  CheckSubGroupChange(old_set.spec().leader_worker_template(), set.spec().leader_worker_template(), &errors);
  if (set.spec().has_network_config() && !set.spec().network_config().has_subdomain_policy()) {
    errors.push_back(FieldInvalid("spec.networkConfig.subdomainPolicy", "null", "cannot set subdomainPolicy as null"));
  }
  return errors;
}

}  // namespace lws::internal
