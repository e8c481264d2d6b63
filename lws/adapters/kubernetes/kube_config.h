// Reads where the API server is and how to connect to it: from a kubeconfig, or from a pod's own file system.
//
//   absl::StatusOr<lws::internal::KubeConfig> config =
//       lws::internal::ParseKubeConfig(text, "/home/me/.kube/config", /*context=*/"");
//   config->server;    // "https://127.0.0.1:6443"
//
// It reads these fields of a kubeconfig: the current context, or another one, and its namespace; from its cluster
// server, certificate-authority(-data), insecure-skip-tls-verify, tls-server-name and proxy-url; from its user token,
// tokenFile, username and password, client-certificate(-data), client-key(-data) and exec. Other keys are ignored.
// Paths are relative to the folder of the file. A user with auth-provider is an error, as it is for kubectl. A
// cluster's disable-compression is ignored.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_KUBERNETES_KUBE_CONFIG_H_
#define LWS_ADAPTERS_KUBERNETES_KUBE_CONFIG_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace lws::internal {

// A program that prints an ExecCredential.
struct ExecPlugin {
  std::string api_version;
  std::string command;
  std::vector<std::string> args;
  std::map<std::string, std::string> env;
  bool provides_cluster_info = false;
};

struct KubeConfig {
  std::string server;
  std::string authorities;  // PEM; empty: the certificate authorities of the machine
  bool is_insecure = false;
  std::string tls_server_name;
  std::string proxy;

  // At most one of these is used, in this order.
  std::optional<ExecPlugin> exec;
  std::string token_file;
  std::string token;
  std::string username;
  std::string password;

  // PEM, or paths of PEM files.
  std::string client_certificate;
  std::string client_key;
  std::string client_certificate_file;
  std::string client_key_file;

  std::string namespace_name = "default";
};

// Reads one file, or several with colons between them, as in $KUBECONFIG: the first entry of each name counts. An
// empty `context` means the current one. Errors: NotFound for a missing file; InvalidArgument naming the file and the
// field for everything else.
absl::StatusOr<KubeConfig> ReadKubeConfig(absl::string_view paths, absl::string_view context);

// Reads a text. `source` names it in errors, and relative paths start in the folder of `source`.
absl::StatusOr<KubeConfig> ParseKubeConfig(absl::string_view text, absl::string_view source, absl::string_view context);

// Reads what a pod has: KUBERNETES_SERVICE_HOST and _PORT, and the files of its service account in `folder`. Errors:
// FailedPrecondition outside a pod; NotFound naming a file.
inline constexpr char kServiceAccountFolder[] = "/var/run/secrets/kubernetes.io/serviceaccount";
absl::StatusOr<KubeConfig> InClusterConfig(absl::string_view folder = kServiceAccountFolder);

// Searches where client-go does: `path` if it is not empty, $KUBECONFIG, the pod's files, ~/.kube/config.
absl::StatusOr<KubeConfig> FindKubeConfig(absl::string_view path, absl::string_view context);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_KUBE_CONFIG_H_
