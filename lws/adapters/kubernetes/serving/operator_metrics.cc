#include "lws/adapters/kubernetes/serving/operator_metrics.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "prometheus/counter.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"
#include "prometheus/text_serializer.h"

namespace lws::internal {
namespace {

using Labels = prometheus::Labels;
using Counters = prometheus::Family<prometheus::Counter>;
using Gauges = prometheus::Family<prometheus::Gauge>;
using Histograms = prometheus::Family<prometheus::Histogram>;
using Buckets = prometheus::Histogram::BucketBoundaries;

// The reference's buckets, in seconds.
const Buckets& PassBuckets() {
  static const auto& buckets = *new Buckets{
      0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1,  1.25, 1.5,
      1.75,  2,    2.5,   3,    3.5, 4,    4.5, 5,    6,   7,    8,   9,    10,  15,  20,  25,  30,  40, 50,   60};
  return buckets;
}

const Buckets& QueueBuckets() {
  static const auto& buckets = *new Buckets{1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1000};
  return buckets;
}

const Buckets& WebhookBuckets() {
  static const auto& buckets = *new Buckets{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
  return buckets;
}

Labels Controller(const std::string& controller) { return {{"controller", controller}}; }
// Queues carry the name of their controller twice.
Labels QueueOf(const std::string& controller) { return {{"controller", controller}, {"name", controller}}; }

}  // namespace

class OperatorMetrics::Impl {
 public:
  Counters& CounterFamily(const std::string& name, const std::string& help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
  }
  Gauges& GaugeFamily(const std::string& name, const std::string& help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
  }
  Histograms& HistogramFamily(const std::string& name, const std::string& help) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
  }

  prometheus::Registry registry;

  Counters& passes =
      CounterFamily("controller_runtime_reconcile_total", "Total number of reconciliations per controller");
  Counters& errors = CounterFamily("controller_runtime_reconcile_errors_total",
                                   "Total number of reconciliation errors per controller");
  Histograms& pass_seconds =
      HistogramFamily("controller_runtime_reconcile_time_seconds", "Length of time per reconciliation per controller");
  Gauges& active = GaugeFamily("controller_runtime_active_workers", "Number of currently used workers per controller");
  Gauges& most_active = GaugeFamily("controller_runtime_max_concurrent_reconciles",
                                    "Maximum number of concurrent reconciles per controller");
  Gauges& depth = GaugeFamily("workqueue_depth", "Current depth of workqueue");
  Counters& adds = CounterFamily("workqueue_adds_total", "Total number of adds handled by workqueue");
  Counters& retries = CounterFamily("workqueue_retries_total", "Total number of retries handled by workqueue");
  Histograms& waited = HistogramFamily("workqueue_queue_duration_seconds",
                                       "How long in seconds an item stays in workqueue before being requested");
  Histograms& worked =
      HistogramFamily("workqueue_work_duration_seconds", "How long in seconds processing an item from workqueue takes");
  Gauges& unfinished =
      GaugeFamily("workqueue_unfinished_work_seconds",
                  "How many seconds of work is in progress and has not been observed by work_duration");
  Gauges& longest = GaugeFamily("workqueue_longest_running_processor_seconds",
                                "How many seconds has the longest running processor for workqueue been running");
  Counters& requests = CounterFamily("rest_client_requests_total",
                                     "Number of HTTP requests, partitioned by status code, method, and host");
  Gauges& leads = GaugeFamily("leader_election_master_status",
                              "Whether this process leads: 1 is leader, 0 is backup, by the name of the lease");
  Histograms& webhook_seconds =
      HistogramFamily("controller_runtime_webhook_latency_seconds", "Latency of processing admission requests");
  Counters& webhook_requests = CounterFamily("controller_runtime_webhook_requests_total",
                                             "Total number of admission requests by HTTP status code");
  Gauges& webhooks_in_flight =
      GaugeFamily("controller_runtime_webhook_requests_in_flight", "Current number of admission requests being served");
  Counters& certificate_reads =
      CounterFamily("certwatcher_read_certificate_total", "Total number of certificate reads");
  Counters& certificate_errors =
      CounterFamily("certwatcher_read_certificate_errors_total", "Total number of certificate read errors");
  Gauges& lag = GaugeFamily("lws_watch_lag_seconds", "How far the last event of a kind was behind");
  Counters& relists = CounterFamily("lws_watch_relists_total", "Total number of lists after a watch could not go on");
  Counters& own_write_waits =
      CounterFamily("lws_own_write_waits_total", "Total number of plans that waited for the news of their own writes");
  Counters& skipped_applies =
      CounterFamily("lws_skipped_applies_total", "Total number of applies left out because they would change nothing");
};

OperatorMetrics::OperatorMetrics() : impl_(std::make_unique<Impl>()) {
  impl_->certificate_reads.Add({});
  impl_->certificate_errors.Add({});
  impl_->own_write_waits.Add({});
  impl_->skipped_applies.Add({});
}

OperatorMetrics::~OperatorMetrics() = default;

void OperatorMetrics::Declare(const std::string& controller, int64_t most_under_way) {
  for (const char* result : {"success", "error", "requeue", "requeue_after"}) {
    impl_->passes.Add({{"controller", controller}, {"result", result}});
  }
  impl_->errors.Add(Controller(controller));
  impl_->pass_seconds.Add(Controller(controller), PassBuckets());
  impl_->most_active.Add(Controller(controller)).Set(static_cast<double>(most_under_way));
  impl_->adds.Add(QueueOf(controller));
  impl_->retries.Add(QueueOf(controller));
  impl_->waited.Add(QueueOf(controller), QueueBuckets());
  impl_->worked.Add(QueueOf(controller), QueueBuckets());
  Queue(controller, {});
}

void OperatorMetrics::Reconciled(const std::string& controller, const std::string& result, absl::Duration took) {
  const double seconds = absl::ToDoubleSeconds(took);
  impl_->passes.Add({{"controller", controller}, {"result", result}}).Increment();
  if (result == "error") impl_->errors.Add(Controller(controller)).Increment();
  impl_->pass_seconds.Add(Controller(controller), PassBuckets()).Observe(seconds);
  impl_->worked.Add(QueueOf(controller), QueueBuckets()).Observe(seconds);
}

void OperatorMetrics::Queue(const std::string& controller, const QueueState& state) {
  impl_->depth.Add(QueueOf(controller)).Set(static_cast<double>(state.depth));
  impl_->active.Add(Controller(controller)).Set(static_cast<double>(state.under_way));
  impl_->unfinished.Add(QueueOf(controller)).Set(absl::ToDoubleSeconds(state.unfinished));
  impl_->longest.Add(QueueOf(controller)).Set(absl::ToDoubleSeconds(state.longest));
}

void OperatorMetrics::QueueAdded(const std::string& controller) { impl_->adds.Add(QueueOf(controller)).Increment(); }

void OperatorMetrics::QueueRetried(const std::string& controller) {
  impl_->retries.Add(QueueOf(controller)).Increment();
}

void OperatorMetrics::QueueTaken(const std::string& controller, absl::Duration waited) {
  impl_->waited.Add(QueueOf(controller), QueueBuckets()).Observe(absl::ToDoubleSeconds(waited));
}

void OperatorMetrics::Requested(int code, const std::string& method, const std::string& host) {
  impl_->requests.Add({{"code", absl::StrCat(code)}, {"method", method}, {"host", host}}).Increment();
}

void OperatorMetrics::Leads(const std::string& lease, bool leads) {
  impl_->leads.Add({{"name", lease}}).Set(leads ? 1 : 0);
}

void OperatorMetrics::WebhookBegan(const std::string& path) {
  impl_->webhooks_in_flight.Add({{"webhook", path}}).Increment();
}

void OperatorMetrics::WebhookAnswered(const std::string& path, int code, absl::Duration took) {
  impl_->webhooks_in_flight.Add({{"webhook", path}}).Decrement();
  impl_->webhook_requests.Add({{"webhook", path}, {"code", absl::StrCat(code)}}).Increment();
  impl_->webhook_seconds.Add({{"webhook", path}}, WebhookBuckets()).Observe(absl::ToDoubleSeconds(took));
}

void OperatorMetrics::CertificateRead(bool is_good) {
  impl_->certificate_reads.Add({}).Increment();
  if (!is_good) impl_->certificate_errors.Add({}).Increment();
}

void OperatorMetrics::WatchLag(const std::string& kind, absl::Duration lag) {
  impl_->lag.Add({{"kind", kind}}).Set(absl::ToDoubleSeconds(lag));
}

void OperatorMetrics::Relisted(const std::string& kind) { impl_->relists.Add({{"kind", kind}}).Increment(); }

void OperatorMetrics::OwnWriteWaited() { impl_->own_write_waits.Add({}).Increment(); }

void OperatorMetrics::ApplySkipped() { impl_->skipped_applies.Add({}).Increment(); }

namespace {

void AddFamily(const std::string& name, const std::string& help, prometheus::MetricType type, double value,
               std::vector<prometheus::MetricFamily>* families) {
  prometheus::MetricFamily family;
  family.name = name;
  family.help = help;
  family.type = type;
  prometheus::ClientMetric metric;
  (type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  family.metric = {metric};
  families->push_back(family);
}

void AddProcess(const ProcessUsage& usage, std::vector<prometheus::MetricFamily>* families) {
  const auto gauge = prometheus::MetricType::Gauge;
  AddFamily("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.",
            prometheus::MetricType::Counter, usage.cpu_seconds, families);
  AddFamily("process_resident_memory_bytes", "Resident memory size in bytes.", gauge, usage.resident_bytes, families);
  AddFamily("process_virtual_memory_bytes", "Virtual memory size in bytes.", gauge, usage.virtual_bytes, families);
  AddFamily("process_open_fds", "Number of open file descriptors.", gauge, usage.open_files, families);
  AddFamily("process_max_fds", "Maximum number of open file descriptors.", gauge, usage.most_open_files, families);
  AddFamily("process_start_time_seconds", "Start time of the process since unix epoch in seconds.", gauge,
            usage.start_unix_seconds, families);
}

}  // namespace

std::string OperatorMetrics::Render(const ProcessUsage& usage) const {
  std::vector<prometheus::MetricFamily> families = impl_->registry.Collect();
  AddProcess(usage, &families);
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace lws::internal
