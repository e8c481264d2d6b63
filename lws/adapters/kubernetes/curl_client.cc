#include "lws/adapters/kubernetes/curl_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "lws/adapters/kubernetes/credentials.h"
#include "lws/adapters/kubernetes/curl_request.h"
#include "lws/adapters/kubernetes/request_budget.h"

namespace lws::internal {
namespace {

constexpr int kMostWaitMilliseconds = 1000;

// One call that a sink is to receive.
struct Notice {
  enum class Kind { kHead, kBytes, kEnd };
  uint64_t id = 0;
  Kind kind = Kind::kHead;
  HttpHead head;
  std::string bytes;
  absl::Status status;
};

// The connection failed, and nobody knows whether the server handled the request.
bool WasLetGo(CURLcode code) {
  return code == CURLE_HTTP2 || code == CURLE_HTTP2_STREAM || code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR ||
         code == CURLE_GOT_NOTHING;
}

}  // namespace

// The client's thread and the data that both threads share: commands for this thread, notices for the other.
class CurlClient::Wire {
 public:
  explicit Wire(CurlOptions options)
      : options_(std::move(options)), budget_(options_.requests_per_second, std::max(1.0, options_.burst)) {}
  ~Wire();

  absl::Status Open();
  void Start(uint64_t id, HttpRequest request);
  void Cancel(uint64_t id);
  // Takes the oldest notices, up to about `most_bytes`. Returns whether more are left.
  bool Take(size_t most_bytes, std::vector<Notice>* notices);

 private:
  struct Transfer {
    Wire* wire = nullptr;
    uint64_t id = 0;
    HttpRequest request;
    Credential credential;
    CURL* easy = nullptr;
    curl_slist* headers = nullptr;
    HttpHead head;
    bool has_told_head = false;
    bool is_held_back = false;  // an answer 401 that is not delivered, since the request is sent again
    bool is_paused = false;
    int refusals = 0;
    int losses = 0;
    char error[CURL_ERROR_SIZE] = {};
  };
  struct Command {
    uint64_t id = 0;
    std::optional<HttpRequest> request;  // nullopt: cancel
  };

  static size_t OnHeader(char* data, size_t size, size_t count, void* transfer);
  static size_t OnBytes(char* data, size_t size, size_t count, void* transfer);

  void Loop();
  void TakeCommands();
  void SendWaiting();
  void Send(Transfer* transfer);
  void SendAgain(Transfer* transfer);
  void SetUp(Transfer* transfer);
  void Detach(Transfer* transfer);
  void TakeEnds();
  void End(Transfer* transfer, CURLcode code);
  absl::Status StatusOfEnd(const Transfer& transfer, CURLcode code) const;
  void Resume();
  void Tell(Notice notice);

  const CurlOptions options_;
  RequestBudget budget_;
  CURLM* multi_ = nullptr;
  std::thread thread_;
  std::atomic<bool> is_over_{false};

  // Only the client's thread uses these members.
  std::map<uint64_t, std::unique_ptr<Transfer>> transfers_;
  std::deque<uint64_t> waiting_;  // until the budget allows them
  std::vector<CURL*> idle_;
  bool has_paused_ = false;

  std::mutex mutex_;
  std::vector<Command> commands_;
  std::deque<Notice> notices_;
  size_t undelivered_ = 0;
};

CurlClient::Wire::~Wire() {
  is_over_ = true;
  if (multi_ != nullptr) curl_multi_wakeup(multi_);
  if (thread_.joinable()) thread_.join();
  for (auto& [id, transfer] : transfers_) Detach(transfer.get());
  for (CURL* easy : idle_) curl_easy_cleanup(easy);
  if (multi_ != nullptr) curl_multi_cleanup(multi_);
}

absl::Status CurlClient::Wire::Open() {
  multi_ = curl_multi_init();
  if (multi_ == nullptr) return absl::InternalError("libcurl does not start");
  curl_multi_setopt(multi_, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
  thread_ = std::thread([this] { Loop(); });
  return absl::OkStatus();
}

void CurlClient::Wire::Start(uint64_t id, HttpRequest request) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    commands_.push_back({id, std::move(request)});
  }
  curl_multi_wakeup(multi_);
}

void CurlClient::Wire::Cancel(uint64_t id) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    commands_.push_back({id, std::nullopt});
  }
  curl_multi_wakeup(multi_);
}

bool CurlClient::Wire::Take(size_t most_bytes, std::vector<Notice>* notices) {
  bool has_more = false;
  bool has_room_again = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const size_t half = options_.most_undelivered / 2;
    size_t bytes = 0;
    while (!notices_.empty() && bytes <= most_bytes) {
      bytes += notices_.front().bytes.size();
      notices->push_back(std::move(notices_.front()));
      notices_.pop_front();
    }
    has_room_again = undelivered_ >= half && undelivered_ - bytes < half;
    undelivered_ -= bytes;
    has_more = !notices_.empty();
  }
  if (has_room_again) curl_multi_wakeup(multi_);
  return has_more;
}

void CurlClient::Wire::Tell(Notice notice) {
  bool was_empty = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    was_empty = notices_.empty();
    undelivered_ += notice.bytes.size();
    const bool joins = notice.kind == Notice::Kind::kBytes && !was_empty && notices_.back().id == notice.id &&
                       notices_.back().kind == Notice::Kind::kBytes;
    if (joins) {
      notices_.back().bytes.append(notice.bytes);
    } else {
      notices_.push_back(std::move(notice));
    }
  }
  if (was_empty && options_.wake) options_.wake();
}

size_t CurlClient::Wire::OnHeader(char* data, size_t size, size_t count, void* pointer) {
  Transfer& transfer = *static_cast<Transfer*>(pointer);
  absl::string_view line(data, size * count);
  if (absl::StartsWith(line, "HTTP/")) {
    transfer.head = HttpHead();
    return size * count;
  }
  constexpr absl::string_view kRetryAfter = "retry-after:";
  if (absl::StartsWithIgnoreCase(line, kRetryAfter)) {
    int64_t seconds = 0;
    line.remove_prefix(kRetryAfter.size());
    if (absl::SimpleAtoi(absl::StripAsciiWhitespace(line), &seconds) && seconds >= 0) {
      transfer.head.retry_after = absl::Seconds(seconds);
    }
  }
  return size * count;
}

size_t CurlClient::Wire::OnBytes(char* data, size_t size, size_t count, void* pointer) {
  Transfer& transfer = *static_cast<Transfer*>(pointer);
  Wire& wire = *transfer.wire;
  if (!transfer.has_told_head) {
    long code = 0;
    curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &code);
    transfer.head.code = static_cast<int>(code);
    transfer.is_held_back = code == 401 && transfer.refusals == 0 && wire.options_.credentials != nullptr;
    if (!transfer.is_held_back) {
      transfer.has_told_head = true;
      wire.Tell({transfer.id, Notice::Kind::kHead, transfer.head, "", absl::OkStatus()});
    }
  }
  if (transfer.is_held_back) return size * count;
  if (transfer.request.is_stream) {
    const std::lock_guard<std::mutex> lock(wire.mutex_);
    if (wire.undelivered_ >= wire.options_.most_undelivered) {
      transfer.is_paused = true;
      wire.has_paused_ = true;
      return CURL_WRITEFUNC_PAUSE;
    }
  }
  wire.Tell({transfer.id, Notice::Kind::kBytes, HttpHead(), std::string(data, size * count), absl::OkStatus()});
  return size * count;
}

void CurlClient::Wire::Loop() {
  while (!is_over_) {
    TakeCommands();
    SendWaiting();
    if (has_paused_) Resume();
    int running = 0;
    curl_multi_perform(multi_, &running);
    TakeEnds();
    int wait = kMostWaitMilliseconds;
    if (!waiting_.empty()) {
      const absl::Time now = absl::Now();
      wait = static_cast<int>(std::clamp<int64_t>(absl::ToInt64Milliseconds(budget_.NextAt(now) - now), 1, wait));
    }
    if (has_paused_) wait = std::min(wait, 20);
    curl_multi_poll(multi_, nullptr, 0, wait, nullptr);
  }
}

void CurlClient::Wire::TakeCommands() {
  std::vector<Command> commands;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    commands.swap(commands_);
  }
  for (Command& command : commands) {
    if (!command.request.has_value()) {
      const auto found = transfers_.find(command.id);
      if (found == transfers_.end()) continue;
      Detach(found->second.get());
      transfers_.erase(found);
      continue;
    }
    auto transfer = std::make_unique<Transfer>();
    transfer->wire = this;
    transfer->id = command.id;
    transfer->request = *std::move(command.request);
    const bool is_stream = transfer->request.is_stream;
    Transfer* started = transfers_.emplace(command.id, std::move(transfer)).first->second.get();
    if (is_stream) {
      Send(started);
    } else {
      waiting_.push_back(command.id);
    }
  }
}

void CurlClient::Wire::SendWaiting() {
  while (!waiting_.empty()) {
    const auto found = transfers_.find(waiting_.front());
    if (found != transfers_.end()) {
      if (!budget_.Take(absl::Now())) return;
      Send(found->second.get());
    }
    waiting_.pop_front();
  }
}

void CurlClient::Wire::Send(Transfer* transfer) {
  transfer->head = HttpHead();
  transfer->is_held_back = false;
  transfer->credential = Credential();
  if (options_.credentials != nullptr) {
    absl::StatusOr<Credential> credential = options_.credentials->Current(absl::Now());
    if (!credential.ok()) {
      const uint64_t id = transfer->id;
      Tell({id, Notice::Kind::kEnd, HttpHead(), "", credential.status()});
      transfers_.erase(id);
      return;
    }
    transfer->credential = *std::move(credential);
  }
  if (idle_.empty()) {
    transfer->easy = curl_easy_init();
  } else {
    transfer->easy = idle_.back();
    idle_.pop_back();
  }
  SetUp(transfer);
  curl_multi_add_handle(multi_, transfer->easy);
}

// A second try counts as a request: it waits for the budget, before those that wait already.
void CurlClient::Wire::SendAgain(Transfer* transfer) {
  Detach(transfer);
  if (transfer->request.is_stream) return Send(transfer);
  waiting_.push_front(transfer->id);
}

void CurlClient::Wire::SetUp(Transfer* transfer) {
  CURL* easy = transfer->easy;
  transfer->headers = SetUpCurlRequest(options_, transfer->request, transfer->credential, easy);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &OnHeader);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &OnBytes);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
}

void CurlClient::Wire::Detach(Transfer* transfer) {
  if (transfer->easy != nullptr) {
    curl_multi_remove_handle(multi_, transfer->easy);
    ResetCurlRequest(transfer->easy);
    idle_.push_back(transfer->easy);
    transfer->easy = nullptr;
  }
  curl_slist_free_all(transfer->headers);
  transfer->headers = nullptr;
}

void CurlClient::Wire::TakeEnds() {
  std::vector<std::pair<CURL*, CURLcode>> ends;
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg == CURLMSG_DONE) ends.emplace_back(message->easy_handle, message->data.result);
  }
  for (const auto& [easy, code] : ends) {
    const auto found = std::find_if(transfers_.begin(), transfers_.end(),
                                    [easy = easy](const auto& entry) { return entry.second->easy == easy; });
    if (found != transfers_.end()) End(found->second.get(), code);
  }
}

absl::Status CurlClient::Wire::StatusOfEnd(const Transfer& transfer, CURLcode code) const {
  if (code == CURLE_OK) return absl::OkStatus();
  const absl::string_view words = transfer.error[0] != '\0' ? transfer.error : curl_easy_strerror(code);
  const std::string message = absl::StrCat(transfer.request.method, " ", options_.server,
                                           absl::string_view(transfer.request.path).substr(0, 200), ": ", words);
  return code == CURLE_OPERATION_TIMEDOUT ? absl::DeadlineExceededError(message) : absl::UnavailableError(message);
}

void CurlClient::Wire::End(Transfer* transfer, CURLcode code) {
  if (code == CURLE_OK && !transfer->has_told_head) {
    long response = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &response);
    transfer->head.code = static_cast<int>(response);
  }
  if (code == CURLE_OK && transfer->head.code == 401 && transfer->refusals == 0 && options_.credentials != nullptr) {
    ++transfer->refusals;
    options_.credentials->Refuse(transfer->credential);
    return SendAgain(transfer);
  }
  const bool may_repeat = transfer->request.method != "POST" && !transfer->request.is_stream;
  if (WasLetGo(code) && may_repeat && !transfer->has_told_head && transfer->losses++ == 0) {
    return SendAgain(transfer);
  }
  const uint64_t id = transfer->id;
  absl::Status status = StatusOfEnd(*transfer, code);
  if (status.ok() && !transfer->has_told_head) Tell({id, Notice::Kind::kHead, transfer->head, "", absl::OkStatus()});
  Detach(transfer);
  transfers_.erase(id);
  Tell({id, Notice::Kind::kEnd, HttpHead(), "", std::move(status)});
}

void CurlClient::Wire::Resume() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (undelivered_ >= options_.most_undelivered / 2) return;
  }
  has_paused_ = false;
  for (auto& [id, transfer] : transfers_) {
    if (std::exchange(transfer->is_paused, false)) curl_easy_pause(transfer->easy, CURLPAUSE_CONT);
  }
}

CurlClient::CurlClient() = default;
CurlClient::~CurlClient() = default;

absl::StatusOr<std::unique_ptr<CurlClient>> CurlClient::Create(CurlOptions options) {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) return absl::InternalError("libcurl does not start");
  CURLU* url = curl_url();
  const bool is_address = curl_url_set(url, CURLUPART_URL, options.server.c_str(), 0) == CURLUE_OK;
  curl_url_cleanup(url);
  if (!is_address) return absl::InvalidArgumentError(absl::StrCat("server: no address: \"", options.server, "\""));
  std::unique_ptr<CurlClient> client(new CurlClient());
  client->wire_ = std::make_unique<Wire>(std::move(options));
  absl::Status status = client->wire_->Open();
  if (!status.ok()) return status;
  return client;
}

uint64_t CurlClient::Start(HttpRequest request, std::shared_ptr<HttpSink> sink) {
  const uint64_t id = next_id_++;
  sinks_[id] = std::move(sink);
  wire_->Start(id, std::move(request));
  return id;
}

void CurlClient::Cancel(uint64_t id) {
  if (sinks_.erase(id) > 0) wire_->Cancel(id);
}

bool CurlClient::Deliver(size_t most_bytes) {
  std::vector<Notice> notices;
  const bool has_more = wire_->Take(most_bytes, &notices);
  for (const Notice& notice : notices) {
    const auto found = sinks_.find(notice.id);
    if (found == sinks_.end()) continue;
    const std::shared_ptr<HttpSink> sink = found->second;  // a copy, since the sink may cancel itself
    switch (notice.kind) {
      case Notice::Kind::kHead:
        ++answers_[notice.head.code];
        sink->Head(notice.head);
        break;
      case Notice::Kind::kBytes:
        sink->Bytes(notice.bytes);
        break;
      case Notice::Kind::kEnd:
        if (!notice.status.ok()) ++answers_[0];
        sinks_.erase(found);
        sink->End(notice.status);
        break;
    }
  }
  return has_more;
}

}  // namespace lws::internal
