#include "examples/operator/operator.h"

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "examples/operator/certificates.h"
#include "examples/operator/election.h"
#include "examples/operator/host_claim.h"
#include "examples/operator/host_facts.h"
#include "examples/operator/mailbox.h"
#include "examples/operator/serving.h"
#include "lws/adapters/host/controller.h"
#include "lws/adapters/host/set_policies.h"
#include "lws/adapters/host/work_key.h"
#include "lws/adapters/kubernetes/credentials.h"
#include "lws/adapters/kubernetes/curl_client.h"
#include "lws/adapters/kubernetes/handover.h"
#include "lws/adapters/kubernetes/kube_cluster.h"
#include "lws/adapters/kubernetes/role_cluster.h"
#include "lws/adapters/kubernetes/serving/lease_elector.h"
#include "lws/adapters/kubernetes/serving/operator_metrics.h"
#include "lws/adapters/kubernetes/serving/probes.h"
#include "lws/adapters/kubernetes/serving/serving_certificate.h"
#include "lws/core/plan/plan.h"
#include "lws/placement/providers/pod_group.h"

namespace lws::operator_program {

using internal::ApiAnswer;
using internal::CurlClient;
using internal::KubeCluster;
using internal::RoleCluster;

namespace {

constexpr size_t kBytesAtATime = size_t{1} << 20;
constexpr absl::Duration kLongestRest = absl::Seconds(1);
constexpr absl::Duration kDrain = absl::Seconds(5);
constexpr absl::Duration kAskAgainAfter = absl::Seconds(1);
// How long a start waits for the Lease, which may have the handover of a process that ended.
constexpr absl::Duration kWaitForLease = absl::Seconds(2);
// Who comes later looks at everything.
constexpr absl::Duration kOldestHandover = absl::Minutes(1);
// After more news than this, memory is given back once there was none for a while.
constexpr int64_t kMuchNews = 1000;
constexpr absl::Duration kQuietFor = absl::Seconds(5);
constexpr char kProgram[] = "lws operator 0.1.0";
// How often to look whether the definition of DisaggregatedSets was installed.
constexpr absl::Duration kLookAgainAfter = absl::Minutes(5);
constexpr char kController[] = "leaderworkerset";
constexpr char kRoleController[] = "disaggregatedset";
constexpr char kDisaggregatedSets[] = "/apis/disaggregatedset.x-k8s.io/v1/disaggregatedsets?limit=1";

std::string NamespaceOf(const ElectionSettings& election) {
  if (!election.resource_namespace.empty()) return election.resource_namespace;
  const std::string own = FirstLineOf(absl::StrCat(internal::kServiceAccountFolder, "/namespace"));
  return own.empty() ? "lws-system" : own;
}

std::string TemporaryFolder() {
  const char* folder = std::getenv("TMPDIR");
  return folder == nullptr ? "/tmp" : folder;
}

internal::CurlOptions CurlOptionsOf(const internal::KubeConfig& config, const ClientSettings& client) {
  internal::CurlOptions options = internal::CurlOptionsFor(config, "lws/0.1.0 (linux/amd64)");
  options.requests_per_second = client.qps;
  options.burst = client.burst;
  return options;
}

// The words of controller-runtime's metric.
const char* ResultOf(const Plan& plan, const absl::Status& status, bool is_foreseen_conflict) {
  if (is_foreseen_conflict) return "requeue";
  if (!status.ok()) return "error";
  return plan.requeue_after.has_value() ? "requeue_after" : "success";
}

}  // namespace

class Operator::Loop {
 public:
  Loop(const Settings& settings, const internal::KubeConfig& config, const Log* log)
      : settings_(settings), log_(*log), credentials_(internal::MakeClientCredentials(config)) {}

  absl::Status Open(const internal::KubeConfig& config);
  int Run();
  void End() {
    is_told_to_end_ = true;
    mailbox_.Ring();
  }

 private:
  absl::Status OpenServing();
  void ServeCertificate();
  void OpenCluster();
  void OpenElection(const std::string& server);
  std::optional<std::string> NoteOfLease() const;
  // Whether reading the cluster may begin: what the process before left is known.
  bool HasBegun(absl::Time now);
  void TakeOver(absl::Time now);
  void NoticeNews(absl::Time now);
  void OpenCertificates();
  ControllerOptions OptionsOfController();
  void LogPlan(const Work& work, const absl::Status& status);
  void AskForDisaggregatedSets();
  void OpenRoles();
  void LogReadingFailed(const absl::Status& status) const;

  // Runs one round and returns whether more work is due at once.
  bool Round(absl::Time now);
  bool Leads(absl::Time now) const { return election_ == nullptr || election_->Leads(now); }
  absl::Time NextDue() const;
  void ShowChecks();
  void Tell(LogLevel level, std::string message, std::vector<std::pair<std::string, std::string>> fields = {}) const {
    log_.Write({level, "", std::move(message), std::move(fields)}, absl::Now());
  }
  void Drain();

  const Settings settings_;
  const Log& log_;
  Mailbox mailbox_;
  internal::OperatorMetrics metrics_;
  std::unique_ptr<internal::Credentials> credentials_;
  std::unique_ptr<CurlClient> client_;
  std::unique_ptr<KubeCluster> cluster_;
  std::unique_ptr<RoleCluster> roles_;  // null: the API server has no DisaggregatedSets
  std::unique_ptr<HostClaim> claim_;    // null: without an election
  std::unique_ptr<Election> election_;  // null: this process always leads
  absl::Time begins_by_ = absl::InfinitePast();
  bool has_begun_ = false;
  int64_t news_ = 0;  // of the cluster, as they were last noticed
  int64_t news_at_trim_ = 0;
  absl::Time news_at_ = absl::InfinitePast();
  std::unique_ptr<CertificateSource> certificates_;
  std::unique_ptr<Serving> serving_;
  std::atomic<bool> is_told_to_end_{false};
  bool led_ = false;
  absl::Time ask_again_ = absl::InfiniteFuture();
};

absl::Status Operator::Loop::Open(const internal::KubeConfig& config) {
  internal::CurlOptions options = CurlOptionsOf(config, settings_.client);
  options.credentials = credentials_.get();
  options.wake = [this] { mailbox_.Ring(); };
  absl::StatusOr<std::unique_ptr<CurlClient>> client = CurlClient::Create(std::move(options));
  if (!client.ok()) return client.status();
  client_ = *std::move(client);
  // Nobody can create pods while no webhook is served, so that comes first.
  absl::Status status = OpenServing();
  if (!status.ok()) return status;
  OpenCluster();
  OpenElection(config.server);
  return absl::OkStatus();
}

absl::Status Operator::Loop::OpenServing() {
  const char* webhooks = std::getenv("ENABLE_WEBHOOKS");
  if (webhooks != nullptr && absl::string_view(webhooks) == "false") return absl::OkStatus();
  absl::StatusOr<std::unique_ptr<Serving>> serving = Serving::Listen(settings_, client_.get(), &mailbox_, &metrics_);
  if (!serving.ok()) return serving.status();
  serving_ = *std::move(serving);
  OpenCertificates();
  certificates_->Advance(absl::Now(), /*leads=*/false);
  ServeCertificate();
  return absl::OkStatus();
}

void Operator::Loop::ServeCertificate() {
  const absl::Status status = serving_->Serve(certificates_->served());
  if (status.ok()) return;
  Tell(LogLevel::kError, "The certificate does not load", {{"error", std::string(status.message())}});
}

void Operator::Loop::OpenCluster() {
  metrics_.Declare(kController, OptionsOfController().most_under_way);
  internal::KubeClusterOptions options;
  options.clock = [] { return absl::Now(); };
  options.reporting_instance = absl::StrCat("leaderworkerset-", HostName());
  options.reads_pod_groups = settings_.uses_volcano;
  options.seed = static_cast<uint64_t>(absl::ToUnixNanos(absl::Now()));
  options.on_problem = [this](const absl::Status& status) { LogReadingFailed(status); };
  if (settings_.placement.enabled) {
    options.placing.emplace();
    options.placing->levels = settings_.placement.levels;
    options.placing->placement.keeps_empty = settings_.placement.keeps_empty;
    options.placing->seed = options.seed + 1000;
  }
  cluster_ = std::make_unique<KubeCluster>(client_.get(), std::move(options), OptionsOfController());
}

ControllerOptions Operator::Loop::OptionsOfController() {
  ControllerOptions options;
  // The same backoffs as in the reference's queues.
  options.first_backoff = absl::Milliseconds(5);
  options.max_backoff = absl::Seconds(1000);
  SetPolicies policies;
  if (settings_.uses_volcano) policies.scheduler_provider = SchedulerProvider::kVolcano;
  options.policies = SetPoliciesFromAnnotations(std::move(policies));
  options.on_plan = [this](const Work& work, const absl::Status& status) { LogPlan(work, status); };
  return options;
}

void Operator::Loop::LogPlan(const Work& work, const absl::Status& status) {
  const bool is_foreseen = IsForeseenConflict(work, status);
  metrics_.Reconciled(kController, ResultOf(work.plan, status, is_foreseen), absl::ZeroDuration());
  const char* kind = work.key.kind == WorkKey::Kind::kSet ? "LeaderWorkerSet" : "Pod";
  const std::string object = absl::StrCat(work.key.namespace_name, "/", work.key.name);
  if (is_foreseen) {
    Tell(LogLevel::kDebug, "The object changed meanwhile, and is looked at again", {{kind, object}});
  } else if (!status.ok()) {
    Tell(LogLevel::kError, "Reconciler error", {{kind, object}, {"error", std::string(status.message())}});
  }
  if (log_.IsWritten(LogLevel::kDebug)) Tell(LogLevel::kDebug, "Performed a plan", {{"plan", ToString(work.plan)}});
}

void Operator::Loop::OpenElection(const std::string& server) {
  if (!settings_.election.enabled) return;
  internal::LeaseElectorOptions options;
  options.namespace_name = NamespaceOf(settings_.election);
  options.name = settings_.election.resource_name;
  claim_ = std::make_unique<HostClaim>(absl::StrCat(server, " ", options.namespace_name, "/", options.name));
  options.identity = claim_->identity();
  options.has_ended = [this](const std::string& identity) { return claim_->HasEnded(identity); };
  options.note = [this] { return NoteOfLease(); };
  options.lease_duration = settings_.election.lease_duration;
  options.renew_deadline = settings_.election.renew_deadline;
  options.retry_period = settings_.election.retry_period;
  election_ = std::make_unique<Election>(std::move(options), client_.get());
  begins_by_ = absl::Now() + kWaitForLease;
}

std::optional<std::string> Operator::Loop::NoteOfLease() const {
  std::optional<internal::Handover> handover = cluster_->HandOver();
  if (!handover.has_value()) return std::nullopt;
  handover->program = kProgram;
  return internal::HandoverText(*handover);
}

// Lists and bursts leave free memory between what is kept, which the allocator does not give back by itself.
void Operator::Loop::NoticeNews(absl::Time now) {
  const int64_t news = cluster_->Counts().news;
  if (std::exchange(news_, news) != news) {
    news_at_ = now;
    if (election_ != nullptr) election_->HasNews(now);
  } else if (news - news_at_trim_ > kMuchNews && now - news_at_ > kQuietFor) {
    news_at_trim_ = news;
    malloc_trim(0);
  }
}

bool Operator::Loop::HasBegun(absl::Time now) {
  const bool waits = !has_begun_ && election_ != nullptr && !election_->elector().knows_lease() && now < begins_by_;
  if (waits) return false;
  if (!has_begun_ && election_ != nullptr) TakeOver(now);
  has_begun_ = true;
  return true;
}

// A process of this host that ended without giving the Lease back has left its work in the middle.
void Operator::Loop::TakeOver(absl::Time now) {
  const internal::LeaseElector& elector = election_->elector();
  if (!claim_->HasEnded(elector.holder()) || now - elector.noted_at() > kOldestHandover) return;
  const absl::StatusOr<internal::Handover> handover = internal::ParseHandover(elector.noted());
  if (!handover.ok() || handover->program != kProgram) return;
  Tell(LogLevel::kInfo, "Taking over from the process before",
       {{"identity", elector.holder()}, {"pending", absl::StrCat(handover->pending.size())}});
  cluster_->TakeOver(*handover);
}

void Operator::Loop::OpenCertificates() {
  if (settings_.certificates.enabled) {
    internal::CertificateOptions options;
    options.namespace_name = NamespaceOf(settings_.election);
    options.service_name = settings_.certificates.service_name;
    options.secret_name = settings_.certificates.secret_name;
    certificates_ = std::make_unique<SecretCertificates>(std::move(options), client_.get());
    return;
  }
  std::string folder = settings_.webhook.cert_dir;
  if (folder.empty()) folder = absl::StrCat(TemporaryFolder(), "/k8s-webhook-server/serving-certs");
  certificates_ = std::make_unique<FileCertificates>(std::move(folder));
}

// The definition of DisaggregatedSets need not be installed, nor need the access of this process reach them.
void Operator::Loop::AskForDisaggregatedSets() {
  ask_again_ = absl::InfiniteFuture();
  SendApiRequest(client_.get(), {"GET", kDisaggregatedSets, ""}, [this](const ApiAnswer& answer) {
    if (answer.code == 200) return OpenRoles();
    if (answer.code == 403) Tell(LogLevel::kWarn, "DisaggregatedSets may not be read, and are not looked after");
    const bool is_answered = answer.code == 404 || answer.code == 403;
    ask_again_ = absl::Now() + (is_answered ? kLookAgainAfter : kAskAgainAfter);
  });
}

void Operator::Loop::OpenRoles() {
  metrics_.Declare(kRoleController, internal::RoleClusterOptions().most_under_way);
  internal::RoleClusterOptions options;
  options.clock = [] { return absl::Now(); };
  options.reporting_instance = absl::StrCat("disaggregatedset-", HostName());
  options.seed = static_cast<uint64_t>(absl::ToUnixNanos(absl::Now()));
  // The reference leaves a rollout as it is when a write of its first pass failed.
  options.roles.mends = true;
  options.on_problem = [this](const absl::Status& status) { LogReadingFailed(status); };
  options.on_plan = [this](const WorkKey& set, const Plan& plan, const absl::Status& status) {
    // The children are written by another controller, too: a conflict says that it came first.
    const bool is_conflict = absl::IsAborted(status);
    metrics_.Reconciled(kRoleController, ResultOf(plan, status, is_conflict), absl::ZeroDuration());
    if (status.ok()) return;
    Tell(is_conflict ? LogLevel::kDebug : LogLevel::kError, "Reconciler error",
         {{"DisaggregatedSet", absl::StrCat(set.namespace_name, "/", set.name)},
          {"error", std::string(status.message())}});
  };
  roles_ = std::make_unique<RoleCluster>(client_.get(), std::move(options));
}

void Operator::Loop::LogReadingFailed(const absl::Status& status) const {
  Tell(LogLevel::kWarn, "Reading failed and is tried again", {{"error", std::string(status.message())}});
}

bool Operator::Loop::Round(absl::Time now) {
  mailbox_.RunPosted();
  const bool has_more = client_->Deliver(kBytesAtATime);
  if (now >= ask_again_) AskForDisaggregatedSets();
  const bool has_begun = HasBegun(now);
  if (election_ != nullptr) election_->Advance(now);
  const bool leads = Leads(now);
  if (leads != led_) {
    Tell(LogLevel::kInfo, leads ? "Became the leader" : "No longer the leader");
    metrics_.Leads(settings_.election.resource_name, leads);
  }
  cluster_->Lead(leads && !is_told_to_end_);
  if (has_begun) cluster_->Advance(now);
  NoticeNews(now);
  if (roles_ != nullptr) {
    roles_->Lead(leads && !is_told_to_end_);
    roles_->Advance(now);
  }
  if (certificates_ != nullptr) {
    certificates_->Advance(now, leads);
    ServeCertificate();
    ShowChecks();
  }
  return has_more;
}

void Operator::Loop::ShowChecks() {
  const absl::Status certificate = certificates_->problem();
  serving_->SetChecks({{"informers", cluster_->HasSynced(), "the cluster is still being read"},
                       {"webhook", certificate.ok(), std::string(certificate.message())}});
}

absl::Time Operator::Loop::NextDue() const {
  const absl::Time cluster_due = cluster_->NextDue().value_or(absl::InfiniteFuture());
  absl::Time due = std::min(ask_again_, has_begun_ ? cluster_due : begins_by_);
  if (roles_ != nullptr) due = std::min(due, roles_->NextDue().value_or(absl::InfiniteFuture()));
  if (election_ != nullptr) due = std::min(due, election_->NextDue());
  if (certificates_ != nullptr) due = std::min(due, certificates_->NextDue());
  return due;
}

int Operator::Loop::Run() {
  Tell(LogLevel::kInfo, "Starting the operator");
  AskForDisaggregatedSets();
  while (!is_told_to_end_) {
    const absl::Time now = absl::Now();
    const bool has_more = Round(now);
    if (led_ && !Leads(absl::Now())) {
      Tell(LogLevel::kError, "The Lease is lost: another operator may lead");
      return 1;
    }
    led_ = Leads(absl::Now());
    if (!has_more) mailbox_.WaitUntil(std::min(NextDue(), absl::Now() + kLongestRest));
  }
  Drain();
  return 0;
}

void Operator::Loop::Drain() {
  Tell(LogLevel::kInfo, "Ending: finishing the writes that are under way");
  cluster_->Lead(false);
  const absl::Time end = absl::Now() + kDrain;
  const auto has_writes = [this] {
    return cluster_->writes_under_way() > 0 || (roles_ != nullptr && roles_->plans_under_way() > 0);
  };
  while (has_writes() && absl::Now() < end) {
    Round(absl::Now());
    mailbox_.WaitUntil(std::min(end, absl::Now() + absl::Milliseconds(50)));
  }
  if (election_ != nullptr && election_->Release(absl::Now())) {
    while (!election_->is_released() && absl::Now() < end) {
      client_->Deliver(kBytesAtATime);
      mailbox_.WaitUntil(std::min(end, absl::Now() + absl::Milliseconds(50)));
    }
  }
  if (serving_ != nullptr) serving_->Stop();
}

Operator::Operator(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}
Operator::~Operator() = default;

absl::StatusOr<std::unique_ptr<Operator>> Operator::Create(const Settings& settings, const internal::KubeConfig& config,
                                                           const Log* log) {
  auto loop = std::make_unique<Loop>(settings, config, log);
  absl::Status status = loop->Open(config);
  if (!status.ok()) return status;
  return std::unique_ptr<Operator>(new Operator(std::move(loop)));
}

int Operator::Run() { return loop_->Run(); }
void Operator::End() { loop_->End(); }

}  // namespace lws::operator_program
