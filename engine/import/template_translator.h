// Takes a template over, statement by statement. What it writes are templates of plumb.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/import/jinja_pieces.h"
#include "engine/import/jinja_template.h"
#include "engine/import/names.h"

namespace plumb::imports {

// What `list.append(x)`, `list.extend(x)` or `map.update(x)` changes, and what it is afterwards.
struct Changed {
  std::string name;
  ExprPtr value;
};
std::optional<Changed> changed_by(const Expr& expr);

class TemplateTranslator {
 public:
  // `names` and `options` outlive this. `depth`: how many templates and macros are around it.
  TemplateTranslator(std::vector<Piece> pieces, LocalNames& names, const TemplateOptions& options, int depth)
      : pieces_(std::move(pieces)), names_(names), options_(options), depth_(depth) {}

  // The whole of it. Throws Untranslatable; line() is then where.
  std::string run();
  int line() const { return at_ < pieces_.size() ? pieces_[at_].line : 0; }
  // Whether a loop goes over a map whose order Jinja leaves as it was written.
  bool walks_maps() const { return walks_maps_; }

 private:
  static constexpr int kDeepestTemplate = 20;
  static constexpr int kDeepestBlock = 60;

  // --- jinja_template.cc
  void directive(const std::string& text, bool ends_line);
  // Up to a statement that begins with one of `ends`, which is left standing.
  void body(const std::vector<std::string>& ends, LocalNames& names);
  bool ends_file() const;
  // Takes what it begins with, and all that belongs to it.
  void statement(const std::string& word, const std::string& rest, LocalNames& names);
  // A statement that has no counterpart: what it takes away around it is gone already.
  void skip() { ++at_; }
  void include(const std::string& rest, LocalNames& names);

  // --- template_branches.cc
  // A branch, and what it names.
  struct Branch {
    Cel holds;
    std::map<std::string, Cel> set;
  };
  void conditional(const std::string& rest, LocalNames& names);
  bool set_chain(const std::string& rest, LocalNames& names);
  void skip_branch();
  void name_behind(const std::vector<Branch>& branches, bool opened, LocalNames& names);
  bool is_spoken_of(const std::string& name) const;
  Cel without_lets(Cel value, std::size_t since) const;

  // --- template_names.cc
  void name_value(const std::string& rest, bool ends_line, LocalNames& names);
  void let(const std::string& name, const Cel& value, bool ends_line, LocalNames& names);
  // `list.append(x)` and its like give the name another value; false where `expr` is nothing of that kind.
  bool change(const Expr& expr, bool ends_line, LocalNames& names);
  std::string fresh(std::string name);

  // --- template_loops.cc
  void loop(const std::string& rest, LocalNames& names);
  bool counts() const;
  bool gather(const std::string& target, const Cel& list, LocalNames& names);

  // --- template_macros.cc
  struct Macro {
    std::vector<std::string> parameters;
    std::map<std::string, ExprPtr> defaults;
    std::vector<Piece> pieces;
  };
  void define(const std::string& rest);
  bool expand(const Expr& expr, LocalNames& names);

  std::vector<Piece> pieces_;
  LocalNames& names_;
  const TemplateOptions& options_;
  int depth_ = 0;
  int depth_in_blocks_ = 0;
  bool walks_maps_ = false;
  std::size_t at_ = 0;
  std::string out_;
  std::vector<std::pair<std::string, Cel>> lets_;  // what each `let` is, in order
  std::map<std::string, bool> used_;
  int depth_in_loops_ = 0;
  std::map<std::string, int> named_in_;  // how many loops are around what names it last
  std::map<std::string, Macro> macros_;
};

}  // namespace plumb::imports
