// Where the names of a project are declared and where they stand: inputs, values, readings, facts of hosts' own, data,
// modules that are used, and resources by their addresses.
#pragma once

#include <compare>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/lsp/look.h"
#include "engine/lsp/shape.h"
#include "engine/lsp/text.h"

namespace plumb::lsp {

enum class NameKind { kInput, kValue, kReading, kFact, kData, kModule, kResource };

struct Name {
  NameKind kind = NameKind::kInput;
  std::string module;  // the folder of the module that it is one of
  std::string name;    // of a resource its address in there
  friend auto operator<=>(const Name&, const Name&) = default;
};

struct Mention {
  SourceSpan span;  // of the name alone; of an address, of its identity
  bool declares = false;
  bool renames = true;  // what stands there is the name, and may be another
};

class NameIndex {
 public:
  // Reads every file of the project, as far as it is YAML, and its templates. Only names are taken from the look.
  explicit NameIndex(const Look& look);

  // What stands at a place of a file.
  std::optional<Name> at(const std::string& file, int line, int column) const;
  // In the order of files and places.
  std::vector<Mention> mentions(const Name& name) const;
  // Names of one kind that the module declares.
  std::vector<std::string> declared(NameKind kind, const std::string& module) const;
  // The text of a file that it read; empty for others.
  const Text& text(const std::string& file) const;

 private:
  class Reader;

  std::map<Name, std::vector<Mention>> names_;
  std::map<std::string, Text> texts_;
};

// Whether what is renamed may be called so; else why not, in a sentence.
std::optional<std::string> why_no_name(const Name& name, const std::string& wanted);

}  // namespace plumb::lsp
