#include "engine/report/diagnostics.h"

#include <algorithm>
#include <string_view>

#include "engine/report/equal_diagnostics.h"
#include "engine/report/text_width.h"

namespace plumb::report {
namespace {

constexpr int kTabStop = 4;
constexpr int kWidest = 100;  // columns of a source line that are shown

struct Colors {
  std::string_view strong, error, warning, note, gutter, reset;
};
constexpr Colors kPlain{};
constexpr Colors kTerminal{"\x1b[1m", "\x1b[1;31m", "\x1b[1;33m", "\x1b[1;34m", "\x1b[34m", "\x1b[0m"};

// A source line as it is shown, and where the marked part lies on the screen.
struct Excerpt {
  std::string text;
  int mark = 0;
  int mark_width = 1;
};

Excerpt excerpt(std::string_view line, int begin_column, int end_column) {
  struct Cell {
    std::string text;
    int width;
  };
  std::vector<Cell> cells;  // one a character
  int screen = 0;
  int mark = -1;
  int mark_end = -1;
  int column = 1;
  std::vector<int> starts;
  for (std::size_t i = 0; i < line.size(); ++column) {
    const CodePoint c = code_point_at(line, i);
    if (column == begin_column) mark = screen;
    if (column == end_column) mark_end = screen;
    Cell cell{std::string(line.substr(i, c.size)), width_of(c.point)};
    if (c.point == '\t') {
      cell = {std::string(static_cast<std::size_t>(kTabStop - screen % kTabStop), ' '), kTabStop - screen % kTabStop};
    } else if (is_unsafe(c.point)) {
      cell = {std::string(kReplacement), 1};
    }
    starts.push_back(screen);
    screen += cell.width;
    cells.push_back(std::move(cell));
    i += c.size;
  }
  if (mark < 0) mark = screen;
  if (mark_end < 0) mark_end = screen;
  mark_end = std::max(mark_end, mark + 1);

  int from = 0;
  int to = screen;
  if (screen > kWidest) {
    from = std::clamp(mark - kWidest / 3, 0, std::max(0, screen - kWidest));
    to = std::min(screen, from + kWidest);
  }
  Excerpt out;
  int first = -1;
  int last = 0;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (starts[i] < from || starts[i] + cells[i].width > to) continue;
    if (first < 0) first = starts[i];
    out.text += cells[i].text;
    last = starts[i] + cells[i].width;
  }
  first = std::max(first, 0);
  while (out.text.ends_with(' ')) out.text.pop_back();
  out.mark = mark - first;
  out.mark_width = std::max(1, std::min(mark_end, std::max(last, mark + 1)) - mark);
  if (first > 0) {
    out.text.insert(0, kEllipsis);
    ++out.mark;
  }
  if (to < screen) out.text += kEllipsis;
  return out;
}

class Renderer {
 public:
  Renderer(const lang::SourceMap& sources, bool color) : sources_(sources), colors_(color ? kTerminal : kPlain) {}

  std::string run(const Diagnostic& diagnostic) {
    const std::string_view tone = diagnostic.severity == Severity::kError     ? colors_.error
                                  : diagnostic.severity == Severity::kWarning ? colors_.warning
                                                                              : colors_.note;
    out_ = paint(tone, std::string(name(diagnostic.severity)) + "[" + code_name(diagnostic.code) + "]");
    gutter_ = 1;
    if (diagnostic.span) gutter_ = digits(diagnostic.span->line);
    for (const Related& related : diagnostic.related) gutter_ = std::max(gutter_, digits(related.span.line));
    summary(diagnostic.summary);
    if (diagnostic.span) place(*diagnostic.span, diagnostic.label, '^', tone);
    for (const Related& related : diagnostic.related) place(related.span, related.note, '-', colors_.gutter);
    if (!diagnostic.span && !diagnostic.label.empty()) note("", diagnostic.label);
    if (!diagnostic.hint.empty()) note("hint: ", diagnostic.hint);
    if (!diagnostic.host.empty()) note(names_several(diagnostic.host) ? "hosts: " : "host: ", diagnostic.host);
    return std::move(out_);
  }

 private:
  static bool names_several(const std::string& hosts) { return hosts.find_first_of(",[") != std::string::npos; }
  static std::size_t digits(int number) { return std::to_string(std::max(number, 0)).size(); }
  std::string paint(std::string_view color, std::string_view text) const {
    return color.empty() ? std::string(text) : std::string(color) + std::string(text) + std::string(colors_.reset);
  }
  std::string margin() const { return std::string(gutter_, ' '); }

  // What a host or a program said in several lines stays several lines.
  void summary(std::string_view text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out_ += paint(colors_.strong, ": " + clean(text.substr(0, end))) + "\n";
    for (text.remove_prefix(end); !text.empty();) {
      text.remove_prefix(1);
      const std::size_t next = std::min(text.find('\n'), text.size());
      const std::string line = clean(text.substr(0, next));
      if (!line.empty()) out_ += margin() + paint(colors_.gutter, "│") + " " + line + "\n";
      text.remove_prefix(next);
    }
  }

  void note(std::string_view word, std::string_view text) {
    out_ += margin() + paint(colors_.gutter, "= ") + std::string(word) + clean(text) + "\n";
  }

  void place(const SourceSpan& span, const std::string& label, char mark, std::string_view tone) {
    out_ += margin() + paint(colors_.gutter, "┌─") + " " + clean(span.str()) + "\n";
    const auto line = sources_.line(span.file, span.line);
    if (!line) {
      if (!label.empty()) out_ += margin() + paint(colors_.gutter, "│") + " " + clean(label) + "\n";
      return;
    }
    const std::string number = std::to_string(span.line);
    const std::string left = std::string(gutter_ - std::min(gutter_, number.size()), ' ') + number;
    if (sources_.hidden(span.file, span.line)) {
      out_ += paint(colors_.gutter, left + "│") + " (sensitive)\n";
      if (!label.empty()) out_ += margin() + paint(colors_.gutter, "│") + " " + paint(tone, clean(label)) + "\n";
      return;
    }
    constexpr int kToLineEnd = 1 << 30;
    const Excerpt shown = excerpt(*line, span.column, span.end_line > span.line ? kToLineEnd : span.end_column);
    out_ += paint(colors_.gutter, left + "│") + (shown.text.empty() ? "" : " " + shown.text) + "\n";
    out_ += margin() + paint(colors_.gutter, "│") + " " + std::string(static_cast<std::size_t>(shown.mark), ' ');
    std::string run(static_cast<std::size_t>(shown.mark_width), mark);
    if (!label.empty()) run += " " + clean(label);
    out_ += paint(tone, std::move(run)) + "\n";
  }

  const lang::SourceMap& sources_;
  const Colors& colors_;
  std::string out_;
  std::size_t gutter_ = 1;
};

Json span_json(const SourceSpan& span) {
  return {{"file", span.file},
          {"line", span.line},
          {"column", span.column},
          {"end_line", span.end_line},
          {"end_column", span.end_column}};
}

}  // namespace

std::string render(const Diagnostic& diagnostic, const lang::SourceMap& sources, bool color) {
  return Renderer(sources, color).run(diagnostic);
}

std::string render(const std::vector<Diagnostic>& diagnostics, const lang::SourceMap& sources, bool color) {
  std::string out;
  for (const Diagnostic& diagnostic : equal_ones_once(diagnostics)) {
    if (!out.empty()) out += '\n';
    out += render(diagnostic, sources, color);
  }
  return out;
}

Json to_json(const Diagnostic& diagnostic) {
  Json json = {
      {"code", code_name(diagnostic.code)}, {"severity", name(diagnostic.severity)}, {"summary", diagnostic.summary}};
  if (diagnostic.span) json["span"] = span_json(*diagnostic.span);
  if (!diagnostic.label.empty()) json["label"] = diagnostic.label;
  if (!diagnostic.hint.empty()) json["hint"] = diagnostic.hint;
  if (!diagnostic.host.empty()) json["host"] = diagnostic.host;
  for (const Related& related : diagnostic.related) {
    json["related"].push_back({{"span", span_json(related.span)}, {"note", related.note}});
  }
  return json;
}

}  // namespace plumb::report
