#include "lws/core/revision/disaggregated_revision.h"

#include "absl/strings/str_cat.h"
#include "lws/api/digest.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/field_table.h"
#include "lws/api/json.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/typed_json.h"
#include "nlohmann/json.hpp"

namespace lws {

using internal::FieldOrderJson;
using internal::FindTypeInfo;
using internal::Sha256Hex;
using internal::TypeInfo;

std::string DisaggregatedRevisionData(const DisaggregatedSet& set) {
  const TypeInfo& type = *FindTypeInfo("LeaderWorkerTemplate");
  std::string data = "[";
  for (const DisaggregatedRole& role : set.spec().roles()) {
    absl::StrAppend(&data, data.size() == 1 ? "" : ",", "{\"name\":", CanonicalJson(role.name()), ",\"template\":",
                    FieldOrderJson(type, LeaderWorkerTemplateToJson(role.spec().leader_worker_template())), "}");
  }
  return data + "]";
}

std::string DisaggregatedRevisionKey(absl::string_view data) { return Sha256Hex(data).substr(0, 8); }

}  // namespace lws
