// What functions promise beside what CEL's own tests ask: examples that are true, bounds, and errors that say a way
// out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/lang/cel/function.h"
#include "engine/lang/cel/program.h"

namespace plumb::cel {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

Outcome<Value> result_of(const std::string& text) {
  const Environment environment;
  const auto program = compile(text, environment);
  if (!program) return tl::unexpected(program.error());
  const Activation activation;
  return program->evaluate(activation);
}

bool holds(const std::string& text) {
  const auto value = result_of(text);
  return value && value->is(Kind::kBool) && value->as_bool();
}

std::string fault_of(const std::string& text) {
  const auto value = result_of(text);
  return value ? "" : value.error().summary + " | " + value.error().hint;
}

std::string why_not(const std::string& text) {
  const auto value = result_of(text);
  return text + "\n  " + (value ? "is not true" : value.error().summary);
}

void expect_true(const std::string& text) {
  EXPECT_TRUE(holds(text)) << why_not(text);
}

TEST(Functions, EachHasAnExampleThatIsTrue) {
  std::vector<std::string> without;
  for (const FunctionDoc& function : documentation(standard_functions())) {
    const bool used = function.example.find(function.name.substr(function.name.rfind('.') + 1)) != std::string::npos;
    if (function.example.empty() || function.doc.empty() || !used) without.push_back(function.name);
    if (!function.example.empty()) expect_true(function.example);
  }
  EXPECT_THAT(without, IsEmpty());
}

TEST(Literals, AreThoseOfTheLanguage) {
  expect_true(R"(br'\x' == b'\\x' && BR'\n' == b'\\n' && R'\t' == '\\t')");
  expect_true("0x1F == 31 && 0xau == 10u");
  EXPECT_NE(fault_of("rb'a'"), "");
  EXPECT_NE(fault_of("bb'a'"), "");
  EXPECT_THAT(fault_of("0X1F"), HasSubstr("`0X1F` is no number"));
}

// RFC 3339 lets a second have as many digits as one likes.
TEST(Functions, ATimestampKeepsNineDigitsOfASecond) {
  expect_true("timestamp('2026-01-01T00:00:00.1234567899Z') == timestamp('2026-01-01T00:00:00.123456789Z')");
}

TEST(Functions, MapsAreLaidOverEachOther) {
  expect_true("{}.merge({'a': 1}) == {'a': 1} && {'a': 1}.merge({}) == {'a': 1}");
  expect_true("{'a': 1, 'c': 3}.merge({'b': 2, 'd': 4}) == {'a': 1, 'b': 2, 'c': 3, 'd': 4}");
  expect_true("{'a': {'x': 1}}.merge({'a': {'y': 2}}) == {'a': {'y': 2}}");
  expect_true("{'a': {'x': 1}}.mergeDeep({'a': {'y': 2}}) == {'a': {'x': 1, 'y': 2}}");
  expect_true("{'a': dyn([1])}.mergeDeep({'a': dyn([2])}) == {'a': [2]}");
  expect_true("{'a': dyn({'x': 1})}.mergeDeep({'a': dyn('text')}) == {'a': 'text'}");
  expect_true("{1: 'a'}.merge({1: 'b'}) == {1: 'b'}");
  EXPECT_THAT(fault_of("{'a': 1}.merge({'a': 'x'})"), HasSubstr("does not take"));
  expect_true("url('http://h/').merge({'host': 'x'}).host == 'x'");
}

TEST(Functions, ListsAreTakenTogether) {
  expect_true("[].union([1]) == [1] && [1, 1].union([]) == [1]");
  expect_true("[1, 2].difference([]) == [1, 2] && [3, 1, 3].intersection([3]) == [3]");
  expect_true("[1].filter(x, x > 1).sum() == 0 && [1.5, 2.5].sum() == 4.0 && [1u].sum() == 1u");
  expect_true("[].zip([]) == [] && [1].product([]) == []");
  EXPECT_THAT(fault_of("[9223372036854775807, 1].sum()"), HasSubstr("64 bits"));
  // What was decoded has its type at run time alone.
  expect_true("json.decode('[1.5, 2.5]').sum() == 4.0 && dyn([duration('1s')]).sum() == duration('1s')");
  EXPECT_THAT(fault_of("dyn(['a', 'b']).sum()"), HasSubstr("no such overload"));
  EXPECT_THAT(fault_of("[1, 2].zip([1])"), HasSubstr("slice"));
  EXPECT_THAT(fault_of("lists.range(3000).product(lists.range(3000)).size()"), HasSubstr("costs too much"));
  EXPECT_THAT(fault_of("lists.range(9000).union(lists.range(9000)).size()"), HasSubstr("costs too much"));
}

TEST(Functions, LinesAreMovedInAndCommented) {
  expect_true("'a\\nb\\n'.indent(2) == 'a\\n  b\\n' && ''.indent(4) == '' && 'a'.indent(0) == 'a'");
  expect_true("'a\\n'.comment() == '# a\\n' && ''.comment() == '' && '\\n'.comment('; ') == ';\\n'");
  EXPECT_THAT(fault_of("'a'.indent(100000)"), HasSubstr("0 to 1000"));
}

TEST(Functions, WordsOfAShellStayWords) {
  expect_true("shellQuote('') == \"''\" && shellQuote('/usr/bin/x-1.2') == '/usr/bin/x-1.2'");
  expect_true("shellQuote('$(rm)') == \"'$(rm)'\" && shellQuote('a\\nb') == \"'a\\nb'\" && shellQuote('~') == \"'~'\"");
  EXPECT_THAT(fault_of("shellQuote('a\\x00b')"), HasSubstr("NUL"));
}

TEST(Functions, PatternsOfATextMatchItAlone) {
  expect_true(R"(r'a.b+c(d)[e]{f}^$|\g?*'.matches('^' + regexEscape(r'a.b+c(d)[e]{f}^$|\g?*') + '$'))");
  expect_true("!'axb'.matches('^' + regexEscape('a.b') + '$')");
}

TEST(Functions, ValuesStandInTextAsJinjaPrintsThem) {
  expect_true(R"(jinjaText(['\u0085\u2028\ufeffé']) == r"['\x85\u2028\ufeffé']")");
  expect_true("jinjaText('a') == 'a' && jinjaText(80) == '80' && jinjaText(false) == 'False' && jinjaText([]) == '[]'");
  expect_true("jinjaText(2.0) == '2.0' && jinjaText(0.5) == '0.5' && jinjaText([1, 2]) == '[1, 2]'");
  expect_true(R"(jinjaText(["a", "it's", dyn(null), dyn(true)]) == "['a', \"it's\", None, True]")");
  EXPECT_THAT(fault_of("jinjaText(null)"), HasSubstr("null"));
  EXPECT_THAT(fault_of("jinjaText({'a': 1})"), HasSubstr("lists of these"));
}

TEST(Functions, VersionsCompareAsTheirManagersDo) {
  const auto order = [](const std::string& a, const std::string& b, const std::string& scheme, int wanted) {
    expect_true("versionCompare('" + a + "', '" + b + "', '" + scheme + "') == " + std::to_string(wanted));
    expect_true("versionCompare('" + b + "', '" + a + "', '" + scheme + "') == " + std::to_string(-wanted));
  };
  // What `dpkg --compare-versions` says.
  order("1.0", "1.0", "debian", 0);
  order("1:2:3", "1:2:", "debian", 1);
  order("1.0-0", "1.0", "debian", 0);
  order("0:1.0", "1.0", "debian", 0);
  order("1.2", "1.10", "debian", -1);
  order("1:0.1", "2.0", "debian", 1);
  order("1.0~rc1", "1.0", "debian", -1);
  order("1.0~~", "1.0~", "debian", -1);
  order("1.0a", "1.0+", "debian", -1);
  order("1.0", "1.0a", "debian", -1);
  order("1.22.1-9+deb12u1", "1.22.1-9", "debian", 1);
  order("2.0-1-2", "2.0-1-10", "debian", -1);
  order("010", "10", "debian", 0);
  // What rpm's own tests say.
  order("1.0", "1.0", "rpm", 0);
  order("2.0.1a", "2.0.1", "rpm", 1);
  order("5.5p10", "5.5p1", "rpm", 1);
  order("10xyz", "10.1xyz", "rpm", -1);
  order("xyz10", "xyz10.1", "rpm", -1);
  order("xyz.4", "8", "rpm", -1);
  order("1.0010", "1.9", "rpm", 1);
  order("2_0", "2.0", "rpm", 0);
  order("1.0~rc1", "1.0", "rpm", -1);
  order("1.0~rc1~git123", "1.0~rc1", "rpm", -1);
  order("1.0^", "1.0", "rpm", 1);
  order("1.0^git1", "1.01", "rpm", -1);
  order("1.0^git1~pre", "1.0^git1", "rpm", -1);
  order("1:1.0-1.el9", "2.0-1.el9", "rpm", 1);
  order("1.0-1.el9", "1.0-2.el9", "rpm", -1);
  order("1.0-1.el9", "1.0", "rpm", 0);
  order("1.0.0-alpha.1", "1.0.0-alpha.beta", "semver", -1);
  order("1.0.0+a", "1.0.0+b", "semver", 0);
  EXPECT_THAT(fault_of("versionCompare('1', '2', ['deb'][0])"), HasSubstr("debian, rpm and semver"));
  EXPECT_THAT(fault_of("versionCompare('1.0 beta', '2', 'debian')"), HasSubstr("Debian package"));
  EXPECT_THAT(fault_of("versionCompare('x:1', '2', 'rpm')"), HasSubstr("RPM package"));
  EXPECT_THAT(fault_of("versionCompare('1.0', '1.0.0', 'semver')"), HasSubstr("three numbers"));
}

TEST(Functions, PartsOfUrls) {
  expect_true(
      "dyn(url('HTTP://User:p%40w@Example.ORG/a%20b?x=1&y#top')) == {'scheme': 'http', 'user': 'User', 'password': "
      "'p%40w', 'host': 'example.org', 'path': '/a%20b', 'query': 'x=1&y', 'fragment': 'top'}");
  expect_true(
      "url('http://h').path == '' && url('file:///etc/motd').host == '' && url('http://h:/').?port == "
      "optional.none()");
  expect_true(
      "url('http://[2001:db8::1]:80/').host == '2001:db8::1' && url('http://[2001:db8::1]:80/').?port == "
      "optional.of(80)");
  for (const char* bad :
       {"", "example.org", "//example.org", "http:/x", "http://a b/", "http://a%zz/", "http://[::1/", "http://h:99999/",
        "http://h:80x/", "http://[x]/", "1http://h/", "http://h/<", "mailto:a@b"}) {
    expect_true("!isURL('" + std::string(bad) + "')");
  }
  EXPECT_THAT(fault_of("url('x').host"), HasSubstr("no URL"));
  EXPECT_THAT(fault_of("url('http://h/').prot"), HasSubstr("port"));
  EXPECT_THAT(fault_of("url.decode('100%')"), HasSubstr("hexadecimal"));
  EXPECT_THAT(fault_of("url.decode('%ff')"), HasSubstr("UTF-8"));
  expect_true("url.decode(url.encode('ä/ß?&=+ %')) == 'ä/ß?&=+ %'");
}

TEST(Functions, AddressesOfNetworks) {
  expect_true(
      "string(cidr('10.0.0.9/24').host(1)) == '10.0.0.1' && string(cidr('10.0.0.0/16').host(256)) == '10.0.1.0'");
  expect_true(
      "string(cidr('10.0.0.0/24').host(-2)) == '10.0.0.254' && string(cidr('10.0.0.1/32').host(0)) == '10.0.0.1'");
  expect_true("string(cidr('2001:db8::/64').host(65536)) == '2001:db8::1:0'");
  expect_true("string(cidr('2001:db8::/64').host(-1)) == '2001:db8::ffff:ffff:ffff:ffff'");
  expect_true("string(cidr('2001:db8::/32').host(-1)) == '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'");
  expect_true("string(cidr('0.0.0.0/0').host(-1)) == '255.255.255.255'");
  expect_true("string(cidr('2001:db8::/32').subnet(48, 258)) == '2001:db8:102::/48'");
  expect_true(
      "string(cidr('10.0.0.0/8').subnet(13, 3)) == '10.24.0.0/13' && string(cidr('10.0.0.0/8').subnet(8, 0)) == "
      "'10.0.0.0/8'");
  expect_true(
      "string(cidr('0.0.0.0/0').netmask()) == '0.0.0.0' && string(cidr('::/64').netmask()) == "
      "'ffff:ffff:ffff:ffff::'");
  expect_true("cidr('10.1.0.0/16').isMask() && !cidr('10.1.0.1/16').isMask() && cidr('2001:db8::/32').isMask()");
  expect_true("ip('0.0.0.0').isMask() && ip('255.255.255.255').isMask() && !ip('0.0.0.1').isMask()");
  EXPECT_THAT(fault_of("cidr('10.0.0.0/24').host(256)"), HasSubstr("no address 256"));
  EXPECT_THAT(fault_of("cidr('10.0.0.0/24').host(-257)"), HasSubstr("no address -257"));
  EXPECT_THAT(fault_of("cidr('10.0.0.0/24').subnet(16, 0)"), HasSubstr("from that to 32"));
  EXPECT_THAT(fault_of("cidr('10.0.0.0/24').subnet(26, 4)"), HasSubstr("no part 4"));
  EXPECT_THAT(fault_of("cidr('::/64').broadcast()"), HasSubstr("broadcast"));
  EXPECT_THAT(fault_of("ip('10.0.0.1').withMask(ip('255.0.255.0'))"), HasSubstr("no mask"));
}

TEST(Functions, YamlIsReadAsStrictlyAsConfiguration) {
  expect_true(
      "yaml.decode('a: 1\\nb: true\\nc: ~\\nd:\\ne: 1.5\\nf: \"1\"\\ng: yes\\nh: 0755\\n') == {'a': 1, 'b': true, "
      "'c': null, 'd': null, 'e': 1.5, 'f': '1', 'g': 'yes', 'h': '0755'}");
  expect_true("yaml.decode('') == null && yaml.decode('[]') == [] && yaml.decode('- -1\\n- - x\\n') == [-1, ['x']]");
  for (const std::string value :
       {"{'a': [1, {'b': 'x: y'}, []], 'no': 'off', '1': ''}", "['~', 'null', '1.0', '- a']"}) {
    expect_true("yaml.decode(yaml.encode(" + value + ")) == " + value);
  }
  // Also by readers of YAML 1.1, for which some of these end a line, and numbers with an exponent have a point.
  expect_true(R"(yaml.encode('\u007f\u0085\u2028\ufeffé') == r'"\u007f\u0085\u2028\ufeffé"' + '\n')");
  expect_true(R"(yaml.decode(yaml.encode(['\u007f\u0085\u2028\ufeffé'])) == ['\u007f\u0085\u2028\ufeffé'])");
  expect_true("yaml.encode(5e-324) == '5.0e-324\\n' && yaml.encode([1e22]) == '- 1.0e+22\\n'");
  expect_true("json.decode(json.encode(4.506283884026474e17)) == 4.506283884026474e17");
  EXPECT_THAT(fault_of("yaml.decode('a: 1\\na: 2\\n')"), HasSubstr("line 2"));
  EXPECT_THAT(fault_of("yaml.decode('a: &x 1\\nb: *x\\n')"), HasSubstr("line 1"));
  EXPECT_THAT(fault_of("yaml.decode('a: [1')"), HasSubstr("no YAML"));
}

TEST(Functions, JsonInLines) {
  expect_true("json.encode({'a': [1, {}], 'b': []}, 2) == '{\\n  \"a\": [\\n    1,\\n    {}\\n  ],\\n  \"b\": []\\n}'");
  EXPECT_THAT(fault_of("json.encode(1, 99)"), HasSubstr("0 to 16"));
}

TEST(Functions, TomlThereAndBack) {
  for (const std::string value :
       {"{'a': 1, 'b': 'x\\n\"\\x7f', 'c': 1.0, 'd': [1, 2], 'e': {}, 'f': {'g': {'h': true}}, 'a b': [{'x': 1}, {}]}",
        "{'l': [[1], ['a']], 'm': [dyn(1), {'a': 1}], 'n': {'a.b': {'c': 1e300}}, '': ''}",
        "{'t': timestamp('2026-02-03T04:05:06.5Z')}"}) {
    expect_true("toml.decode(toml.encode(" + value + ")) == " + value);
  }
  expect_true(
      "toml.decode('a = 07:32:00.5\\nb = 1979-05-27\\nc = 1979-05-27T07:32:00\\nd = 1979-05-27T07:32:00-07:30\\n') "
      "== {'a': '07:32:00.5', 'b': '1979-05-27', 'c': '1979-05-27T07:32:00', 'd': "
      "timestamp('1979-05-27T15:02:00Z')}");
  expect_true("toml.decode('a.b.\"c.d\" = [1.5, 2.5] # x.y') == {'a': {'b': {'c.d': [1.5, 2.5]}}}");
  EXPECT_THAT(fault_of("toml.encode({'a': null})"), HasSubstr("no null"));
  EXPECT_THAT(fault_of("toml.encode([1])"), HasSubstr("does not take"));
  EXPECT_THAT(fault_of("toml.decode('a = 1\\na = 2\\n')"), HasSubstr("line 2"));
  EXPECT_THAT(fault_of("toml.decode('a = ')"), HasSubstr("no TOML"));
  for (const char* text : {"[= 1]", "[[=]]", "a = []\\n[.a]", "a = 1979-05-27T:07:32:00Z"})
    EXPECT_THAT(fault_of("toml.decode('" + std::string(text) + "')"), HasSubstr("no TOML")) << text;
  EXPECT_THAT(fault_of("toml.decode('[]')"), HasSubstr("no TOML"));
  expect_true("toml.decode('a = [\\n[1],\\n[ {b = [\\n[] ]} ],\\n]\\n[ \"x]\" ]\\n[[ y ]] # [').a[1][0].b == [[]]");
  EXPECT_THAT(fault_of("toml.decode('a = [{b = 0000-01-01T00:00:00Z}]')"), HasSubstr("outside the years"));
}

TEST(Functions, DeepTextsAreRefused) {
  const auto repeated = [](const std::string& text, int count) {
    return "lists.range(" + std::to_string(count) + ").map(i, '" + text + "').join()";
  };
  EXPECT_THAT(fault_of("toml.decode(" + repeated("a.", 20'000) + " + 'a = 1')"), HasSubstr("parts"));
  EXPECT_THAT(fault_of("toml.decode('[' + " + repeated("a . ", 20'000) + " + 'a]')"), HasSubstr("parts"));
  EXPECT_THAT(fault_of("toml.decode(\"x = 'a'\\n\" + " + repeated("\"a\".", 20'000) + " + 'a = 1')"),
              HasSubstr("parts"));
  EXPECT_THAT(fault_of("toml.decode('a = ' + " + repeated("[", 20'000) + ")"), HasSubstr("no TOML"));
  EXPECT_THAT(fault_of("yaml.decode(" + repeated("[", 20'000) + ")"), HasSubstr("no YAML"));
  EXPECT_THAT(fault_of("json.decode(" + repeated("[", 20'000) + ")"), HasSubstr("no JSON"));
}

TEST(Functions, PasswordsAreHashedTheSameEachTime) {
  // As `mkpasswd` makes them.
  expect_true(
      "passwordHash('plumb', 'saltsaltsaltsalt', 'sha512') == "
      "'$6$saltsaltsaltsalt$lGRQXr/2FNQlM9zqHbN54sKGq2obeFvZtA1RPKFLPzl5nbmfnMXl9uK9WV4bIyfXbVEus.UfliDNQTPaOdDMY0'");
  expect_true("passwordHash('plumb', 'saltsaltsaltsalt') == passwordHash('plumb', 'saltsaltsaltsalt', 'yescrypt')");
  expect_true(
      "passwordHash('p', 'thirteen.salt', 'sha512').startsWith('$6$thirteen.salt$') && "
      "passwordHash('p', 'zzzzzzzz').size() > 20 && passwordHash('p', 'zzzz////....').size() > 20");
  expect_true("passwordHash('plumb', sha256('web01deploy').substring(0, 16)).startsWith('$y$')");
  for (const char* salt : {"", "short", "seventeen.letters", "thirteen.salt", "salt$alt", "salt salt", "salt:salt"}) {
    EXPECT_THAT(fault_of("passwordHash('p', '" + std::string(salt) + "')"), HasSubstr("sha256(host.name"));
  }
  EXPECT_THAT(fault_of("passwordHash('p', 'saltsaltsaltsalt', 'md5')"), HasSubstr("yescrypt and sha512"));
  EXPECT_THAT(fault_of("passwordHash('', 'saltsaltsaltsalt')"), HasSubstr("empty"));
  EXPECT_THAT(fault_of("passwordHash('a\\x00b', 'saltsaltsaltsalt')"), HasSubstr("NUL"));
  EXPECT_THAT(fault_of("lists.range(100).map(i, passwordHash('p', 'saltsaltsaltsalt')).size()"),
              HasSubstr("costs too much"));
}

TEST(Functions, NamesOfNameSpaces) {
  EXPECT_THAT(fault_of("uuid('dns', 'a')"), HasSubstr("name space"));
  expect_true(
      "sha1('') == 'da39a3ee5e6b4b0d3255bfef95601890afd80709' && md5(b'') == 'd41d8cd98f00b204e9800998ecf8427e'");
}

}  // namespace
}  // namespace plumb::cel
