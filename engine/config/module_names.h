// What the expressions of a module can name, and what they read by it.
#pragma once

#include <vector>

#include "engine/config/module.h"

namespace plumb::config {

// What the names of a module mean to expressions: where it is equal, each of them is checked alike.
struct Meanings {
  std::vector<cel::Type> types;  // of the variables
  std::vector<Reads> reads;      // by way of each name below them, in their order
  friend bool operator==(const Meanings&, const Meanings&) = default;
};

class ModuleNames {
 public:
  // Values and modules are of any type at first.
  explicit ModuleNames(const Module& module);

  const cel::Environment& environment() const { return environment_; }

  // Gives values and modules the types that are known by now.
  void declare();

  Meanings meanings() const;

  // What something reads in the end that has these references. `own` is what each name of for_each around it reads.
  Reads reads_of(const std::vector<cel::Reference>& references, bool calls_host, const std::vector<Reads>& own) const;

 private:
  void add_reference(const cel::Reference& reference, const std::vector<Reads>& own, Reads& reads) const;

  const Module& module_;
  cel::Environment environment_;
};

// Notes in the module what of a host it reads there, before the host's graph can be made.
void note_told(const cel::Reference& reference, Module& module);

// Facts that hosts are asked for apart and that are read.
std::set<std::string> asked_facts_of(const Reads& reads);

// Among the readings of a module: a fact of the host's own that it declares under `facts`.
std::string local_fact_name(const std::string& name);

// What the inside of a module reads, in the terms of its caller.
Reads seen_by_caller(const Reads& inside, const ModuleCall& call);

}  // namespace plumb::config
