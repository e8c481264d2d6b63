#include "lws/adapters/host/own_writes.h"

#include "lws/adapters/host/resource_version.h"

namespace lws::internal {

void OwnWrites::Starts(const ObjectRef& object) { ++on_its_way_[object].writes; }

OwnWrites::OnItsWay OwnWrites::End(const ObjectRef& target) {
  const auto found = on_its_way_.find(target);
  if (found == on_its_way_.end()) return {};
  OnItsWay told = found->second;
  if (--found->second.writes == 0) on_its_way_.erase(found);
  return told;
}

bool OwnWrites::Wrote(const ObjectRef& object, absl::string_view uid, absl::string_view resource_version) {
  const std::string told = End(object).resource_version;
  if (resource_version.empty()) return true;
  if (told == kNewestVersion || told == resource_version || IsOlderResourceVersion(resource_version, told))
    return false;
  const auto known = written_.find(object);
  if (known != written_.end() && IsOlderResourceVersion(resource_version, known->second.resource_version)) return false;
  written_[object] = {std::string(uid), std::string(resource_version)};
  return true;
}

bool OwnWrites::WroteGone(const ObjectRef& object, absl::string_view uid) {
  const OnItsWay told = End(object);
  // A list reports no UIDs: it may be newer than the deletion, and contain the next object of the name.
  const bool was_told = !told.resource_version.empty() && told.uid != uid;
  if (was_told) return false;
  if (!uid.empty()) written_[object] = {std::string(uid), ""};
  return true;
}

void OwnWrites::Failed(const ObjectRef& object) { End(object); }

bool OwnWrites::IsNews(const ObjectRef& object, absl::string_view uid, absl::string_view resource_version,
                       bool is_gone) {
  const auto on_its_way = on_its_way_.find(object);
  if (on_its_way != on_its_way_.end()) {
    on_its_way->second.uid = std::string(uid);
    on_its_way->second.resource_version = std::string(resource_version);
  }
  const auto found = written_.find(object);
  if (found == written_.end()) return true;
  const Written& written = found->second;
  const bool was_gone = written.resource_version.empty();
  const struct {
    bool matches;
    bool is_news;
    bool ends;
  } table[] = {
      // News of the deleted object is old, until the watch reports its deletion.
      {was_gone && written.uid == uid, false, is_gone},
      {was_gone, true, true},
      {IsOlderResourceVersion(resource_version, written.resource_version), false, false},
      // The echo of the write ends the entry. A deletion is never an echo.
      {!is_gone && resource_version == written.resource_version && uid == written.uid, false, true},
  };
  for (const auto& row : table) {
    if (!row.matches) continue;
    if (row.ends) written_.erase(found);
    return row.is_news;
  }
  written_.erase(found);
  return true;
}

std::vector<ObjectRef> OwnWrites::Listed(absl::string_view kind, absl::string_view resource_version) {
  const ObjectRef first = {std::string(kind), "", ""};
  std::vector<ObjectRef> gone;
  auto it = written_.lower_bound(first);
  while (it != written_.end() && it->first.kind == kind) {
    const std::string& version = it->second.resource_version;
    const bool would_be_listed =
        !version.empty() && !resource_version.empty() && IsAsNewResourceVersion(resource_version, version);
    if (would_be_listed) gone.push_back(it->first);
    it = written_.erase(it);
  }
  for (auto way = on_its_way_.lower_bound(first); way != on_its_way_.end() && way->first.kind == kind; ++way) {
    const bool knows_more = IsOlderResourceVersion(resource_version, way->second.resource_version);
    if (knows_more) continue;
    way->second.uid.clear();
    way->second.resource_version = ResourceVersionOrNewest(resource_version);
  }
  return gone;
}

}  // namespace lws::internal
