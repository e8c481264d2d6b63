// An API server in the same process: the simulated Kubernetes behind the paths, bodies and codes of a real one, with
// faults that a seed draws. It is an HttpClient that answers requests by timers of a virtual clock.
#ifndef LWS_TESTS_KUBERNETES_FAKE_API_SERVER_H_
#define LWS_TESTS_KUBERNETES_FAKE_API_SERVER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "lws/adapters/kubernetes/http_client.h"
#include "lws/adapters/kubernetes/resource.h"
#include "lws/adapters/simulation/kubernetes/api_server.h"
#include "lws/adapters/simulation/kubernetes/virtual_clock.h"
#include "lws/api/json.h"

namespace lws {

struct WireFaults {
  // The chance of each fault in a thousand requests.
  int32_t refused_for_now = 0;  // 429 with Retry-After
  int32_t error = 0;            // 500, 503, 504
  int32_t lost_before = 0;      // the connection ends before the request is carried out
  int32_t lost_after = 0;       // the connection ends after the request was carried out
  int32_t cut = 0;              // a list ends in the middle, without an error
  int32_t expired = 0;          // 410 for a page after the first, and for a watch
  // The chance of each fault in a thousand events of a watch.
  int32_t watch_cut = 0;      // the stream ends in the middle of a line
  int32_t watch_error = 0;    // an ERROR event with 410 or 500
  int32_t watch_silent = 0;   // nothing comes any more
  int32_t watch_strange = 0;  // a line that is not an event
  absl::Duration most_slow;   // the longest delay of each answer and event
  std::string forbidden;      // requests for this plural are answered with 403
  std::string silent_kind;    // nothing comes on watches of this kind
  int64_t compacted = 0;      // versions below this one are not remembered
};

class FakeApiServer final : public internal::HttpClient {
 public:
  // Borrows the clock and the server.
  FakeApiServer(simulation::VirtualClock* clock, simulation::ApiServer* server, uint64_t seed, WireFaults faults);

  uint64_t Start(internal::HttpRequest request, std::shared_ptr<internal::HttpSink> sink) override;
  void Cancel(uint64_t id) override;

  // The client's process ends: nobody receives the answers to its requests any more.
  void Disconnect();
  // May be changed at any time.
  WireFaults& faults() { return faults_; }

  // The objects of a kind as they were at a version, by "NAMESPACE/NAME".
  std::map<std::string, SharedJson> ObjectsAt(const std::string& kind, int64_t version) const;

  // The number of requests by "METHOD PLURAL", with "WATCH" and "LIST" in place of GET where it is one.
  const std::map<std::string, int>& requests() const { return requests_; }
  const std::map<int, int>& answers() const { return answers_; }
  // The number of requests that came before the time that a refusal of the same request had set.
  int too_early() const { return too_early_; }
  const std::vector<Json>& events() const { return events_; }

 private:
  struct HistoryEntry {
    int64_t version = 0;
    std::string type;
    SharedJson object;
  };
  struct Watch {
    const internal::Resource* resource = nullptr;
    std::string label;  // of the objects that are watched; empty: all
    bool is_metadata = false;
    bool is_silent = false;
    absl::Duration idle_limit;
    uint64_t heard = 0;   // counts the sends, for the idle limit
    absl::Time last_due;  // events keep their order
  };
  struct Exchange {
    internal::HttpRequest request;
    std::shared_ptr<internal::HttpSink> sink;
  };
  struct Answer {
    int code = 200;
    std::string body;
  };
  struct Target {
    const internal::Resource* resource = nullptr;
    ObjectRef key;
    bool is_status = false;
    std::map<std::string, std::string> query;
  };

  bool Happens(int32_t chance) { return static_cast<int32_t>(random_() % 1000) < chance; }
  absl::Duration Draw(absl::Duration most);
  void OnChange(const simulation::ObjectChange& change);
  void Serve(uint64_t id);
  void Send(uint64_t id, const Answer& answer, absl::Duration retry_after = absl::ZeroDuration());
  void End(uint64_t id, const absl::Status& status);
  bool DrawFault(uint64_t id, const Target& target);

  static Target ReadTarget(const std::string& path);
  Answer Do(const internal::HttpRequest& request, const Target& target);
  Answer Write(const internal::HttpRequest& request, const Target& target);
  Answer List(const internal::HttpRequest& request, const Target& target);
  void StartWatch(uint64_t id, const Target& target);
  void SendEvent(uint64_t id, const std::string& type, const Json& object);
  void SendBookmark(uint64_t id);
  void LimitSilence(uint64_t id);

  simulation::VirtualClock& clock_;
  simulation::ApiServer& server_;
  std::mt19937_64 random_;
  WireFaults faults_;
  uint64_t next_id_ = 1;
  int64_t version_ = 0;
  std::map<uint64_t, Exchange> open_;
  std::map<uint64_t, Watch> watches_;
  std::map<std::string, std::vector<HistoryEntry>> history_;   // by kind
  std::map<std::string, std::vector<SharedJson>> list_pages_;  // by token: the rest of a list
  std::map<std::string, int64_t> list_versions_;               // by token
  std::map<std::string, absl::Time> not_before_;               // by method and path
  std::map<std::string, int> requests_;
  std::map<int, int> answers_;
  int too_early_ = 0;
  std::vector<Json> events_;
};

}  // namespace lws

#endif  // LWS_TESTS_KUBERNETES_FAKE_API_SERVER_H_
