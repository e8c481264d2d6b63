// What a stream gets, made printable: nothing that came from a file can move the cursor, change a color or turn around
// the direction of writing. The lines stay lines, and tabs stay tabs.
//
//   PrintableOutput output(&std::cout);    // until it goes out of scope
//   std::cout << text << std::flush;
//   std::cout.good();                      // false when the text could not be written
//
// Thread-safety: that of the stream. While text is written, Mutex() is held.
#ifndef LWS_EXAMPLES_LWSCTL_PRINTABLE_OUTPUT_H_
#define LWS_EXAMPLES_LWSCTL_PRINTABLE_OUTPUT_H_

#include <mutex>
#include <ostream>
#include <streambuf>
#include <string>

namespace lwsctl {

class PrintableOutput final : public std::streambuf {
 public:
  // Borrows the stream.
  explicit PrintableOutput(std::ostream* stream);
  ~PrintableOutput() override;
  PrintableOutput(const PrintableOutput&) = delete;
  PrintableOutput& operator=(const PrintableOutput&) = delete;

  // Who holds it knows that no text is half written.
  static std::timed_mutex& Mutex();

 protected:
  int_type overflow(int_type character) override;
  std::streamsize xsputn(const char* text, std::streamsize size) override;
  int sync() override;

 private:
  void WriteUntil(size_t end);

  std::ostream* const stream_;
  std::streambuf* const to_;
  std::string waiting_;  // of a line that is not complete
  bool failed_ = false;  // something could not be written
};

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_PRINTABLE_OUTPUT_H_
