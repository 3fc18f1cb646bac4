// The image that cases are applied to: one folder that is emptied for each of them but for its programs.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "testdata/meet/case.h"

namespace plumb::meet {

// What can be seen of a path without looking at the clock: type, mode, owner, group, inode, time of change of the
// content, content or target.
using Picture = std::map<std::string, std::string>;

class Image {
 public:
  // In a folder that exists. Programs of this machine are put into it: a shell, touch, rm, test, true and, where there
  // is one, systemctl.
  explicit Image(std::filesystem::path folder);

  const std::filesystem::path& folder() const { return folder_; }
  void reset(const Start& start) const;
  // Without the programs, and without what the executor remembers.
  Picture picture() const;

 private:
  std::filesystem::path folder_;
};

// The same without what tells whether something was written anew: inodes, times, and bits that do not outlast it.
Picture lasting(const Picture& picture);

// A path that a write left which did not end; "" for none.
std::string left_over(const Picture& picture);

// Puts a program of this machine into an image, with the libraries that it needs. Nothing where there is none.
void take_program(const std::filesystem::path& root, const std::string& program);

// One line a path that is not the same in both; "" where all are.
std::string differences(const Picture& before, const Picture& after);

}  // namespace plumb::meet
