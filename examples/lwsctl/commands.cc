#include "examples/lwsctl/commands.h"

#include <iostream>

#include "lws/api/printable_text.h"

namespace lwsctl {

int Fail(const absl::Status& status) {
  std::cerr << "lwsctl: " << lws::PrintableText(status.message()) << "\n";
  if (absl::IsDataLoss(status)) return kFault;
  return absl::IsFailedPrecondition(status) ? kFinding : kWrongUse;
}

}  // namespace lwsctl
