// Blocks: what is around tasks, and what is done where one fails or in any case.
#include "engine/import/expression.h"
#include "engine/import/task_words.h"
#include "engine/import/unit.h"

namespace plumb::imports {
namespace {

using lang::Entry;
using lang::Node;

}  // namespace

void Unit::block(const Task& one, const Surroundings& around, int row) {
  LocalNames names(*around.names);
  auto item = std::make_unique<Item>();
  item->kind = Item::Kind::kBlock;
  item->row = row;
  Surroundings inner = around;
  inner.names = &names;
  inner.out = &item->children;
  ++inner.depth;
  add_around(one, inner);
  const Node* parts[3] = {one.keyword("block"), one.keyword("rescue"), one.keyword("always")};
  if (const Node* variables = one.keyword("vars")) bind({variables}, names);
  bool whole = true;
  try {
    refuse_never(one);
    const Cel when = when_of(one, names, &inner.changes);
    if (when.text != "true") item->put("when", Written::of_text(when.text));
    inner.guard = both_of(around.guard, when);
    const std::vector<std::string> tags = tags_of(one);
    if (!tags.empty()) item->put("tags", Written::of_texts(tags));
    add_failure(one, *item);
    add_time_limit(one, *item);
  } catch (const Untranslatable& problem) {
    // All of it is by hand: what it would do where its condition does not hold nobody knows.
    whole = false;
    for (const Node* part : parts) {
      if (part == nullptr) continue;
      for (const Task& inside : tasks_of(*part, one.file)) {
        if (inside.module.empty() || inside.module == "block") continue;
        by_hand(inside, *around.out, add_row(inside),
                "its block has a condition that cannot be said here: " + problem.reason, 2);
      }
    }
  }
  if (!whole) return;
  const WrittenMap keys = item->keys;
  if (parts[0] != nullptr) tasks(tasks_of(*parts[0], one.file), inner);
  if (parts[1] != nullptr) {
    Surroundings rescue = inner;
    rescue.out = &item->rescue;
    rescue.in_rescue = true;
    tasks(tasks_of(*parts[1], one.file), rescue);
  }
  const bool bare = item->keys.empty() && item->rescue.empty();
  if (bare) {
    for (auto& child : item->children) around.out->push_back(std::move(child));
  } else {
    around.out->push_back(std::move(item));
  }
  if (parts[2] == nullptr) return;
  // The same conditions go for what is done in any case.
  auto last = std::make_unique<Item>();
  last->kind = Item::Kind::kBlock;
  last->row = row;
  last->keys = keys;
  Surroundings always = inner;
  always.out = keys.empty() ? around.out : &last->children;
  tasks(tasks_of(*parts[2], one.file), always);
  if (!keys.empty()) around.out->push_back(std::move(last));
}

// What a block or an include says of the tasks inside.
void Unit::add_around(const Task& one, Surroundings& inner) {
  if (const Node* as = one.keyword("become_user")) inner.as = as->text;
  if (const Node* becomes = one.keyword("become")) inner.as_who_connects = says_no(becomes);
  if (is_delegated(one)) inner.delegated = why_delegated(one);
  if (says_yes(one.keyword("run_once"))) inner.once = true;
  if (const Node* environment = one.keyword("environment"); environment != nullptr && environment->is_map())
    inner.environment.push_back(environment);
  if (const Node* mode = one.keyword("check_mode")) inner.looks_only = says_yes(mode);
  if (const Node* secret = one.keyword("no_log")) inner.secret = says_yes(secret);
  for (const std::string& handler : texts_of(one.keyword("notify"))) inner.notified.push_back(handler);
  add_defaults(one.keyword("module_defaults"), inner);
}

void Unit::add_defaults(const Node* defaults, Surroundings& inner) {
  if (defaults == nullptr) return;
  for (const Entry& entry : defaults->entries) inner.with_defaults.insert(entry.key.substr(entry.key.rfind('.') + 1));
}

}  // namespace plumb::imports
