#include <algorithm>
#include <utility>
#include <vector>

#include "engine/base/sealed.h"
#include "providers/sdk/edit_parts.h"
#include "providers/sdk/json_spans.h"

namespace plumb {
namespace {

using Path = std::vector<std::string>;

Result<Path> parse_path(const std::string& text) {
  Path path;
  for (std::size_t at = 0; at <= text.size();) {
    std::string step;
    if (at < text.size() && text[at] == '"') {
      const std::size_t end = text.find('"', at + 1);
      if (end == std::string::npos) return fail(Code::kBadValue, "`" + text + "`: a quote is not closed");
      step = text.substr(at + 1, end - at - 1);
      at = end + 1;
      if (at < text.size() && text[at] != '.') return fail(Code::kBadValue, "`" + text + "`: `.` is expected");
    } else {
      const std::size_t end = std::min(text.find('.', at), text.size());
      step = text.substr(at, end - at);
      at = end;
    }
    if (step.empty()) return fail(Code::kBadValue, "`" + text + "` has a step without a name");
    path.push_back(std::move(step));
    if (at++ == text.size()) break;
  }
  return path;
}

std::string path_text(const Path& path) {
  std::string text;
  for (const std::string& step : path) {
    const bool dotted = step.find('.') != std::string::npos;
    text += (text.empty() ? "" : ".") + (dotted ? '"' + step + '"' : step);
  }
  return text;
}

// A place in a list; nothing where it is none.
std::optional<std::size_t> place_in_list(const std::string& step) {
  if (step.empty() || step.size() > 6 || step.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  return std::stoul(step);
}

// A text of JSON that is changed where its values stand.
class JsonText {
 public:
  explicit JsonText(std::string_view text) : text_(text) {
    if (text_.find_first_not_of(" \t\r\n") == std::string::npos) text_ = "{}\n";
  }

  // The value at the path; nothing where there is none.
  Result<std::optional<Json>> value_at(const Path& path) {
    PLUMB_TRY(read());
    const SpannedValue* value = &root_;
    for (const std::string& step : path) {
      const std::size_t at = find(*value, step);
      if (at == kNoLine) return std::optional<Json>();
      value = &value->values[at];
    }
    return std::optional(Json::parse(text_.substr(value->begin, value->end - value->begin), nullptr, false));
  }

  Result<> set(const Path& path, const Json& value) {
    PLUMB_TRY(read());
    SpannedValue* at = &root_;
    std::size_t depth = 0;
    for (; depth < path.size(); ++depth) {
      const std::size_t next = find(*at, path[depth]);
      if (next == kNoLine) break;
      at = &at->values[next];
    }
    if (depth == path.size()) {
      const std::string made = is_spread(root_) ? shown(value, indent_at(at->begin)) : value.dump();
      text_.replace(at->begin, at->end - at->begin, made);
      return {};
    }
    Json made = value;
    for (std::size_t i = path.size() - 1; i > depth; --i) made = Json{{path[i], std::move(made)}};
    return add(*at, path, depth, made);
  }

  Result<> remove(const Path& path) {
    PLUMB_TRY(read());
    const SpannedValue* holder = &root_;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
      const std::size_t next = find(*holder, path[i]);
      if (next == kNoLine) return {};
      holder = &holder->values[next];
    }
    const std::size_t at = find(*holder, path.back());
    if (at == kNoLine) return {};
    // With the comma that is then too many.
    const bool last = at + 1 == holder->values.size();
    std::size_t begin = holder->starts[at];
    std::size_t end = holder->values[at].end;
    if (!last) {
      end = holder->starts[at + 1];
    } else if (at > 0) {
      begin = holder->values[at - 1].end;
    } else {
      begin = holder->begin + 1;
      end = holder->end - 1;
    }
    text_.erase(begin, end - begin);
    return {};
  }

  std::string take() && { return std::move(text_); }

 private:
  Result<> read() {
    PLUMB_TRY_ASSIGN(root_, read_json_spans(text_));
    return {};
  }

  static std::size_t find(const SpannedValue& holder, const std::string& step) {
    if (holder.kind == SpannedValue::Kind::kMap) {
      const auto name = std::find(holder.names.begin(), holder.names.end(), step);
      return name == holder.names.end() ? kNoLine : static_cast<std::size_t>(name - holder.names.begin());
    }
    const auto place = holder.kind == SpannedValue::Kind::kList ? place_in_list(step) : std::nullopt;
    return place && *place < holder.values.size() ? *place : kNoLine;
  }

  // To the end of the map or list that is at `holder`.
  Result<> add(const SpannedValue& holder, const Path& path, std::size_t depth, const Json& value) {
    const Path above(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(depth));
    const auto refused = [&](const std::string& why) {
      return fail(Code::kRefusedByState, (above.empty() ? "the whole" : "`" + path_text(above) + "`") + why);
    };
    const bool map = holder.kind == SpannedValue::Kind::kMap;
    if (holder.kind == SpannedValue::Kind::kOther) return refused(" is no map in which something could be");
    if (!map && place_in_list(path[depth]) != holder.values.size())
      return refused(" is a list of " + std::to_string(holder.values.size()) + " and has no place " + path[depth]);
    const std::string outer = indent_at(holder.begin);
    const bool empty = holder.values.empty();
    const bool spread = empty ? text_.find('\n') + 1 >= text_.size() || is_spread(root_) : is_spread(holder);
    const std::string inner = !empty && spread ? indent_at(holder.starts.back()) : outer + unit();
    const std::string name = map ? Json(path[depth]).dump() + ": " : "";
    const std::string member = name + (spread ? shown(value, inner) : value.dump());
    const std::string line = line_end();
    if (!empty) {
      text_.insert(holder.values.back().end, "," + (spread ? line + inner : " ") + member);
    } else if (spread) {
      text_.replace(holder.begin + 1, holder.end - holder.begin - 2, line + inner + member + line + outer);
    } else {
      text_.replace(holder.begin + 1, holder.end - holder.begin - 2, member);
    }
    return {};
  }

  bool is_spread(const SpannedValue& value) const {
    return text_.substr(value.begin, value.end - value.begin).find('\n') != std::string::npos;
  }
  std::string line_end() const {
    const std::size_t end = text_.find('\n');
    return end != std::string::npos && end > 0 && text_[end - 1] == '\r' ? "\r\n" : "\n";
  }
  // The blanks before the line in which something stands.
  std::string indent_at(std::size_t at) const {
    const std::size_t line = at == 0 ? 0 : text_.rfind('\n', at - 1) + 1;
    return text_.substr(line, std::min(text_.find_first_not_of(" \t", line), text_.size()) - line);
  }
  // What the first line that is indented has more than the one above.
  std::string unit() const {
    for (std::size_t line = 0; (line = text_.find('\n', line)) != std::string::npos;) {
      ++line;
      const std::size_t end = std::min(text_.find_first_not_of(" \t", line), text_.size());
      if (end > line && end < text_.size() && text_[end] != '\r' && text_[end] != '\n')
        return text_.substr(line, end - line);
    }
    return "  ";
  }
  std::string shown(const Json& value, const std::string& indent) const {
    const std::string step = unit();
    const std::string text = value.dump(static_cast<int>(step.size()), step.front());
    std::string shown;
    for (const char c : text) shown += c == '\n' ? line_end() + indent : std::string(1, c);
    return shown;
  }

  std::string text_;
  SpannedValue root_;
};

class TreeEditor {
 public:
  static Result<TreeEditor> of(const TreeEdit& edit, const SealedLines& known) {
    TreeEditor editor(known);
    if (edit.format != "json") return fail(Code::kBadValue, "the format `" + edit.format + "` is not known");
    for (const Json* all : {&edit.set.value, &edit.merge.value}) {
      if (is_sealed(*all)) return fail(Code::kSecretUnresolved, "its values are sensitive and are not known here");
      if (!all->is_object() && !all->is_null()) return fail(Code::kBadValue, "values are a map");
    }
    if (edit.merge.value.is_object()) editor.add_merged({}, edit.merge.value);
    for (const auto& [text, value] : edit.set.value.items()) {
      PLUMB_TRY_ASSIGN(Path path, parse_path(text));
      editor.wanted_.emplace_back(std::move(path), value);
    }
    for (const std::string& text : edit.remove) {
      PLUMB_TRY_ASSIGN(Path path, parse_path(text));
      editor.removed_.push_back(std::move(path));
    }
    return editor;
  }

  Result<EditResult> once(std::string_view text) const {
    PLUMB_TRY(refuse_sealed_lines(text, known_));
    JsonText tree(text);
    EditResult result;
    result.holds = true;
    std::string found, wanted;
    bool any = false;
    const auto note = [](std::string& lines, const Path& path, const Json& value) {
      lines += (lines.empty() ? "" : "\n") + path_text(path) + ": " + value.dump();
    };
    for (const auto& [path, value] : wanted_) {
      PLUMB_TRY_ASSIGN(const std::optional<Json> there, tree.value_at(path));
      if (there) note(found, path, *there);
      any = any || there;
      note(wanted, path, value);
      if (there == value) continue;
      result.holds = false;
      PLUMB_TRY(tree.set(path, value));
    }
    for (const Path& path : removed_) {
      PLUMB_TRY_ASSIGN(const std::optional<Json> there, tree.value_at(path));
      if (!there) continue;
      note(found, path, *there);
      any = true;
      result.holds = false;
      PLUMB_TRY(tree.remove(path));
    }
    if (any) result.found = std::move(found);
    if (any || !wanted_.empty()) result.wanted = std::move(wanted);
    result.text = result.holds ? std::string(text) : std::move(tree).take();
    return result;
  }

 private:
  explicit TreeEditor(const SealedLines& known) : known_(known) {}

  void add_merged(const Path& above, const Json& map) {
    for (const auto& [name, value] : map.items()) {
      Path path = above;
      path.push_back(name);
      if (value.is_object()) {
        add_merged(path, value);
      } else {
        wanted_.emplace_back(std::move(path), value);
      }
    }
  }

  const SealedLines& known_;
  std::vector<std::pair<Path, Json>> wanted_;
  std::vector<Path> removed_;
};

}  // namespace

Result<EditResult> make_one(const TreeEdit& edit, std::string_view text, const KeyedDigestOf&,
                            const SealedLines& sealed) {
  PLUMB_TRY_ASSIGN(const TreeEditor editor, TreeEditor::of(edit, sealed));
  return settled(text, sealed, [&](std::string_view before) { return editor.once(before); });
}

}  // namespace plumb
