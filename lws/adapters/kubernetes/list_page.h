// One page of a list, split into the texts of its items.
//
//   absl::StatusOr<lws::internal::ListPage> page = lws::internal::ListPage::Read(body);
//   page->items();               // the text of each object
//   page->continue_token();      // "" on the last page
//   page->resource_version();    // of the list
//
// Thread-safety: const methods may be called concurrently.
#ifndef LWS_ADAPTERS_KUBERNETES_LIST_PAGE_H_
#define LWS_ADAPTERS_KUBERNETES_LIST_PAGE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace lws::internal {

class ListPage {
 public:
  // Errors: InvalidArgument for a body that is not a list, is cut, or has no metadata.resourceVersion. The page keeps
  // the body, and copies it only if its memory is too short for the parser. Complexity: O(body).
  static absl::StatusOr<ListPage> Read(std::string body);

  // The texts borrow from this page.
  const std::vector<absl::string_view>& items() const { return items_; }
  const std::string& continue_token() const { return continue_token_; }
  const std::string& resource_version() const { return resource_version_; }

 private:
  std::unique_ptr<std::string> body_;  // at an address that stays
  std::vector<absl::string_view> items_;
  std::string continue_token_;
  std::string resource_version_;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_LIST_PAGE_H_
