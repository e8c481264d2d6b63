// Claims of a host: who holds one knows which processes have ended. The laws are those of host_claim.h.
#include "examples/operator/host_claim.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace lws::operator_program {
namespace {

std::string NameOfTest(const char* suffix) { return absl::StrCat("test ", getpid(), " ", suffix); }

TEST(HostClaimTest, Law1WhoClaimsAfterAnotherKnowsThatItHasEnded) {
  const std::string name = NameOfTest("one");
  std::string first;
  {
    const HostClaim claim(name);
    first = claim.identity();
    EXPECT_FALSE(claim.HasEnded(first)) << "that is this process itself";
  }
  const HostClaim second(name);
  EXPECT_NE(second.identity(), first);
  EXPECT_TRUE(second.HasEnded(first));
  EXPECT_FALSE(second.HasEnded(""));
  EXPECT_FALSE(second.HasEnded("elsewhere_" + first.substr(first.find('_') + 1))) << "another host";
  const HostClaim other(NameOfTest("two"));
  EXPECT_FALSE(other.HasEnded(first)) << "another name";
  EXPECT_FALSE(second.HasEnded(other.identity()));
}

// The process without the claim may go on longer than the one with it, so nobody may take it for ended.
TEST(HostClaimTest, Law2AProcessWithoutTheClaimIsNeverTakenForEnded) {
  const std::string name = NameOfTest("three");
  auto first = std::make_optional<HostClaim>(name);
  const std::string of_first = first->identity();
  const HostClaim second(name);
  EXPECT_FALSE(second.HasEnded(of_first));
  first.reset();
  EXPECT_FALSE(second.HasEnded(of_first)) << "it claimed once, in vain";
  const HostClaim third(name);
  EXPECT_TRUE(third.HasEnded(of_first));
  EXPECT_FALSE(third.HasEnded(second.identity())) << "it still runs";
}

// A process that is killed does not give anything back by itself.
TEST(HostClaimTest, Law1TheKernelTakesTheClaimOfAKilledProcessBack) {
  const std::string name = NameOfTest("four");
  std::array<int, 2> pipe_ends = {};
  ASSERT_EQ(pipe(pipe_ends.data()), 0);
  const pid_t child = fork();
  if (child == 0) {
    const HostClaim claim(name);
    const std::string identity = claim.identity();
    if (write(pipe_ends[1], identity.data(), identity.size()) < 0) _exit(1);
    close(pipe_ends[1]);
    for (;;) pause();
  }
  close(pipe_ends[1]);
  std::array<char, 512> text = {};
  const ssize_t size = read(pipe_ends[0], text.data(), text.size());
  close(pipe_ends[0]);
  ASSERT_GT(size, 0);
  const std::string identity(text.data(), static_cast<size_t>(size));
  const HostClaim meanwhile(name);
  EXPECT_FALSE(meanwhile.HasEnded(identity));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  const HostClaim after(name);
  EXPECT_TRUE(after.HasEnded(identity));
}

}  // namespace
}  // namespace lws::operator_program
