// Keeps a view of one kind equal to the API server's: lists it page by page, then watches it, and lists it again when
// it must. A state machine without I/O: its owner sends the requests and passes the answers back.
//
//   lws::internal::Reflector reflector(options, &store, /*seed=*/1);
//   std::optional<lws::internal::HttpRequest> request = reflector.NextRequest(now);    // a LIST; later a WATCH
//   reflector.Head(head, now);
//   reflector.Bytes(bytes, now);
//   reflector.End(status, now);
//   reflector.NextDue();         // when to ask for the next request; nullopt while one is under way
//   reflector.has_synced();      // the first list was told to its end
//
// What happens in each state:
//
// | state | input | next |
// |---|---|---|
// | listing | a page with `continue` | the next page |
// | listing | the last page | EndRelist, and a watch from the list's version |
// | listing | 410: the pages are too old | a new list, at once for the first time in a row |
// | listing | anything else, or a body that does not parse | a new list, after a backoff |
// | watching | an event | the store learns of it; a bookmark moves the version |
// | watching | 410, as an answer or as an event | a new list, at once for the first time in a row |
// | watching | the end, after at least a second | a watch from the last version, at once |
// | watching | another ERROR, a cut, silence, a line that does not parse | the same watch, after a backoff |
//
// Laws:
//   1. Whatever is dropped, repeated or cut: after an EndRelist, and after every event since, the store was told the
//      state of the server at the version of the last event.
//   2. No request is given before its backoff is over, nor before the Retry-After of the answer to the last one.
//      Backoff doubles from first_backoff to max_backoff. Each wait is between a half and the whole of it. It starts
//      again from first_backoff after a success.
//   3. Between BeginRelist and EndRelist the store is told each item of one list. A list that starts again begins with
//      BeginRelist again.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_KUBERNETES_REFLECTOR_H_
#define LWS_ADAPTERS_KUBERNETES_REFLECTOR_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/adapters/kubernetes/http_client.h"
#include "lws/adapters/kubernetes/resource.h"
#include "lws/adapters/kubernetes/watch_lines.h"

namespace lws::internal {

// The view that a reflector keeps.
class ReflectorStore {
 public:
  virtual ~ReflectorStore() = default;

  virtual void BeginRelist() = 0;
  // The object exists as the text says, or is gone. Both return its resource version. The reflector passes an error to
  // ReflectorOptions::on_problem and skips the object.
  virtual absl::StatusOr<std::string> Tell(absl::string_view object) = 0;
  virtual absl::StatusOr<std::string> TellGone(absl::string_view object) = 0;
  virtual void EndRelist(absl::string_view resource_version) = 0;
};

struct ReflectorOptions {
  Resource resource;
  // Restricts reading to one namespace, and to the object of one name. Empty: all of them.
  std::string namespace_name;
  std::string object_name;
  // A page of pods is megabytes, several times over while it is read.
  int32_t page_limit = 250;
  absl::Duration first_backoff = absl::Milliseconds(800);
  absl::Duration max_backoff = absl::Seconds(30);
  // The reflector asks the server to end a watch after a time between these.
  absl::Duration least_watch = absl::Minutes(5);
  absl::Duration most_watch = absl::Minutes(10);
  // A watch that receives no byte for this long counts as dead, since bookmarks come each minute.
  absl::Duration idle_limit = absl::Seconds(180);
  // Called with problems, for people.
  std::function<void(const absl::Status&)> on_problem;
};

// Asks for a page of the list; an empty token is for the first one.
HttpRequest ListPageRequest(const ReflectorOptions& options, const std::string& continue_token);

class Reflector {
 public:
  // Borrows `store`.
  Reflector(ReflectorOptions options, ReflectorStore* store, uint64_t seed);

  // The request to send at `now`, which is under way from then on. Nullopt while a request is under way, and before
  // NextDue().
  std::optional<HttpRequest> NextRequest(absl::Time now);
  std::optional<absl::Time> NextDue() const;

  // The answer, in the calls of HttpSink.
  void Head(const HttpHead& head, absl::Time now);
  // Returns false if the rest of this answer is not needed: it is over, as if End had been called.
  bool Bytes(absl::string_view bytes, absl::Time now);
  void End(const absl::Status& status, absl::Time now);

  bool has_synced() const { return has_synced_; }
  int64_t relists() const { return relists_; }
  // The version of the last event or list; empty before the first.
  const std::string& resource_version() const { return resource_version_; }

 private:
  HttpRequest WatchRequest();
  void TakePage(absl::Time now);
  void TakeLine(absl::string_view line, absl::Time now);
  void TakeObject(const WatchEvent& event);
  void TakeError(absl::string_view object, absl::Time now);
  void ListAnew(absl::Time now);
  // Ends the request. The next one is due at once, or after a backoff.
  void Success(absl::Time now);
  void Failure(const absl::Status& status, absl::Time now);
  void Problem(const absl::Status& status) const;

  const ReflectorOptions options_;
  ReflectorStore& store_;
  std::mt19937_64 random_;

  bool is_listing_ = true;
  std::string continue_token_;  // of the page that is requested; empty: the first page
  std::string resource_version_;
  std::optional<absl::Time> due_ = absl::InfinitePast();  // nullopt: a request is under way
  absl::Time started_;                                    // when the request was sent
  HttpHead head_;
  std::string body_;  // of a page, or of a refusal
  WatchLines lines_;
  int failures_ = 0;  // in a row
  int expired_ = 0;   // answers 410 in a row, without an event between them
  bool has_synced_ = false;
  int64_t relists_ = 0;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_REFLECTOR_H_
