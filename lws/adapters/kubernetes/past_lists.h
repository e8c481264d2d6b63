// Reads kinds as they were at earlier versions, which an API server remembers for some minutes.
//
//   lws::internal::PastLists past(&client, tell, done);
//   past.Read({{pods, "1204"}, {sets, "1198"}});    // tells every object of those versions, then calls `done`
//
// Laws:
//   1. `done` is called exactly once: with OK after every object was told, else with the first error. Nothing is told
//      after an error.
//
// Thread-safety: none; the client calls back on the same thread.
#ifndef LWS_ADAPTERS_KUBERNETES_PAST_LISTS_H_
#define LWS_ADAPTERS_KUBERNETES_PAST_LISTS_H_

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/adapters/kubernetes/http_client.h"
#include "lws/adapters/kubernetes/resource.h"

namespace lws::internal {

class PastLists {
 public:
  using Tell = std::function<absl::Status(const Resource& resource, absl::string_view object)>;
  using Done = std::function<void(const absl::Status&)>;

  // Borrows `client`. An error of `tell` ends the reading. Errors of `done`: OutOfRange when the server does not
  // remember a version any more, and those of requests.
  PastLists(HttpClient* client, Tell tell, Done done)
      : client_(*client), tell_(std::move(tell)), done_(std::move(done)) {}

  // Call it once. REQUIRES: there is a kind.
  void Read(const std::vector<std::pair<const Resource*, std::string>>& versions);
  // Returns whether Read was called, and `done` was not.
  bool is_reading() const { return is_reading_; }

 private:
  void Ask(const Resource& resource, const std::string& version, const std::string& continue_token);
  // Returns the token of the next page; empty after the last one.
  absl::StatusOr<std::string> TakePage(const Resource& resource, const absl::StatusOr<HttpAnswer>& answer) const;
  void End(const absl::Status& status);

  HttpClient& client_;
  const Tell tell_;
  const Done done_;
  size_t unfinished_ = 0;
  bool is_reading_ = false;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_PAST_LISTS_H_
