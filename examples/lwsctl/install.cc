#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "examples/lwsctl/commands.h"
#include "examples/lwsctl/input.h"
#include "examples/lwsctl/install_manifests.h"
#include "examples/lwsctl/output_format.h"
#include "lws/api/custom_resource.h"
#include "lws/api/json.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

constexpr char kHelp[] =
    "usage: lwsctl install [--namespace NAME] [--image IMAGE] [--replicas N] [--cert-manager] [--volcano]\n"
    "                      [--at ADDRESS] [--without-disaggregated-sets] [--without-crds] [--chart] [-o yaml|json]\n"
    "Prints the manifests that run the operator in a cluster: namespace, CustomResourceDefinitions, access, the "
    "webhooks'\n"
    "Secret, Services, the Deployment and the webhook configurations, for kubectl apply --server-side -f -.\n"
    "  --namespace NAME   of the operator; default: lws-system\n"
    "  --image IMAGE    of the operator\n"
    "  --replicas N     how many pods the operator has; one of them leads\n"
    "  --without-disaggregated-sets   the operator does not look at DisaggregatedSets\n"
    "  --without-crds   the CustomResourceDefinitions are there already\n"
    "  -o yaml|json     a stream of documents (the default), or one List\n"
    "  --cert-manager   cert-manager provides the webhooks' certificate; else the operator makes it\n"
    "  --volcano        groups are scheduled as Volcano's PodGroups\n"
    "  --at ADDRESS     the operator runs outside of the cluster at this IP address, port 9443: no Deployment\n"
    "  --chart          the template of the Helm chart in deploy/chart\n";

// A DNS label, as namespaces are.
bool IsLabel(absl::string_view name) {
  if (name.empty() || name.size() > 63 || name.front() == '-' || name.back() == '-') return false;
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == absl::string_view::npos;
}

// Whether the text is an IP address that other machines can reach: Kubernetes takes no loopback as an endpoint.
bool IsAddress(const std::string& text) {
  unsigned char bytes[sizeof(in6_addr)];
  if (inet_pton(AF_INET, text.c_str(), bytes) == 1) return bytes[0] != 127;
  return inet_pton(AF_INET6, text.c_str(), bytes) == 1 && text != "::1";
}

// What is wrong with the value; "" for nothing.
std::string Take(const std::string& flag, const std::string& value, InstallOptions* options) {
  if (flag == "--namespace") {
    options->namespace_name = value;
    return IsLabel(value) ? "" : "not the name of a namespace";
  }
  if (flag == "--at") {
    options->address = value;
    return IsAddress(value) ? "" : "not an IP address that others can reach";
  }
  if (flag == "--image") {
    options->image = value;
    return value.empty() ? "empty" : "";
  }
  const bool is_count = absl::SimpleAtoi(value, &options->replicas) && options->replicas > 0;
  return is_count ? "" : "not a number above 0";
}

absl::StatusOr<InstallOptions> ReadOptions(const Arguments& arguments) {
  if (!arguments.files.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("install takes no FILE: ", arguments.files[0]));
  }
  InstallOptions options;
  for (const char* flag : {"--namespace", "--image", "--replicas", "--at"}) {
    if (arguments.flags.count(flag) == 0) continue;
    const std::string value = arguments.Flag(flag, "");
    const std::string fault = Take(flag, value, &options);
    if (!fault.empty()) return absl::InvalidArgumentError(absl::StrCat(flag, ": ", fault, ": ", value));
  }
  options.uses_cert_manager = arguments.flags.count("--cert-manager") > 0;
  options.uses_volcano = arguments.flags.count("--volcano") > 0;
  options.has_disaggregated_sets = arguments.flags.count("--without-disaggregated-sets") == 0;
  return options;
}

// The namespace comes first, then the kinds, then all that uses both.
std::vector<lws::Json> Objects(const InstallOptions& options, bool has_crds) {
  const std::vector<lws::Json> manifests = InstallManifests(options);
  std::vector<lws::Json> objects = {manifests.front()};
  for (const std::string& kind : lws::internal::CustomKinds()) {
    const bool is_wanted = kind == lws::kKind || options.has_disaggregated_sets;
    if (has_crds && is_wanted) objects.push_back(lws::internal::CustomResourceDefinition(kind));
  }
  objects.insert(objects.end(), manifests.begin() + 1, manifests.end());
  return objects;
}

}  // namespace

int RunInstall(const std::vector<std::string>& words) {
  const absl::StatusOr<Arguments> arguments = ParseArguments(words, kHelp);
  if (!arguments.ok()) return Fail(arguments.status());
  if (arguments->flags.count("--help") > 0) {
    std::cout << kHelp;
    return kAsWished;
  }
  const absl::StatusOr<InstallOptions> options = ReadOptions(*arguments);
  if (!options.ok()) return Fail(options.status());
  if (arguments->flags.count("--chart") > 0) {
    std::cout << ChartTemplate();
  } else {
    const bool has_crds = arguments->flags.count("--without-crds") == 0;
    PrintObjects(Objects(*options, has_crds), OutputFormatOf(*arguments, OutputFormat::kYaml));
  }
  return kAsWished;
}

}  // namespace lwsctl
