#include "engine/conformance/scratch.h"

#include <cstdlib>
#include <string>
#include <system_error>

#include <unistd.h>

namespace plumb::conformance {

namespace fs = std::filesystem;

Scratch::Scratch(std::initializer_list<fs::path> places) {
  for (const fs::path& place : places) {
    std::error_code problem;
    std::string path = (fs::canonical(place, problem) / "plumb-conformance-XXXXXX").string();
    if (problem || ::mkdtemp(path.data()) == nullptr) continue;
    path_ = path;
    fs::permissions(path_, fs::perms{0755}, problem);
    return;
  }
}

Scratch::~Scratch() {
  std::error_code problem;
  if (!path_.empty()) fs::remove_all(path_, problem);
}

}  // namespace plumb::conformance
