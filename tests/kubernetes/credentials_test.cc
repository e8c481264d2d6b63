// Programs that give a credential.
#include "lws/adapters/kubernetes/credentials.h"

#include <csignal>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "lws/adapters/kubernetes/kube_config.h"

namespace lws::internal {
namespace {

// Answers with the signals that it blocks, as the kernel tells them, in place of a token.
constexpr char kTellsBlockedSignals[] =
    "while read -r name value; do [ $name = SigBlk: ] && blocked=$value; done < /proc/self/status\n"
    "echo '{\"apiVersion\": \"client.authentication.k8s.io/v1\", \"kind\": \"ExecCredential\",'\n"
    "echo '\"status\": {\"token\": \"'$blocked'\"}}'\n";

// lwsctl and the operator block SIGINT and SIGTERM in all threads but one. A program that waits for a login must still
// end at Ctrl-C.
TEST(CredentialsTest, SignalsThatTheCallerBlocksReachTheProgram) {
  sigset_t signals;
  sigset_t before;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  ASSERT_EQ(pthread_sigmask(SIG_BLOCK, &signals, &before), 0);
  KubeConfig config;
  config.exec = ExecPlugin{"client.authentication.k8s.io/v1", "/bin/sh", {"-c", kTellsBlockedSignals}, {}, false};
  const absl::StatusOr<Credential> credential = MakeClientCredentials(config)->Current(absl::Now());
  ASSERT_EQ(pthread_sigmask(SIG_SETMASK, &before, nullptr), 0);
  ASSERT_TRUE(credential.ok()) << credential.status();
  EXPECT_EQ(credential->authorization, "Bearer 0000000000000000");
}

}  // namespace
}  // namespace lws::internal
