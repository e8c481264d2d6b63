#include "examples/lwsctl/shown_names.h"

#include <variant>

#include "absl/strings/str_cat.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/json_reader.h"

namespace lwsctl {

ShownNames::ShownNames(const std::vector<SetManifest>& sets) {
  for (const SetManifest& set : sets) Add(set);
}

ShownNames::ShownNames(const std::vector<SetOfEitherKind>& sets) {
  for (const SetOfEitherKind& either : sets) {
    std::visit([this](const auto& set) { Add(set); }, either);
  }
}

void ShownNames::Add(const SetManifest& set) {
  lws::internal::JsonReader reader(*set.object);
  const std::string name = reader.Text({"metadata", "name"});
  namespaces_[name].insert(reader.Text({"metadata", "namespace"}));
}

void ShownNames::Add(const DisaggregatedManifest& set) {
  namespaces_[set.set->metadata().name()].insert(set.set->metadata().namespace_());
}

std::string ShownNames::Of(const std::string& namespace_name, const std::string& name) const {
  const auto found = namespaces_.find(name);
  const bool is_in_several = found != namespaces_.end() && found->second.size() > 1;
  return is_in_several ? absl::StrCat(namespace_name, "/", name) : name;
}

}  // namespace lwsctl
