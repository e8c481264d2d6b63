#include "examples/lwsctl/interruption.h"

#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "examples/lwsctl/printable_output.h"

namespace lwsctl {
namespace {

constexpr timespec kPatience = {2, 0};
constexpr std::chrono::seconds kOutputPatience(1);

std::atomic<int> signal_that_came = 0;
std::atomic<int> commands_that_end_in_order = 0;

// Ends the program. A full pipe keeps the output locked, and is not waited for.
[[noreturn]] void EndNow(int signal) {
  if (PrintableOutput::Mutex().try_lock_for(kOutputPatience)) std::fflush(stdout);
  constexpr char kText[] = "lwsctl: stopped before its end\n";
  const ssize_t written = write(STDERR_FILENO, kText, sizeof(kText) - 1);
  static_cast<void>(written);
  std::_Exit(128 + signal);
}

void Watch(sigset_t signals) {
  int first = 0;
  if (sigwait(&signals, &first) != 0) return;
  signal_that_came = first;
  if (commands_that_end_in_order > 0) sigtimedwait(&signals, nullptr, &kPatience);
  EndNow(first);
}

bool IsIgnored(int signal) {
  struct sigaction action = {};
  return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

bool IsInterrupted() { return signal_that_came.load(std::memory_order_relaxed) != 0; }

int ExitCodeOr(int otherwise) { return IsInterrupted() ? 128 + signal_that_came : otherwise; }

InterruptionWatch::InterruptionWatch() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM}) {
    if (!IsIgnored(signal)) sigaddset(&signals, signal);
  }
  if (pthread_sigmask(SIG_BLOCK, &signals, nullptr) == 0) std::thread(Watch, signals).detach();
}

EndsInOrder::EndsInOrder() { ++commands_that_end_in_order; }

EndsInOrder::~EndsInOrder() { --commands_that_end_in_order; }

}  // namespace lwsctl
