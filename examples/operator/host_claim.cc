#include "examples/operator/host_claim.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "examples/operator/host_facts.h"
#include "lws/api/digest.h"

namespace lws::operator_program {
namespace {

std::string TargetOfLink(const char* path) {
  std::array<char, 128> target = {};
  const ssize_t size = readlink(path, target.data(), target.size());
  return size > 0 ? std::string(target.data(), static_cast<size_t>(size)) : "";
}

// Sixteen digits that name this boot of the kernel, the network namespace and the claim; empty if the kernel does not
// say the first two. Names of sockets without a file are those of one network namespace.
std::string DigitsOf(absl::string_view name) {
  const std::string boot = FirstLineOf("/proc/sys/kernel/random/boot_id");
  const std::string network = TargetOfLink("/proc/self/ns/net");
  if (boot.empty() || network.empty()) return "";
  return internal::Sha1Hex(absl::StrCat(boot, " ", network, " ", name)).substr(0, 16);
}

// A socket that is bound to a name without a file; -1 if another one has the name.
int BindTo(const std::string& name) {
  const int bound = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (bound < 0) return -1;
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  const size_t size = std::min(name.size(), sizeof(address.sun_path) - 1);
  std::copy_n(name.begin(), size, address.sun_path + 1);
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + size);
  if (bind(bound, reinterpret_cast<const sockaddr*>(&address), length) == 0) return bound;
  close(bound);
  return -1;
}

}  // namespace

HostClaim::HostClaim(absl::string_view name) {
  const std::string number = FirstLineOf("/proc/sys/kernel/random/uuid");
  const std::string digits = DigitsOf(name);
  identity_ = absl::StrCat(HostName(), "_", number);
  if (digits.empty() || number.size() != 36) return;
  socket_ = BindTo(absl::StrCat("lws-operator-", digits));
  if (socket_ < 0) return;
  prefix_ = absl::StrCat(HostName(), "_", digits.substr(0, 8), "-", digits.substr(8, 4), "-", digits.substr(12, 4));
  identity_ = absl::StrCat(prefix_, number.substr(18));
}

HostClaim::~HostClaim() {
  if (socket_ >= 0) close(socket_);
}

bool HostClaim::HasEnded(absl::string_view identity) const {
  return socket_ >= 0 && identity != identity_ && absl::StartsWith(identity, absl::StrCat(prefix_, "-"));
}

}  // namespace lws::operator_program
