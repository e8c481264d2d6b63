#include "examples/lwsctl/server_fields.h"

#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

constexpr const char* kServerMetadata[] = {"uid",
                                           "resourceVersion",
                                           "generation",
                                           "creationTimestamp",
                                           "managedFields",
                                           "deletionTimestamp",
                                           "deletionGracePeriodSeconds",
                                           "selfLink"};
constexpr char kLastApplied[] = "kubectl.kubernetes.io/last-applied-configuration";

}  // namespace

lws::Json WithoutServerFields(lws::Json manifest) {
  if (!manifest.is_object()) return manifest;
  manifest.erase("status");
  const auto metadata = manifest.find("metadata");
  if (metadata == manifest.end() || !metadata->is_object()) return manifest;
  for (const char* field : kServerMetadata) metadata->erase(field);
  const auto annotations = metadata->find("annotations");
  if (annotations == metadata->end() || !annotations->is_object()) return manifest;
  annotations->erase(kLastApplied);
  if (annotations->empty()) metadata->erase("annotations");
  return manifest;
}

}  // namespace lwsctl
