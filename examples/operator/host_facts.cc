#include "examples/operator/host_facts.h"

#include <unistd.h>

#include <fstream>

namespace lws::operator_program {

std::string HostName() {
  char name[256] = {};
  gethostname(name, sizeof(name) - 1);
  return name;
}

std::string FirstLineOf(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

}  // namespace lws::operator_program
