// What a task waits for that is tried again and again.
#include <algorithm>

#include "engine/import/task_words.h"

namespace plumb::imports {
namespace {

// Without blanks, brackets around it, and filters that only make a number or a truth of it.
std::string condensed(std::string text) {
  std::erase_if(text, [](char c) { return c == ' ' || c == '\t' || c == '\n'; });
  for (const std::string_view filter : {"|int", "|bool"}) {
    for (std::size_t at = text.find(filter); at != std::string::npos; at = text.find(filter)) {
      const std::size_t end = at + filter.size();
      if (end < text.size() && text[end] != '=' && text[end] != ')' && text[end] != '}' &&
          !text.substr(end).starts_with("in["))
        break;
      text.erase(at, filter.size());
    }
  }
  if (text.starts_with("{{") && text.ends_with("}}")) text = text.substr(2, text.size() - 4);
  while (text.starts_with('(') && text.find(')') + 1 == text.size()) text = text.substr(1, text.size() - 2);
  return text;
}

bool are_statuses(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789,") == std::string::npos;
}

}  // namespace

Until until_of(const Task& one) {
  const lang::Node* until = one.keyword("until");
  const lang::Node* name = one.keyword("register");
  if (until == nullptr) return {};
  if (until->is_sequence() && until->items.size() == 1) until = &until->items.front();
  if (!until->is_scalar() || name == nullptr) return {Until::What::kOther, {}};
  const std::string own = name->text;
  const std::string text = condensed(until->text);
  const std::string negated = text.starts_with("not(") && text.ends_with(')') ? text.substr(4, text.size() - 5)
                              : text.starts_with("not")                       ? text.substr(3)
                                                                              : std::string();
  const auto is = [&](const std::string& said, std::initializer_list<std::string_view> forms) {
    return said.starts_with(own) && one_of(said.substr(own.size()), forms);
  };
  if (is(text, {"issucceeded", "issuccess", "issuccessful", "isnotfailed", "isnotfailure", "|succeeded", "|success",
                ".rc==0", ".failed==false", ".failed==False"}) ||
      is(negated, {"isfailed", "isfailure", ".failed", "|failed"}))
    return {Until::What::kSuccess, {}};
  if (is(text, {".stat.exists", ".stat.exists==true", ".stat.exists==True"})) return {Until::What::kThere, {}};
  if (is(text, {".stat.exists==false", ".stat.exists==False"}) || is(negated, {".stat.exists"}))
    return {Until::What::kGone, {}};
  for (const std::string& lead : {own + ".status==", own + ".statusin["}) {
    if (!text.starts_with(lead)) continue;
    std::string statuses = text.substr(lead.size());
    if (lead.ends_with('[') && statuses.ends_with(']')) statuses.pop_back();
    if (are_statuses(statuses)) return {Until::What::kAnswers, statuses};
  }
  return {Until::What::kOther, {}};
}

}  // namespace plumb::imports
