// The kinds that the client reads and writes, and their paths on an API server.
//
//   const lws::internal::Resource* pods = lws::internal::FindApiResource("v1", "Pod");
//   lws::internal::ApiCollectionPath(*pods, "");                       // "/api/v1/pods"
//   lws::internal::ApiObjectPath(*pods, "default", "vllm-0");          // "/api/v1/namespaces/default/pods/vllm-0"
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_KUBERNETES_RESOURCE_H_
#define LWS_ADAPTERS_KUBERNETES_RESOURCE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "lws/api/object_kind.h"

namespace lws::internal {

struct Resource {
  ObjectKind object_kind = ObjectKind::kOther;
  absl::string_view api_version;
  absl::string_view kind;
  absl::string_view plural;
  bool has_namespaces = true;
  // The client reads only objects with this label; empty: all of them.
  absl::string_view label;
  // The client reads only the metadata of its objects.
  bool is_read_as_metadata = false;
};

absl::Span<const Resource> ApiResources();

// Null for a kind that the client does not know.
const Resource* FindApiResource(absl::string_view api_version, absl::string_view kind);
const Resource* FindApiResource(ObjectKind kind);

// The path for all namespaces if the name is empty.
std::string ApiCollectionPath(const Resource& resource, absl::string_view namespace_name);
std::string ApiObjectPath(const Resource& resource, absl::string_view namespace_name, absl::string_view name);

// Escapes the text for a path or a query.
std::string UrlEscaped(absl::string_view text);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_RESOURCE_H_
