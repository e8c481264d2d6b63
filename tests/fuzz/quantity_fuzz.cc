// Quantities of any bytes: laws 1 and 4 of quantity.h, and its limits.
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lws/api/quantity.h"
#include "tests/fuzz/fuzz_check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<lws::Quantity> quantity = lws::Quantity::Parse(text);
  if (!quantity.ok()) return 0;
  FUZZ_CHECK(size <= static_cast<size_t>(lws::Quantity::kMaxLength), "a long text is refused");
  const std::string written = quantity->ToString();
  const absl::StatusOr<lws::Quantity> again = lws::Quantity::Parse(written);
  FUZZ_CHECK(again.ok(), "law 1: what is written reads");
  lws::Quantity limit = *lws::Quantity::Parse("1e21");
  lws::Quantity negative_limit = *lws::Quantity::Parse("-1e21");
  const bool is_small = quantity->Compare(limit) < 0 && quantity->Compare(negative_limit) > 0;
  if (is_small) FUZZ_CHECK(again->Compare(*quantity) == 0, "law 1: what is written has the same value");
  const bool is_binary = text.find('i') != absl::string_view::npos;
  if (!is_binary && is_small) FUZZ_CHECK(again->ToString() == written, "law 4: what is written stays");
  lws::Quantity twice = *quantity;
  twice.Add(*quantity);
  lws::Quantity doubled = *quantity;
  doubled.Multiply(2);
  FUZZ_CHECK(twice.Compare(doubled) == 0, "law 3: adding is exact");
  return 0;
}
