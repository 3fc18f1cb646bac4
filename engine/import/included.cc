// Files of tasks that others include: which they are, and what becomes of them.
#include <algorithm>

#include "engine/import/expression.h"
#include "engine/import/fact_paths.h"
#include "engine/import/unit.h"

namespace plumb::imports {
namespace {

using lang::Node;

constexpr std::size_t kMostChoices = 60;

}  // namespace

std::string Unit::find_task_file(const std::string& name, const std::string& folder) {
  for (const std::string& base : {folder, std::string("tasks"), std::string("handlers"), std::string()}) {
    std::string path = base.empty() ? name : base + "/" + name;
    path = std::filesystem::path(path).lexically_normal().generic_string();
    for (const char* end : {"", ".yml", ".yaml"}) {
      const auto status = source_.status(path + end);
      if (!path.starts_with("..") && status && status->type == EntryType::kFile) return path + end;
    }
  }
  return "";
}

// Those that a name with expressions may come to, each with what the expressions give then.
std::vector<Unit::Choice> Unit::choices_of(const std::string& name, const std::vector<std::string>& folders,
                                           const std::vector<std::string>& ends) {
  std::vector<Choice> found;
  for (const std::string& base : folders) {
    const std::vector<PathPart> parts = path_parts(base.empty() ? name : base + "/" + name);
    if (parts.empty() || parts.front().literal.find('/') == std::string::npos) continue;
    const std::string& lead = parts.front().literal;
    const std::string folder = lead.substr(0, lead.rfind('/'));
    for (const std::string& file : files_below(folder)) {
      const std::string path = folder + "/" + file;
      for (const std::string& end : ends) {
        if (!path.ends_with(end)) continue;
        const auto values = matched_parts(parts, std::string_view(path).substr(0, path.size() - end.size()));
        if (!values) continue;
        const bool reached = std::none_of(values->begin(), values->end(), never_reached);
        if (reached) found.push_back({path, path_condition(parts, *values)});
        break;
      }
    }
    if (!found.empty()) break;
  }
  return found;
}

std::vector<TaskFile> Unit::task_files(const Task& task, const Names& names) {
  const FixedAlone fixed(*this);
  const Node* given = task.argument({"file", "_raw_params"});
  const std::string folder = std::filesystem::path(task.file).parent_path().generic_string();
  std::vector<std::string> candidates = first_found(task);
  const bool first_of_several = !candidates.empty();
  if (!first_of_several) candidates = {given != nullptr ? given->text : task.free_form};
  // A file that another candidate names outright is none of those that a fact is part of.
  std::set<std::string> named;
  for (const std::string& candidate : candidates) {
    if (!holds_jinja(candidate)) named.insert(find_task_file(candidate, folder));
  }
  std::vector<TaskFile> found;
  std::string others;
  for (std::string candidate : candidates) {
    candidate = without_leads(candidate, {"{{ role_path }}/", "{{role_path}}/", "./"});
    if (const std::optional<std::string> name = constant_text(candidate, names)) {
      const std::string file = find_task_file(*name, folder);
      if (file.empty() && first_of_several) continue;
      if (file.empty()) throw Untranslatable{"the file of tasks `" + *name + "`, which is not there"};
      found.push_back({file, others.empty() ? "" : others.substr(5)});
      if (first_of_several) return found;
      continue;
    }
    std::vector<Choice> choices = choices_of(candidate, {folder, "tasks"}, {"", ".yml", ".yaml"});
    std::erase_if(choices, [&](const Choice& one) {
      return one.file == task.file || one.file == "tasks/main.yml" || named.contains(one.file);
    });
    if (choices.size() > kMostChoices) choices.clear();
    std::string mine;
    for (const Choice& one : choices) {
      const std::string condition = others.empty() ? one.condition : "(" + one.condition + ")" + others;
      found.push_back({one.file, condition});
      mine += " and not (" + one.condition + ")";
    }
    others += mine;
  }
  if (found.empty())
    throw Untranslatable{first_of_several ? "the first of several files of tasks, none of which is there"
                                          : "a file of tasks whose name hangs on the host"};
  return found;
}

void Unit::include(const Task& one, const Surroundings& around, int row) {
  const Node* given = one.argument({"file", "_raw_params"});
  const std::string text = given != nullptr ? given->text : one.free_form;
  std::vector<Turn> turns;
  if (first_found(one).empty()) {
    turns = loop_of(one, *around.names, holds_jinja(text));
  } else {
    turns.emplace_back().names = std::make_unique<LocalNames>(*around.names);
  }
  for (Turn& turn : turns) {
    LocalNames& names = *turn.names;
    const Node* variables = one.keyword("vars");
    if (variables != nullptr) bind({variables}, names);
    const std::vector<TaskFile> parts = task_files(one, names);
    std::vector<const Item*> changes;
    Cel when = when_of(one, names, &changes);
    const Node* apply = one.argument({"apply"});
    if (apply != nullptr && apply->find("when") != nullptr)
      when = both_of(when, condition_text(apply->find("when")->value.text, names));
    for (const TaskFile& part : parts) {
      const Node* tree = read_yaml(part.file);
      auto item = std::make_unique<Item>();
      item->kind = Item::Kind::kBlock;
      item->row = row;
      const Cel condition = part.condition.empty() ? when : both_of(when, condition_text(part.condition, names));
      if (!turn.for_each.empty()) item->put("for_each", Written::of_map(turn.for_each));
      if (condition.text != "true") item->put("when", Written::of_text(condition.text));
      std::vector<std::string> tags = tags_of(one);
      if (apply != nullptr && apply->find("tags") != nullptr) {
        for (const std::string& tag : texts_of(&apply->find("tags")->value)) {
          if (std::find(tags.begin(), tags.end(), tag) == tags.end() && !holds_jinja(tag)) tags.push_back(tag);
        }
      }
      if (!tags.empty()) item->put("tags", Written::of_texts(tags));
      add_failure(one, *item);
      add_time_limit(one, *item);
      item->comment = part.file;
      Surroundings inner = around;
      inner.names = &names;
      inner.out = &item->children;
      inner.guard = both_of(around.guard, condition);
      inner.in_loop = around.in_loop || !turn.for_each.empty();
      std::string word;
      const Node* over = loop_keyword(one, word);
      if (over != nullptr || variables != nullptr) inner.turn = &names;
      inner.loop = nullptr;
      if (!around.in_loop && turn.for_each.size() == 1) inner.loop = turn_loop(*over, word, turn, *around.names);
      ++inner.depth;
      add_around(one, inner);
      inner.changes.insert(inner.changes.end(), changes.begin(), changes.end());
      if (apply != nullptr && apply->is_map()) {
        Task applied = one;
        applied.node = apply;
        add_around(applied, inner);
      }
      if (tree->is_sequence()) tasks(tasks_of(*tree, part.file), inner);
      if (item->children.empty()) continue;
      if (inner.loop && inner.loop->is_counted &&
          inner.loop->index + ", " + inner.loop->element != turn.for_each.front().name) {
        WrittenMap counted;
        counted.emplace_back(inner.loop->index + ", " + inner.loop->element, turn.for_each.front().value);
        item->put("for_each", Written::of_map(std::move(counted)));
      }
      if (item->keys.empty()) {
        for (auto& child : item->children) around.out->push_back(std::move(child));
      } else {
        around.out->push_back(std::move(item));
      }
    }
  }
  set_outcome(row, Outcome::kTranslated);
}

// The loop of an include, for tasks inside that look at something at each turn; nothing where it goes over a map.
std::shared_ptr<TurnLoop> Unit::turn_loop(const Node& over, const std::string& word, const Turn& turn, Names& names) {
  const bool of_map = word == "with_dict" || (over.is_scalar() && over.text.find("dict") != std::string::npos);
  if (of_map || word == "with_indexed_items") return nullptr;
  auto loop = std::make_shared<TurnLoop>();
  try {
    loop->list = loop_list(over, word, names);
  } catch (const Untranslatable&) {
    return nullptr;
  }
  loop->element = turn.variables.back();
  const std::string& name = turn.for_each.front().name;
  const std::size_t comma = name.find(", ");
  loop->index = comma == std::string::npos ? loop->element + "_index" : name.substr(0, comma);
  return loop;
}

}  // namespace plumb::imports
