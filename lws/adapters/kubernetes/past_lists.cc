#include "lws/adapters/kubernetes/past_lists.h"

#include "absl/strings/str_cat.h"
#include "lws/adapters/kubernetes/api_status.h"
#include "lws/adapters/kubernetes/list_page.h"
#include "lws/adapters/kubernetes/reflector.h"

namespace lws::internal {
namespace {

// Who takes over has to begin soon, and can do without the past.
constexpr absl::Duration kTimeout = absl::Seconds(10);

}  // namespace

void PastLists::Read(const std::vector<std::pair<const Resource*, std::string>>& versions) {
  unfinished_ = versions.size();
  is_reading_ = true;
  for (const auto& [resource, version] : versions) Ask(*resource, version, "");
}

void PastLists::Ask(const Resource& resource, const std::string& version, const std::string& continue_token) {
  ReflectorOptions options;
  options.resource = resource;
  HttpRequest request = ListPageRequest(options, continue_token);
  // The token of a further page names the version already.
  if (continue_token.empty()) {
    absl::StrAppend(&request.path, "&resourceVersion=", UrlEscaped(version), "&resourceVersionMatch=Exact");
  }
  request.timeout = kTimeout;
  FetchHttpAnswer(&client_, std::move(request), [this, &resource, version](const absl::StatusOr<HttpAnswer>& answer) {
    if (!is_reading_) return;
    const absl::StatusOr<std::string> next = TakePage(resource, answer);
    if (!next.ok()) return End(next.status());
    if (!next->empty()) return Ask(resource, version, *next);
    if (--unfinished_ == 0) End(absl::OkStatus());
  });
}

absl::StatusOr<std::string> PastLists::TakePage(const Resource& resource,
                                                const absl::StatusOr<HttpAnswer>& answer) const {
  if (!answer.ok()) return answer.status();
  absl::Status status = StatusOfHttpAnswer(answer->head.code, answer->body);
  if (!status.ok()) return status;
  const absl::StatusOr<ListPage> page = ListPage::Read(answer->body);
  if (!page.ok()) return page.status();
  for (const absl::string_view item : page->items()) {
    status = tell_(resource, item);
    if (!status.ok()) return status;
  }
  return page->continue_token();
}

void PastLists::End(const absl::Status& status) {
  is_reading_ = false;
  done_(status);
}

}  // namespace lws::internal
