#include "lws/api/service_validation.h"

#include <utility>

#include "lws/api/field_checks.h"
#include "lws/api/field_value.h"
#include "lws/api/name_rules.h"
#include "lws/api/object_meta_validation.h"

namespace lws::internal {

FieldErrors ValidateHeadlessService(const Json& service) {
  FieldErrors errors = ValidateMetadata(service, Dns1123LabelErrors);
  CheckLabels(FieldValue(service, "")["spec"]["selector"], &errors);
  return WithoutRepeatedFieldErrors(std::move(errors));
}

}  // namespace lws::internal
