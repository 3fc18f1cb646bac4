// Modules that make files: file, copy, template, edits of files, archives.
#include <algorithm>

#include "engine/import/expression.h"
#include "engine/import/jinja_template.h"
#include "engine/import/resource.h"

namespace plumb::imports {
namespace {

using lang::Entry;
using lang::Node;

constexpr std::size_t kMostCopied = std::size_t{16} << 20;
constexpr std::size_t kMostFilesOfFolder = 200;

std::string without_slash(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

std::string without_prefix(std::string src, std::initializer_list<std::string_view> leads) {
  for (const std::string_view lead : leads) {
    if (src.starts_with(lead)) src.erase(0, lead.size());
  }
  return src;
}

std::string last_name(const std::string& path) {
  return path.substr(path.rfind('/') == std::string::npos ? 0 : path.rfind('/') + 1);
}

}  // namespace

// The file of the project, copied into the module; empty where the role has none.
std::string Builder::project_file(const std::string& src, const std::string& folder) {
  const std::string name = without_prefix(src, {"{{ role_path }}/", "./", "../"});
  for (const std::string& path : {folder + "/" + name, name, around_.folder + "/" + name}) {
    const std::string clean = std::filesystem::path(path).lexically_normal().generic_string();
    if (clean.starts_with("..") || clean.starts_with("/")) continue;
    const auto status = unit_.source_.status(clean);
    if (!status || status->type != EntryType::kFile) continue;
    const Result<std::string> bytes = unit_.source_.read(clean, kMostCopied);
    if (!bytes) throw Untranslatable{"the file `" + clean + "`, which cannot be read"};
    const std::string target = clean.starts_with(folder + "/") ? clean : folder + "/" + clean;
    unit_.files_[target] = *bytes;
    return target;
  }
  return "";
}

void Builder::file(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  const Node* given_path = task_.argument({"path", "dest", "name"});
  ignore({"path", "dest", "name"});
  const Node* src = task_.argument({"src"});
  if (given_path == nullptr && src != nullptr && is({"state"}, "absent")) given_path = src;
  if (given_path == nullptr) throw Untranslatable{"a file without a path"};
  Written path = write(*given_path, Form::kText, local);
  if (path.text.starts_with("~")) throw Untranslatable{"a path below the home of a user (`~`)"};
  const bool slash = path.text.size() > 1 && path.text.ends_with('/');
  path.text = without_slash(path.text);
  const Node* state_node = task_.argument({"state"});
  std::string state = state_node == nullptr ? "" : state_node->text;
  ignore({"state"});
  if (holds_jinja(state)) {
    const std::optional<std::string> known = constant_text(state, local);
    if (!known) {
      const Cel value = text_expression(state, local);
      throw Untranslatable{"a state that hangs on the host (`" + value.text + "`)"};
    }
    state = *known;
  }
  const bool recurse = yes({"recurse"});
  if (state.empty()) state = src != nullptr ? "link" : recurse ? "directory" : "file";
  std::string kind = "file";
  if (state == "directory") kind = "directory";
  if (state == "link" || state == "hard") kind = "link";
  if (state == "absent") {
    const bool folder = slash || unit_.directories_.contains(path.text) || path.text.ends_with(".d");
    kind = folder ? "directory" : "file";
  }
  auto item = start(kind, turn, when);
  identify(*item, kind, path, turn);
  if (kind == "directory") unit_.directories_.insert(path.text);
  if (state == "absent") {
    item->put("state", Written::of_text("absent"));
    ignore({"owner", "group", "mode", "force", "src", "recurse", "follow"});
    return finish(std::move(item), turn, changes);
  }
  if (kind == "link") {
    item->put("target", write(*src, Form::kText, local));
    ignore({"src"});
    if (state == "hard") item->put("hard", Written::of_plain("true"));
    if (yes({"force"})) item->put("force", Written::of_plain("true"));
    ignore({"owner", "group", "mode", "follow"});
    return finish(std::move(item), turn, changes);
  }
  if (state == "touch") ignore({"modification_time", "access_time", "modification_time_format", "access_time_format"});
  if (auto owner = take({"owner"}, Form::kText, local)) item->put("owner", *owner);
  if (auto group = take({"group"}, Form::kText, local)) item->put("group", *group);
  if (auto mode = take({"mode"}, Form::kMode, local); mode && mode->text != "preserve") item->put("mode", *mode);
  for (const auto& [name, value] : omitted_) {
    (void)value;
    no_word(name, "is given only where a variable has it; say it for those that do");
  }
  omitted_.clear();
  if (kind == "directory") item->put("parents", Written::of_plain("true"));
  if (kind == "directory" && recurse) item->put("recurse", Written::of_plain("true"));
  if (given({"follow"}) && yes({"follow"})) item->put("follow", Written::of_plain("true"));
  ignore({"force", "setype", "seuser", "serole", "selevel", "attributes", "src", "follow", "unsafe_writes"});
  if (kind == "file" && turn.for_each.empty() && when.text == "true" && !unit_.file_resources_.insert(path.text).second)
    throw Untranslatable{"another task decides on the same file"};
  finish(std::move(item), turn, changes);
}

// Owner, group and mode that an edit gives its file.
void Builder::owner_beside(const Written& path, Unit::Turn& turn, const Cel& when) {
  LocalNames& local = *turn.names;
  auto item = start("file", turn, {"true", Type::kBool, Type::kAny, 0, "", ""});
  bool any = false;
  for (const char* name : {"owner", "group"}) {
    if (auto value = take({name}, Form::kText, local)) {
      item->put(name, *value);
      any = true;
    }
  }
  if (auto mode = take({"mode"}, Form::kMode, local); mode && mode->text != "preserve") {
    item->put("mode", *mode);
    any = true;
  }
  omitted_.clear();
  if (!any) return;
  const bool repeated = path.text.find("${") != std::string::npos &&
                        std::any_of(turn.variables.begin(), turn.variables.end(),
                                    [&](const std::string& name) { return path.text.find(name) != std::string::npos; });
  if (!unit_.file_resources_.insert(path.text).second) return;
  if (!repeated && !turn.for_each.empty()) {
    // Once for all turns; where there is none, the file may not be there either.
    std::string condition;
    for (const auto& [name, list] : turn.for_each) {
      (void)name;
      if (list.is_list()) continue;
      const std::string inner = list.text.substr(2, list.text.size() - 3);
      if (inner.find(turn.variables.front()) == std::string::npos)
        condition += (condition.empty() ? "" : " && ") + std::string("size(") + inner + ") > 0";
    }
    std::erase_if(item->keys, [](const auto& key) { return key.first == "for_each"; });
    if (!condition.empty()) item->put("when", Written::of_text(condition));
  } else if (when.text != "true") {
    item->put("when", Written::of_text(when.text));
  }
  if (!repeated && !turn.for_each.empty() && when.text != "true" &&
      std::none_of(turn.variables.begin(), turn.variables.end(),
                   [&](const std::string& name) { return when.text.find(name) != std::string::npos; })) {
    const Written* there = item->find("when");
    item->put("when", Written::of_text(there == nullptr ? when.text : "(" + when.text + ") && " + there->text));
  }
  identify(*item, "file", path, turn);
  // Behind the edit, which may make the file.
  unit_.add_keywords(task_, *item, local, around_);
  around_.out->push_back(std::move(item));
}

void Builder::edit(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  const std::string kind(row_of(task_.module)->kind);
  const Node* given_path = task_.argument({"path", "dest", "destfile", "name"});
  ignore({"path", "dest", "destfile", "name"});
  if (given_path == nullptr) throw Untranslatable{"an edit without a path"};
  const Written path = write(*given_path, Form::kText, local);
  auto item = start(kind, turn, when);
  identify(*item, kind, path, turn);
  const bool absent = is({"state"}, "absent");
  const Node* state = task_.argument({"state"});
  ignore({"state"});
  if (state != nullptr && holds_jinja(state->text)) {
    item->put("state", write(*state, Form::kText, local));
  } else if (absent) {
    item->put("state", Written::of_text("absent"));
  }
  if (kind == "line") {
    const Node* back = task_.argument({"backrefs"});
    const bool references = back != nullptr && is_true_word(back->text);
    ignore({"backrefs"});
    if (const Node* line = task_.argument({"line", "value"})) {
      Written value = write(*line, Form::kText, local);
      if (references) {
        for (std::size_t at = value.text.find("\\g<"); at != std::string::npos; at = value.text.find("\\g<", at)) {
          const std::size_t end = value.text.find('>', at);
          if (end == std::string::npos) break;
          value.text =
              value.text.substr(0, at) + "\\" + value.text.substr(at + 3, end - at - 3) + value.text.substr(end + 1);
        }
      }
      while (value.text.ends_with('\n')) value.text.pop_back();
      item->put("text", std::move(value));
    }
    ignore({"line", "value"});
    if (auto match = take({"regexp", "regex"}, Form::kPattern, local)) item->put("match", *match);
    if (const Node* search = task_.argument({"search_string"}))
      item->put("match", Written::of_text("\\Q" + translate_text(search->text, local).text + "\\E"));
    ignore({"search_string"});
    if (references) item->put("back_references", Written::of_plain("true"));
    if (yes({"firstmatch"})) item->put("first", Written::of_plain("true"));
  } else if (kind == "replace") {
    if (auto match = take({"regexp"}, Form::kPattern, local)) item->put("match", *match);
    if (auto text = take({"replace"}, Form::kText, local)) {
      const bool references = text->text.find("\\1") != std::string::npos ||
                              text->text.find("\\2") != std::string::npos ||
                              text->text.find("\\g<") != std::string::npos;
      for (std::size_t at = text->text.find("\\g<"); at != std::string::npos; at = text->text.find("\\g<", at)) {
        const std::size_t end = text->text.find('>', at);
        if (end == std::string::npos) break;
        text->text =
            text->text.substr(0, at) + "\\" + text->text.substr(at + 3, end - at - 3) + text->text.substr(end + 1);
      }
      item->put("text", *text);
      if (references) item->put("back_references", Written::of_plain("true"));
    }
    if (auto after = take({"after"}, Form::kPattern, local)) item->put("only_after", *after);
    if (auto before = take({"before"}, Form::kPattern, local)) item->put("only_before", *before);
    ignore({"encoding"});
  } else if (kind == "block") {
    const Node* block = task_.argument({"block", "content"});
    ignore({"block", "content"});
    if (!absent && block != nullptr) {
      const TranslatedTemplate content = translate_template(block->text, local, {});
      if (!content.problem.empty()) throw Untranslatable{"the block: " + content.problem};
      item->put("content", Written::of_text(content.text));
    }
    const Node* marker = task_.argument({"marker"});
    item->put("marker", marker == nullptr ? Written::of_text("# {mark} ANSIBLE MANAGED BLOCK")
                                          : Written::of_text(translate_text(marker->text, local).text));
    ignore({"marker"});
    if (auto begin = take({"marker_begin"}, Form::kText, local)) item->put("marker_begin", *begin);
    if (auto end = take({"marker_end"}, Form::kText, local)) item->put("marker_end", *end);
    ignore({"append_newline", "prepend_newline"});
  } else {
    // ini
    if (auto section = take({"section"}, Form::kText, local); section && !section->text.empty())
      item->put("section", *section);
    const Node* option = task_.argument({"option"});
    ignore({"option", "value", "values", "exclusive", "allow_no_value", "ignore_spaces", "modify_inactive_option"});
    if (option != nullptr && absent) {
      std::erase_if(item->keys, [](const auto& key) { return key.first == "state"; });
      item->put("remove", Written::of_list({write(*option, Form::kText, local)}));
    } else if (option != nullptr) {
      if (holds_jinja(option->text))
        throw Untranslatable{"an option whose name hangs on a variable: write the options of the section as a map"};
      const Node* value = task_.argument({"value", "values"});
      item->put("options", Written::of_map({{option->text, value == nullptr ? Written::of_plain("null")
                                                                            : write(*value, Form::kText, local)}}));
    }
    if (const Node* spaces = task_.argument({"no_extra_spaces"}))
      item->put("spaces", Written::of_plain(is_true_word(spaces->text) ? "false" : "true"));
    ignore({"no_extra_spaces"});
    const Node* create = task_.argument({"create"});
    if (!absent && (create == nullptr || is_true_word(create->text))) item->put("create", Written::of_plain("true"));
    ignore({"create"});
    // Options of one section are one resource: each of them has a name of its own.
    item->put("id", Written::of_text(path.text + " " + escaped(task_.name)));
    if (!turn.for_each.empty() || holds_jinja(task_.name))
      std::erase_if(item->keys, [](const auto& key) { return key.first == "id"; });
    if (item->find("id") != nullptr) item->patterns = {"ini:" + path.text + " *"};
  }
  for (const char* name : {"insertafter", "insertbefore"}) {
    const Node* node = task_.argument({name});
    ignore({name});
    if (node == nullptr || node->is_null() || absent) continue;
    const bool after = std::string_view(name) == "insertafter";
    if (node->text == "EOF" || node->text == "BOF") {
      item->put("place", Written::of_text(node->text == "EOF" ? "end" : "beginning"));
    } else if (item->find("place") == nullptr && item->find("insert_after") == nullptr) {
      item->put(after ? "insert_after" : "insert_before", write(*node, Form::kPattern, local));
    }
  }
  if (yes({"create"}) && !absent && kind != "replace") item->put("create", Written::of_plain("true"));
  if (yes({"backup"})) item->put("backup", Written::of_plain("true"));
  if (auto validate = take({"validate"}, Form::kText, local)) item->put("validate", *validate);
  ignore({"follow", "unsafe_writes", "others", "attributes", "selevel", "serole", "setype", "seuser", "force"});
  finish(std::move(item), turn, changes);
  if (!absent) owner_beside(path, turn, when);
  ignore({"owner", "group", "mode"});
}

void Builder::copy_folder(const std::string& folder, const std::string& target, Unit::Turn& turn, const Cel& when,
                          const std::vector<const Item*>& changes) {
  const std::vector<std::string> files = unit_.files_below(folder);
  if (files.size() > kMostFilesOfFolder) throw Untranslatable{"a folder with more than 200 files"};
  LocalNames& local = *turn.names;
  std::set<std::string> folders{target};
  for (const std::string& file : files) {
    for (std::size_t at = file.find('/'); at != std::string::npos; at = file.find('/', at + 1))
      folders.insert(target + "/" + file.substr(0, at));
  }
  const auto attributes = [&](Item& item, bool directory) {
    if (auto owner = take({"owner"}, Form::kText, local)) item.put("owner", *owner);
    if (auto group = take({"group"}, Form::kText, local)) item.put("group", *group);
    if (auto mode = take({directory ? "directory_mode" : "mode"}, Form::kMode, local); mode && mode->text != "preserve")
      item.put("mode", *mode);
  };
  for (const std::string& path : folders) {
    auto item = start("directory", turn, when);
    identify(*item, "directory", Written::of_text(path), turn);
    attributes(*item, true);
    item->put("parents", Written::of_plain("true"));
    if (unit_.directories_.insert(path).second) finish(std::move(item), turn, changes);
  }
  for (const std::string& file : files) {
    const std::string source = project_file(folder + "/" + file, "files");
    auto item = start("file", turn, when);
    identify(*item, "file", Written::of_text(target + "/" + file), turn);
    item->put("source", Written::of_text(source));
    attributes(*item, false);
    finish(std::move(item), turn, changes);
  }
}

void Builder::copy(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  const Node* dest = task_.argument({"dest", "path"});
  ignore({"dest", "path"});
  if (dest == nullptr) throw Untranslatable{"a copy without `dest`"};
  Written path = write(*dest, Form::kText, local);
  if (path.text.starts_with("~")) throw Untranslatable{"a path below the home of a user (`~`)"};
  const Node* content = task_.argument({"content"});
  const Node* src = task_.argument({"src"});
  ignore({"content", "src", "directory_mode", "local_follow", "follow", "checksum", "decrypt", "unsafe_writes",
          "setype", "seuser", "serole", "selevel", "attributes"});
  const bool on_host = yes({"remote_src"});
  std::string source;
  std::string text;
  if (content != nullptr && content->is_scalar()) {
    const TranslatedTemplate translated = translate_template(content->text, local, {});
    if (!translated.problem.empty()) throw Untranslatable{"the content: " + translated.problem};
    text = translated.text;
  } else if (content != nullptr) {
    text = "${json.encode(" + unit_.value_of(*content, local).text + ")}";
  } else if (src != nullptr && on_host) {
    const std::string from = translate_text(src->text, local).text;
    if (path.text.ends_with('/')) path.text += last_name(without_slash(from));
    auto item = start("command", turn, when);
    identify(*item, "command", Written::of_text("copy to " + path.text), turn);
    item->put("run", Written::of_texts({"cp", from, path.text}));
    const Node* force = task_.argument({"force"});
    if (force != nullptr && !is_true_word(force->text)) {
      item->put("creates", path);
    } else {
      item->put("unless", Written::of_texts({"cmp", "-s", from, path.text}));
    }
    ignore({"force", "backup", "validate", "mode", "owner", "group"});
    unit_.set_outcome(row_, Outcome::kOtherWay);
    unit_.note(row_, "a command that copies");
    finish(std::move(item), turn, changes);
    used_.erase("owner");
    used_.erase("group");
    used_.erase("mode");
    owner_beside(path, turn, when);
    ignore({"owner", "group", "mode"});
    return;
  } else if (src != nullptr) {
    const std::optional<std::string> known = constant_text(src->text, local);
    if (!known) throw Untranslatable{"a file whose name hangs on the host"};
    const std::string clean = without_slash(without_prefix(*known, {"files/"}));
    const auto status = unit_.source_.status("files/" + clean);
    if (status && status->type == EntryType::kFolder) {
      const bool inside = known->ends_with('/');
      ignore({"force", "backup", "validate"});
      return copy_folder("files/" + clean, without_slash(path.text) + (inside ? "" : "/" + last_name(clean)), turn,
                         when, changes);
    }
    source = project_file(*known, "files");
    if (source.empty()) throw Untranslatable{"the file `" + *known + "`, which the role does not have"};
    if (path.text.ends_with('/') || unit_.directories_.contains(path.text))
      path.text = without_slash(path.text) + "/" + last_name(clean);
  } else {
    throw Untranslatable{"a copy without `src` and `content`"};
  }
  auto item = start("file", turn, when);
  identify(*item, "file", path, turn);
  if (source.empty()) {
    item->put("content", Written::of_text(text));
  } else {
    item->put("source", Written::of_text(source));
  }
  if (auto owner = take({"owner"}, Form::kText, local)) item->put("owner", *owner);
  if (auto group = take({"group"}, Form::kText, local)) item->put("group", *group);
  if (auto mode = take({"mode"}, Form::kMode, local); mode && mode->text != "preserve") item->put("mode", *mode);
  if (yes({"backup"})) item->put("backup", Written::of_plain("true"));
  if (auto validate = take({"validate"}, Form::kText, local)) item->put("validate", *validate);
  const Node* force = task_.argument({"force"});
  ignore({"force"});
  if (force != nullptr && force->is_scalar() && !holds_jinja(force->text) && !is_true_word(force->text))
    item->put("ignore", Written::of_texts({source.empty() ? "content" : "source"}));
  for (const auto& [name, value] : omitted_) {
    (void)value;
    no_word(name, "is given only where a variable has it; say it for those that do");
  }
  omitted_.clear();
  unit_.file_resources_.insert(path.text);
  finish(std::move(item), turn, changes);
}

void Builder::templated(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  const Node* dest = task_.argument({"dest", "path"});
  const Node* src = task_.argument({"src"});
  ignore({"dest", "path", "src", "follow", "unsafe_writes", "setype", "seuser", "serole", "selevel", "attributes",
          "newline_sequence", "output_encoding"});
  for (const char* layout : {"trim_blocks", "lstrip_blocks", "variable_start_string", "block_start_string"}) {
    if (given({layout})) throw Untranslatable{"a template with `" + std::string(layout) + "`"};
  }
  if (dest == nullptr || src == nullptr) throw Untranslatable{"a template without `src` or `dest`"};
  Written path = write(*dest, Form::kText, local);
  if (path.text.starts_with("~")) throw Untranslatable{"a path below the home of a user (`~`)"};

  // Which templates it may be, each with the path that it gets here.
  std::vector<std::pair<std::string, std::string>> sources;  // in the role, in the module
  std::string written_path;
  std::optional<std::string> known = constant_text(src->text, local);
  std::string base;
  const auto find = [&](const std::string& name) {
    const std::string clean = without_prefix(name, {"{{ role_path }}/", "./", "templates/"});
    for (const std::string& one : {"templates/" + clean, clean, around_.folder + "/" + clean}) {
      const auto status = unit_.source_.status(one);
      if (!one.starts_with("/") && status && status->type == EntryType::kFile) return one;
    }
    return std::string();
  };
  if (!known) {
    if (std::optional<Unit::SystemPath> by_system =
            unit_.system_path(without_prefix(src->text, {"templates/"}), "templates", "templates")) {
      for (const auto& [target, origin] : by_system->files) sources.emplace_back(origin, target);
      written_path = by_system->path;
    } else {
      // A default that a variable may set otherwise: the default is what stands in the role.
      const std::vector<TextPart> parts = parse_text(src->text);
      const ExprPtr& expr = parts.front().expression;
      const bool has_default = parts.size() == 1 && expr != nullptr && expr->is(Expr::Kind::kFilter) &&
                               (expr->text == "default" || expr->text == "d") && expr->children.size() > 1;
      std::optional<Node> fallback = has_default ? constant_of(*expr->children[1], local) : std::nullopt;
      if (!fallback)
        throw Untranslatable{"a template whose name hangs on the host: write its path, or a resource for each"};
      known = fallback->text;
      no_word("src", "is always `" + *known + "` here; another template is another resource");
    }
  }
  if (known) {
    const std::string origin = find(*known);
    if (origin.empty()) throw Untranslatable{"the template `" + *known + "`, which the role does not have"};
    sources.emplace_back(origin, origin.starts_with("templates/") ? origin : "templates/" + origin);
    base = last_name(*known);
  }
  TemplateOptions options;
  options.included = [&](const std::string& name) -> std::optional<std::string> {
    const std::string folder =
        sources.empty() ? "" : std::filesystem::path(sources.front().first).parent_path().generic_string();
    for (const std::string& one : {"templates/" + name, folder + "/" + name}) {
      const auto status = unit_.source_.status(one);
      if (status && status->type == EntryType::kFile) return unit_.file_text(one);
    }
    return std::nullopt;
  };
  auto item = start("file", turn, when);
  for (const auto& [origin, target] : sources) {
    const TranslatedTemplate translated = translate_template(unit_.file_text(origin), local, options);
    if (!translated.problem.empty())
      throw Untranslatable{"the template " + origin + ":" + std::to_string(translated.line) + ": " +
                           translated.problem};
    std::string name = target.ends_with(".j2") ? target.substr(0, target.size() - 3) : target;
    // One template for several loops has other names in each.
    for (int i = 2; unit_.files_.contains(name) && unit_.files_.at(name) != translated.text; ++i)
      name = target + "." + std::to_string(i);
    unit_.files_[name] = translated.text;
    if (written_path.empty()) written_path = name;
    item->template_file = name;
  }
  if (written_path.ends_with(".j2")) written_path = written_path.substr(0, written_path.size() - 3);
  if (path.text.ends_with('/')) path.text += base.ends_with(".j2") ? base.substr(0, base.size() - 3) : base;
  identify(*item, "file", path, turn);
  item->put("template", Written::of_text(written_path));
  if (auto owner = take({"owner"}, Form::kText, local)) item->put("owner", *owner);
  if (auto group = take({"group"}, Form::kText, local)) item->put("group", *group);
  if (auto mode = take({"mode"}, Form::kMode, local); mode && mode->text != "preserve") item->put("mode", *mode);
  for (const auto& [name, value] : omitted_) {
    (void)value;
    no_word(name, "is given only where a variable has it; say it for those that do");
  }
  omitted_.clear();
  if (given({"backup"}) && yes({"backup"})) item->put("backup", Written::of_plain("true"));
  ignore({"backup"});
  if (auto validate = take({"validate"}, Form::kText, local)) item->put("validate", *validate);
  const Node* force = task_.argument({"force"});
  ignore({"force"});
  if (force != nullptr && force->is_scalar() && !holds_jinja(force->text) && !is_true_word(force->text))
    item->put("ignore", Written::of_texts({"template"}));
  unit_.file_resources_.insert(path.text);
  finish(std::move(item), turn, changes);
}

void Builder::unarchive(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  const Node* src = task_.argument({"src"});
  const Node* dest = task_.argument({"dest"});
  ignore({"src", "dest", "list_files", "mode", "validate_certs", "keep_newer"});
  if (src == nullptr || dest == nullptr) throw Untranslatable{"an archive without `src` or `dest`"};
  auto item = start("archive", turn, when);
  Written path = write(*dest, Form::kText, local);
  path.text = without_slash(path.text);
  identify(*item, "archive", path, turn);
  const Node* copy = task_.argument({"copy"});
  const bool on_host = yes({"remote_src"}) || (copy != nullptr && !is_true_word(copy->text));
  ignore({"copy", "remote_src"});
  const std::string from = translate_text(src->text, local).text;
  if (on_host && (from.find("://") != std::string::npos)) {
    // What comes from elsewhere is fetched first.
    auto download = start("download", turn, when);
    const std::string name = glob_free(last_name(from));
    const std::string file = "/var/cache/" + name;
    identify(*download, "download", Written::of_text(file), turn);
    download->put("url", Written::of_text(from));
    around_.out->push_back(std::move(download));
    item->put("file", Written::of_text(file));
    unit_.note(row_, "it is fetched to " + file + " first; give the download a `digest`");
  } else if (on_host) {
    item->put("file", Written::of_text(from));
  } else {
    const std::optional<std::string> known = constant_text(src->text, local);
    const std::string source = known ? project_file(*known, "files") : "";
    if (source.empty()) throw Untranslatable{"an archive that the role does not have"};
    item->put("source", Written::of_text(source));
  }
  if (auto owner = take({"owner"}, Form::kText, local)) item->put("owner", *owner);
  if (auto group = take({"group"}, Form::kText, local)) item->put("group", *group);
  if (auto creates = take({"creates"}, Form::kText, local)) item->put("creates", *creates);
  if (auto include = take({"include"}, Form::kList, local)) item->put("include", *include);
  if (auto exclude = take({"exclude"}, Form::kList, local)) item->put("exclude", *exclude);
  for (const std::string& option : texts_of(task_.argument({"extra_opts"}))) {
    if (option.starts_with("--strip-components=")) {
      item->put("strip", Written::of_plain(option.substr(19)));
    } else if (option.starts_with("--strip=")) {
      item->put("strip", Written::of_plain(option.substr(8)));
    } else if (option != "--no-same-owner") {
      no_word("extra_opts", "`" + option + "` has no word here");
    }
  }
  ignore({"extra_opts"});
  omitted_.clear();
  finish(std::move(item), turn, changes);
}

// A name of a file that expressions may stand in.
std::string Builder::glob_free(const std::string& name) {
  return name.empty() ? "archive" : name;
}

}  // namespace plumb::imports
