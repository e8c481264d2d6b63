// Prints cmake/targets.cmake.
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "tests/style/cmake_targets.h"

int main() {
  // `bazel run` starts programs elsewhere, and tells where the tree is.
  const char* tree = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  if (tree != nullptr) std::filesystem::current_path(tree);
  std::cout << lws::CMakeTargets();
  return 0;
}
