#include "engine/lang/yaml_events.h"

#include <algorithm>
#include <array>
#include <istream>
#include <streambuf>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "engine/lang/yaml.h"
#include "engine/lang/yaml_text.h"

namespace plumb::lang {
namespace {

// In brackets yaml-cpp ends a word without quotes at any `?`, where the standard knows it as a sign only alone, before
// a blank. So those that are part of a word are given to it as a character that no clean text holds.
constexpr char kQuestionMark = '\x01';

bool is_part_of_word(std::string_view text, std::size_t mark) {
  const auto word_goes_on = [&](std::size_t pos) {
    return pos < text.size() && !is_space(text[pos]) && !is_flow_indicator(text[pos]);
  };
  if (word_goes_on(mark + 1)) return true;
  return mark > 0 && word_goes_on(mark - 1) && std::string_view("\"':").find(text[mark - 1]) == std::string_view::npos;
}

// Of the same size. Empty where the text is given as it is.
std::string with_hidden_marks(std::string_view text) {
  std::string hidden;
  for (std::size_t mark = text.find('?'); mark != std::string_view::npos; mark = text.find('?', mark + 1)) {
    if (!is_part_of_word(text, mark)) continue;
    if (hidden.empty()) hidden = text;
    hidden[mark] = kQuestionMark;
  }
  return hidden;
}

// Lets yaml-cpp read a text without a copy.
class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());
    setg(begin, begin, begin + text.size());
  }
};

// Ends a parse from inside an event; caught in read_events.
struct Stop {};

std::size_t offset(const YAML::Mark& mark) {
  return mark.pos < 0 ? 0 : static_cast<std::size_t>(mark.pos);
}

class Recorder : public YAML::EventHandler {
 public:
  explicit Recorder(EventList& list) : list_(list) {}

  void OnDocumentStart(const YAML::Mark& mark) override { start = offset(mark); }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    add({Event::Kind::kNull, true, false, offset(mark), {}});
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    add({Event::Kind::kAlias, true, false, offset(mark), {}});
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, const std::string& value) override {
    if (value.size() > kMaxYamlScalar) {
      stop(offset(mark), "a value is longer than 1 MiB", "this long",
           "keep it in a file of its own and name that as `source`");
    }
    Event scalar{Event::Kind::kScalar, tag == "?", false, offset(mark), value};
    std::replace(scalar.text.begin(), scalar.text.end(), kQuestionMark, '?');
    add(std::move(scalar));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value style) override {
    descend(mark);
    add({Event::Kind::kSequenceStart, false, style == YAML::EmitterStyle::Flow, offset(mark), {}});
  }
  void OnSequenceEnd() override { ascend(Event::Kind::kSequenceEnd); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value style) override {
    descend(mark);
    add({Event::Kind::kMapStart, false, style == YAML::EmitterStyle::Flow, offset(mark), {}});
  }
  void OnMapEnd() override { ascend(Event::Kind::kMapEnd); }

  std::size_t start = 0;  // of the document

 private:
  [[noreturn]] void stop(std::size_t pos, std::string summary, std::string label, std::string hint) {
    list_.problem = YamlProblem{pos, Code::kYamlLimit, std::move(summary), std::move(label), std::move(hint)};
    throw Stop{};
  }
  void add(Event event) {
    if (++nodes_ > kMaxYamlNodes) {
      stop(event.pos, "the document holds more than 1,000,000 values", "one too many", "split the file with `include`");
    }
    list_.events.push_back(std::move(event));
  }
  void descend(const YAML::Mark& mark) {
    if (++depth_ > kMaxYamlDepth) {
      stop(offset(mark), "the document is nested more than 64 levels deep", "level 65 starts here", "");
    }
  }
  void ascend(Event::Kind kind) {
    --depth_;
    list_.events.push_back({kind, false, false, 0, {}});
  }

  EventList& list_;
  std::size_t nodes_ = 0;
  std::size_t depth_ = 0;
};

// Whether a further document holds anything, and where.
class Probe : public YAML::EventHandler {
 public:
  // At a stray `,` or `]` yaml-cpp makes one empty document after the other and never moves on.
  void OnDocumentStart(const YAML::Mark& mark) override {
    if (offset(mark) <= last) found(mark);
    last = offset(mark);
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { found(mark); }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t, const std::string&) override {
    found(mark);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    found(mark);
  }
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    found(mark);
  }
  void OnMapEnd() override {}

  std::optional<std::size_t> pos;
  std::size_t last = 0;  // where the document before started

 private:
  [[noreturn]] void found(const YAML::Mark& mark) {
    pos = offset(mark);
    throw Stop{};
  }
};

struct Wording {
  std::string_view theirs;  // how yaml-cpp's message starts
  Code code;
  std::string_view summary;
  std::string_view label;
  std::string_view hint;
};

constexpr std::array kWordings = {
    Wording{"illegal map value", Code::kYamlSyntax, "a `:` where no value can start", "unexpected `:`",
            "quote the text if the colon belongs to it; otherwise check the indentation"},
    Wording{"illegal map key", Code::kYamlSyntax, "a key where none can start", "unexpected key",
            "check the indentation of this line and of the one above"},
    Wording{"illegal block entry", Code::kYamlSyntax, "a `-` where no list item can start", "unexpected `-`",
            "start the list on a line of its own, or quote the text"},
    Wording{"illegal flow end", Code::kYamlSyntax, "a closing bracket that nothing opened", "unexpected bracket", ""},
    Wording{"end of map not found", Code::kYamlSyntax, "this line does not fit the map around it",
            "expected a key with `:` at the map's indentation",
            "check the indentation and the colon of the line above"},
    Wording{"end of map flow not found", Code::kYamlSyntax, "a `{` is not closed", "expected `,` or `}` before this",
            ""},
    Wording{"end of sequence not found", Code::kYamlSyntax, "this line does not fit the list around it",
            "expected an item with `-` at the list's indentation", "check the indentation of the line above"},
    Wording{"end of sequence flow not found", Code::kYamlSyntax, "a `[` is not closed",
            "expected `,` or `]` before this", ""},
    Wording{"illegal EOF in scalar", Code::kYamlSyntax, "a quoted text is not closed", "the file ends here", ""},
    Wording{"illegal document indicator in scalar", Code::kYamlSyntax, "a quoted text is not closed",
            "the document ends here", ""},
    Wording{"illegal tab", Code::kYamlTab, "a tab is used for indentation", "a tab", "indent with spaces"},
    Wording{"the referenced anchor is not defined", Code::kYamlUnsupported, "anchors and aliases are not used here",
            "an alias", "write the value out in both places"},
    Wording{"unknown escape character", Code::kYamlSyntax, "a backslash sequence that YAML does not know",
            "unknown sequence", "write \\\\ for a backslash, or use single quotes"},
    Wording{"unknown token", Code::kYamlSyntax, "a character that cannot start a value", "unexpected character",
            "quote the text"},
    Wording{"bad file", Code::kYamlLimit, "the document is nested too deeply", "", ""},
};

YamlProblem translate(const YAML::Exception& error) {
  for (const Wording& wording : kWordings) {
    if (error.msg.starts_with(wording.theirs)) {
      return {offset(error.mark), wording.code, std::string(wording.summary), std::string(wording.label),
              std::string(wording.hint)};
    }
  }
  return {offset(error.mark), Code::kYamlSyntax, "the text is not YAML: " + error.msg, "the reader stopped here", ""};
}

// A line of nothing but white space is empty, and yaml-cpp refuses it for a tab in it. False where there is none.
bool hide_tabs_of_empty_lines(std::string& text) {
  bool any = false;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    if (line.find('\t') != std::string_view::npos && line.find_first_not_of(" \t\r") == std::string_view::npos) {
      std::replace(text.begin() + static_cast<std::ptrdiff_t>(begin), text.begin() + static_cast<std::ptrdiff_t>(end),
                   '\t', ' ');
      any = true;
    }
    begin = end + 1;
  }
  return any;
}

EventList read_as_given(std::string_view text) {
  EventList list;
  ViewBuffer buffer(text);
  std::istream stream(&buffer);
  Probe probe;
  try {
    YAML::Parser parser(stream);
    Recorder recorder(list);
    if (parser.HandleNextDocument(recorder)) {
      probe.last = recorder.start;
      while (parser.HandleNextDocument(probe)) {
      }
    }
  } catch (const Stop&) {
    list.second_document = probe.pos;
  } catch (const YAML::Exception& error) {
    list.problem = translate(error);
  }
  return list;
}

}  // namespace

EventList read_events(std::string_view text) {
  std::string hidden = with_hidden_marks(text);
  EventList list = read_as_given(hidden.empty() ? text : hidden);
  if (!list.problem || list.problem->code != Code::kYamlTab) return list;
  if (hidden.empty()) hidden = text;
  return hide_tabs_of_empty_lines(hidden) ? read_as_given(hidden) : list;
}

}  // namespace plumb::lang
