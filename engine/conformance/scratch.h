// The folder in which a judgement makes its hosts.
#pragma once

#include <filesystem>
#include <initializer_list>

namespace plumb::conformance {

// New and empty, gone with all that is in it when this goes out of scope, and open to those who are not root: programs
// of others look into it.
class Scratch {
 public:
  // In the first of the places in which one can be made.
  explicit Scratch(std::initializer_list<std::filesystem::path> places);
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  // "" where none could be made.
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace plumb::conformance
