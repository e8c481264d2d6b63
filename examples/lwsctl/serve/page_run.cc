#include "examples/lwsctl/serve/page_run.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "examples/lwsctl/input.h"
#include "examples/lwsctl/serve/plain_page.h"
#include "lws/adapters/testing/page/escape_markup.h"

extern char** environ;

namespace lwsctl {
namespace {

using lws::internal::EscapeHtmlMarkup;

constexpr std::chrono::milliseconds kPause(50);

// A folder that is removed at the end.
class PrivateFolder {
 public:
  PrivateFolder() {
    std::error_code error;
    std::string path = (std::filesystem::temp_directory_path(error) / "lwsctl-serve-XXXXXX").string();
    if (mkdtemp(path.data()) != nullptr) path_ = path;
  }
  ~PrivateFolder() {
    std::error_code error;
    if (!path_.empty()) std::filesystem::remove_all(path_, error);
  }
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;

  bool exists() const { return !path_.empty(); }
  std::string File(const std::string& name) const { return absl::StrCat(path_, "/", name); }

 private:
  std::string path_;  // empty when it cannot be made
};

std::string MessagePage(const std::vector<std::string>& words, const std::string& text) {
  const std::string command = absl::StrCat("lwsctl ", absl::StrJoin(words, " "));
  return PlainPage(command, absl::StrCat("<p><code>", EscapeHtmlMarkup(command), "</code></p>\n<pre>",
                                         EscapeHtmlMarkup(text), "</pre>\n"));
}

// Starts this program with the words. What it prints goes to `output`. Returns 0 when it cannot be started.
pid_t Start(const std::vector<std::string>& words, const std::string& output) {
  std::vector<std::string> texts = {"lwsctl"};
  texts.insert(texts.end(), words.begin(), words.end());
  std::vector<char*> arguments;
  for (std::string& text : texts) arguments.push_back(text.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  pid_t child = 0;
  const int failed = posix_spawn(&child, "/proc/self/exe", &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  return failed == 0 ? child : 0;
}

// Whether the process ended by itself before `is_stopped`.
bool WaitFor(pid_t child, const std::function<bool()>& is_stopped) {
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    if (is_stopped()) {
      kill(child, SIGKILL);
      waitpid(child, &status, 0);
      return false;
    }
    std::this_thread::sleep_for(kPause);
  }
  return true;
}

}  // namespace

std::optional<std::string> RunForPage(const std::vector<std::string>& words, const std::function<bool()>& is_stopped) {
  const PrivateFolder folder;
  if (!folder.exists()) return MessagePage(words, "a folder for temporary files cannot be made");
  std::vector<std::string> with_report = words;
  with_report.insert(with_report.end(), {"--report", folder.File("page.html")});
  const pid_t child = Start(with_report, folder.File("output"));
  if (child == 0) return MessagePage(words, "lwsctl cannot be started");
  if (!WaitFor(child, is_stopped)) return std::nullopt;
  absl::StatusOr<std::string> page = ReadFile(folder.File("page.html"));
  if (page.ok()) return *std::move(page);
  const absl::StatusOr<std::string> output = ReadFile(folder.File("output"));
  return MessagePage(words, output.ok() ? *output : "it wrote nothing");
}

}  // namespace lwsctl
