// Fault: why an expression cannot be read, checked or evaluated, with its place in the expression's own text.
//
// A text may stand inside a YAML scalar or a template file; only when a user is told of a fault is its place
// mapped into the file, through an Origin.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace plumb::cel {

struct Fault {
  Code code{};
  std::size_t begin = 0;  // bytes of the text that was given; end is exclusive
  std::size_t end = 0;
  std::string summary;
  std::string label;  // beside the caret: what was expected
  std::string hint;   // a way out
};

template <class T>
using Outcome = tl::expected<T, Fault>;

// Where a text stands in a file. A value: runs of bytes that are the same in the text and in the file.
struct Origin {
  struct Run {
    std::size_t offset = 0;  // in the text
    int line = 0;            // 1-based, in the file
    int column = 0;          // 1-based, code points
  };

  std::string file;
  std::string text;       // what the offsets of faults count in
  std::vector<Run> runs;  // ascending by offset; the first at 0

  // A text that is a whole file.
  static Origin of_file(std::string file, std::string text);

  SourceSpan span(std::size_t begin, std::size_t end) const;
};

// What may be told of a fault of an evaluation that read what is sensitive: its place, and nothing of any value.
Fault without_values(Fault fault);

Diagnostic diagnose(const Fault& fault, const Origin& origin);
// The words of an error value that stands in the place of what could not be worked out. Its fault was told there, and
// what comes of reading it needs no telling.
inline constexpr const char* kToldBefore = "what this reads has no value";
inline bool was_told(const Fault& fault) {
  return fault.summary == kToldBefore;
}
// Without a place, for an expression that stands in no file.
Diagnostic diagnose(const Fault& fault);

}  // namespace plumb::cel
