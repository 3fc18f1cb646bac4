#include "engine/import/jinja_pieces.h"

#include <algorithm>

#include "engine/import/jinja.h"

namespace plumb::imports {
namespace {

bool blank(char c) {
  return c == ' ' || c == '\t';
}
bool space(char c) {
  return blank(c) || c == '\n' || c == '\r';
}

// The settings of a `#jinja2:` line, over those of the task.
Layout layout_of(std::string_view& source, int& line, Layout layout) {
  if (!source.starts_with("#jinja2:")) return layout;
  const std::size_t end = std::min(source.find('\n'), source.size());
  std::string header(source.substr(0, end));
  std::erase(header, ' ');
  const auto says = [&](std::string_view word) { return header.find(word) != std::string::npos; };
  if (says("trim_blocks:")) layout.trim_blocks = !says("trim_blocks:False") && !says("trim_blocks:false");
  if (says("lstrip_blocks:")) layout.lstrip_blocks = says("lstrip_blocks:True") || says("lstrip_blocks:true");
  if (header.find("_string") != std::string::npos) throw Untranslatable{"other signs than those of Jinja"};
  source.remove_prefix(std::min(end + 1, source.size()));
  ++line;
  return layout;
}

std::vector<Piece> split(std::string_view source, int line) {
  std::vector<Piece> pieces;
  const auto add_text = [&](std::string_view text) {
    if (text.empty()) return;
    if (!pieces.empty() && pieces.back().kind == Piece::Kind::kText) {
      pieces.back().text += text;
    } else {
      pieces.push_back({Piece::Kind::kText, std::string(text), false, false, false, line});
    }
    line += static_cast<int>(std::count(text.begin(), text.end(), '\n'));
  };
  for (std::size_t at = 0; at < source.size();) {
    std::size_t sign = source.find('{', at);
    while (sign != std::string_view::npos && sign + 1 < source.size() && source[sign + 1] != '{' &&
           source[sign + 1] != '%' && source[sign + 1] != '#')
      sign = source.find('{', sign + 1);
    if (sign == std::string_view::npos || sign + 1 >= source.size()) {
      add_text(source.substr(at));
      break;
    }
    add_text(source.substr(at, sign - at));
    const char kind = source[sign + 1];
    const std::string_view close = kind == '{' ? "}}" : kind == '%' ? "%}" : "#}";
    // Past texts in quotes, in which the sign may stand, and past maps.
    std::size_t end = sign + 2;
    char quote = '\0';
    int braces = 0;
    while (end < source.size()) {
      const char c = source[end];
      if (kind != '#' && quote != '\0') {
        if (c == '\\') ++end;
        if (c == quote) quote = '\0';
      } else if (kind != '#' && (c == '\'' || c == '"')) {
        quote = c;
      } else if (kind == '{' && c == '{') {
        ++braces;
      } else if (source.substr(end).starts_with(close) && braces == 0) {
        break;
      } else if (kind == '{' && c == '}') {
        --braces;
      }
      ++end;
    }
    if (end >= source.size()) throw Untranslatable{"a `{" + std::string(1, kind) + "` that is not closed"};
    Piece piece;
    piece.kind = kind == '{' ? Piece::Kind::kOutput : kind == '%' ? Piece::Kind::kStatement : Piece::Kind::kComment;
    piece.line = line;
    std::string_view inner = source.substr(sign + 2, end - sign - 2);
    line += static_cast<int>(std::count(inner.begin(), inner.end(), '\n'));
    if (inner.starts_with('-')) {
      piece.eats_before = true;
      inner.remove_prefix(1);
    } else if (inner.starts_with('+')) {
      inner.remove_prefix(1);
    }
    if (inner.ends_with('-')) {
      piece.eats_after = true;
      inner.remove_suffix(1);
    }
    piece.text = trimmed(inner);
    at = end + 2;
    const bool raw = piece.kind == Piece::Kind::kStatement && piece.text == "raw";
    if (raw) {
      const std::size_t stop = source.find("endraw", at);
      const std::size_t open = source.rfind("{%", stop);
      const std::size_t shut = source.find("%}", stop);
      if (stop == std::string_view::npos || open < at || shut == std::string_view::npos)
        throw Untranslatable{"`raw` without its end"};
      add_text(source.substr(at, open - at));
      at = shut + 2;
      if (at < source.size() && source[at] == '\n') ++at;
      continue;
    }
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

// Takes away what Jinja takes away around its statements, and notes which of them end their line.
void lay_out(std::vector<Piece>& pieces, const Layout& layout) {
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    Piece& piece = pieces[i];
    if (piece.kind == Piece::Kind::kText) continue;
    const bool statement = piece.kind != Piece::Kind::kOutput;
    Piece* before = i > 0 && pieces[i - 1].kind == Piece::Kind::kText ? &pieces[i - 1] : nullptr;
    Piece* after = i + 1 < pieces.size() && pieces[i + 1].kind == Piece::Kind::kText ? &pieces[i + 1] : nullptr;
    if (before != nullptr && piece.eats_before) {
      while (!before->text.empty() && space(before->text.back())) before->text.pop_back();
      // An earlier statement that ended its line no longer does where that line is eaten.
      if (before->text.empty() && i >= 2) pieces[i - 2].ends_line = false;
    } else if (piece.eats_before && i > 0) {
      pieces[i - 1].ends_line = false;
    }
    if (before != nullptr && statement && layout.lstrip_blocks && !piece.eats_before) {
      std::size_t end = before->text.size();
      while (end > 0 && blank(before->text[end - 1])) --end;
      const bool line_start = end == 0 ? i < 2 || pieces[i - 2].ends_line : before->text[end - 1] == '\n';
      if (line_start) before->text.resize(end);
    }
    if (after == nullptr) continue;
    if (piece.eats_after) {
      std::size_t end = 0;
      while (end < after->text.size() && space(after->text[end])) ++end;
      piece.ends_line = after->text.substr(0, end).find('\n') != std::string::npos;
      after->text.erase(0, end);
    } else if (statement && layout.trim_blocks && after->text.starts_with('\n')) {
      // The last line break of a file stays where something stands before the statement on its line.
      const bool last = i + 2 == pieces.size() && after->text == "\n";
      const std::size_t word = before == nullptr ? 0 : before->text.find_last_not_of(" \t");
      const bool alone = before == nullptr           ? i == 0 || pieces[i - 1].ends_line
                         : word == std::string::npos ? i < 2 || pieces[i - 2].ends_line
                                                     : before->text[word] == '\n';
      if (!last || alone) {
        piece.ends_line = true;
        after->text.erase(0, 1);
      }
    }
  }
}

}  // namespace

std::string first_word(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && !space(text[end]) && text[end] != '(') ++end;
  return std::string(text.substr(0, end));
}

std::vector<Piece> pieces_of(std::string_view source, bool is_included, int& line, const Layout& given) {
  const Layout layout = layout_of(source, line, given);
  std::vector<Piece> pieces = split(source, line);
  // Jinja takes the last line break of an included file away.
  if (is_included && !pieces.empty() && pieces.back().kind == Piece::Kind::kText && pieces.back().text.ends_with('\n'))
    pieces.back().text.pop_back();
  lay_out(pieces, layout);
  return pieces;
}

}  // namespace plumb::imports
