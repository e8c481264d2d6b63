#include "lws/placement/resource_amounts.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"

namespace lws {
namespace {

// The amount in the unit of the resource, rounded up; nullopt when it is outside of int64.
std::optional<int64_t> RoundedUp(const std::string& name, Quantity amount) {
  if (name == "cpu") amount.Multiply(1000);
  return amount.Value();
}

bool IsExact(const std::string& name, Quantity amount, int64_t value) {
  if (name == "cpu") amount.Multiply(1000);
  return Quantity::Parse(absl::StrCat(value))->Compare(amount) == 0;
}

}  // namespace

ResourceAmounts RequestedAmounts(const ResourceList& requests) {
  ResourceAmounts amounts;
  for (const auto& [name, quantity] : requests) {
    const int64_t beyond = quantity.Sign() < 0 ? std::numeric_limits<int64_t>::min() : kBeyondAmounts;
    amounts[name] = RoundedUp(name, quantity).value_or(beyond);
  }
  return amounts;
}

ResourceAmounts OfferedAmounts(const ResourceList& allocatable) {
  ResourceAmounts amounts;
  for (const auto& [name, quantity] : allocatable) {
    const std::optional<int64_t> value = RoundedUp(name, quantity);
    if (!value.has_value()) {
      amounts[name] = quantity.Sign() < 0 ? std::numeric_limits<int64_t>::min() : kBeyondAmounts;
    } else {
      amounts[name] = IsExact(name, quantity, *value) ? *value : *value - 1;
    }
  }
  return amounts;
}

}  // namespace lws
