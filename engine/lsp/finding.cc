#include "engine/lsp/finding.h"

#include "engine/base/finding_text.h"
#include "engine/base/outside_text.h"

namespace plumb::lsp {
namespace {

constexpr std::string_view kMeant = "did you mean `";
constexpr std::string_view kSay = "say `";

// The word in backquotes behind `words`; "" where there is none.
std::string word_behind(const std::string& text, std::string_view words) {
  const std::size_t at = text.find(words);
  if (at == std::string::npos) return {};
  const std::size_t begin = at + words.size();
  const std::size_t end = text.find('`', begin);
  return end == std::string::npos ? "" : text.substr(begin, end - begin);
}

bool is_one_word(std::string_view text) {
  return !text.empty() && text.find_first_of(" \t\n:{}[]\"',") == std::string_view::npos;
}

// The word that is not known: the one of the summary that stands in what is pointed at, else all of that.
std::pair<std::size_t, std::size_t> wrong_word(const Diagnostic& finding, const Text& text) {
  std::size_t begin = text.offset(finding.span->line, finding.span->column);
  std::size_t end = std::max(begin, text.offset(finding.span->end_line, finding.span->end_column));
  const std::string_view there = std::string_view(text.str()).substr(begin, end - begin);
  for (std::size_t at = finding.summary.find('`'); at != std::string::npos;) {
    const std::size_t close = finding.summary.find('`', at + 1);
    if (close == std::string::npos) break;
    const std::string word = finding.summary.substr(at + 1, close - at - 1);
    const std::size_t found = word.empty() ? std::string_view::npos : there.find(word);
    if (found != std::string_view::npos) return {begin + found, begin + found + word.size()};
    at = finding.summary.find('`', close + 1);
  }
  if (there.size() > 1 && (there.front() == '"' || there.front() == '\'') && there.back() == there.front()) {
    ++begin;
    --end;
  }
  return {begin, end};
}

// What a hint says to write in the place of a value of the wrong type; "" where it says nothing of that.
std::string value_meant(const std::string& hint, std::string_view written) {
  constexpr std::string_view kList = "write a list with one item: ";
  if (hint == "write true" || hint == "write false") return hint.substr(hint.find(' ') + 1);
  if (hint == "remove the quotes" && written.size() > 2) return std::string(written.substr(1, written.size() - 2));
  return hint.starts_with(kList) && hint.find("…") == std::string::npos ? hint.substr(kList.size()) : "";
}

int number_of(Severity severity) {
  return severity == Severity::kError ? 1 : severity == Severity::kWarning ? 2 : 3;
}

}  // namespace

std::optional<Fix> fix_of(const Diagnostic& finding, const Text& text) {
  if (!finding.span || finding.span->line < 1) return std::nullopt;
  const std::size_t first = text.offset(finding.span->line, finding.span->column);
  const std::size_t last = std::max(first, text.offset(finding.span->end_line, finding.span->end_column));
  if (const std::string value = value_meant(finding.hint, std::string_view(text.str()).substr(first, last - first));
      !value.empty())
    return Fix{"Write `" + value + "`", first, last, value};
  std::string word = word_behind(finding.label, kMeant);
  if (word.empty()) word = word_behind(finding.hint, kMeant);
  // A word of another tool, and the one that stands for it here.
  if (word.empty() && finding.hint.starts_with(kSay)) {
    word = word_behind(finding.hint, kSay);
    if (!is_one_word(word)) return std::nullopt;
  }
  if (word.empty()) return std::nullopt;
  const auto [begin, end] = wrong_word(finding, text);
  const std::string wrong = text.str().substr(begin, end - begin);
  if (wrong.empty() || wrong == word || wrong.find('\n') != std::string::npos) return std::nullopt;
  return Fix{"Replace `" + wrong + "` by `" + word + "`", begin, end, word};
}

Json finding_json(const Diagnostic& finding, const Text& text, const FindingFiles& files, Encoding encoding) {
  const Range whole;
  Json json = {{"range", to_json(finding.span ? text.range(*finding.span, encoding) : whole)},
               {"severity", number_of(finding.severity)},
               {"code", code_name(finding.code)},
               {"source", "plumb"},
               {"message", finding_text(finding)}};
  for (const Related& one : finding.related) {
    const Range range = files.text_of(one.span.file).range(one.span, encoding);
    json["relatedInformation"].push_back(
        {{"location", {{"uri", files.uri_of(one.span.file)}, {"range", to_json(range)}}},
         {"message", outside_text(one.note, kWhole)}});
  }
  return json;
}

}  // namespace plumb::lsp
