// What an action sends. The document is made only when it is read; until then the object shares what many have in
// common.
//
//   auto base = std::make_shared<const lws::Json>(lws::Json::parse(
//       R"({"kind": "StatefulSet", "spec": {"replicas": 1, "updateStrategy": {"rollingUpdate": {"partition": 0}}}})"));
//   lws::ActionObject object = lws::ActionObject::OfStatefulSet(base, {/*partition=*/3, /*replicas=*/5});
//   object.Document()["spec"]["replicas"];    // 5; everything else is that of `base`
//
// Laws:
//   1. Equality is that of the documents, however they are kept.
//   2. AppendText appends CanonicalJson(Document()), and nothing when empty.
//
// Thread-safety: values; const access may be concurrent.
#ifndef LWS_CORE_PLAN_ACTION_OBJECT_H_
#define LWS_CORE_PLAN_ACTION_OBJECT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "lws/api/json.h"

namespace lws::internal {
struct StatefulSetText;
}  // namespace lws::internal

namespace lws {

inline namespace v1 {
class LeaderWorkerSetStatus;
}  // namespace v1

class ActionObject {
 public:
  // An object that sends nothing.
  ActionObject() = default;

  static ActionObject Of(Json document);

  struct Numbers {
    int32_t partition = 0;
    int32_t replicas = 0;
    bool on_delete = false;  // the update strategy, which then has no partition
  };

  // `base` with these numbers as spec.updateStrategy.rollingUpdate.partition and spec.replicas. REQUIRES: `base` is a
  // StatefulSet that has both. `text` is TextOfStatefulSet(*base), or null: writing then takes longer.
  static ActionObject OfStatefulSet(SharedJson base, const Numbers& numbers,
                                    std::shared_ptr<const internal::StatefulSetText> text = nullptr);

  // The LeaderWorkerSet of this name, with only its status.
  static ActionObject OfStatus(std::string namespace_name, std::string name,
                               std::shared_ptr<const LeaderWorkerSetStatus> status);

  bool empty() const { return document_ == nullptr && status_ == nullptr; }

  // Null when empty. Complexity: O(document).
  Json Document() const;

  // The document as canonical JSON. Complexity: O(text); a document is made only where nothing is prepared.
  void AppendText(std::string* out) const;

  // For a host that need not look at the document again: as OfStatefulSet was given them, else null and nullopt.
  const std::optional<Numbers>& numbers() const { return numbers_; }
  SharedJson base() const { return numbers_.has_value() ? document_ : nullptr; }
  // The status that OfStatus was given, else null.
  const LeaderWorkerSetStatus* status() const { return status_.get(); }

  friend bool operator==(const ActionObject& a, const ActionObject& b);

 private:
  // The whole document, or the base for the numbers.
  SharedJson document_;
  std::optional<Numbers> numbers_;
  std::shared_ptr<const internal::StatefulSetText> text_;  // of document_ with numbers
  std::shared_ptr<const LeaderWorkerSetStatus> status_;
  std::string namespace_name_;
  std::string name_;
};

}  // namespace lws

#endif  // LWS_CORE_PLAN_ACTION_OBJECT_H_
