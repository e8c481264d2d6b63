#include "lws/api/quantity.h"

#include <openssl/bn.h>

#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace lws {

struct Quantity::Amount {
  Amount() : bn(BN_new()) {}
  ~Amount() { BN_free(bn); }
  Amount(const Amount&) = delete;
  Amount& operator=(const Amount&) = delete;

  BIGNUM* bn;
};

namespace {

constexpr int64_t kBillion = 1000000000;
constexpr int kNanoDigits = 9;

// A text split into sign, whole part, fraction and suffix. The parts are not interpreted yet.
struct Pieces {
  bool negative = false;
  absl::string_view whole;  // without leading zeros
  absl::string_view fraction;
  absl::string_view suffix;
};

struct Suffix {
  Quantity::Format format = Quantity::Format::kDecimalSi;
  int exponent = 0;  // of 2 for kBinarySi, else of 10
};

constexpr struct {
  const char* text;
  Suffix suffix;
} kSuffixes[] = {
    {"", {Quantity::Format::kDecimalSi, 0}},   {"n", {Quantity::Format::kDecimalSi, -9}},
    {"u", {Quantity::Format::kDecimalSi, -6}}, {"m", {Quantity::Format::kDecimalSi, -3}},
    {"k", {Quantity::Format::kDecimalSi, 3}},  {"M", {Quantity::Format::kDecimalSi, 6}},
    {"G", {Quantity::Format::kDecimalSi, 9}},  {"T", {Quantity::Format::kDecimalSi, 12}},
    {"P", {Quantity::Format::kDecimalSi, 15}}, {"E", {Quantity::Format::kDecimalSi, 18}},
    {"Ki", {Quantity::Format::kBinarySi, 10}}, {"Mi", {Quantity::Format::kBinarySi, 20}},
    {"Gi", {Quantity::Format::kBinarySi, 30}}, {"Ti", {Quantity::Format::kBinarySi, 40}},
    {"Pi", {Quantity::Format::kBinarySi, 50}}, {"Ei", {Quantity::Format::kBinarySi, 60}},
};

absl::string_view TakeWhile(absl::string_view* text, absl::string_view allowed) {
  size_t end = text->find_first_not_of(allowed);
  if (end == absl::string_view::npos) end = text->size();
  absl::string_view taken = text->substr(0, end);
  text->remove_prefix(end);
  return taken;
}

absl::StatusOr<Pieces> Cut(absl::string_view text) {
  constexpr absl::string_view kDigits = "0123456789";
  const absl::Status malformed = absl::InvalidArgumentError(
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
  Pieces pieces;
  if (text.empty()) return malformed;
  if (text[0] == '+' || text[0] == '-') {
    pieces.negative = text[0] == '-';
    text.remove_prefix(1);
  }
  TakeWhile(&text, "0");
  pieces.whole = TakeWhile(&text, kDigits);
  if (absl::ConsumePrefix(&text, ".")) pieces.fraction = TakeWhile(&text, kDigits);
  const char* suffix = text.data();
  TakeWhile(&text, "eEinumkKMGTP");
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) text.remove_prefix(1);
  TakeWhile(&text, kDigits);
  if (!text.empty()) return malformed;
  pieces.suffix = absl::string_view(suffix, text.data() - suffix);
  return pieces;
}

absl::StatusOr<Suffix> Understand(absl::string_view text) {
  for (const auto& row : kSuffixes) {
    if (text == row.text) return row.suffix;
  }
  int exponent = 0;
  const bool scientific = text.size() > 1 && (text[0] == 'e' || text[0] == 'E');
  if (!scientific || !absl::SimpleAtoi(text.substr(1), &exponent)) {
    return absl::InvalidArgumentError("unable to parse quantity's suffix");
  }
  if (exponent < -Quantity::kMaxExponent || exponent > Quantity::kMaxExponent) {
    return absl::InvalidArgumentError(
        absl::StrCat("exponents must be between -", Quantity::kMaxExponent, " and ", Quantity::kMaxExponent));
  }
  return Suffix{Quantity::Format::kDecimalExponent, exponent};
}

// Whether the number is so short that Kubernetes keeps it as an int64 and a power of ten. `scale` is that power.
bool IsShort(const Pieces& pieces, const Suffix& suffix, int* scale) {
  const int whole_digits = std::max(1, static_cast<int>(pieces.whole.size()));
  const int fraction_digits = static_cast<int>(pieces.fraction.size());
  *scale = 0;
  if (suffix.format == Quantity::Format::kBinarySi) {
    return fraction_digits == 0 && 15 - whole_digits - suffix.exponent * 3 / 10 - 1 >= 0;
  }
  *scale = suffix.exponent - fraction_digits;
  return 18 - whole_digits - fraction_digits >= 0 && *scale >= -kNanoDigits;
}

// Whether the text of a short number already has the form that Kubernetes would print: Kubernetes then keeps the text.
bool KeepsText(const Pieces& pieces, const Suffix& suffix, int scale) {
  const std::string digits = absl::StrCat(pieces.whole.empty() ? "0" : pieces.whole, pieces.fraction);
  if (suffix.format == Quantity::Format::kBinarySi) {
    int64_t count = 0;
    return absl::SimpleAtoi(digits, &count) && count % 8 != 0;
  }
  return scale % 3 == 0 && digits[0] != '0' && !absl::EndsWith(digits, "000");
}

void MultiplyByPowerOfTen(BIGNUM* bn, int exponent) {
  for (; exponent >= 9; exponent -= 9) BN_mul_word(bn, kBillion);
  for (; exponent > 0; --exponent) BN_mul_word(bn, 10);
}

// Divides a magnitude by 10^exponent, rounding up.
void DivideRoundingUp(BIGNUM* bn, int exponent) {
  bool rest = false;
  for (; exponent > 0 && !BN_is_zero(bn); exponent -= 9) {
    BN_ULONG divisor = 1;
    for (int i = 0; i < std::min(exponent, 9); ++i) divisor *= 10;
    rest |= BN_div_word(bn, divisor) != 0;
  }
  if (rest) BN_add_word(bn, 1);
}

std::string ToDecimal(const BIGNUM* bn) {
  char* text = BN_bn2dec(bn);
  std::string result(text);
  OPENSSL_free(text);
  return result;
}

// Writes `sign` + digits * 10^exponent. The exponent is lowered to a multiple of three, and trailing thousands are
// moved into it.
std::string WriteDecimal(const BIGNUM* billionths, Quantity::Format format) {
  std::string digits = ToDecimal(billionths);
  int exponent = -kNanoDigits;
  while (absl::EndsWith(digits, "000")) {
    digits.resize(digits.size() - 3);
    exponent += 3;
  }
  if (format == Quantity::Format::kDecimalExponent) {
    return exponent == 0 ? digits : absl::StrCat(digits, "e", exponent);
  }
  for (const auto& row : kSuffixes) {
    if (row.suffix.format == Quantity::Format::kDecimalSi && row.suffix.exponent == exponent) {
      return absl::StrCat(digits, row.text);
    }
  }
  return digits;
}

bool IsBelow1024(const BIGNUM* billionths) {
  BIGNUM* limit = BN_new();
  BN_set_word(limit, 1024 * kBillion);
  const bool below = BN_ucmp(billionths, limit) < 0;
  BN_free(limit);
  return below;
}

// Returns nullopt when the amount is not a whole number.
std::optional<std::string> WriteBinary(const BIGNUM* billionths) {
  BIGNUM* units = BN_dup(billionths);
  std::optional<std::string> result;
  if (BN_div_word(units, kBillion) == 0) {
    static constexpr const char* kNames[] = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
    int power = 0;
    while (power < 6 && BN_mod_word(units, 1024) == 0) {
      BN_div_word(units, 1024);
      ++power;
    }
    result = absl::StrCat(ToDecimal(units), kNames[power]);
  }
  BN_free(units);
  return result;
}

// The magnitude's low 64 bits.
uint64_t LowBits(const BIGNUM* bn) {
  unsigned char bytes[8] = {};
  BIGNUM* low = BN_dup(bn);
  BN_set_negative(low, 0);
  if (BN_num_bits(low) > 64) BN_mask_bits(low, 64);
  BN_bn2binpad(low, bytes, sizeof(bytes));
  BN_free(low);
  uint64_t value = 0;
  for (unsigned char byte : bytes) value = value << 8 | byte;
  return value;
}

}  // namespace

Quantity::Quantity() : amount_(std::make_unique<Amount>()) {}
Quantity::~Quantity() = default;
Quantity::Quantity(Quantity&&) noexcept = default;
Quantity& Quantity::operator=(Quantity&&) noexcept = default;

Quantity::Quantity(const Quantity& other)
    : amount_(std::make_unique<Amount>()),
      format_(other.format_),
      long_form_(other.long_form_),
      kept_text_(other.kept_text_) {
  BN_copy(amount_->bn, other.amount_->bn);
}

Quantity& Quantity::operator=(const Quantity& other) {
  if (this != &other) *this = Quantity(other);
  return *this;
}

absl::StatusOr<Quantity> Quantity::Parse(absl::string_view text) {
  if (text.size() > kMaxLength) {
    return absl::InvalidArgumentError(absl::StrCat("quantities must have at most ", kMaxLength, " characters"));
  }
  absl::StatusOr<Pieces> pieces = Cut(text);
  if (!pieces.ok()) return pieces.status();
  absl::StatusOr<Suffix> suffix = Understand(pieces->suffix);
  if (!suffix.ok()) return suffix.status();
  const bool is_decimal = suffix->format != Format::kBinarySi;
  if (is_decimal && static_cast<int>(pieces->whole.size()) + suffix->exponent > kMaxExponent) {
    return absl::InvalidArgumentError(absl::StrCat("quantities must be below 1e", kMaxExponent));
  }

  Quantity result;
  result.format_ = suffix->format;
  BIGNUM* bn = result.amount_->bn;
  BN_dec2bn(&bn, absl::StrCat("0", pieces->whole, pieces->fraction).c_str());
  int decimal = kNanoDigits - static_cast<int>(pieces->fraction.size());
  if (suffix->format == Format::kBinarySi) {
    BN_lshift(bn, bn, suffix->exponent);
  } else {
    decimal += suffix->exponent;
  }
  if (decimal >= 0) {
    MultiplyByPowerOfTen(bn, decimal);
  } else {
    DivideRoundingUp(bn, -decimal);
  }
  int scale = 0;
  const bool is_short = IsShort(*pieces, *suffix, &scale);
  if (is_short && KeepsText(*pieces, *suffix, scale)) result.kept_text_ = std::string(text);
  result.long_form_ = !is_short;
  if (suffix->format == Format::kBinarySi && !result.FitsInt64()) {
    BN_set_word(bn, INT64_MAX);
    BN_mul_word(bn, kBillion);
    result.long_form_ = false;
  }
  BN_set_negative(bn, pieces->negative);
  return result;
}

std::string Quantity::ToString() const {
  if (!kept_text_.empty()) return kept_text_;
  if (IsZero()) return "0";
  Format format = format_;
  if (format == Format::kBinarySi) {
    if (!IsBelow1024(amount_->bn)) {
      if (std::optional<std::string> text = WriteBinary(amount_->bn); text.has_value()) return *std::move(text);
    }
    format = Format::kDecimalSi;
  }
  return WriteDecimal(amount_->bn, format);
}

int Quantity::Sign() const { return BN_is_zero(amount_->bn) ? 0 : BN_is_negative(amount_->bn) ? -1 : 1; }

int Quantity::Compare(const Quantity& other) const { return BN_cmp(amount_->bn, other.amount_->bn); }

void Quantity::Add(const Quantity& other) {
  if (IsZero()) format_ = other.format_;
  BN_add(amount_->bn, amount_->bn, other.amount_->bn);
  long_form_ |= other.long_form_;
  kept_text_.clear();
}

void Quantity::Multiply(int64_t count) {
  const bool negative = (count < 0) != (Sign() < 0);
  BN_set_negative(amount_->bn, 0);
  BN_mul_word(amount_->bn, count < 0 ? -static_cast<uint64_t>(count) : static_cast<uint64_t>(count));
  BN_set_negative(amount_->bn, negative);
  kept_text_.clear();
}

bool Quantity::FitsInt64() const {
  BIGNUM* limit = BN_new();
  BN_set_word(limit, INT64_MAX);
  BN_mul_word(limit, kBillion);
  const bool fits = BN_ucmp(amount_->bn, limit) <= 0;
  BN_free(limit);
  return fits;
}

std::optional<int64_t> Quantity::Value() const {
  if (!FitsInt64()) return std::nullopt;
  if (Sign() < 0 && long_form_) {
    const int64_t wrapped = static_cast<int64_t>(-LowBits(amount_->bn));
    return wrapped / kBillion + (wrapped % kBillion != 0 ? 1 : 0);
  }
  BIGNUM* units = BN_dup(amount_->bn);
  const bool rest = BN_div_word(units, kBillion) != 0;
  const int64_t magnitude = static_cast<int64_t>(LowBits(units));
  BN_free(units);
  return (Sign() < 0 ? -magnitude : magnitude) + (rest ? 1 : 0);
}

}  // namespace lws
