// Packs small numbers into a word, one after the other.
//
//   Pair pair = {/*a=*/5, /*b=*/1};    // Pair::ForEachField(pair, field) calls field(pair.a, 3) and field(pair.b, 1)
//   uint64_t word = lws::internal::PackCheckedFields(pair, /*shift=*/0);
//   word;                              // 13: a in bits 0-2, b in bit 3
//   lws::internal::UnpackCheckedFields(word, /*shift=*/0, &pair);
//
// The static function ForEachField of the struct calls `field` with every member and the number of its bits, in the
// order of the bits.
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_ADAPTERS_TESTING_CHECKER_PACKED_FIELDS_H_
#define LWS_ADAPTERS_TESTING_CHECKER_PACKED_FIELDS_H_

#include <cassert>
#include <cstdint>
#include <type_traits>

namespace lws::internal {

// Packs from bit `shift` on. REQUIRES: every member fits its bits, and all fit the word.
template <typename S>
uint64_t PackCheckedFields(const S& fields, int shift) {
  uint64_t word = 0;
  S::ForEachField(fields, [&](const auto& value, int bits) {
    assert(static_cast<uint64_t>(value) < uint64_t{1} << bits && shift + bits <= 64);
    word |= static_cast<uint64_t>(value) << shift;
    shift += bits;
  });
  return word;
}

template <typename S>
void UnpackCheckedFields(uint64_t word, int shift, S* fields) {
  word >>= shift;
  S::ForEachField(*fields, [&](auto& value, int bits) {
    value = static_cast<std::decay_t<decltype(value)>>(word & ((uint64_t{1} << bits) - 1));
    word >>= bits;
  });
}

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_CHECKER_PACKED_FIELDS_H_
