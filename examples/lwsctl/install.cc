#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "examples/lwsctl/commands.h"
#include "examples/lwsctl/install_manifests.h"
#include "lws/api/custom_resource.h"
#include "lws/api/json.h"
#include "lws/api/printable_text.h"
#include "lws/api/well_known.h"
#include "lws/api/yaml_text.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

constexpr char kHelp[] =
    "usage: lwsctl install [--namespace NAME] [--image IMAGE] [--replicas N] [--cert-manager] [--volcano]\n"
    "                      [--at ADDRESS] [--without-disaggregated-sets] [--without-crds] [--chart]\n"
    "Prints the manifests that run the operator in a cluster: namespace, CustomResourceDefinitions, access, the "
    "webhooks'\n"
    "Secret, Services, the Deployment and the webhook configurations, for kubectl apply --server-side -f -.\n"
    "  --cert-manager   cert-manager provides the webhooks' certificate; else the operator makes it\n"
    "  --volcano        groups are scheduled as Volcano's PodGroups\n"
    "  --at ADDRESS     the operator runs outside of the cluster at this IP address, port 9443: no Deployment\n"
    "  --chart          the template of the Helm chart in deploy/chart\n";

struct Asked {
  InstallOptions options;
  bool has_crds = true;
  bool is_chart = false;
  bool is_help = false;
};

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

// What is wrong with the words; "" for nothing.
std::string Read(const std::vector<std::string>& words, Asked* asked) {
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--help") {
      asked->is_help = true;
    } else if (word == "--cert-manager") {
      asked->options.uses_cert_manager = true;
    } else if (word == "--volcano") {
      asked->options.uses_volcano = true;
    } else if (word == "--without-disaggregated-sets") {
      asked->options.has_disaggregated_sets = false;
    } else if (word == "--without-crds") {
      asked->has_crds = false;
    } else if (word == "--chart") {
      asked->is_chart = true;
    } else if (word == "--namespace" || word == "--image" || word == "--replicas" || word == "--at") {
      if (i + 1 >= words.size()) return absl::StrCat(word, " needs a value");
      const std::string fault = Take(word, words[++i], &asked->options);
      if (!fault.empty()) return absl::StrCat(word, ": ", fault, ": ", words[i]);
    } else {
      return absl::StrCat("unknown flag ", word);
    }
  }
  return "";
}

void Print(const lws::Json& object) { std::cout << "---\n" << lws::ToYaml(object); }

// The namespace comes first, then the kinds, then all that uses both.
void PrintAll(const Asked& asked) {
  const std::vector<lws::Json> objects = InstallManifests(asked.options);
  Print(objects.front());
  for (const std::string& kind : lws::internal::CustomKinds()) {
    const bool is_wanted = kind == lws::kKind || asked.options.has_disaggregated_sets;
    if (asked.has_crds && is_wanted) Print(lws::internal::CustomResourceDefinition(kind));
  }
  for (size_t i = 1; i < objects.size(); ++i) Print(objects[i]);
}

}  // namespace

int Install(const std::vector<std::string>& words) {
  Asked asked;
  const std::string fault = Read(words, &asked);
  if (!fault.empty()) {
    std::cerr << "lwsctl install: " << lws::PrintableText(fault) << "\n" << kHelp;
    return 2;
  }
  if (asked.is_help) {
    std::cout << kHelp;
  } else if (asked.is_chart) {
    std::cout << ChartTemplate();
  } else {
    PrintAll(asked);
  }
  return 0;
}

}  // namespace lwsctl
