#include "lws/api/canonical_text.h"

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

constexpr absl::string_view kReplicas = "/spec/replicas";
constexpr absl::string_view kPartition = "/spec/updateStrategy/rollingUpdate/partition";

// Appends the value to the last part. Each of the two numbers ends a part; `path` is where the value lies.
void AppendParts(const Json& value, const std::string& path, std::vector<std::string>* parts) {
  if (path == kReplicas || path == kPartition) return parts->emplace_back(), void();
  if (!value.is_object() || !absl::StartsWith(kPartition, path)) return parts->back() += CanonicalJson(value), void();
  const char* separator = "{";
  for (const auto& [key, member] : value.items()) {
    parts->back() += separator;
    AppendQuoted(key, &parts->back());
    parts->back() += ":";
    AppendParts(member, absl::StrCat(path, "/", key), parts);
    separator = ",";
  }
  parts->back() += value.empty() ? "{}" : "}";
}

bool IsPlain(absl::string_view text) {
  for (const char c : text) {
    if (c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&') return false;
  }
  return true;
}

void AppendCondition(const Condition& condition, std::string* out) {
  out->append("{\"lastTransitionTime\":");
  if (condition.has_last_transition_time()) {
    AppendQuoted(condition.last_transition_time(), out);
  } else {
    out->append("null");
  }
  out->append(",\"message\":");
  AppendQuoted(condition.message(), out);
  if (condition.observed_generation() != 0) {
    absl::StrAppend(out, ",\"observedGeneration\":", condition.observed_generation());
  }
  out->append(",\"reason\":");
  AppendQuoted(condition.reason(), out);
  out->append(",\"status\":");
  AppendQuoted(condition.status(), out);
  out->append(",\"type\":");
  AppendQuoted(condition.type(), out);
  out->append("}");
}

// Zero is left out.
void AppendNumber(absl::string_view key, int64_t number, const char** separator, std::string* out) {
  if (number == 0) return;
  absl::StrAppend(out, *separator, "\"", key, "\":", number);
  *separator = ",";
}

}  // namespace

void AppendQuoted(absl::string_view text, std::string* out) {
  if (!IsPlain(text)) return out->append(CanonicalJson(std::string(text))), void();
  absl::StrAppend(out, "\"", text, "\"");
}

StatefulSetText TextOfStatefulSet(const Json& statefulset) {
  std::vector<std::string> parts(1);
  AppendParts(statefulset, "", &parts);
  parts.resize(3);
  return {parts[0], parts[1], parts[2]};
}

void AppendStatefulSet(const StatefulSetText& text, int32_t partition, int32_t replicas, std::string* out) {
  absl::StrAppend(out, text.before_replicas, replicas, text.before_partition, partition, text.after_partition);
}

void AppendStatus(absl::string_view namespace_name, absl::string_view name, const LeaderWorkerSetStatus& status,
                  std::string* out) {
  absl::StrAppend(out, "{\"apiVersion\":\"", kApiVersion, "\",\"kind\":\"", kKind, "\",\"metadata\":{\"name\":");
  AppendQuoted(name, out);
  out->append(",\"namespace\":");
  AppendQuoted(namespace_name, out);
  out->append("},\"status\":{");
  const char* separator = "";
  if (status.conditions_size() > 0) {
    out->append("\"conditions\":[");
    for (const Condition& condition : status.conditions()) {
      out->append(separator);
      AppendCondition(condition, out);
      separator = ",";
    }
    out->append("]");
  }
  if (!status.hpa_pod_selector().empty()) {
    absl::StrAppend(out, separator, "\"hpaPodSelector\":");
    AppendQuoted(status.hpa_pod_selector(), out);
    separator = ",";
  }
  AppendNumber("observedGeneration", status.observed_generation(), &separator, out);
  AppendNumber("readyReplicas", status.ready_replicas(), &separator, out);
  AppendNumber("replicas", status.replicas(), &separator, out);
  AppendNumber("updatedReplicas", status.updated_replicas(), &separator, out);
  out->append("}}");
}

}  // namespace lws::internal
