// Command lines by the rules of Go's flag package, which users of the reference know: one dash or two, "-name=value"
// or "-name value", and switches without a value. The flags end at the first word that is not a flag, or after "--".
//
//   absl::StatusOr<GivenFlags> flags = ParseFlags({"--zap-devel", "-kube-api-qps=20"});
//   flags->at("kube-api-qps");    // "20"
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_EXAMPLES_OPERATOR_SETTINGS_FLAGS_H_
#define LWS_EXAMPLES_OPERATOR_SETTINGS_FLAGS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace lws::operator_program {

// The values of the given flags, by name. The last value of a repeated flag counts. Every value is of its flag's kind.
using GivenFlags = std::map<std::string, std::string>;

// Errors: InvalidArgument in Go's words: "flag provided but not defined: -x", "flag needs an argument: -x", `invalid
// value "x" for flag -x: parse error`. NotFound, "flag: help requested", for -h and -help.
absl::StatusOr<GivenFlags> ParseFlags(const std::vector<std::string>& words);

// The text that -help prints: each flag with its meaning.
std::string FlagsHelp();

// The value of a switch in GivenFlags: true for each word that means true in Go.
bool IsTrueFlag(const std::string& value);

// Reads a duration as Go writes it: "15s", "1m30s". REQUIRES: `value` comes from ParseFlags.
absl::Duration DurationOfFlag(const std::string& value);

}  // namespace lws::operator_program

#endif  // LWS_EXAMPLES_OPERATOR_SETTINGS_FLAGS_H_
