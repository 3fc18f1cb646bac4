#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "engine/base/digest.h"
#include "engine/base/sealed.h"
#include "engine/base/trimmed.h"
#include "providers/sdk/edit_parts.h"
#include "providers/sdk/ini_header.h"

namespace plumb {
namespace {

constexpr std::string_view kBlanks = " \t";

std::string_view without_blanks(std::string_view text) {
  return trimmed(text, kBlanks);
}

std::size_t indent_of(std::string_view line) {
  return std::min(line.find_first_not_of(kBlanks), line.size());
}

bool is_comment(std::string_view line) {
  const std::string_view text = without_blanks(line);
  return text.starts_with('#') || text.starts_with(';');
}

// "" is no name of one.
std::optional<std::string_view> header_of(std::string_view line) {
  const std::string_view text = without_blanks(line);
  const std::size_t end = text.rfind(']');
  if (!text.starts_with('[') || end == std::string_view::npos) return std::nullopt;
  const std::string_view behind = text.substr(end + 1);
  if (!without_blanks(behind).empty() && !is_comment(behind)) return std::nullopt;
  return without_blanks(text.substr(1, end - 1));
}

using Value = std::optional<std::string>;  // nothing: a name without one

// A line that sets an option.
struct Setting {
  std::size_t begin, end;      // its lines
  std::string_view delimiter;  // with the blanks around it; "" where there is none
  Value value;
};

// Where `line` sets the option: what stands behind its name.
std::optional<std::string_view> behind_name(std::string_view line, std::string_view name) {
  line.remove_prefix(indent_of(line));
  if (!line.starts_with(name)) return std::nullopt;
  line.remove_prefix(name.size());
  const std::size_t next = line.find_first_not_of(kBlanks);
  const bool ends = next == std::string_view::npos || line[next] == '=' || line[next] == ':';
  return ends ? std::optional(line) : std::nullopt;
}

bool is_empty(std::string_view line) {
  return without_blanks(line).empty();
}

// A part of the file that is of the section: its header, where it has one, and what is below.
struct Part {
  std::size_t begin, body, end;
};

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// "NAME = …", the name being one word.
bool sets_something(std::string_view line) {
  line = without_blanks(line);
  const std::size_t mark = line.find('=');
  if (mark == std::string_view::npos || mark == 0 || !is_letter_or_digit(line.front())) return false;
  const std::string_view name = without_blanks(line.substr(0, mark));
  return std::all_of(name.begin(), name.end(), [](char c) { return is_letter_or_digit(c) || c == '-' || c == '.'; });
}

bool has_value(std::string_view line) {
  const std::size_t mark = line.find_first_of("=:");
  return mark != std::string_view::npos && !without_blanks(line.substr(mark + 1)).empty();
}

// A value goes on behind a backslash, and in lines that are indented deeper than its own. Of those that set something
// themselves some readers take none for its own; so they are only where no value stands before them.
std::size_t end_of_setting(const TextLines& lines, std::size_t begin, std::size_t limit) {
  std::size_t end = begin + 1;
  while (end < limit) {
    const bool own = !has_value(lines[begin]) || !sets_something(lines[end]);
    const bool deeper = !without_blanks(lines[end]).empty() && indent_of(lines[end]) > indent_of(lines[begin]) && own;
    if (!lines[end - 1].ends_with('\\') && (!deeper || is_comment(lines[end]))) break;
    ++end;
  }
  return end;
}

std::vector<Setting> settings_of(const TextLines& lines, const std::string& name, const std::vector<Part>& parts) {
  std::vector<Setting> settings;
  for (const Part& part : parts) {
    for (std::size_t i = part.body; i < part.end; ++i) {
      if (is_comment(lines[i]) || without_blanks(lines[i]).empty()) continue;
      const std::size_t end = end_of_setting(lines, i, part.end);
      if (const auto rest = behind_name(lines[i], name)) {
        Setting setting{i, end, {}, {}};
        if (const std::size_t mark = rest->find_first_of("=:"); mark != std::string_view::npos) {
          const std::size_t value = std::min(rest->find_first_not_of(kBlanks, mark + 1), rest->size());
          setting.delimiter = rest->substr(0, value);
          setting.value = std::string(without_blanks(rest->substr(value)));
          for (std::size_t j = i + 1; j < end; ++j) *setting.value += "\n" + std::string(without_blanks(lines[j]));
        }
        settings.push_back(std::move(setting));
      }
      i = end - 1;
    }
  }
  return settings;
}

// Whether an empty line parts a section that is made at the end from what is before it.
bool needs_gap(const TextLines& lines) {
  return lines.size() > 0 && !is_empty(lines[lines.size() - 1]);
}

class IniEditor {
 public:
  static Result<IniEditor> of(const IniEdit& edit, const SealedLines& known) {
    IniEditor editor(edit, known);
    if (edit.section.find_first_of("\n\r]") != std::string::npos)
      return fail(Code::kBadValue, "a section's name is one line without `]`");
    if (edit.absent && edit.section.empty())
      return fail(Code::kBadValue, "what stands before the first section is none that could go");
    const Json& options = edit.options.value;
    if (is_sealed(options)) return fail(Code::kSecretUnresolved, "its options are sensitive and are not known here");
    if (!options.is_object() && !options.is_null()) return fail(Code::kBadValue, "options are a map");
    for (const auto& [name, value] : options.items()) {
      std::vector<Value>& values = editor.wanted_[name];
      for (const Json& one : value.is_array() ? value : Json::array({value})) {
        const bool text = one.is_string();
        if (one.is_structured()) return fail(Code::kBadValue, "`" + name + "` is no text");
        values.push_back(one.is_null() ? Value() : text ? one.get<std::string>() : one.dump());
        if (values.back() && values.back()->find_first_of("\n\r") != std::string::npos)
          return fail(Code::kBadValue, "`" + name + "` is not one line");
      }
    }
    for (const std::string& name : edit.remove) {
      if (is_made_header(name, edit.section)) {
        editor.header_goes_ = true;
        editor.gap_goes_ = name.starts_with('\n');
        continue;
      }
      if (!editor.wanted_.emplace(name, std::vector<Value>()).second)
        return fail(Code::kBadValue, "`" + name + "` is to be there and to go");
    }
    return editor;
  }

  Result<EditResult> once(std::string_view text) const {
    PLUMB_TRY(refuse_sealed_lines(text, known_));
    TextLines lines(text);
    Work work{lines, std::vector<bool>(lines.size()), {}, {}, {}};
    const std::vector<Part> parts = find(lines);
    if (edit_.absent) {
      for (const Part& part : parts) {
        for (std::size_t i = part.begin; i < end_of(part, lines); ++i) work.remove(i);
      }
      if (parts.size() == 1) remove_gap(parts.front(), work);
    } else {
      for (const auto& [name, values] : wanted_) set(name, values, parts, work);
      if (!work.added.empty()) {
        add(parts, work);
      } else if (header_goes_ && parts.size() == 1) {
        remove_header(parts.front(), work);
      }
    }
    return std::move(work).result(text, edit_.absent);
  }

 private:
  // The text while it is changed; places are those of the lines as they were.
  struct Work {
    TextLines& lines;
    std::vector<bool> gone;
    std::map<std::size_t, std::vector<std::string>> new_lines;  // by the place that they come before
    std::vector<std::string> found, wanted;
    std::vector<std::string> added = {};  // options that the section has not
    bool changed = false;

    void remove(std::size_t i) {
      found.emplace_back(lines[i]);
      gone[i] = true;
      changed = true;
    }
    EditResult result(std::string_view text, bool absent) && {
      EditResult result;
      result.count = found.size();
      const auto joined = [](const std::vector<std::string>& all) {
        std::string whole;
        for (const std::string& line : all) whole += (&line == &all.front() ? "" : "\n") + line;
        return whole;
      };
      if (!found.empty()) result.found = joined(found);
      if (!absent && (!wanted.empty() || !found.empty())) result.wanted = joined(wanted);
      result.holds = !changed;
      for (auto at = new_lines.rbegin(); at != new_lines.rend(); ++at) {
        for (auto line = at->second.rbegin(); line != at->second.rend(); ++line) {
          lines.insert(at->first, *line);
          gone.insert(gone.begin() + static_cast<std::ptrdiff_t>(at->first), false);
        }
      }
      if (changed) lines.remove(gone);
      result.text = changed ? lines.str() : std::string(text);
      return result;
    }
  };

  IniEditor(const IniEdit& edit, const SealedLines& known) : edit_(edit), known_(known) {}

  std::vector<Part> find(const TextLines& lines) const {
    std::vector<Part> parts;
    bool within = edit_.section.empty();
    if (within) parts.push_back({0, 0, lines.size()});
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const auto header = header_of(lines[i]);
      if (!header) continue;
      if (within) parts.back().end = i;
      within = !edit_.section.empty() && *header == edit_.section;
      if (within) parts.push_back({i, i + 1, lines.size()});
    }
    return parts;
  }

  // Where a section ends that goes with the empty line before it: empty lines behind it part those around it.
  std::size_t end_of(const Part& part, const TextLines& lines) const {
    std::size_t end = part.end;
    while (gap_goes_ && end > part.body && is_empty(lines[end - 1])) --end;
    // What stands right above the next header, and apart from this section, is about that one.
    std::size_t comment = end;
    while (!gap_goes_ && end < lines.size() && comment > part.body && is_comment(lines[comment - 1])) --comment;
    return comment > part.body && is_empty(lines[comment - 1]) ? comment : end;
  }

  void remove_gap(const Part& part, Work& work) const {
    if (gap_goes_ && part.begin > 0 && is_empty(work.lines[part.begin - 1])) work.gone[part.begin - 1] = true;
  }

  void remove_header(const Part& part, Work& work) const {
    if (!work.new_lines.empty()) return;
    for (std::size_t i = part.body; i < part.end; ++i) {
      if (!work.gone[i] && !is_empty(work.lines[i])) return;
    }
    work.found.emplace(work.found.begin(), work.lines[part.begin]);
    work.gone[part.begin] = true;
    work.changed = true;
    remove_gap(part, work);
  }

  void set(const std::string& name, const std::vector<Value>& values, const std::vector<Part>& parts,
           Work& work) const {
    const std::vector<Setting> settings = settings_of(work.lines, name, parts);
    for (std::size_t i = 0; i < settings.size(); ++i) {
      const Setting& setting = settings[i];
      if (i < values.size() && setting.value == values[i]) {
        for (std::size_t j = setting.begin; j < setting.end; ++j) {
          work.found.emplace_back(work.lines[j]);
          work.wanted.emplace_back(work.lines[j]);
        }
        continue;
      }
      const std::string_view old = work.lines[setting.begin];
      const std::string indent(old.substr(0, indent_of(old)));
      for (std::size_t j = setting.begin; j < setting.end; ++j) work.remove(j);
      if (i >= values.size()) continue;
      std::string delimiter(setting.delimiter);
      if (delimiter.empty()) delimiter = delimiter_in(work.lines, parts);
      // Blanks behind the delimiter of an empty value are the end of a line.
      const bool begins_below = setting.value && (setting.value->empty() || setting.value->starts_with('\n'));
      const bool bare = begins_below && delimiter.find_first_of("=:") + 1 == delimiter.size();
      if (bare && delimiter.starts_with(' ')) delimiter += ' ';
      work.wanted.push_back(indent + line_of(name, delimiter, values[i]));
      work.new_lines[setting.begin].push_back(work.wanted.back());
    }
    if (settings.size() >= values.size()) return;
    std::size_t at = settings.empty() ? behind_comment(work.lines, name, parts) : settings.back().end;
    const std::string delimiter = delimiter_in(work.lines, parts);
    for (std::size_t i = settings.size(); i < values.size(); ++i) {
      work.changed = true;
      work.wanted.push_back(indent_in(work.lines, parts) + line_of(name, delimiter, values[i]));
      if (at == kNoLine) {
        work.added.push_back(work.wanted.back());
      } else {
        work.new_lines[at].push_back(work.wanted.back());
      }
    }
  }

  static std::string line_of(const std::string& name, std::string_view delimiter, const Value& value) {
    if (!value) return name;
    std::string line = name + std::string(delimiter) + *value;
    line.erase(line.find_last_not_of(kBlanks) + 1);
    return line;
  }

  // Behind the last comment in which the option stands.
  static std::size_t behind_comment(const TextLines& lines, const std::string& name, const std::vector<Part>& parts) {
    std::size_t at = kNoLine;
    for (const Part& part : parts) {
      for (std::size_t i = part.body; i < part.end; ++i) {
        if (!is_comment(lines[i])) continue;
        const std::string_view text = without_blanks(without_blanks(lines[i]).substr(1));
        const auto rest = behind_name(text, name);
        if (rest && rest->find_first_of("=:") != std::string_view::npos) at = i + 1;
      }
    }
    return at;
  }

  // What stands between name and value in the section's last option, else in the file's, else in those of comments.
  std::string delimiter_in(const TextLines& lines, const std::vector<Part>& parts) const {
    if (!edit_.delimiter.empty()) return edit_.delimiter;
    const auto last = [&](std::size_t begin, std::size_t end, bool commented) -> std::optional<std::string> {
      for (std::size_t i = end; i-- > begin;) {
        if (is_comment(lines[i]) != commented || header_of(lines[i])) continue;
        const std::string_view line = commented ? without_blanks(without_blanks(lines[i]).substr(1)) : lines[i];
        const std::size_t mark = line.find('=');
        if (mark == std::string_view::npos || mark == 0) continue;
        // A comment of several words is about something.
        if (commented && without_blanks(line.substr(0, mark)).find_first_of(kBlanks) != std::string_view::npos)
          continue;
        const bool before = kBlanks.find(line[mark - 1]) != std::string_view::npos;
        const bool behind = mark + 1 == line.size() ? before : kBlanks.find(line[mark + 1]) != std::string_view::npos;
        return std::string(before ? " =" : "=") + (behind ? " " : "");
      }
      return std::nullopt;
    };
    for (const bool commented : {false, true}) {
      for (const Part& part : parts) {
        if (auto found = last(part.body, part.end, commented)) return *found;
      }
      if (auto found = last(0, lines.size(), commented)) return *found;
    }
    return " = ";
  }

  static std::string indent_in(const TextLines& lines, const std::vector<Part>& parts) {
    for (const Part& part : parts) {
      for (std::size_t i = part.body; i < part.end; ++i) {
        if (!is_comment(lines[i]) && !without_blanks(lines[i]).empty())
          return std::string(lines[i].substr(0, indent_of(lines[i])));
      }
    }
    return {};
  }

  // To the end of the section, which is made where it is not there.
  void add(const std::vector<Part>& parts, Work& work) const {
    if (parts.empty()) {
      std::vector<std::string>& made = work.new_lines[work.lines.size()];
      if (needs_gap(work.lines)) made.emplace_back();
      made.push_back("[" + edit_.section + "]");
      made.insert(made.end(), work.added.begin(), work.added.end());
      return;
    }
    std::size_t at = parts.front().end;
    while (at > parts.front().body && without_blanks(work.lines[at - 1]).empty()) --at;
    std::vector<std::string>& here = work.new_lines[at];
    here.insert(here.end(), work.added.begin(), work.added.end());
  }

  const IniEdit& edit_;
  const SealedLines& known_;
  std::map<std::string, std::vector<Value>> wanted_;  // none: it is to go
  bool header_goes_ = false;                          // see made_header()
  bool gap_goes_ = false;
};

}  // namespace

std::string made_header(const IniEdit& edit, std::string_view text) {
  const Json& options = edit.options.value;
  if (edit.absent || edit.section.empty() || !options.is_object()) return "";
  const auto is_set = [](const Json& value) { return !value.is_array() || !value.empty(); };
  if (std::none_of(options.begin(), options.end(), is_set)) return "";
  const TextLines lines(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (header_of(lines[i]) == edit.section) return "";
  }
  return (needs_gap(lines) ? "\n[" : "[") + edit.section + "]";
}

bool is_made_header(std::string_view removed, std::string_view section) {
  if (removed.starts_with('\n')) removed.remove_prefix(1);
  return !section.empty() && removed.size() == section.size() + 2 && removed.starts_with('[') &&
         removed.ends_with(']') && removed.substr(1, section.size()) == section;
}

std::optional<Json> ini_options(std::string_view text, const std::vector<std::string>& names) {
  const TextLines lines(text);
  Json options = Json::object();
  for (const std::string& name : names) {
    Json values = Json::array();
    for (const Setting& setting : settings_of(lines, name, {{0, 0, lines.size()}})) {
      if (setting.value && setting.value->find('\n') != std::string::npos) return std::nullopt;
      values.push_back(setting.value ? Json(*setting.value) : Json());
    }
    if (!values.empty()) options[name] = std::move(values);
  }
  return options;
}

Result<EditResult> make_one(const IniEdit& edit, std::string_view text, const KeyedDigestOf&,
                            const SealedLines& sealed) {
  PLUMB_TRY_ASSIGN(const IniEditor editor, IniEditor::of(edit, sealed));
  return settled(text, sealed, [&](std::string_view before) { return editor.once(before); });
}

}  // namespace plumb
