#include "engine/lang/template.h"

#include <gtest/gtest.h>

#include "engine/lang/cel/convert.h"

namespace plumb::lang {
namespace {

using cel::Type;
using cel::Value;

class TemplateTest : public testing::Test {
 protected:
  TemplateTest() {
    const Type text(Type::Kind::kString);
    const Type site = cel::make_record("site", {{"name", text, false}, {"root", text, true}});
    add("name", text, Value::string("web1"));
    add("port", Type(Type::Kind::kInt), Value::integer(8080));
    add("proxy", Type::nullable(text), Value::null());
    add("xs", Type::list(text), cel::from_json(Json::parse(R"(["a", "b"])")));
    add("labels", Type::map(text, text), cel::from_json(Json::parse(R"({"tier": "web", "app": "shop"})")));
    add("sites", Type::list(site),
        cel::from_json(Json::parse(R"([{"name": "one", "root": "/srv"}, {"name": "two"}])")));
  }

  void add(const std::string& name, const Type& type, Value value) {
    environment_.add_variable(name, type);
    slots_.push_back(std::move(value));
  }

  std::string render(std::string_view text) {
    const auto made = Template::parse(text, environment_);
    if (!made) return told(made.error(), text);
    const auto result = made->render({slots_, nullptr});
    return result ? *result : told(result.error(), text);
  }

  static std::string told(const cel::Fault& fault, std::string_view text) {
    const Diagnostic diagnostic = diagnose(fault, cel::Origin::of_file("t", std::string(text)));
    return diagnostic.span->str() + ": " + diagnostic.summary;
  }

  cel::Environment environment_;
  std::vector<Value> slots_;
};

TEST_F(TemplateTest, PutsValuesIntoText) {
  EXPECT_EQ(render("host ${name}:${port}\n"), "host web1:8080\n");
  EXPECT_EQ(render("${{'a': '}'}.a}"), "}");
  EXPECT_EQ(render("$${name} %%{ if } 100% $5"), "${name} %{ if } 100% $5");
  EXPECT_EQ(render(""), "");
}

TEST_F(TemplateTest, TellsEveryMistake) {
  const std::string text =
      "${nope}\n%{ if port }\n${port + name}%{ else }${zz}%{ endif }\n"
      "%{ for x in port }${x.y}${missing}%{ endfor }\n%{ for s in sites }${s.nme}\n";
  std::vector<cel::Fault> more;
  const auto made = Template::parse(text, environment_, {}, &more);
  ASSERT_FALSE(made);
  std::string lines = told(made.error(), text).substr(0, 5);
  for (const cel::Fault& fault : more) lines += " " + told(fault, text).substr(0, 5);
  EXPECT_EQ(lines, "t:1:3 t:2:7 t:3:8 t:3:2 t:4:1 t:4:2 t:5:1 t:5:2");
}

TEST_F(TemplateTest, AMistakeInADirectiveHidesNone) {
  const auto places = [&](const std::string& text) {
    std::vector<cel::Fault> more;
    const auto made = Template::parse(text, environment_, {}, &more);
    std::string lines = made ? "" : told(made.error(), text).substr(0, 5);
    for (const cel::Fault& fault : more) lines += " " + told(fault, text).substr(0, 5);
    return lines;
  };
  EXPECT_EQ(places("${nope}\n%{ for x in }\n${x}${zz}%{ endfor }\n%{ end }\n${nope}%{ else }\n"),
            "t:1:3 t:2:1 t:3:7 t:4:4 t:5:3")
      << "of what `end` was to be nothing is known, so `else` may be right";
  EXPECT_EQ(places("%{ for in sites }${x}%{ endfor }\n${zz}"), "t:1:1 t:2:3") << "what x is cannot be asked";
  EXPECT_EQ(places("%{ if }${zz}%{ endif now }\n%{ else }\n%{ endfor }${zz}"), "t:1:1 t:1:1 t:1:2 t:2:1 t:3:1 t:3:1");
  EXPECT_EQ(places("${zz}\n%{ if port\n${zz}"), "t:1:3 t:2:1") << "where it ends cannot be told";
}

TEST_F(TemplateTest, TakesTheFirstBranchThatHolds) {
  constexpr std::string_view kText = "%{ if port < 1024 }low%{ else if port < 10000 }middle%{ else }high%{ endif }";
  EXPECT_EQ(render(kText), "middle");
  EXPECT_EQ(render("%{ if name == 'x' }x%{ endif }"), "");
}

TEST_F(TemplateTest, WalksListsAndMapsInOrder) {
  EXPECT_EQ(render("%{ for x in xs }<${x}>%{ endfor }"), "<a><b>");
  EXPECT_EQ(render("%{ for i, x in xs }${i}=${x};%{ endfor }"), "0=a;1=b;");
  EXPECT_EQ(render("%{ for k in labels }${k} %{ endfor }"), "app tier ");
  EXPECT_EQ(render("%{ for k, v in labels }${k}=${v} %{ endfor }"), "app=shop tier=web ");
  EXPECT_EQ(render("%{ for x in xs }%{ for y in xs }${x}${y} %{ endfor }%{ endfor }"), "aa ab ba bb ");
}

TEST_F(TemplateTest, AVariableOfALoopHidesOneOfTheSameName) {
  EXPECT_EQ(render("%{ for name in xs }${name}%{ endfor }${name}"), "abweb1");
}

TEST_F(TemplateTest, TildesTrimWhiteSpaceOfTheLine) {
  EXPECT_EQ(render("[\n  %{~ for x in xs ~}\n  ${x}\n  %{~ endfor ~}\n]"), "[\n  a\n  b\n]");
  EXPECT_EQ(render("%{ for x in xs ~}\nserver ${x}\n%{ endfor ~}\nend"), "server a\nserver b\nend");
  EXPECT_EQ(render("a  ${~ name ~}  b"), "aweb1b");
  EXPECT_EQ(render("a \n%{~ if true }b%{ endif }"), "ab");
  EXPECT_EQ(render("%{ if true ~}\n\n  a%{ endif }"), "\n  a");
}

TEST_F(TemplateTest, WithoutTildesNoLineBreakIsLost) {
  EXPECT_EQ(render("%{ if true }\na\n%{ endif }\nb"), "\na\n\nb");
}

TEST_F(TemplateTest, ConditionsProveThatAValueIsThere) {
  EXPECT_EQ(render("${proxy}"), "t:1:3: a value that may be null stands inside text");
  EXPECT_EQ(render("%{ if proxy != null }${proxy}%{ else }none%{ endif }"), "none");
  EXPECT_EQ(render("%{ if proxy == null }none%{ else }${proxy}%{ endif }"), "none");
  EXPECT_EQ(render("%{ for s in sites }%{ if has(s.root) }${s.root}%{ else }-%{ endif }%{ endfor }"), "/srv-");
  EXPECT_EQ(render("%{ for s in sites }${s.root}%{ endfor }"), "t:1:24: `s.root` may be absent");
  EXPECT_EQ(render("%{ if proxy != null }%{ for proxy in [null] }${proxy}%{ endfor }%{ endif }"),
            "t:1:48: a value of type null_type cannot stand inside text");
}

TEST_F(TemplateTest, FaultsPointAtTheToken) {
  EXPECT_EQ(render("a\n  ${nme}"), "t:2:5: nothing here is called `nme`");
  EXPECT_EQ(render("ä ${port + 'x'}"), "t:1:10: `+` does not take int and string");
  EXPECT_EQ(render("x ${name"), "t:1:3: `${` is not closed");
  EXPECT_EQ(render("x ${name\n# more }"), "t:1:3: `${` is not closed");
  EXPECT_EQ(render("\n%{ if true }x"), "t:2:1: `if` is not closed");
  EXPECT_EQ(render("\n%{ for x in xs }x%{ endif }"), "t:2:18: `endif` inside the `for` of line 2");
  EXPECT_EQ(render("%{ endif }"), "t:1:1: `endif` closes nothing");
  EXPECT_EQ(render("%{ elif x }"), "t:1:4: there is no directive `elif`");
  EXPECT_EQ(render("%{ if }x%{ endif }"), "t:1:1: `if` has no condition");
  EXPECT_EQ(render("%{ for x on xs }"), "t:1:1: `for` without `in`");
  EXPECT_EQ(render("%{ for x in port }%{ endfor }"), "t:1:12: `for` cannot walk over int");
  EXPECT_EQ(render("%{ if port }x%{ endif }"), "t:1:7: the expression gives int, not bool");
  EXPECT_EQ(render("%{ if true }%{ else }%{ else }%{ endif }"), "t:1:22: `else` behind the `else` of one `if`");
  EXPECT_EQ(render("a${xs}"), "t:1:4: a value of type list(string) cannot stand inside text");
  EXPECT_EQ(render("line\n${1 / (port - 8080)}"), "t:2:3: division by zero");
}

TEST_F(TemplateTest, NamesThatLetMakes) {
  EXPECT_EQ(render("%{ let n = name + '!' }${n}${size(n)}"), "web1!5");
  EXPECT_EQ(render("%{ for x in xs }%{ let y = x + x }${y}%{ endfor }"), "aabb");
  EXPECT_EQ(render("%{ if true }%{ let y = 1 }${y}%{ endif }%{ if true }%{ let y = 'z' }${y}%{ endif }"), "1z");
  EXPECT_EQ(render("%{ let p = proxy }%{ if p != null }${p.size()}%{ endif }"), "");
  // It ends with what is around it, and is not made twice.
  EXPECT_EQ(render("%{ if true }%{ let y = 1 }%{ endif }${y}"), "t:1:39: nothing here is called `y`");
  EXPECT_EQ(render("%{ let name = 1 }"), "t:1:8: `name` is known here already");
  EXPECT_EQ(render("%{ for x in xs }%{ let x = 1 }%{ endfor }"), "t:1:24: `x` is known here already");
  EXPECT_EQ(render("%{ let = 1 }"), "t:1:1: a name is missing");
  EXPECT_EQ(render("%{ let y 1 }"), "t:1:8: `y` is given nothing");
  EXPECT_EQ(render("%{ let y = }"), "t:1:8: `y` is given nothing");
  EXPECT_EQ(render("%{ let y = 1 / (port - 8080) }"), "t:1:12: division by zero");
}

TEST_F(TemplateTest, CommentsAreLeftOut) {
  EXPECT_EQ(render("a%{# it's } a ${nope} %{ if #}b"), "ab");
  EXPECT_EQ(render("a\n  %{~# x\ny #~}\nb"), "a\nb");
  EXPECT_EQ(render("%{##}%{# # #}"), "");
  EXPECT_EQ(render("a %{# b"), "t:1:3: a comment is not closed");
}

class TemplatePartsTest : public TemplateTest {
 protected:
  // The first of the texts is the template; a path is the number of its text.
  std::string render_parts(const std::vector<std::string>& texts) {
    std::string all;
    TemplateTexts whole;
    for (const std::string& text : texts) {
      for (const TemplateInclusion& one : inclusions_in(text))
        whole.includes.emplace(all.size() + one.place, std::stoul(one.path));
      all += text;
      whole.ends.push_back(all.size());
    }
    whole.text = all;
    const auto made = Template::parse(whole, environment_);
    if (!made) return told(made.error(), all);
    const auto result = made->render({slots_, nullptr});
    return result ? *result : told(result.error(), all);
  }
};

TEST_F(TemplatePartsTest, StandInTheirPlace) {
  EXPECT_EQ(render_parts({"<%{ include '1' }|%{ include '1' }>", "${name}"}), "<web1|web1>");
  EXPECT_EQ(render_parts({"%{ include '1' with n = [1, port], m = {'a': 2}.a }", "${n[1]}-${m}"}), "8080-2");
  // Its names are its own, and those around it are as they were.
  EXPECT_EQ(render_parts({"%{ for x in xs }%{ include '1' with y = x + x }${x}%{ endfor }",
                          "%{ for a, b in [y, y] }%{ let c = b }${a}${c}%{ endfor }"}),
            "0aa1aaa0bb1bbb");
  EXPECT_EQ(render_parts({"%{ for x in xs }%{ include '1' }%{ endfor }", "\n${x}"}),
            "t:2:3: nothing here is called `x`");
  EXPECT_EQ(render_parts({"%{ include '1' with n = 'z' }", "%{ include '2' with m = n + n }${n}", "${m}"}), "zzz");
}

TEST_F(TemplatePartsTest, CannotDoWithout) {
  EXPECT_EQ(render_parts({"%{ include '1' }", "%{ include '1' }"}), "t:1:17: a part includes itself");
  EXPECT_EQ(render_parts({"%{ if true }%{ include '1' }%{ endif }", "%{ endif }"}), "t:1:39: `endif` closes nothing");
  EXPECT_EQ(render("%{ include name }"), "t:1:1: `include` names no file");
  EXPECT_EQ(render("%{ include 'a' as b }"), "t:1:16: text behind the path of `include`");
  EXPECT_EQ(render("%{ include 'a' with x = }"), "t:1:21: `x` is given nothing");
  EXPECT_EQ(render("%{ include 'a' with x = 1, }"), "t:1:1: a name is missing");
  EXPECT_EQ(render("%{ include 'a' with name = 1 }"), "t:1:21: `name` is known in a part already");
  std::vector<std::string> texts;
  for (int i = 1; i < 12; ++i)
    texts.push_back("%{ include '" + std::to_string(i) + "' }%{ include '" + std::to_string(i) + "' }");
  texts.push_back("x");
  EXPECT_NE(render_parts(texts).find("too many parts are included"), std::string::npos);
}

TEST_F(TemplateTest, NestedLoopsStopAtTheLimit) {
  const std::string text =
      "%{ for a in lists.range(2000) }%{ for b in lists.range(2000) }xxxxxxxxxxxxxxxxxxxxxxx%{ endfor }%{ endfor }";
  EXPECT_EQ(render(text), "t:1:43: the template costs too much");
}

TEST_F(TemplateTest, TellsWhatItReads) {
  const auto made = Template::parse("${name} %{ for s in sites }${s.name} ${labels.app}%{ endfor }", environment_);
  ASSERT_TRUE(made);
  std::vector<std::string> read;
  for (const auto& reference : made->references()) {
    std::string path = environment_.variables()[static_cast<std::size_t>(reference.slot)].name;
    for (const std::string& field : reference.path) path += "." + field;
    read.push_back(path);
  }
  EXPECT_EQ(read, (std::vector<std::string>{"name", "labels.app", "sites"}));
}

}  // namespace
}  // namespace plumb::lang
