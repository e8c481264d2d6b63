// The group and the rank that a pod's labels name.
//
//   lws::internal::JsonReader reader(pod);
//   lws::internal::GroupOfPod(reader)->set_name;    // "vllm"
//   *lws::internal::RankOfPod(reader);              // 0
//
// Anybody may write labels, so a pod that has them is not always a pod of the group.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_PLACEMENT_LABELLED_GROUP_H_
#define LWS_PLACEMENT_LABELLED_GROUP_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "lws/api/json_reader.h"
#include "lws/placement/node_binding.h"

namespace lws::internal {

// The namespace of the document. As for kubectl and the API server, an object without one belongs to `default`.
std::string NamespaceOfPod(JsonReader& pod);

// nullopt without the name of a set, or when the index is no number. An empty namespace counts as "default".
std::optional<GroupId> GroupOfLabels(absl::string_view namespace_name, absl::string_view set_name,
                                     absl::string_view group_index);

// Both note labels that are no texts in the reader's status.
std::optional<GroupId> GroupOfPod(JsonReader& pod);
std::optional<int64_t> RankOfPod(JsonReader& pod);

}  // namespace lws::internal

#endif  // LWS_PLACEMENT_LABELLED_GROUP_H_
