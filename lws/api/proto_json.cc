#include "lws/api/proto_json.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "lws/api/leader_worker_set.pb.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

absl::Status WrongType(const FieldDescriptor& field, const Json& value) {
  return absl::InvalidArgumentError(
      absl::StrCat(field.json_name(), ": ", CanonicalJson(value), " is not of type ", field.cpp_type_name()));
}

// The one value that is written as what it holds.
bool IsIntOrString(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && field.message_type() == IntOrString::descriptor();
}

absl::Status SetIntOrString(const FieldDescriptor& field, const Json& value, Message* message) {
  IntOrString parsed;
  if (value.is_string()) {
    parsed.set_text(value.get<std::string>());
  } else if (value.is_number_integer()) {
    parsed.set_number(value.get<int32_t>());
  } else {
    return WrongType(field, value);
  }
  message->CopyFrom(parsed);
  return absl::OkStatus();
}

absl::Status SetMessage(const FieldDescriptor& field, const Json& value, Message* message) {
  if (IsIntOrString(field)) return SetIntOrString(field, value, message);
  if (!value.is_object()) return WrongType(field, value);
  return ProtoFromJson(value, message);
}

// Appends to a repeated field, sets a singular one.
absl::Status SetScalar(const FieldDescriptor& field, const Json& value, Message* message) {
  const Reflection& reflection = *message->GetReflection();
  const bool repeated = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32: {
      if (!value.is_number_integer()) break;
      const int32_t number = value.get<int32_t>();
      repeated ? reflection.AddInt32(message, &field, number) : reflection.SetInt32(message, &field, number);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_INT64: {
      if (!value.is_number_integer()) break;
      const int64_t number = value.get<int64_t>();
      repeated ? reflection.AddInt64(message, &field, number) : reflection.SetInt64(message, &field, number);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_BOOL: {
      if (!value.is_boolean()) break;
      const bool flag = value.get<bool>();
      repeated ? reflection.AddBool(message, &field, flag) : reflection.SetBool(message, &field, flag);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_STRING: {
      const bool opaque = field.type() == FieldDescriptor::TYPE_BYTES;
      if (!opaque && !value.is_string()) break;
      std::string text = opaque ? CanonicalJson(value) : value.get<std::string>();
      repeated ? reflection.AddString(message, &field, std::move(text))
               : reflection.SetString(message, &field, std::move(text));
      return absl::OkStatus();
    }
    default:
      break;
  }
  return WrongType(field, value);
}

absl::Status SetMap(const FieldDescriptor& field, const Json& value, Message* message) {
  if (!value.is_object()) return WrongType(field, value);
  for (auto it = value.begin(); it != value.end(); ++it) {
    if (!it->is_string()) return WrongType(field, value);
    Message* entry = message->GetReflection()->AddMessage(message, &field);
    entry->GetReflection()->SetString(entry, field.message_type()->map_key(), it.key());
    entry->GetReflection()->SetString(entry, field.message_type()->map_value(), it->get<std::string>());
  }
  return absl::OkStatus();
}

absl::Status SetField(const FieldDescriptor& field, const Json& value, Message* message) {
  const bool is_message = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
  const Reflection& reflection = *message->GetReflection();
  if (field.is_map()) return SetMap(field, value, message);
  if (!field.is_repeated()) {
    return is_message ? SetMessage(field, value, reflection.MutableMessage(message, &field))
                      : SetScalar(field, value, message);
  }
  if (!value.is_array()) return WrongType(field, value);
  for (const Json& element : value) {
    absl::Status status = is_message ? SetMessage(field, element, reflection.AddMessage(message, &field))
                                     : SetScalar(field, element, message);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

Json MessageToJson(const FieldDescriptor& field, const Message& message) {
  if (!IsIntOrString(field)) return ProtoToJson(message);
  const auto& value = static_cast<const IntOrString&>(message);
  return value.has_text() ? Json(value.text()) : Json(value.number());
}

// `index` is -1 for a singular field.
Json GetValue(const Message& message, const FieldDescriptor& field, int index) {
  const Reflection& reflection = *message.GetReflection();
  const bool repeated = index >= 0;
  std::string scratch;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return repeated ? reflection.GetRepeatedInt32(message, &field, index) : reflection.GetInt32(message, &field);
    case FieldDescriptor::CPPTYPE_INT64:
      return repeated ? reflection.GetRepeatedInt64(message, &field, index) : reflection.GetInt64(message, &field);
    case FieldDescriptor::CPPTYPE_BOOL:
      return repeated ? reflection.GetRepeatedBool(message, &field, index) : reflection.GetBool(message, &field);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return MessageToJson(field, repeated ? reflection.GetRepeatedMessage(message, &field, index)
                                           : reflection.GetMessage(message, &field));
    case FieldDescriptor::CPPTYPE_STRING: {
      const std::string& text = repeated ? reflection.GetRepeatedStringReference(message, &field, index, &scratch)
                                         : reflection.GetStringReference(message, &field, &scratch);
      return field.type() == FieldDescriptor::TYPE_BYTES ? ObjectFromText(text) : Json(text);
    }
    default:
      return nullptr;
  }
}

Json MapToJson(const Message& message, const FieldDescriptor& field) {
  Json map = Json::object();
  const Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    const Message& entry = reflection.GetRepeatedMessage(message, &field, i);
    const Reflection& entry_reflection = *entry.GetReflection();
    map[entry_reflection.GetString(entry, field.message_type()->map_key())] =
        entry_reflection.GetString(entry, field.message_type()->map_value());
  }
  return map;
}

}  // namespace

absl::Status ProtoFromJson(const Json& document, Message* message) {
  for (int i = 0; i < message->GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *message->GetDescriptor()->field(i);
    const auto found = document.find(field.json_name());
    if (found == document.end() || found->is_null()) continue;
    absl::Status status = SetField(field, *found, message);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

Json ProtoToJson(const Message& message) {
  Json document = Json::object();
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    Json& value = document[field->json_name()];
    if (field->is_map()) {
      value = MapToJson(message, *field);
    } else if (field->is_repeated()) {
      value = Json::array();
      for (int i = 0; i < message.GetReflection()->FieldSize(message, field); ++i) {
        value.push_back(GetValue(message, *field, i));
      }
    } else {
      value = GetValue(message, *field, -1);
    }
  }
  return document;
}

}  // namespace lws::internal
