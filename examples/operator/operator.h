// The operator reads the cluster, takes part in the election, decides and writes on one thread. It serves webhooks,
// metrics and probes on other threads.
//
//   absl::StatusOr<std::unique_ptr<Operator>> op = Operator::Create(settings, config, &log);
//   int exit_code = (*op)->Run();    // returns after End, or after the Lease is lost
//
// Thread-safety: End may be called from any thread.
#ifndef LWS_EXAMPLES_OPERATOR_OPERATOR_H_
#define LWS_EXAMPLES_OPERATOR_OPERATOR_H_

#include <memory>

#include "absl/status/statusor.h"
#include "examples/operator/settings/configuration.h"
#include "examples/operator/settings/log.h"
#include "lws/adapters/kubernetes/kube_config.h"

namespace lws::operator_program {

class Operator {
 public:
  // Listens at all addresses. Borrows `log`. Errors: for an address at which it cannot listen, and for settings that
  // contradict each other.
  static absl::StatusOr<std::unique_ptr<Operator>> Create(const Settings& settings, const internal::KubeConfig& config,
                                                          const Log* log);
  ~Operator();

  // Returns the exit status of the process: 1 when the Lease was lost.
  int Run();
  // Ends Run: it finishes the writes under way and gives the Lease back, and spends at most about five seconds on
  // each.
  void End();

 private:
  class Loop;
  explicit Operator(std::unique_ptr<Loop> loop);

  std::unique_ptr<Loop> loop_;
};

}  // namespace lws::operator_program

#endif  // LWS_EXAMPLES_OPERATOR_OPERATOR_H_
