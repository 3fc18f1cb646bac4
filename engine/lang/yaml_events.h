// What yaml-cpp says about a text, as a flat list. The only door to yaml-cpp: its types and exceptions end here.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/codes.h"

namespace plumb::lang {

struct Event {
  enum class Kind { kNull, kScalar, kAlias, kSequenceStart, kSequenceEnd, kMapStart, kMapEnd };
  Kind kind = Kind::kNull;
  bool plain = false;   // kScalar: without quotes and not a block scalar
  bool flow = false;    // kSequenceStart, kMapStart
  std::size_t pos = 0;  // byte where it starts; of an empty null, where the next token starts
  std::string text;     // kScalar
};

// Why reading stopped.
struct YamlProblem {
  std::size_t pos = 0;
  Code code = Code::kYamlSyntax;
  std::string summary;
  std::string label;
  std::string hint;
};

struct EventList {
  std::vector<Event> events;  // of the first document, up to the problem if there is one
  std::optional<YamlProblem> problem;
  std::optional<std::size_t> second_document;  // where content after the first document starts
};

// `text` is clean UTF-8 without a byte order mark.
EventList read_events(std::string_view text);

}  // namespace plumb::lang
