#include "lws/adapters/kubernetes/kube_writer.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lws/adapters/host/earlier_due.h"
#include "lws/adapters/kubernetes/action_request.h"
#include "lws/adapters/kubernetes/api_status.h"
#include "lws/adapters/kubernetes/resource.h"
#include "lws/api/applied_fields.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

constexpr int kMostTries = 10;

// An object of the name exists that the view does not know, or knows in an older state.
bool IsInTheWay(const Action& action, const absl::Status& status) {
  if (absl::IsAlreadyExists(status)) return true;
  return action.verb == Verb::kApply && (absl::IsInvalidArgument(status) || absl::IsAborted(status));
}

}  // namespace

std::optional<std::string> AppliedRequestText(const Json& object) {
  const std::optional<Json> fields = ObserveAppliedFields(object, kFieldManager);
  if (!fields.has_value()) return std::nullopt;
  return fields->dump(-1, ' ', false, Json::error_handler_t::replace);
}

KubeWriter::KubeWriter(HttpClient* client, WriterView view, std::function<absl::Time()> clock)
    : client_(*client), view_(std::move(view)), clock_(std::move(clock)) {}

bool KubeWriter::IsKnownToChangeNothing(const Action& action, const HttpRequest& request) const {
  if (action.verb != Verb::kApply || !action.object.numbers().has_value()) return false;
  const std::optional<WriterView::Applied> applied = view_.applied(action.target);
  return applied.has_value() && memo_.IsSame(action.target, request.body, applied->uid, applied->fields);
}

void KubeWriter::Send(const Action& action, absl::Time now, WriteDone done) {
  absl::StatusOr<HttpRequest> request = HttpRequestOf(action);
  if (!request.ok()) return done(request.status(), now);
  if (IsKnownToChangeNothing(action, *request)) {
    ++skipped_;
    return done(WriteAnswer(), now);
  }
  const uint64_t number = next_number_++;
  writes_[number] = {&action, std::move(done), *std::move(request), 0, std::nullopt, std::nullopt};
  SendNow(number);
}

void KubeWriter::SendNow(uint64_t number) {
  Write& write = writes_.at(number);
  if (HasToWait(write.request, &write)) return;
  write.due.reset();
  ++write.tries;
  FetchHttpAnswer(&client_, write.request,
                  [this, number](const absl::StatusOr<HttpAnswer>& answer) { Answered(number, answer); });
}

void KubeWriter::Advance(absl::Time now) {
  for (auto it = not_before_.begin(); it != not_before_.end();) {
    it = it->second <= now ? not_before_.erase(it) : std::next(it);
  }
  std::vector<uint64_t> due;
  for (const auto& [number, write] : writes_) {
    if (write.due.has_value() && *write.due <= now) due.push_back(number);
  }
  for (const uint64_t number : due) writes_.at(number).refusal.has_value() ? LookUp(number) : SendNow(number);
}

std::optional<absl::Time> KubeWriter::NextDue() const {
  std::optional<absl::Time> next;
  for (const auto& [number, write] : writes_) {
    next = EarlierDue(next, write.due);
  }
  return next;
}

void KubeWriter::Answered(uint64_t number, const absl::StatusOr<HttpAnswer>& answer) {
  Write& write = writes_.at(number);
  if (!answer.ok()) return Finish(number, answer.status());
  if (ComesAgain(answer, write.request, &write)) return;
  const absl::StatusOr<WriteAnswer> written = WriteAnswerOf(*write.action, *answer);
  if (!written.ok() && IsInTheWay(*write.action, written.status())) {
    write.refusal = written.status();
    write.tries = 0;
    return LookUp(number);
  }
  if (written.ok()) Keep(write, *written);
  Finish(number, written);
}

bool KubeWriter::ComesAgain(const absl::StatusOr<HttpAnswer>& answer, const HttpRequest& request, Write* write) {
  const bool waits = answer.ok() && IsHttpRefusedForNow(answer->head.code) && answer->head.retry_after.has_value();
  if (!waits) return false;
  const absl::Time due = clock_() + *answer->head.retry_after;
  not_before_[absl::StrCat(request.method, " ", request.path)] = due;
  if (write->tries >= kMostTries) return false;
  write->due = due;
  return true;
}

bool KubeWriter::HasToWait(const HttpRequest& request, Write* write) const {
  const auto found = not_before_.find(absl::StrCat(request.method, " ", request.path));
  if (found == not_before_.end() || found->second <= clock_()) return false;
  write->due = found->second;
  return true;
}

HttpRequest KubeWriter::LookUpRequest(const Action& action) {
  HttpRequest request;
  const Resource* resource = FindApiResource(action.api_version, action.target.kind);
  request.path = ApiObjectPath(*resource, action.target.namespace_name, action.target.name);
  return request;
}

void KubeWriter::LookUp(uint64_t number) {
  Write& write = writes_.at(number);
  HttpRequest request = LookUpRequest(*write.action);
  if (HasToWait(request, &write)) return;
  write.due.reset();
  ++write.tries;
  FetchHttpAnswer(&client_, std::move(request),
                  [this, number](const absl::StatusOr<HttpAnswer>& answer) { LookedUp(number, answer); });
}

void KubeWriter::LookedUp(uint64_t number, const absl::StatusOr<HttpAnswer>& answer) {
  Write& write = writes_.at(number);
  if (ComesAgain(answer, LookUpRequest(*write.action), &write)) return;
  if (answer.ok() && answer->head.code == 200) view_.tell(*write.action, answer->body);
  if (answer.ok() && answer->head.code == 404) view_.tell_gone(*write.action);
  Finish(number, *write.refusal);
}

void KubeWriter::Keep(const Write& write, const WriteAnswer& answer) {
  // Only the leader StatefulSet is applied again and again; other applied StatefulSets are not remembered.
  const bool is_of_leaders = write.action->verb == Verb::kApply && write.action->object.numbers().has_value();
  if (!is_of_leaders || answer.object == nullptr) return;
  const std::optional<std::string> applied = AppliedRequestText(*answer.object);
  if (applied.has_value()) memo_.Applied(write.action->target, write.request.body, answer.uid, *applied);
}

void KubeWriter::Finish(uint64_t number, const absl::StatusOr<WriteAnswer>& answer) {
  const auto found = writes_.find(number);
  const WriteDone done = std::move(found->second.done);
  writes_.erase(found);
  done(answer, clock_());
}

}  // namespace lws::internal
