// Values of YAML and TOML, changed where they stand. Texts at random, in many ways of writing: what the readers of
// others make of the changed text is what was asked for, and what stands elsewhere is as it was.
#include <algorithm>
#include <cstdlib>
#include <random>

#include <gtest/gtest.h>
#include <toml++/toml.h>
#include <yaml-cpp/yaml.h>

#include "engine/base/pattern.h"
#include "providers/sdk/edit_testing.h"

namespace plumb {
namespace {

// What a reader that is not ours makes of a text.
Json judged(const YAML::Node& node) {
  if (node.IsMap()) {
    Json map = Json::object();
    for (const auto& entry : node) map[entry.first.Scalar()] = judged(entry.second);
    return map;
  }
  if (node.IsSequence()) {
    Json list = Json::array();
    for (const auto& item : node) list.push_back(judged(item));
    return list;
  }
  if (node.IsNull()) return nullptr;
  if (node.Tag() == "!") return node.Scalar();
  const Json value = Json::parse(node.Scalar(), nullptr, false);
  return value.is_primitive() && !value.is_string() && !value.is_discarded() ? value : Json(node.Scalar());
}

Json judged(const toml::node& node) {
  if (const auto* table = node.as_table()) {
    Json map = Json::object();
    for (const auto& [name, value] : *table) map[std::string(name.str())] = judged(value);
    return map;
  }
  if (const auto* array = node.as_array()) {
    Json list = Json::array();
    for (const auto& item : *array) list.push_back(judged(item));
    return list;
  }
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return number->get();
  if (const auto* real = node.as_floating_point()) return real->get();
  if (const auto* flag = node.as_boolean()) return flag->get();
  return nullptr;
}

// Trees, and texts that say them in one of the ways that people have.
class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t most) { return random_() % most; }
  bool once_in(std::size_t times) { return below(times) == 0; }

  Json scalar(bool with_null) {
    static const std::vector<std::string> texts = {
        "x",          "two words", "",        "yes",       "1",   "a: b", "a #b", "- x",    "'", "\"q\"", "\\d",
        "ä€",         "a\nb\n",    "a\n\n b", "tab\there", " x ", "0644", "10m",  "/etc/x", "#", "[x]",   "12:30:00",
        "2024-01-01", "null",      "~",       "*x",        "&y",  "!z",   "%",    "@",      "\n"};
    switch (below(8)) {
      case 0:
        return static_cast<int>(below(2000)) - 1000;
      case 1:
        return once_in(2);
      case 2:
        return static_cast<double>(below(1000)) / 8 + 0.125;
      case 3:
        return with_null ? Json() : Json(7);
      default:
        return texts[below(texts.size())];
    }
  }
  Json tree(int depth, bool with_null) {
    if (depth == 0 || once_in(3)) return scalar(with_null);
    if (once_in(3)) {
      Json list = Json::array();
      for (std::size_t i = below(4); i > 0; --i) list.push_back(tree(depth - 1, with_null));
      return list;
    }
    return map(depth, with_null);
  }
  Json map(int depth, bool with_null) {
    static const std::vector<std::string> names = {"a", "b", "c", "d e", "f.g", "on", "1", "h-i"};
    Json map = Json::object();
    for (std::size_t i = below(5); i > 0; --i) map[names[below(names.size())]] = tree(depth - 1, with_null);
    return map;
  }

  std::string yaml(const Json& root) {
    indent_ = 1 + below(4);
    list_indent_ = below(3);
    std::string text = once_in(3) ? "---\n" : "";
    if (root.empty()) return text + comment(0);
    text += block(root, 0);
    return text + comment(0);
  }

  std::string toml(const Json& root) {
    std::string text;
    section(root, "", text);
    return text + comment(0);
  }

 private:
  std::string comment(std::size_t column) {
    if (!once_in(3)) return "";
    return once_in(3) ? "\n" : std::string(column, ' ') + "# note " + std::to_string(++notes_) + ": [x] 'y\n";
  }
  std::string behind() { return once_in(4) ? "  # note " + std::to_string(++notes_) : ""; }

  static std::string json_quoted(const std::string& text) { return Json(text).dump(); }
  std::string yaml_scalar(const Json& value, std::size_t column) {
    if (!value.is_string()) return value.is_null() && once_in(3) ? "~" : value.dump();
    const std::string text = value.get<std::string>();
    static const auto plain = Pattern::parse("^[a-z][a-z0-9 /]*[a-z0-9]$|^[a-z/]+$");
    const bool word = text == "null" || text == "yes";
    if (!word && plain->matches(text) && once_in(2)) return text;
    const bool lines = text.find_first_not_of(" \n") == 0 && text.find('\t') == std::string::npos && text.back() != ' ';
    if (lines && once_in(2)) {
      std::string out = text.back() == '\n' ? "|" : "|-";
      std::string_view rest = text;
      while (!rest.empty()) {
        const std::string_view one = rest.substr(0, rest.find('\n'));
        out += '\n' + (one.empty() ? "" : std::string(column + 1, ' ') + std::string(one));
        rest.remove_prefix(std::min(one.size() + 1, rest.size()));
      }
      return out;
    }
    if (text.find('\n') == std::string::npos && once_in(2)) {
      std::string out = "'";
      for (const char c : text) out += c == '\'' ? "''" : std::string(1, c);
      return out + "'";
    }
    return json_quoted(text);
  }
  std::string flow(const Json& value) {
    if (value.is_array()) {
      std::string out = "[";
      for (const Json& item : value) out += (out.size() > 1 ? ", " : "") + flow(item);
      return out + "]";
    }
    if (value.is_object()) {
      std::string out = "{";
      for (const auto& [name, item] : value.items())
        out += (out.size() > 1 ? ", " : "") + json_quoted(name) + ": " + flow(item);
      return out + "}";
    }
    return value.is_string() ? json_quoted(value.get<std::string>()) : value.dump();
  }
  std::string name_text(const std::string& name) {
    return name == "on" || name == "1" || once_in(4) ? json_quoted(name) : name;
  }
  // Behind a colon or dash, to the end of the line.
  std::string rest(const Json& value, std::size_t column, bool dash) {
    if (value.is_structured() && !value.empty() && !once_in(6)) {
      if (dash && once_in(2)) {
        std::string inner = block(value, column + 2, false);
        return " " + inner;
      }
      const std::size_t deeper = value.is_array() && !dash ? column + list_indent_ : column + indent_;
      return behind() + "\n" + block(value, deeper);
    }
    if (value.is_structured()) return " " + flow(value) + behind() + "\n";
    if (value.is_null() && once_in(2)) return behind() + "\n";
    const std::string text = yaml_scalar(value, column);
    return " " + text + (text.find('\n') == std::string::npos ? behind() : "") + "\n";
  }
  std::string block(const Json& value, std::size_t column, bool first_indented = true) {
    std::string out;
    bool first = true;
    const auto begin = [&] {
      std::string line = first && !first_indented ? "" : comment(column) + std::string(column, ' ');
      first = false;
      return line;
    };
    if (value.is_array()) {
      for (const Json& item : value) out += begin() + "-" + rest(item, column, true);
    } else {
      for (const auto& [name, item] : value.items()) out += begin() + name_text(name) + ":" + rest(item, column, false);
    }
    return out;
  }

  static std::string toml_key(const std::string& name) {
    return name.find_first_of(". ") == std::string::npos ? name : json_quoted(name);
  }
  std::string toml_flow(const Json& value) {
    std::string out;
    if (value.is_array()) {
      for (const Json& item : value) out += (out.empty() ? "" : once_in(3) ? ",\n  " : ", ") + toml_flow(item);
      return "[" + out + (once_in(4) ? "\n]" : "]");
    }
    if (value.is_object()) {
      for (const auto& [name, item] : value.items()) {
        std::string inner = toml_flow(item);
        out += (out.empty() ? "" : ", ") + toml_key(name) + "=" + inner;
      }
      return "{" + out + "}";
    }
    return value.is_string() ? json_quoted(value.get<std::string>()) : value.dump();
  }
  void section(const Json& table, const std::string& path, std::string& out) {
    std::vector<std::string> later;
    for (const auto& [name, value] : table.items()) {
      if (value.is_object() && !once_in(4)) {
        later.push_back(name);
        continue;
      }
      std::string text = toml_flow(value);
      // An inline table is one line.
      if (text.find('{') != std::string::npos) std::erase(text, '\n');
      out += comment(0) + toml_key(name) + (once_in(2) ? " = " : "=") + text + behind() + "\n";
    }
    for (const std::string& name : later) {
      const std::string inner = (path.empty() ? "" : path + ".") + toml_key(name);
      out += comment(0) + "[" + inner + "]" + behind() + "\n";
      section(table[name], inner, out);
    }
  }

  std::mt19937 random_;
  std::size_t indent_ = 2, list_indent_ = 2;
  std::size_t notes_ = 0;
};

// One edit at random of a tree: its path as it is written, and what becomes of the tree.
struct Draft {
  std::string path;
  std::string top;  // the first name of it
  Json value;
  bool goes = false;  // what is there, in the place of a value
  Json tree;
};

Draft draft(Generator& any, Json tree, bool with_null) {
  Draft draft;
  Json* at = &tree;
  Json* holder = nullptr;
  std::string last;
  for (int depth = 0; depth < 4; ++depth) {
    std::string step;
    if (at->is_object()) {
      std::vector<std::string> names = {"new"};
      for (const auto& [name, value] : at->items()) names.push_back(name);
      step = names[any.below(names.size())];
    } else if (at->is_array()) {
      step = std::to_string(any.below(at->size() + 1));
    } else {
      break;
    }
    draft.path += (draft.path.empty() ? "" : ".") + (step.find('.') != std::string::npos ? '"' + step + '"' : step);
    if (draft.top.empty()) draft.top = step;
    holder = at;
    last = step;
    const bool there = at->is_object() ? at->contains(step) : std::stoul(step) < at->size();
    if (!there) {
      at = nullptr;
      break;
    }
    at = at->is_object() ? &(*at)[step] : &(*at)[std::stoul(step)];
    if (any.once_in(3)) break;
  }
  draft.goes = at != nullptr && any.once_in(3) && (holder->is_object() || std::stoul(last) + 1 == holder->size());
  draft.value = any.tree(2, with_null);
  if (draft.goes && holder->is_object()) {
    holder->erase(last);
  } else if (draft.goes) {
    holder->erase(std::stoul(last));
  } else if (holder->is_object()) {
    (*holder)[last] = draft.value;
  } else if (std::stoul(last) == holder->size()) {
    holder->push_back(draft.value);
  } else {
    (*holder)[std::stoul(last)] = draft.value;
  }
  draft.tree = std::move(tree);
  return draft;
}

// A table of TOML that nothing is in any more need not stand anywhere.
Json without_empty(const Json& tree) {
  if (!tree.is_object()) return tree;
  Json kept = Json::object();
  for (const auto& [name, value] : tree.items()) {
    Json inner = without_empty(value);
    if (!inner.is_object() || !inner.empty()) kept[name] = std::move(inner);
  }
  return kept;
}

// The notes of a text, in order.
std::vector<std::string> notes_in(std::string_view text) {
  std::vector<std::string> notes;
  for (std::size_t at = 0; (at = text.find("# note ", at)) != std::string_view::npos; ++at)
    notes.emplace_back(text.substr(at, text.find_first_of(":\r\n", at) - at));
  return notes;
}

TEST(TreeFormats, WhatOthersReadIsWhatWasAskedFor) {
  std::size_t made_count = 0;
  const unsigned count = std::getenv("PLUMB_LONG") == nullptr ? 4000 : 400'000;
  for (unsigned seed = 0; seed < count; ++seed) {
    Generator any(seed);
    const bool as_yaml = seed % 2 == 0;
    const Json tree = any.map(3, as_yaml);
    std::string text = as_yaml ? any.yaml(tree) : any.toml(tree);
    if (any.once_in(5)) {
      std::string ends;
      for (const char c : text) ends += c == '\n' ? "\r\n" : std::string(1, c);
      // In a text over lines they would be part of the value to some.
      if (as_yaml && text.find('|') == std::string::npos) text = ends;
    }
    if (any.once_in(6) && text.ends_with('\n') && text.find('|') == std::string::npos)
      text.resize(text.size() - (text.ends_with("\r\n") ? 2 : 1));
    const Draft one = draft(any, tree, as_yaml);
    TreeEdit edit = tree_edit(as_yaml ? "yaml" : "toml", nullptr);
    if (one.goes) {
      edit.remove = {one.path};
    } else {
      edit.set.value = Json{{one.path, one.value}};
    }
    SCOPED_TRACE("seed " + std::to_string(seed) + "\n" + text + "----- " + one.path + " = " +
                 (one.goes ? "gone" : one.value.dump()));
    const auto result = make_edit(edit, text);
    if (!result) {
      const std::string why = result.error().summary();
      ASSERT_TRUE(why.find("nothing is edited") != std::string::npos ||
                  why.find("flow collection") != std::string::npos ||
                  why.find("stands in several places") != std::string::npos ||
                  why.find("in which something could be") != std::string::npos)
          << why;
      continue;
    }
    ++made_count;
    SCOPED_TRACE("became\n" + result->text);
    if (as_yaml) {
      const Json there = judged(YAML::Load(result->text));
      ASSERT_EQ(there.is_null() ? Json::object() : there, one.tree);
    } else {
      const auto read = toml::parse(std::string_view(result->text));
      ASSERT_EQ(without_empty(judged(read)), without_empty(one.tree));
    }
    const auto again = make_edit(edit, result->text);
    ASSERT_TRUE(again && again->holds);
    // No note is lost but those of what the edit takes the place of, and none is moved.
    const std::vector<std::string> before = notes_in(text);
    std::size_t kept = 0;
    for (const std::string& note : notes_in(result->text)) {
      const auto found = std::find(before.begin() + static_cast<std::ptrdiff_t>(kept), before.end(), note);
      ASSERT_NE(found, before.end()) << note;
      kept = static_cast<std::size_t>(found - before.begin()) + 1;
    }
    const bool leaf = !one.goes && one.tree != tree && result->found && result->found->find('{') == std::string::npos &&
                      result->found->find('[') == std::string::npos;
    if (leaf) {
      ASSERT_EQ(notes_in(result->text), before);
    }
  }
  EXPECT_GT(made_count, count * 5 / 8);
}

}  // namespace
}  // namespace plumb
