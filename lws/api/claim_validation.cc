#include "lws/api/claim_validation.h"

#include <cstddef>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "lws/api/field_checks.h"
#include "lws/api/name_rules.h"
#include "lws/api/object_meta_validation.h"
#include "lws/api/quantity.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

constexpr const char* kAccessModes[] = {"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod", nullptr};
constexpr const char* kVolumeModes[] = {"Block", "Filesystem", nullptr};
constexpr absl::string_view kOncePod = "ReadWriteOncePod";

void CheckAccessModes(const FieldValue& modes, FieldErrors* errors) {
  bool once_pod = false;
  bool other = false;
  for (const FieldValue& mode : modes.Items()) {
    const size_t before = errors->size();
    CheckOneOf(mode.Named(modes.path()), kAccessModes, errors);
    once_pod |= mode.Text() == kOncePod;
    other |= mode.Text() != kOncePod && errors->size() == before;
  }
  if (once_pod && other) {
    errors->push_back(FieldForbidden(modes.path(), "may not use ReadWriteOncePod with other access modes"));
  }
}

void CheckStorage(const FieldValue& resources, FieldErrors* errors) {
  const std::string path = resources.At("storage").path();
  const FieldValue storage = resources["requests"]["storage"];
  if (!storage.exists()) {
    errors->push_back(FieldRequired(path, ""));
    return;
  }
  const absl::StatusOr<Quantity> amount = Quantity::Parse(storage.Text());
  if (amount.ok() && amount->Sign() <= 0) {
    errors->push_back(FieldInvalidText(path, amount->ToString(), "must be greater than zero"));
  }
}

}  // namespace

void CheckClaimSpec(const FieldValue& spec, FieldErrors* errors) {
  const FieldValue modes = spec["accessModes"];
  if (modes.empty()) errors->push_back(FieldRequired(modes.path(), "at least 1 access mode is required"));
  CheckLabelSelector(spec["selector"], errors);
  CheckAccessModes(modes, errors);
  CheckStorage(spec["resources"], errors);
  CheckText(spec["storageClassName"], SubdomainErrors, errors);
  CheckOneOf(spec["volumeMode"], kVolumeModes, errors);
  CheckText(spec["volumeAttributesClassName"], SubdomainErrors, errors);
}

FieldErrors ValidateClaim(const Json& claim) {
  FieldErrors errors = ValidateMetadata(claim, SubdomainErrors);
  CheckClaimSpec(FieldValue(claim, "")["spec"], &errors);
  return WithoutRepeatedFieldErrors(std::move(errors));
}

}  // namespace lws::internal
