// What a task registered that only looks, and the readings that it becomes.
#include <algorithm>

#include "engine/base/ascii.h"
#include "engine/import/expression.h"
#include "engine/import/filter_arguments.h"
#include "engine/import/translate_text.h"
#include "engine/import/unit.h"

namespace plumb::imports {
namespace {

using lang::Node;

bool in_any(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string single_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// A command as one line of sh: words that expressions stand in are between double quotes.
std::string as_line(const Written& command) {
  if (command.is_scalar()) return command.text;
  std::string line;
  for (const Written& word : command.items) {
    const bool plain =
        word.text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=:,+") ==
            std::string::npos &&
        !word.text.empty();
    const bool made = word.text.find("${") != std::string::npos;
    line += (line.empty() ? "" : " ") + (plain ? word.text : made ? "\"" + word.text + "\"" : single_quoted(word.text));
  }
  return line;
}

bool says_so(const Node* node) {
  return node != nullptr && node->is_scalar() && is_true_word(node->text);
}

// `10d`, `-2w`, `3600` of an age, `1g` of a size: at least so much, or, with a `-`, at most.
struct Bound {
  bool most = false;
  unsigned long count = 0;
};

std::optional<Bound> bound_of(std::string_view text, std::string_view units,
                              std::initializer_list<unsigned long> factors) {
  constexpr std::size_t kMostDigits = 9;
  Bound bound;
  bound.most = text.starts_with('-');
  if (bound.most) text.remove_prefix(1);
  const std::size_t unit = text.empty() ? std::string_view::npos : units.find(text.back());
  if (unit != std::string_view::npos) text.remove_suffix(1);
  if (text.empty() || text.size() > kMostDigits || text.find_first_not_of("0123456789") != std::string_view::npos)
    return std::nullopt;
  bound.count = small_number(std::string(text)) * (unit == std::string_view::npos ? 1 : factors.begin()[unit]);
  return bound;
}

// What `find` asks of each file, in the words of find(1).
void add_find_tests(const Task& task, std::vector<Written>& words, Names& names) {
  const auto add = [&](std::initializer_list<std::string> list) {
    for (const std::string& word : list) words.push_back(Written::of_text(word));
  };
  for (const char* parameter : {"contains", "exact_mode", "limit"}) {
    if (task.argument({parameter}) != nullptr) throw Untranslatable{"`find` with `" + std::string(parameter) + "`"};
  }
  if (!says_so(task.argument({"hidden"}))) add({"!", "-name", ".*"});
  const bool by_pattern = says_so(task.argument({"use_regex"}));
  const auto add_names = [&](const std::vector<std::string>& patterns, bool but) {
    if (patterns.empty()) return;
    if (but) add({"!"});
    if (patterns.size() > 1) add({"("});
    for (std::size_t i = 0; i < patterns.size(); ++i) {
      if (i > 0) add({"-o"});
      std::string text = translate_text(patterns[i], names).text;
      if (by_pattern) {
        // It has to begin with it, and find(1) asks of the whole path.
        const std::size_t escape = text.find('\\');
        if ((escape != std::string::npos && is_letter(text[std::min(escape + 1, text.size() - 1)])) ||
            text.find("(?") != std::string::npos)
          throw Untranslatable{"`find` with a pattern that find(1) does not know"};
        const bool closed = text.ends_with('$');
        if (closed) text.pop_back();
        if (text.starts_with('^')) text.erase(0, 1);
        add({"-regex", ".*/" + text + (closed ? "" : "[^/]*")});
      } else {
        add({"-name", text});
      }
    }
    if (patterns.size() > 1) add({")"});
  };
  if (by_pattern) add({"-regextype", "posix-extended"});
  add_names(texts_of(task.argument({"patterns", "pattern"})), false);
  add_names(texts_of(task.argument({"excludes", "exclude"})), true);
  constexpr unsigned long kMinute = 60;
  if (const Node* age = task.argument({"age"})) {
    const Node* stamp = task.argument({"age_stamp"});
    const char of = stamp == nullptr || stamp->text.empty() ? 'm' : stamp->text[0];
    const auto age_of = bound_of(translate_text(age->text, names).text, "smhdw",
                                 {1, kMinute, 60 * kMinute, 24 * 60 * kMinute, 7 * 24 * 60 * kMinute});
    if (!age_of || age_of->count % kMinute != 0)
      throw Untranslatable{"`find` with an `age` that is no count of minutes"};
    add({std::string("-") + of + "min", (age_of->most ? "-" : "+") + std::to_string(age_of->count / kMinute)});
  }
  if (const Node* size = task.argument({"size"})) {
    const auto bytes =
        bound_of(translate_text(size->text, names).text, "bkmgt", {1, 1UL << 10U, 1UL << 20U, 1UL << 30U, 1UL << 40U});
    if (!bytes) throw Untranslatable{"`find` with a `size` that hangs on the host"};
    // find(1) means more, and less.
    if (bytes->most) add({"-size", "-" + std::to_string(bytes->count + 1) + "c"});
    if (!bytes->most && bytes->count > 0) add({"-size", "+" + std::to_string(bytes->count - 1) + "c"});
  }
}

// While a result is made of the words of its task, these mean what they mean where the task stands; one that needs
// itself is nothing.
class Asking {
 public:
  Asking(std::set<const Task*>& under_way, const Task& task, std::size_t& position, std::size_t own)
      : under_way_(under_way), task_(task), position_(position), before_(position) {
    if (!under_way_.insert(&task).second)
      throw Untranslatable{"the result of the task `" + task.name + "`, which needs itself"};
    position_ = own;
  }
  ~Asking() {
    under_way_.erase(&task_);
    position_ = before_;
  }
  Asking(const Asking&) = delete;
  Asking& operator=(const Asking&) = delete;

 private:
  std::set<const Task*>& under_way_;
  const Task& task_;
  std::size_t& position_;
  std::size_t before_;
};

}  // namespace

std::string Unit::line_of_reading(const std::string& name) const {
  const auto found = readings_.find(name);
  if (found == readings_.end()) return "";
  const Written* command = nullptr;
  for (const auto& [key, value] : found->second) {
    if (key == "command") command = &value;
    if (in_any(key, {"match", "gives", "format", "file", "path"})) return "";
  }
  return command == nullptr ? "" : as_line(*command);
}

// No reading may be made of another one: what that one asks is asked inside.
void Unit::ask_inside_command(Written& command) const {
  const std::string whole = as_line(command);
  std::string line;
  bool any = false;
  char quote = '\0';
  static constexpr std::string_view kOpen = "${readings.";
  for (std::size_t at = 0; at < whole.size();) {
    const char c = whole[at];
    if (quote == '\0' ? c == '\'' || c == '"' : c == quote) quote = quote == '\0' ? c : '\0';
    if (std::string_view(whole).substr(at).starts_with(kOpen)) {
      const std::size_t end = whole.find('}', at);
      const std::string inner =
          end == std::string::npos ? "" : line_of_reading(whole.substr(at + kOpen.size(), end - at - kOpen.size()));
      // Between single quotes sh works nothing out.
      if (inner.empty() || quote == '\'') return;
      line += "$(" + inner + ")";
      at = end + 1;
      any = true;
      continue;
    }
    line += whole[at++];
  }
  if (any && line.find("readings.") == std::string::npos) command = Written::of_text(line);
}

Cel Unit::reading(const std::string& name, WrittenMap source, Type type) {
  if (broken_names_.contains("readings." + name))
    throw Untranslatable{"a reading that plumb does not take (`" + name + "`)"};
  if (!readings_.contains(name)) {
    for (auto& [key, value] : source) {
      if (key == "command") ask_inside_command(value);
    }
    if (type == Type::kText) {
      source.emplace_back("type", Written::of_text("string"));
      source.emplace_back("absent", Written::of_text(""));
    } else if (type == Type::kInt) {
      source.emplace_back("type", Written::of_text("integer"));
      source.emplace_back("absent", Written::of_plain("127"));
    } else if (type == Type::kList) {
      source.emplace_back("format", Written::of_text("lines"));
      source.emplace_back("type", Written::of_text("array"));
      source.emplace_back("items", Written::of_map({{"type", Written::of_text("string")}}));
      source.emplace_back("absent", Written::of_list({}));
    }
    readings_[name] = std::move(source);
  }
  return made("readings." + name, type, type == Type::kList ? Type::kText : Type::kAny);
}

bool Unit::was_registered(const std::string& name) {
  if (symbols_.contains(name) || turn_names_.contains(name)) return false;
  const Registered* found = registration(name);
  return found != nullptr && found->position < position_;
}

// What a task registered, where it only looks.
std::optional<Cel> Unit::result(const std::vector<std::string>& parts, std::size_t& used) {
  const Registered& kept = *registration(parts[0]);
  const Task& task = *kept.task;
  std::string name = safe_name(parts[0]);
  if (kept.elsewhere && !asks_url(task))
    throw Untranslatable{"what came of the task `" + task.name + "` (`" + parts[0] + "." + parts[1] +
                         "`), which runs elsewhere"};
  // A name that several tasks give to their results stands for another one each time.
  const std::vector<Registered>& all = registered_.at(parts[0]);
  if (const auto nth = static_cast<std::size_t>(&kept - all.data()); nth > 0) {
    const std::string here =
        position_ < at_position_.size() && at_position_[position_] != nullptr ? at_position_[position_]->file : "";
    if (kept.task->file != here && all[nth - 1].task->file != kept.task->file)
      throw Untranslatable{"`" + parts[0] + "`, which tasks of several files register"};
    name += "_" + std::to_string(nth + 1);
  }
  const Asking asking(asked_, task, position_, kept.position);
  LocalNames local(*this);
  bind(kept.variables, local);
  if (kept.looped && kept.is_probe && parts[1] == "results") {
    used = 2;
    return results(name, kept);
  }
  if (kept.looped) throw Untranslatable{"the results of a task in a loop (`" + parts[0] + "`)"};
  if (!kept.is_probe && (parts[1] == "dest" || parts[1] == "path")) {
    // Where the task puts something, it says itself.
    if (const Node* path = task.argument({"dest", "path"});
        path != nullptr && path->is_scalar() && !path->text.ends_with('/')) {
      used = 2;
      return text_expression(path->text, local);
    }
  }
  if (!kept.is_probe) {
    throw Untranslatable{"what came of the task `" + task.name + "` (`" + parts[0] + "." + parts[1] + "`)"};
  }
  const auto text = [&](std::initializer_list<std::string_view> names) {
    const Node* found = task.argument(names);
    if (found == nullptr) throw Untranslatable{"a task without its argument"};
    return Written::of_text(translate_text(found->text, local).text);
  };
  used = 2;
  if (task.module == "stat") {
    WrittenMap source{{"path", text({"path", "dest", "name"})}};
    if (const Node* follow = task.argument({"follow"}); follow != nullptr && is_true_word(follow->text))
      source.emplace_back("follow", Written::of_plain("true"));
    const Cel found = reading(name, source, Type::kMap);
    if (parts[1] != "stat") return made("true", Type::kBool);
    if (parts.size() < 3) {
      Cel whole = found;
      return whole;
    }
    used = 3;
    static const std::map<std::string, std::string> kKinds = {
        {"isdir", "directory"}, {"isreg", "file"}, {"islnk", "link"}};
    if (const auto kind = kKinds.find(parts[2]); kind != kKinds.end())
      return Cel{found.text + ".type == '" + kind->second + "'", Type::kBool, Type::kAny, rank::kRelation, "", ""};
    static const std::map<std::string, std::string> kFields = {
        {"exists", "exists"}, {"mode", "mode"}, {"pw_name", "owner"}, {"gr_name", "group"}, {"size", "size"}};
    if (parts[2] == "path")
      return made(text_of(text_expression(task.argument({"path", "dest", "name"})->text, local)), Type::kText);
    if (parts[2] == "mtime") return made(found.text + ".?modified.optMap(t, int(timestamp(t))).orValue(0)", Type::kInt);
    // What a reading of a path does not tell, a command does.
    static const std::map<std::string, std::string> kTold = {
        {"lnk_source", "readlink -f --"}, {"lnk_target", "readlink --"}, {"uid", "stat -c %u --"},
        {"gid", "stat -c %g --"},         {"inode", "stat -c %i --"},    {"nlink", "stat -c %h --"}};
    static const std::map<std::string, std::string> kTests = {
        {"executable", "-x"}, {"readable", "-r"}, {"writeable", "-w"}, {"isuid", "-u"}, {"isgid", "-g"}};
    const std::string path = text({"path", "dest", "name"}).text;
    if (const auto told = kTold.find(parts[2]); told != kTold.end()) {
      std::vector<std::string> words = shell_words(told->second);
      words.push_back(path);
      return reading(name + "_" + parts[2], {{"command", Written::of_texts(words)}}, Type::kText);
    }
    if (const auto tested = kTests.find(parts[2]); tested != kTests.end()) {
      const Cel code = reading(
          name + "_" + parts[2],
          {{"command", Written::of_texts({"test", tested->second, path})}, {"gives", Written::of_text("exit_code")}},
          Type::kInt);
      return Cel{code.text + " == 0", Type::kBool, Type::kAny, rank::kRelation, "", ""};
    }
    if (parts[2] == "checksum") {
      const Node* algorithm = task.argument({"checksum_algorithm", "checksum_algo", "checksum"});
      const std::string of = algorithm == nullptr ? "sha1" : algorithm->text;
      const Cel line = reading(name + "_checksum", {{"command", Written::of_texts({of + "sum", path})}}, Type::kText);
      return made(line.text + ".split(' ')[0]", Type::kText);
    }
    const auto field = kFields.find(parts[2]);
    if (field == kFields.end()) throw Untranslatable{"`stat." + parts[2] + "`"};
    if (parts[2] == "exists") return made(found.text + ".exists", Type::kBool);
    const bool is_size = parts[2] == "size";
    return made(found.text + ".?" + field->second + ".orValue(" + (is_size ? "0" : "''") + ")",
                is_size ? Type::kAny : Type::kText);
  }
  if (task.module == "uri") {
    const Written url = text({"url"});
    if (parts[1] == "content") return reading(name, {{"url", url}}, Type::kText);
    if (parts[1] == "status") return made("200", Type::kInt);  // another one is an error of the reading
    if (parts[1] != "json") throw Untranslatable{"`" + parts[1] + "` of `uri`"};
    return reading(name + "_json",
                   {{"url", url}, {"format", Written::of_text("json")}, {"type", Written::of_text("object")}},
                   Type::kMap);
  }
  if (task.module == "slurp") {
    if (parts[1] != "content") throw Untranslatable{"`" + parts[1] + "` of `slurp`"};
    const Cel found = reading(name, {{"file", text({"src", "path"})}}, Type::kText);
    return Cel{"base64.encode(bytes(" + found.text + "))", Type::kText, Type::kAny, 0, "", ""};
  }
  if (task.module == "find") {
    std::vector<Written> words{Written::of_text("find")};
    for (const std::string& path : texts_of(task.argument({"paths", "path"})))
      words.push_back(Written::of_text(translate_text(path, local).text));
    const Node* recurse = task.argument({"recurse"});
    const Node* depth = task.argument({"depth"});
    if (recurse == nullptr || !is_true_word(recurse->text) || depth != nullptr) {
      words.push_back(Written::of_text("-maxdepth"));
      words.push_back(Written::of_text(says_so(recurse) ? translate_text(depth->text, local).text : "1"));
    }
    words.push_back(Written::of_text("-mindepth"));
    words.push_back(Written::of_text("1"));
    const Node* type = task.argument({"file_type"});
    const std::string what = type == nullptr ? "f" : type->text == "directory" ? "d" : type->text == "link" ? "l" : "";
    if (!what.empty() && (type == nullptr || type->text != "any")) {
      words.push_back(Written::of_text("-type"));
      words.push_back(Written::of_text(what));
    }
    add_find_tests(task, words, local);
    const Cel found = reading(name, {{"command", Written::of_list(words)}}, Type::kList);
    if (parts[1] == "matched") return made("size(" + found.text + ")", Type::kInt);
    if (parts[1] == "files") return made(found.text + ".map(p, {'path': p})", Type::kList);
    throw Untranslatable{"`" + parts[1] + "` of `find`"};
  }
  if (task.module == "command" || task.module == "shell" || task.module == "raw") {
    const Node* given = task.argument({"cmd", "_raw_params"});
    const std::string line = given != nullptr ? given->text : task.free_form;
    Written command;
    const bool lenient = task.keyword("failed_when") != nullptr || task.keyword("ignore_errors") != nullptr;
    const std::string& what = parts[1];
    const std::string words = translate_text(line, local).text;
    const Node* chdir = task.argument({"chdir"});
    const std::string there = chdir == nullptr ? "" : "cd " + translate_text(chdir->text, local).text + " && ";
    // Where how many words there are hangs on a condition, a shell parts them.
    const bool words_known = task.module == "command" && there.empty() && line.find("{%") == std::string::npos;
    const bool list = words_known && !lenient && what != "stderr" && what != "stderr_lines";
    const auto after = [&](WrittenMap source) {
      if (packages_before_) source.emplace_back("after", Written::of_texts({"package:*"}));
      return source;
    };
    if (const Node* argv = task.argument({"argv"})) {
      command = written_of(*argv, local);
    } else if (list || what == "rc" || what == "failed" || what == "succeeded" || what == "success") {
      if (words_known) {
        std::vector<Written> items;
        for (const std::string& word : shell_words(line)) items.push_back(Written::of_text(word_text(word, local)));
        command = Written::of_list(std::move(items));
      } else {
        command = Written::of_text(there + words);
      }
    } else {
      command = Written::of_text(there + (what.starts_with("stderr") ? "{ " + words + "; } 2>&1 >/dev/null" : words) +
                                 (lenient || what.starts_with("stderr") ? " || true" : ""));
    }
    // Its own shell, where it names one.
    const Node* executable = task.argument({"executable"});
    if (executable != nullptr && !command.is_list() && executable->text != "/bin/sh")
      command = Written::of_texts({translate_text(executable->text, local).text, "-c", command.text});
    if (what == "rc") {
      Cel found =
          reading(name + "_code", after({{"command", command}, {"gives", Written::of_text("exit_code")}}), Type::kInt);
      return found;
    }
    if (what == "stdout") return reading(name, after({{"command", command}}), Type::kText);
    if (what == "stderr") return reading(name + "_errors", after({{"command", command}}), Type::kText);
    if (what == "stdout_lines" || what == "stderr_lines") {
      Cel found = reading(name + (what == "stdout_lines" ? "" : "_errors"), after({{"command", command}}), Type::kText);
      return lines_of(found.text);
    }
    if (what == "succeeded" || what == "success") {
      Cel found =
          reading(name + "_code", after({{"command", command}, {"gives", Written::of_text("exit_code")}}), Type::kInt);
      return Cel{found.text + " == 0", Type::kBool, Type::kAny, rank::kRelation, "", ""};
    }
    if (what == "failed") {
      Cel found =
          reading(name + "_code", after({{"command", command}, {"gives", Written::of_text("exit_code")}}), Type::kInt);
      return Cel{found.text + " != 0", Type::kBool, Type::kAny, rank::kRelation, "", ""};
    }
  }
  throw Untranslatable{"`" + parts[0] + "." + parts[1] + "` of the task `" + task.name + "`"};
}

}  // namespace plumb::imports
