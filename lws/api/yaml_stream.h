// YAML texts as streams of events, read and written by libyaml, of which Kubernetes' own reader is a port.
//
//   lws::internal::YamlEventReader reader("a: 1");
//   lws::internal::YamlEvent event;
//   while (reader.Next(&event) && event.kind != lws::internal::YamlEvent::Kind::kStreamEnd) ...
//   if (!reader.error().empty()) ...    // "did not find expected ',' or ']'", at reader.error_line()
//
// Thread-safety: distinct readers and writers are independent.
#ifndef LWS_API_YAML_STREAM_H_
#define LWS_API_YAML_STREAM_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"

namespace lws::internal {

struct YamlEvent {
  enum class Kind {
    kStreamStart,
    kStreamEnd,
    kDocumentStart,
    kDocumentEnd,
    kAlias,
    kScalar,
    kListStart,
    kListEnd,
    kMapStart,
    kMapEnd,
  };
  Kind kind = Kind::kStreamEnd;
  absl::string_view text;    // of a scalar
  absl::string_view anchor;  // of a value that has one, or the one that an alias names
  absl::string_view tag;     // "" when the text has none, or only "!"
  bool is_plain = false;     // a scalar without quotes, block style and tag, or with the tag "!"
  int line = 1;              // where it begins
  // Whether the start of a document is written (---), and whether it has directives such as %YAML 1.2.
  bool is_explicit = false;
  bool has_directives = false;
};

class YamlEventReader {
 public:
  // Borrows `text`, which must be UTF-8 without a byte order mark.
  explicit YamlEventReader(absl::string_view text);
  ~YamlEventReader();
  YamlEventReader(const YamlEventReader&) = delete;
  YamlEventReader& operator=(const YamlEventReader&) = delete;

  // Reads the next event; its texts live until the next call. Returns false from the first error on.
  bool Next(YamlEvent* event);

  // The error in libyaml's words, and its line; "" when there was none.
  const std::string& error() const { return error_; }
  int error_line() const { return error_line_; }

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
  std::string error_;
  int error_line_ = 0;
};

// Writes one document. The calls describe a value in order, like the events of the reader.
class YamlEventWriter {
 public:
  enum class Style { kPlain, kDoubleQuoted, kLiteral };

  YamlEventWriter();
  ~YamlEventWriter();
  YamlEventWriter(const YamlEventWriter&) = delete;
  YamlEventWriter& operator=(const YamlEventWriter&) = delete;

  void StartMap(bool is_empty);
  void EndMap();
  void StartList(bool is_empty);
  void EndList();
  // Where `style` cannot express the text, another style is used.
  void Scalar(absl::string_view text, Style style);

  // Returns the document, which ends with a line break. Call it once, after the value is complete.
  std::string Finish();

 private:
  struct Emitter;
  std::unique_ptr<Emitter> emitter_;
};

}  // namespace lws::internal

#endif  // LWS_API_YAML_STREAM_H_
