// What tasks registered that only look, and what Ansible gathers of packages and services: readings.
#include <algorithm>

#include "engine/import/expression.h"
#include "engine/import/filter_arguments.h"
#include "engine/import/translate_text.h"
#include "engine/import/unit.h"

namespace plumb::imports {
namespace {

using lang::Node;

Cel simple_value(std::string text, Type type, Type item = Type::kAny) {
  return {std::move(text), type, item, rank::kAtom, "", ""};
}

std::string unit_word(std::string text) {
  for (const char* end : {".service"}) {
    if (text.ends_with(end)) text = text.substr(0, text.size() - std::string(end).size());
  }
  return text;
}

}  // namespace

std::optional<Cel> Unit::chain(const std::vector<std::string>& given, std::size_t& used) {
  if (given.size() > 1 && turn_names_.contains(given[0])) (void)variable(given[0]);
  const auto symbol = symbols_.find(given[0]);
  const bool of_task = symbol == symbols_.end() || symbol->second.compiling;
  if (given.size() > 1 && registered_.contains(given[0]) && of_task) return result(given, used);
  if (given.size() > 1 && elsewhere_.contains(given[0]) && symbol == symbols_.end()) {
    const Cel nothing = variable(given[0]);
    used = given.size();
    return nothing;
  }
  if (given.size() == 1 && registered_.contains(given[0])) return std::nullopt;
  if (given.size() > 1 && given[0] == "groups") {
    used = 2;
    return simple_value("hosts(" + cel_text(given[1]) + ").map(h, h.name)", Type::kList, Type::kText);
  }
  if (given.size() > 1) {
    if (const auto named = system_names_.find(given[0]); named != system_names_.end()) {
      used = 2;
      return variable(given[1]);
    }
  }
  std::vector<std::string> fact;
  std::size_t before = 0;
  if (given[0] == "ansible_facts" && given.size() > 1) {
    fact.assign(given.begin() + 1, given.end());
    if (fact[0].starts_with("ansible_")) fact[0] = fact[0].substr(8);
    before = 1;
  } else if (given[0].starts_with("ansible_") && given.size() > 1) {
    fact = given;
    fact[0] = fact[0].substr(8);
  } else if (given[0] == "services" && given.size() > 1) {
    fact = given;
  }
  if (fact.empty() || symbols_.contains(given[0])) return std::nullopt;
  std::size_t taken = 0;
  if (fact[0] == "python" && fact.size() > 2 && fact[1] == "version") {
    used = before + 3;
    return python_version(fact[2]);
  }
  if (fact[0].starts_with("getent_")) {
    used = before + 1;
    return known_accounts(fact[0].substr(7));
  }
  if (fact[0] == "packages" || fact[0] == "services") {
    Cel found = known_packages(fact, taken);
    used = before + taken;
    return found;
  }
  {
    std::string whole = fact[0];
    for (std::size_t part = 1; part < fact.size() && part < 3; ++part) {
      whole += "." + fact[part];
      if (std::optional<Cel> found = asked_fact(whole)) {
        used = before + part + 1;
        return found;
      }
    }
    if (std::optional<Cel> found = asked_fact(fact[0])) {
      used = before + 1;
      return found;
    }
  }
  if (std::optional<Cel> found = fact_of(fact, taken)) {
    used = before + taken;
    return found;
  }
  if (before == 1 && given.size() == 2) {
    used = 2;
    return variable("ansible_" + fact[0]);
  }
  throw Untranslatable{"the fact `" + given[0] + "." + given[1] + "`"};
}

std::optional<Cel> Unit::asked_fact(const std::string& name) {
  struct Asked {
    std::string_view theirs;
    std::string_view file;     // or
    std::string_view command;  // of sh
    Type type;
    std::string_view match = "";
  };
  // As Ansible's own module looks.
  static constexpr Asked kAsked[] = {
      {"processor_count", "",
       "n=$(grep '^physical id' /proc/cpuinfo | sort -u | wc -l); test $n -gt 0 || n=$(nproc --all); echo $n",
       Type::kInt},
      {"processor_cores", "", "n=$(grep -m1 '^cpu cores' /proc/cpuinfo | tr -dc 0-9); echo ${n:-1}", Type::kInt},
      {"system_vendor", "/sys/class/dmi/id/sys_vendor", "", Type::kText},
      {"product_name", "/sys/class/dmi/id/product_name", "", Type::kText},
      {"product_version", "/sys/class/dmi/id/product_version", "", Type::kText},
      {"bios_version", "/sys/class/dmi/id/bios_version", "", Type::kText},
      {"machine_id", "/etc/machine-id", "", Type::kText},
      {"python_version", "", "python3 -c 'import platform; print(platform.python_version())'", Type::kText},
      {"python.executable", "", "command -v python3", Type::kText},
      {"python_interpreter", "", "command -v python3", Type::kText},
      {"systemd.version", "", "systemctl --version", Type::kInt, "^systemd ([0-9]+)"},
      {"kernel_version", "", "uname -v", Type::kText},
      {"user_shell", "", "getent passwd \"$(id -un)\" | cut -d: -f7", Type::kText},
      {"flags", "", "grep -m1 -E '^(flags|Features)' /proc/cpuinfo | cut -d: -f2 | tr ' ' '\\n' | grep .", Type::kList},
      {"apparmor.status", "", "test -d /sys/kernel/security/apparmor && echo enabled || echo disabled", Type::kText},
      {"date_time.date", "", "date +%Y-%m-%d", Type::kText},
      {"date_time.year", "", "date +%Y", Type::kText},
      {"date_time.month", "", "date +%m", Type::kText},
      {"date_time.day", "", "date +%d", Type::kText},
      {"date_time.epoch", "", "date +%s", Type::kText},
      {"date_time.iso8601", "", "date -u +%Y-%m-%dT%H:%M:%SZ", Type::kText},
  };
  if (name == "distribution_version") {
    // Of Debian it is that of the point release, where lsb_release is there to tell.
    const Cel point =
        reading("lsb_release",
                {{"command", Written::of_texts({"lsb_release", "-rs"})}, {"match", Written::of_text("^[0-9][0-9.]*")}},
                Type::kText);
    return Cel{"facts.os.id == 'debian' && " + point.text + " != '' ? " + point.text + " : facts.os.version",
               Type::kText,
               Type::kAny,
               rank::kConditional,
               "",
               ""};
  }
  const auto* asked =
      std::find_if(std::begin(kAsked), std::end(kAsked), [&](const Asked& one) { return one.theirs == name; });
  if (asked == std::end(kAsked)) return std::nullopt;
  WrittenMap source;
  if (!asked->file.empty()) source.emplace_back("file", Written::of_text(std::string(asked->file)));
  if (!asked->command.empty()) source.emplace_back("command", Written::of_text(escaped(asked->command)));
  if (!asked->match.empty()) source.emplace_back("match", Written::of_text(std::string(asked->match)));
  return reading(safe_name(name), std::move(source), asked->type);
}

// Of the Python that lies on the host.
Cel Unit::python_version(const std::string& part) {
  const std::string own = part == "major" ? "^([0-9]+)" : part == "minor" ? "^[0-9]+[.]([0-9]+)" : "[.]([0-9]+)$";
  const Cel found = reading(
      "python_version",
      {{"command",
        Written::of_texts({"python3", "-c", "import sys; print('.'.join(str(n) for n in sys.version_info[:3]))"})}},
      Type::kText);
  return simple_value("int(regex.extract(" + found.text + ", '" + own + "').orValue('0'))", Type::kInt);
}

// `getent_passwd` and its like: lists of fields, by name.
Cel Unit::known_accounts(const std::string& database) {
  static constexpr std::string_view kKnown[] = {"passwd", "group", "shadow", "gshadow"};
  if (std::find(std::begin(kKnown), std::end(kKnown), database) == std::end(kKnown))
    throw Untranslatable{"the fact `ansible_facts.getent_" + database + "`"};
  const Cel lines = reading("getent_" + database, {{"command", Written::of_texts({"getent", database})}}, Type::kList);
  return simple_value(lines.text + ".map(l, l.split(':')).transformMapEntry(i, f, {f[0]: f.slice(1, size(f))})",
                      Type::kMap);
}

// `packages['x']`, `services['x.service']`: a reading for each that is asked about.
Cel Unit::known_packages(const std::vector<std::string>& parts, std::size_t& used) {
  if (parts.size() < 2) throw Untranslatable{"all that `" + parts[0] + "` holds"};
  const bool package = parts[0] == "packages";
  const std::string key = safe_name((package ? "package_" : "unit_") + unit_word(parts[1]));
  used = 2;
  if (package) {
    const Cel found = reading(key, {{"package", Written::of_text(parts[1])}}, Type::kText);
    for (const char* last : {"0", "version"}) {
      if (parts.size() > used && parts[used] == last) ++used;
    }
    Cel result = found;
    result.present = found.text + " != ''";
    return result;
  }
  Cel result = reading(key, {{"unit", Written::of_text(unit_word(parts[1]))}}, Type::kMap);
  const std::string base = result.text;
  if (parts.size() > 2) {
    used = 3;
    if (parts[2] == "state") {
      result = simple_value(base + ".state", Type::kText);
    } else if (parts[2] == "status") {
      result = {base + ".masked ? 'masked' : " + base + ".enabled ? 'enabled' : 'disabled'",
                Type::kText,
                Type::kAny,
                rank::kConditional,
                "",
                ""};
    }
  }
  result.present = base + ".exists";
  return result;
}

Cel Unit::reading(const std::string& name, WrittenMap source, Type type) {
  if (broken_names_.contains("readings." + name))
    throw Untranslatable{"a reading that plumb does not take (`" + name + "`)"};
  if (!readings_.contains(name)) {
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
  return simple_value("readings." + name, type, type == Type::kList ? Type::kText : Type::kAny);
}

// How a task that only looks is asked for each item of a loop.
struct Unit::EachProbe {
  std::string line;  // of sh, as an expression
  bool asks_path = false;

  static std::string said(const std::string& told) {
    return "regex.replace(" + told + ", '(^|[\\\\r\\\\n]*\\\\n)[0-9]+$', '')";
  }
  // What one answer, `told`, says: the entries of a map.
  std::string fields(const std::string& told) const {
    const std::string said = EachProbe::said(told);
    if (asks_path)
      return "'stat': dyn(cel.bind(t, " + said +
             ", {'exists': t != '', 'isdir': t == 'directory', 'isreg': t == 'file', 'islnk': t == 'link'}))";
    return "'stdout': dyn(" + said + "), 'stdout_lines': dyn(" + lines_of(said).text +
           "), 'rc': dyn(int(regex.extract(" + told + ", '([0-9]+)$').orValue('0')))";
  }
};

Unit::EachProbe Unit::each_probe(const Task& task, Names& turn) {
  const std::string problem = "the results of a task in a loop (`" + task.name + "`)";
  if (task.argument({"chdir", "executable", "argv"}) != nullptr) throw Untranslatable{problem};
  EachProbe probe;
  probe.asks_path = task.module == "stat";
  if (probe.asks_path) {
    const Node* path = task.argument({"path", "dest", "name"});
    if (path == nullptr || task.argument({"follow"}) != nullptr) throw Untranslatable{problem};
    probe.line = "'f=' + shellQuote(" + text_expression(path->text, turn).text +
                 ") + '; if [ -L \"$f\" ]; then echo link; elif [ -d \"$f\" ]; then echo directory; "
                 "elif [ -f \"$f\" ]; then echo file; elif [ -e \"$f\" ]; then echo other; fi'";
    return probe;
  }
  if (task.module != "shell" && task.module != "command" && task.module != "raw") throw Untranslatable{problem};
  const Node* given = task.argument({"cmd", "_raw_params"});
  const std::string text = given != nullptr ? given->text : task.free_form;
  if (task.module != "command") {
    probe.line = text_expression(text, turn).in_brackets(rank::kSum);
    return probe;
  }
  for (const std::string& one : shell_words(text)) {
    const Cel part = text_expression(one, turn);
    probe.line += (probe.line.empty() ? "shellQuote([" : ", ") + text_of(part);
  }
  probe.line += "])";
  return probe;
}

// One reading that asks for all items of a list, one after the other; `element` is what an item is called in `probe`.
Cel Unit::asked_of_all(const std::string& name, const Cel& list, const std::string& element, const EachProbe& probe,
                       bool lenient) {
  // With no items there is still something to run.
  const std::string all = "':\\n' + " + list.in_brackets(0) + ".map(" + element + ", '(\\n' + " + probe.line +
                          " + '\\n)" + (lenient ? "" : " || exit") + "\\nprintf \"\\\\n%s=result=\" $?\\n').join('')";
  WrittenMap source{{"command", Written::of_text("${" + all + "}")}};
  if (packages_before_) source.emplace_back("after", Written::of_texts({"package:*"}));
  const Cel told = reading(name + "_each", std::move(source), Type::kText);
  return simple_value(told.text + ".split('=result=')", Type::kList, Type::kText);
}

// What a task in a loop registered, where it only looks.
Cel Unit::results(const std::string& name, const Registered& kept) {
  const Task& task = *kept.task;
  std::string word;
  const Node* over = loop_keyword(task, word);
  std::string variable = "item";
  if (const Node* control = task.keyword("loop_control")) {
    if (const lang::Entry* found = control->find("loop_var")) variable = found->value.text;
  }
  if (over == nullptr || task.keyword("when") != nullptr)
    throw Untranslatable{"the results of a task in a loop (`" + task.name + "`)"};
  LocalNames turn(*this);
  bind(kept.variables, turn);
  const Cel list = loop_list(*over, word, turn);
  if (word == "with_subelements") {
    turn.set_parts(variable, {simple_value("e[0]", Type::kAny), simple_value("e[1]", Type::kAny)});
  } else {
    turn.set(variable, simple_value("e", list.item));
  }
  const EachProbe probe = each_probe(task, turn);
  const bool lenient = task.keyword("failed_when") != nullptr || task.keyword("ignore_errors") != nullptr;
  const Cel told = asked_of_all(name, list, "e", probe, lenient);
  return simple_value("cel.bind(r, " + told.text + ", " + list.in_brackets(0) + ".transformList(i, e, {" +
                          cel_text(variable) + ": dyn(e), " + probe.fields("r[i]") + "}))",
                      Type::kList);
}

// A task that only looks, in a file that a loop goes through: what follows in that file knows what it said this time.
void Unit::probe_in_turn(const Task& one, const std::string& name, const Surroundings& around) {
  std::string word;
  if (around.turn != nullptr && !around.in_loop && loop_keyword(one, word) == nullptr &&
      one.argument({"chdir", "executable", "follow"}) == nullptr && (one.module == "stat" || one.module == "shell")) {
    // The file is included several times, each with other variables: each has a reading of its own.
    const std::string own = safe_name(name) + "_" + std::to_string(++turn_readings_);
    const auto put = [&](const std::string& field, const Cel& value) {
      around.turn->set(name + field, value);
      around.names->set(name + field, value);
    };
    const Node* given = one.argument({"path", "dest", "name", "cmd", "_raw_params"});
    const std::string text = translate_text(given != nullptr ? given->text : one.free_form, *around.names).text;
    if (one.module == "stat") {
      const std::string found = reading(own, {{"path", Written::of_text(text)}}, Type::kMap).text;
      put(".stat", simple_value(found, Type::kMap));
      put(".stat.exists", simple_value(found + ".exists", Type::kBool));
      for (const auto& [field, kind] :
           {std::pair{".stat.isdir", "directory"}, {".stat.isreg", "file"}, {".stat.islnk", "link"}})
        put(field, Cel{found + ".type == '" + kind + "'", Type::kBool, Type::kAny, rank::kRelation, "", ""});
      return;
    }
    const std::string found = reading(own, {{"command", Written::of_text(text)}}, Type::kText).text;
    put(".stdout", simple_value(found, Type::kText));
    put(".stdout_lines", lines_of(found));
    return;
  }
  if (around.turn == nullptr || !around.loop || loop_keyword(one, word) != nullptr || one.keyword("vars") != nullptr)
    throw Untranslatable{"`" + name + "`, which a loop over a whole file makes anew at each turn"};
  TurnLoop& loop = *around.loop;
  // Where a condition stands before it, it may fail for the others.
  const bool lenient = one.keyword("failed_when") != nullptr || one.keyword("ignore_errors") != nullptr ||
                       one.keyword("when") != nullptr || around.guard.text != "true";
  const EachProbe probe = each_probe(one, *around.names);
  const std::size_t nth = positions_.contains(&one) ? positions_.at(&one) : 0;
  const Cel told = asked_of_all(safe_name(name) + "_" + std::to_string(nth), loop.list, loop.element, probe, lenient);
  loop.is_counted = true;
  const std::string answer = told.text + "[" + loop.index + "]";
  const std::string said = EachProbe::said(answer);
  // A block around has names of its own.
  const auto set = [&](const std::string& field, const Cel& value) {
    around.turn->set(name + field, value);
    around.names->set(name + field, value);
  };
  if (probe.asks_path) {
    const auto is = [&](const std::string& how) {
      return Cel{said + how, Type::kBool, Type::kAny, rank::kRelation, "", ""};
    };
    set(".stat.exists", is(" != ''"));
    set(".stat.isdir", is(" == 'directory'"));
    set(".stat.isreg", is(" == 'file'"));
    set(".stat.islnk", is(" == 'link'"));
  } else {
    set(".stdout", simple_value(said, Type::kText));
    set(".stdout_lines", lines_of(said));
    set(".rc", simple_value("int(regex.extract(" + answer + ", '([0-9]+)$').orValue('0'))", Type::kInt));
  }
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
    if (parts[1] != "stat") return simple_value("true", Type::kBool);
    if (parts.size() < 3) {
      Cel whole = found;
      return whole;
    }
    used = 3;
    static const std::map<std::string, std::string> kKinds = {
        {"isdir", "directory"}, {"isreg", "file"}, {"islnk", "link"}};
    if (const auto kind = kKinds.find(parts[2]); kind != kKinds.end())
      return Cel{found.text + ".type == '" + kind->second + "'", Type::kBool, Type::kAny, rank::kRelation, "", ""};
    static const std::map<std::string, std::string> kFields = {{"exists", "exists"}, {"mode", "mode"},
                                                               {"pw_name", "owner"}, {"gr_name", "group"},
                                                               {"size", "size"},     {"mtime", "modified"}};
    const auto field = kFields.find(parts[2]);
    if (field == kFields.end()) throw Untranslatable{"`stat." + parts[2] + "`"};
    if (parts[2] == "exists") return simple_value(found.text + ".exists", Type::kBool);
    return simple_value(found.text + ".?" + field->second + ".orValue(" +
                            (parts[2] == "size" || parts[2] == "mtime" ? "0" : "''") + ")",
                        parts[2] == "size" || parts[2] == "mtime" ? Type::kAny : Type::kText);
  }
  if (task.module == "uri") {
    const Written url = text({"url"});
    if (parts[1] == "content") return reading(name, {{"url", url}}, Type::kText);
    if (parts[1] == "status") return simple_value("200", Type::kInt);  // another one is an error of the reading
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
    if (recurse == nullptr || !is_true_word(recurse->text)) {
      words.push_back(Written::of_text("-maxdepth"));
      words.push_back(Written::of_text("1"));
    }
    words.push_back(Written::of_text("-mindepth"));
    words.push_back(Written::of_text("1"));
    const Node* type = task.argument({"file_type"});
    const std::string what = type == nullptr ? "f" : type->text == "directory" ? "d" : type->text == "link" ? "l" : "";
    if (!what.empty() && (type == nullptr || type->text != "any")) {
      words.push_back(Written::of_text("-type"));
      words.push_back(Written::of_text(what));
    }
    const std::vector<std::string> patterns = texts_of(task.argument({"patterns", "pattern"}));
    if (task.argument({"age", "size", "contains", "use_regex", "excludes"}) != nullptr)
      throw Untranslatable{"`find` with more than a pattern"};
    if (patterns.size() > 1) words.push_back(Written::of_text("("));
    for (std::size_t i = 0; i < patterns.size(); ++i) {
      if (i > 0) words.push_back(Written::of_text("-o"));
      words.push_back(Written::of_text("-name"));
      words.push_back(Written::of_text(translate_text(patterns[i], local).text));
    }
    if (patterns.size() > 1) words.push_back(Written::of_text(")"));
    const Cel found = reading(name, {{"command", Written::of_list(words)}}, Type::kList);
    if (parts[1] == "matched") return simple_value("size(" + found.text + ")", Type::kInt);
    if (parts[1] == "files") return simple_value(found.text + ".map(p, {'path': p})", Type::kList);
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
    const bool list =
        task.module == "command" && there.empty() && !lenient && what != "stderr" && what != "stderr_lines";
    const auto after = [&](WrittenMap source) {
      if (packages_before_) source.emplace_back("after", Written::of_texts({"package:*"}));
      return source;
    };
    if (const Node* argv = task.argument({"argv"})) {
      command = written_of(*argv, local);
    } else if (list || what == "rc" || what == "failed" || what == "succeeded" || what == "success") {
      if (task.module == "command" && there.empty()) {
        std::vector<Written> items;
        for (const std::string& word : shell_words(line))
          items.push_back(Written::of_text(translate_text(word, local).text));
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
