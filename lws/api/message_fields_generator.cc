// Writes the fields of messages as constant C++ tables, from the descriptor sets that protoc writes:
//   message_fields_generator a.proto.bin b.proto.bin > message_fields_data.cc
#include <fstream>
#include <iostream>
#include <map>
#include <string>

#include "google/protobuf/descriptor.pb.h"

namespace {

using google::protobuf::DescriptorProto;
using google::protobuf::FieldDescriptorProto;
using google::protobuf::FileDescriptorProto;
using google::protobuf::FileDescriptorSet;

struct Message {
  int index = 0;
  const DescriptorProto* descriptor = nullptr;
};

// By full name, without the entries of maps.
using Messages = std::map<std::string, Message>;

std::string Quoted(const std::string& text) { return "\"" + text + "\""; }

// Empty for a type that the API does not use.
std::string KindOf(const FieldDescriptorProto& field, const Messages& messages) {
  switch (field.type()) {
    case FieldDescriptorProto::TYPE_INT32:
      return "kInt32";
    case FieldDescriptorProto::TYPE_INT64:
      return "kInt64";
    case FieldDescriptorProto::TYPE_BOOL:
      return "kBool";
    case FieldDescriptorProto::TYPE_STRING:
      return "kText";
    case FieldDescriptorProto::TYPE_BYTES:
      return "kJson";
    case FieldDescriptorProto::TYPE_MESSAGE: {
      const std::string name = field.type_name().substr(1);
      if (name.size() > 12 && name.substr(name.size() - 12) == ".IntOrString") return "kIntOrString";
      return messages.count(name) > 0 ? "kMessage" : "kTextMap";
    }
    default:
      return "";
  }
}

// A row of a message's table; empty for a field of a type that the API does not use.
std::string Row(const FieldDescriptorProto& field, const Messages& messages) {
  const std::string kind = KindOf(field, messages);
  if (kind.empty()) return "";
  const bool is_repeated = field.label() == FieldDescriptorProto::LABEL_REPEATED && kind != "kTextMap";
  const std::string message = kind == "kMessage"
                                  ? "&kMessages[" + std::to_string(messages.at(field.type_name().substr(1)).index) + "]"
                                  : "nullptr";
  return "    {" + Quoted(field.json_name()) + ", " + std::to_string(field.number()) + ", MessageFieldKind::" + kind +
         ", " + (is_repeated ? "true" : "false") + ", " + message + "},\n";
}

bool Write(const Messages& messages) {
  std::cout << "// Generated from the .proto files.\n#include <algorithm>\n\n#include \"lws/api/message_fields.h\"\n\n"
            << "namespace lws::internal {\nnamespace {\n\nextern const MessageInfo kMessages[" << messages.size()
            << "];\n\n";
  std::string rows;
  for (const auto& [name, message] : messages) {
    const std::string fields = "kFields" + std::to_string(message.index);
    std::cout << "const MessageField " << fields << "[] = {\n";
    for (const FieldDescriptorProto& field : message.descriptor->field()) {
      const std::string row = Row(field, messages);
      if (row.empty()) {
        std::cerr << name << ": " << field.name() << ": a type that the API does not use\n";
        return false;
      }
      std::cout << row;
    }
    std::cout << "};\n";
    rows += "    {" + Quoted(name) + ", " + fields + "},\n";
  }
  std::cout << "\nconst MessageInfo kMessages[" << messages.size() << "] = {\n"
            << rows << "};\n\n}  // namespace\n\n"
            << "const MessageInfo* FindMessageInfo(absl::string_view name) {\n"
            << "  const auto less = [](const MessageInfo& info, absl::string_view wanted) { return info.name < wanted; "
               "};\n"
            << "  const auto* found = std::lower_bound(std::begin(kMessages), std::end(kMessages), name, less);\n"
            << "  return found != std::end(kMessages) && found->name == name ? found : nullptr;\n"
            << "}\n\n}  // namespace lws::internal\n";
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  FileDescriptorSet all;
  for (int i = 1; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    FileDescriptorSet read;
    if (!read.ParseFromIstream(&file)) {
      std::cerr << argv[i] << ": not a descriptor set\n";
      return 1;
    }
    all.MergeFrom(read);
  }
  Messages messages;
  for (const FileDescriptorProto& file : all.file()) {
    for (const DescriptorProto& message : file.message_type()) {
      messages[file.package() + "." + message.name()].descriptor = &message;
    }
  }
  int next = 0;
  for (auto& [name, message] : messages) message.index = next++;
  return Write(messages) ? 0 : 1;
}
