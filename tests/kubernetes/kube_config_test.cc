// Kubeconfigs: which fields are read, and that every error names the file and the field.
#include "lws/adapters/kubernetes/kube_config.h"

#include <fstream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"

namespace lws {
namespace {

using internal::InClusterConfig;
using internal::KubeConfig;
using internal::ParseKubeConfig;
using internal::ReadKubeConfig;

constexpr char kConfig[] = R"(
apiVersion: v1
kind: Config
current-context: here
contexts:
- {name: here, context: {cluster: c, user: u, namespace: ml}}
- {name: there, context: {cluster: c2, user: u2}}
clusters:
- name: c
  cluster:
    {server: "https://one:6443", certificate-authority-data: Q0E=, tls-server-name: kube, proxy-url: "http://p:1"}
- name: c2
  cluster: {server: "https://two:6443", insecure-skip-tls-verify: true}
users:
- {name: u, user: {token: secret, client-certificate-data: Q0VSVA==, client-key: keys/key.pem}}
- name: u2
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: bin/sign-in
      args: [a, b]
      env: [{name: K, value: V}]
)";

TEST(KubeConfigTest, TheCurrentContextIsRead) {
  const absl::StatusOr<KubeConfig> config = ParseKubeConfig(kConfig, "/home/me/config", "");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->server, "https://one:6443");
  EXPECT_EQ(config->authorities, "CA");
  EXPECT_FALSE(config->is_insecure);
  EXPECT_EQ(config->tls_server_name, "kube");
  EXPECT_EQ(config->proxy, "http://p:1");
  EXPECT_EQ(config->token, "secret");
  EXPECT_EQ(config->client_certificate, "CERT");
  EXPECT_EQ(config->client_key_file, "/home/me/keys/key.pem");
  EXPECT_EQ(config->namespace_name, "ml");
  EXPECT_FALSE(config->exec.has_value());
}

TEST(KubeConfigTest, AnotherContextIsRead) {
  const absl::StatusOr<KubeConfig> config = ParseKubeConfig(kConfig, "/home/me/config", "there");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->server, "https://two:6443");
  EXPECT_TRUE(config->is_insecure);
  EXPECT_EQ(config->namespace_name, "default");
  ASSERT_TRUE(config->exec.has_value());
  EXPECT_EQ(config->exec->command, "/home/me/bin/sign-in");
  EXPECT_EQ(config->exec->args.size(), 2u);
  EXPECT_EQ(config->exec->env.at("K"), "V");
}

TEST(KubeConfigTest, EveryErrorNamesTheFileAndTheField) {
  const struct {
    std::string from;
    std::string to;
    std::string error;
  } table[] = {
      {"current-context: here", "", "k: current-context: is missing"},
      {"current-context: here", "current-context: x", "k: current-context: \"x\" is not among the contexts"},
      {"current-context: here", "current-context: 7", "k: current-context: is not a text"},
      {"cluster: c,", "cluster: x,", "k: contexts[0].context.cluster: \"x\" is not among the clusters"},
      {"cluster: c,", "", "k: contexts[0].context.cluster: is missing"},
      {"user: u,", "user: x,", "k: contexts[0].context.user: \"x\" is not among the users"},
      {"server: \"https://one:6443\"", "x: y", "k: clusters[0].cluster.server: is missing"},
      {"server: \"https://one:6443\"", "server: [1]", "k: clusters[0].cluster.server: is not a text"},
      {"Q0E=", "'%%%'", "k: clusters[0].cluster.certificate-authority-data: is not base64"},
      {"tls-server-name: kube", "insecure-skip-tls-verify: true",
       "k: clusters[0].cluster.insecure-skip-tls-verify: is true beside a certificate-authority: one of them must go"},
      {"tls-server-name: kube", "insecure-skip-tls-verify: maybe",
       "k: clusters[0].cluster.insecure-skip-tls-verify: is not true or false"},
      {"certificate-authority-data: Q0E=", "certificate-authority: /no/such/file",
       "k: clusters[0].cluster.certificate-authority: /no/such/file: the file does not exist"},
      {", client-key: keys/key.pem", "", "k: users[0].user.client-key: is missing beside a client-certificate"},
      {"client-certificate-data: Q0VSVA==, ", "",
       "k: users[0].user.client-certificate: is missing beside a client-key"},
      {"token: secret", "token: {}", "k: users[0].user.token: is not a text"},
      {"token: secret", "auth-provider: {name: gcp}",
       "k: users[0].user.auth-provider: is no longer a way to sign in: use exec"},
      {"token: secret", "exec: 7", "k: users[0].user.exec: is not an object"},
      {"token: secret", "exec: {apiVersion: v0, command: x}",
       "k: users[0].user.exec.apiVersion: is neither client.authentication.k8s.io/v1 nor v1beta1"},
      {"token: secret", "exec: {apiVersion: client.authentication.k8s.io/v1}",
       "k: users[0].user.exec.command: is missing"},
      {"token: secret", "exec: {apiVersion: client.authentication.k8s.io/v1, command: x, args: [1]}",
       "k: users[0].user.exec.args: is not a list of texts"},
      {"token: secret", "exec: {apiVersion: client.authentication.k8s.io/v1, command: x, env: [{value: v}]}",
       "k: users[0].user.exec.env[0].name: is missing"},
      {"- {name: here,", "- {name: 7,", "k: contexts[0].name: is not a text"},
      {"clusters:\n- name: c\n", "clusters:\n- 7\n- name: c\n", "k: clusters[0]: is not an object"},
  };
  for (const auto& row : table) {
    const std::string text = absl::StrReplaceAll(kConfig, {{row.from, row.to}});
    ASSERT_NE(text, kConfig) << row.from;
    const absl::StatusOr<KubeConfig> config = ParseKubeConfig(text, "k", "");
    EXPECT_EQ(std::string(config.status().message()), row.error) << row.to;
  }
}

TEST(KubeConfigTest, WhatIsNoYamlIsAnErrorOfTheFile) {
  const absl::StatusOr<KubeConfig> config = ParseKubeConfig("a: [", "k.yaml", "");
  EXPECT_TRUE(absl::StartsWith(config.status().message(), "k.yaml")) << config.status();
}

TEST(KubeConfigTest, OfSeveralFilesTheFirstCounts) {
  const std::string folder = testing::TempDir();
  const std::string one = absl::StrCat(folder, "/one");
  const std::string two = absl::StrCat(folder, "/two");
  std::ofstream(one) << "current-context: there\nclusters: [{name: c2, cluster: {server: 'https://first'}}]\n";
  std::ofstream(two) << kConfig;
  const absl::StatusOr<KubeConfig> config = ReadKubeConfig(absl::StrCat(one, ":/no/such/file:", two), "");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->server, "https://first");
  const absl::Status missing = ReadKubeConfig("/no/such/file", "").status();
  EXPECT_TRUE(absl::IsNotFound(missing));
  EXPECT_EQ(std::string(missing.message()), "/no/such/file: the file does not exist");
}

TEST(KubeConfigTest, APodFindsItsOwn) {
  const std::string folder = testing::TempDir();
  std::ofstream(absl::StrCat(folder, "/ca.crt")) << "CA";
  std::ofstream(absl::StrCat(folder, "/token")) << "t";
  std::ofstream(absl::StrCat(folder, "/namespace")) << "lws-system";
  unsetenv("KUBERNETES_SERVICE_HOST");
  EXPECT_TRUE(absl::IsFailedPrecondition(InClusterConfig(folder).status()));
  setenv("KUBERNETES_SERVICE_HOST", "fd00::1", 1);
  setenv("KUBERNETES_SERVICE_PORT", "443", 1);
  const absl::StatusOr<KubeConfig> config = InClusterConfig(folder);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->server, "https://[fd00::1]:443");
  EXPECT_EQ(config->authorities, "CA");
  EXPECT_EQ(config->token_file, absl::StrCat(folder, "/token"));
  EXPECT_EQ(config->namespace_name, "lws-system");
}

}  // namespace
}  // namespace lws
