// Looks that take over what an earlier one left find what a look finds that begins anew, whatever is typed in between.
#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/finding_text.h"
#include "engine/history/sqlite_history.h"
#include "engine/lsp/look.h"
#include "engine/testing/kinds.h"

namespace plumb::lsp {
namespace {

using ::testing::ElementsAreArray;

const std::map<std::string, std::string> kProject = {
    {"plumb.yaml", R"(plumb: v1
project: p
include: [parts/*.yaml]
inputs:
  port: {type: integer, default: 80}
  secret: {type: string, default: x, sensitive: true}
  sites:
    type: array
    default: [{root: /a}]
    items: {type: object, properties: {root: {type: string}}, required: [root]}
values:
  double: ${inputs.port * 2}
  hidden: ${inputs.secret}
readings:
  found: {type: string, file: /etc/found}
resources:
  - use: ./web
    with: {root: "${string(inputs.port)}"}
  - note: /first
    text: ${string(values.double)} ${modules.web.root}
  - when: inputs.port > 3
    tags: [few]
    resources:
      - note: /second
        text: ${facts.os.family}
      - note: /third
        text: ${readings.found}
      - for_each: {site: "${inputs.sites}"}
        resources:
          - note: ${site.root}/x
            text: ${site.root}
    rescue:
      - note: /rescued
  - lamp: hall
    relight_on: ["note:/first"]
)"},
    {"parts/one.yaml", R"(values:
  third: ${values.double + 1}
resources:
  - note: [/list/a, /list/b]
    mode: "0644"
  - note: /shaped
    shape: t.txt
  - note: /hidden
    text: ${values.hidden}
    sensitive: [text]
  - note: /plain
    keeper: me
)"},
    {"parts/two.yaml", R"(resources:
  - note: ${site.root}/y
    for_each: {site: "${inputs.sites}"}
    when: site.root != '/b'
    text: |
      %{ if inputs.port > 1 }much%{ else }little%{ endif }
      ${values.third}
  - note: /last
    after: note:/shaped
    text: "${host.name}"
  - {lamp: cellar, relight_on: ["note:/last"]}
)"},
    {"web/module.yaml", R"(plumb: v1
inputs:
  root: {type: string}
outputs:
  root: ${inputs.root}
resources:
  - note: /in/${inputs.root}
    text: ${facts.hostname}
  - note: /constant
)"},
    {"hosts.yaml", "plumb: v1\nhosts:\n  one: {inputs: {port: 1}}\n  two: {}\n"},
    {"t.txt", "port ${inputs.port}\n"}};

// As somebody types, mends, moves and undoes.
class Typist {
 public:
  explicit Typist(unsigned seed) : random_(seed) {}

  void type(std::map<std::string, std::string>& texts) {
    auto place = texts.begin();
    std::advance(place, number(texts.size()));
    std::string& text = place->second;
    if (number(4) == 0) {
      // Else nothing but faults would be left soon.
      text = kProject.at(place->first);
      return;
    }
    std::vector<std::string> lines = lines_of(text);
    const std::size_t at = number(lines.size());
    switch (number(6)) {
      case 0:
        lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(at));
        break;
      case 1:
        lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), lines[number(lines.size())]);
        break;
      case 2:
        std::swap(lines[at], lines[number(lines.size())]);
        break;
      case 3:
        lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), one_of(kLines));
        break;
      case 4:
        exchange_word(lines[at]);
        break;
      default:
        lines[at].insert(number(lines[at].size() + 1), 1, one_of(std::string("x: -#\"[}$")));
    }
    text.clear();
    for (const std::string& line : lines) text += line + '\n';
  }

 private:
  std::size_t number(std::size_t end) { return random_() % end; }
  template <class Many>
  typename Many::value_type one_of(const Many& many) {
    return many[number(many.size())];
  }

  static std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      lines.push_back(text.substr(at, end - at));
      at = end + 1;
    }
    if (lines.empty()) lines.emplace_back();
    return lines;
  }

  void exchange_word(std::string& line) {
    const auto is_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
    std::vector<std::pair<std::size_t, std::size_t>> words;
    for (std::size_t at = 0; at < line.size(); ++at) {
      if (!is_word(line[at])) continue;
      std::size_t end = at;
      while (end < line.size() && is_word(line[end])) ++end;
      words.emplace_back(at, end - at);
      at = end;
    }
    if (words.empty()) return;
    const auto [at, size] = one_of(words);
    line.replace(at, size, one_of(kWords));
  }

  static const std::vector<std::string> kLines;
  static const std::vector<std::string> kWords;
  std::mt19937 random_;
};

const std::vector<std::string> Typist::kLines = {"  - note: /new",
                                                 "    text: ${values.double}",
                                                 "    when: inputs.port > 9",
                                                 "    text: ${readings.found}",
                                                 "    sensitive: true",
                                                 "    text: ${facts.hostname}",
                                                 "  extra: {type: string}",
                                                 "    keper: me",
                                                 "  - lamp: new",
                                                 "# nothing",
                                                 "",
                                                 "    on: one"};
const std::vector<std::string> Typist::kWords = {"note",  "lamp",   "port",   "double", "string", "integer",
                                                 "true",  "secret", "values", "text",   "site",   "0644",
                                                 "third", "when",   "use",    "first"};

class LspKept : public ::testing::Test {
 protected:
  std::shared_ptr<const Look> look(const std::map<std::string, std::string>& texts, config::KeptProject* kept) {
    OpenTexts open;
    for (const auto& [name, text] : texts) open.emplace("/p/" + name, text);
    return Look::take(
        {"/p", RootKind::kProject}, around_, open, [] { return false; }, kept);
  }

  static std::vector<std::string> findings(const Look& look) {
    std::vector<std::string> all;
    for (const Diagnostic& one : look.findings()) {
      std::string text = std::string(name(one.severity)) + " " + code_name(one.code) + " ";
      if (one.span) text += one.span->str() + "-" + std::to_string(one.span->end_column) + " ";
      text += finding_text(one);
      for (const Related& other : one.related) text += "\n" + other.span.str() + " " + other.note;
      all.push_back(std::move(text));
    }
    return all;
  }

  // Of the project and its modules: what a later stage goes by.
  static std::vector<std::string> facts(const Look& look) {
    std::vector<std::string> all;
    for (const auto& [folder, module] : look.modules()) {
      std::string text = folder + (module->reads_facts ? " reads" : " reads no");
      for (const std::string& fact : module->asks_facts) text += " " + fact;
      for (const auto& entry : module->body) {
        const auto* one = std::get_if<config::Declaration>(&entry);
        if (one == nullptr) continue;
        text += "\n" + one->written->span.str() + (one->broken ? " broken" : "") +
                std::to_string(one->reads.paths.size()) + (one->reads.sensitive ? " sensitive" : "");
        for (const auto& [attribute, said] : one->written->literals) text += " " + attribute + "=" + said.value.dump();
      }
      for (const SourceSpan& hidden : hidden_in(look, *module)) text += "\nhidden " + hidden.str();
      all.push_back(std::move(text));
    }
    return all;
  }

  static std::set<const config::ParsedDeclaration*> resources(const Look& look) {
    std::set<const config::ParsedDeclaration*> all;
    for (const auto& [folder, module] : look.modules()) {
      for (const auto& entry : module->body) {
        if (const auto* one = std::get_if<config::Declaration>(&entry)) all.insert(one->written.get());
      }
    }
    return all;
  }

 private:
  // Resources of which some line is not to be shown.
  static std::vector<SourceSpan> hidden_in(const Look& look, const config::Module& module) {
    std::vector<SourceSpan> all;
    for (const auto& entry : module.body) {
      const auto* one = std::get_if<config::Declaration>(&entry);
      if (one == nullptr) continue;
      const SourceSpan& span = one->written->own.span;
      for (int line = span.line; line <= span.end_line; ++line) {
        if (look.sources().hidden(span.file, line)) all.push_back({span.file, line, 1, line, 1});
      }
    }
    return all;
  }

  Registry kinds_ = testing::made_up_kinds();
  Surroundings around_{kinds_, no_files(), [](const std::filesystem::path&) -> std::unique_ptr<history::RunStore> {
                         return std::make_unique<history::SqliteHistory>("/nowhere/history.db");
                       }};
};

TEST_F(LspKept, FindsWhatALookFindsThatBeginsAnew) {
  constexpr int kEdits = 150;
  std::size_t same = 0;
  std::size_t all = 0;
  std::size_t faults = 0;
  for (unsigned seed = 1; seed <= 4; ++seed) {
    Typist typist(seed);
    std::map<std::string, std::string> texts = kProject;
    config::KeptProject kept;
    std::set<const config::ParsedDeclaration*> before;
    std::shared_ptr<const Look> last;  // so that no place in memory is used again
    for (int edit = 0; edit < kEdits; ++edit) {
      const std::shared_ptr<const Look> again = look(texts, &kept);
      const std::shared_ptr<const Look> anew = look(texts, nullptr);
      std::string written;
      for (const auto& [name, text] : texts) written += "--- " + name + "\n" + text;
      ASSERT_THAT(findings(*again), ElementsAreArray(findings(*anew))) << written;
      ASSERT_THAT(facts(*again), ElementsAreArray(facts(*anew))) << written;
      faults += findings(*again).size();
      std::set<const config::ParsedDeclaration*> now = resources(*again);
      for (const auto* one : now) same += before.contains(one) ? 1 : 0;
      all += now.size();
      before = std::move(now);
      last = again;
      typist.type(texts);
    }
  }
  EXPECT_GT(same, all / 2) << "of " << all << " resources";
  EXPECT_GT(faults, 500U);
}

TEST_F(LspKept, EachEntryIsKeptThatHasLinesOfItsOwn) {
  std::map<std::string, std::string> texts = kProject;
  texts["parts/two.yaml"] += "  - {note: /one}\n";
  texts["web/module.yaml"] =
      "plumb: v1\ninputs: {root: {type: string}}\noutputs: {root: a}\n"
      "resources: [{note: /left}, {note: /right}]\n";
  config::KeptProject kept;
  (void)look(texts, &kept);
  const auto& own = kept.module("").bodies;
  EXPECT_EQ(own.at("plumb.yaml").size(), 4U);
  EXPECT_EQ(own.at("parts/one.yaml").size(), 4U);
  EXPECT_EQ(own.at("parts/two.yaml").size(), 4U) << "one of them ends with a block text";
  EXPECT_TRUE(kept.module("web").bodies.at("web/module.yaml").empty());
}

TEST_F(LspKept, ABlockTextIsKeptWithWhatEndsIt) {
  std::map<std::string, std::string> texts = kProject;
  config::KeptProject kept;
  for (const std::string end : {"", "\n", "\n\n", "\n\n\n  # No more.\n", "\n  ", "\n"}) {
    texts["parts/one.yaml"] = kProject.at("parts/one.yaml") + "  - note: /kept\n    text: |+\n      x" + end;
    EXPECT_THAT(facts(*look(texts, &kept)), ElementsAreArray(facts(*look(texts, nullptr)))) << end;
  }
}

TEST_F(LspKept, WhatHangsOnAnotherFileIsReadEachTime) {
  std::map<std::string, std::string> texts = kProject;
  config::KeptProject kept;
  const auto first = look(texts, &kept);
  EXPECT_THAT(findings(*first), ::testing::IsEmpty());
  texts["t.txt"] = "port ${inputs.prt}\n";
  EXPECT_THAT(findings(*look(texts, &kept)), ::testing::ElementsAre(::testing::HasSubstr("t.txt:1:")));
  texts.erase("t.txt");
  EXPECT_THAT(findings(*look(texts, &kept)), ::testing::ElementsAre(::testing::HasSubstr("parts/one.yaml:7:")));
}

TEST_F(LspKept, AResourceIsCheckedAgainWhereANameMeansAnother) {
  std::map<std::string, std::string> texts = kProject;
  config::KeptProject kept;
  (void)look(texts, &kept);
  std::string& text = texts["plumb.yaml"];
  text.replace(text.find("type: integer, default: 80"), 26, "type: string, default: a");
  // `inputs.port > 3` stands in three files, and none of the other two was touched.
  EXPECT_THAT(findings(*look(texts, &kept)), ::testing::Contains(::testing::HasSubstr("parts/two.yaml:6:")));
}

}  // namespace
}  // namespace plumb::lsp
