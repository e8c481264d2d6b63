// The names of the metrics, and the answers of the probes.
#include "lws/adapters/kubernetes/serving/operator_metrics.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lws/adapters/kubernetes/serving/probes.h"
#include "lws/adapters/kubernetes/serving/process_usage.h"

namespace lws::internal {
namespace {

TEST(OperatorMetricsTest, AllNamesAreThereBeforeAnythingHappens) {
  OperatorMetrics metrics;
  metrics.Declare("leaderworkerset", 16);
  const std::string text = metrics.Render({});
  for (const char* line : {
           "controller_runtime_reconcile_total{controller=\"leaderworkerset\",result=\"requeue_after\"} 0\n",
           "controller_runtime_reconcile_errors_total{controller=\"leaderworkerset\"} 0\n",
           "controller_runtime_reconcile_time_seconds_count{controller=\"leaderworkerset\"} 0\n",
           "controller_runtime_active_workers{controller=\"leaderworkerset\"} 0\n",
           "controller_runtime_max_concurrent_reconciles{controller=\"leaderworkerset\"} 16\n",
           "workqueue_depth{controller=\"leaderworkerset\",name=\"leaderworkerset\"} 0\n",
           "workqueue_adds_total{controller=\"leaderworkerset\",name=\"leaderworkerset\"} 0\n",
           "workqueue_retries_total{controller=\"leaderworkerset\",name=\"leaderworkerset\"} 0\n",
           "workqueue_queue_duration_seconds_count{controller=\"leaderworkerset\",name=\"leaderworkerset\"} 0\n",
           "workqueue_work_duration_seconds_count{controller=\"leaderworkerset\",name=\"leaderworkerset\"} 0\n",
           "workqueue_unfinished_work_seconds{controller=\"leaderworkerset\",name=\"leaderworkerset\"} 0\n",
           "workqueue_longest_running_processor_seconds{controller=\"leaderworkerset\",name=\"leaderworkerset\"} 0\n",
           "certwatcher_read_certificate_total 0\n",
           "certwatcher_read_certificate_errors_total 0\n",
           "lws_own_write_waits_total 0\n",
           "lws_skipped_applies_total 0\n",
           "process_resident_memory_bytes 0\n",
           "# TYPE process_cpu_seconds_total counter\n",
       }) {
    EXPECT_TRUE(absl::StrContains(text, line)) << line << text;
  }
}

TEST(OperatorMetricsTest, WhatHappensIsCounted) {
  OperatorMetrics metrics;
  metrics.Reconciled("pod", "success", absl::Milliseconds(3));
  metrics.Reconciled("pod", "error", absl::Seconds(2));
  metrics.Queue("pod", {3, 2, absl::Seconds(5), absl::Seconds(4)});
  metrics.QueueAdded("pod");
  metrics.QueueRetried("pod");
  metrics.QueueTaken("pod", absl::Milliseconds(1));
  metrics.Requested(200, "GET", "10.0.0.1:443");
  metrics.Leads("b8b2488c.x-k8s.io", true);
  metrics.WebhookBegan("/mutate--v1-pod");
  metrics.WebhookBegan("/mutate--v1-pod");
  metrics.WebhookAnswered("/mutate--v1-pod", 200, absl::Microseconds(250));
  metrics.CertificateRead(true);
  metrics.CertificateRead(false);
  metrics.WatchLag("Pod", absl::Milliseconds(500));
  metrics.Relisted("Pod");
  metrics.OwnWriteWaited();
  metrics.ApplySkipped();
  const std::string text = metrics.Render({1.5, 1e6, 2e6, 7, 1024, 1.79e9});
  for (const char* line : {
           "controller_runtime_reconcile_total{controller=\"pod\",result=\"success\"} 1\n",
           "controller_runtime_reconcile_errors_total{controller=\"pod\"} 1\n",
           "controller_runtime_reconcile_time_seconds_bucket{controller=\"pod\",le=\"0.005\"} 1\n",
           "controller_runtime_reconcile_time_seconds_count{controller=\"pod\"} 2\n",
           "controller_runtime_active_workers{controller=\"pod\"} 2\n",
           "workqueue_depth{controller=\"pod\",name=\"pod\"} 3\n",
           "workqueue_unfinished_work_seconds{controller=\"pod\",name=\"pod\"} 5\n",
           "workqueue_longest_running_processor_seconds{controller=\"pod\",name=\"pod\"} 4\n",
           "workqueue_queue_duration_seconds_bucket{controller=\"pod\",name=\"pod\",le=\"0.001\"} 1\n",
           "rest_client_requests_total{code=\"200\",host=\"10.0.0.1:443\",method=\"GET\"} 1\n",
           "leader_election_master_status{name=\"b8b2488c.x-k8s.io\"} 1\n",
           "controller_runtime_webhook_requests_in_flight{webhook=\"/mutate--v1-pod\"} 1\n",
           "controller_runtime_webhook_requests_total{code=\"200\",webhook=\"/mutate--v1-pod\"} 1\n",
           "controller_runtime_webhook_latency_seconds_count{webhook=\"/mutate--v1-pod\"} 1\n",
           "certwatcher_read_certificate_total 2\n",
           "certwatcher_read_certificate_errors_total 1\n",
           "lws_watch_lag_seconds{kind=\"Pod\"} 0.5\n",
           "lws_watch_relists_total{kind=\"Pod\"} 1\n",
           "process_open_fds 7\n",
           "process_cpu_seconds_total 1.5\n",
       }) {
    EXPECT_TRUE(absl::StrContains(text, line)) << line << text;
  }
}

TEST(ProcessUsageTest, ThisProcessUsesSomething) {
  const ProcessUsage usage = ReadProcessUsage();
  EXPECT_GT(usage.resident_bytes, 1e5);
  EXPECT_GT(usage.virtual_bytes, usage.resident_bytes);
  EXPECT_GE(usage.open_files, 3);
  EXPECT_GE(usage.most_open_files, usage.open_files);
  EXPECT_GT(usage.start_unix_seconds, 1.6e9);
}

TEST(ProbesTest, Answers) {
  const std::vector<ProbeCheck> good = {{"ping", true, ""}, {"webhook", true, ""}};
  const std::vector<ProbeCheck> bad = {{"ping", true, ""}, {"webhook", false, "no certificate yet"}};
  const struct {
    const char* path;
    const std::vector<ProbeCheck>& checks;
    int code;
    const char* body;
  } cases[] = {
      {"/healthz", good, 200, "ok"},
      {"/readyz", bad, 500, "[+]ping ok\n[-]webhook failed: no certificate yet\nreadyz check failed\n"},
      {"/readyz/ping", bad, 200, "ok"},
      {"/readyz/webhook", bad, 500, "[-]webhook failed: no certificate yet\nreadyz check failed\n"},
      {"/readyz/other", good, 404, "404 page not found\n"},
      {"/healthz", {}, 200, "ok"},
  };
  for (const auto& c : cases) {
    const ProbeAnswer answer = AnswerProbe(c.path, c.checks);
    EXPECT_EQ(answer.code, c.code) << c.path;
    EXPECT_EQ(answer.body, c.body) << c.path;
  }
}

}  // namespace
}  // namespace lws::internal
