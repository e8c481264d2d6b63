// A TLS client for tests, which writes any bytes, wrong ones included.
#ifndef LWS_TESTS_KUBERNETES_SERVING_TLS_CLIENT_H_
#define LWS_TESTS_KUBERNETES_SERVING_TLS_CLIENT_H_

#include <cstdint>
#include <memory>
#include <string>

namespace lws {

struct ReceivedAnswer {
  int code = 0;  // 0: the connection was closed without an answer
  std::string headers;
  std::string body;
};

// One blocking connection to 127.0.0.1. Reads give up after 15 s.
class TestClient {
 public:
  // Uses TLS when `authority` (PEM) is not empty: the server's certificate has to be for `name` and signed by it.
  TestClient(uint16_t port, const std::string& authority, const std::string& name = "lws.test");
  ~TestClient();

  bool is_connected() const;
  // The reason why the connection failed.
  std::string error() const;

  bool Write(const std::string& bytes);
  // Reads one answer with a Content-Length.
  ReceivedAnswer ReadAnswer();
  ReceivedAnswer Post(const std::string& path, const std::string& body, const std::string& headers = "");
  // Returns whether the server closes the connection within 15 s. Bytes before the end are dropped.
  bool IsClosed();

 private:
  struct Connection;
  int Read(char* to, int size);

  std::unique_ptr<Connection> connection_;
  std::string error_;
  std::string rest_;
};

}  // namespace lws

#endif  // LWS_TESTS_KUBERNETES_SERVING_TLS_CLIENT_H_
