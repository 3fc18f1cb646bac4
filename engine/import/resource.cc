// One task of a module that has a kind: a resource for each turn of its loop.
#include "engine/import/resource.h"

#include <algorithm>

namespace plumb::imports {
namespace {

using lang::Entry;
using lang::Node;

}  // namespace

void ask_inside(Item& item) {
  for (const std::string_view guard : {"creates", "removes"}) {
    const Written* path = item.find(std::string(guard));
    Written* run = item.find("run");
    if (path == nullptr || run == nullptr || item.type != "command") continue;
    const std::string test = guard == "creates" ? "test -e \"$0\" || " : "test ! -e \"$0\" || ";
    std::vector<Written> words{Written::of_text("sh"), Written::of_text("-c")};
    if (run->is_list()) {
      words.push_back(Written::of_text(test + "exec \"$@\""));
      words.push_back(*path);
      words.insert(words.end(), run->items.begin(), run->items.end());
    } else {
      words.push_back(Written::of_text(test + "{ " + run->text + "\n}"));
      words.push_back(*path);
    }
    *run = Written::of_list(std::move(words));
    std::erase_if(item.keys, [&](const WrittenEntry& entry) { return entry.name == guard; });
  }
}

Builder::Builder(Unit& unit, const Task& task, const Surroundings& around, int row)
    : unit_(unit), task_(task), around_(around), row_(row) {
  if (const Node* name = task_.keyword("register"); name != nullptr && unit_.registered_.contains(name->text)) {
    for (Registered& one_of_them : unit_.registered_.at(name->text)) {
      if (one_of_them.task == &task_) registered_ = &one_of_them;
    }
  }
}

void Builder::build() {
  const ModuleRow* table = row_of(task_.module);
  if (table == nullptr && !special_module(task_.module))
    throw Untranslatable{is_resource_module(task_.module)
                             ? "there is no kind for `" + task_.module + "` yet"
                             : "the module `" + task_.written_module + "` has no counterpart"};
  const Node* src = task_.argument({"src"});
  const bool names_files = src != nullptr && holds_jinja(src->text) &&
                           (task_.module == "template" || task_.module == "copy" || task_.module == "unarchive");
  // Where the item names a file of the project, there is a resource for each.
  std::vector<Unit::Turn> turns;
  if (src != nullptr && task_.keyword("with_first_found") != nullptr) {
    Unit::Turn turn;
    turn.names = std::make_unique<LocalNames>(*around_.names);
    turns.push_back(std::move(turn));
  } else {
    turns = unit_.loop_of(task_, *around_.names, names_files);
  }
  for (Unit::Turn& turn : turns) {
    if (const Node* variables = task_.keyword("vars")) unit_.bind({variables}, *turn.names);
    std::vector<const Item*> changes;
    const bool takes_changes = task_.module == "command" || task_.module == "shell" || task_.module == "script" ||
                               task_.module == "reboot" || task_.module == "wait_for" || task_.module == "uri" ||
                               row_of(task_.module) == row_of("service") ||
                               (row_of(task_.module) == row_of("package") &&
                                task_.argument({"name", "pkg", "package", "deb", "upgrade"}) == nullptr);
    // What is there always is there after a change, too; what goes only then is another thing.
    const bool stays = table != nullptr && !takes_changes && !is({"state"}, "absent");
    std::vector<const Item*> unneeded;
    const Cel when = unit_.when_of(task_, *turn.names, takes_changes ? &changes : stays ? &unneeded : nullptr);
    if (!unneeded.empty()) no_word("when", "asks for a change of another task: here it is held always");
    if (!around_.changes.empty()) {
      if (!takes_changes)
        throw Untranslatable{
            "what is done only where something changed, which only a command or a restart can say here "
            "(`run_on`, `restart_on`)"};
      changes.insert(changes.end(), around_.changes.begin(), around_.changes.end());
    }
    if (when.text == "false") {
      unit_.set_outcome(row_, Outcome::kNotNeeded);
      unit_.note(row_, "its condition never holds here");
      continue;
    }
    one(turn, when, changes);
  }
}

void Builder::one(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  used_.clear();
  if (special(turn, when, changes)) {
  } else {
    const ModuleRow& table = *row_of(task_.module);
    auto item = start(std::string(table.kind), turn, when);
    by_table(table, *item, turn);
    after_table(*item, turn);
    const Written* edited = task_.module == "htpasswd" ? item->find("path") : nullptr;
    const std::optional<Written> beside = edited == nullptr ? std::nullopt : std::optional(*edited);
    finish(std::move(item), turn, changes);
    if (beside) owner_beside(*beside, turn, when);
    if (task_.module == "mysql_user") mysql_privileges(turn, when, changes);
  }
  for (const Entry& entry : task_.arguments.entries) {
    if (!used_.contains(entry.key)) no_word(entry.key, "has no word here");
  }
}

std::unique_ptr<Item> Builder::start(const std::string& kind, Unit::Turn& turn, const Cel& when) {
  auto item = std::make_unique<Item>();
  item->type = kind;
  item->row = row_;
  item->put(kind, Written::of_text(""));
  if (!turn.for_each.empty()) item->put("for_each", Written::of_map(turn.for_each));
  if (when.text != "true") item->put("when", Written::of_text(when.text));
  return item;
}

void Builder::finish(std::unique_ptr<Item> item, Unit::Turn& turn, const std::vector<const Item*>& changes) {
  made_any_ = true;
  unit_.add_keywords(task_, *item, *turn.names, around_);
  if (!changes.empty()) {
    const std::string attribute = item->type == "service" ? "restart_on" : "run_on";
    ask_inside(*item);
    for (const Item* source : changes) item->triggers.emplace_back(attribute, source);
  }
  // What an earlier task declared too is one resource.
  std::unique_ptr<Item> taken;
  Item* kept = item.get();
  if (Item* earlier = changes.empty() ? joined(*item) : nullptr) {
    kept = earlier;
    taken = std::move(item);
  }
  // What never counts as a change sets nothing off.
  const Node* changed = task_.keyword("changed_when");
  const bool never =
      changed != nullptr && changed->is_plain() && plain_type(*changed) == Type::kBool && !is_true_word(changed->text);
  if (!never) {
    unit_.notify(task_, *kept);
    for (const std::string& handler : around_.notified) unit_.notify(handler, *kept);
  }
  const bool by_words = changed != nullptr && !(changed->is_plain() && plain_type(*changed) == Type::kBool);
  const bool told_on = registered_ != nullptr || task_.keyword("notify") != nullptr || !around_.notified.empty();
  if (by_words && told_on) no_word("changed_when", "has no word here: it counts as changed whenever it does something");
  if (around_.with_defaults.contains(task_.module)) no_word("module_defaults", "of this module are to be said here");
  if (!never && registered_ != nullptr) registered_->items.push_back(kept);
  if (item != nullptr) around_.out->push_back(std::move(item));
}

bool Builder::given(std::initializer_list<std::string_view> names) const {
  return task_.argument(names) != nullptr;
}

void Builder::ignore(std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) used_.insert(std::string(name));
}

void Builder::no_word(const std::string& parameter, const std::string& why) {
  unit_.note(row_, "`" + parameter + "` " + why);
  TaskOutcome& row = unit_.report_.tasks[static_cast<std::size_t>(row_)];
  if (row.outcome == Outcome::kTranslated || row.outcome == Outcome::kOtherWay) row.outcome = Outcome::kPartly;
  row.effort = std::max(row.effort, 1);
}

bool Builder::is(std::initializer_list<std::string_view> names, std::string_view value) {
  const Node* found = task_.argument(names);
  return found != nullptr && found->is_scalar() && found->text == value;
}

bool Builder::yes(std::initializer_list<std::string_view> names) {
  const Node* found = task_.argument(names);
  ignore(names);
  return found != nullptr && found->is_scalar() && (is_true_word(found->text) || found->text == "1");
}

}  // namespace plumb::imports
