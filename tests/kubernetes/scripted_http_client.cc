#include "tests/kubernetes/scripted_http_client.h"

#include <utility>

namespace lws {

uint64_t ScriptedHttpClient::Start(internal::HttpRequest request, std::shared_ptr<internal::HttpSink> sink) {
  open_[next_id_] = {std::move(request), std::move(sink)};
  return next_id_++;
}

std::vector<uint64_t> ScriptedHttpClient::Open() const {
  std::vector<uint64_t> ids;
  for (const auto& [id, exchange] : open_) ids.push_back(id);
  return ids;
}

const internal::HttpRequest* ScriptedHttpClient::Find(uint64_t id) const {
  const auto found = open_.find(id);
  return found == open_.end() ? nullptr : &found->second.request;
}

std::shared_ptr<internal::HttpSink> ScriptedHttpClient::SinkOf(uint64_t id) const {
  const auto found = open_.find(id);
  return found == open_.end() ? nullptr : found->second.sink;
}

void ScriptedHttpClient::Head(uint64_t id, const internal::HttpHead& head) {
  if (const auto sink = SinkOf(id)) sink->Head(head);
}

void ScriptedHttpClient::Bytes(uint64_t id, absl::string_view bytes) {
  if (const auto sink = SinkOf(id)) sink->Bytes(bytes);
}

void ScriptedHttpClient::End(uint64_t id, const absl::Status& status) {
  const auto sink = SinkOf(id);
  open_.erase(id);
  if (sink != nullptr) sink->End(status);
}

void ScriptedHttpClient::Answer(uint64_t id, int code, absl::string_view body) {
  Head(id, {code, std::nullopt});
  Bytes(id, body);
  End(id, absl::OkStatus());
}

}  // namespace lws
