#include "lws/adapters/kubernetes/serving/process_usage.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace lws::internal {
namespace {

// Fields of /proc/self/stat, counted from the state, which follows the name in parentheses.
constexpr size_t kUserTicks = 11;
constexpr size_t kSystemTicks = 12;
constexpr size_t kStartTicks = 19;
constexpr size_t kVirtualBytes = 20;
constexpr size_t kResidentPages = 21;

std::vector<std::string> Stat() {
  std::ifstream file("/proc/self/stat");
  std::stringstream text;
  text << file.rdbuf();
  const std::string all = text.str();
  const size_t name_end = all.rfind(") ");
  if (name_end == std::string::npos) return {};
  return absl::StrSplit(all.substr(name_end + 2), ' ');
}

double NumberAt(const std::vector<std::string>& fields, size_t index) {
  double number = 0;
  return index < fields.size() && absl::SimpleAtod(fields[index], &number) ? number : 0;
}

double BootUnixSeconds() {
  std::ifstream file("/proc/stat");
  double seconds = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("btime ", 0) == 0 && absl::SimpleAtod(line.substr(6), &seconds)) return seconds;
  }
  return 0;
}

double OpenFiles() {
  std::error_code error;
  double count = 0;
  for (std::filesystem::directory_iterator it("/proc/self/fd", error), end; !error && it != end; it.increment(error)) {
    ++count;
  }
  return count;
}

}  // namespace

ProcessUsage ReadProcessUsage() {
  const std::vector<std::string> stat = Stat();
  const double ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  ProcessUsage usage;
  usage.cpu_seconds = (NumberAt(stat, kUserTicks) + NumberAt(stat, kSystemTicks)) / ticks;
  usage.virtual_bytes = NumberAt(stat, kVirtualBytes);
  usage.resident_bytes = NumberAt(stat, kResidentPages) * static_cast<double>(sysconf(_SC_PAGESIZE));
  usage.start_unix_seconds = BootUnixSeconds() + NumberAt(stat, kStartTicks) / ticks;
  usage.open_files = OpenFiles();
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) usage.most_open_files = static_cast<double>(limit.rlim_cur);
  return usage;
}

}  // namespace lws::internal
