#include "lws/adapters/testing/checker/group_world.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lws/adapters/testing/checker/checked_group.h"

namespace lws::internal {
namespace {

absl::string_view PhaseText(MemberPhase phase) {
  static constexpr std::array<absl::string_view, 4> kTexts = {".", "pending", "ready", "terminating"};
  return kTexts[static_cast<size_t>(phase)];
}

}  // namespace

GroupWorld::State GroupWorld::Beginning() const { return PackCheckedGroup(CheckedGroup{}); }

void GroupWorld::Steps(const State& state, absl::FunctionRef<void(const WorldStep&)> emit) const {
  EmitGroupSteps(options_, state, emit);
}

bool GroupWorld::IsSettled(const State& state) const {
  const CheckedGroup group = UnpackCheckedGroup(state);
  const int32_t revision = options_.partition_holds ? 0 : group.set_revision;
  return group.leader.phase == MemberPhase::kReady && group.worker.phase == MemberPhase::kReady &&
         CheckedWorkerBelongs(group) && !group.is_owed && group.leader.revision == revision &&
         group.worker.revision == revision;
}

std::string GroupWorld::Draw(const std::vector<WorldStep>& steps) const {
  std::string text;
  for (size_t i = 0; i < steps.size(); ++i) {
    const CheckedGroup group = UnpackCheckedGroup(steps[i].next);
    const std::string workers =
        group.workers.exists ? absl::StrCat(group.workers.are_own ? "own" : "former", " r", group.workers.revision)
                             : ".";
    const auto pod = [](MemberPhase phase, int32_t revision, bool restarted) {
      if (phase == MemberPhase::kAbsent) return std::string(".");
      return absl::StrCat(PhaseText(phase), " r", revision, restarted ? " restarted" : "");
    };
    absl::StrAppendFormat(&text, "%3d  %-38s leader [%s] workers [%s] worker [%s%s]%s\n", i,
                          GroupStepText(steps[i].kind),
                          pod(group.leader.phase, group.leader.revision, group.leader.restarted), workers,
                          pod(group.worker.phase, group.worker.revision, group.worker.restarted),
                          group.worker.phase != MemberPhase::kAbsent && !CheckedWorkerBelongs(group) ? " former" : "",
                          group.is_owed ? "  a restart is owed" : "");
  }
  return text;
}

absl::string_view GroupWorld::LawText(uint8_t law) {
  switch (law) {
    case kRestartWithoutFailure:
      return "a group is restarted although none of its members failed";
    case kMixedRevisions:
      return "a group has members of two revisions";
    case kNotReady:
      return "a group counts as ready although its worker is not";
    case kStartedTooEarly:
      return "workers are made before their leader is ready";
    case kStuck:
      return "nothing happens any more, but a part of the group or a restart is missing";
    case kForEver:
      return "it may never finish";
  }
  return "";
}

}  // namespace lws::internal
