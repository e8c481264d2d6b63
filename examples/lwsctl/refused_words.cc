#include "examples/lwsctl/refused_words.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "lws/api/field_error.h"

namespace lwsctl {

std::string Describe(const lws::RefusedObject& refused) {
  static const std::map<lws::RefusedKind, const char*> kNames = {
      {lws::RefusedKind::kLeaderStatefulSet, "StatefulSet"},
      {lws::RefusedKind::kLeaderPods, "leader pods"},
      {lws::RefusedKind::kServices, "Services"},
      {lws::RefusedKind::kWorkerStatefulSets, "worker StatefulSets"},
      {lws::RefusedKind::kWorkerPods, "worker pods"}};
  return absl::StrCat("its ", kNames.at(refused.kind), " ", refused.is_certain ? "will" : "may", " be refused",
                      refused.group > 0 ? absl::StrCat(" from group ", refused.group, " on") : "", ": ",
                      lws::Join(refused.errors));
}

}  // namespace lwsctl
