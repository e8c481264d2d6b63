#include "lws/adapters/kubernetes/serving/probes.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace lws::internal {
namespace {

// Splits "/healthz/ping" into "healthz" and "ping".
struct ProbePath {
  absl::string_view probe;
  absl::string_view check;
};

ProbePath Split(absl::string_view path) {
  path = absl::StripPrefix(path, "/");
  const size_t slash = path.find('/');
  if (slash == absl::string_view::npos) return {path, ""};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

}  // namespace

ProbeAnswer AnswerProbe(absl::string_view path, const std::vector<ProbeCheck>& checks) {
  const ProbePath asked = Split(path);
  std::string lines;
  bool is_known = asked.check.empty();
  bool is_good = true;
  for (const ProbeCheck& check : checks) {
    if (!asked.check.empty() && check.name != asked.check) continue;
    is_known = true;
    is_good = is_good && check.is_good;
    absl::StrAppend(&lines, check.is_good ? "[+]" : "[-]", check.name,
                    check.is_good ? " ok" : " failed: ", check.is_good ? "" : check.reason, "\n");
  }
  if (!is_known) return {404, "404 page not found\n"};
  if (is_good) return {200, "ok"};
  return {500, absl::StrCat(lines, asked.probe, " check failed\n")};
}

}  // namespace lws::internal
