#include "engine/inventory/ansible_ini.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "engine/base/nearest.h"
#include "engine/inventory/host_pattern.h"
#include "engine/inventory/python_literal.h"
#include "engine/lang/yaml_text.h"

namespace plumb::inventory {
namespace {

using lang::is_blank;

// A word of a host's line, its quotes taken off.
struct IniWord {
  std::string text;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t equals = std::string::npos;  // in the text
  std::size_t value_begin = 0;             // what stands behind the `=`, in the file
};

class IniReader {
 public:
  IniReader(const lang::TextIndex& index, Found& found, Reading& reading)
      : index_(index),
        text_(index.text()),
        found_(found),
        reading_(reading),
        before_(reading.diagnostics.error_count()) {}

  void read() {
    for (std::size_t begin = 0; begin < text_.size();) {
      const std::size_t end = std::min(text_.find('\n', begin), text_.size());
      line(begin, end);
      if (reading_.diagnostics.error_count() - before_ >= kMostFindings) return;
      begin = end + 1;
    }
    settle();
  }

 private:
  enum class State { kHosts, kVariables, kChildren };

  void fault(std::size_t begin, std::size_t end, std::string summary, std::string label, std::string hint = {}) {
    reading_.diagnostics.add(Diagnostic(Code::kInventorySource, std::move(summary))
                                 .at(index_.span(begin, end), std::move(label))
                                 .with_hint(std::move(hint)));
  }

  void line(std::size_t begin, std::size_t end) {
    while (begin < end && lang::is_space(text_[begin])) ++begin;
    while (end > begin && lang::is_space(text_[end - 1])) --end;
    if (begin == end || text_[begin] == '#' || text_[begin] == ';') return;
    if (text_[begin] == '[' && section(begin, end)) return;
    switch (state_) {
      case State::kHosts:
        return host_line(begin, end);
      case State::kVariables:
        return variable(begin, end);
      case State::kChildren:
        return child(begin, end);
    }
  }

  // A comment may follow a section's name and a child's.
  std::size_t without_comment(std::size_t begin, std::size_t end) const {
    const std::size_t hash = text_.substr(0, end).find('#', begin);
    if (hash != std::string_view::npos) end = hash;
    while (end > begin && is_blank(text_[end - 1])) --end;
    return end;
  }

  // False where the line is none, such as the name of a host in brackets.
  bool section(std::size_t begin, std::size_t whole_end) {
    const std::size_t end = without_comment(begin, whole_end);
    if (text_[end - 1] != ']') return false;
    const std::string_view inside = text_.substr(begin + 1, end - begin - 2);
    const std::size_t colon = inside.find(':');
    const std::string name(inside.substr(0, colon));
    const std::string_view kind = colon == std::string_view::npos ? "hosts" : inside.substr(colon + 1);
    section_ = std::nullopt;
    if (name.empty() || name.find_first_of(" \t[]") != std::string::npos) {
      fault(begin, end, "the name of a section cannot be read", "expected [group], [group:vars] or [group:children]");
      return true;
    }
    const std::map<std::string_view, State> kinds = {
        {"hosts", State::kHosts}, {"vars", State::kVariables}, {"children", State::kChildren}};
    const auto known = kinds.find(kind);
    if (known == kinds.end()) {
      const std::vector<std::string> words = {"hosts", "vars", "children"};
      const std::string near = nearest(kind, words);
      fault(begin + 2 + name.size(), end - 1, "`" + std::string(kind) + "` is no part of a group",
            near.empty() ? "expected hosts, vars or children" : "did you mean `" + near + "`?");
      return true;
    }
    state_ = known->second;
    section_ = group_name(name);
    const SourceSpan span = index_.span(begin + 1, begin + 1 + name.size());
    // Variables alone do not declare a group.
    if (state_ == State::kVariables && *section_ != kAll) {
      sections_of_variables_.emplace(*section_, span);
    } else {
      found_.group(*section_, span);
    }
    return true;
  }

  void variable(std::size_t begin, std::size_t end) {
    if (!section_) return;
    const std::size_t equals = text_.substr(0, end).find('=', begin);
    if (equals == std::string_view::npos || equals == begin) {
      return fault(begin, end, "a variable without its value", "expected `name=value`");
    }
    std::size_t key_end = equals;
    while (key_end > begin && is_blank(text_[key_end - 1])) --key_end;
    std::size_t value = equals + 1;
    while (value < end && is_blank(text_[value])) ++value;
    const SourceSpan span = index_.span(value, std::max(value, end));
    variables_[*section_].push_back(entry(std::string(text_.substr(begin, key_end - begin)),
                                          index_.span(begin, key_end),
                                          python_value(text_.substr(value, end - value), span)));
  }

  void child(std::size_t begin, std::size_t whole_end) {
    if (!section_) return;
    const std::size_t end = without_comment(begin, whole_end);
    const std::string_view name = text_.substr(begin, end - begin);
    if (name.empty() || name.find_first_of(" \t:]") != std::string_view::npos) {
      return fault(begin, std::max(end, begin + 1), "the name of a group cannot be read", "expected one name a line");
    }
    const SourceSpan span = index_.span(begin, end);
    children_.emplace_back(group_name(std::string(name)), span);
    if (*section_ != kAll) found_.group(*section_, span).links.children.try_emplace(children_.back().first, span);
  }

  // As a shell splits: quotes, backslashes, and comments anywhere outside of quotes.
  std::optional<std::vector<IniWord>> words(std::size_t begin, std::size_t end) {
    std::vector<IniWord> all;
    for (std::size_t i = begin; i < end;) {
      if (is_blank(text_[i])) {
        ++i;
        continue;
      }
      if (text_[i] == '#') break;
      IniWord word;
      word.begin = i;
      while (i < end && !is_blank(text_[i]) && text_[i] != '#') {
        if (text_[i] == '"' || text_[i] == '\'') {
          const std::size_t open = i;
          i = quoted(i, end, word.text);
          if (i == std::string::npos) {
            fault(open, end, "a quote is not closed", "opened here");
            return std::nullopt;
          }
          continue;
        }
        if (text_[i] == '\\' && i + 1 < end) ++i;
        if (text_[i] == '=' && word.equals == std::string::npos) {
          word.equals = word.text.size();
          word.value_begin = i + 1;
        }
        word.text += text_[i++];
      }
      word.end = i;
      all.push_back(std::move(word));
    }
    return all;
  }

  // The place behind the closing quote.
  std::size_t quoted(std::size_t i, std::size_t end, std::string& out) const {
    const char quote = text_[i++];
    for (; i < end; ++i) {
      if (text_[i] == quote) return i + 1;
      const bool escaped =
          quote == '"' && text_[i] == '\\' && i + 1 < end && (text_[i + 1] == '"' || text_[i + 1] == '\\');
      if (escaped) ++i;
      out += text_[i];
    }
    return std::string::npos;
  }

  void host_line(std::size_t begin, std::size_t end) {
    const std::optional<std::vector<IniWord>> all = words(begin, end);
    if (!all || all->empty()) return;
    const IniWord& name = all->front();
    const SourceSpan span = index_.span(name.begin, name.end);
    if (name.text == "---" || name.text.ends_with(':')) {
      return fault(name.begin, name.end, "this looks like YAML, and the file is read as INI", "not a host's name",
                   "give the file a name that ends in .yml or .yaml");
    }
    if (name.equals != std::string::npos) {
      return fault(name.begin, name.end, "a line of hosts begins with a variable", "expected a host's name",
                   "variables of a group stand under [group:vars]");
    }
    std::vector<lang::Entry> variables;
    for (std::size_t i = 1; i < all->size(); ++i) {
      const IniWord& word = (*all)[i];
      if (word.equals == std::string::npos || word.equals == 0) {
        fault(word.begin, word.end, "a variable without its value", "expected `name=value`",
              "each host stands on a line of its own");
        return;
      }
      const SourceSpan value = index_.span(word.value_begin, word.end);
      put(variables, entry(word.text.substr(0, word.equals), index_.span(word.begin, word.value_begin - 1),
                           python_value(std::string_view(word.text).substr(word.equals + 1), value)));
    }
    add_hosts(name.text, span, section_, variables, found_, reading_);
  }

  // A group may be declared below the lines that speak of it.
  void settle() {
    std::vector<std::string> names;
    for (const auto& [name, group] : found_.groups) names.push_back(name);
    const auto unknown = [&](const std::string& name, const SourceSpan& span) {
      const std::string near = nearest(name, names);
      reading_.diagnostics.add(
          Diagnostic(Code::kUnknownGroup, "there is no group `" + name + "`")
              .at(span, near.empty() ? "no section [" + name + "] declares it" : "did you mean `" + near + "`?"));
    };
    for (const auto& [name, span] : children_) {
      if (!found_.groups.contains(name)) unknown(name, span);
    }
    std::set<std::string> told = {kUngrouped};
    for (const auto& [name, span] : children_) told.insert(name);
    for (const auto& [name, span] : sections_of_variables_) {
      if (!found_.groups.contains(name) && !told.contains(name)) unknown(name, span);
    }
    for (auto& [name, entries] : variables_) {
      FoundGroup& group = found_.group(name, entries.front().key_span);
      for (lang::Entry& one : entries) put_agreeing(group.said.variables, std::move(one), "group " + name, reading_);
    }
  }

  const lang::TextIndex& index_;
  std::string_view text_;
  Found& found_;
  Reading& reading_;
  std::size_t before_;
  State state_ = State::kHosts;
  std::optional<std::string> section_ = kUngrouped;  // nothing: one that could not be read
  std::vector<std::pair<std::string, SourceSpan>> children_;
  std::map<std::string, SourceSpan> sections_of_variables_;
  std::map<std::string, std::vector<lang::Entry>> variables_;
};

}  // namespace

void read_ansible_ini(const std::string& file_name, std::string_view text, Found& found, Reading& reading) {
  const lang::TextIndex index(file_name, without_mark(text));
  IniReader(index, found, reading).read();
}

}  // namespace plumb::inventory
