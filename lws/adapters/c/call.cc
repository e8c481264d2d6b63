#include "lws/adapters/c/call.h"

#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>

#include "absl/strings/str_cat.h"
#include "lws/api/printable_text.h"
#include "nlohmann/json.hpp"

namespace lws::internal {

absl::Status PutTextForCaller(absl::string_view text, lws_text* out) {
  if (out == nullptr) return absl::OkStatus();
  if (out->capacity < text.size() + 1) {
    char* grown = static_cast<char*>(std::realloc(out->data, text.size() + 1));
    if (grown == nullptr) return absl::ResourceExhaustedError("no memory for the answer");
    out->data = grown;
    out->capacity = text.size() + 1;
  }
  if (!text.empty()) std::memcpy(out->data, text.data(), text.size());
  out->data[text.size()] = '\0';
  out->size = text.size();
  return absl::OkStatus();
}

namespace {

void Empty(lws_text* text) {
  if (text == nullptr) return;
  text->size = 0;
  if (text->data != nullptr) text->data[0] = '\0';
}

absl::Status Run(absl::FunctionRef<absl::Status()> work) {
  try {
    return work();
  } catch (const nlohmann::json::exception& exception) {
    return absl::InvalidArgumentError(exception.what());
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError("no memory");
  } catch (const std::exception& exception) {
    return absl::InternalError(exception.what());
  } catch (...) {
    return absl::InternalError("an exception that is not a std::exception");
  }
}

}  // namespace

lws_code RunForCaller(lws_text* out, lws_text* error, absl::FunctionRef<absl::Status()> work) {
  Empty(out);
  Empty(error);
  const absl::Status status = Run(work);
  if (status.ok()) return LWS_OK;
  Empty(out);
  PutTextForCaller(status.message(), error).IgnoreError();
  return static_cast<lws_code>(status.code());
}

absl::StatusOr<absl::string_view> CallerBytes(const char* data, size_t size, absl::string_view argument) {
  if (data == nullptr && size > 0) return absl::InvalidArgumentError(absl::StrCat(argument, ": a null pointer"));
  return absl::string_view(data, size);
}

absl::StatusOr<absl::string_view> CallerName(const char* text, absl::string_view argument) {
  if (text == nullptr) return absl::InvalidArgumentError(absl::StrCat(argument, ": a null pointer"));
  const absl::string_view name(text);
  if (!IsUtf8(name)) return absl::InvalidArgumentError(absl::StrCat(argument, ": not UTF-8"));
  return name;
}

absl::StatusOr<Json> CallerDocument(const char* data, size_t size, absl::string_view argument) {
  const absl::StatusOr<absl::string_view> bytes = CallerBytes(data, size, argument);
  if (!bytes.ok()) return bytes.status();
  return ParseJson(*bytes, argument);
}

}  // namespace lws::internal
