// The operator manages the LeaderWorkerSets of a cluster, in place of the reference's operator. docs/operator.md says
// how to run it.
#include <malloc.h>
#include <signal.h>

#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "examples/operator/operator.h"
#include "examples/operator/settings/configuration.h"
#include "examples/operator/settings/flags.h"
#include "examples/operator/settings/log.h"
#include "lws/adapters/kubernetes/kube_config.h"

namespace lws::operator_program {
namespace {

int Fail(const absl::Status& status) {
  std::cerr << "operator: " << status.message() << "\n";
  return 1;
}

absl::StatusOr<Settings> ReadSettings(const GivenFlags& flags) {
  std::string text;
  const auto file = flags.find("config");
  const std::string path = file == flags.end() ? "" : file->second;
  if (!path.empty()) {
    std::ifstream stream(path);
    std::stringstream read;
    if (!stream || !(read << stream.rdbuf())) return absl::NotFoundError(absl::StrCat(path, ": does not read"));
    text = read.str();
  }
  absl::StatusOr<Settings> settings = ReadConfiguration(text, path);
  if (!settings.ok()) return settings;
  absl::Status status = ApplyFlags(flags, &*settings);
  if (!status.ok()) return status;
  return settings;
}

// Waits for the signals that end the process, on a thread of its own.
void EndOnSignal(const sigset_t& signals, Operator* op) {
  int signal = 0;
  sigwait(&signals, &signal);
  op->End();
}

int Run(const std::vector<std::string>& words) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const absl::StatusOr<GivenFlags> flags = ParseFlags(words);
  if (absl::IsNotFound(flags.status())) {
    std::cout << FlagsHelp();
    return 0;
  }
  if (!flags.ok()) return Fail(flags.status());
  const auto version = flags->find("version");
  if (version != flags->end() && IsTrueFlag(version->second)) {
    std::cout << "0.1.0\n";
    return 0;
  }
  const absl::StatusOr<Settings> settings = ReadSettings(*flags);
  if (!settings.ok()) return Fail(settings.status());
  const absl::StatusOr<internal::KubeConfig> config = internal::FindKubeConfig(settings->client.kubeconfig, "");
  if (!config.ok()) return Fail(config.status());
  const Log log(LogFormatOf(settings->log));
  const absl::StatusOr<std::unique_ptr<Operator>> op = Operator::Create(*settings, *config, &log);
  if (!op.ok()) return Fail(op.status());
  std::thread(EndOnSignal, signals, op->get()).detach();
  const int code = (*op)->Run();
  std::cerr.flush();
  // The thread above may still wait. It ends with the process, which has nothing left to do.
  _exit(code);
}

}  // namespace
}  // namespace lws::operator_program

int main(int argc, char** argv) {
  signal(SIGPIPE, SIG_IGN);
  // Pages of lists are megabytes for a moment. By itself, the allocator would keep for each thread as much as the
  // largest of them took.
  mallopt(M_MMAP_THRESHOLD, 128 << 10);
  mallopt(M_TRIM_THRESHOLD, 512 << 10);
  mallopt(M_ARENA_MAX, 2);
  return lws::operator_program::Run({argv + 1, argv + argc});
}
