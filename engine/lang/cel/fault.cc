#include "engine/lang/cel/fault.h"

#include <algorithm>

#include "engine/lang/cel/utf8.h"

namespace plumb::cel {

Origin Origin::of_file(std::string file, std::string text) {
  Origin origin{std::move(file), std::move(text), {{0, 1, 1}}};
  int line = 1;
  for (std::size_t i = 0; i < origin.text.size(); ++i) {
    if (origin.text[i] == '\n') origin.runs.push_back({i + 1, ++line, 1});
  }
  return origin;
}

namespace {

const Origin::Run& run_of(const Origin& origin, std::size_t offset) {
  const auto behind = std::upper_bound(origin.runs.begin(), origin.runs.end(), offset,
                                       [](std::size_t o, const Origin::Run& run) { return o < run.offset; });
  return behind == origin.runs.begin() ? *behind : *(behind - 1);
}

int column_of(const Origin& origin, const Origin::Run& run, std::size_t offset) {
  const std::string_view text = origin.text;
  const std::size_t end = std::min(offset, text.size());
  if (end <= run.offset) return run.column;
  return run.column + static_cast<int>(count_code_points(text.substr(run.offset, end - run.offset)));
}

}  // namespace

SourceSpan Origin::span(std::size_t begin, std::size_t end) const {
  if (runs.empty()) return {file, 0, 0, 0, 0};
  const Run& first = run_of(*this, begin);
  SourceSpan span{file, first.line, column_of(*this, first, begin), 0, 0};
  // The end is taken from the last byte, which may stand in another run than what follows it.
  const std::size_t last = end > begin ? end - 1 : begin;
  const Run& final = run_of(*this, last);
  span.end_line = final.line;
  span.end_column = std::max(column_of(*this, final, std::max(end, begin + 1)), column_of(*this, final, last) + 1);
  return span;
}

Fault without_values(Fault fault) {
  switch (fault.code) {
    // These speak of types alone.
    case Code::kNotText:
    case Code::kNoOverload:
    case Code::kExpressionType:
    case Code::kCostLimit:
      return fault;
    default:
      break;
  }
  fault.summary = "this has no value for what it reads";
  fault.label = "why is not said, since it reads a sensitive value";
  fault.hint.clear();
  return fault;
}

Diagnostic diagnose(const Fault& fault) {
  return Diagnostic(fault.code, fault.summary).with_hint(fault.hint);
}

Diagnostic diagnose(const Fault& fault, const Origin& origin) {
  return diagnose(fault).at(origin.span(fault.begin, fault.end), fault.label);
}

}  // namespace plumb::cel
