#include "lws/api/proto_json.h"

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/message_lite.h"
#include "google/protobuf/wire_format_lite.h"
#include "lws/api/message_fields.h"
#include "nlohmann/json.hpp"

namespace lws::internal {
namespace {

using google::protobuf::MessageLite;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;

// The fields of IntOrString, and of the entries of a map.
constexpr int kFirst = 1;
constexpr int kSecond = 2;

absl::Status WrongType(const MessageField& field, const Json& value) {
  return absl::InvalidArgumentError(
      absl::StrCat(field.json_name, ": ", CanonicalJson(value), " is not of type ", MessageFieldKindName(field.kind)));
}

void AppendVarint(uint64_t value, std::string* bytes) {
  uint8_t buffer[10];
  const uint8_t* end = CodedOutputStream::WriteVarint64ToArray(value, buffer);
  bytes->append(reinterpret_cast<const char*>(buffer), static_cast<size_t>(end - buffer));
}

void AppendNumber(int number, uint64_t value, std::string* bytes) {
  AppendVarint(WireFormatLite::MakeTag(number, WireFormatLite::WIRETYPE_VARINT), bytes);
  AppendVarint(value, bytes);
}

void AppendText(int number, absl::string_view text, std::string* bytes) {
  AppendVarint(WireFormatLite::MakeTag(number, WireFormatLite::WIRETYPE_LENGTH_DELIMITED), bytes);
  AppendVarint(text.size(), bytes);
  bytes->append(text.data(), text.size());
}

absl::Status AppendMessage(const MessageInfo& info, const Json& document, std::string* bytes);

absl::Status AppendIntOrString(const MessageField& field, const Json& value, std::string* bytes) {
  std::string inner;
  if (value.is_string()) {
    AppendText(kSecond, value.get_ref<const std::string&>(), &inner);
  } else if (value.is_number_integer()) {
    AppendNumber(kFirst, static_cast<uint64_t>(int64_t{value.get<int32_t>()}), &inner);
  } else {
    return WrongType(field, value);
  }
  AppendText(field.number, inner, bytes);
  return absl::OkStatus();
}

absl::Status AppendTextMap(const MessageField& field, const Json& value, std::string* bytes) {
  if (!value.is_object()) return WrongType(field, value);
  for (auto it = value.begin(); it != value.end(); ++it) {
    if (!it->is_string()) return WrongType(field, value);
    std::string entry;
    AppendText(kFirst, it.key(), &entry);
    AppendText(kSecond, it->get_ref<const std::string&>(), &entry);
    AppendText(field.number, entry, bytes);
  }
  return absl::OkStatus();
}

absl::Status AppendValue(const MessageField& field, const Json& value, std::string* bytes) {
  switch (field.kind) {
    case MessageFieldKind::kInt32:
      if (!value.is_number_integer()) return WrongType(field, value);
      AppendNumber(field.number, static_cast<uint64_t>(int64_t{value.get<int32_t>()}), bytes);
      return absl::OkStatus();
    case MessageFieldKind::kInt64:
      if (!value.is_number_integer()) return WrongType(field, value);
      AppendNumber(field.number, static_cast<uint64_t>(value.get<int64_t>()), bytes);
      return absl::OkStatus();
    case MessageFieldKind::kBool:
      if (!value.is_boolean()) return WrongType(field, value);
      AppendNumber(field.number, value.get<bool>() ? 1 : 0, bytes);
      return absl::OkStatus();
    case MessageFieldKind::kText:
      if (!value.is_string()) return WrongType(field, value);
      AppendText(field.number, value.get_ref<const std::string&>(), bytes);
      return absl::OkStatus();
    case MessageFieldKind::kJson:
      AppendText(field.number, CanonicalJson(value), bytes);
      return absl::OkStatus();
    case MessageFieldKind::kTextMap:
      return AppendTextMap(field, value, bytes);
    case MessageFieldKind::kIntOrString:
      return AppendIntOrString(field, value, bytes);
    case MessageFieldKind::kMessage:
      break;
  }
  if (!value.is_object()) return WrongType(field, value);
  std::string inner;
  absl::Status status = AppendMessage(*field.message, value, &inner);
  AppendText(field.number, inner, bytes);
  return status;
}

absl::Status AppendField(const MessageField& field, const Json& value, std::string* bytes) {
  if (!field.is_repeated) return AppendValue(field, value, bytes);
  if (!value.is_array()) return WrongType(field, value);
  for (const Json& element : value) {
    absl::Status status = AppendValue(field, element, bytes);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status AppendMessage(const MessageInfo& info, const Json& document, std::string* bytes) {
  for (const MessageField& field : info.fields) {
    const auto found = document.find(field.json_name);
    if (found == document.end() || found->is_null()) continue;
    absl::Status status = AppendField(field, *found, bytes);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

std::string TakeText(CodedInputStream* in) {
  uint32_t size = 0;
  std::string text;
  if (in->ReadVarint32(&size)) in->ReadString(&text, static_cast<int>(size));
  return text;
}

int64_t TakeNumber(CodedInputStream* in) {
  uint64_t number = 0;
  in->ReadVarint64(&number);
  return static_cast<int64_t>(number);
}

// A message's bytes within others, read by `take`.
template <typename Take>
auto TakeInner(CodedInputStream* in, Take take) {
  uint32_t size = 0;
  in->ReadVarint32(&size);
  const CodedInputStream::Limit limit = in->PushLimit(static_cast<int>(size));
  auto inner = take();
  in->PopLimit(limit);
  return inner;
}

Json TakeMessage(const MessageInfo& info, CodedInputStream* in);

Json TakeIntOrString(CodedInputStream* in) {
  Json value = 0;
  while (const uint32_t tag = in->ReadTag()) {
    value = WireFormatLite::GetTagFieldNumber(tag) == kFirst ? Json(TakeNumber(in)) : Json(TakeText(in));
  }
  return value;
}

void TakeMapEntry(CodedInputStream* in, Json* map) {
  std::string texts[2];
  while (const uint32_t tag = in->ReadTag()) {
    texts[WireFormatLite::GetTagFieldNumber(tag) == kFirst ? 0 : 1] = TakeText(in);
  }
  (*map)[texts[0]] = std::move(texts[1]);
}

// Not of a map.
Json TakeValue(const MessageField& field, CodedInputStream* in) {
  switch (field.kind) {
    case MessageFieldKind::kInt32:
    case MessageFieldKind::kInt64:
      return TakeNumber(in);
    case MessageFieldKind::kBool:
      return TakeNumber(in) != 0;
    case MessageFieldKind::kText:
      return TakeText(in);
    case MessageFieldKind::kJson:
      return ObjectFromText(TakeText(in));
    case MessageFieldKind::kIntOrString:
      return TakeInner(in, [&] { return TakeIntOrString(in); });
    case MessageFieldKind::kMessage:
      return TakeInner(in, [&] { return TakeMessage(*field.message, in); });
    case MessageFieldKind::kTextMap:
      break;
  }
  return nullptr;
}

void TakeField(const MessageField& field, CodedInputStream* in, Json* document) {
  Json& value = (*document)[std::string(field.json_name)];
  if (field.kind == MessageFieldKind::kTextMap) {
    if (value.is_null()) value = Json::object();
    TakeInner(in, [&] { return TakeMapEntry(in, &value), 0; });
  } else if (field.is_repeated) {
    value.push_back(TakeValue(field, in));
  } else {
    value = TakeValue(field, in);
  }
}

Json TakeMessage(const MessageInfo& info, CodedInputStream* in) {
  Json document = Json::object();
  while (const uint32_t tag = in->ReadTag()) {
    const int number = WireFormatLite::GetTagFieldNumber(tag);
    const MessageField* known = nullptr;
    for (const MessageField& field : info.fields) {
      if (field.number == number) known = &field;
    }
    if (known != nullptr) {
      TakeField(*known, in, &document);
    } else if (!WireFormatLite::SkipField(in, tag)) {
      break;
    }
  }
  return document;
}

}  // namespace

absl::Status ProtoFromJson(const Json& document, MessageLite* message) {
  std::string bytes;
  absl::Status status = AppendMessage(*FindMessageInfo(message->GetTypeName()), document, &bytes);
  CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int>(bytes.size()));
  if (!message->MergeFromCodedStream(&in) && status.ok()) {
    return absl::InvalidArgumentError("a text that is not UTF-8");
  }
  return status;
}

Json ProtoToJson(const MessageLite& message) {
  const std::string bytes = message.SerializeAsString();
  CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int>(bytes.size()));
  return TakeMessage(*FindMessageInfo(message.GetTypeName()), &in);
}

}  // namespace lws::internal
