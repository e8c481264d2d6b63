// UIDs in 16 bytes, and numbers for texts that many objects share.
//
//   std::optional<lws::PackedUid> uid = lws::ParsePackedUid("5b0c6f0e-7c1d-4c58-9f55-0a9d7f1b2c3d");
//   lws::PackedUidText(*uid);    // "5b0c6f0e-7c1d-4c58-9f55-0a9d7f1b2c3d"
//
// Thread-safety: all functions here may be called concurrently.
#ifndef LWS_CORE_FLEET_OBJECT_IDS_H_
#define LWS_CORE_FLEET_OBJECT_IDS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace lws {

// A UUID.
struct PackedUid {
  std::array<uint32_t, 4> words = {};

  friend bool operator==(const PackedUid& a, const PackedUid& b) {
    return ((a.words[0] ^ b.words[0]) | (a.words[1] ^ b.words[1]) | (a.words[2] ^ b.words[2]) |
            (a.words[3] ^ b.words[3])) == 0;
  }
  friend bool operator!=(const PackedUid& a, const PackedUid& b) { return !(a == b); }
};

// "5b0c6f0e-7c1d-4c58-9f55-0a9d7f1b2c3d", in lower case as Kubernetes writes it; nullopt for any other text.
std::optional<PackedUid> ParsePackedUid(absl::string_view text);
std::string PackedUidText(const PackedUid& uid);

// Numbers for the texts of revision keys and nodes, which are stored once. 0 is the empty text.
using RevisionId = uint16_t;
using NodeId = uint32_t;

}  // namespace lws

#endif  // LWS_CORE_FLEET_OBJECT_IDS_H_
