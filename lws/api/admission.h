// The result of an admission of any kind: the stage where it ended, its errors, and its warnings.
//
//   lws::Admission admission;
//   admission.Refuse(lws::AdmissionStage::kSchema, {});    // false
//   admission.Refuse(lws::AdmissionStage::kSchema, {lws::FieldRequired("spec", "")});    // true
//   lws::JoinFieldErrors(admission.errors);    // "spec: Required value"
//
// Thread-safety: values.
#ifndef LWS_API_ADMISSION_H_
#define LWS_API_ADMISSION_H_

#include <string>
#include <vector>

#include "lws/api/field_error.h"

namespace lws {

enum class AdmissionStage {
  kAdmitted,
  kDecode,      // a field holds a value of another type
  kSchema,      // the CRD's schema, or the general rules of metadata
  kValidation,  // the kind's own rules
};

struct Admission {
  AdmissionStage stage = AdmissionStage::kAdmitted;
  // The errors; empty when admitted.
  FieldErrors errors;
  // Warnings for people. They are set whether the manifest is admitted or refused by the kind's own rules.
  std::vector<std::string> warnings;
  // Paths of unknown fields that were dropped.
  std::vector<std::string> pruned;

  // Ends the admission at stage `at` with the errors `found`, unless `found` is empty. Returns whether it ended.
  bool Refuse(AdmissionStage at, FieldErrors found);
};

}  // namespace lws

#endif  // LWS_API_ADMISSION_H_
