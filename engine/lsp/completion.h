// What could be typed at a place.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/lsp/look.h"
#include "engine/lsp/schema_view.h"
#include "engine/lsp/spot.h"
#include "engine/lsp/text.h"

namespace plumb::lsp {

// As the protocol numbers them.
enum class CandidateKind {
  kFunction = 3,
  kField = 5,
  kVariable = 6,
  kKind = 7,
  kModule = 9,
  kAttribute = 10,
  kValue = 12,
  kKeyword = 14,
  kFile = 17,
  kReference = 18,
  kFolder = 19,
  kEnumMember = 20,
  kConstant = 21,
};

struct Candidate {
  std::string label;
  std::string insert;  // "" for the label
  CandidateKind kind = CandidateKind::kValue;
  std::string detail = {};       // one line beside it
  std::string description = {};  // Markdown
  int rank = 1;                  // those of a lower one come first
};

struct Completion {
  std::size_t begin = 0;  // what stands from there on is replaced
  std::vector<Candidate> candidates;
};

// `look` knows the names, and may be null; `file` is relative to its project.
Completion complete(const Registry& kinds, const Look* look, const std::string& file, const Text& text,
                    std::size_t offset);

// --- its parts

// Values that the schemas allow, hosts, addresses, files and other names where these are asked for. `typed` is in the
// value; places count in the text before the cursor. Gives where in `typed.before` what is replaced begins.
std::size_t complete_value(const SchemaViews& views, const Look* look, const std::string& file, const Typed& typed,
                           std::vector<Candidate>& candidates);

// Names, fields and functions behind the beginning of an expression. `steps` lead to the text that it stands in: names
// of for_each around it count. Gives where in `before` what is replaced begins.
std::size_t complete_expression(const Look* look, const std::string& file, const std::vector<Step>& steps,
                                std::string_view before, std::vector<Candidate>& candidates);

}  // namespace plumb::lsp
