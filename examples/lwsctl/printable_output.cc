#include "examples/lwsctl/printable_output.h"

#include "absl/strings/string_view.h"
#include "lws/api/printable_text.h"

namespace lwsctl {

PrintableOutput::PrintableOutput(std::ostream* stream) : stream_(stream), to_(stream->rdbuf(this)) {}

PrintableOutput::~PrintableOutput() {
  sync();
  stream_->rdbuf(to_);
}

// The first bytes of what waits.
void PrintableOutput::WriteUntil(size_t end) {
  absl::string_view rest = absl::string_view(waiting_).substr(0, end);
  while (!rest.empty()) {
    const size_t kept = rest.find_first_of("\n\t");
    const std::string printable = lws::PrintableText(rest.substr(0, kept));
    const auto size = static_cast<std::streamsize>(printable.size());
    failed_ |= to_->sputn(printable.data(), size) != size;
    if (kept == absl::string_view::npos) break;
    failed_ |= traits_type::eq_int_type(to_->sputc(rest[kept]), traits_type::eof());
    rest.remove_prefix(kept + 1);
  }
  waiting_.erase(0, end);
}

std::timed_mutex& PrintableOutput::Mutex() {
  static std::timed_mutex& mutex = *new std::timed_mutex;
  return mutex;
}

std::streamsize PrintableOutput::xsputn(const char* text, std::streamsize size) {
  const std::lock_guard<std::timed_mutex> lock(Mutex());
  waiting_.append(text, static_cast<size_t>(size));
  const size_t end = waiting_.rfind('\n');
  if (end != std::string::npos) WriteUntil(end + 1);
  return failed_ ? 0 : size;
}

PrintableOutput::int_type PrintableOutput::overflow(int_type character) {
  if (traits_type::eq_int_type(character, traits_type::eof())) return traits_type::not_eof(character);
  const char text = traits_type::to_char_type(character);
  return xsputn(&text, 1) == 1 ? character : traits_type::eof();
}

int PrintableOutput::sync() {
  const std::lock_guard<std::timed_mutex> lock(Mutex());
  WriteUntil(waiting_.size());
  failed_ |= to_->pubsync() != 0;
  return failed_ ? -1 : 0;
}

}  // namespace lwsctl
