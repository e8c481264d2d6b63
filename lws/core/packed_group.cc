#include "lws/core/packed_group.h"

#include <algorithm>

namespace lws {
namespace {

constexpr char kDigits[] = "0123456789abcdef";
constexpr size_t kUidLength = 36;

bool IsDash(size_t place) { return place == 8 || place == 13 || place == 18 || place == 23; }

}  // namespace

std::optional<PackedUid> ParseUid(absl::string_view text) {
  if (text.size() != kUidLength) return std::nullopt;
  PackedUid uid;
  size_t digits = 0;
  for (size_t i = 0; i < kUidLength; ++i) {
    const char c = text[i];
    if (IsDash(i)) {
      if (c != '-') return std::nullopt;
      continue;
    }
    const bool is_letter = c >= 'a' && c <= 'f';
    if (!is_letter && (c < '0' || c > '9')) return std::nullopt;
    const uint32_t digit = static_cast<uint32_t>(is_letter ? c - 'a' + 10 : c - '0');
    uint32_t& word = uid.words[digits++ / 8];
    word = word << 4 | digit;
  }
  return uid;
}

std::string UidText(const PackedUid& uid) {
  std::string text;
  text.reserve(kUidLength);
  for (size_t digits = 0; text.size() < kUidLength; ++digits) {
    if (IsDash(text.size())) text.push_back('-');
    text.push_back(kDigits[uid.words[digits / 8] >> (28 - digits % 8 * 4) & 15]);
  }
  return text;
}

void PackedGroups::SetWorkers(int32_t workers) {
  if (workers <= workers_) return;
  for (std::unique_ptr<Page>& page : pages_) {
    if (page == nullptr) continue;
    std::vector<PackedWorker> wider(static_cast<size_t>(kPageGroups) * workers);
    for (size_t group = 0; group < kPageGroups; ++group) {
      std::copy_n(page->workers.begin() + group * workers_, workers_, wider.begin() + group * workers);
    }
    page->workers = std::move(wider);
  }
  workers_ = workers;
}

PackedGroup& PackedGroups::At(int32_t index) {
  const size_t place = static_cast<size_t>(index) / kPageGroups;
  if (place >= pages_.size()) pages_.resize(place + 1);
  std::unique_ptr<Page>& page = pages_[place];
  if (page == nullptr) {
    page = std::make_unique<Page>();
    page->workers.resize(static_cast<size_t>(kPageGroups) * workers_);
  }
  return page->groups[index % kPageGroups];
}

}  // namespace lws
