// The open connections of a server, and those that wait for the answer of their handler.
//
//   lws::internal::ConnectionList list;
//   list.WaitUntilEmpty(absl::ZeroDuration());    // true: no connection is open
//   list.Close();
//   list.IsClosed();                              // true: Add takes no connection any more
//
// Thread-safety: all functions of these classes may be called concurrently.
#ifndef LWS_ADAPTERS_KUBERNETES_SERVING_SERVED_CONNECTIONS_H_
#define LWS_ADAPTERS_KUBERNETES_SERVING_SERVED_CONNECTIONS_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "lws/adapters/kubernetes/serving/served_request.h"

namespace lws::internal {

// The calls that the server makes on a connection, from any thread.
class ServedConnection {
 public:
  virtual ~ServedConnection() = default;
  // Closes the connection as soon as the request that was begun is answered.
  virtual void Drain() = 0;
  // Closes the connection at once.
  virtual void Abort() = 0;
  // The answer to the request that the handler has; nullopt when it will never come.
  virtual void Answered(std::optional<ServedAnswer> answer) = 0;
};

// The connections that are open.
class ConnectionList {
 public:
  // Returns false when there are `most` connections already, or the list is closed. Complexity: O(log connections).
  bool Add(ServedConnection* connection, const std::weak_ptr<ServedConnection>& reference, size_t most);
  void Remove(ServedConnection* connection);

  // Adds no connection from now on. Returns those that are open.
  std::vector<std::shared_ptr<ServedConnection>> Close();
  bool IsClosed();

  // Returns whether all connections were gone before `drain` was over.
  bool WaitUntilEmpty(absl::Duration drain);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_closed_ = false;
  std::map<ServedConnection*, std::weak_ptr<ServedConnection>> open_;
};

// The connections that wait for their handler. An answer that comes after the server is gone finds no connection here.
class WaitingConnections {
 public:
  void Add(uint64_t id, std::shared_ptr<ServedConnection> connection);

  // Does nothing when no connection waits under the number.
  void Answer(uint64_t id, std::optional<ServedAnswer> answer);

  // Forgets all connections, and those that are still to come.
  void Close();

 private:
  std::mutex mutex_;
  bool is_closed_ = false;
  std::map<uint64_t, std::shared_ptr<ServedConnection>> waiting_;
};

// The reference from a handler to its connection. Without Send, its end closes the connection.
class ServedReply {
 public:
  ServedReply(std::shared_ptr<WaitingConnections> waiting, uint64_t id) : waiting_(std::move(waiting)), id_(id) {}
  ServedReply(const ServedReply&) = delete;
  ServedReply& operator=(const ServedReply&) = delete;
  ~ServedReply() { waiting_->Answer(id_, std::nullopt); }

  void Send(ServedAnswer answer) { waiting_->Answer(id_, std::move(answer)); }

 private:
  std::shared_ptr<WaitingConnections> waiting_;
  uint64_t id_;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_KUBERNETES_SERVING_SERVED_CONNECTIONS_H_
