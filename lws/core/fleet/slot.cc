#include "lws/core/fleet/slot.h"

#include "absl/strings/str_cat.h"

namespace lws::internal {

std::string FleetMemberName(const FleetSet& set, int32_t group, int32_t worker) {
  return worker == 0 ? absl::StrCat(set.name, "-", group) : absl::StrCat(set.name, "-", group, "-", worker);
}

}  // namespace lws::internal
