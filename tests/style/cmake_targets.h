// What the CMake build knows of the library: its parts, their files and what they link, read from the BUILD files.
//
//   lws::CMakeTargets();    // the text of cmake/targets.cmake
//
// Thread-safety: may be called concurrently.
#ifndef LWS_TESTS_STYLE_CMAKE_TARGETS_H_
#define LWS_TESTS_STYLE_CMAKE_TARGETS_H_

#include <string>

namespace lws {

// A part of the library is a folder below lws/; reading and writing YAML, which links libyaml, is a part of its own.
// Headers are those of the list of public headers and what they include.
std::string CMakeTargets();

}  // namespace lws

#endif  // LWS_TESTS_STYLE_CMAKE_TARGETS_H_
