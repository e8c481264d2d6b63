#include "lws/api/admission.h"

#include <utility>

namespace lws {

bool Admission::Refuse(AdmissionStage at, FieldErrors found) {
  if (found.empty()) return false;
  stage = at;
  errors = std::move(found);
  return true;
}

}  // namespace lws
