// Expressions and templates of Jinja, and what they are here.
#include "engine/import/expression.h"

#include <gtest/gtest.h>

#include "engine/import/jinja_template.h"
#include "engine/import/task.h"

namespace plumb::imports {
namespace {

// `text`, `number`, `flag` and `list` are inputs of their types; `maybe` may be null; all else is known on the host.
class Known : public Names {
 public:
  Cel variable(const std::string& name) override {
    const Type type = name == "text"     ? Type::kText
                      : name == "number" ? Type::kInt
                      : name == "flag"   ? Type::kBool
                      : name == "list"   ? Type::kList
                      : name == "map"    ? Type::kMap
                                         : Type::kAny;
    Cel value{"inputs." + name, type, type == Type::kList ? Type::kText : Type::kAny, 0, "", ""};
    if (name == "maybe") value.present = "inputs.maybe != null";
    return value;
  }
  std::optional<Cel> chain(const std::vector<std::string>& parts, std::size_t& used) override {
    if (!parts[0].starts_with("ansible_")) return std::nullopt;
    used = 1;
    std::vector<std::string> fact = parts;
    fact[0] = fact[0].substr(8);
    return fact_of(fact, used);
  }
  const lang::Node* constant(const std::string&) const override { return nullptr; }
};

std::string said(const std::string& jinja) {
  Known names;
  try {
    return translate(*parse_expression(jinja), names).text;
  } catch (const Untranslatable& problem) {
    return "by hand: " + problem.reason;
  }
}

std::string when(const std::string& jinja) {
  Known names;
  try {
    return condition_text(jinja, names).text;
  } catch (const Untranslatable& problem) {
    return "by hand: " + problem.reason;
  }
}

TEST(Expression, BecomesOneOfCel) {
  const std::pair<const char*, const char*> cases[] = {
      {"text", "inputs.text"},
      {"item.name", "inputs.item.name"},
      {"item['a-b']", "inputs.item['a-b']"},
      {"list[0]", "inputs.list[0]"},
      {"list[-1]", "inputs.list[size(inputs.list) - 1]"},
      {"text[1:3]", "inputs.text.substring(1, 3)"},
      {"text ~ number", "inputs.text + string(inputs.number)"},
      {"number + 1 * 2", "inputs.number + 1 * 2"},
      {"(number + 1) * 2", "(inputs.number + 1) * 2"},
      {"7 // 2", "7 / 2"},
      {"7 / 2", "double(7) / double(2)"},
      {"item.x | default('y')", "inputs.item.?x.orValue('y')"},
      {"maybe | default('y')", "inputs.maybe != null ? inputs.maybe : 'y'"},
      {"text | default('y')", "inputs.text"},
      {"text | default('y', true)", "optional.ofNonZeroValue(inputs.text).orValue('y')"},
      {"text | bool", "inputs.text.lowerAscii() in ['true', 'yes', 'on', '1']"},
      {"flag | bool", "inputs.flag"},
      {"text | int", "int(inputs.text)"},
      {"list | join(',')", "inputs.list.join(',')"},
      {"list | length", "size(inputs.list)"},
      {"list | map('upper') | list", "inputs.list.map(x, x.upperAscii())"},
      {"item | map(attribute='a-b.c') | list", "inputs.item.map(x, x['a-b'].c)"},
      {"item | selectattr('on', 'defined') | list", "inputs.item.filter(x, has(x.on))"},
      {"item | map(attribute='name') | join(' ')", "inputs.item.map(x, x.name).map(e, jinjaText(e)).join(' ')"},
      {"text | regex_replace('a(.)', '\\\\1')", "regex.replace(inputs.text, 'a(.)', '\\\\1')"},
      {"text | regex_search('v(\\d+)[(]')", "regex.extract(inputs.text, 'v(?:\\\\d+)[(]').orValue('')"},
      {"text | regex_search('(a)(?:b)(?P<n>c)', '\\1')", "[?regex.extract(inputs.text, '(a)(?:b)(?:c)')]"},
      {"text | regex_search(text, '\\1')", "by hand: `regex_search` with groups that have names"},
      {"item.x | default(none)", "inputs.item.?x.orValue(dyn(null))"},
      {"flag | ternary('a', 'b')", "inputs.flag ? 'a' : 'b'"},
      {"'a' if flag else 1", "inputs.flag ? dyn('a') : 1"},
      {"map | combine({'a': 1})", "inputs.map.merge({'a': dyn(1)})"},
      {"map | dict2items", "inputs.map.transformList(k, v, {'key': dyn(k), 'value': dyn(v)})"},
      {"text.split(',')[0]", "inputs.text.split(',')[0]"},
      {"text | basename", "path.basename(inputs.text)"},
      {"ansible_fqdn", "facts.fqdn"},
      {"ansible_distribution_major_version", "facts.os.version.split('.')[0]"},
      // What `or` and `and` give is one of the two, and no answer.
      {"text or 'b'", "inputs.text != '' ? inputs.text : 'b'"},
      {"flag and text", "inputs.flag ? dyn(inputs.text) : inputs.flag"},
      {"item.x ~ '-' ~ flag", "jinjaText(inputs.item.x) + '-' + (inputs.flag ? 'True' : 'False')"},
      {"item | string", "jinjaText(inputs.item)"},
      // An argument that would be lost is told.
      {"list | join(',', attribute='name')", "inputs.list.map(x, x.name).map(e, jinjaText(e)).join(',')"},
      {"list | unique(attribute='name')", "by hand: `unique` with `attribute`"},
      {"map | combine(map, list_merge='append')", "by hand: `combine` with `list_merge`"},
      {"text | regex_replace('a', 'b', ignorecase=true)", "regex.replace(inputs.text, '(?i)a', 'b')"},
      {"text | truncate(5)", "by hand: `truncate` that ends between words, or with a sign"},
      {"text | truncate(9, true, '')", "cel.bind(t, inputs.text, size(t) <= 9 + 5 ? t : t.substring(0, 9))"},
      {"text | truncate(9, true, '', 0)", "cel.bind(t, inputs.text, size(t) <= 9 + 0 ? t : t.substring(0, 9))"},
      {"text | e",
       "inputs.text.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;').replace(\"'\", '&#39;')"
       ".replace('\"', '&#34;')"},
      {"item | flatten", "inputs.item.flatten(10)"},
      {"item | flatten(levels=1)", "inputs.item.flatten()"},
      {"text.split()", "regex.extractAll(inputs.text, '[^ \\\\t\\\\r\\\\n]+')"},
      {"text.splitlines()", "(inputs.text == '' ? [] : inputs.text.split('\\n'))"},
      {"'{0} {1}'.format(text, text)", "by hand: `format` with numbered or named places"},
      {"text | ansible.builtin.basename", "path.basename(inputs.text)"},
      {"text | comment('c')", "'//\\n' + inputs.text.comment('// ') + '\\n//'"},
      {"text | comment(prefix='', postfix='')", "inputs.text.comment() + '\\n'"},
      {"text | comment('cblock')", "'/*\\n *\\n' + inputs.text.comment(' * ') + '\\n *\\n */'"},
      {"text | title",
       "inputs.text.lowerAscii().split(' ').map(w, w.split('-').map(p, p == '' ? p : p.substring(0, 1).upperAscii() + "
       "p.substring(1)).join('-')).join(' ')"},
      {"text | urlencode", "url.encode(inputs.text).replace('%2F', '/')"},
      {"map | dictsort", "inputs.map.transformList(k, v, [dyn(k), dyn(v)]).sortBy(e, string(e[0]).lowerAscii())"},
      {"'%s-%d' | format(flag, number)", "'%s-%d'.format([(inputs.flag ? 'True' : 'False'), inputs.number])"},
      {"'%s' % flag", "'%s'.format([(inputs.flag ? 'True' : 'False')])"},
      {"lookup('file', 'key.pub')", "file('files/key.pub')"},
      {"lookup('pipe', 'date')", "by hand: `lookup('pipe')`"},
      {"text | nobody_knows", "by hand: the filter `nobody_knows`"},
      {"text |", "by hand: a name is missing in an expression"},
      {"item[]", "by hand: an index without a value"},
      {"item[1 2]", "by hand: an index of two values"},
  };
  for (const auto& [jinja, cel] : cases) EXPECT_EQ(said(jinja), cel) << jinja;
}

TEST(Expression, OfAConditionIsTrueOrFalse) {
  const std::pair<const char*, const char*> cases[] = {
      {"flag", "inputs.flag"},
      {"text", "inputs.text != ''"},
      {"list", "size(inputs.list) > 0"},
      {"not list", "!(size(inputs.list) > 0)"},
      {"item", "optional.ofNonZeroValue(inputs.item).hasValue()"},
      {"maybe is defined", "inputs.maybe != null"},
      {"maybe is not defined", "inputs.maybe == null"},
      {"text is defined", "true"},
      {"item.a is defined and item.a == 1", "has(inputs.item.a) && inputs.item.a == 1"},
      {"flag and (text == 'a' or text == 'b')", "inputs.flag && (inputs.text == 'a' || inputs.text == 'b')"},
      {"ansible_os_family == 'RedHat'", "facts.os.family == 'redhat'"},
      {"ansible_distribution in ['CentOS', 'RedHat']", "facts.os.id in ['centos', 'rhel']"},
      {"ansible_distribution_version is version('12', '>=')", "versionCompare(facts.os.version, '12', 'debian') >= 0"},
      {"text is match('a')", "inputs.text.matches('^(?:a)')"},
      {"text is match('a|b')", "inputs.text.matches('^(?:a|b)')"},
      {"text is match('^a|b')", "inputs.text.matches('^(?:^a|b)')"},
      {"text is search('a', ignorecase=true)", "inputs.text.matches('(?i)a')"},
      {"text is search('a', true)", "by hand: `is search` with more than a pattern"},
      {"(text | regex_search('a')) is none", "!regex.extract(inputs.text, 'a').hasValue()"},
      {"text is ansible.builtin.search('a')", "inputs.text.matches('a')"},
      {"flag or text", "inputs.flag || inputs.text != ''"},
      {"'a' not in text", "!inputs.text.contains('a')"},
      {"'a' in list", "'a' in inputs.list"},
      {"number > 1", "inputs.number > 1"},
      {"text == 1", "dyn(inputs.text) == 1"},
  };
  for (const auto& [jinja, cel] : cases) EXPECT_EQ(when(jinja), cel) << jinja;
}

TEST(Expression, IsBoundedInLengthAndDepth) {
  EXPECT_TRUE(said(std::string(5000, '(')).starts_with("by hand"));
  EXPECT_TRUE(said(std::string(5000, '-') + "1").starts_with("by hand"));
  std::string chain = "a";
  for (int i = 0; i < 5000; ++i) chain += ".b";
  EXPECT_TRUE(said(chain).starts_with("by hand"));
}

TEST(Template, KeepsTheLinesThatJinjaWrites) {
  Known names;
  const auto text = [&](const std::string& source) {
    const TranslatedTemplate result = translate_template(source, names, {});
    return result.problem.empty() ? result.text : "line " + std::to_string(result.line) + ": " + result.problem;
  };
  EXPECT_EQ(text("a\n{% if flag %}\nb\n{% endif %}\nc\n"), "a\n%{ if inputs.flag ~}\nb\n%{ endif ~}\nc\n");
  EXPECT_EQ(text("a {% if flag %}b{% endif %}\n"), "a %{ if inputs.flag }b%{ endif }\n");
  EXPECT_EQ(text("a\n  {%- if flag -%}\n b {%- endif %}\n"), "a%{ if inputs.flag ~}\nb%{ endif }\n");
  EXPECT_EQ(text("${x} %{ y } {{ text }}\n"), "$${x} %%{ y } ${inputs.text}\n");
  EXPECT_EQ(text("{# note #}\nx\n"), "%{# note #~}\nx\n");
  EXPECT_EQ(text("{% for n in list %}{{ loop.index }}{% endfor %}\n"),
            "%{ for n_index, n in inputs.list }${n_index + 1}%{ endfor }\n");
  EXPECT_EQ(text("{% for n in list %}{{ n }} {% endfor %}\n"), "%{ for n in inputs.list }${n} %{ endfor }\n");
  EXPECT_EQ(text("a\n  {% if flag %}\nb\n  {% endif %}\n"), "a\n  %{ if inputs.flag ~}\nb\n  %{ endif ~}\n");
  EXPECT_EQ(text("a\n{% filter upper %}{% endfilter %}\n"), "line 2: the statement `filter`");
}

TEST(Template, WhatIsNotClosedIsToldAndEnds) {
  Known names;
  for (const char* source : {"{{ text", "{% if flag", "{# a comment", "{% raw %} text", "{% raw %} endraw",
                             "{{ text }}{% raw %}endraw", "{{ text }}{% raw %}endraw{%"}) {
    const TranslatedTemplate result = translate_template(source, names, {});
    EXPECT_FALSE(result.problem.empty()) << source;
  }
}

TEST(Task, WordsAndValuesAreTakenApart) {
  EXPECT_EQ(shell_words("a2enmod '{{ item.id }} x' \"b c\" d\\ e"),
            (std::vector<std::string>{"a2enmod", "{{ item.id }} x", "b c", "d e"}));
  const KeyValues found = key_values("name=nginx state={{ a | b }} rest 'x y'");
  ASSERT_EQ(found.named.size(), 2U);
  EXPECT_EQ(found.named[1].second, "{{ a | b }}");
  EXPECT_EQ(found.rest, "rest 'x y'");
}

}  // namespace
}  // namespace plumb::imports
