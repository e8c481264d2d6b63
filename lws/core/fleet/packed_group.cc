#include "lws/core/fleet/packed_group.h"

#include <algorithm>
#include <memory>
#include <new>
#include <utility>

namespace lws::internal {
void PackedGroups::FreePage::operator()(std::byte* page) const {
  ::operator delete(page, std::align_val_t(alignof(PackedGroup)));
}

PackedGroups::Page PackedGroups::MakePage(int32_t workers) {
  const size_t group_bytes = GroupBytes(workers);
  Page page;
  page.bytes.reset(
      static_cast<std::byte*>(::operator new(group_bytes* kPageGroups, std::align_val_t(alignof(PackedGroup)))));
  page.workers = workers;
  page.group_bytes = static_cast<uint32_t>(group_bytes);
  for (size_t i = 0; i < kPageGroups; ++i) {
    auto* group = new (page.bytes.get() + i * group_bytes) PackedGroup();
    std::uninitialized_value_construct_n(reinterpret_cast<PackedWorker*>(group + 1), workers);
  }
  return page;
}

void PackedGroups::Widen(int32_t workers, Page* page) {
  if (workers <= page->workers) return;
  Page wider = MakePage(workers);
  for (size_t i = 0; i < kPageGroups; ++i) {
    std::copy_n(page->bytes.get() + i * page->group_bytes,
                sizeof(PackedGroup) + sizeof(PackedWorker) * static_cast<size_t>(page->workers),
                wider.bytes.get() + i * wider.group_bytes);
  }
  *page = std::move(wider);
}

void PackedGroups::SetMostWorkers(int32_t workers) {
  if (workers <= most_workers_) return;
  most_workers_ = workers;
  for (Page& page : pages_) {
    if (page.bytes != nullptr) Widen(std::min(most_workers_, kFirstWorkers), &page);
  }
}

void PackedGroups::MakeRoom(int32_t index, int32_t worker) {
  const int32_t room = RoomFor(index, worker);
  At(index);
  Widen(room, &pages_[static_cast<size_t>(index) / kPageGroups]);
}

PackedGroup& PackedGroups::At(int32_t index) {
  const size_t page = static_cast<size_t>(index) / kPageGroups;
  if (page >= pages_.size()) pages_.resize(page + 1);
  if (pages_[page].bytes == nullptr) pages_[page] = MakePage(std::min(most_workers_, kFirstWorkers));
  return *Find(index);
}

}  // namespace lws::internal
