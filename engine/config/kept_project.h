// What was read and checked of a project's resources, kept for the next time that the project is read. An editor has it
// read again with every keystroke, and nearly all of it is as it was.
//
// A resource is taken over where the entry of `resources` that it comes of stands where it stood, word for word, and no
// file was looked at for it. What check() made of it is taken over where every name means what it meant, too.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/config/module.h"
#include "engine/config/module_names.h"
#include "engine/lang/source.h"

namespace plumb::config {

// A resource as it was read, with what was told of it and hidden for it.
struct BodyDeclaration {
  std::shared_ptr<const ParsedDeclaration> written;  // null where its kind or its address cannot be told
  Diagnostics diagnostics;
  lang::SourceMap sources;
  bool looked_at_files = false;
};

// An entry of `resources`: a resource, a list of them, a use or a block with all that is in it.
struct KeptEntry {
  SourceSpan span;
  bool flow = false;
  std::string text;  // the lines that it stands in, alone, and the empty ones behind them
  // Of what it comes to, in that order; nothing of uses and of resources that are to be read each time.
  std::vector<std::optional<BodyDeclaration>> declarations;
};

// What one file holds under `resources`, by line and column.
using KeptBody = std::map<std::pair<int, int>, KeptEntry>;

struct CheckedDeclaration {
  Declaration declaration;
  std::vector<Diagnostic> found;
  // What it adds to that of its module.
  bool reads_facts = false;
  std::set<std::string> asks_facts;
};

// Of one module, or of the project itself. For one reader at a time.
struct KeptModule {
  std::map<std::string, KeptBody> bodies;  // by file
  Meanings meanings;                       // of the names, when the resources were checked
  std::unordered_map<const ParsedDeclaration*, CheckedDeclaration> checked;  // each keeps what it is found by
};

class KeptProject {
 public:
  // By the module's folder. From any thread; it stays where it is.
  KeptModule& module(const std::string& folder);

 private:
  std::mutex mutex_;
  std::map<std::string, KeptModule> modules_;
};

}  // namespace plumb::config
