// What the expressions of a module can name, and what they read by it.
#pragma once

#include <vector>

#include "engine/config/module.h"

namespace plumb::config {

class ModuleNames {
 public:
  // Values and modules are of any type at first.
  explicit ModuleNames(const Module& module);

  const cel::Environment& environment() const { return environment_; }

  // Gives values and modules the types that are known by now.
  void declare();

  // What something reads in the end that has these references. `own` is what each name of for_each around it reads.
  Reads reads_of(const std::vector<cel::Reference>& references, bool calls_host, const std::vector<Reads>& own) const;

 private:
  void add_reference(const cel::Reference& reference, const std::vector<Reads>& own, Reads& reads) const;

  const Module& module_;
  cel::Environment environment_;
};

// What the inside of a module reads, in the terms of its caller.
Reads seen_by_caller(const Reads& inside, const ModuleCall& call);

}  // namespace plumb::config
