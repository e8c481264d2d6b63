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

// The buckets of the reference, in seconds.
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
// The series of queues name their controller in two labels.
Labels QueueOf(const std::string& controller) { return {{"controller", controller}, {"name", controller}}; }

Counters& CounterFamily(prometheus::Registry* registry, const std::string& name, const std::string& help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(*registry);
}
Gauges& GaugeFamily(prometheus::Registry* registry, const std::string& name, const std::string& help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(*registry);
}
Histograms& HistogramFamily(prometheus::Registry* registry, const std::string& name, const std::string& help) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(*registry);
}

struct ControllerFamilies {
  explicit ControllerFamilies(prometheus::Registry* registry)
      : passes(CounterFamily(registry, "controller_runtime_reconcile_total",
                             "Total number of reconciliations per controller")),
        errors(CounterFamily(registry, "controller_runtime_reconcile_errors_total",
                             "Total number of reconciliation errors per controller")),
        seconds(HistogramFamily(registry, "controller_runtime_reconcile_time_seconds",
                                "Length of time per reconciliation per controller")),
        active(GaugeFamily(registry, "controller_runtime_active_workers",
                           "Number of currently used workers per controller")),
        most_active(GaugeFamily(registry, "controller_runtime_max_concurrent_reconciles",
                                "Maximum number of concurrent reconciles per controller")) {}

  Counters& passes;
  Counters& errors;
  Histograms& seconds;
  Gauges& active;
  Gauges& most_active;
};

struct QueueFamilies {
  explicit QueueFamilies(prometheus::Registry* registry)
      : depth(GaugeFamily(registry, "workqueue_depth", "Current depth of workqueue")),
        adds(CounterFamily(registry, "workqueue_adds_total", "Total number of adds handled by workqueue")),
        retries(CounterFamily(registry, "workqueue_retries_total", "Total number of retries handled by workqueue")),
        waited(HistogramFamily(registry, "workqueue_queue_duration_seconds",
                               "How long in seconds an item stays in workqueue before being requested")),
        worked(HistogramFamily(registry, "workqueue_work_duration_seconds",
                               "How long in seconds processing an item from workqueue takes")),
        unfinished(GaugeFamily(registry, "workqueue_unfinished_work_seconds",
                               "How many seconds of work is in progress and has not been observed by work_duration")),
        longest(GaugeFamily(registry, "workqueue_longest_running_processor_seconds",
                            "How many seconds has the longest running processor for workqueue been running")) {}

  Gauges& depth;
  Counters& adds;
  Counters& retries;
  Histograms& waited;
  Histograms& worked;
  Gauges& unfinished;
  Gauges& longest;
};

struct WebhookFamilies {
  explicit WebhookFamilies(prometheus::Registry* registry)
      : seconds(HistogramFamily(registry, "controller_runtime_webhook_latency_seconds",
                                "Latency of processing admission requests")),
        requests(CounterFamily(registry, "controller_runtime_webhook_requests_total",
                               "Total number of admission requests by HTTP status code")),
        in_flight(GaugeFamily(registry, "controller_runtime_webhook_requests_in_flight",
                              "Current number of admission requests being served")),
        certificate_reads(
            CounterFamily(registry, "certwatcher_read_certificate_total", "Total number of certificate reads")),
        certificate_errors(CounterFamily(registry, "certwatcher_read_certificate_errors_total",
                                         "Total number of certificate read errors")) {}

  Histograms& seconds;
  Counters& requests;
  Gauges& in_flight;
  Counters& certificate_reads;
  Counters& certificate_errors;
};

// The series about requests to the API server. Some of them exist in this operator only.
struct ClientFamilies {
  explicit ClientFamilies(prometheus::Registry* registry)
      : requests(CounterFamily(registry, "rest_client_requests_total",
                               "Number of HTTP requests, partitioned by status code, method, and host")),
        leads(GaugeFamily(registry, "leader_election_master_status",
                          "Whether this process leads: 1 is leader, 0 is backup, by the name of the lease")),
        lag(GaugeFamily(registry, "lws_watch_lag_seconds", "How far the last event of a kind was behind")),
        relists(
            CounterFamily(registry, "lws_watch_relists_total", "Total number of lists after a watch could not go on")),
        own_write_waits(CounterFamily(registry, "lws_own_write_waits_total",
                                      "Total number of plans that waited for the news of their own writes")),
        skipped_applies(CounterFamily(registry, "lws_skipped_applies_total",
                                      "Total number of applies left out because they would change nothing")) {}

  Counters& requests;
  Gauges& leads;
  Gauges& lag;
  Counters& relists;
  Counters& own_write_waits;
  Counters& skipped_applies;
};

}  // namespace

struct OperatorMetrics::Impl {
  prometheus::Registry registry;
  ControllerFamilies controllers{&registry};
  QueueFamilies queues{&registry};
  WebhookFamilies webhooks{&registry};
  ClientFamilies client{&registry};
};

OperatorMetrics::OperatorMetrics() : impl_(std::make_unique<Impl>()) {
  impl_->webhooks.certificate_reads.Add({});
  impl_->webhooks.certificate_errors.Add({});
  impl_->client.own_write_waits.Add({});
  impl_->client.skipped_applies.Add({});
}

OperatorMetrics::~OperatorMetrics() = default;

void OperatorMetrics::Declare(const std::string& controller, int64_t most_under_way) {
  for (const char* result : {"success", "error", "requeue", "requeue_after"}) {
    impl_->controllers.passes.Add({{"controller", controller}, {"result", result}});
  }
  impl_->controllers.errors.Add(Controller(controller));
  impl_->controllers.seconds.Add(Controller(controller), PassBuckets());
  impl_->controllers.most_active.Add(Controller(controller)).Set(static_cast<double>(most_under_way));
  impl_->queues.adds.Add(QueueOf(controller));
  impl_->queues.retries.Add(QueueOf(controller));
  impl_->queues.waited.Add(QueueOf(controller), QueueBuckets());
  impl_->queues.worked.Add(QueueOf(controller), QueueBuckets());
  Queue(controller, {});
}

void OperatorMetrics::Reconciled(const std::string& controller, const std::string& result, absl::Duration took) {
  const double seconds = absl::ToDoubleSeconds(took);
  impl_->controllers.passes.Add({{"controller", controller}, {"result", result}}).Increment();
  if (result == "error") impl_->controllers.errors.Add(Controller(controller)).Increment();
  impl_->controllers.seconds.Add(Controller(controller), PassBuckets()).Observe(seconds);
  impl_->queues.worked.Add(QueueOf(controller), QueueBuckets()).Observe(seconds);
}

void OperatorMetrics::Queue(const std::string& controller, const QueueState& state) {
  impl_->queues.depth.Add(QueueOf(controller)).Set(static_cast<double>(state.depth));
  impl_->controllers.active.Add(Controller(controller)).Set(static_cast<double>(state.under_way));
  impl_->queues.unfinished.Add(QueueOf(controller)).Set(absl::ToDoubleSeconds(state.unfinished));
  impl_->queues.longest.Add(QueueOf(controller)).Set(absl::ToDoubleSeconds(state.longest));
}

void OperatorMetrics::QueueAdded(const std::string& controller) {
  impl_->queues.adds.Add(QueueOf(controller)).Increment();
}

void OperatorMetrics::QueueRetried(const std::string& controller) {
  impl_->queues.retries.Add(QueueOf(controller)).Increment();
}

void OperatorMetrics::QueueTaken(const std::string& controller, absl::Duration waited) {
  impl_->queues.waited.Add(QueueOf(controller), QueueBuckets()).Observe(absl::ToDoubleSeconds(waited));
}

void OperatorMetrics::Requested(int code, const std::string& method, const std::string& host) {
  impl_->client.requests.Add({{"code", absl::StrCat(code)}, {"method", method}, {"host", host}}).Increment();
}

void OperatorMetrics::Leads(const std::string& lease, bool leads) {
  impl_->client.leads.Add({{"name", lease}}).Set(leads ? 1 : 0);
}

void OperatorMetrics::WebhookBegan(const std::string& path) {
  impl_->webhooks.in_flight.Add({{"webhook", path}}).Increment();
}

void OperatorMetrics::WebhookAnswered(const std::string& path, int code, absl::Duration took) {
  impl_->webhooks.in_flight.Add({{"webhook", path}}).Decrement();
  impl_->webhooks.requests.Add({{"webhook", path}, {"code", absl::StrCat(code)}}).Increment();
  impl_->webhooks.seconds.Add({{"webhook", path}}, WebhookBuckets()).Observe(absl::ToDoubleSeconds(took));
}

void OperatorMetrics::CertificateRead(bool is_good) {
  impl_->webhooks.certificate_reads.Add({}).Increment();
  if (!is_good) impl_->webhooks.certificate_errors.Add({}).Increment();
}

void OperatorMetrics::WatchLag(const std::string& kind, absl::Duration lag) {
  impl_->client.lag.Add({{"kind", kind}}).Set(absl::ToDoubleSeconds(lag));
}

void OperatorMetrics::Relisted(const std::string& kind) { impl_->client.relists.Add({{"kind", kind}}).Increment(); }

void OperatorMetrics::OwnWriteWaited() { impl_->client.own_write_waits.Add({}).Increment(); }

void OperatorMetrics::ApplySkipped() { impl_->client.skipped_applies.Add({}).Increment(); }

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
