#include "lws/adapters/kubernetes/kube_writer.h"

#include <algorithm>
#include <utility>
#include <vector>

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

std::optional<std::string> AppliedText(const Json& object) {
  const std::optional<Json> fields = AppliedFields(object, kFieldManager);
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
  absl::StatusOr<HttpRequest> request = RequestOf(action);
  if (!request.ok()) return done(request.status(), now);
  if (IsKnownToChangeNothing(action, *request)) {
    ++skipped_;
    return done(WriteAnswer(), now);
  }
  const uint64_t number = next_number_++;
  writes_[number] = {&action, std::move(done), *std::move(request), 0, std::nullopt};
  SendNow(number);
}

void KubeWriter::SendNow(uint64_t number) {
  Write& write = writes_.at(number);
  write.due.reset();
  ++write.tries;
  Fetch(&client_, write.request,
        [this, number](const absl::StatusOr<HttpAnswer>& answer) { Answered(number, answer); });
}

void KubeWriter::Advance(absl::Time now) {
  std::vector<uint64_t> due;
  for (const auto& [number, write] : writes_) {
    if (write.due.has_value() && *write.due <= now) due.push_back(number);
  }
  for (const uint64_t number : due) SendNow(number);
}

std::optional<absl::Time> KubeWriter::NextDue() const {
  std::optional<absl::Time> next;
  for (const auto& [number, write] : writes_) {
    if (write.due.has_value()) next = std::min(next.value_or(absl::InfiniteFuture()), *write.due);
  }
  return next;
}

void KubeWriter::Answered(uint64_t number, const absl::StatusOr<HttpAnswer>& answer) {
  Write& write = writes_.at(number);
  if (!answer.ok()) return Finish(number, answer.status());
  const bool comes_again = IsRefusedForNow(answer->head.code) && answer->head.retry_after.has_value();
  if (comes_again && write.tries < kMostTries) {
    write.due = clock_() + *answer->head.retry_after;
    return;
  }
  const absl::StatusOr<WriteAnswer> written = AnswerTo(*write.action, *answer);
  if (!written.ok() && IsInTheWay(*write.action, written.status())) return LookUp(number, written.status());
  if (written.ok()) Keep(write, *written);
  Finish(number, written);
}

void KubeWriter::LookUp(uint64_t number, const absl::Status& error) {
  const Action& action = *writes_.at(number).action;
  const Resource* resource = FindResource(action.api_version, action.target.kind);
  HttpRequest request;
  request.path = ObjectPath(*resource, action.target.namespace_name, action.target.name);
  Fetch(&client_, std::move(request), [this, number, error](const absl::StatusOr<HttpAnswer>& answer) {
    const Action& looked_up = *writes_.at(number).action;
    if (answer.ok() && answer->head.code == 200) view_.tell(looked_up, answer->body);
    if (answer.ok() && answer->head.code == 404) view_.tell_gone(looked_up);
    Finish(number, error);
  });
}

void KubeWriter::Keep(const Write& write, const WriteAnswer& answer) {
  // Only the leader StatefulSet is applied again and again; other applied StatefulSets are not remembered.
  const bool is_of_leaders = write.action->verb == Verb::kApply && write.action->object.numbers().has_value();
  if (!is_of_leaders || answer.object == nullptr) return;
  const std::optional<std::string> applied = AppliedText(*answer.object);
  if (applied.has_value()) memo_.Applied(write.action->target, write.request.body, answer.uid, *applied);
}

void KubeWriter::Finish(uint64_t number, const absl::StatusOr<WriteAnswer>& answer) {
  const auto found = writes_.find(number);
  const WriteDone done = std::move(found->second.done);
  writes_.erase(found);
  done(answer, clock_());
}

}  // namespace lws::internal
