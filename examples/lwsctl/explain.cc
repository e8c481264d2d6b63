#include <algorithm>
#include <iostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "examples/lwsctl/cluster_file.h"
#include "examples/lwsctl/commands.h"
#include "examples/lwsctl/disaggregated_input.h"
#include "examples/lwsctl/explain_roles.h"
#include "examples/lwsctl/input.h"
#include "examples/lwsctl/output_format.h"
#include "examples/lwsctl/proto_document.h"
#include "lws/adapters/host/set_policies.h"
#include "lws/adapters/testing/scenario/scenario_report.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/printable_text.h"
#include "lws/api/spec_counts.h"
#include "lws/api/well_known.h"
#include "lws/core/disaggregated/reconcile_disaggregated_set.h"
#include "lws/core/disaggregated/role_observation.h"
#include "lws/core/disaggregated/role_options.h"
#include "lws/core/groups/group_state.h"
#include "lws/core/plan/plan.h"
#include "lws/core/plan/plan.pb.h"
#include "lws/core/plan/plan_serialization.h"
#include "lws/core/pod/restart_policy.h"
#include "lws/core/reconcile/reconcile_pod.h"
#include "lws/core/reconcile/reconcile_set.h"
#include "lws/rollout/role_policies.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

using lws::DecisionReason;
using lws::Json;

constexpr char kHelp[] =
    "usage: lwsctl explain [--now TIME] [--all] FILE\n"
    "Reads a saved cluster state (`kubectl get lws,statefulsets,pods,controllerrevisions,services,nodes -o yaml\n"
    "--show-managed-fields`) and prints the state of its sets, what the controller would do, and why. Exit 1 when\n"
    "there is nothing to explain. Answers that depend on kinds that the file does not have are left open.\n"
    "FILE may also be an observation that --save wrote. `lwsctl explain --live [NAME]` reads the cluster instead.\n"
    "What the policies of a set remember is in the ConfigMaps with the label lws-policies/set, if FILE has them.\n"
    "  --complete   what is not in FILE does not exist\n"
    "  --save OUT   write the observation to OUT\n"
    "  -o table|json|yaml\n"
    "  --now TIME   the time of the decisions, as 2026-01-01T00:00:00Z; default: the clock of this machine\n"
    "  --all        show also pods for which there is nothing to do\n"
    "  --role-policy reference|keep-role-budgets   how DisaggregatedSets are rolled out; their LeaderWorkerSets and\n"
    "                                              scalers are kinds like the others\n"
    "  --scheduler-provider volcano   groups are scheduled as gangs\n";

// A plan in the JSON form of its protocol buffer. Protocol buffers leave out the first verb, and readers expect one.
lws::Json PlanDocument(const lws::Plan& plan) {
  const absl::StatusOr<std::string> text = lwsctl::ProtoDocument(lws::PlanToProto(plan), /*indented=*/false);
  if (!text.ok()) return lws::Json();
  lws::Json document = lws::Json::parse(*text, nullptr, false);
  const auto actions = document.find("actions");
  if (actions == document.end()) return document;
  for (lws::Json& action : *actions) action.emplace("verb", "CREATE");
  return document;
}

void PrintIndented(absl::string_view text) {
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) std::cout << "  " << line << "\n";
}

// The state of a set.
struct SetState {
  int32_t ready = 0;
  int32_t updated = 0;
  int32_t replicas = 1;
  int32_t size = 1;
  bool is_known = true;  // otherwise `ready` and `updated` mean nothing
  std::string state;
  std::string held;     // what holds it; empty when nothing does
  std::string waiting;  // what its pods wait for
};

constexpr char kAboutToUpdate[] = "about to be updated";

bool Has(const lws::Plan& plan, DecisionReason reason) {
  return std::any_of(plan.decisions.begin(), plan.decisions.end(),
                     [reason](const lws::Decision& decision) { return decision.reason == reason; });
}

// The last decision on the leader StatefulSet, if it says that something has to wait.
std::string HeldBy(const lws::Plan& plan) {
  for (auto decision = plan.decisions.rbegin(); decision != plan.decisions.rend(); ++decision) {
    switch (decision->reason) {
      case DecisionReason::kScaleUpFirst:
      case DecisionReason::kHeldByBudget:
      case DecisionReason::kPaused:
      case DecisionReason::kCanaryHolds:
      case DecisionReason::kDeadlineExceeded:
        return std::string(DecisionReasonText(decision->reason));
      default:
        break;
    }
  }
  return "";
}

Json ToJson(const SetState& state) {
  return {{"ready", state.is_known ? Json(state.ready) : Json()},
          {"updated", state.is_known ? Json(state.updated) : Json()},
          {"replicas", state.replicas},
          {"size", state.size},
          {"state", state.state},
          {"heldBy", state.held},
          {"waiting", state.waiting}};
}

std::string ToString(const SetState& state) {
  const std::string counts =
      state.is_known ? absl::StrCat(state.ready, " of ", state.replicas, " groups ready, ", state.updated, " updated")
                     : absl::StrCat(state.replicas, " groups wanted");
  return absl::StrCat("state  ", state.state, ": ", counts, ", size ", state.size, state.held.empty() ? "" : "; ",
                      state.held, "\n", state.waiting.empty() ? "" : "waits  ", state.waiting);
}

// Removes the decisions and actions on Services from the plan.
lws::Plan WithoutServices(lws::Plan plan) {
  for (size_t i = plan.actions.size(); i > 0; --i) {
    if (plan.actions[i - 1].target.kind != "Service") continue;
    plan.actions.erase(plan.actions.begin() + static_cast<ptrdiff_t>(i) - 1);
    for (lws::Event& event : plan.events) event.after_action -= event.after_action >= static_cast<int32_t>(i);
  }
  const auto is_of_service = [](const lws::Decision& decision) {
    return decision.subject == lws::DecisionSubject::kService;
  };
  plan.decisions.erase(std::remove_if(plan.decisions.begin(), plan.decisions.end(), is_of_service),
                       plan.decisions.end());
  return plan;
}

// Manifests have no status, or an empty one.
bool HasStatus(const lws::LeaderWorkerSet& set) { return set.status().ByteSizeLong() > 0; }

bool IsExclusive(const lws::LeaderWorkerSet& set) {
  return set.metadata().annotations().count(lws::kExclusiveTopologyAnnotation) > 0;
}

class Explanation {
 public:
  Explanation(const ClusterFile& file, absl::Time now, bool is_complete, const lws::SetPolicies& otherwise,
              const lws::DisaggregatedOptions& roles)
      : file_(file),
        now_(now),
        is_complete_(is_complete),
        policies_(lws::SetPoliciesFromAnnotations(otherwise)),
        role_options_(roles) {}

  void Explain(OutputFormat format, bool all) {
    const lws::ClusterSnapshot& cluster = file_.cluster;
    const bool as_json = format != OutputFormat::kTable;
    if (!as_json) PrintWhatIsLacking();
    for (const auto& [namespace_name, name] : file_.disaggregated.SetNames()) {
      ExplainRoles(namespace_name, name, as_json);
    }
    for (const auto& [namespace_name, name] : cluster.SetNames()) {
      ExplainSet(namespace_name, name, as_json);
    }
    for (const auto& [namespace_name, name] : cluster.PodNames()) ExplainPod(namespace_name, name, as_json, all);
    if (as_json) std::cout << DocumentText(plans_, format);
    if (!as_json && applies_ && !file_.has_managed_fields) {
      std::cout
          << "The StatefulSets of the file have no managedFields, so each apply is shown, even one that would change "
             "nothing.\n`kubectl get --show-managed-fields` writes these fields.\n";
    }
  }

 private:
  bool Knows(const char* kind) const {
    return (is_complete_ && file_.unread.count(kind) == 0) || file_.kinds.count(kind) > 0;
  }

  // Those of the kinds that the file does not contain.
  std::vector<std::string> Lacking(const std::vector<const char*>& kinds) const {
    std::vector<std::string> lacking;
    for (const char* kind : kinds) {
      if (!Knows(kind)) lacking.push_back(kind);
    }
    return lacking;
  }

  // The missing kinds on which the decision on a set depends, except Services.
  std::vector<std::string> LackingForSet(const lws::SetObservation& set) const {
    std::vector<const char*> kinds = {"StatefulSet", "ControllerRevision"};
    const bool has_groups = set.leader_statefulset == nullptr || set.leader_statefulset->replicas > 0;
    if (has_groups) kinds.push_back("Pod");
    return Lacking(kinds);
  }

  // The missing kinds on which the decision on a pod depends.
  std::vector<std::string> LackingForPod(const lws::PodObservation& pod) const {
    std::vector<const char*> kinds = {"StatefulSet"};
    if (pod.pod->is_leader()) {
      kinds.push_back("ControllerRevision");
      if (pod.set->spec().network_config().subdomain_policy() == lws::kSubdomainUniquePerReplica) {
        kinds.push_back("Service");
      }
      if (IsExclusive(*pod.set) && !pod.pod->node_name.empty()) kinds.push_back("Node");
    }
    return Lacking(kinds);
  }

  // What is missing on which a restart policy's decision on the pod depends.
  std::vector<std::string> LackingForRestarts(const lws::PodObservation& observation) const {
    std::vector<std::string> lacking = Lacking({"ConfigMap"});
    const auto is_uncounted = [this](const lws::ObservedPod* pod) {
      return pod != nullptr && pod->restarted && !file_.restarts.Knows(*pod);
    };
    const auto& pods = observation.group_pods;
    if (is_uncounted(observation.leader) || std::any_of(pods.begin(), pods.end(), is_uncounted)) {
      lacking.push_back("how often containers restarted");
    }
    return lacking;
  }

  // Whether the decision is about a failure, or about a group that was given up.
  static bool IsRestartAtIssue(const lws::Plan& plan) {
    return !Has(plan, DecisionReason::kNoTrigger) && !Has(plan, DecisionReason::kRestartPolicyNone) &&
           !Has(plan, DecisionReason::kLeaderAbsent) && !Has(plan, DecisionReason::kAlreadyRestarting);
  }

  // The missing kinds on which the decision on a DisaggregatedSet depends, except Services.
  std::vector<std::string> LackingForRoles(const lws::DisaggregatedSet& set) const {
    std::vector<const char*> kinds = {lws::kKind};
    const auto& roles = set.spec().roles();
    if (std::any_of(roles.begin(), roles.end(), lws::IsExternalRole)) kinds.push_back(lws::kRoleScalerKind);
    return Lacking(kinds);
  }

  void PrintWhatIsLacking() const {
    std::vector<const char*> kinds = {"StatefulSet", "Pod", "ControllerRevision", "Service"};
    if (file_.cluster.SetNames().empty()) kinds = {lws::kKind, "Service"};
    for (const auto& [namespace_name, name] : file_.cluster.SetNames()) {
      if (!IsExclusive(*file_.cluster.ObserveSet(namespace_name, name).set)) continue;
      kinds.push_back("Node");
      break;
    }
    const std::vector<std::string> lacking = Lacking(kinds);
    if (lacking.empty()) return;
    std::cout << "The file has no " << absl::StrJoin(lacking, ", no ")
              << ". What depends on that is left open; with --complete, what FILE does not hold does not exist.\n";
  }

  std::string Waiting(const std::string& namespace_name, const std::string& name) const {
    const auto found = file_.waiting.find({namespace_name, name});
    return found == file_.waiting.end() ? "" : lws::ScenarioWaitingText(found->second);
  }

  SetState StateOf(const lws::SetObservation& observation, const lws::Plan& plan, bool is_open) const {
    const lws::LeaderWorkerSet& set = *observation.set;
    SetState state;
    state.replicas = lws::internal::SpecReplicas(set.spec());
    state.size = std::max(1, set.spec().leader_worker_template().size());
    state.ready = set.status().ready_replicas();
    state.updated = set.status().updated_replicas();
    state.waiting = Waiting(set.metadata().namespace_(), set.metadata().name());
    if (is_open) {
      state.is_known = HasStatus(set);
      state.state = state.is_known ? "as its status says" : "unknown, the file has no status of it";
      return state;
    }
    if (observation.leader_statefulset != nullptr) {
      const auto counts =
          lws::internal::ReadGroups(observation, observation.leader_statefulset->meta.revision_key).counts;
      state.ready = counts.ready;
      state.updated = counts.updated;
    }
    state.held = HeldBy(plan);
    state.state = StateText(observation, plan, state);
    // The groups that the file has are of a former template.
    if (state.state == kAboutToUpdate) state.updated = 0;
    return state;
  }

  // A group whose worker StatefulSet does not exist yet is not updated, and not of a former revision either.
  static bool HasFormerGroups(const lws::SetObservation& observation) {
    const std::string& newest = observation.leader_statefulset->meta.revision_key;
    const auto is_former = [&newest](const auto* object) { return object->meta.revision_key != newest; };
    const auto& leaders = observation.leader_pods;
    const auto& workers = observation.worker_statefulsets;
    return std::any_of(leaders.begin(), leaders.end(), is_former) ||
           std::any_of(workers.begin(), workers.end(), is_former);
  }

  // The first that matches.
  static std::string StateText(const lws::SetObservation& observation, const lws::Plan& plan, const SetState& state) {
    if (Has(plan, DecisionReason::kSetTerminating)) return "being deleted";
    if (observation.leader_statefulset == nullptr) return "about to be created";
    if (Has(plan, DecisionReason::kUpdateBegins)) return kAboutToUpdate;
    const int32_t groups = observation.leader_statefulset->replicas;
    const int32_t partition = observation.set->spec().rollout_strategy().rolling_update_configuration().partition();
    const bool lacks_updated = state.updated < std::min(groups, state.replicas) - partition;
    if (lacks_updated && HasFormerGroups(observation)) return "updating";
    // It is scaled, or keeps the surge groups of an update that a partition holds.
    if (groups != state.replicas) return absl::StrCat("has ", groups, " groups, ", state.replicas, " wanted");
    return state.ready < state.replicas ? "not all groups are ready" : "at rest";
  }

  void ExplainSet(const std::string& namespace_name, const std::string& name, bool as_json) {
    const lws::SetObservation observation = file_.cluster.ObserveSet(namespace_name, name);
    const std::vector<std::string> lacking = LackingForSet(observation);
    lws::Plan plan;
    if (lacking.empty()) {
      plan = PlanUnder(*observation.set, [&](const lws::SetPolicies& policies) {
        lws::SetObservation remembering = observation;
        const bool knows_restarts = policies.restarts != nullptr && file_.kept.size() > 0;
        file_.kept.Fill(&remembering, knows_restarts);
        return lws::ReconcileSet(remembering, now_, lws::SetOptionsOf(policies));
      });
    }
    if (!Knows("Service")) plan = WithoutServices(std::move(plan));
    const SetState state = StateOf(observation, plan, !lacking.empty());
    const std::string title = absl::StrCat("LeaderWorkerSet ", namespace_name, "/", name);
    if (as_json) {
      plans_[title] = PlanJson(plan, lacking);
      if (lacking.empty() && !Knows("Service")) plans_[title]["open"] = {"Service"};
      plans_[title]["set"] = ToJson(state);
      return;
    }
    std::cout << lws::PrintableText(title) << "\n";
    PrintIndented(ToString(state));
    PrintPlan(plan, lacking);
  }

  void ExplainRoles(const std::string& namespace_name, const std::string& name, bool as_json) {
    const lws::DisaggregatedObservation observation = file_.disaggregated.Observe(namespace_name, name);
    const std::vector<std::string> lacking = LackingForRoles(*observation.set);
    lws::Plan plan;
    if (lacking.empty()) plan = lws::ReconcileDisaggregatedSet(observation, now_, role_options_);
    if (!Knows("Service")) plan = WithoutServices(std::move(plan));
    const RolesState state = StateOfRoles(observation, plan);
    const std::string title = absl::StrCat(lws::kDisaggregatedSetKind, " ", namespace_name, "/", name);
    if (as_json) {
      plans_[title] = PlanJson(plan, lacking);
      if (lacking.empty() && !Knows("Service")) plans_[title]["open"] = {"Service"};
      plans_[title]["set"] = lwsctl::ToJson(state);
      return;
    }
    std::cout << lws::PrintableText(title) << "\n";
    PrintIndented(lwsctl::ToString(state));
    PrintPlan(plan, lacking);
  }

  void ExplainPod(const std::string& namespace_name, const std::string& name, bool as_json, bool all) {
    lws::PodObservation observation = file_.cluster.ObservePod(namespace_name, name);
    if (observation.pod->meta.set_name.empty() || observation.set == nullptr) return;
    const lws::GroupMembers members = file_.restarts.MembersOf(observation);
    std::vector<std::string> unremembered;
    lws::Plan plan = PlanUnder(*observation.set, [&](const lws::SetPolicies& policies) {
      if (policies.restarts != nullptr) {
        observation.members = &members;
        file_.kept.Fill(&observation);
        unremembered = LackingForRestarts(observation);
      }
      return lws::ReconcilePod(observation, now_, lws::PodOptionsOf(policies));
    });
    std::vector<std::string> lacking = LackingForPod(observation);
    // The restart of a group depends only on its StatefulSet, and on what its policy remembers.
    if (Has(plan, DecisionReason::kRestartGroup)) lacking = Lacking({"StatefulSet"});
    const bool is_open = !unremembered.empty() && IsRestartAtIssue(plan);
    if (is_open) lacking.insert(lacking.end(), unremembered.begin(), unremembered.end());
    if (!lacking.empty()) plan = lws::Plan();
    const std::string title = absl::StrCat("Pod ", namespace_name, "/", name);
    if (as_json) {
      plans_[title] = PlanJson(plan, lacking);
    } else if (!plan.empty() || all || is_open) {
      std::cout << lws::PrintableText(title) << "\n";
      PrintPlan(plan, lacking);
    }
  }

  // The plan under the policies in the annotations of the set; an error where they do not parse, as in the operator.
  lws::Plan PlanUnder(const lws::LeaderWorkerSet& set,
                      absl::FunctionRef<lws::Plan(const lws::SetPolicies&)> plan_of) const {
    const absl::StatusOr<lws::SetPolicies> policies = policies_(set);
    if (policies.ok()) return plan_of(*policies);
    lws::Plan plan;
    plan.error = policies.status();
    return plan;
  }

  static Json PlanJson(const lws::Plan& plan, const std::vector<std::string>& lacking) {
    return lacking.empty() ? PlanDocument(plan) : Json{{"open", lacking}};
  }

  void PrintPlan(const lws::Plan& plan, const std::vector<std::string>& lacking) {
    for (const lws::Action& action : plan.actions) applies_ |= action.verb == lws::Verb::kApply;
    if (!lacking.empty()) {
      std::cout << "  open   what would be done: it depends on " << absl::StrJoin(lacking, ", ") << "\n";
      return;
    }
    if (plan.empty()) std::cout << "  nothing to do\n";
    PrintIndented(lws::ToString(plan));
  }

  const ClusterFile& file_;
  const absl::Time now_;
  const bool is_complete_;
  const lws::PolicySource policies_;
  const lws::DisaggregatedOptions role_options_;
  Json plans_ = Json::object();
  bool applies_ = false;
};

absl::Status NothingToExplain(const std::string& path, const ClusterFile& file) {
  std::set<std::string> sets;
  for (const auto& [set, waiting] : file.waiting) sets.insert(set.second);
  return absl::FailedPreconditionError(absl::StrCat(
      path, ": nothing to explain: it holds no LeaderWorkerSet and no DisaggregatedSet",
      sets.empty() ? "" : absl::StrCat(", but pods of ", absl::StrJoin(sets, ", "), " without their set")));
}

absl::StatusOr<Arguments> ParseFlags(const std::vector<std::string>& words) { return ParseArguments(words, kHelp); }

absl::StatusOr<absl::Time> ReadNow(const Arguments& arguments) {
  if (arguments.flags.count("--now") == 0) return absl::Now();
  absl::Time now;
  std::string error;
  if (absl::ParseTime(absl::RFC3339_full, arguments.Flag("--now", ""), &now, &error)) return now;
  return absl::InvalidArgumentError(
      absl::StrCat("--now: \"", arguments.Flag("--now", ""), "\" is no time such as 2026-01-31T12:00:00Z"));
}

int ExplainCluster(const Arguments& arguments, const std::string& source, const ClusterFile& file, absl::Time now) {
  const absl::StatusOr<lws::SchedulerProvider> provider = ReadSchedulerProvider(arguments);
  if (!provider.ok()) return Fail(provider.status());
  const absl::StatusOr<lws::NamedRolePolicy> role_policy =
      ReadRolePolicy("--role-policy", arguments.Flag("--role-policy", "reference"));
  if (!role_policy.ok()) return Fail(role_policy.status());
  const bool has_roles = !file.disaggregated.SetNames().empty();
  if (arguments.flags.count("--save") > 0) {
    const absl::Status saved = SaveCluster(file, arguments.Flag("--save", ""));
    if (!saved.ok()) return Fail(saved);
  }
  if (file.cluster.SetNames().empty() && !has_roles) return Fail(NothingToExplain(source, file));
  lws::SetPolicies otherwise;
  otherwise.scheduler_provider = *provider;
  const lws::DisaggregatedOptions roles = lws::DisaggregatedOptionsFor(*role_policy);
  Explanation explanation(file, now, arguments.flags.count("--complete") > 0, otherwise, roles);
  explanation.Explain(OutputFormatOf(arguments), arguments.flags.count("--all") > 0);
  return 0;
}

}  // namespace

int RunExplain(const std::vector<std::string>& words) {
  const absl::StatusOr<Arguments> arguments = ParseFlags(words);
  if (!arguments.ok()) return Fail(arguments.status());
  if (arguments->flags.count("--help") > 0) {
    std::cout << kHelp;
    return 0;
  }
  if (arguments->files.size() != 1) return Fail(absl::InvalidArgumentError("explain needs one FILE"));
  const absl::StatusOr<absl::Time> now = ReadNow(*arguments);
  if (!now.ok()) return Fail(now.status());
  const absl::StatusOr<ClusterFile> file = ReadClusterFile(arguments->files[0], *now);
  if (!file.ok()) return Fail(file.status());
  if (arguments->flags.count("--complete") == 0 && HasOnlyManifests(*file)) {
    return Fail(absl::FailedPreconditionError(absl::StrCat(arguments->files[0],
                                                           ": nothing to explain: its sets have no status, and it "
                                                           "holds no StatefulSet, no Pod and no ControllerRevision of "
                                                           "a cluster; --complete "
                                                           "explains them as sets that were just created")));
  }
  return ExplainCluster(*arguments, arguments->files[0], *file, *now);
}

int RunExplainOfText(const std::vector<std::string>& words, const std::string& source, std::string text,
                     const std::set<std::string>& unread) {
  const absl::StatusOr<Arguments> arguments = ParseFlags(words);
  if (!arguments.ok()) return Fail(arguments.status());
  const absl::StatusOr<absl::Time> now = ReadNow(*arguments);
  if (!now.ok()) return Fail(now.status());
  absl::StatusOr<ClusterFile> file = ParseClusterFile(source, std::move(text), *now);
  if (!file.ok()) return Fail(file.status());
  file->unread = unread;
  return ExplainCluster(*arguments, source, *file, *now);
}

}  // namespace lwsctl
