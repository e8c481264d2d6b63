// Kubernetes resource quantities ("500m", "1.5Gi", "1e3"), exact at any size.
//
//   lws::Quantity q = *lws::Quantity::Parse("1.5Gi");
//   q.Add(*lws::Quantity::Parse("512Mi"));
//   q.ToString();        // "2Gi"
//   q.Value();           // 2147483648
//
// A quantity is a whole number of billionths (n). Finer amounts are rounded away from zero when they are read, and
// binary quantities (Ki..Ei) are capped at 2^63-1, as in Kubernetes.
//
// Laws:
//   1. Parse(q.ToString()) equals q in value, while q is below 10^21 or in kDecimalExponent. From 10^21 on Kubernetes
//      has no suffix, and writes the digits alone; this class writes the same.
//   2. Compare is a total order, and agrees with adding the same quantity to both sides.
//   3. Add is exact, commutative in value, and associative in value.
//   4. ToString is idempotent, Parse(s.ToString()).ToString() == s.ToString(), except for binary quantities that are no
//      multiple of 1024: "62.50Ki" is written as "64000", which is then read as a decimal quantity, "64k".
//
// Thread-safety: distinct objects are independent; const methods may be called concurrently.
#ifndef LWS_API_QUANTITY_H_
#define LWS_API_QUANTITY_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace lws {

class Quantity {
 public:
  // How a quantity is written: "1500M", "1.5Gi" or "15e8".
  enum class Format { kDecimalSi, kBinarySi, kDecimalExponent };

  // Parse accepts exponents up to this, of either sign, and amounts below ten to the power of it. Kubernetes has no
  // limit here, and takes time and memory in proportion to the number that the text holds.
  static constexpr int kMaxExponent = 1000;
  // Parse accepts texts up to this length.
  static constexpr int kMaxLength = 1000;

  // Zero, in kDecimalSi.
  Quantity();
  ~Quantity();
  Quantity(const Quantity& other);
  Quantity& operator=(const Quantity& other);
  Quantity(Quantity&&) noexcept;
  Quantity& operator=(Quantity&&) noexcept;

  // Errors: InvalidArgument in Kubernetes' words, or saying which limit the text is beyond. Complexity:
  // O(length^2 + exponent^2).
  static absl::StatusOr<Quantity> Parse(absl::string_view text);

  // The text that Kubernetes prints and stores: it has the largest suffix that leaves no fraction. A short text that
  // already had such a form stays as it was written ("+0015", "3.M").
  std::string ToString() const;

  // -1, 0 or 1 for less, equal, greater.
  int Compare(const Quantity& other) const;
  bool IsZero() const { return Sign() == 0; }
  int Sign() const;

  // Adds `other`. A zero takes over the other's format.
  void Add(const Quantity& other);

  // Multiplies by a count.
  void Multiply(int64_t count);

  // The amount in whole units, rounded up; nullopt when it is outside of int64. Kubernetes' rounding gives one more
  // than the truncated amount for negative amounts with a fraction, and an arbitrary number for very negative ones.
  // Value reproduces both, so calculate with Add and Compare instead.
  std::optional<int64_t> Value() const;

 private:
  struct Amount;

  bool FitsInt64() const;

  std::unique_ptr<Amount> amount_;  // billionths
  Format format_ = Format::kDecimalSi;
  // The number was too long for Kubernetes' int64 form. This only affects Value.
  bool long_form_ = false;
  std::string kept_text_;
};

}  // namespace lws

#endif  // LWS_API_QUANTITY_H_
