// Remembers which pods were found valid. The pods of one template differ in a few texts only, so that most pods are
// compared with one of them rather than checked from the beginning.
//
//   lws::simulation::ValidPods valid;
//   lws::FieldErrors errors = valid.Check(pod);    // the next pods of its template cost a comparison
//
// Laws:
//   1. Check gives what internal::ValidatePod gives, whatever was checked before.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_KUBERNETES_VALID_PODS_H_
#define LWS_ADAPTERS_SIMULATION_KUBERNETES_VALID_PODS_H_

#include <vector>

#include "lws/api/field_error.h"
#include "lws/api/json.h"

namespace lws::simulation {

class ValidPods {
 public:
  ValidPods();

  // Complexity: O(pod) either way; a comparison takes about a twentieth of a check.
  FieldErrors Check(const Json& pod);

 private:
  // A few values that are valid, the last used first.
  class Known {
   public:
    // `is_alike`: whether a value has no error if another one, which stands at the same place in a valid pod, has none.
    explicit Known(bool (*is_alike)(const Json& value, const Json& known)) : is_alike_(is_alike) {}

    // Whether the value is like one of them.
    bool Has(const Json& value);
    void Add(const Json& value);

   private:
    bool (*is_alike_)(const Json& value, const Json& known);
    std::vector<SharedJson> values_;
  };

  Known metadata_;
  Known specs_;
};

}  // namespace lws::simulation

#endif  // LWS_ADAPTERS_SIMULATION_KUBERNETES_VALID_PODS_H_
