#include "lws/core/plan/action_object.h"

#include <utility>

#include "lws/api/canonical_text.h"
#include "lws/api/leader_worker_set.h"
#include "lws/api/well_known.h"
#include "nlohmann/json.hpp"

namespace lws {

ActionObject ActionObject::Of(Json document) {
  ActionObject object;
  object.document_ = std::make_shared<const Json>(std::move(document));
  return object;
}

ActionObject ActionObject::OfStatefulSet(SharedJson base, const Numbers& numbers,
                                         std::shared_ptr<const internal::StatefulSetText> text) {
  ActionObject object;
  object.text_ = std::move(text);
  object.document_ = std::move(base);
  object.numbers_ = numbers;
  return object;
}

ActionObject ActionObject::OfStatus(std::string namespace_name, std::string name,
                                    std::shared_ptr<const LeaderWorkerSetStatus> status) {
  ActionObject object;
  object.status_ = std::move(status);
  object.namespace_name_ = std::move(namespace_name);
  object.name_ = std::move(name);
  return object;
}

Json ActionObject::Document() const {
  if (status_ != nullptr) {
    return {{"apiVersion", kApiVersion},
            {"kind", kKind},
            {"metadata", {{"name", name_}, {"namespace", namespace_name_}}},
            {"status", LeaderWorkerSetStatusToJson(*status_)}};
  }
  if (document_ == nullptr) return Json();
  if (!numbers_.has_value()) return *document_;
  Json document = *document_;
  Json& spec = document["spec"];
  spec["replicas"] = numbers_->replicas;
  if (numbers_->on_delete) {
    spec["updateStrategy"] = {{"type", "OnDelete"}};
  } else {
    spec["updateStrategy"]["rollingUpdate"]["partition"] = numbers_->partition;
  }
  return document;
}

void ActionObject::AppendText(std::string* out) const {
  if (empty()) return;
  if (status_ != nullptr) return internal::AppendStatus(namespace_name_, name_, *status_, out);
  const bool prepared = text_ != nullptr && numbers_.has_value() && !numbers_->on_delete;
  if (prepared) return internal::AppendStatefulSet(*text_, numbers_->partition, numbers_->replicas, out);
  out->append(CanonicalJson(numbers_.has_value() ? Document() : *document_));
}

bool operator==(const ActionObject& a, const ActionObject& b) {
  if (a.empty() || b.empty()) return a.empty() == b.empty();
  return a.Document() == b.Document();
}

}  // namespace lws
