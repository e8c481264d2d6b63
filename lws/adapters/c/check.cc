#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lws/adapters/c/call.h"
#include "lws/adapters/c/lws.h"
#include "lws/adapters/c/policy.h"
#include "lws/adapters/testing/checker/check_rollout.h"
#include "lws/adapters/testing/checker/explore.h"
#include "lws/adapters/testing/checker/rollout_world_options.h"
#include "lws/api/json.h"
#include "lws/api/strict_reader.h"
#include "nlohmann/json.hpp"

namespace {

using lws::Json;
using lws::ReplacementOrder;
using lws::StrictReader;

constexpr int32_t kManyStates = 1000000;
constexpr StrictReader::Range<int32_t> kGroups = {0, lws::kMostCheckedGroups};

ReplacementOrder ReadOrder(StrictReader* reader) {
  static const auto& orders = *new std::map<std::string, ReplacementOrder>{
      {"any", ReplacementOrder::kAny},
      {"highest-first", ReplacementOrder::kHighestFirst},
      {"max-unavailable", ReplacementOrder::kMaxUnavailable},
  };
  const auto found = orders.find(reader->Text("order", "any"));
  if (found != orders.end()) return found->second;
  reader->Fail("order", "not any, highest-first or max-unavailable");
  return ReplacementOrder::kAny;
}

lws::RolloutWorldOptions ReadWorld(StrictReader* reader, const lws_policy* policy) {
  lws::RolloutWorldOptions world;
  world.replicas = reader->Number("replicas", kGroups, 1);
  world.max_surge = reader->Number("maxSurge", kGroups, 0);
  world.max_unavailable = reader->Number("maxUnavailable", kGroups, 1);
  world.partition = reader->Number("partition", kGroups, 0);
  world.faults = reader->Number("faults", {0, 3}, 0);
  world.edits = reader->Number("edits", {0, 2}, 0);
  world.lags = reader->Flag("lag", false);
  world.order = ReadOrder(reader);
  if (policy != nullptr) world.policy = policy->rollout;
  return world;
}

absl::StatusOr<Json> Check(const Json& document, const lws_policy* policy) {
  lws::ReadProblem problem;
  StrictReader reader(document, "world", &problem);
  const lws::RolloutWorldOptions world = ReadWorld(&reader, policy);
  const bool from_every_state = reader.Flag("fromEveryState", false);
  lws::internal::ExploreLimits limits;
  limits.states = static_cast<size_t>(reader.Number("states", {1, kManyStates * 100}, kManyStates));
  reader.Finish();
  if (!problem.status.ok()) return problem.status;
  absl::Status status = lws::ValidateCheckedWorld(world);
  if (!status.ok()) return status;
  const auto from = from_every_state ? lws::CheckFrom::kEveryState : lws::CheckFrom::kTemplateChange;
  const lws::RolloutCheck check = lws::CheckRollout(world, from, limits);
  return Json{{"states", check.states},
              {"transitions", check.transitions},
              {"complete", check.complete},
              {"brokenLaw", check.broken_law},
              {"trace", check.trace}};
}

}  // namespace

extern "C" lws_code lws_check_rollout(const char* world, size_t size, const lws_policy* policy, lws_text* out,
                                      lws_text* error) {
  return lws::internal::RunForCaller(out, error, [&]() -> absl::Status {
    Json document = Json::object();
    if (size > 0) {
      absl::StatusOr<Json> read = lws::internal::CallerDocument(world, size, "world");
      if (!read.ok()) return read.status();
      document = *std::move(read);
    }
    const absl::StatusOr<Json> answer = Check(document, policy);
    if (!answer.ok()) return answer.status();
    return lws::internal::PutTextForCaller(answer->dump(), out);
  });
}
