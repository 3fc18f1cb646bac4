// What came of the checks, kind by kind.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/conformance/checks.h"
#include "engine/conformance/subject.h"

namespace plumb::conformance {

// Of one kind and one check.
struct Tally {
  bool applies = true;  // else the kind has no such thing
  std::size_t held = 0;
  std::vector<std::string> broken = {};  // where and why

  std::size_t judged() const { return held + broken.size(); }
  bool holds() const { return broken.empty() && (held > 0 || !applies); }
};

class Report {
 public:
  explicit Report(const std::vector<std::string>& kinds);

  void except(const std::string& kind, Exceptions exceptions) { kinds_[kind].exceptions = std::move(exceptions); }

  void held(const std::string& kind, Check check) { ++kinds_[kind].checks[check].held; }
  void broken(const std::string& kind, Check check, std::string what);
  void does_not_apply(const std::string& kind, Check check) { kinds_[kind].checks[check].applies = false; }
  // `fault` says how it is broken; "" for not at all.
  void take(const std::string& kind, Check check, std::string fault);

  // What is broken or was never judged, and no exception says so; and exceptions of what holds, where `whole`: that
  // all was judged that there is.
  std::vector<std::string> faults(bool whole) const;
  // Format plumb.conformance/1.
  Json json() const;
  // Of all kinds.
  Tally total(Check check) const;

  struct OfKind {
    std::map<Check, Tally> checks;
    Exceptions exceptions;
  };
  const std::map<std::string, OfKind>& kinds() const { return kinds_; }

 private:
  std::map<std::string, OfKind> kinds_;
};

// The report as a file: what is no text in it is replaced.
std::string document_of(const Report& report);

// "99.9 %"; cut off, so that it is all only where it is all.
std::string percent(std::size_t part, std::size_t whole);

// For one kind: a line a check, with what is broken below it.
std::string text_of(const Report& report, const std::string& kind);

// Sections of Markdown: the checks, a table of kinds, a table of exceptions.
std::string tables_of(const Report& report);

}  // namespace plumb::conformance
