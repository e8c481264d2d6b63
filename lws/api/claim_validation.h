// The API server's checks of PersistentVolumeClaims.
//
//   lws::JoinFieldErrors(lws::internal::ValidateClaim(claim));
//   // spec.resources[storage]: Required value
//
// Laws:
//   1. A claim names an access mode and an amount of storage above zero.
//
// Not looked at: dataSource and dataSourceRef.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_API_CLAIM_VALIDATION_H_
#define LWS_API_CLAIM_VALIDATION_H_

#include "lws/api/field_error.h"
#include "lws/api/field_value.h"
#include "lws/api/json.h"

namespace lws::internal {

// Creation of a claim. Complexity: O(claim).
FieldErrors ValidateClaim(const Json& claim);

// The checks of a claim's spec, which templates of claims share.
void CheckClaimSpec(const FieldValue& spec, FieldErrors* errors);

}  // namespace lws::internal

#endif  // LWS_API_CLAIM_VALIDATION_H_
