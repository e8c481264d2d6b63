// Runs a reflector: sends its requests through a client and gives it the answers.
//
//   lws::internal::KindWatch pods(options, &client, &store, seed, [] { return absl::Now(); });
//   pods.Advance(now);    // sends the request that is due; call it again at pods.NextDue()
//
// Thread-safety: none; the client calls back on the same thread. The destructor cancels what is under way.
#ifndef LWS_ADAPTERS_KUBERNETES_KIND_WATCH_H_
#define LWS_ADAPTERS_KUBERNETES_KIND_WATCH_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "absl/time/time.h"
#include "lws/adapters/kubernetes/http_client.h"
#include "lws/adapters/kubernetes/reflector.h"

namespace lws::internal {

class KindWatch {
 public:
  // Borrows `client` and `store`.
  KindWatch(ReflectorOptions options, HttpClient* client, ReflectorStore* store, uint64_t seed,
            std::function<absl::Time()> clock);
  ~KindWatch();
  KindWatch(const KindWatch&) = delete;

  void Advance(absl::Time now);
  std::optional<absl::Time> NextDue() const { return reflector_.NextDue(); }
  const Reflector& reflector() const { return reflector_; }

 private:
  class Sink;

  HttpClient& client_;
  Reflector reflector_;
  const std::function<absl::Time()> clock_;
  std::shared_ptr<Sink> sink_;  // receives the answer to the request under way
  uint64_t request_ = 0;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_KIND_WATCH_H_
