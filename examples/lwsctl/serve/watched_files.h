// Which files the page of a file depends on, and whether one of them changed.
//
//   lwsctl::WatchedFiles files({"test.yaml"});
//   files.TakeChange();    // false: nothing changed since
//
// A page depends on its files and on every file that a text in them names, such as the manifest of a test or the nodes
// of a scenario.
//
// Thread-safety: a value, which belongs to one thread at a time.
#ifndef LWS_EXAMPLES_LWSCTL_SERVE_WATCHED_FILES_H_
#define LWS_EXAMPLES_LWSCTL_SERVE_WATCHED_FILES_H_

#include <map>
#include <string>
#include <vector>

namespace lwsctl {

class WatchedFiles {
 public:
  // Looks at the files as they are now. Files that are not there are watched too.
  explicit WatchedFiles(std::vector<std::string> files);

  // Whether any watched file was written, made or removed since this was last asked, or since the beginning. If so, it
  // looks again at what the files name.
  bool TakeChange();

 private:
  // What changes when a file is written: its time and its size, as text; "" while there is no such file.
  using Stamps = std::map<std::string, std::string>;

  Stamps Look() const;

  std::vector<std::string> files_;
  Stamps seen_;
};

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_SERVE_WATCHED_FILES_H_
