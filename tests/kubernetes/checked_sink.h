// A sink that checks the laws of http_client.h for one request.
//
//   CheckedClient checked(&client);
//   const uint64_t id = checked.Start(request);
//   checked.Cancel(id);
//   checked.ExpectReleased();    // the client holds no sink of a request that is over
#ifndef LWS_TESTS_KUBERNETES_CHECKED_SINK_H_
#define LWS_TESTS_KUBERNETES_CHECKED_SINK_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "lws/adapters/kubernetes/http_client.h"

namespace lws {

class CheckedClient {
 public:
  // What a request has heard.
  struct Heard {
    int heads = 0;
    int code = 0;
    std::string body;
    int ends = 0;
    absl::Status status;
    bool is_cancelled = false;
  };

  explicit CheckedClient(internal::HttpClient* client) : client_(*client) {}

  uint64_t Start(internal::HttpRequest request) {
    auto heard = std::make_shared<Heard>();
    auto sink = std::make_shared<Sink>(this, heard);
    const std::weak_ptr<Sink> reference = sink;
    is_calling_ = true;
    const uint64_t id = client_.Start(std::move(request), std::move(sink));
    is_calling_ = false;
    requests_[id] = {heard, reference};
    return id;
  }

  void Cancel(uint64_t id) {
    requests_.at(id).heard->is_cancelled = true;
    is_calling_ = true;
    client_.Cancel(id);
    is_calling_ = false;
  }

  const Heard& HeardBy(uint64_t id) const { return *requests_.at(id).heard; }
  bool IsOver(uint64_t id) const { return HeardBy(id).ends > 0 || HeardBy(id).is_cancelled; }

  int Ended() const {
    int ended = 0;
    for (const auto& [id, request] : requests_) ended += request.heard->ends;
    return ended;
  }

  // Law 2: after the end of a request the client holds its sink no longer.
  void ExpectReleased() const {
    for (const auto& [id, request] : requests_) {
      EXPECT_TRUE(!IsOver(id) || request.sink.expired()) << "law 2: request " << id;
    }
  }

 private:
  class Sink final : public internal::HttpSink {
   public:
    Sink(CheckedClient* owner, std::shared_ptr<Heard> heard) : owner_(*owner), heard_(std::move(heard)) {}

    void Head(const internal::HttpHead& head) override {
      Check();
      EXPECT_EQ(++heard_->heads, 1) << "law 1: a second head";
      heard_->code = head.code;
    }
    void Bytes(absl::string_view bytes) override {
      Check();
      EXPECT_EQ(heard_->heads, 1) << "law 1: bytes before the head";
      heard_->body.append(bytes.data(), bytes.size());
    }
    void End(const absl::Status& status) override {
      Check();
      EXPECT_TRUE(heard_->heads == 1 || !status.ok()) << "law 1: a good end without a head";
      ++heard_->ends;
      heard_->status = status;
    }

   private:
    void Check() const {
      EXPECT_EQ(heard_->ends, 0) << "law 1: a call after the end";
      EXPECT_FALSE(heard_->is_cancelled) << "law 2: a call after Cancel";
      EXPECT_FALSE(owner_.is_calling_) << "law 3: a call from within Start or Cancel";
    }

    CheckedClient& owner_;
    const std::shared_ptr<Heard> heard_;
  };
  struct Request {
    std::shared_ptr<Heard> heard;
    std::weak_ptr<Sink> sink;
  };

  internal::HttpClient& client_;
  std::map<uint64_t, Request> requests_;
  bool is_calling_ = false;
};

}  // namespace lws

#endif  // LWS_TESTS_KUBERNETES_CHECKED_SINK_H_
