#include "lws/core/fleet/packed_group.h"

#include <algorithm>
#include <memory>
#include <new>

namespace lws::internal {
void PackedGroups::FreePage::operator()(std::byte* page) const {
  ::operator delete(page, std::align_val_t(alignof(PackedGroup)));
}

PackedGroups::Page PackedGroups::MakePage(int32_t workers) {
  const size_t group_bytes = GroupBytes(workers);
  Page page(static_cast<std::byte*>(::operator new(group_bytes* kPageGroups, std::align_val_t(alignof(PackedGroup)))));
  for (size_t i = 0; i < kPageGroups; ++i) {
    auto* group = new (page.get() + i * group_bytes) PackedGroup();
    std::uninitialized_value_construct_n(reinterpret_cast<PackedWorker*>(group + 1), workers);
  }
  return page;
}

void PackedGroups::SetWorkers(int32_t workers) {
  if (workers <= workers_) return;
  const size_t wider_bytes = GroupBytes(workers);
  for (Page& page : pages_) {
    if (page == nullptr) continue;
    Page wider = MakePage(workers);
    for (size_t i = 0; i < kPageGroups; ++i) {
      const std::byte* from = page.get() + i * group_bytes_;
      std::copy_n(from, sizeof(PackedGroup) + sizeof(PackedWorker) * static_cast<size_t>(workers_),
                  wider.get() + i * wider_bytes);
    }
    page = std::move(wider);
  }
  workers_ = workers;
  group_bytes_ = wider_bytes;
}

PackedGroup& PackedGroups::At(int32_t index) {
  const size_t place = static_cast<size_t>(index) / kPageGroups;
  if (place >= pages_.size()) pages_.resize(place + 1);
  if (pages_[place] == nullptr) pages_[place] = MakePage(workers_);
  return *Find(index);
}

}  // namespace lws::internal
