#include "engine/config/conditions.h"

#include "engine/base/joined.h"
#include "engine/config/validate.h"
#include "engine/config/words.h"

namespace plumb::config {
namespace {

using lang::Entry;

std::string plain(const Json& value) {
  return value.is_string() ? value.get<std::string>() : canonical(value);
}

class Conditions {
 public:
  Conditions(const ConditionedMap& map, const Json& root, Diagnostics& diagnostics)
      : node_(map.node), root_(root), name_(map.name), where_(map.where), diagnostics_(diagnostics) {
    for (const Entry& entry : node_.entries) {
      if (const auto found = map.value.find(entry.key); found != map.value.end()) given_[entry.key] = *found;
    }
  }

  bool check(const Json& condition) {
    if (satisfies(given_, condition, root_)) return true;
    explain(condition);
    return false;
  }

 private:
  void report(Code code, std::string summary, const SourceSpan& span, std::string label, std::string hint = {}) {
    Diagnostic problem = Diagnostic(code, std::move(summary)).at(span, std::move(label)).with_hint(std::move(hint));
    for (const Entry& entry : node_.entries) {
      if (is_handed_on(entry) && problem.summary.find(shown(entry.key)) != std::string::npos)
        problem.related.push_back({entry.key_span, "the block's"});
    }
    diagnostics_.add(std::move(problem));
  }

  // It stands in a block around this map, and counts as if it stood here.
  bool is_handed_on(const Entry& entry) const {
    const SourceSpan& first = node_.entries.front().key_span;
    const SourceSpan& own = entry.key_span;
    return own.line < first.line || (!node_.flow && own.line > first.line && own.column < first.column);
  }

  // Says in words why a condition does not hold.
  void explain(const Json& condition) {
    if (const std::string words = member(condition, "description"); !words.empty()) {
      report(Code::kExclusiveKeys, words, where_, "does not hold here");
      return;
    }
    if (condition.contains("not") && condition["not"].contains("required")) {
      std::string keys;
      SourceSpan span = where_;
      for (const Json& key : condition["not"]["required"]) {
        append_item(keys, shown(key), " and ");
        if (const Entry* entry = node_.find(key.get<std::string>())) span = entry->key_span;
      }
      const bool one = condition["not"]["required"].size() == 1;
      report(Code::kExclusiveKeys, keys + (one ? " cannot be given" + in(name_) : " exclude each other"), span,
             one ? "remove this" : "only one of them may be given");
      return;
    }
    if (condition.contains("anyOf") && (explain_need(condition["anyOf"]) || explain_pair(condition["anyOf"]))) return;
    for (const char* choice : {"anyOf", "oneOf"}) {
      if (condition.contains(choice) && explain_choice(condition[choice])) return;
    }
    if (condition.contains("if")) {
      const char* branch = satisfies(given_, condition["if"], root_) ? "then" : "else";
      if (condition.contains(branch)) {
        const Json& part = condition[branch];
        if (part.contains("required")) {
          for (const Json& key : part["required"]) {
            if (given_.contains(key.get<std::string>())) continue;
            report(Code::kMissingKey, shown(key) + " is missing" + in(name_), where_, "needs " + shown(key) + " here");
            return;
          }
        }
        explain(part);
        return;
      }
    }
    report(Code::kExclusiveKeys, "these keys do not go together" + in(name_), where_,
           "see the reference for what does");
  }

  // What a way of giving it takes, as it is written: "`user` with `commands`", "`state: absent`".
  static std::string words_of(const Json& way) {
    std::string words;
    for (const Json& key : way["required"]) {
      const std::string name = key.get<std::string>();
      const bool fixed =
          way.contains("properties") && way["properties"].contains(name) && way["properties"][name].contains("const");
      append_item(words, fixed ? "`" + name + ": " + plain(way["properties"][name]["const"]) + "`" : shown(key),
                  " with ");
    }
    return words;
  }

  // The first key of the way that is given; null where there is none, or where one of them rules the way out.
  const Entry* begun(const Json& way) const {
    const Entry* first = nullptr;
    for (const Json& key : way["required"]) {
      const std::string name = key.get<std::string>();
      if (!given_.contains(name)) continue;
      if (way.contains("properties") && way["properties"].contains(name) &&
          !satisfies(given_[name], way["properties"][name], root_))
        return nullptr;
      if (first == nullptr) first = node_.find(name);
    }
    return first;
  }

  // Several ways to give what is needed: too many of them are taken, one is begun, or none is.
  bool explain_choice(const Json& ways) {
    std::string all;
    const Entry* last = nullptr;
    const Json* open = nullptr;
    std::size_t taken = 0;
    for (const Json& way : ways) {
      if (!way.contains("required")) continue;
      append_item(all, words_of(way));
      const Entry* const first = begun(way);
      if (satisfies(given_, way, root_)) {
        ++taken;
        last = node_.find(way["required"].back().get<std::string>());
      } else if (first != nullptr && open == nullptr) {
        open = &way;
      }
    }
    if (all.empty()) return false;
    if (taken > 0 && last != nullptr) {
      report(Code::kExclusiveKeys, "only one of " + all + " may be given" + in(name_), last->key_span, "one too many");
      return true;
    }
    if (open == nullptr) {
      report(Code::kMissingKey, "one of " + all + " is missing" + in(name_), where_, "needs one of them");
      return true;
    }
    const Entry& first = *begun(*open);
    for (const Json& key : (*open)["required"]) {
      if (given_.contains(key.get<std::string>())) continue;
      report(Code::kMissingKey, shown(key) + " is missing" + in(name_), first.key_span,
             "`" + first.key + "` needs " + shown(key), description_of(key.get<std::string>()));
      return true;
    }
    return false;
  }

  // "" where the schema says nothing of it.
  std::string description_of(const std::string& key) const {
    const Json* const parts = root_.contains("properties") ? &root_["properties"] : nullptr;
    return parts != nullptr && parts->contains(key) ? member((*parts)[key], "description") : "";
  }

  // `anyOf` in the two forms "not append, or groups too" and "target, or state: absent".
  bool explain_need(const Json& branches) {
    const Json* needed = nullptr;
    std::string because;
    std::string instead;
    SourceSpan span = where_;
    for (const Json& branch : branches) {
      if (branch.contains("not") && branch["not"].contains("required")) {
        because = branch["not"]["required"][0].get<std::string>();
        if (const Entry* entry = node_.find(because)) span = entry->key_span;
      } else if (branch.contains("properties")) {
        for (const auto& [key, part] : branch["properties"].items()) {
          if (part.contains("const")) instead = "or give `" + key + ": " + plain(part["const"]) + "`";
        }
      } else if (branch.contains("required") && branch["required"].size() == 1 && needed == nullptr) {
        needed = &branch["required"][0];
      }
    }
    if (needed == nullptr || (because.empty() && instead.empty())) return false;
    if (instead.empty()) instead = description_of(needed->get<std::string>());
    report(Code::kMissingKey, shown(*needed) + " is missing" + in(name_), span,
           (because.empty() ? "needs " : "`" + because + "` needs ") + shown(*needed), std::move(instead));
    return true;
  }

  // `anyOf` in the form "no version, or not `state: latest`", also with the values that may be in the place of those
  // that may not.
  bool explain_pair(const Json& branches) {
    const Entry* entry = nullptr;
    std::string other;
    for (const Json& branch : branches) {
      const Json& part = branch.contains("not") ? branch["not"] : branch;
      if (part.contains("properties")) {
        for (const auto& [key, unused] : part["properties"].items()) {
          if (given_.contains(key)) other = key;
        }
      } else if (branch.contains("not") && part.contains("required") && part["required"].size() == 1) {
        entry = node_.find(part["required"][0].get<std::string>());
      }
    }
    if (entry == nullptr || other.empty()) return false;
    report(Code::kExclusiveKeys,
           "`" + entry->key + "` does not go with `" + other + ": " + plain(given_[other]) + "`" + in(name_),
           entry->key_span, "remove this, or give another `" + other + "`");
    return true;
  }

  const lang::Node& node_;
  const Json& root_;
  const std::string& name_;
  const SourceSpan& where_;
  Diagnostics& diagnostics_;
  Json given_ = Json::object();
};

}  // namespace

std::vector<Json> conditions_of(const Json& schema) {
  std::vector<Json> conditions;
  for (const char* key : {"not", "anyOf", "oneOf"}) {
    if (schema.contains(key)) conditions.push_back({{key, schema[key]}});
  }
  if (schema.contains("if")) {
    Json choice = Json::object();
    for (const char* key : {"if", "then", "else"}) {
      if (schema.contains(key)) choice[key] = schema[key];
    }
    conditions.push_back(std::move(choice));
  }
  if (schema.contains("allOf")) {
    for (const Json& part : schema["allOf"]) conditions.push_back(part);
  }
  return conditions;
}

bool check_conditions(const ConditionedMap& map, const std::vector<Json>& conditions, const Json& root,
                      Diagnostics& diagnostics) {
  if (conditions.empty()) return true;
  Conditions checker(map, root, diagnostics);
  bool good = true;
  for (const Json& condition : conditions) good = checker.check(condition) && good;
  return good;
}

}  // namespace plumb::config
