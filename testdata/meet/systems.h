// What can be said of the kinds of the system: values of the kernel, mounts, units, names, each in its states.
#pragma once

#include <string>
#include <vector>

#include "testdata/meet/case.h"

namespace plumb::meet {

struct SystemWord {
  std::string kind;
  std::string name;   // "" for the path that it is about
  std::string place;  // the attribute that holds that path; "" for none
  Json attributes;    // "OTHER" stands for another path

  bool is_unit() const { return kind == "systemd_unit"; }
  bool has_path() const { return name.empty() || !place.empty(); }
  Resource make(const std::string& path, const std::string& other) const;
};

const std::vector<SystemWord>& system_words();

// A kernel that runs has it, and so no more than one host of a machine; or it is about what runs elsewhere.
bool is_of_kernel(const Resource& resource);

}  // namespace plumb::meet
