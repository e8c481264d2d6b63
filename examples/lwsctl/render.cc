#include <algorithm>
#include <cstdint>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "examples/lwsctl/commands.h"
#include "examples/lwsctl/disaggregated_input.h"
#include "examples/lwsctl/input.h"
#include "examples/lwsctl/output_format.h"
#include "lws/api/admit_set.h"
#include "lws/api/disaggregated_set.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/field_error.h"
#include "lws/api/field_status.h"
#include "lws/api/json_reader.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/observed.h"
#include "lws/api/observed_object.h"
#include "lws/api/pod_name.h"
#include "lws/api/revision_key.h"
#include "lws/api/statefulset_pod.h"
#include "lws/core/desired/desired_groups.h"
#include "lws/core/desired/desired_objects.h"
#include "lws/core/disaggregated/desired_roles.h"
#include "lws/core/reconcile/admit_pod.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

constexpr char kHelp[] =
    "usage: lwsctl render [-o yaml|json] [--pods] [--groups LIST] [--scheduler-provider volcano] [--strict] FILE\n"
    "Writes the objects that the LeaderWorkerSets of FILE own once they are created: StatefulSets, Services, "
    "revisions.\n"
    "For a DisaggregatedSet they are its scalers, LeaderWorkerSets and Services; `| lwsctl render -` writes the "
    "objects of these sets.\n"
    "  --pods         their pods instead, after admission: with labels, environment, affinity and addresses\n"
    "  --groups LIST  only the objects and pods of these groups, such as 0,2-3; at most 20000 objects are written\n"
    "  --scheduler-provider volcano   pods name the PodGroup of their gang, which is printed before them\n"
    "  -o yaml|json   a stream of documents (the default), or one List\n"
    "  --strict       unknown fields are errors, as for kubectl apply\n";

constexpr int64_t kMostObjects = 20000;

// Groups [first, last].
struct Range {
  int32_t first = 0;
  int32_t last = 0;
};

struct RenderOptions {
  bool pods = false;
  std::vector<Range> groups;  // none: all
  lws::SchedulerProvider provider = lws::SchedulerProvider::kNone;
};

absl::StatusOr<std::vector<Range>> ReadGroups(const std::string& list) {
  std::vector<Range> ranges;
  for (const absl::string_view part : absl::StrSplit(list, ',', absl::SkipEmpty())) {
    const std::vector<absl::string_view> ends = absl::StrSplit(part, '-');
    const Range range{lws::ParseIndex(ends.front()), lws::ParseIndex(ends.back())};
    if (ends.size() > 2 || range.first < 0 || range.last < range.first) {
      return absl::InvalidArgumentError(absl::StrCat("--groups: ", part, " is neither a group nor a range of groups"));
    }
    ranges.push_back(range);
  }
  return ranges;
}

int32_t MostGroups(const SetManifest& set) {
  return lws::internal::JsonReader(*set.object).Count({"spec", "replicas"}, 1);
}

// The groups of the largest role, because each role numbers its own groups.
int32_t MostGroups(const DisaggregatedManifest& set) {
  int32_t most = 0;
  for (const lws::DisaggregatedRole& role : set.set->spec().roles()) most = std::max(most, lws::RoleSpecReplicas(role));
  return most;
}

// Errors: InvalidArgument for a group that no set of the file has.
absl::Status CheckGroups(const std::vector<Range>& groups, const std::vector<SetOfEitherKind>& sets) {
  int32_t most = 0;
  for (const SetOfEitherKind& either : sets) {
    most = std::max(most, std::visit([](const auto& set) { return MostGroups(set); }, either));
  }
  for (const Range& range : groups) {
    if (range.last < most) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("--groups: there is no group ", range.last, ", the last one is ", most - 1));
  }
  return absl::OkStatus();
}

// The chosen groups below `replicas`, in order, as ranges that do not overlap.
std::vector<Range> ChosenOf(const RenderOptions& options, int32_t replicas) {
  std::vector<Range> chosen;
  std::vector<Range> sorted = options.groups.empty() ? std::vector<Range>{{0, replicas - 1}} : options.groups;
  std::sort(sorted.begin(), sorted.end(), [](const Range& a, const Range& b) { return a.first < b.first; });
  int32_t next = 0;
  for (const Range& range : sorted) {
    const Range rest{std::max(range.first, next), std::min(range.last, replicas - 1)};
    if (rest.last < rest.first) continue;
    chosen.push_back(rest);
    next = rest.last + 1;
  }
  return chosen;
}

// Counts the objects that are written. Memory must not grow with a number in a file.
class ObjectCount {
 public:
  // Errors: InvalidArgument for too many with those before.
  absl::Status Add(int64_t count) {
    written_ += count;
    if (written_ <= kMostObjects) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat(written_, " objects: at most ", kMostObjects, " are written at once; --groups chooses groups"));
  }

 private:
  int64_t written_ = 0;
};

// Counts what is written of the chosen groups.
absl::Status CountGroups(const lws::LeaderWorkerSet& set, const std::vector<Range>& chosen,
                         const RenderOptions& options, ObjectCount* count) {
  int64_t groups = 0;
  for (const Range& range : chosen) groups += int64_t{range.last} - range.first + 1;
  const int64_t pods = set.spec().leader_worker_template().size();
  const int64_t pod_groups = options.provider == lws::SchedulerProvider::kNone ? 0 : 1;
  // At most a StatefulSet of workers and a Service, or the pods with their PodGroup.
  return count->Add(groups * (options.pods ? pods + pod_groups : 2));
}

absl::Status AddPod(const lws::Json& statefulset, int64_t ordinal, const RenderOptions& options,
                    std::vector<lws::SharedJson>* objects) {
  const lws::AdmissionOptions admission{options.provider, nullptr};
  const lws::Json& pod_template = statefulset["spec"]["template"];
  const std::string revision =
      absl::StrCat(statefulset["metadata"].value("name", ""), "-", lws::RevisionKey(pod_template.dump()));
  absl::StatusOr<lws::Json> pod =
      lws::AdmitPod(lws::internal::StatefulSetPod(statefulset, pod_template, ordinal, revision), admission);
  if (!pod.ok()) return pod.status();
  objects->push_back(std::make_shared<const lws::Json>(*std::move(pod)));
  return absl::OkStatus();
}

// Adds the PodGroup of the leader, which is the last object, before it.
absl::Status AddPodGroup(const lws::LeaderWorkerSet& set, std::vector<lws::SharedJson>* objects) {
  const absl::StatusOr<lws::ObservedObject> leader = lws::ReadObservedObject(*objects->back());
  if (!leader.ok()) return leader.status();
  const auto* pod = std::get_if<lws::ObservedPod>(&*leader);
  if (pod == nullptr) return absl::OkStatus();
  absl::StatusOr<lws::Json> pod_group = lws::internal::GroupPodGroup(set, *pod);
  if (!pod_group.ok()) return pod_group.status();
  objects->insert(objects->end() - 1, std::make_shared<const lws::Json>(*std::move(pod_group)));
  return absl::OkStatus();
}

// The pods of a group, the leader before its workers.
absl::Status AddPods(const lws::LeaderWorkerSet& set, const lws::DesiredSet& desired, int32_t index,
                     const RenderOptions& options, std::vector<lws::SharedJson>* objects) {
  const lws::DesiredGroup group = lws::DesiredGroupAt(set, desired.revision_key, index);
  absl::Status status = AddPod(*desired.leader_statefulset, index, options, objects);
  if (status.ok() && options.provider == lws::SchedulerProvider::kVolcano) status = AddPodGroup(set, objects);
  for (int64_t worker = 1; worker <= group.workers && status.ok(); ++worker) {
    status = AddPod(*group.worker_statefulset, worker, options, objects);
  }
  return status;
}

void AddObjects(const lws::LeaderWorkerSet& set, const lws::DesiredSet& desired, int32_t index,
                std::vector<lws::SharedJson>* objects) {
  const lws::DesiredGroup group = lws::DesiredGroupAt(set, desired.revision_key, index);
  if (group.service != nullptr) objects->push_back(group.service);
  if (group.worker_statefulset != nullptr) objects->push_back(group.worker_statefulset);
}

// The objects of one set, in the order in which they are created.
absl::StatusOr<std::vector<lws::SharedJson>> Objects(const lws::Json& manifest, const RenderOptions& options,
                                                     ObjectCount* count) {
  const lws::SetAdmission admission = lws::AdmitSet(manifest);
  if (!admission.errors.empty()) return absl::InvalidArgumentError(lws::JoinFieldErrors(admission.errors));
  const lws::LeaderWorkerSet& set = *admission.set;
  const absl::StatusOr<lws::DesiredSet> desired = lws::DesiredWithoutGroups(set);
  if (!desired.ok()) return desired.status();
  const std::vector<Range> chosen = ChosenOf(options, set.spec().replicas());
  absl::Status status = CountGroups(set, chosen, options, count);
  if (!status.ok()) return status;
  std::vector<lws::SharedJson> objects;
  if (!options.pods) {
    objects = {desired->revision, desired->leader_statefulset};
    if (desired->service != nullptr) objects.push_back(desired->service);
  }
  for (const Range& range : chosen) {
    for (int32_t index = range.first; index <= range.last; ++index) {
      if (options.pods) status = AddPods(set, *desired, index, options, &objects);
      if (!status.ok()) return status;
      if (!options.pods) AddObjects(set, *desired, index, &objects);
    }
  }
  return objects;
}

// The objects of a DisaggregatedSet, or the pods of its LeaderWorkerSets.
absl::StatusOr<std::vector<lws::SharedJson>> Objects(const lws::DisaggregatedSet& set, const RenderOptions& options,
                                                     ObjectCount* count) {
  if (!options.pods && !options.groups.empty()) {
    return absl::InvalidArgumentError("--groups: a DisaggregatedSet has groups with --pods only");
  }
  std::vector<lws::SharedJson> objects;
  if (!options.pods) objects = lws::DesiredScalers(set);
  std::vector<lws::SharedJson> services;
  for (int32_t slice = 0; slice < lws::SpecSlices(set); ++slice) {
    const absl::StatusOr<std::vector<lws::DesiredRole>> roles = lws::DesiredRoles(set, slice);
    if (!roles.ok()) return roles.status();
    for (const lws::DesiredRole& role : *roles) {
      if (!options.pods) {
        objects.push_back(role.child);
        services.push_back(role.service);
        continue;
      }
      const absl::StatusOr<std::vector<lws::SharedJson>> pods = Objects(*role.child, options, count);
      if (!pods.ok()) return lws::StatusWithPrefix(lws::internal::DescribeJsonObject(*role.child), pods.status());
      objects.insert(objects.end(), pods->begin(), pods->end());
    }
  }
  objects.insert(objects.end(), services.begin(), services.end());
  return objects;
}

}  // namespace

int RunRender(const std::vector<std::string>& words) {
  const absl::StatusOr<Arguments> arguments = ParseArguments(words, kHelp);
  if (!arguments.ok()) return Fail(arguments.status());
  if (arguments->flags.count("--help") > 0) {
    std::cout << kHelp;
    return 0;
  }
  if (arguments->files.size() != 1) return Fail(absl::InvalidArgumentError("render needs one FILE"));
  const absl::StatusOr<std::vector<SetOfEitherKind>> sets =
      ReadSetsOfBothKinds(arguments->files[0], UnknownFieldsOf(*arguments));
  if (!sets.ok()) return Fail(sets.status());
  RenderOptions options;
  options.pods = arguments->flags.count("--pods") > 0;
  const absl::StatusOr<lws::SchedulerProvider> provider = ReadSchedulerProvider(*arguments);
  if (!provider.ok()) return Fail(provider.status());
  options.provider = *provider;
  absl::StatusOr<std::vector<Range>> groups = ReadGroups(arguments->Flag("--groups", ""));
  if (!groups.ok()) return Fail(groups.status());
  options.groups = *std::move(groups);
  const absl::Status known = CheckGroups(options.groups, *sets);
  if (!known.ok()) return Fail(lws::StatusWithPrefix(arguments->files[0], known));
  std::vector<lws::Json> all;
  ObjectCount count;
  for (const SetOfEitherKind& either : *sets) {
    const auto* set = std::get_if<SetManifest>(&either);
    const auto* disaggregated = std::get_if<DisaggregatedManifest>(&either);
    const absl::StatusOr<std::vector<lws::SharedJson>> objects =
        set != nullptr ? Objects(*set->object, options, &count) : Objects(*disaggregated->set, options, &count);
    const std::string& where = set != nullptr ? set->where : disaggregated->where;
    if (!objects.ok()) return Fail(lws::StatusWithPrefix(where, objects.status()));
    for (const lws::SharedJson& object : *objects) all.push_back(*object);
  }
  PrintObjects(all, OutputFormatOf(*arguments, OutputFormat::kYaml));
  return kAsWished;
}

}  // namespace lwsctl
