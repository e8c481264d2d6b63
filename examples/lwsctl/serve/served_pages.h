// The pages of `lwsctl serve` and who waits for the next version of one. It opens no file and no connection.
//
//   lwsctl::ServedPages pages({"serve.yaml"});
//   pages.Set(0, "<html>...</body></html>");    // the first version of the page of serve.yaml
//
// GET / is the page of the only file, or a list of the files. GET /N is the page of the file with the number N. GET
// /changed/N/V is answered with 200 as soon as the page has a version after V, and with 204 when Expire is called
// before that; the pages ask for it with a script that they get here, and load themselves again.
//
// A browser may be led to this server by a foreign page under a foreign name (DNS rebinding), so only requests to
// localhost and to an address are answered.
//
// Thread-safety: all member functions may be called concurrently.
#ifndef LWS_EXAMPLES_LWSCTL_SERVE_SERVED_PAGES_H_
#define LWS_EXAMPLES_LWSCTL_SERVE_SERVED_PAGES_H_

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "lws/adapters/kubernetes/serving/https_server.h"

namespace lwsctl {

class ServedPages {
 public:
  // `titles` has the name of the file of each page. Until a page is set, it says that it is being made.
  explicit ServedPages(std::vector<std::string> titles);

  // Replaces the page and answers those who wait for it.
  void Set(size_t page, std::string html);

  // Answers all who wait for a page that has not changed.
  void Expire();

  // Answers the request, now or at a later Set or Expire.
  void Answer(const lws::internal::ServedRequest& request, lws::internal::Respond respond);

 private:
  struct Page {
    std::string title;
    std::string html;
    int64_t version = 0;
  };
  struct Waiting {
    size_t page = 0;
    lws::internal::Respond respond;
  };

  lws::internal::ServedAnswer ListOfPages() const;
  lws::internal::ServedAnswer PageNumbered(size_t page) const;
  // The page of this number; pages_.size() when there is none.
  size_t PageOf(absl::string_view number) const;
  // Takes those out of waiting_ who wait for this page.
  std::vector<lws::internal::Respond> TakeWaiting(size_t page);

  std::mutex mutex_;  // protects the rest
  std::vector<Page> pages_;
  std::vector<Waiting> waiting_;
};

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_SERVE_SERVED_PAGES_H_
