// Kubernetes' int-or-string where it means a number or a share: 3, or "25%".
//
//   lws::IntOrPercent surge = lws::IntOrPercent::Text("25%");
//   *surge.Scale(5, lws::Rounding::kUp);     // 2
//   *surge.Scale(5, lws::Rounding::kDown);   // 1
//
// Laws:
//   1. An int scales to itself, whatever the total.
//   2. 0% scales to 0 and 100% to the total; for a total >= 0 scaling is monotonic in the percentage and in the total.
//   3. Rounding up gives the same as rounding down, or one more.
//
// Thread-safety: values; const methods may be called concurrently.
#ifndef LWS_API_INT_OR_PERCENT_H_
#define LWS_API_INT_OR_PERCENT_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"

namespace lws {

enum class Rounding { kDown, kUp };

class IntOrPercent {
 public:
  // The number 0.
  IntOrPercent() = default;

  static IntOrPercent Int(int32_t value) { return IntOrPercent(value); }
  // Holds any text. A text that is not a percentage fails when it is scaled.
  static IntOrPercent Text(std::string text) { return IntOrPercent(std::move(text)); }

  bool is_text() const { return is_text_; }
  int32_t number() const { return number_; }
  const std::string& text() const { return text_; }

  // The number itself, or the text's percentage of `total`. Errors: InvalidArgument for a text that is not an integer
  // followed by '%' (a sign is allowed, as in Kubernetes), or whose result is outside of int32.
  absl::StatusOr<int32_t> Scale(int32_t total, Rounding rounding) const;

  // "3" or "25%".
  std::string ToString() const;

  friend bool operator==(const IntOrPercent& a, const IntOrPercent& b) {
    return a.is_text_ == b.is_text_ && a.number_ == b.number_ && a.text_ == b.text_;
  }

 private:
  explicit IntOrPercent(int32_t value) : number_(value) {}
  explicit IntOrPercent(std::string text) : is_text_(true), text_(std::move(text)) {}

  bool is_text_ = false;
  int32_t number_ = 0;
  std::string text_;
};

}  // namespace lws

#endif  // LWS_API_INT_OR_PERCENT_H_
