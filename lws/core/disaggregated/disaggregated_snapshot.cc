#include "lws/core/disaggregated/disaggregated_snapshot.h"

#include <map>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/json_reader.h"
#include "lws/api/observed_roles.h"
#include "lws/api/well_known.h"
#include "lws/core/revision/disaggregated_revision.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::DescribeJsonObject;
using internal::JsonReader;

namespace {

using Key = std::pair<std::string, std::string>;  // namespace, name

template <typename T>
using ByKey = std::map<Key, T>;

struct StoredSet {
  DisaggregatedSet set;
  std::string revision;
};

Key KeyOf(const Json& object) {
  JsonReader reader(object);
  return {reader.Text({"metadata", "namespace"}), reader.Text({"metadata", "name"})};
}

// Reads the object, and stores it in place of the former one.
template <typename T>
absl::Status Put(const Json& object, absl::StatusOr<T> read, ByKey<T>* objects) {
  if (!read.ok()) return read.status();
  (*objects)[KeyOf(object)] = *std::move(read);
  return absl::OkStatus();
}

template <typename T>
std::vector<const T*> OfNamespace(const ByKey<T>& objects, const std::string& namespace_name) {
  std::vector<const T*> found;
  for (auto it = objects.lower_bound({namespace_name, ""}); it != objects.end() && it->first.first == namespace_name;
       ++it) {
    found.push_back(&it->second);
  }
  return found;
}

// Adds the object's name to the error, because the reader of the type does not know it.
template <typename T>
absl::StatusOr<T> Named(const Json& object, absl::StatusOr<T> read) {
  if (read.ok()) return read;
  return absl::InvalidArgumentError(absl::StrCat(DescribeJsonObject(object), ": ", read.status().message()));
}

// The apiVersion of the kinds that are stored.
absl::string_view VersionOf(absl::string_view kind) {
  if (kind == "Service") return "v1";
  return kind == kKind ? kApiVersion : kDisaggregatedSetApiVersion;
}

absl::StatusOr<StoredSet> ReadSet(const Json& object) {
  absl::StatusOr<DisaggregatedSet> set = Named(object, DisaggregatedSetFromJson(object));
  if (!set.ok()) return set.status();
  std::string revision = DisaggregatedRevisionKey(DisaggregatedRevisionData(*set));
  return StoredSet{*std::move(set), std::move(revision)};
}

}  // namespace

struct DisaggregatedSnapshot::Objects {
  ByKey<StoredSet> sets;
  ByKey<ObservedChild> children;
  ByKey<ObservedRoleService> services;
  ByKey<DisaggregatedSetRoleScaler> scalers;
};

DisaggregatedSnapshot::DisaggregatedSnapshot() : objects_(std::make_unique<Objects>()) {}
DisaggregatedSnapshot::~DisaggregatedSnapshot() = default;
DisaggregatedSnapshot::DisaggregatedSnapshot(DisaggregatedSnapshot&&) noexcept = default;
DisaggregatedSnapshot& DisaggregatedSnapshot::operator=(DisaggregatedSnapshot&&) noexcept = default;

absl::Status DisaggregatedSnapshot::Add(const Json& object) {
  JsonReader reader(object);
  const std::string kind = reader.Text({"kind"});
  const std::string version = reader.Text({"apiVersion"});
  if (!reader.status().ok()) return reader.status();
  if (!version.empty() && version != VersionOf(kind)) return absl::OkStatus();
  if (kind == kDisaggregatedSetKind) return Put(object, ReadSet(object), &objects_->sets);
  if (kind == kKind) return Put(object, ObserveChild(object), &objects_->children);
  if (kind == "Service") return Put(object, ObserveRoleService(object), &objects_->services);
  if (kind == kRoleScalerKind) return Put(object, Named(object, RoleScalerFromJson(object)), &objects_->scalers);
  return absl::OkStatus();
}

void DisaggregatedSnapshot::Remove(absl::string_view kind, absl::string_view namespace_name, absl::string_view name) {
  const Key key{std::string(namespace_name), std::string(name)};
  if (kind == kDisaggregatedSetKind) objects_->sets.erase(key);
  if (kind == kKind) objects_->children.erase(key);
  if (kind == "Service") objects_->services.erase(key);
  if (kind == kRoleScalerKind) objects_->scalers.erase(key);
}

DisaggregatedObservation DisaggregatedSnapshot::Observe(absl::string_view namespace_name,
                                                        absl::string_view name) const {
  DisaggregatedObservation observation;
  const std::string of(namespace_name);
  const auto found = objects_->sets.find({of, std::string(name)});
  if (found == objects_->sets.end()) return observation;
  observation.set = &found->second.set;
  observation.revision = found->second.revision;
  observation.children = OfNamespace(objects_->children, of);
  observation.services = OfNamespace(objects_->services, of);
  observation.scalers = OfNamespace(objects_->scalers, of);
  return observation;
}

std::vector<std::pair<std::string, std::string>> DisaggregatedSnapshot::SetNames() const {
  std::vector<std::pair<std::string, std::string>> names;
  for (const auto& [key, set] : objects_->sets) names.push_back(key);
  return names;
}

}  // namespace lws
