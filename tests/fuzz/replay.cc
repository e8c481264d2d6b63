// Runs a fuzz target over files without libFuzzer: each file as it is, and then with changes drawn from a seed. A fault
// prints the file and the number of the change, which the second argument of --change shows again.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

constexpr int kChanges = 300;
constexpr size_t kMostBytes = 1 << 16;

char running[4096];

void TellWhatRan(int signal_number) {
  const char words[] = "while running ";
  [[maybe_unused]] ssize_t written = write(STDERR_FILENO, words, sizeof(words) - 1);
  written = write(STDERR_FILENO, running, strlen(running));
  signal(signal_number, SIG_DFL);
  raise(signal_number);
}

void Run(const std::string& bytes, const std::string& file, int change) {
  std::snprintf(running, sizeof(running), "%s, change %d\n", file.c_str(), change);
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

// One to four small changes: a byte, a run that is cut, doubled or moved, a number at an end of its range.
std::string Changed(std::string bytes, std::mt19937* random) {
  static constexpr const char* kTexts[] = {"-1",   "2147483648", "9223372036854775807",
                                           "null", "[]",         "{}",
                                           "\"\"", "\xff",       "1e9999",
                                           "&a ",  "*a",         "<<: ",
                                           "\t",   "\x1b[31m",   "- ",
                                           ": "};
  const unsigned times = 1 + (*random)() % 4;
  for (unsigned i = 0; i < times && !bytes.empty(); ++i) {
    const size_t at = (*random)() % bytes.size();
    const size_t length = std::min<size_t>(bytes.size() - at, (*random)() % 40);
    switch ((*random)() % 5) {
      case 0:
        bytes[at] = static_cast<char>((*random)());
        break;
      case 1:
        bytes.erase(at, length);
        break;
      case 2:
        bytes.insert(at, bytes.substr(at, length));
        break;
      case 3:
        bytes.replace(at, length, kTexts[(*random)() % std::size(kTexts)]);
        break;
      default:
        bytes.insert((*random)() % bytes.size(), kTexts[(*random)() % std::size(kTexts)]);
    }
  }
  return bytes.substr(0, kMostBytes);
}

}  // namespace

int main(int argc, char** argv) {
  signal(SIGABRT, TellWhatRan);
  signal(SIGSEGV, TellWhatRan);
  int runs = 0;
  Run("", "nothing", 0);
  for (int i = 1; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    if (!file.good() && bytes.empty()) {
      std::fprintf(stderr, "%s cannot be read\n", argv[i]);
      return 1;
    }
    Run(bytes, argv[i], 0);
    for (int change = 1; change <= kChanges; ++change, ++runs) {
      std::mt19937 random(static_cast<unsigned>(change));
      Run(Changed(bytes.substr(0, kMostBytes), &random), argv[i], change);
    }
  }
  std::printf("%d runs\n", runs);
  return runs > 0 ? 0 : 1;
}
