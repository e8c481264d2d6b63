// Kubernetes' rules for names, label keys and label values, in the API server's words.
//
//   lws::internal::LabelValueErrors("a b");     // {"a valid label must be an empty string or consist of ..."}
//   lws::internal::LabelValueErrors("a-b");     // {}
//
// Each function returns what is wrong with the text, in order; nothing for a good one. Complexity: O(text).
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_API_NAME_RULES_H_
#define LWS_API_NAME_RULES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace lws::internal {

// A DNS-1035 label: the name of a Service.
std::vector<std::string> Dns1035LabelErrors(absl::string_view text);
// An RFC 1123 label: the name of a namespace.
std::vector<std::string> Dns1123LabelErrors(absl::string_view text);
// An RFC 1123 subdomain: the name of most objects. `unit` is what its length is counted in, in the error's words.
std::vector<std::string> Dns1123SubdomainErrors(absl::string_view text, absl::string_view unit);
// One segment of a path.
std::vector<std::string> PathSegmentErrors(absl::string_view text);
// "prefix/name", or a name: keys of labels and annotations, and finalizers.
std::vector<std::string> LabelKeyErrors(absl::string_view text);
std::vector<std::string> LabelValueErrors(absl::string_view text);

// An RFC 1123 subdomain to the last letter: of a name that something may be appended to, a '-' at the end is allowed.
std::vector<std::string> SubdomainErrors(absl::string_view text);
std::vector<std::string> SubdomainPrefixErrors(absl::string_view text);
// A search path of a resolver.
std::vector<std::string> SearchDomainErrors(absl::string_view text);
// A port's name, of at most 15 characters.
std::vector<std::string> PortNameErrors(absl::string_view text);
// An environment variable's name.
std::vector<std::string> EnvNameErrors(absl::string_view text);
// A key of a ConfigMap or Secret.
std::vector<std::string> ConfigKeyErrors(absl::string_view text);
// An HTTP header's name.
std::vector<std::string> HeaderNameErrors(absl::string_view text);
// An IPv4 or IPv6 address.
std::vector<std::string> IpAddressErrors(absl::string_view text);

}  // namespace lws::internal

#endif  // LWS_API_NAME_RULES_H_
