#include "lws/api/security_validation.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lws/api/field_checks.h"
#include "lws/api/path_rules.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

constexpr const char* kProcMounts[] = {"Default", "Unmasked", nullptr};
constexpr const char* kProfiles[] = {"Localhost", "RuntimeDefault", "Unconfined", nullptr};
constexpr const char* kGroupChanges[] = {"Always", "OnRootMismatch", nullptr};
constexpr const char* kGroupPolicies[] = {"Merge", "Strict", nullptr};
constexpr const char* kSeLinuxChanges[] = {"MountOption", "Recursive", nullptr};
constexpr absl::string_view kSysctlRule =
    "must have at most 253 characters and match regex "
    "^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$";
constexpr absl::string_view kIpcSysctls[] = {"kernel.shmall",          "kernel.shmmax", "kernel.shmmni",
                                             "kernel.shm_rmid_forced", "kernel.sem",    "kernel.msgmax",
                                             "kernel.msgmnb",          "kernel.msgmni"};

void CheckId(const FieldValue& id, FieldErrors* errors) {
  CheckRange(id, 0, std::numeric_limits<int32_t>::max(), errors);
}

void CheckSeccomp(const FieldValue& profile, FieldErrors* errors) {
  if (!profile.exists()) return;
  const std::string type = profile["type"].Text();
  const FieldValue path = profile["localhostProfile"];
  if (type.empty()) {
    errors->push_back(FieldRequired(profile["type"].path(), "type is required when seccompProfile is set"));
  } else {
    CheckOneOf(profile["type"], kProfiles, errors);
  }
  if (type == "Localhost" && !path.exists()) {
    errors->push_back(FieldRequired(path.path(), "must be set when seccomp type is Localhost"));
  } else if (type == "Localhost") {
    CheckText(path, DescendingPathErrors, errors);
  } else if (path.exists()) {
    const std::string shown = "{\"Type\":" + GoQuoted(type) + ",\"LocalhostProfile\":" + GoQuoted(path.Text()) + "}";
    errors->push_back(FieldInvalid(path.path(), shown, "can only be set when seccomp type is Localhost"));
  }
}

void CheckAppArmorPath(const FieldValue& path, FieldErrors* errors) {
  const std::string text = path.Text();
  if (absl::StripAsciiWhitespace(text) != text) {
    errors->push_back(FieldValueInvalid(path, "must not be padded with whitespace"));
  } else if (text.empty()) {
    errors->push_back(FieldRequired(path.path(), "must be set when AppArmor type is Localhost"));
  }
  if (text.size() > 4095) errors->push_back(FieldTooLong(path.path(), 4095));
}

void CheckAppArmor(const FieldValue& profile, FieldErrors* errors) {
  if (!profile.exists()) return;
  const std::string type = profile["type"].Text();
  const FieldValue path = profile["localhostProfile"];
  if (type == "Localhost") {
    CheckAppArmorPath(path, errors);
  } else if (type == "RuntimeDefault" || type == "Unconfined") {
    if (path.exists()) errors->push_back(FieldValueInvalid(path, "can only be set when AppArmor type is Localhost"));
  } else if (type.empty()) {
    errors->push_back(FieldRequired(profile["type"].path(), "type is required when appArmorProfile is set"));
  } else {
    CheckOneOf(profile["type"], kProfiles, errors);
  }
}

bool IsSysctlPart(absl::string_view part) {
  const auto edge = [](char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c); };
  return !part.empty() && edge(part.front()) && edge(part.back()) &&
         std::all_of(part.begin(), part.end(), [&](char c) { return edge(c) || c == '-' || c == '_'; });
}

bool IsSysctl(absl::string_view name) {
  const std::vector<absl::string_view> parts = absl::StrSplit(name, absl::ByAnyChar("./"));
  return name.size() <= 253 && std::all_of(parts.begin(), parts.end(), IsSysctlPart);
}

bool IsIpcSysctl(absl::string_view name) {
  return absl::StartsWith(name, "fs.mqueue.") ||
         std::find(std::begin(kIpcSysctls), std::end(kIpcSysctls), name) != std::end(kIpcSysctls);
}

void CheckSysctls(const FieldValue& spec, FieldErrors* errors) {
  std::set<std::string> names;
  for (const FieldValue& sysctl : spec["securityContext"]["sysctls"].Items()) {
    const FieldValue name = sysctl["name"];
    const std::string text = name.Text();
    if (text.empty()) {
      errors->push_back(FieldRequired(name.path(), ""));
    } else if (!IsSysctl(text)) {
      errors->push_back(FieldValueInvalid(name, kSysctlRule));
    } else if (names.count(text) > 0) {
      errors->push_back(FieldDuplicate(name.path(), GoQuoted(text)));
    }
    if (spec["hostNetwork"].Flag() && absl::StartsWith(text, "net.")) {
      errors->push_back(FieldValueInvalid(name, "may not be specified when 'hostNetwork' is true"));
    } else if (spec["hostIPC"].Flag() && IsIpcSysctl(text)) {
      errors->push_back(FieldValueInvalid(name, "may not be specified when 'hostIPC' is true"));
    }
    names.insert(text);
  }
}

// The fields of a context in the order in which the API server shows them. The parts of an object follow its name.
constexpr const char* kProfileFields[] = {"type", "localhostProfile", nullptr};
constexpr const char* kSeLinuxFields[] = {"user", "role", "type", "level", nullptr};
constexpr const char* kWindowsFields[] = {"gmsaCredentialSpecName", "gmsaCredentialSpec", "runAsUserName",
                                          "hostProcess", nullptr};
constexpr const char* kCapabilityFields[] = {"add", "drop", nullptr};
constexpr struct {
  const char* field;
  const char* shown;
  const char* const* parts;  // null for a plain value
} kContextFields[] = {{"capabilities", "Capabilities", kCapabilityFields},
                      {"privileged", "Privileged", nullptr},
                      {"seLinuxOptions", "SELinuxOptions", kSeLinuxFields},
                      {"windowsOptions", "WindowsOptions", kWindowsFields},
                      {"runAsUser", "RunAsUser", nullptr},
                      {"runAsGroup", "RunAsGroup", nullptr},
                      {"runAsNonRoot", "RunAsNonRoot", nullptr},
                      {"readOnlyRootFilesystem", "ReadOnlyRootFilesystem", nullptr},
                      {"allowPrivilegeEscalation", "AllowPrivilegeEscalation", nullptr},
                      {"procMount", "ProcMount", nullptr},
                      {"seccompProfile", "SeccompProfile", kProfileFields},
                      {"appArmorProfile", "AppArmorProfile", kProfileFields}};

std::string ShowValue(const FieldValue& value) {
  return value.json().dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string ShowParts(const FieldValue& object, const char* const* parts) {
  std::string shown;
  for (; *parts != nullptr; ++parts) {
    std::string name = *parts;
    name[0] = absl::ascii_toupper(static_cast<unsigned char>(name[0]));
    absl::StrAppend(&shown, shown.empty() ? "{" : ",", "\"", name, "\":", ShowValue(object[*parts]));
  }
  return shown + "}";
}

// A container's context as the API server shows it, whole.
std::string Show(const FieldValue& context) {
  std::string shown;
  for (const auto& row : kContextFields) {
    const FieldValue value = context[row.field];
    const bool is_object = row.parts != nullptr && value.exists();
    absl::StrAppend(&shown, shown.empty() ? "{" : ",", "\"", row.shown,
                    "\":", is_object ? ShowParts(value, row.parts) : ShowValue(value));
  }
  return shown + "}";
}

void CheckEscalation(const FieldValue& context, FieldErrors* errors) {
  const FieldValue allowed = context["allowPrivilegeEscalation"];
  if (!allowed.exists() || allowed.Flag()) return;
  if (context["privileged"].Flag()) {
    errors->push_back(FieldInvalid(context.path(), Show(context),
                                   "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"));
  }
  for (const std::string& capability : context["capabilities"]["add"].Texts()) {
    if (capability != "CAP_SYS_ADMIN") continue;
    errors->push_back(
        FieldInvalid(context.path(), Show(context),
                     "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"));
  }
}

constexpr char kNotForWindows[] = "cannot be set for a windows pod";
constexpr char kNotForLinux[] = "windows options cannot be set for a linux pod";

// What a windows pod must not have, in the order of the API server.
enum class Set { kGiven, kTrue, kNotEmpty };
constexpr struct {
  const char* field;
  bool is_of_context;
  Set when;
} kNotInWindowsPods[] = {{"appArmorProfile", true, Set::kGiven},
                         {"seLinuxOptions", true, Set::kGiven},
                         {"hostUsers", false, Set::kGiven},
                         {"hostPID", false, Set::kTrue},
                         {"hostIPC", false, Set::kTrue},
                         {"seccompProfile", true, Set::kGiven},
                         {"fsGroup", true, Set::kGiven},
                         {"fsGroupChangePolicy", true, Set::kGiven},
                         {"sysctls", true, Set::kNotEmpty},
                         {"shareProcessNamespace", false, Set::kGiven},
                         {"runAsUser", true, Set::kGiven},
                         {"runAsGroup", true, Set::kGiven},
                         {"supplementalGroups", true, Set::kNotEmpty},
                         {"supplementalGroupsPolicy", true, Set::kGiven},
                         {"seLinuxChangePolicy", true, Set::kGiven}};
constexpr const char* kNotInWindowsContainers[] = {
    "appArmorProfile", "seLinuxOptions",           "seccompProfile", "capabilities", "readOnlyRootFilesystem",
    "privileged",      "allowPrivilegeEscalation", "procMount",      "runAsUser",    "runAsGroup"};

bool IsSet(const FieldValue& value, Set when) {
  if (when == Set::kTrue) return value.Flag();
  return when == Set::kNotEmpty ? !value.empty() : value.exists();
}

void CheckWindowsPod(const FieldValue& spec, FieldErrors* errors) {
  for (const auto& row : kNotInWindowsPods) {
    const FieldValue value = row.is_of_context ? spec["securityContext"][row.field] : spec[row.field];
    if (IsSet(value, row.when)) errors->push_back(FieldForbidden(value.path(), kNotForWindows));
  }
}

void CheckWindowsContainer(const FieldValue& context, FieldErrors* errors) {
  for (const char* field : kNotInWindowsContainers) {
    if (context[field].exists()) errors->push_back(FieldForbidden(context[field].path(), kNotForWindows));
  }
}

void CheckLinux(const FieldValue& context, FieldErrors* errors) {
  const FieldValue options = context["windowsOptions"];
  if (options.exists()) errors->push_back(FieldForbidden(options.path(), kNotForLinux));
}

}  // namespace

void CheckOperatingSystem(const FieldValue& spec, FieldErrors* errors) {
  const std::string system = spec["os"]["name"].Text();
  if (system == "windows") CheckWindowsPod(spec, errors);
  if (system == "linux") CheckLinux(spec["securityContext"], errors);
  for (const char* list : {"initContainers", "containers", "ephemeralContainers"}) {
    for (const FieldValue& container : spec[list].Items()) {
      if (system == "windows") CheckWindowsContainer(container["securityContext"], errors);
      if (system == "linux") CheckLinux(container["securityContext"], errors);
    }
  }
}

void CheckContainerSecurity(const FieldValue& context, bool host_users, FieldErrors* errors) {
  if (!context.exists()) return;
  CheckId(context["runAsUser"], errors);
  CheckId(context["runAsGroup"], errors);
  CheckOneOf(context["procMount"], kProcMounts, errors);
  if (host_users && context["procMount"].Text() == "Unmasked") {
    errors->push_back(FieldValueInvalid(context["procMount"], "`hostUsers` must be false to use `Unmasked`"));
  }
  CheckSeccomp(context["seccompProfile"], errors);
  CheckEscalation(context, errors);
  CheckAppArmor(context["appArmorProfile"], errors);
}

void CheckPodSecurity(const FieldValue& spec, FieldErrors* errors) {
  const FieldValue context = spec["securityContext"];
  for (const char* field : {"fsGroup", "runAsUser", "runAsGroup"}) CheckId(context[field], errors);
  for (const FieldValue& group : context["supplementalGroups"].Items()) CheckId(group, errors);
  if (spec["shareProcessNamespace"].Flag() && spec["hostPID"].Flag()) {
    errors->push_back(FieldInvalid(context["shareProcessNamespace"].path(), "true",
                                   "ShareProcessNamespace and HostPID cannot both be enabled"));
  }
  CheckSysctls(spec, errors);
  CheckOneOf(context["fsGroupChangePolicy"], kGroupChanges, errors);
  CheckSeccomp(context["seccompProfile"], errors);
  CheckAppArmor(context["appArmorProfile"], errors);
  CheckOneOf(context["supplementalGroupsPolicy"], kGroupPolicies, errors);
  CheckOneOf(context["seLinuxChangePolicy"], kSeLinuxChanges, errors);
}

void CheckHostUsers(const FieldValue& spec, FieldErrors* errors) {
  if (!spec["hostUsers"].exists() || spec["hostUsers"].Flag()) return;
  const char* kReason = "when `hostUsers` is false";
  if (spec["hostNetwork"].Flag()) errors->push_back(FieldForbidden(spec["hostNetwork"].path(), kReason));
  if (spec["hostPID"].Flag()) errors->push_back(FieldForbidden(spec["HostPID"].path(), kReason));
  if (spec["hostIPC"].Flag()) errors->push_back(FieldForbidden(spec["HostIPC"].path(), kReason));
  for (const char* list : {"initContainers", "containers"}) {
    for (const FieldValue& container : spec[list].Items()) {
      if (!container["volumeDevices"].empty()) {
        errors->push_back(FieldForbidden(container["volumeDevices"].path(), kReason));
      }
    }
  }
}

}  // namespace lws::internal
