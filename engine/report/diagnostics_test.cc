#include "engine/report/diagnostics.h"

#include <gtest/gtest.h>

namespace plumb::report {
namespace {

lang::SourceMap source(std::string text) {
  lang::SourceMap map;
  map.add("plumb.yaml", std::move(text));
  return map;
}

Diagnostic at(int line, int begin, int end, std::string label = "here") {
  return Diagnostic(Code::kUnknownKey, "something").at({"plumb.yaml", line, begin, line, end}, std::move(label));
}

TEST(Render, LooksAsTheDesignShows) {
  const auto map = source(std::string(13, '\n') + "    contnet: hello\n");
  const Diagnostic diagnostic = Diagnostic(Code::kUnknownKey, "unknown key `contnet` for file")
                                    .at({"plumb.yaml", 14, 5, 14, 12}, "did you mean `content`?");
  EXPECT_EQ(render(diagnostic, map, false),
            "error[PL1007]: unknown key `contnet` for file\n"
            "  ┌─ plumb.yaml:14:5\n"
            "14│     contnet: hello\n"
            "  │     ^^^^^^^ did you mean `content`?\n");
}

TEST(Render, ShowsRelatedPlacesHintAndHost) {
  const auto map = source("a: 1\nb: 2\n");
  Diagnostic diagnostic = Diagnostic(Code::kDuplicateKey, "twice")
                              .at({"plumb.yaml", 2, 1, 2, 2}, "again")
                              .with_hint("remove one")
                              .on("web1");
  diagnostic.related.push_back({{"plumb.yaml", 1, 1, 1, 2}, "first"});
  EXPECT_EQ(render(diagnostic, map, false),
            "error[PL1006]: twice\n"
            " ┌─ plumb.yaml:2:1\n"
            "2│ b: 2\n"
            " │ ^ again\n"
            " ┌─ plumb.yaml:1:1\n"
            "1│ a: 1\n"
            " │ - first\n"
            " = hint: remove one\n"
            " = host: web1\n");
}

TEST(Render, TabsAndWideCharactersKeepTheCaretInPlace) {
  EXPECT_EQ(render(at(1, 2, 4), source("\tab"), false),
            "error[PL1007]: something\n ┌─ plumb.yaml:1:2\n1│     ab\n │     ^^ here\n");
  EXPECT_EQ(render(at(1, 4, 6), source("日本: é\n"), false),
            "error[PL1007]: something\n ┌─ plumb.yaml:1:4\n1│ 日本: é\n │      ^^ here\n");
}

TEST(Render, CutsLongLinesAroundThePlace) {
  const std::string text =
      render(at(1, 5000, 5003), source(std::string(4999, 'x') + "abc" + std::string(5000, 'y')), false);
  EXPECT_LT(text.size(), 400U);
  EXPECT_NE(text.find("…"), std::string::npos);
  const std::size_t line = text.find("1│ ") + 5;
  const std::size_t caret = text.find("^^^") - text.find(" │ ") - 5;
  // The ellipsis has three bytes and one column.
  EXPECT_EQ(text.substr(line + caret + 2, 3), "abc");
}

TEST(Render, HidesSensitiveLines) {
  auto map = source("password: hunter2\n");
  map.hide({"plumb.yaml", 1, 11, 1, 18});
  const std::string text = render(at(1, 11, 18), map, false);
  EXPECT_EQ(text.find("hunter2"), std::string::npos);
  EXPECT_NE(text.find("(sensitive)"), std::string::npos);
}

TEST(Render, LetsNothingMoveTheCursor) {
  const std::string text =
      render(Diagnostic(Code::kYamlEncoding, "bad \x1b[2J \xe2\x80\xae text\nmore").at({"plumb.yaml", 1, 1, 1, 2}),
             source("\x1b[31m \xff x"), false);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find("\xe2\x80\xae"), std::string::npos);
  EXPECT_TRUE(valid_utf8(text));
}

TEST(Render, WithoutASpanOrALine) {
  EXPECT_EQ(render(Diagnostic(Code::kNoProject, "no project here").with_hint("run `plumb init`"), source(""), false),
            "error[PL1108]: no project here\n = hint: run `plumb init`\n");
  EXPECT_EQ(render(at(9, 1, 2), source("a"), false), "error[PL1007]: something\n ┌─ plumb.yaml:9:1\n │ here\n");
}

TEST(Render, SeveralLinesStaySeveralLines) {
  const Diagnostic diagnostic =
      Diagnostic(Code::kAuthentication, "web1 refused the login\nthe host says:\n\nDown\x1b[2J until\tnoon\r\n")
          .on("web1");
  EXPECT_EQ(render(diagnostic, {}, false),
            "error[PL3005]: web1 refused the login\n"
            " │ the host says:\n"
            " │ Down until noon\n"
            " = host: web1\n");
}

TEST(Render, ColoursOnlyOnRequest) {
  EXPECT_NE(render(at(1, 1, 2), source("a"), true).find("\x1b["), std::string::npos);
}

TEST(Json, HoldsWhatIsThere) {
  EXPECT_EQ(canonical(to_json(at(1, 2, 3))),
            R"({"code":"PL1007","label":"here","severity":"error","span":{"column":2,"end_column":3,"end_line":1,)"
            R"("file":"plumb.yaml","line":1},"summary":"something"})");
}

}  // namespace
}  // namespace plumb::report
