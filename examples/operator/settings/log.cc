#include "examples/operator/settings/log.h"

#include <unistd.h>

#include <cmath>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"

namespace lws::operator_program {
namespace {

// Writes any bytes as a JSON string.
std::string JsonText(absl::string_view text) {
  return nlohmann::json(std::string(text)).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string LevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarn:
      return "warn";
    case LogLevel::kError:
      return "error";
    case LogLevel::kPanic:
      return "panic";
  }
  return absl::StrCat("Level(", static_cast<int>(level), ")");
}

// Writes the value as JSON: as a number, or as a text in quotes.
std::string EncodedTime(TimeEncoding encoding, absl::Time now) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  switch (encoding) {
    case TimeEncoding::kEpoch:
      return absl::StrFormat("%.7f", static_cast<double>(absl::ToUnixMicros(now)) / 1e6);
    case TimeEncoding::kMillis:
      return absl::StrFormat("%.3f", static_cast<double>(absl::ToUnixMicros(now)) / 1e3);
    case TimeEncoding::kNano:
      return absl::StrCat(absl::ToUnixNanos(now));
    case TimeEncoding::kIso8601:
      return JsonText(absl::FormatTime("%Y-%m-%d%ET%H:%M:%E3SZ", now, utc));
    case TimeEncoding::kRfc3339:
      return JsonText(absl::FormatTime("%Y-%m-%d%ET%H:%M:%SZ", now, utc));
    case TimeEncoding::kRfc3339Nano:
      return JsonText(absl::FormatTime("%Y-%m-%d%ET%H:%M:%E*SZ", now, utc));
  }
  return "0";
}

std::string Fields(const LogEntry& entry, absl::string_view colon, absl::string_view comma) {
  std::string text;
  for (const auto& [key, value] : entry.fields) {
    absl::StrAppend(&text, text.empty() ? "" : comma, JsonText(key), colon, JsonText(value));
  }
  return text;
}

std::string ConsoleLine(const LogFormat& format, const LogEntry& entry, absl::Time now) {
  std::string time = EncodedTime(format.time, now);
  if (time[0] == '"') time = time.substr(1, time.size() - 2);
  std::string line = absl::StrCat(time, "\t", absl::AsciiStrToUpper(LevelName(entry.level)), "\t");
  if (!entry.logger.empty()) absl::StrAppend(&line, entry.logger, "\t");
  absl::StrAppend(&line, entry.message);
  if (!entry.fields.empty()) absl::StrAppend(&line, "\t{", Fields(entry, ": ", ", "), "}");
  return line + "\n";
}

std::string JsonLine(const LogFormat& format, const LogEntry& entry, absl::Time now) {
  std::string line =
      absl::StrCat("{\"level\":", JsonText(LevelName(entry.level)), ",\"ts\":", EncodedTime(format.time, now));
  if (!entry.logger.empty()) absl::StrAppend(&line, ",\"logger\":", JsonText(entry.logger));
  absl::StrAppend(&line, ",\"msg\":", JsonText(entry.message));
  if (!entry.fields.empty()) absl::StrAppend(&line, ",", Fields(entry, ":", ","));
  return line + "}\n";
}

// A number n above 0 shows entries up to V(n), which has the level -n.
int LeastLevel(const LogSettings& settings) {
  if (settings.level == "debug") return static_cast<int>(LogLevel::kDebug);
  if (settings.level == "info") return static_cast<int>(LogLevel::kInfo);
  if (settings.level == "error") return static_cast<int>(LogLevel::kError);
  if (settings.level == "panic") return static_cast<int>(LogLevel::kPanic);
  int number = 0;
  if (absl::SimpleAtoi(settings.level, &number)) return -number;
  return static_cast<int>(settings.development ? LogLevel::kDebug : LogLevel::kInfo);
}

TimeEncoding EncodingOf(const LogSettings& settings) {
  if (settings.time_encoding == "epoch") return TimeEncoding::kEpoch;
  if (settings.time_encoding == "millis") return TimeEncoding::kMillis;
  if (settings.time_encoding == "nano") return TimeEncoding::kNano;
  if (settings.time_encoding == "iso8601") return TimeEncoding::kIso8601;
  return settings.time_encoding == "rfc3339nano" ? TimeEncoding::kRfc3339Nano : TimeEncoding::kRfc3339;
}

}  // namespace

LogFormat LogFormatOf(const LogSettings& settings) {
  LogFormat format;
  format.is_console = settings.encoder.empty() ? settings.development : settings.encoder == "console";
  format.least_level = LeastLevel(settings);
  format.time = EncodingOf(settings);
  return format;
}

std::string LogLine(const LogFormat& format, const LogEntry& entry, absl::Time now) {
  if (static_cast<int>(entry.level) < format.least_level) return "";
  return format.is_console ? ConsoleLine(format, entry, now) : JsonLine(format, entry, now);
}

// Each line is one write, so that the lines of several threads do not mix.
void Log::Write(const LogEntry& entry, absl::Time now) const {
  const std::string line = LogLine(format_, entry, now);
  if (!line.empty() && write(STDERR_FILENO, line.data(), line.size()) < 0) return;
}

}  // namespace lws::operator_program
