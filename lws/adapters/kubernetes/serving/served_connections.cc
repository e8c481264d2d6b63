#include "lws/adapters/kubernetes/serving/served_connections.h"

namespace lws::internal {

bool ConnectionList::Add(ServedConnection* connection, const std::weak_ptr<ServedConnection>& reference, size_t most) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (is_closed_ || open_.size() >= most) return false;
  open_[connection] = reference;
  return true;
}

void ConnectionList::Remove(ServedConnection* connection) {
  const std::lock_guard<std::mutex> lock(mutex_);
  open_.erase(connection);
  changed_.notify_all();
}

std::vector<std::shared_ptr<ServedConnection>> ConnectionList::Close() {
  const std::lock_guard<std::mutex> lock(mutex_);
  is_closed_ = true;
  std::vector<std::shared_ptr<ServedConnection>> connections;
  for (const auto& [connection, reference] : open_) {
    if (std::shared_ptr<ServedConnection> alive = reference.lock(); alive != nullptr) connections.push_back(alive);
  }
  return connections;
}

bool ConnectionList::IsClosed() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return is_closed_;
}

bool ConnectionList::WaitUntilEmpty(absl::Duration drain) {
  std::unique_lock<std::mutex> lock(mutex_);
  return changed_.wait_for(lock, absl::ToChronoNanoseconds(drain), [this] { return open_.empty(); });
}

void WaitingConnections::Add(uint64_t id, std::shared_ptr<ServedConnection> connection) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!is_closed_) waiting_[id] = std::move(connection);
}

void WaitingConnections::Answer(uint64_t id, std::optional<ServedAnswer> answer) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = waiting_.find(id);
  if (found == waiting_.end()) return;
  const std::shared_ptr<ServedConnection> connection = std::move(found->second);
  waiting_.erase(found);
  connection->Answered(std::move(answer));
}

void WaitingConnections::Close() {
  const std::lock_guard<std::mutex> lock(mutex_);
  is_closed_ = true;
  waiting_.clear();
}

}  // namespace lws::internal
