#include "examples/operator/settings/flags.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace lws::operator_program {
namespace {

enum class Kind { kText, kSwitch, kInteger, kNumber, kDuration, kEncoder, kLevel, kStackLevel, kTimeEncoding };

struct Flag {
  const char* name;
  Kind kind;
  const char* help;
};

constexpr Flag kFlags[] = {
    {"config", Kind::kText, "The configuration file. Flags override it."},
    {"health-probe-bind-address", Kind::kText, "The address the probe endpoint binds to. (default \":8081\")"},
    {"kube-api-burst", Kind::kInteger, "The most requests at once to the API server. (default 500)"},
    {"kube-api-qps", Kind::kNumber, "The most requests per second to the API server. (default 500)"},
    {"kubeconfig", Kind::kText, "The kubeconfig file. Without it: $KUBECONFIG, then the cluster that this runs in."},
    {"leader-elect", Kind::kSwitch, "Elect a leader, so that one replica acts. (default true)"},
    {"leader-elect-lease-duration", Kind::kDuration,
     "How long other replicas wait before they take an old Lease. (default 15s)"},
    {"leader-elect-renew-deadline", Kind::kDuration, "How long a leader leads without a renewal. (default 10s)"},
    {"leader-elect-resource-lock", Kind::kText,
     "The kind of the lock; only leases are supported. (default \"leases\")"},
    {"leader-elect-resource-name", Kind::kText, "The name of the Lease. (default \"b8b2488c.x-k8s.io\")"},
    {"leader-elect-retry-period", Kind::kDuration, "The time between two attempts to become the leader. (default 2s)"},
    {"metrics-bind-address", Kind::kText,
     "The address the metrics endpoint binds to; \"0\" means none. (default \":8443\")"},
    {"version", Kind::kSwitch, "Print the version and end."},
    {"zap-devel", Kind::kSwitch, "Development: console lines, debug level, stack traces on warnings."},
    {"zap-encoder", Kind::kEncoder, "json or console."},
    {"zap-log-level", Kind::kLevel, "debug, info, error, panic, or a number above 0 for finer levels."},
    {"zap-stacktrace-level", Kind::kStackLevel, "info, error or panic."},
    {"zap-time-encoding", Kind::kTimeEncoding, "epoch, millis, nano, iso8601, rfc3339 or rfc3339nano."},
};

const Flag* FindFlag(absl::string_view name) {
  const Flag* found =
      std::find_if(std::begin(kFlags), std::end(kFlags), [name](const Flag& f) { return f.name == name; });
  return found == std::end(kFlags) ? nullptr : found;
}

bool IsOneOf(absl::string_view word, std::initializer_list<absl::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool IsSwitchValue(absl::string_view word) {
  return IsOneOf(word, {"1", "0", "t", "f", "T", "F", "true", "false", "TRUE", "FALSE", "True", "False"});
}

// absl::ParseDuration accepts the durations of Go, and also "inf", which Go refuses.
bool IsDuration(absl::string_view word) {
  absl::Duration duration;
  return !absl::StrContains(word, "inf") && absl::ParseDuration(word, &duration);
}

bool IsLevel(absl::string_view word) {
  int64_t number;
  return IsOneOf(word, {"debug", "info", "error", "panic"}) || (absl::SimpleAtoi(word, &number) && number > 0);
}

// The fault of the value; "" for a good value.
std::string Fault(Kind kind, const std::string& value) {
  int64_t integer;
  double number;
  switch (kind) {
    case Kind::kText:
      return "";
    case Kind::kSwitch:
      return IsSwitchValue(value) ? "" : "parse error";
    case Kind::kInteger:
      return absl::SimpleAtoi(value, &integer) ? "" : "parse error";
    case Kind::kNumber:
      return absl::SimpleAtod(value, &number) ? "" : "parse error";
    case Kind::kDuration:
      return IsDuration(value) ? "" : "parse error";
    case Kind::kEncoder:
      return IsOneOf(value, {"json", "console"}) ? "" : absl::StrCat("invalid encoder value \"", value, "\"");
    case Kind::kLevel:
      return IsLevel(value) ? "" : absl::StrCat("invalid log level \"", value, "\"");
    case Kind::kStackLevel:
      return IsOneOf(value, {"info", "error", "panic"}) ? "" : absl::StrCat("invalid stacktrace level \"", value, "\"");
    case Kind::kTimeEncoding:
      return IsOneOf(value, {"epoch", "millis", "nano", "iso8601", "rfc3339", "rfc3339nano"})
                 ? ""
                 : absl::StrCat("invalid time-encoding value \"", value, "\"");
  }
  return "";
}

absl::Status Set(const Flag& flag, const std::string& value, GivenFlags* given) {
  const std::string fault = Fault(flag.kind, value);
  if (!fault.empty()) {
    const bool is_switch = flag.kind == Kind::kSwitch;
    return absl::InvalidArgumentError(absl::StrCat(is_switch ? "invalid boolean value \"" : "invalid value \"", value,
                                                   is_switch ? "\" for -" : "\" for flag -", flag.name, ": ", fault));
  }
  (*given)[flag.name] = value;
  return absl::OkStatus();
}

// The flag that begins at words[*at]; *at is then at its last word.
absl::Status ParseOne(const std::vector<std::string>& words, size_t* at, GivenFlags* given) {
  const absl::string_view word = words[*at];
  absl::string_view name = word.substr(word[1] == '-' ? 2 : 1);
  if (name.empty() || name[0] == '-' || name[0] == '=') {
    return absl::InvalidArgumentError(absl::StrCat("bad flag syntax: ", word));
  }
  const size_t equals = name.find('=');
  const bool has_value = equals != absl::string_view::npos;
  std::string value = has_value ? std::string(name.substr(equals + 1)) : "true";
  name = name.substr(0, equals);
  const Flag* flag = FindFlag(name);
  if (flag == nullptr) {
    if (name == "h" || name == "help") return absl::NotFoundError("flag: help requested");
    return absl::InvalidArgumentError(absl::StrCat("flag provided but not defined: -", name));
  }
  if (!has_value && flag->kind != Kind::kSwitch) {
    if (*at + 1 >= words.size()) return absl::InvalidArgumentError(absl::StrCat("flag needs an argument: -", name));
    value = words[++*at];
  }
  return Set(*flag, value, given);
}

}  // namespace

absl::StatusOr<GivenFlags> ParseFlags(const std::vector<std::string>& words) {
  GivenFlags given;
  for (size_t at = 0; at < words.size(); ++at) {
    if (words[at].size() < 2 || words[at][0] != '-' || words[at] == "--") break;
    absl::Status status = ParseOne(words, &at, &given);
    if (!status.ok()) return status;
  }
  return given;
}

std::string FlagsHelp() {
  std::string help = "usage: operator [FLAGS]\n\n";
  for (const Flag& flag : kFlags) absl::StrAppend(&help, "  --", flag.name, "\n        ", flag.help, "\n");
  return help;
}

bool IsTrueFlag(const std::string& value) { return IsOneOf(value, {"1", "t", "T", "true", "TRUE", "True"}); }

absl::Duration DurationOfFlag(const std::string& value) {
  absl::Duration duration;
  return absl::ParseDuration(value, &duration) ? duration : absl::ZeroDuration();
}

}  // namespace lws::operator_program
