// The OpenAPI schema of a type of the field table, as a CustomResourceDefinition holds it.
//
//   const lws::Json schema = lws::internal::OpenApiSchema(*lws::internal::FindTypeInfo("RollingUpdateConfiguration"));
//   schema["properties"]["partition"];    // {"default":0,"format":"int32","type":"integer"}
//
// Laws:
//   1. ValidateSchema finds no error in a document exactly when an API server accepts it by this schema. Texts of times
//      are the exception: ValidateSchema accepts any of them.
//
// Thread-safety: may be called concurrently.
#ifndef LWS_API_OPEN_API_SCHEMA_H_
#define LWS_API_OPEN_API_SCHEMA_H_

#include "lws/api/field_table.h"
#include "lws/api/json.h"

namespace lws::internal {

// Fields that the table prunes are left out. Complexity: O(schema).
Json OpenApiSchema(const TypeInfo& type);

}  // namespace lws::internal

#endif  // LWS_API_OPEN_API_SCHEMA_H_
