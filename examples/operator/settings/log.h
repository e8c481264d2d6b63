// Log lines in the format of zap, which log collectors of the reference's users parse: console lines or JSON.
//
//   const LogFormat format = LogFormatOf({});
//   LogLine(format, {LogLevel::kInfo, "setup", "starting", {{"version", "v1"}}}, now);
//   // {"level":"info","ts":"2026-01-02T03:04:05Z","logger":"setup","msg":"starting","version":"v1"}
//
// Thread-safety: all functions here, and Log::Write, may be called concurrently.
#ifndef LWS_EXAMPLES_OPERATOR_SETTINGS_LOG_H_
#define LWS_EXAMPLES_OPERATOR_SETTINGS_LOG_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "examples/operator/settings/configuration.h"

namespace lws::operator_program {

// Finer levels are below kDebug: kDebug - 1 is V(2).
enum class LogLevel { kDebug = -1, kInfo = 0, kWarn = 1, kError = 2, kPanic = 4 };

struct LogEntry {
  LogLevel level = LogLevel::kInfo;
  std::string logger;  // empty: no logger
  std::string message;
  std::vector<std::pair<std::string, std::string>> fields;
};

enum class TimeEncoding { kEpoch, kMillis, kNano, kIso8601, kRfc3339, kRfc3339Nano };

struct LogFormat {
  bool is_console = false;
  int least_level = 0;  // entries below are left out
  TimeEncoding time = TimeEncoding::kRfc3339;
};

// Production writes JSON from the level info on. Development writes console lines from the level debug on. The
// settings override both.
LogFormat LogFormatOf(const LogSettings& settings);

// The line with its line break; "" for an entry below the least level.
std::string LogLine(const LogFormat& format, const LogEntry& entry, absl::Time now);

// Writes lines to standard error.
class Log {
 public:
  explicit Log(LogFormat format) : format_(format) {}

  void Write(const LogEntry& entry, absl::Time now) const;
  bool IsWritten(LogLevel level) const { return static_cast<int>(level) >= format_.least_level; }

 private:
  LogFormat format_;
};

}  // namespace lws::operator_program

#endif  // LWS_EXAMPLES_OPERATOR_SETTINGS_LOG_H_
