#include "lws/adapters/kubernetes/handover.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "lws/api/json.h"
#include "lws/api/json_reader.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

constexpr char kSet[] = "set";
constexpr char kPod[] = "pod";

Json PendingDocument(const PendingKey& pending) {
  Json document = {{"kind", pending.key.kind == WorkKey::Kind::kSet ? kSet : kPod},
                   {"namespace", pending.key.namespace_name},
                   {"name", pending.key.name}};
  if (pending.failures > 0) document["failures"] = pending.failures;
  if (pending.due != absl::InfinitePast()) document["due"] = absl::ToUnixMillis(pending.due);
  return document;
}

absl::StatusOr<PendingKey> ReadPending(const Json& document) {
  JsonReader reader(document);
  PendingKey pending;
  const std::string kind = reader.Text({"kind"});
  pending.key.kind = kind == kPod ? WorkKey::Kind::kPod : WorkKey::Kind::kSet;
  pending.key.namespace_name = reader.Text({"namespace"});
  pending.key.name = reader.Text({"name"});
  const int64_t most = std::numeric_limits<int>::max();
  pending.failures = static_cast<int>(std::clamp<int64_t>(reader.Integer({"failures"}).value_or(0), 0, most));
  const std::optional<int64_t> due = reader.Integer({"due"});
  if (due.has_value()) pending.due = absl::FromUnixMillis(*due);
  if (!reader.status().ok()) return reader.status();
  if ((kind != kSet && kind != kPod) || pending.key.name.empty()) {
    return absl::InvalidArgumentError("handover: a pending key has no kind or no name");
  }
  return pending;
}

}  // namespace

std::string HandoverText(const Handover& handover) {
  Json document = {{"program", handover.program}, {"versions", handover.versions}};
  for (const PendingKey& pending : handover.pending) document["pending"].push_back(PendingDocument(pending));
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

absl::StatusOr<Handover> ParseHandover(absl::string_view text) {
  const absl::StatusOr<Json> document = ParseJson(text, "handover");
  if (!document.ok()) return document.status();
  if (!document->is_object()) return absl::InvalidArgumentError("handover: not an object");
  JsonReader reader(*document);
  Handover handover;
  handover.program = reader.Text({"program"});
  const Json* versions = reader.Find({"versions"});
  if (versions == nullptr || !versions->is_object()) return absl::InvalidArgumentError("handover: no versions");
  for (const auto& [kind, version] : versions->items()) {
    if (!version.is_string()) return absl::InvalidArgumentError("handover: a version is not a text");
    handover.versions[kind] = version.get<std::string>();
  }
  const Json* pending = reader.Find({"pending"});
  if (pending != nullptr && !pending->is_array()) return absl::InvalidArgumentError("handover: pending is not a list");
  if (pending == nullptr) return handover;
  for (const Json& item : *pending) {
    absl::StatusOr<PendingKey> key = ReadPending(item);
    if (!key.ok()) return key.status();
    handover.pending.push_back(*std::move(key));
  }
  return handover;
}

}  // namespace lws::internal
