// The operator: reads the cluster, elects, decides and writes on one thread; serves webhooks, metrics and probes on
// others.
//
//   absl::StatusOr<std::unique_ptr<Operator>> op = Operator::Create(settings, config, &log);
//   int exit_code = (*op)->Run();    // until End, or until the Lease is lost
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
  // Listens. Borrows `log`. Errors: for addresses that cannot be listened at, and settings that do not go together.
  static absl::StatusOr<std::unique_ptr<Operator>> Create(const Settings& settings, const internal::KubeConfig& config,
                                                          const Log* log);
  ~Operator();

  // Returns the exit status of the process: 1 when the Lease was lost, or objects are there that this operator does not
  // look after.
  int Run();
  // Ends Run: what is under way is finished, the Lease given back, at most about five seconds each.
  void End();

 private:
  class Loop;
  explicit Operator(std::unique_ptr<Loop> loop);

  std::unique_ptr<Loop> loop_;
};

}  // namespace lws::operator_program

#endif  // LWS_EXAMPLES_OPERATOR_OPERATOR_H_
