// Edits of files: lines, blocks, replacements, options; and the owner and mode that they give.
#include <algorithm>

#include "engine/import/expression.h"
#include "engine/import/jinja_template.h"
#include "engine/import/resource.h"
#include "engine/import/translate_text.h"

namespace plumb::imports {
namespace {

using lang::Node;

}  // namespace

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
  if (!any) return;
  const bool repeated = path.text.find("${") != std::string::npos &&
                        std::any_of(turn.variables.begin(), turn.variables.end(),
                                    [&](const std::string& name) { return path.text.find(name) != std::string::npos; });
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
    std::erase_if(item->keys, [](const auto& key) { return key.name == "for_each"; });
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
  // Another edit of the file gives it the same, where another condition holds.
  if (const auto there = unit_.beside_.find(path.text); there != unit_.beside_.end())
    return beside_again(*there->second.item, there->second.condition, *item);
  if (joined(*item) != nullptr) return;
  unit_.beside_[path.text] = {item.get(), around_.guard.text};
  around_.out->push_back(std::move(item));
}

// An edit of a file that has its owner and mode from an earlier one.
void Builder::beside_again(Item& earlier, const std::string& guard, Item& item) {
  for (const char* name : {"owner", "group", "mode"}) {
    const Written* own = item.find(name);
    const Written* before = earlier.find(name);
    if (own != nullptr && (before == nullptr || before->text != own->text))
      no_word(name, "is what an earlier task gives the file");
  }
  Written* before = earlier.find("when");
  const Written* own = item.find("when");
  if (guard != around_.guard.text || before == nullptr) return;
  if (own == nullptr) {
    std::erase_if(earlier.keys, [](const WrittenEntry& key) { return key.name == "when"; });
  } else if (before->text != own->text && !before->text.ends_with("|| (" + own->text + ")")) {
    const bool several = before->text.ends_with(')') && before->text.find(") || (") != std::string::npos;
    before->text = (several ? before->text : "(" + before->text + ")") + " || (" + own->text + ")";
  }
}

void Builder::edit(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  const std::string kind(row_of(task_.module)->kind);
  const Node* given_path = task_.argument({"path", "dest", "destfile", "name"});
  ignore({"path", "dest", "destfile", "name"});
  if (given_path == nullptr) throw Untranslatable{"an edit without a path"};
  Written path = write(*given_path, Form::kText, local);
  path.text = home_path(path.text);
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
    for (const char* blank : {"append_newline", "prepend_newline"}) {
      if (yes({blank})) no_word(blank, "has no word here: an empty line of the block's own, if it is wanted");
    }
  } else {
    // ini
    if (auto section = take({"section"}, Form::kText, local); section && !section->text.empty())
      item->put("section", *section);
    const Node* option = task_.argument({"option"});
    ignore({"option", "value", "values", "exclusive", "allow_no_value", "ignore_spaces", "modify_inactive_option"});
    if (option != nullptr && absent) {
      std::erase_if(item->keys, [](const auto& key) { return key.name == "state"; });
      item->put("remove", Written::of_list({write(*option, Form::kText, local)}));
    } else if (option != nullptr) {
      const Node* value = task_.argument({"value", "values"});
      if (holds_jinja(option->text)) {
        const Cel key = text_expression(option->text, local);
        const Cel said = value == nullptr ? made("null", Type::kNull) : text_expression(value->text, local);
        const std::string text = value == nullptr ? "dyn(null)" : "dyn(" + text_of(said) + ")";
        item->put("options", Written::of_text("${{" + text_of(key) + ": " + text + "}}"));
      } else {
        item->put("options", Written::of_map({{option->text, value == nullptr ? Written::of_plain("null")
                                                                              : write(*value, Form::kText, local)}}));
      }
    }
    if (const Node* spaces = task_.argument({"no_extra_spaces"}))
      item->put("spaces", Written::of_plain(is_true_word(spaces->text) ? "false" : "true"));
    ignore({"no_extra_spaces"});
    const Node* create = task_.argument({"create"});
    if (!absent && (create == nullptr || is_true_word(create->text))) item->put("create", Written::of_plain("true"));
    ignore({"create"});
    // Options of one section are one resource: each of them has a name of its own.
    item->put("id", Written::of_text(path.text + " " + escaped(task_.name)));
    if (!turn.for_each.empty() && option != nullptr && holds_jinja(option->text)) {
      item->put("id", Written::of_text(path.text + " ${" + text_of(text_expression(option->text, local)) +
                                       "} in ${json.encode(" + turn.variables.front() + ")}"));
    } else if (!turn.for_each.empty() || holds_jinja(task_.name))
      std::erase_if(item->keys, [](const auto& key) { return key.name == "id"; });
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
  if (yes({"unsafe_writes"})) item->put("in_place", Written::of_plain("true"));
  ignore({"follow", "others", "force"});
  finish(std::move(item), turn, changes);
  if (!absent) owner_beside(path, turn, when);
  ignore({"owner", "group", "mode"});
}

}  // namespace plumb::imports
