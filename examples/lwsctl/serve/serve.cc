#include "examples/lwsctl/serve/serve.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "examples/lwsctl/commands.h"
#include "examples/lwsctl/file_kind.h"
#include "examples/lwsctl/input.h"
#include "examples/lwsctl/interruption.h"
#include "examples/lwsctl/serve/page_run.h"
#include "examples/lwsctl/serve/served_pages.h"
#include "examples/lwsctl/serve/watched_files.h"
#include "lws/adapters/kubernetes/serving/https_server.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

using lws::internal::HttpsServer;
using lws::internal::HttpsServerOptions;
using lws::internal::Respond;
using lws::internal::ServedRequest;

constexpr char kHelp[] =
    "usage: lwsctl serve [--port PORT] [--policy POLICY] [--scenario FILE] [--seed N] FILE...\n"
    "Serves a page for each FILE on localhost, and makes it again whenever the file, or a file that it names, is\n"
    "edited; a browser that shows the page loads it again by itself. A test gets the page of `lwsctl test --report`,\n"
    "a manifest that of `lwsctl simulate --report`. A file that cannot be run gets a page that says why. Ctrl-C ends\n"
    "it.\n"
    "  --port PORT                            on 127.0.0.1; default 8123; 0 takes a free one\n"
    "  --policy POLICY, --role-policy POLICY  as for simulate and test\n"
    "  --scenario FILE, --seed N              as for simulate\n"
    "  --strict                               unknown fields of FILE are errors, as for kubectl apply\n";

constexpr std::chrono::milliseconds kPause(200);
// Who waits longer than this for a change is told that there was none, before anything between gives up.
constexpr std::chrono::seconds kLongestWait(20);

// The pages with what they are made of.
class PageMaker {
 public:
  PageMaker(const Arguments& arguments, ServedPages* pages) : arguments_(arguments), pages_(*pages) {
    for (const std::string& file : arguments.files) {
      std::vector<std::string> watched = {file};
      const std::string scenario = arguments.Flag("--scenario", "");
      if (!scenario.empty()) watched.push_back(scenario);
      files_.push_back({file, WatchedFiles(std::move(watched)), true});
    }
  }

  // Makes the pages of files that changed. A file that changes while its page is being made is begun again.
  void Look() {
    for (size_t i = 0; i < files_.size() && !IsInterrupted(); ++i) {
      File& file = files_[i];
      if (file.watched.TakeChange()) file.is_due = true;
      if (!file.is_due) continue;
      bool is_changed = false;
      std::optional<std::string> page = RunForPage(WordsFor(file.path), [&file, &is_changed] {
        is_changed = file.watched.TakeChange();
        return is_changed || IsInterrupted();
      });
      file.is_due = is_changed;
      if (page.has_value()) pages_.Set(i, *std::move(page));
    }
  }

 private:
  struct File {
    std::string path;
    WatchedFiles watched;
    bool is_due = true;
  };

  static bool IsTest(const std::string& path) {
    const absl::StatusOr<InputFile> file = ReadObjects(path);
    return file.ok() && !file->objects.empty() && FileKindOf(file->objects[0].object.Unpack()) == FileKind::kTest;
  }

  // The command that makes the page of this file.
  std::vector<std::string> WordsFor(const std::string& path) const {
    const bool is_test = IsTest(path);
    std::vector<std::string> words = {is_test ? "test" : "simulate"};
    for (const auto& [flag, value] : arguments_.flags) {
      if (flag == "--port" || (is_test && (flag == "--scenario" || flag == "--seed"))) continue;
      words.push_back(flag);
      if (!value.empty()) words.push_back(value);
    }
    words.push_back(path);
    return words;
  }

  const Arguments& arguments_;
  ServedPages& pages_;
  std::vector<File> files_;
};

absl::StatusOr<std::unique_ptr<HttpsServer>> Listen(const Arguments& arguments, ServedPages* pages) {
  HttpsServerOptions options;
  options.host = "127.0.0.1";
  options.with_tls = false;
  int32_t port = 0;
  if (!absl::SimpleAtoi(arguments.Flag("--port", "8123"), &port) || port < 0 || port > 65535) {
    return absl::InvalidArgumentError("--port is not a number from 0 to 65535");
  }
  options.port = static_cast<uint16_t>(port);
  return HttpsServer::Listen(
      options, [pages](const ServedRequest& request, Respond respond) { pages->Answer(request, std::move(respond)); });
}

// Every FILE must be there at the beginning. Later it may come and go, as editors write files.
absl::Status CheckFiles(const std::vector<std::string>& files) {
  if (files.empty()) return absl::InvalidArgumentError("serve needs a FILE");
  for (const std::string& file : files) {
    if (file == "-") return absl::InvalidArgumentError("serve cannot watch the standard input");
    const absl::StatusOr<std::string> text = ReadFile(file);
    if (!text.ok()) return text.status();
  }
  return absl::OkStatus();
}

}  // namespace

int Serve(const std::vector<std::string>& words) {
  const absl::StatusOr<Arguments> arguments = ParseArguments(words, kHelp);
  if (!arguments.ok()) return Fail(arguments.status());
  if (arguments->flags.count("--help") > 0) {
    std::cout << kHelp;
    return kAsWished;
  }
  const absl::Status files = CheckFiles(arguments->files);
  if (!files.ok()) return Fail(files);
  ServedPages pages(arguments->files);
  const absl::StatusOr<std::unique_ptr<HttpsServer>> server = Listen(*arguments, &pages);
  if (!server.ok()) return Fail(server.status());
  std::cout << "serving " << arguments->files.size() << (arguments->files.size() == 1 ? " page" : " pages")
            << " on http://127.0.0.1:" << (*server)->port() << "/" << std::endl;
  const EndsInOrder ends_in_order;
  PageMaker maker(*arguments, &pages);
  auto told = std::chrono::steady_clock::now();
  while (!IsInterrupted()) {
    maker.Look();
    std::this_thread::sleep_for(kPause);
    if (std::chrono::steady_clock::now() - told < kLongestWait) continue;
    pages.Expire();
    told = std::chrono::steady_clock::now();
  }
  pages.Expire();
  (*server)->Stop(absl::Seconds(1));
  return kAsWished;
}

}  // namespace lwsctl
