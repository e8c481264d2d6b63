// Where the API server is and how to speak to it: a kubeconfig, or what a pod finds in its own file system.
//
//   absl::StatusOr<lws::internal::KubeConfig> config = lws::internal::ReadKubeConfig("/home/me/.kube/config", "");
//   config->server;    // "https://127.0.0.1:6443"
//
// Of a kubeconfig are read: the current context or another one; of its cluster server, certificate-authority(-data),
// insecure-skip-tls-verify, tls-server-name, proxy-url; of its user token, tokenFile, username and password,
// client-certificate(-data), client-key(-data), exec; of the context namespace. Other keys are passed over. Paths are
// taken from the folder of the file. Of a user with auth-provider, or a cluster with disable-compression, nothing is
// guessed: the first is an error, as kubectl has it, the second changes nothing here.
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
  std::string authorities;  // PEM; empty: the machine's own
  bool is_insecure = false;
  std::string tls_server_name;
  std::string proxy;

  // At most one of these is used, in this order.
  std::optional<ExecPlugin> exec;
  std::string token_file;
  std::string token;
  std::string username;
  std::string password;

  // PEM, or files of PEM.
  std::string client_certificate;
  std::string client_key;
  std::string client_certificate_file;
  std::string client_key_file;

  std::string namespace_name = "default";
};

// Of one file, or of several with colons between them, as in $KUBECONFIG: of each name the first counts. An empty
// context is the current one. Errors: NotFound for a file that is not there; InvalidArgument naming the file and the
// field for all else.
absl::StatusOr<KubeConfig> ReadKubeConfig(absl::string_view paths, absl::string_view context);

// Of a text; `source` names it, and its folder is where paths begin.
absl::StatusOr<KubeConfig> ParseKubeConfig(absl::string_view text, absl::string_view source, absl::string_view context);

// A pod's own: KUBERNETES_SERVICE_HOST and _PORT, and the files of its service account in `folder`. Errors:
// FailedPrecondition where this is no pod; NotFound naming a file.
inline constexpr char kServiceAccountFolder[] = "/var/run/secrets/kubernetes.io/serviceaccount";
absl::StatusOr<KubeConfig> InClusterConfig(absl::string_view folder = kServiceAccountFolder);

// As client-go looks for it: `path` if it is not empty, $KUBECONFIG, the pod's own, ~/.kube/config.
absl::StatusOr<KubeConfig> FindKubeConfig(absl::string_view path, absl::string_view context);

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_KUBE_CONFIG_H_
