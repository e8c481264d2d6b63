#include "examples/lwsctl/proto_document.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/type_resolver.h"
#include "google/protobuf/util/type_resolver_util.h"
#include "lws/api/message_bytes.h"

namespace lwsctl {
namespace {

using google::protobuf::MessageLite;
using google::protobuf::util::TypeResolver;

constexpr char kTypes[] = "types";

std::string UrlOf(const MessageLite& message) { return absl::StrCat(kTypes, "/", message.GetTypeName()); }

const google::protobuf::DescriptorPool& Pool() {
  static const google::protobuf::DescriptorPool& pool = *[] {
    auto* made = new google::protobuf::DescriptorPool();
    google::protobuf::FileDescriptorSet files;
    const absl::string_view bytes = ProtoDescriptors();
    files.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
    // Files come after those that they import.
    for (const google::protobuf::FileDescriptorProto& file : files.file()) made->BuildFile(file);
    return made;
  }();
  return pool;
}

std::unique_ptr<TypeResolver> Resolver() {
  return std::unique_ptr<TypeResolver>(google::protobuf::util::NewTypeResolverForDescriptorPool(kTypes, &Pool()));
}

}  // namespace

absl::StatusOr<std::string> ProtoDocument(const MessageLite& message, bool indented) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = indented;
  std::string text;
  const auto printed = google::protobuf::util::BinaryToJsonString(Resolver().get(), UrlOf(message),
                                                                  lws::internal::MessageBytes(message), &text, options);
  if (!printed.ok()) return absl::InternalError(printed.message().as_string());
  return text;
}

absl::Status ReadProtoDocument(const std::string& text, MessageLite* message) {
  std::string bytes;
  const auto parsed = google::protobuf::util::JsonToBinaryString(Resolver().get(), UrlOf(*message), text, &bytes);
  if (!parsed.ok()) return absl::InvalidArgumentError(parsed.message().as_string());
  if (!message->ParseFromString(bytes)) return absl::InvalidArgumentError("a text that is not UTF-8");
  return absl::OkStatus();
}

}  // namespace lwsctl
