#include "lws/adapters/kubernetes/set_arrivals.h"

#include <algorithm>
#include <vector>

#include "absl/strings/match.h"
#include "lws/adapters/host/earlier_due.h"
#include "lws/adapters/kubernetes/resource.h"
#include "lws/api/json.h"
#include "lws/api/json_reader.h"
#include "lws/api/object_kind.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

constexpr absl::Duration kAskAgainAfter = absl::Seconds(1);

struct Told {
  std::pair<std::string, std::string> name;
  std::string resource_version;
};

absl::StatusOr<Told> ReadToldObject(absl::string_view text) {
  const absl::StatusOr<Json> object = ParseJson(text, "LeaderWorkerSet");
  if (!object.ok()) return object.status();
  JsonReader reader(*object);
  Told told = {{reader.Text({"metadata", "namespace"}), reader.Text({"metadata", "name"})},
               reader.Text({"metadata", "resourceVersion"})};
  if (!reader.status().ok()) return reader.status();
  return told;
}

}  // namespace

SetArrivals::SetArrivals(HttpClient* client, ArrivalsView view, std::function<absl::Time()> clock)
    : client_(*client), view_(std::move(view)), clock_(std::move(clock)) {}

void SetArrivals::BeginRelist() {
  for (auto& [name, look] : looking_) look.was_listed = false;
}

absl::StatusOr<std::string> SetArrivals::Tell(absl::string_view text) {
  const absl::StatusOr<Told> told = ReadToldObject(text);
  if (!told.ok()) return told.status();
  const auto& [namespace_name, name] = told->name;
  const auto looking = looking_.find(told->name);
  const bool waits = looking != looking_.end() && !looking->second.set.empty();
  const bool is_known = view_.has_set(namespace_name, name) || view_.has_leader_statefulset(namespace_name, name);
  if (!waits && (is_known || !is_open_)) {
    if (!is_open_) early_.insert(told->name);
    return view_.tell_set(text);
  }
  Look& look = looking_[told->name];
  look.set = std::string(text);
  look.was_listed = true;
  if (!waits) Ask(told->name);
  return told->resource_version;
}

absl::StatusOr<std::string> SetArrivals::TellGone(absl::string_view text) {
  const absl::StatusOr<Told> told = ReadToldObject(text);
  if (!told.ok()) return told.status();
  End(told->name);
  early_.erase(told->name);
  return view_.tell_set_gone(text);
}

void SetArrivals::EndRelist() {
  for (auto it = looking_.begin(); it != looking_.end();) {
    const bool is_gone = !it->second.was_listed && !it->second.set.empty();
    it = is_gone ? looking_.erase(it) : std::next(it);
  }
}

void SetArrivals::TellFoundAgain() {
  for (const auto& [name, text] : found_) view_.tell_statefulset(text);
}

void SetArrivals::Found(absl::string_view namespace_name, absl::string_view name, std::optional<std::string> text) {
  const Name key(namespace_name, name);
  if (text.has_value()) {
    found_[key] = *std::move(text);
  } else {
    found_.erase(key);
  }
}

void SetArrivals::Open() {
  if (is_open_) return;
  is_open_ = true;
  for (const Name& name : early_) {
    if (view_.has_leader_statefulset(name.first, name.second)) continue;
    looking_[name];
    ++early_looks_;
    Ask(name);
  }
  early_.clear();
}

void SetArrivals::Ask(const Name& name) {
  looking_[name].due.reset();
  HttpRequest request;
  request.path = ApiObjectPath(*FindApiResource(ObjectKind::kStatefulSet), name.first, name.second);
  FetchHttpAnswer(&client_, std::move(request),
                  [this, name](const absl::StatusOr<HttpAnswer>& answer) { Answered(name, answer); });
}

std::string SetArrivals::End(const Name& name) {
  const auto found = looking_.find(name);
  if (found == looking_.end()) return "";
  std::string set = std::move(found->second.set);
  looking_.erase(found);
  if (set.empty()) --early_looks_;
  return set;
}

void SetArrivals::Answered(const Name& name, const absl::StatusOr<HttpAnswer>& answer) {
  const auto found = looking_.find(name);
  if (found == looking_.end()) return;
  const bool is_there = answer.ok() && answer->head.code == 200;
  const bool is_absent = answer.ok() && answer->head.code == 404;
  if (!is_there && !is_absent) {
    absl::Duration wait = kAskAgainAfter;
    if (answer.ok()) wait = std::max(wait, answer->head.retry_after.value_or(wait));
    found->second.due = clock_() + wait;
    return;
  }
  const std::string set = End(name);
  if (is_there && !view_.has_leader_statefulset(name.first, name.second)) {
    // The next list has a StatefulSet with the label.
    if (!absl::StrContains(answer->body, kNameLabel)) found_[name] = answer->body;
    view_.tell_statefulset(answer->body);
  }
  if (!set.empty()) view_.tell_set(set).IgnoreError();
}

void SetArrivals::Advance(absl::Time now) {
  std::vector<Name> due;
  for (const auto& [name, look] : looking_) {
    if (look.due.has_value() && *look.due <= now) due.push_back(name);
  }
  for (const Name& name : due) Ask(name);
}

std::optional<absl::Time> SetArrivals::NextDue() const {
  std::optional<absl::Time> next;
  for (const auto& [name, look] : looking_) {
    next = EarlierDue(next, look.due);
  }
  return next;
}

}  // namespace lws::internal
