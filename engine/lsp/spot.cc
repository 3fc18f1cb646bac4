#include "engine/lsp/spot.h"

#include <algorithm>
#include <tuple>

#include "engine/base/ascii.h"
#include "engine/lsp/torn_text.h"

namespace plumb::lsp {
namespace {

using lang::Entry;
using lang::Node;

// Stands for what is being typed. No project holds it.
constexpr std::string_view kMark = "plumbTypesHere";

bool holds(const SourceSpan& span, int line, int column) {
  const auto at = std::tuple(line, column);
  return std::tuple(span.line, span.column) <= at && at <= std::tuple(span.end_line, span.end_column);
}

using Visit = std::function<void(const Node& node, const std::vector<Step>& steps)>;

void walk(const Node& node, std::vector<Step>& steps, const Visit& visit) {
  visit(node, steps);
  for (const Entry& entry : node.entries) {
    steps.push_back({&node, &entry, 0});
    walk(entry.value, steps, visit);
    steps.pop_back();
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    steps.push_back({&node, nullptr, i});
    walk(node.items[i], steps, visit);
    steps.pop_back();
  }
}

class Finder {
 public:
  // `wanted` of a key or scalar: its text and its place.
  template <class Wanted>
  static std::optional<Spot> find(const Node& root, const Wanted& wanted) {
    Spot spot;
    if (!walk(root, wanted, spot)) return std::nullopt;
    return spot;
  }

 private:
  template <class Wanted>
  static bool walk(const Node& node, const Wanted& wanted, Spot& spot) {
    if (node.is_scalar() && wanted(node.text, node.span)) {
      spot.scalar = &node;
      return true;
    }
    for (const Entry& entry : node.entries) {
      spot.steps.push_back({&node, &entry, 0});
      spot.on_key = wanted(entry.key, entry.key_span);
      if (spot.on_key || walk(entry.value, wanted, spot)) return true;
      spot.steps.pop_back();
    }
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      spot.steps.push_back({&node, nullptr, i});
      if (walk(node.items[i], wanted, spot)) return true;
      spot.steps.pop_back();
    }
    return false;
  }
};

bool is_word(char c) {
  return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '.' || c == '/';
}

std::string_view without_end(std::string_view text, const char* what) {
  while (!text.empty() && std::string_view(what).find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  return text;
}

// A line around the place where something is typed.
class TypedLine {
 public:
  TypedLine(std::string_view text, std::size_t offset) : text_(text), offset_(std::min(offset, text.size())) {
    const std::size_t start = offset_ == 0 ? std::string_view::npos : text.rfind('\n', offset_ - 1);
    begin_ = start == std::string_view::npos ? 0 : start + 1;
    before_ = text.substr(begin_, offset_ - begin_);
    after_ = text.substr(offset_, std::min(text.find('\n', offset_), text.size()) - offset_);
    if (after_.ends_with('\r')) after_.remove_suffix(1);
  }

  // A key, as far as the line tells: after the indentation and dashes, or after `{` or `,` in a map in brackets.
  bool may_be_key() const {
    std::string_view rest = before_;
    while (!rest.empty() && is_word(rest.back())) rest.remove_suffix(1);
    // A dash is a word's, too.
    if (rest.empty() && before_.find_first_not_of("- ") == std::string_view::npos) rest = before_;
    const char open = open_bracket(before_);
    rest = without_end(rest, " ");
    if (open == '{') return rest.ends_with('{') || rest.ends_with(',');
    if (open == '[') return false;
    return without_end(rest, "- ").empty();
  }

  // Whether the rest of the line is the rest of a key and its `:`.
  bool ends_key() const {
    std::size_t at = 0;
    while (at < after_.size() && is_word(after_[at])) ++at;
    while (at < after_.size() && after_[at] == ' ') ++at;
    return at < after_.size() && after_[at] == ':';
  }

  // What the text becomes with `mark` typed there, and where `closed`, what is open at the end of the line closed.
  std::string with(std::string_view mark, bool closed) const {
    std::string text(text_.substr(0, offset_));
    text += mark;
    text += after_;
    if (closed) text += closing_of(std::string(before_) + std::string(after_));
    text += text_.substr(offset_ + after_.size());
    return text;
  }

 private:
  std::string_view text_;
  std::size_t offset_;
  std::size_t begin_ = 0;
  std::string_view before_;
  std::string_view after_;
};

std::unique_ptr<Typed> read_typed(const std::string& name, const std::string& text) {
  auto typed = std::make_unique<Typed>();
  Diagnostics told_elsewhere;
  typed->root = lang::read_partial_yaml(name, text, told_elsewhere);
  std::optional<Spot> spot = Finder::find(typed->root, [](const std::string& written, const SourceSpan&) {
    return written.find(kMark) != std::string::npos;
  });
  if (!spot) return nullptr;
  typed->spot = std::move(*spot);
  const std::string& written =
      typed->spot.scalar != nullptr ? typed->spot.scalar->text : typed->spot.steps.back().entry->key;
  const std::size_t at = written.find(kMark);
  typed->before = written.substr(0, at);
  typed->after = written.substr(at + kMark.size());
  typed->in_brackets = !typed->spot.steps.empty() && typed->spot.steps.back().within->flow;
  return typed;
}

// As a key first, where it may be one; then as a text, and at last with what is open in its line closed.
std::unique_ptr<Typed> typed_in(const std::string& name, std::string_view text, std::size_t offset) {
  const TypedLine line(text, offset);
  const bool ends_key = line.ends_key();
  std::unique_ptr<Typed> typed;
  if (line.may_be_key()) typed = read_typed(name, line.with(std::string(kMark) + (ends_key ? "" : ": "), false));
  if (typed == nullptr) typed = read_typed(name, line.with(kMark, false));
  if (typed == nullptr) typed = read_typed(name, line.with(kMark, true));
  if (typed != nullptr) typed->ends_key = ends_key;
  return typed;
}

// The text with all lines but the one at `offset` as a reader of YAML takes them.
std::string readable_around(std::string_view text, std::size_t offset) {
  const std::size_t begin = text.substr(0, offset).rfind('\n') + 1;
  const std::size_t end = std::min(text.find('\n', offset), text.size());
  std::string others(text);
  others.replace(begin, end - begin, end - begin, ' ');
  others = readable_text(std::move(others));
  others.replace(begin, end - begin, text.substr(begin, end - begin));
  return others;
}

}  // namespace

std::string_view Spot::key() const {
  return key_above(0);
}

std::string_view Spot::key_above(std::size_t levels) const {
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    if (step->entry == nullptr) continue;
    if (levels == 0) return step->entry->key;
    --levels;
  }
  return {};
}

void for_each_node(const Node& root, const Visit& visit) {
  std::vector<Step> steps;
  walk(root, steps, visit);
}

std::optional<Spot> spot_at(const Node& root, int line, int column) {
  return Finder::find(root, [&](const std::string&, const SourceSpan& span) { return holds(span, line, column); });
}

std::unique_ptr<Typed> typed_at(const std::string& name, std::string_view text, std::size_t offset) {
  offset = std::min(offset, text.size());
  if (auto typed = typed_in(name, text, offset)) return typed;
  return typed_in(name, readable_around(text, offset), offset);
}

}  // namespace plumb::lsp
