#include "lws/adapters/kubernetes/credentials.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <mutex>
#include <optional>
#include <sstream>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "lws/api/json.h"
#include "lws/api/json_reader.h"
#include "nlohmann/json.hpp"

extern char** environ;

namespace lws::internal {
namespace {

constexpr absl::Duration kReadFilesEvery = absl::Minutes(1);
constexpr absl::Duration kExpirySlack = absl::Minutes(2);
constexpr absl::Duration kProgramLimit = absl::Seconds(60);

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  if (!file || !(text << file.rdbuf())) return absl::UnauthenticatedError(absl::StrCat(path, ": cannot be read"));
  return text.str();
}

// Credentials that are texts or files.
class FileCredentials final : public Credentials {
 public:
  explicit FileCredentials(KubeConfig config) : config_(std::move(config)) {}

  absl::StatusOr<Credential> Current(absl::Time now) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (credential_.has_value() && now < read_ + kReadFilesEvery) return *credential_;
    absl::StatusOr<Credential> credential = Read();
    if (credential.ok()) {
      credential_ = *credential;
      read_ = now;
    } else if (credential_.has_value()) {
      // Somebody is just replacing the file. The next call reads it again.
      return *credential_;
    }
    return credential;
  }

  void Refuse(const Credential&) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    read_ = absl::InfinitePast();
  }

 private:
  absl::StatusOr<Credential> Read() const {
    Credential credential{"", config_.client_certificate, config_.client_key};
    std::string token = config_.token;
    const struct {
      const std::string& path;
      std::string& text;
    } files[] = {{config_.token_file, token},
                 {config_.client_certificate_file, credential.client_certificate},
                 {config_.client_key_file, credential.client_key}};
    for (const auto& file : files) {
      if (file.path.empty()) continue;
      absl::StatusOr<std::string> text = ReadFile(file.path);
      if (!text.ok()) return text.status();
      file.text = *std::move(text);
    }
    const absl::string_view bearer = absl::StripAsciiWhitespace(token);
    if (!bearer.empty()) {
      credential.authorization = absl::StrCat("Bearer ", bearer);
    } else if (!config_.username.empty()) {
      credential.authorization =
          absl::StrCat("Basic ", absl::Base64Escape(absl::StrCat(config_.username, ":", config_.password)));
    }
    return credential;
  }

  const KubeConfig config_;
  std::mutex mutex_;
  std::optional<Credential> credential_;
  absl::Time read_ = absl::InfinitePast();
};

// Starts a program, which writes to `output`. Signals that this process blocks, to wait for them in a thread, reach it.
int Spawn(const std::vector<char*>& argv, const std::vector<char*>& envp, int output, pid_t* pid) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  const int spawned = posix_spawnp(pid, argv[0], &actions, &attributes, argv.data(), envp.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return spawned;
}

// Runs a program and returns its standard output.
absl::StatusOr<std::string> RunProgram(const ExecPlugin& plugin, const std::string& exec_info) {
  const auto fail = [&plugin](absl::string_view message) {
    return absl::UnauthenticatedError(absl::StrCat("exec ", plugin.command, ": ", message));
  };
  std::vector<std::string> arguments = {plugin.command};
  arguments.insert(arguments.end(), plugin.args.begin(), plugin.args.end());
  std::vector<std::string> environment;
  for (char** variable = environ; *variable != nullptr; ++variable) environment.emplace_back(*variable);
  for (const auto& [name, value] : plugin.env) environment.push_back(absl::StrCat(name, "=", value));
  environment.push_back(absl::StrCat("KUBERNETES_EXEC_INFO=", exec_info));
  std::vector<char*> argv;
  std::vector<char*> envp;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  for (std::string& variable : environment) envp.push_back(variable.data());
  argv.push_back(nullptr);
  envp.push_back(nullptr);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return fail("no pipe");
  pid_t pid = 0;
  const int spawned = Spawn(argv, envp, ends[1], &pid);
  close(ends[1]);
  std::string output;
  bool is_late = false;
  const absl::Time end = absl::Now() + kProgramLimit;
  while (spawned == 0) {
    pollfd ready = {ends[0], POLLIN, 0};
    const int64_t left = absl::ToInt64Milliseconds(end - absl::Now());
    is_late = left <= 0 || poll(&ready, 1, static_cast<int>(left)) == 0;
    char buffer[4096];
    const ssize_t size = is_late ? 0 : read(ends[0], buffer, sizeof(buffer));
    if (size <= 0) break;
    output.append(buffer, static_cast<size_t>(size));
  }
  close(ends[0]);
  if (spawned != 0) return fail("does not start");
  if (is_late) kill(pid, SIGKILL);
  int result = 0;
  waitpid(pid, &result, 0);
  if (is_late) return fail("took too long");
  if (!WIFEXITED(result) || WEXITSTATUS(result) != 0) return fail("failed");
  return output;
}

struct ProgramAnswer {
  Credential credential;
  absl::Time expiry = absl::InfiniteFuture();
};

absl::StatusOr<ProgramAnswer> AskProgram(const ExecPlugin& plugin) {
  const Json info = {
      {"apiVersion", plugin.api_version}, {"kind", "ExecCredential"}, {"spec", {{"interactive", false}}}};
  const absl::StatusOr<std::string> output = RunProgram(plugin, info.dump());
  if (!output.ok()) return output.status();
  const std::string source = absl::StrCat("exec ", plugin.command);
  const absl::StatusOr<Json> document = ParseJson(*output, source);
  if (!document.ok()) return absl::UnauthenticatedError(document.status().message());
  JsonReader reader(*document);
  ProgramAnswer answer;
  const std::string token = reader.Text({"status", "token"});
  if (!token.empty()) answer.credential.authorization = absl::StrCat("Bearer ", token);
  answer.credential.client_certificate = reader.Text({"status", "clientCertificateData"});
  answer.credential.client_key = reader.Text({"status", "clientKeyData"});
  const std::string expiry = reader.Text({"status", "expirationTimestamp"});
  std::string error;
  if (!reader.status().ok()) return absl::UnauthenticatedError(absl::StrCat(source, ": ", reader.status().message()));
  if (!expiry.empty() && !absl::ParseTime(absl::RFC3339_full, expiry, &answer.expiry, &error)) {
    return absl::UnauthenticatedError(absl::StrCat(source, ": status.expirationTimestamp: ", error));
  }
  if (token.empty() && answer.credential.client_certificate.empty()) {
    return absl::UnauthenticatedError(absl::StrCat(source, ": status has neither token nor clientCertificateData"));
  }
  return answer;
}

// Credentials that a program prints. While it runs, the last credential stays in use.
class ProgramCredentials final : public Credentials {
 public:
  explicit ProgramCredentials(ExecPlugin plugin) : plugin_(std::move(plugin)) {}
  ~ProgramCredentials() override {
    if (runner_.joinable()) runner_.join();
  }

  absl::StatusOr<Credential> Current(absl::Time now) override {
    std::unique_lock<std::mutex> lock(mutex_);
    const bool is_old = !answer_.has_value() || is_refused_ || now > answer_->expiry - kExpirySlack;
    if (is_old && !is_running_) Run();
    const bool serves = answer_.has_value() && !is_refused_ && now < answer_->expiry;
    if (!serves && runner_.joinable()) {
      std::thread runner = std::move(runner_);
      lock.unlock();
      runner.join();
      lock.lock();
    }
    if (!answer_.has_value()) return error_;
    return answer_->credential;
  }

  void Refuse(const Credential& credential) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (answer_.has_value() && answer_->credential == credential) is_refused_ = true;
  }

 private:
  // REQUIRES: the caller holds the lock.
  void Run() {
    if (runner_.joinable()) runner_.join();  // it has ended
    is_running_ = true;
    runner_ = std::thread([this] {
      absl::StatusOr<ProgramAnswer> answer = AskProgram(plugin_);
      const std::lock_guard<std::mutex> lock(mutex_);
      is_running_ = false;
      if (answer.ok()) {
        answer_ = *std::move(answer);
        is_refused_ = false;
      } else {
        error_ = answer.status();
      }
    });
  }

  const ExecPlugin plugin_;
  std::mutex mutex_;
  std::thread runner_;
  bool is_running_ = false;
  bool is_refused_ = false;
  std::optional<ProgramAnswer> answer_;
  absl::Status error_ = absl::UnauthenticatedError("the program gave no credential yet");
};

}  // namespace

std::unique_ptr<Credentials> MakeClientCredentials(const KubeConfig& config) {
  if (config.exec.has_value()) return std::make_unique<ProgramCredentials>(*config.exec);
  return std::make_unique<FileCredentials>(config);
}

}  // namespace lws::internal
