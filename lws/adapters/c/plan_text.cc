#include "lws/adapters/c/plan_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lws/api/canonical_text.h"
#include "lws/api/json.h"
#include "lws/core/plan/action_object.h"
#include "lws/core/plan/decision.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

// Writes a JSON object key by key.
class ObjectText {
 public:
  explicit ObjectText(std::string* out) : out_(*out) { out_ += '{'; }
  ~ObjectText() { out_ += '}'; }

  // The caller appends the value.
  void Key(absl::string_view key) {
    absl::StrAppend(&out_, is_first_ ? "\"" : ",\"", key, "\":");
    is_first_ = false;
  }
  void Text(absl::string_view key, absl::string_view text) {
    Key(key);
    AppendQuoted(text, &out_);
  }
  void TextIfAny(absl::string_view key, absl::string_view text) {
    if (!text.empty()) Text(key, text);
  }
  void TrueIf(absl::string_view key, bool flag) {
    if (!flag) return;
    Key(key);
    out_ += "true";
  }

 private:
  std::string& out_;
  bool is_first_ = true;
};

template <typename List, typename AppendOne>
void AppendList(const List& list, std::string* out, AppendOne append) {
  *out += '[';
  const char* separator = "";
  for (const auto& element : list) {
    *out += separator;
    append(element);
    separator = ",";
  }
  *out += ']';
}

void Append(const ObjectRef& ref, std::string* out) {
  ObjectText text(out);
  text.Text("kind", ref.kind);
  text.Text("name", ref.name);
  text.Text("namespace", ref.namespace_name);
}

void Append(const Event& event, std::string* out) {
  ObjectText text(out);
  text.Text("action", event.action);
  text.Key("afterAction");
  absl::StrAppend(out, event.after_action);
  text.Text("note", event.note);
  text.Text("reason", event.reason);
  text.Key("regarding");
  Append(event.regarding, out);
  if (event.related.has_value()) {
    text.Key("related");
    Append(*event.related, out);
  }
  text.Text("type", event.is_warning ? "Warning" : "Normal");
}

void Append(const Action& action, std::string* out) {
  ObjectText text(out);
  text.Text("apiVersion", action.api_version);
  text.TrueIf("conflictIsRetry", action.conflict_is_retry);
  if (action.failure_event.has_value()) {
    text.Key("failureEvent");
    Append(*action.failure_event, out);
  }
  text.TrueIf("foreground", action.propagation == Propagation::kForeground);
  text.Text("kind", action.target.kind);
  text.Text("name", action.target.name);
  text.Text("namespace", action.target.namespace_name);
  if (!action.object.empty()) {
    text.Key("object");
    action.object.AppendText(out);
  }
  text.TextIfAny("resourceVersion", action.resource_version);
  text.TextIfAny("uid", action.uid);
  text.Text("verb", VerbName(action.verb));
}

}  // namespace

void AppendPlanForCaller(const Plan& plan, Why why, std::string* out) {
  ObjectText text(out);
  text.Key("actions");
  AppendList(plan.actions, out, [out](const Action& action) { Append(action, out); });
  if (why == Why::kWritten && !plan.decisions.empty()) {
    text.Key("decisions");
    AppendList(plan.decisions, out, [out](const Decision& decision) { AppendQuoted(ToString(decision), out); });
  }
  if (!plan.error.ok()) text.Text("error", plan.error.message());
  text.Key("events");
  AppendList(plan.events, out, [out](const Event& event) { Append(event, out); });
  if (plan.requeue_after.has_value()) {
    text.Key("requeueAfterSeconds");
    out->append(Json(absl::ToDoubleSeconds(*plan.requeue_after)).dump());
  }
  text.TextIfAny("revertTo", plan.revert_to);
}

}  // namespace lws::internal
