// The metrics that dashboards of the reference's operator show, and some more.
//
//   lws::internal::OperatorMetrics metrics;
//   metrics.Reconciled("leaderworkerset", "success", absl::Milliseconds(3));
//   metrics.Render({});    // controller_runtime_reconcile_total{controller="leaderworkerset",result="success"} 1
//
// Results of passes are "success", "error", "requeue" and "requeue_after".
//
// Thread-safety: all member functions may be called concurrently.
#ifndef LWS_ADAPTERS_KUBERNETES_SERVING_OPERATOR_METRICS_H_
#define LWS_ADAPTERS_KUBERNETES_SERVING_OPERATOR_METRICS_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "lws/adapters/kubernetes/serving/process_usage.h"

namespace lws::internal {

// The state of a queue of due keys at one moment.
struct QueueState {
  int64_t depth = 0;
  // The keys whose plans are under way: their number, the sum of their times so far, and the longest time.
  int64_t under_way = 0;
  absl::Duration unfinished;
  absl::Duration longest;
};

class OperatorMetrics {
 public:
  OperatorMetrics();
  ~OperatorMetrics();

  // Adds a controller with all its series at zero, so that rates are right from the first pass on.
  void Declare(const std::string& controller, int64_t most_under_way);
  // A pass ended.
  void Reconciled(const std::string& controller, const std::string& result, absl::Duration took);
  void Queue(const std::string& controller, const QueueState& state);
  void QueueAdded(const std::string& controller);
  void QueueRetried(const std::string& controller);
  // A key was taken after it had been due for this long.
  void QueueTaken(const std::string& controller, absl::Duration waited);

  void Requested(int code, const std::string& method, const std::string& host);
  void Leads(const std::string& lease, bool leads);
  void WebhookBegan(const std::string& path);
  void WebhookAnswered(const std::string& path, int code, absl::Duration took);
  void CertificateRead(bool is_good);

  // How far the last event of a kind was behind the server's clock.
  void WatchLag(const std::string& kind, absl::Duration lag);
  void Relisted(const std::string& kind);
  // A plan waited for the news of the writes of its own key.
  void OwnWriteWaited();
  // An apply was left out, since it would have changed nothing.
  void ApplySkipped();

  // Returns all series in the text format of Prometheus.
  std::string Render(const ProcessUsage& usage) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_SERVING_OPERATOR_METRICS_H_
