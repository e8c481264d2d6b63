#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lws/adapters/c/call.h"
#include "lws/adapters/c/lws.h"
#include "lws/adapters/c/place_request.h"
#include "lws/api/json.h"
#include "lws/placement/assignment.h"
#include "lws/placement/capacity.h"
#include "nlohmann/json.hpp"

namespace {

using lws::Json;
using lws::internal::AskedGroup;

absl::StatusOr<Json> Place(const Json& request) {
  absl::Status status = lws::internal::CheckCallerPlaceKeys(request, /*names_cluster=*/true);
  if (!status.ok()) return status;
  const absl::StatusOr<std::unique_ptr<lws::Capacity>> capacity = lws::internal::ReadCallerCapacity(request);
  if (!capacity.ok()) return capacity.status();
  const absl::StatusOr<std::vector<AskedGroup>> groups = lws::internal::ReadCallerGroups(request);
  if (!groups.ok()) return groups.status();
  const absl::StatusOr<std::vector<lws::PlacementResult>> results =
      lws::internal::AssignForCaller(*groups, capacity->get());
  if (!results.ok()) return results.status();
  return lws::internal::PlaceAnswerForCaller(*groups, *results, **capacity);
}

}  // namespace

extern "C" lws_code lws_place(const char* request, size_t size, lws_text* out, lws_text* error) {
  return lws::internal::RunForCaller(out, error, [&]() -> absl::Status {
    const absl::StatusOr<Json> document = lws::internal::CallerDocument(request, size, "request");
    if (!document.ok()) return document.status();
    const absl::StatusOr<Json> answer = Place(*document);
    if (!answer.ok()) return answer.status();
    return lws::internal::PutTextForCaller(answer->dump(), out);
  });
}
