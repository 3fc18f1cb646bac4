// What keywords of a task say of the resource that it becomes.
#include <algorithm>

#include "engine/import/expression.h"
#include "engine/import/task_words.h"
#include "engine/import/translate_text.h"
#include "engine/import/unit.h"

namespace plumb::imports {
namespace {

using lang::Entry;
using lang::Node;

// A condition of failing that says what goes for a command anyway.
bool never_fails(const Node& condition) {
  const std::string& text = condition.text;
  return condition.is_scalar() &&
         (text.ends_with(".rc != 0") || text.ends_with(".rc > 0") || text.ends_with(" is failed"));
}

std::string duration_of(const Node* node, const std::string& otherwise) {
  if (node == nullptr || node->text.empty() || node->text.find_first_not_of("0123456789") != std::string::npos)
    return otherwise;
  return node->text + "s";
}

bool is_number(const Node* node) {
  return node != nullptr && !node->text.empty() && node->text.find_first_not_of("0123456789") == std::string::npos;
}

bool is_of(std::string_view kind, std::initializer_list<std::string_view> kinds) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

// The attribute that says who does it, or whose it becomes; empty where a kind has none.
std::string attribute_of_user(const Item& item, const Task& task) {
  const std::string_view kind = item.type;
  if (is_of(kind, {"command", "git"}) || kind.starts_with("postgresql_") || kind.starts_with("mysql_")) return "as";
  // Without root podman has containers of each user; the daemon of docker has them for all.
  if (task.module.starts_with("podman_")) return "as";
  if (is_of(kind, {"cron", "pip", "npm", "gem"})) return "user";
  if (is_of(kind, {"file", "directory", "download", "archive"})) return "owner";
  return "";
}

// Kinds that make a file where none is, which belongs to root here.
bool may_make_file(std::string_view kind) {
  return is_of(kind, {"line", "block", "replace", "ini", "link", "htpasswd"});
}

}  // namespace

// Who does it: commands run as somebody, and what others make belongs to who made it.
void Unit::add_user(const Task& one, Item& item, Names& names, const Surroundings& around) {
  const std::string attribute = attribute_of_user(item, one);
  const Node* as = one.keyword("become_user");
  const Node* becomes = one.keyword("become");
  const bool as_who_connects = becomes != nullptr ? says_no(becomes) : as == nullptr && around.as_who_connects;
  if (as_who_connects) {
    const bool matters = !attribute.empty() && item.find(attribute) == nullptr;
    if (matters)
      partly(item.row, "`become: false`: there who connects does it, and here who applies: say `" + attribute + "`");
    return;
  }
  const std::string user = as != nullptr ? as->text : around.as;
  if (user.empty() || user == "root") return;
  const Written* state = item.find("state");
  if (state != nullptr && state->text == "absent" && attribute == "owner") return;
  // The default of these kinds is that user.
  if (user == "postgres" && item.type.starts_with("postgresql_")) return;
  if (attribute.empty()) {
    if (as != nullptr && may_make_file(item.type))
      note(item.row, "`become_user` has no word here: a file that is made anew belongs to root");
    return;
  }
  if (item.find(attribute) == nullptr) item.put(attribute, Written::of_text(translate_text(user, names).text));
}

void Unit::add_environment(const Task& one, Item& item, Names& names, const Surroundings& around) {
  std::vector<const Node*> maps = around.environment;
  const Node* own = one.keyword("environment");
  if (own != nullptr && own->is_map()) maps.push_back(own);
  if (own != nullptr && !own->is_map()) {
    if (item.type == "command" && maps.empty() && own->is_scalar() && holds_jinja(own->text)) {
      item.put("env", Written::of_text("${" + text_expression(own->text, names).text + "}"));
    } else {
      partly(item.row, "`environment` from a variable: say `env`");
    }
  }
  WrittenMap entries;
  for (const Node* map : maps) {
    for (const Entry& entry : map->entries) {
      Written value = Written::of_text("");
      if (entry.value.is_scalar()) {
        const Text text = translate_text(entry.value.text, names);
        value.text = text.whole && text.value.type != Type::kText ? "${" + text_of(text.value) + "}" : text.text;
      }
      std::erase_if(entries, [&](const WrittenEntry& there) { return there.name == entry.key; });
      entries.emplace_back(entry.key, std::move(value));
    }
  }
  if (entries.empty()) return;
  if (item.type == "command") {
    item.put("env", Written::of_map(std::move(entries)));
  } else if (own != nullptr) {
    // What is around goes for all tasks, and most of them ask for nothing of it.
    partly(item.row, "`environment` of `" + item.type + "` has no word here");
  }
}

// What is said of failures, of a task and of what stands around tasks.
void Unit::add_failure(const Task& one, Item& item) {
  const Node* ignored = one.keyword("ignore_errors");
  const Node* failed = one.keyword("failed_when");
  const bool lenient = says_yes(ignored) || says_no(failed);
  if (lenient) item.put("on_failure", Written::of_text("continue"));
  if (failed != nullptr && !lenient && !never_fails(*failed))
    partly(item.row, "`failed_when` has no word here: `expect` names exit codes that are good");
  if (ignored == nullptr || !holds_jinja(ignored->text)) return;
  const std::string why = "`ignore_errors` hangs on a variable: `on_failure: continue` goes on in any case";
  if (item.row >= 0) {
    partly(item.row, why);
  } else {
    tell_once((shown_.empty() ? "" : shown_ + "/") + one.file + ":" + std::to_string(one.line()) + ": " + why);
  }
}

// `until`, `retries` and `delay`; `retries` alone means until it ends well.
void Unit::add_tries(const Task& one, Item& item) {
  if (one.keyword("until") == nullptr && one.keyword("retries") == nullptr) return;
  const Node* retries = one.keyword("retries");
  const bool number = is_number(retries);
  const std::string times = number ? std::to_string(std::max(2UL, small_number(retries->text))) : "3";
  const std::string every = duration_of(one.keyword("delay"), "5s");
  if (item.type == "wait" && item.find("within") == nullptr && (number || retries == nullptr)) {
    constexpr unsigned long kMostPause = 3600;
    constexpr unsigned long kLongest = 86400;
    const unsigned long pause = std::clamp(small_number(every.substr(0, every.size() - 1)), 1UL, kMostPause);
    item.put("within", Written::of_text(std::to_string(std::min(small_number(times) * pause, kLongest)) + "s"));
    item.put("every", Written::of_text(std::to_string(pause) + "s"));
  } else {
    item.put("retry", Written::of_map({{"times", Written::of_plain(times)}, {"every", Written::of_text(every)}}));
  }
  const Until::What what = until_of(one).what;
  const bool said = what == Until::What::kNothing || what == Until::What::kSuccess ||
                    (item.type == "wait" && what != Until::What::kOther);
  if (!said)
    partly(item.row, "`until` asks for more than that it ends well, which `retry` does not: a `wait` may say it");
  if (retries != nullptr && !number) partly(item.row, "`retries` hangs on a variable: it is tried 3 times");
}

// `timeout`: only what runs programs can be ended.
void Unit::add_time_limit(const Task& one, Item& item) {
  const Node* limit = one.keyword("timeout");
  if (limit == nullptr || limit->text == "0") return;
  const bool has_word = item.kind == Item::Kind::kBlock || is_of(item.type, {"command", "pip", "npm", "gem"});
  if (has_word && is_number(limit) && item.find("timeout") == nullptr) {
    item.put("timeout", Written::of_text(limit->text + "s"));
  } else if (item.row >= 0) {
    partly(item.row, "`timeout` has no word here");
  } else {
    tell_once((shown_.empty() ? "" : shown_ + "/") + one.file + ":" + std::to_string(one.line()) +
              ": `timeout` has no word here");
  }
}

void Unit::add_keywords(const Task& one, Item& item, Names& names, const Surroundings& around) {
  const std::vector<std::string> tags = tags_of(one);
  if (!tags.empty()) item.put("tags", Written::of_texts(tags));
  add_user(one, item, names, around);
  add_environment(one, item, names, around);
  if (around.once || says_yes(one.keyword("run_once"))) item.put("once", Written::of_plain("true"));
  add_failure(one, item);
  for (const char* word : {"throttle", "any_errors_fatal"}) {
    if (one.keyword(word) != nullptr)
      partly(item.row, std::string("`") + word + "` of a task: `rollout` of the project says how hosts take turns");
  }
  add_tries(one, item);
  add_time_limit(one, item);
  const Node* secret = one.keyword("no_log");
  const bool hidden = secret == nullptr ? around.secret : is_true_word(secret->text);
  if (hidden && item.type == "file" && (item.find("template") != nullptr || item.find("content") != nullptr))
    item.put("sensitive", Written::of_plain("true"));
}

}  // namespace plumb::imports
