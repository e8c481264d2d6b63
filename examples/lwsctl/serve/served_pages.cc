#include "examples/lwsctl/serve/served_pages.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "examples/lwsctl/serve/plain_page.h"
#include "lws/adapters/testing/page/escape_markup.h"

namespace lwsctl {
namespace {

using lws::internal::EscapeHtmlMarkup;
using lws::internal::Respond;
using lws::internal::ServedAnswer;

// More who wait than this are told at once that nothing changed, so that no client can fill the memory.
constexpr size_t kMostWaiting = 1000;

ServedAnswer HtmlAnswer(std::string html) { return {200, "text/html; charset=utf-8", std::move(html)}; }
ServedAnswer TextAnswer(int code, std::string text) { return {code, "text/plain; charset=utf-8", std::move(text)}; }

// A page asks again when nothing changed, and when this server was started again in the meantime.
std::string ReloadScript(size_t page, int64_t version) {
  return absl::StrCat(
      "<script>\nconst wait = () => fetch(\"/changed/", page, "/", version,
      "\").then((answer) => answer.status === 200 ? location.reload() : wait(), () => setTimeout(wait, 1000));\n"
      "wait();\n</script>\n");
}

// Whether the request's Host is localhost or an address, with any port.
bool IsLocal(absl::string_view host) {
  const absl::string_view name = host.substr(0, host.rfind(':'));
  if (name == "localhost" || absl::StartsWith(host, "[")) return true;
  return !name.empty() && name.find_first_not_of("0123456789.") == absl::string_view::npos;
}

}  // namespace

ServedPages::ServedPages(std::vector<std::string> titles) {
  for (std::string& title : titles) {
    std::string html =
        PlainPage(title, absl::StrCat("<p>The page of ", EscapeHtmlMarkup(title), " is being made.</p>\n"));
    pages_.push_back({std::move(title), std::move(html), 0});
  }
}

void ServedPages::Set(size_t page, std::string html) {
  std::vector<Respond> told;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    pages_[page].html = std::move(html);
    ++pages_[page].version;
    told = TakeWaiting(page);
  }
  for (const Respond& respond : told) respond(TextAnswer(200, "changed\n"));
}

void ServedPages::Expire() {
  std::vector<Waiting> told;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    told.swap(waiting_);
  }
  for (const Waiting& waiting : told) waiting.respond(TextAnswer(204, ""));
}

std::vector<Respond> ServedPages::TakeWaiting(size_t page) {
  std::vector<Respond> told;
  std::vector<Waiting> others;
  for (Waiting& waiting : waiting_) {
    if (waiting.page == page) {
      told.push_back(std::move(waiting.respond));
    } else {
      others.push_back(std::move(waiting));
    }
  }
  waiting_ = std::move(others);
  return told;
}

size_t ServedPages::PageOf(absl::string_view number) const {
  size_t page = 0;
  return absl::SimpleAtoi(number, &page) && page < pages_.size() ? page : pages_.size();
}

ServedAnswer ServedPages::ListOfPages() const {
  std::string list;
  for (size_t page = 0; page < pages_.size(); ++page) {
    absl::StrAppend(&list, "<li><a href=\"/", page, "\">", EscapeHtmlMarkup(pages_[page].title), "</a></li>\n");
  }
  return HtmlAnswer(PlainPage("lwsctl serve", absl::StrCat("<ul>\n", list, "</ul>\n")));
}

ServedAnswer ServedPages::PageNumbered(size_t page) const {
  const Page& shown = pages_[page];
  const size_t end = shown.html.rfind("</body>");
  const std::string script = ReloadScript(page, shown.version);
  if (end == std::string::npos) return HtmlAnswer(absl::StrCat(shown.html, script));
  return HtmlAnswer(absl::StrCat(shown.html.substr(0, end), script, shown.html.substr(end)));
}

void ServedPages::Answer(const lws::internal::ServedRequest& request, Respond respond) {
  if (request.method != "GET") return respond(TextAnswer(405, "only GET is answered\n"));
  if (!IsLocal(request.Header("Host"))) return respond(TextAnswer(403, "this server is for localhost only\n"));
  // "" before the first slash, and what is between the others.
  const std::vector<std::string> parts = absl::StrSplit(request.path, '/');
  std::unique_lock<std::mutex> lock(mutex_);
  ServedAnswer answer = TextAnswer(404, "there is no such page\n");
  int64_t version = 0;
  if (parts.size() == 4 && parts[1] == "changed" && absl::SimpleAtoi(parts[3], &version)) {
    const size_t page = PageOf(parts[2]);
    if (page < pages_.size() && pages_[page].version == version && waiting_.size() < kMostWaiting) {
      waiting_.push_back({page, std::move(respond)});
      return;
    }
    // A version that this server never had is one of a server before it.
    if (page < pages_.size()) answer = TextAnswer(pages_[page].version == version ? 204 : 200, "");
  } else if (request.path == "/") {
    answer = pages_.size() == 1 ? PageNumbered(0) : ListOfPages();
  } else if (parts.size() == 2 && PageOf(parts[1]) < pages_.size()) {
    answer = PageNumbered(PageOf(parts[1]));
  }
  lock.unlock();
  respond(std::move(answer));
}

}  // namespace lwsctl
