// An HttpClient in memory: a test, or a server in the same process, reads the requests and answers them.
//
//   lws::ScriptedHttpClient client;
//   uint64_t id = client.Start(request, sink);
//   client.Find(id)->path;                      // "/api/v1/pods?limit=500"
//   client.Answer(id, 200, "{\"items\": []}");    // Head, Bytes, End
//
// Laws: those of http_client.h.
//
// Thread-safety: none.
#ifndef LWS_TESTS_KUBERNETES_SCRIPTED_HTTP_CLIENT_H_
#define LWS_TESTS_KUBERNETES_SCRIPTED_HTTP_CLIENT_H_

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lws/adapters/kubernetes/http_client.h"

namespace lws {

class ScriptedHttpClient final : public internal::HttpClient {
 public:
  uint64_t Start(internal::HttpRequest request, std::shared_ptr<internal::HttpSink> sink) override;
  void Cancel(uint64_t id) override { open_.erase(id); }

  // The requests without an end, oldest first.
  std::vector<uint64_t> Open() const;
  // Null when the request is over.
  const internal::HttpRequest* Find(uint64_t id) const;

  // Calls the sink of a request; does nothing when the request is over.
  void Head(uint64_t id, const internal::HttpHead& head);
  void Bytes(uint64_t id, absl::string_view bytes);
  void End(uint64_t id, const absl::Status& status);
  // A whole answer: Head, Bytes and End.
  void Answer(uint64_t id, int code, absl::string_view body);

 private:
  struct Exchange {
    internal::HttpRequest request;
    std::shared_ptr<internal::HttpSink> sink;
  };
  std::shared_ptr<internal::HttpSink> SinkOf(uint64_t id) const;

  uint64_t next_id_ = 1;
  std::map<uint64_t, Exchange> open_;
};

}  // namespace lws

#endif  // LWS_TESTS_KUBERNETES_SCRIPTED_HTTP_CLIENT_H_
