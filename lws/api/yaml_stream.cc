#include "lws/api/yaml_stream.h"

#include <yaml.h>

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"

namespace lws::internal {
namespace {

using Kind = YamlEvent::Kind;

absl::string_view View(const yaml_char_t* text) {
  return text == nullptr ? absl::string_view() : absl::string_view(reinterpret_cast<const char*>(text));
}

// "!" means that the value is read as if it were plain. The other fields of the event say that already.
absl::string_view TagOf(const yaml_char_t* tag) { return View(tag) == "!" ? absl::string_view() : View(tag); }

const yaml_char_t* Bytes(absl::string_view text) { return reinterpret_cast<const yaml_char_t*>(text.data()); }

Kind KindOf(yaml_event_type_t type) {
  switch (type) {
    case YAML_STREAM_START_EVENT:
      return Kind::kStreamStart;
    case YAML_DOCUMENT_START_EVENT:
      return Kind::kDocumentStart;
    case YAML_DOCUMENT_END_EVENT:
      return Kind::kDocumentEnd;
    case YAML_ALIAS_EVENT:
      return Kind::kAlias;
    case YAML_SCALAR_EVENT:
      return Kind::kScalar;
    case YAML_SEQUENCE_START_EVENT:
      return Kind::kListStart;
    case YAML_SEQUENCE_END_EVENT:
      return Kind::kListEnd;
    case YAML_MAPPING_START_EVENT:
      return Kind::kMapStart;
    case YAML_MAPPING_END_EVENT:
      return Kind::kMapEnd;
    default:
      return Kind::kStreamEnd;
  }
}

void Describe(const yaml_event_t& raw, YamlEvent* event) {
  *event = YamlEvent();
  event->kind = KindOf(raw.type);
  event->line = static_cast<int>(raw.start_mark.line) + 1;
  switch (raw.type) {
    case YAML_SCALAR_EVENT:
      event->text = {reinterpret_cast<const char*>(raw.data.scalar.value), raw.data.scalar.length};
      event->anchor = View(raw.data.scalar.anchor);
      event->tag = TagOf(raw.data.scalar.tag);
      event->is_plain = raw.data.scalar.plain_implicit != 0;
      return;
    case YAML_ALIAS_EVENT:
      event->anchor = View(raw.data.alias.anchor);
      return;
    case YAML_SEQUENCE_START_EVENT:
      event->anchor = View(raw.data.sequence_start.anchor);
      event->tag = TagOf(raw.data.sequence_start.tag);
      return;
    case YAML_MAPPING_START_EVENT:
      event->anchor = View(raw.data.mapping_start.anchor);
      event->tag = TagOf(raw.data.mapping_start.tag);
      return;
    case YAML_DOCUMENT_START_EVENT:
      event->is_explicit = raw.data.document_start.implicit == 0;
      event->has_directives =
          raw.data.document_start.version_directive != nullptr ||
          raw.data.document_start.tag_directives.start != raw.data.document_start.tag_directives.end;
      return;
    default:
      return;
  }
}

}  // namespace

struct YamlEventReader::Parser {
  yaml_parser_t parser = {};
  yaml_event_t event = {};
  absl::string_view text;
};

YamlEventReader::YamlEventReader(absl::string_view text) : parser_(std::make_unique<Parser>()) {
  parser_->text = text;
  yaml_parser_initialize(&parser_->parser);
  yaml_parser_set_encoding(&parser_->parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&parser_->parser, Bytes(text), text.size());
}

YamlEventReader::~YamlEventReader() {
  yaml_event_delete(&parser_->event);
  yaml_parser_delete(&parser_->parser);
}

bool YamlEventReader::Next(YamlEvent* event) {
  if (!error_.empty()) return false;
  yaml_event_delete(&parser_->event);
  yaml_parser_t& parser = parser_->parser;
  if (yaml_parser_parse(&parser, &parser_->event) != 0) {
    Describe(parser_->event, event);
    return true;
  }
  parser_->event = {};
  error_ = parser.problem == nullptr ? "out of memory" : parser.problem;
  if (parser.context != nullptr) error_ = absl::StrCat(parser.context, ": ", error_);
  error_line_ = static_cast<int>(parser.problem_mark.line) + 1;
  if (parser.error == YAML_READER_ERROR) {
    // The reader has read ahead of libyaml's marks, so only the offset tells where the problem is.
    const absl::string_view before = parser_->text.substr(0, parser.problem_offset);
    error_line_ = static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1;
  }
  return false;
}

struct YamlEventWriter::Emitter {
  yaml_emitter_t emitter = {};
  std::string output;

  static int Write(void* data, unsigned char* bytes, size_t size) {
    static_cast<Emitter*>(data)->output.append(reinterpret_cast<const char*>(bytes), size);
    return 1;
  }

  void Emit(yaml_event_t* event) { yaml_emitter_emit(&emitter, event); }
};

YamlEventWriter::YamlEventWriter() : emitter_(std::make_unique<Emitter>()) {
  yaml_emitter_t* emitter = &emitter_->emitter;
  yaml_emitter_initialize(emitter);
  yaml_emitter_set_output(emitter, &Emitter::Write, emitter_.get());
  yaml_emitter_set_unicode(emitter, 1);
  yaml_emitter_set_width(emitter, -1);
  yaml_event_t event;
  yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING);
  emitter_->Emit(&event);
  yaml_document_start_event_initialize(&event, nullptr, nullptr, nullptr, 1);
  emitter_->Emit(&event);
}

YamlEventWriter::~YamlEventWriter() { yaml_emitter_delete(&emitter_->emitter); }

void YamlEventWriter::StartMap(bool is_empty) {
  yaml_event_t event;
  yaml_mapping_start_event_initialize(&event, nullptr, nullptr, 1,
                                      is_empty ? YAML_FLOW_MAPPING_STYLE : YAML_BLOCK_MAPPING_STYLE);
  emitter_->Emit(&event);
}

void YamlEventWriter::EndMap() {
  yaml_event_t event;
  yaml_mapping_end_event_initialize(&event);
  emitter_->Emit(&event);
}

void YamlEventWriter::StartList(bool is_empty) {
  yaml_event_t event;
  yaml_sequence_start_event_initialize(&event, nullptr, nullptr, 1,
                                       is_empty ? YAML_FLOW_SEQUENCE_STYLE : YAML_BLOCK_SEQUENCE_STYLE);
  emitter_->Emit(&event);
}

void YamlEventWriter::EndList() {
  yaml_event_t event;
  yaml_sequence_end_event_initialize(&event);
  emitter_->Emit(&event);
}

void YamlEventWriter::Scalar(absl::string_view text, Style style) {
  const yaml_scalar_style_t styles[] = {YAML_PLAIN_SCALAR_STYLE, YAML_DOUBLE_QUOTED_SCALAR_STYLE,
                                        YAML_LITERAL_SCALAR_STYLE};
  yaml_event_t event;
  yaml_scalar_event_initialize(&event, nullptr, nullptr, Bytes(text), static_cast<int>(text.size()), 1, 1,
                               styles[static_cast<int>(style)]);
  emitter_->Emit(&event);
}

std::string YamlEventWriter::Finish() {
  yaml_event_t event;
  yaml_document_end_event_initialize(&event, 1);
  emitter_->Emit(&event);
  yaml_stream_end_event_initialize(&event);
  emitter_->Emit(&event);
  yaml_emitter_flush(&emitter_->emitter);
  return std::move(emitter_->output);
}

}  // namespace lws::internal
