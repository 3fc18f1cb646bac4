// A folder in memory for what may write nothing else. Programs that run as somebody else may use it too, but not list
// it.
#pragma once

#include <string>

namespace plumb::exec {

// Gone with all that is in it when this goes out of scope.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  // "" where none could be made.
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace plumb::exec
