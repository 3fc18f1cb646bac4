// Diagnostics: what a user is told when something is wrong. Data, never printed here.
//
// `summary` is one sentence without a final full stop that names the thing it is about; `label` stands
// beside the caret and says what was expected there; `hint` says how to get out of it.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/codes.h"

namespace plumb {

// A place in a source file. Lines and columns are 1-based; columns count code points, as editors do.
// `end_column` is exclusive. `file` is relative to the project folder, with forward slashes.
struct SourceSpan {
  std::string file;
  int line = 0;
  int column = 0;
  int end_line = 0;
  int end_column = 0;

  // "plumb.yaml:31:5"
  std::string str() const;
  friend auto operator<=>(const SourceSpan&, const SourceSpan&) = default;
};

enum class Severity { kError, kWarning, kNote };
std::string_view name(Severity severity);

struct Related {
  SourceSpan span;
  std::string note;
  friend auto operator<=>(const Related&, const Related&) = default;
};

struct Diagnostic {
  Code code{};
  Severity severity = Severity::kError;
  std::string summary;
  std::optional<SourceSpan> span;
  std::string label;
  std::string hint;
  std::vector<Related> related;
  std::string host;  // empty unless the finding is about one host

  Diagnostic() = default;
  Diagnostic(Code diagnostic_code, std::string text) : code(diagnostic_code), summary(std::move(text)) {}

  Diagnostic&& at(SourceSpan where, std::string beside = {}) && {
    span = std::move(where);
    label = std::move(beside);
    return std::move(*this);
  }
  Diagnostic&& with_hint(std::string text) && {
    hint = std::move(text);
    return std::move(*this);
  }
  Diagnostic&& with_related(SourceSpan where, std::string note) && {
    related.push_back({std::move(where), std::move(note)});
    return std::move(*this);
  }
  Diagnostic&& as(Severity level) && {
    severity = level;
    return std::move(*this);
  }
  Diagnostic&& on(std::string host_name) && {
    host = std::move(host_name);
    return std::move(*this);
  }
};

// Collects findings of one pass, so that all of them are told in one go.
class Diagnostics {
 public:
  void add(Diagnostic diagnostic);
  void extend(Diagnostics other);
  bool has_errors() const { return errors_ > 0; }
  std::size_t error_count() const { return errors_; }
  bool empty() const { return items_.empty(); }
  // By file, line, column, severity, code, text: the order in which they are shown. Removes exact repeats.
  std::vector<Diagnostic> sorted() const;
  const std::vector<Diagnostic>& items() const { return items_; }

 private:
  std::vector<Diagnostic> items_;
  std::size_t errors_ = 0;
};

}  // namespace plumb
