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

TreeEdit edit_of(const std::string& format, Json set, std::vector<std::string> remove = {}) {
  TreeEdit edit;
  edit.format = format;
  edit.set.value = std::move(set);
  edit.remove = std::move(remove);
  return edit;
}

std::string yaml(Json set, const std::string& text) {
  return made(edit_of("yaml", std::move(set)), text);
}
std::string without(std::vector<std::string> remove, const std::string& text) {
  return made(edit_of("yaml", nullptr, std::move(remove)), text);
}
std::string toml(Json set, const std::string& text) {
  return made(edit_of("toml", std::move(set)), text);
}
std::string toml_without(std::vector<std::string> remove, const std::string& text) {
  return made(edit_of("toml", nullptr, std::move(remove)), text);
}

TEST(YamlEdit, AValueIsReplacedWhereItStands) {
  EXPECT_EQ(yaml({{"a.b", 2}}, "# top\na:\n    b:   1   # one\n    c: 'x'\n"),
            "# top\na:\n    b:   2   # one\n    c: 'x'\n");
  EXPECT_EQ(yaml({{"a.1", "y: z"}}, "a:\n- x\n- b: 1\n  c: 2 # two\n- w\n"), "a:\n- x\n- \"y: z\"\n- w\n");
  EXPECT_EQ(yaml({{"a", "no"}}, "a: >-\n  text\n\n  over lines\nb: 1\n"), "a: \"no\"\nb: 1\n");
  EXPECT_EQ(yaml({{"a", {1, "x"}}}, "a: [1, 2,  # two\n  3] # end\nb: 1\n"), "a: # end\n  - 1\n  - x\nb: 1\n");
  EXPECT_EQ(yaml({{"a", {{"x", 1}}}}, "a: 1 # one\r\nb: 2\r\n"), "a: # one\r\n  x: 1\r\nb: 2\r\n");
  EXPECT_EQ(yaml({{"a", 1}}, "a:\n  # inner\n  b: 1\nc: 2"), "a: 1\n  # inner\nc: 2");
  EXPECT_EQ(yaml({{"a", "x"}}, "c: 2\na:\n  b: 1"), "c: 2\na: x") << "a missing last line end stays missing";
  EXPECT_EQ(yaml({{"a", "one\ntwo\n"}}, "a: 1"), "a: \"one\\ntwo\\n\"") << "which has no last line end to spare";
  EXPECT_EQ(yaml({{"a", "one\ntwo\n"}}, "a: 1\n  # b\n"), "a: \"one\\ntwo\\n\"\n  # b\n") << "no comment becomes text";
  EXPECT_EQ(yaml({{"a", "one\n\n two\n"}}, "a: 1\nb: 2\n"), "a: |\n  one\n\n   two\nb: 2\n");
  EXPECT_EQ(yaml({{"\"a.b\"", 2}}, "'a.b' : 1\n"), "'a.b' : 2\n");
}

TEST(YamlEdit, WhatIsMissingIsMadeAsTheRestIsWritten) {
  EXPECT_EQ(yaml({{"a.b", 1}}, ""), "a:\n  b: 1\n");
  EXPECT_EQ(yaml({{"b", {{"c", {1}}}}}, "a:\n    x:\n    - 1\n"), "a:\n    x:\n    - 1\nb:\n    c:\n    - 1\n");
  EXPECT_EQ(yaml({{"a.z", 2}}, "a:\n  x: 1 # one\n\nb: 1\n"), "a:\n  x: 1 # one\n  z: 2\n\nb: 1\n");
  EXPECT_EQ(yaml({{"a.1", {{"p", 2}, {"m", {1}}}}}, "a:\n  - p: 1\n"), "a:\n  - p: 1\n  - m:\n      - 1\n    p: 2\n");
  EXPECT_EQ(yaml({{"a.b", 1}}, "a:\nb: 1\n"), "a:\n  b: 1\nb: 1\n");
  EXPECT_EQ(yaml({{"a.b", 1}}, "a: {} # none\n"), "a: # none\n  b: 1\n");
  EXPECT_EQ(yaml({{"a", 1}}, "---\n# nothing yet\n"), "---\n# nothing yet\na: 1\n");
  TreeEdit merge = edit_of("yaml", nullptr);
  merge.merge.value = {{"a", {{"z", 2}}}};
  EXPECT_EQ(made(merge, "a:\n  x: 1\n"), "a:\n  x: 1\n  z: 2\n");
}

TEST(YamlEdit, EntriesGoWithTheirLines) {
  EXPECT_EQ(without({"a.x"}, "a:\n  x:\n    - 1\n    - 2\n  # y\n  y: 1\n"), "a:\n  # y\n  y: 1\n");
  EXPECT_EQ(without({"a.0.x"}, "a:\n  - x: 1\n    y: 2\n"), "a:\n  - y: 2\n");
  EXPECT_EQ(without({"a.1"}, "a:\n  - 1\n  - 2\n"), "a:\n  - 1\n");
  EXPECT_EQ(without({"a"}, "b: 1\na: 2"), "b: 1");
  EXPECT_EQ(without({"a.x"}, "a:\n  x: 1\n"), "a: {}\n");
  EXPECT_EQ(without({"b"}, "a: 1\n"), "a: 1\n");
}

TEST(YamlEdit, AnEqualValueIsLeftHoweverItIsWritten) {
  for (const char* text : {"a: 'x y'\n", "a: \"x\\x20y\"\n", "a: x\n  y\n", "a: >-\n  x\n  y\n", "a: |-\n  x y\n"})
    EXPECT_EQ(yaml({{"a", "x y"}}, text), text);
  EXPECT_EQ(yaml({{"a", {{"b", {1, nullptr}}}}}, "a: {b: [1, ~]}\n"), "a: {b: [1, ~]}\n");
  EXPECT_EQ(yaml({{"a.b", 1}}, "a: {b: 1}\n"), "a: {b: 1}\n");
}

TEST(YamlEdit, WhatReadersTakeForDifferentThingsIsWrittenSoThatAllAgree) {
  EXPECT_EQ(yaml({{"a", true}}, "a: yes\n"), "a: true\n");
  EXPECT_EQ(yaml({{"a", "yes"}}, "a: yes\n"), "a: \"yes\"\n");
  EXPECT_EQ(yaml({{"a", "22:30"}}, "a: 22:30\n"), "a: \"22:30\"\n");
  EXPECT_EQ(yaml({{"a", "0644"}}, "a: 0644\n"), "a: \"0644\"\n");
  EXPECT_EQ(yaml({{"a", "127.0.0.1"}}, "a: 127.0.0.1\n"), "a: 127.0.0.1\n");
}

std::string why_not(const TreeEdit& edit, std::string_view text) {
  const auto result = make_edit(edit, text);
  return result ? "none" : result.error().summary();
}

TEST(YamlEdit, WhatElsewhereHangsOnIsRefusedWithItsPlace) {
  const auto refused = [](const std::string& path, std::string_view text) {
    return why_not(edit_of("yaml", {{path, 9}}), text);
  };
  EXPECT_EQ(refused("b.x", "a: &one {x: 1}\nb: *one\n"), "`b` in line 2 is an alias of what stands elsewhere");
  EXPECT_EQ(refused("a.x", "a: &one\n  x: 1\nb: *one\n"), "`a` in line 2 has the anchor `&one`, so it is not edited");
  EXPECT_EQ(refused("a", "a:\n  x: &one 1\nb: *one\n"),
            "`a` in line 2 has an anchor in it, of which something else may be an alias");
  EXPECT_EQ(refused("a.x", "a: {x: 1}\n"), "`a` in line 1 is a flow collection, in which nothing is edited");
  EXPECT_EQ(refused("a.x", "a:\n  <<: *base\n  y: 1\n"), "`a` in line 2 takes values from elsewhere by `<<`");
  EXPECT_EQ(refused("a", "a: !vault |\n  x\n"), "`a` in line 1 has the tag `!vault`, so it is not edited");
  EXPECT_EQ(refused("a.x", "a: 1\n"), "`a` in line 1 is no map in which something could be");
  EXPECT_EQ(refused("a.3", "a:\n  - 1\n"), "`a` in line 2 is a list of 1 and has no place 3");
  EXPECT_EQ(yaml({{"c", 9}}, "a: &one {x: 1}\nb: *one\nc: 1\n"), "a: &one {x: 1}\nb: *one\nc: 9\n")
      << "beside them all is edited";
}

TEST(YamlEdit, WhatIsNoTreeIsRefusedWithItsLine) {
  const auto refused = [](std::string_view text) { return why_not(edit_of("yaml", {{"z", 9}}), text); };
  const auto why = [](int line, const std::string& what) {
    return "line " + std::to_string(line) + " is not understood as YAML: " + what;
  };
  EXPECT_EQ(refused("a: 1\na: 2\n"), why(2, "`a` stands there twice"));
  EXPECT_EQ(refused("a: 1\n---\nb: 1\n"), why(2, "more than one document"));
  EXPECT_EQ(refused("a:\n\tb: 1\n"), why(2, "it is indented with a tab"));
  EXPECT_EQ(refused("a:\n  b: 1\n c: 1\n"), why(3, "it is indented deeper than what is above"));
  EXPECT_EQ(refused("a: b: 1\n"), why(1, "a second colon in one line"));
  EXPECT_EQ(refused("? a\n: b\n"), why(1, "a name that begins with `?`"));
  EXPECT_EQ(refused("a: \"x\nb: 1\n"), why(1, "a quote is not closed"));
  EXPECT_EQ(refused("a: [1, 2\nb: 1\n"), why(3, "`,` or `]` is expected"));
  EXPECT_EQ(refused("a: 'x' y\n"), why(1, "more stands behind the value"));
  EXPECT_EQ(refused("%YAML 1.2\n---\na: 1\n"), why(1, "a directive"));
  EXPECT_EQ(refused("a: \xff\n"), "it is no UTF-8, so no YAML");
  EXPECT_EQ(refused("a: x\rb: 1\n"), why(1, "a carriage return that ends no line"));
  EXPECT_EQ(refused("a: " + std::string(300, '[')), why(1, "it is nested too deeply"));
  std::string deep;
  for (int i = 0; i < 300; ++i) deep += "- ";
  EXPECT_EQ(refused(deep + "1\n"), why(1, "it is nested too deeply"));
}

TEST(TomlEdit, AValueIsReplacedWhereItStands) {
  EXPECT_EQ(toml({{"a.b", 2}}, "[a] # a\n  b  =  1   # one\n  c = 'x'\n"), "[a] # a\n  b  =  2   # one\n  c = 'x'\n");
  EXPECT_EQ(toml({{"a", {1, "x"}}}, "a = [\n  1, # one\n  2,\n] # end\n"), "a = [1, \"x\"] # end\n");
  EXPECT_EQ(toml({{"a.b.c", "y"}}, "a.b.c = \"\"\"\nx\n\"\"\"\r\n"), "a.b.c = \"y\"\r\n");
  EXPECT_EQ(toml({{"s.1.port", 2}}, "[[s]]\nport = 1\n[[s]]\nport = 1\n"), "[[s]]\nport = 1\n[[s]]\nport = 2\n");
  EXPECT_EQ(toml({{"d", "1980-01-01"}}, "d = 1979-05-27\n"), "d = 1980-01-01\n") << "a date stays one";
  EXPECT_EQ(toml({{"a", {{"y", 1}}}}, "[a]\nx = 1 # one\n# y\n"), "[a]\ny = 1\n# y\n");
}

TEST(TomlEdit, WhatIsMissingIsMade) {
  EXPECT_EQ(toml({{"a", 1}}, ""), "a = 1\n");
  EXPECT_EQ(toml({{"a.b", 1}}, ""), "[a]\nb = 1\n");
  EXPECT_EQ(toml({{"a.b.c", 1}, {"x", 2}}, "# top\n\n# of t\n[t]\ny = 1\n"),
            "# top\n\nx = 2\n\n# of t\n[t]\ny = 1\n\n[a]\n\n[a.b]\nc = 1\n");
  EXPECT_EQ(toml({{"a.y", 2}}, "[a]\n  x = 1 # one\n\n[b]\n"), "[a]\n  x = 1 # one\n  y = 2\n\n[b]\n");
  EXPECT_EQ(toml({{"a.b.d", 2}}, "a.b.c = 1\n"), "a.b.c = 1\na.b.d = 2\n");
  EXPECT_EQ(toml({{"a.x", 1}}, "[a.b]\nc = 1\n"), "[a.b]\nc = 1\n\n[a]\nx = 1\n");
  EXPECT_EQ(toml({{"s.1", {{"port", 2}}}}, "[[s]]\nport = 1\n"), "[[s]]\nport = 1\n\n[[s]]\nport = 2\n");
  EXPECT_EQ(toml({{"s.0.t.x", 2}}, "[[s]]\nport = 1\n"), "[[s]]\nport = 1\nt = { x = 2 }\n");
}

TEST(TomlEdit, EntriesGoWithTheirLines) {
  EXPECT_EQ(toml_without({"a.x"}, "[a]\nx = [\n 1,\n]\n# y\ny = 1\n"), "[a]\n# y\ny = 1\n");
  EXPECT_EQ(toml_without({"a"}, "x = 1\n[a]\ny = 1\n[b]\n[a.c]\nz = 1"), "x = 1\n[b]");
}

TEST(TomlEdit, AnEqualValueIsLeftHoweverItIsWritten) {
  for (const char* text : {"a = 1_000\n", "a = 0x3e8\n", "a = +1000\n", "a = 1e3\n"})
    EXPECT_EQ(toml({{"a", 1000}}, text), text);
  EXPECT_EQ(toml({{"a", "x\"y"}}, "a = '''x\"y'''\n"), "a = '''x\"y'''\n");
  EXPECT_EQ(toml({{"a.b", 1}}, "a = {b = 1}\n"), "a = {b = 1}\n");
}

TEST(TomlEdit, WhatCannotBeEditedIsRefused) {
  const auto refused = [](const std::string& path, const Json& value, std::string_view text) {
    return why_not(edit_of("toml", {{path, value}}), text);
  };
  EXPECT_EQ(refused("a.x", 2, "\na = {x = 1}\n"), "`a` in line 2 is one value, in which nothing is edited");
  EXPECT_EQ(refused("a.x", 2, "a = 1\n"), "`a` in line 1 is no table in which something could be");
  EXPECT_EQ(refused("a", 2, "[a]\nx = 1\n"),
            "`a` in line 1 stands in several places, and nothing else can take its place");
  EXPECT_EQ(refused("a", nullptr, "a = 1\n"), "`a`: TOML has no null");
  EXPECT_EQ(refused("z", 1, "a = 1\na = 2\n"), "line 2 is no TOML: `a` stands there twice");
  EXPECT_EQ(refused("z", 1, "[a]\n[a]\n"), "line 2 is no TOML: `a` stands there twice");
  EXPECT_EQ(refused("z", 1, "a = 1 b = 2\n"), "line 1 is no TOML: more stands behind it");
  EXPECT_EQ(refused("z", 1, "a = 'x\n"), "line 1 is no TOML: a quote is not closed");
  EXPECT_EQ(refused("z", 1, "a = yes\n"), "line 1 is no TOML: a value is expected");
  EXPECT_EQ(refused("z", 1, "a = " + std::string(300, '[')), "line 1 is no TOML: it is nested too deeply");
}

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
    TreeEdit edit = edit_of(as_yaml ? "yaml" : "toml", nullptr);
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
