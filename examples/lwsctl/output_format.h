// How commands write their results: as a table for people, or as one document for programs.
#ifndef LWS_EXAMPLES_LWSCTL_OUTPUT_FORMAT_H_
#define LWS_EXAMPLES_LWSCTL_OUTPUT_FORMAT_H_

#include <string>
#include <vector>

#include "examples/lwsctl/input.h"
#include "lws/api/json.h"

namespace lwsctl {

// The version that pages and --version tell.
inline constexpr char kVersionLine[] = "lwsctl 0.1.0";

enum class OutputFormat { kTable, kJson, kYaml };

// The value of -o, which ParseArguments checked; `otherwise` without the flag.
OutputFormat OutputFormatOf(const Arguments& arguments, OutputFormat otherwise = OutputFormat::kTable);

// The document in this form, which is not a table. Bytes that are no UTF-8 are replaced.
std::string DocumentText(const lws::Json& document, OutputFormat format);

// Prints objects for kubectl: a stream of YAML documents, or a List in JSON.
void PrintObjects(const std::vector<lws::Json>& objects, OutputFormat format);

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_OUTPUT_FORMAT_H_
