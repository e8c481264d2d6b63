#include "examples/lwsctl/live/connect.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "lws/adapters/kubernetes/credentials.h"
#include "lws/adapters/kubernetes/curl_client.h"
#include "lws/adapters/kubernetes/kube_config.h"

namespace lwsctl {
namespace {

constexpr size_t kBytesAtATime = size_t{1} << 20;

}  // namespace

// The client, and where its thread rings.
class KubeHost::Wire {
 public:
  absl::Status Open(const lws::internal::KubeConfig& config) {
    credentials_ = lws::internal::MakeClientCredentials(config);
    lws::internal::CurlOptions options = lws::internal::CurlOptionsFor(config, "lwsctl/0.1.0");
    options.credentials = credentials_.get();
    options.wake = [this] { Ring(); };
    absl::StatusOr<std::unique_ptr<lws::internal::CurlClient>> client =
        lws::internal::CurlClient::Create(std::move(options));
    if (client.ok()) client_ = *std::move(client);
    return client.status();
  }

  void WaitUntil(absl::Time time) {
    {
      std::unique_lock<std::mutex> lock(mutex_);
      const absl::Duration left = std::max(absl::ZeroDuration(), time - absl::Now());
      rung_.wait_for(lock, absl::ToChronoNanoseconds(left), [this] { return is_rung_; });
      is_rung_ = false;
    }
    while (client_->Deliver(kBytesAtATime)) {
    }
  }

  lws::internal::HttpClient* client() { return client_.get(); }

 private:
  void Ring() {
    const std::lock_guard<std::mutex> lock(mutex_);
    is_rung_ = true;
    rung_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable rung_;
  bool is_rung_ = false;
  std::unique_ptr<lws::internal::Credentials> credentials_;
  std::unique_ptr<lws::internal::CurlClient> client_;  // ends its thread first
};

KubeHost::KubeHost() : wire_(std::make_unique<Wire>()) {}
KubeHost::~KubeHost() = default;

absl::StatusOr<const LiveHost*> KubeHost::Open(const std::string& kubeconfig, const std::string& context) {
  const absl::StatusOr<lws::internal::KubeConfig> config = lws::internal::FindKubeConfig(kubeconfig, context);
  if (!config.ok()) return config.status();
  const absl::Status status = wire_->Open(*config);
  if (!status.ok()) return status;
  host_.client = wire_->client();
  host_.namespace_name = config->namespace_name;
  host_.clock = [] { return absl::Now(); };
  host_.wait_until = [this](absl::Time time) { wire_->WaitUntil(time); };
  return &host_;
}

}  // namespace lwsctl
