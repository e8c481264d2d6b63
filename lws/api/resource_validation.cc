#include "lws/api/resource_validation.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "lws/api/field_checks.h"
#include "lws/api/name_rules.h"
#include "lws/api/quantity.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

constexpr absl::string_view kHugePages = "hugepages-";
constexpr const char* kContainerNames[] = {"cpu", "memory", "ephemeral-storage", nullptr};
constexpr const char* kPodNames[] = {"cpu", "hugepages-", "memory", nullptr};
// Resource names without a domain that Kubernetes knows, though not all of them apply to containers.
constexpr const char* kStandardNames[] = {"cpu",
                                          "memory",
                                          "ephemeral-storage",
                                          "requests.cpu",
                                          "requests.memory",
                                          "requests.ephemeral-storage",
                                          "limits.cpu",
                                          "limits.memory",
                                          "limits.ephemeral-storage",
                                          "pods",
                                          "resourcequotas",
                                          "services",
                                          "replicationcontrollers",
                                          "secrets",
                                          "configmaps",
                                          "persistentvolumeclaims",
                                          "storage",
                                          "requests.storage",
                                          "services.nodeports",
                                          "services.loadbalancers",
                                          nullptr};
// The standard names that count objects.
constexpr const char* kCountedNames[] = {
    "pods",       "resourcequotas",         "services",           "replicationcontrollers", "secrets",
    "configmaps", "persistentvolumeclaims", "services.nodeports", "services.loadbalancers", nullptr};

using Amounts = std::map<std::string, Quantity>;

bool Contains(const char* const* texts, absl::string_view text) {
  for (; *texts != nullptr; ++texts) {
    if (text == *texts) return true;
  }
  return false;
}

bool IsHugePages(absl::string_view name) { return absl::StartsWith(name, kHugePages); }

bool IsCpuOrMemory(absl::string_view name) { return name == "cpu" || name == "memory"; }

bool IsForWholePods(absl::string_view name) { return IsCpuOrMemory(name) || IsHugePages(name); }

// Whether the name belongs to Kubernetes itself: it has no domain, or one of Kubernetes'.
bool IsNative(absl::string_view name) {
  return !absl::StrContains(name, "/") || absl::StrContains(name, "kubernetes.io/");
}

bool IsExtended(absl::string_view name) {
  return !IsNative(name) && !absl::StartsWith(name, "requests.") &&
         LabelKeyErrors(absl::StrCat("requests.", name)).empty();
}

bool MayDifferFromLimit(absl::string_view name) { return IsNative(name) && !IsHugePages(name); }

bool IsWhole(absl::string_view name) { return Contains(kCountedNames, name) || IsExtended(name); }

// Reads the amounts of a map. Amounts that do not parse are left out: an earlier check reported them.
Amounts ReadAmounts(const FieldValue& map) {
  Amounts amounts;
  for (const auto& [name, text] : map.Entries()) {
    const absl::StatusOr<Quantity> amount = Quantity::Parse(text);
    if (amount.ok()) amounts.emplace(name, *amount);
  }
  return amounts;
}

// Whether the amount is a multiple of `unit`. The comparison uses whole numbers.
bool IsMultipleOf(const Quantity& amount, int64_t unit) {
  const std::optional<int64_t> whole = amount.Value();
  return whole.has_value() && *whole % unit == 0;
}

bool HasFraction(const Quantity& amount) {
  const std::optional<int64_t> whole = amount.Value();
  if (!whole.has_value()) return false;
  const absl::StatusOr<Quantity> rounded = Quantity::Parse(absl::StrCat(*whole));
  return rounded.ok() && rounded->Compare(amount) != 0;
}

void CheckHugePages(const std::string& path, const std::string& name, const Quantity& amount, FieldErrors* errors) {
  if (!IsHugePages(name)) return;
  const absl::StatusOr<Quantity> size = Quantity::Parse(absl::StripPrefix(name, kHugePages));
  const int64_t unit = size.ok() && size->Sign() > 0 && !HasFraction(*size) ? size->Value().value_or(0) : 0;
  if (unit > 0 && IsMultipleOf(amount, unit)) return;
  errors->push_back(FieldInvalidText(path, amount.ToString(),
                                     absl::StrCat(amount.ToString(), " is not positive integer multiple of ", name)));
}

using NameCheck = void (*)(const std::string& path, const std::string& name, FieldErrors* errors);

bool CheckResourceName(const std::string& path, const std::string& name, FieldErrors* errors) {
  const std::vector<std::string> details = LabelKeyErrors(name);
  for (const std::string& detail : details) errors->push_back(FieldInvalidText(path, name, detail));
  if (!details.empty()) return false;
  const bool is_known = absl::StrContains(name, "/") || Contains(kStandardNames, name) || IsHugePages(name) ||
                        absl::StartsWith(name, "requests.hugepages-");
  if (!is_known) errors->push_back(FieldInvalidText(path, name, "must be a standard resource type or fully qualified"));
  return is_known;
}

void CheckContainerResourceName(const std::string& path, const std::string& name, FieldErrors* errors) {
  CheckResourceName(path, name, errors);
  if (!absl::StrContains(name, "/")) {
    if (Contains(kContainerNames, name) || IsHugePages(name)) return;
    errors->push_back(FieldInvalidText(path, name, "must be a standard resource for containers"));
  } else if (!IsNative(name) && !IsExtended(name)) {
    errors->push_back(FieldInvalidText(path, name, "doesn't follow extended resource name standard"));
  }
}

void CheckPodResourceName(const std::string& path, const std::string& name, FieldErrors* errors) {
  if (!CheckResourceName(path, name, errors) || IsForWholePods(name)) return;
  errors->push_back(FieldNotSupported(path, GoQuoted(name), kPodNames));
}

// Law 1.
void CheckAmount(const std::string& path, const std::string& name, const Quantity& amount, FieldErrors* errors) {
  if (amount.Sign() < 0) {
    errors->push_back(FieldInvalidText(path, amount.ToString(), "must be greater than or equal to 0"));
  }
  if (IsWhole(name) && HasFraction(amount))
    errors->push_back(FieldInvalidText(path, amount.ToString(), "must be an integer"));
}

void CheckAmounts(const FieldValue& map, const Amounts& amounts, NameCheck check_name, FieldErrors* errors) {
  for (const auto& [name, amount] : amounts) {
    const std::string path = map.At(name).path();
    check_name(path, name, errors);
    CheckAmount(path, name, amount, errors);
    CheckHugePages(path, name, amount, errors);
  }
}

// Law 2.
void CheckRequest(const FieldValue& resources, const std::string& name, const Quantity& request, const Amounts& limits,
                  FieldErrors* errors) {
  const auto limit = limits.find(name);
  const bool may_differ = MayDifferFromLimit(name);
  if (limit == limits.end()) {
    if (may_differ) return;
    errors->push_back(FieldRequired(resources["limits"].path(), "Limit must be set for non overcommitable resources"));
    return;
  }
  const int order = request.Compare(limit->second);
  const char* wrong = order != 0 && !may_differ ? "equal to" : order > 0 ? "less than or equal to" : nullptr;
  if (wrong == nullptr) return;
  errors->push_back(
      FieldInvalidText(resources["requests"].path(), request.ToString(),
                       absl::StrCat("must be ", wrong, " ", name, " limit of ", limit->second.ToString())));
}

bool AnyOf(const Amounts& amounts, bool (*wanted)(absl::string_view)) {
  return std::any_of(amounts.begin(), amounts.end(), [&](const auto& entry) { return wanted(entry.first); });
}

void CheckClaimName(const FieldValue& claim, const std::set<std::string>& claims, FieldErrors* errors) {
  const std::string name = claim["name"].Text();
  if (claims.count(name) > 0) return;
  const std::string names =
      claims.empty() ? std::string(" which is empty") : absl::StrCat(": ", absl::StrJoin(claims, ", "));
  errors->push_back({claim.path(), absl::StrCat("Not found: ", GoQuoted(name),
                                                ": must be one of the names in pod.spec.resourceClaims", names)});
}

void CheckClaimsOfContainer(const FieldValue& claims, const std::set<std::string>& known, FieldErrors* errors) {
  std::set<std::string> seen;
  for (const FieldValue& claim : claims.Items()) {
    const std::string name = claim["name"].Text();
    if (name.empty()) {
      errors->push_back(FieldRequired(claim.path(), ""));
      continue;
    }
    CheckText(claim["request"], Dns1123LabelErrors, errors);
    const std::string request = claim["request"].Text();
    const std::string key = request.empty() ? name : absl::StrCat(name, "/", request);
    if (seen.count(name) > 0 || !seen.insert(key).second) {
      errors->push_back(FieldDuplicate(claim.path(), GoQuoted(seen.count(name) > 0 ? name : key)));
    }
    CheckClaimName(claim, known, errors);
  }
}

// `limits` and `requests` hold the given amounts and those that defaults fill in.
void CheckResources(const FieldValue& resources, const Amounts& limits, const Amounts& requests,
                    const ResourceAsker& asker, NameCheck check_name, FieldErrors* errors) {
  CheckAmounts(resources["limits"], limits, check_name, errors);
  for (const auto& [name, request] : requests) {
    const std::string path = resources["requests"].At(name).path();
    check_name(path, name, errors);
    CheckAmount(path, name, request, errors);
    CheckRequest(resources, name, request, limits, errors);
    CheckHugePages(path, name, request, errors);
  }
  const bool has_huge_pages = AnyOf(limits, IsHugePages) || AnyOf(requests, IsHugePages);
  if (has_huge_pages && !AnyOf(limits, IsCpuOrMemory) && !AnyOf(requests, IsCpuOrMemory)) {
    errors->push_back(FieldForbidden(resources.path(), "HugePages require cpu or memory"));
  }
  CheckClaimsOfContainer(resources["claims"], asker.claims, errors);
}

// Law 3.
Amounts RequestsOfContainer(const FieldValue& resources, const ResourceAsker& asker) {
  Amounts requests = ReadAmounts(resources["requests"]);
  const Amounts limits = ReadAmounts(resources["limits"]);
  if (asker.is_pod) requests.insert(limits.begin(), limits.end());
  return requests;
}

// The sum over the containers of what they ask for. Init containers are not looked at.
Amounts SumOfContainers(const FieldValue& spec, const ResourceAsker& asker) {
  Amounts sum;
  for (const FieldValue& container : spec["containers"].Items()) {
    for (const auto& [name, amount] : RequestsOfContainer(container["resources"], asker)) sum[name].Add(amount);
  }
  return sum;
}

// The limits of the pod. A pod with own resources gets the limits of huge pages from its containers.
Amounts LimitsOfPod(const FieldValue& spec, const ResourceAsker& asker) {
  const FieldValue resources = spec["resources"];
  Amounts limits = ReadAmounts(resources["limits"]);
  if (!asker.is_pod || (limits.empty() && resources["requests"].empty())) return limits;
  Amounts sum;
  for (const FieldValue& container : spec["containers"].Items()) {
    for (const auto& [name, limit] : ReadAmounts(container["resources"]["limits"])) {
      if (IsHugePages(name)) sum[name].Add(limit);
    }
  }
  limits.insert(sum.begin(), sum.end());
  return limits;
}

// The requests of the pod. A pod with limits asks for the sum of its containers' requests where it gives none itself,
// and for its limit where the containers give none either.
Amounts RequestsOfPod(const FieldValue& spec, const Amounts& limits, const ResourceAsker& asker) {
  Amounts requests = ReadAmounts(spec["resources"]["requests"]);
  if (!asker.is_pod || limits.empty()) return requests;
  for (const auto& [name, sum] : SumOfContainers(spec, asker)) {
    if (IsCpuOrMemory(name)) requests.emplace(name, sum);
  }
  for (const auto& [name, limit] : limits) {
    if (IsForWholePods(name)) requests.emplace(name, limit);
  }
  return requests;
}

void CheckSumOfRequests(const FieldValue& spec, const ResourceAsker& asker, FieldErrors* errors) {
  const FieldValue requests = spec["resources"]["requests"];
  const Amounts of_pod = ReadAmounts(requests);
  for (const auto& [name, sum] : SumOfContainers(spec, asker)) {
    const auto found = of_pod.find(name);
    if (found == of_pod.end() || sum.Compare(found->second) <= 0) continue;
    errors->push_back(FieldInvalidText(
        requests.At(name).path(), found->second.ToString(),
        absl::StrCat("must be greater than or equal to aggregate container requests of ", sum.ToString())));
  }
}

void CheckLimitsOfContainers(const FieldValue& spec, FieldErrors* errors) {
  const Amounts of_pod = ReadAmounts(spec["resources"]["limits"]);
  size_t index = 0;
  for (const FieldValue& container : spec["containers"].Items()) {
    // The API server names the container below `resources`.
    const std::string place = absl::StrCat(spec["resources"].path(), ".containers[", index++, "]");
    for (const auto& [name, limit] : ReadAmounts(container["resources"]["limits"])) {
      const auto found = of_pod.find(name);
      if (found == of_pod.end() || limit.Compare(found->second) <= 0) continue;
      errors->push_back(
          FieldInvalidText(absl::StrCat(place, "[", name, "].limits"), limit.ToString(),
                           absl::StrCat("must be less than or equal to pod limits of ", found->second.ToString())));
    }
  }
}

// A claim of devices as the API server shows it.
std::string Show(const FieldValue& claim) {
  const auto text_or_null = [&](const char* field) {
    return claim[field].exists() ? GoQuoted(claim[field].Text()) : std::string("null");
  };
  return absl::StrCat("{\"Name\":", GoQuoted(claim["name"].Text()),
                      ",\"ResourceClaimName\":", text_or_null("resourceClaimName"),
                      ",\"ResourceClaimTemplateName\":", text_or_null("resourceClaimTemplateName"), "}");
}

void CheckClaimSources(const FieldValue& claim, FieldErrors* errors) {
  const bool by_name = claim["resourceClaimName"].exists();
  const bool by_template = claim["resourceClaimTemplateName"].exists();
  if (by_name && by_template) {
    errors->push_back(
        FieldInvalid(claim.path(), Show(claim),
                     "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified"));
  }
  if (!by_name && !by_template) {
    errors->push_back(FieldInvalid(claim.path(), Show(claim),
                                   "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`"));
  }
  if (by_name) CheckAnyText(claim["resourceClaimName"], SubdomainErrors, errors);
  if (by_template) CheckAnyText(claim["resourceClaimTemplateName"], SubdomainErrors, errors);
}

}  // namespace

void CheckContainerResources(const FieldValue& resources, const ResourceAsker& asker, FieldErrors* errors) {
  CheckResources(resources, ReadAmounts(resources["limits"]), RequestsOfContainer(resources, asker), asker,
                 CheckContainerResourceName, errors);
}

void CheckPodResources(const FieldValue& spec, const ResourceAsker& asker, FieldErrors* errors) {
  const FieldValue resources = spec["resources"];
  if (!resources.exists()) return;
  if (spec["os"]["name"].Text() == "windows") {
    errors->push_back(FieldForbidden(resources.path(), "may not be set for a windows pod"));
    return;
  }
  if (resources["claims"].exists()) {
    errors->push_back(FieldForbidden(resources["claims"].path(), "claims may not be set for Resources at pod-level"));
  }
  const Amounts limits = LimitsOfPod(spec, asker);
  CheckResources(resources, limits, RequestsOfPod(spec, limits, asker), asker, CheckPodResourceName, errors);
  CheckSumOfRequests(spec, asker, errors);
  CheckLimitsOfContainers(spec, errors);
}

void CheckOverhead(const FieldValue& overhead, FieldErrors* errors) {
  // The API server checks an overhead as if it were limits.
  CheckAmounts(overhead.Named(overhead["limits"].path()), ReadAmounts(overhead), CheckContainerResourceName, errors);
}

void CheckResourceClaims(const FieldValue& claims, FieldErrors* errors) {
  std::set<std::string> seen;
  for (const FieldValue& claim : claims.Items()) {
    const FieldValue name = claim["name"];
    if (seen.count(name.Text()) > 0) {
      errors->push_back(FieldDuplicate(name.path(), GoQuoted(name.Text())));
    } else {
      CheckRequiredText(name, Dns1123LabelErrors, errors);
      if (!name.Text().empty()) seen.insert(name.Text());
    }
    CheckClaimSources(claim, errors);
  }
}

}  // namespace lws::internal
