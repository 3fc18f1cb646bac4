// Which tasks only look, and whether something asks for what they find.
#include <algorithm>

#include "engine/import/task_words.h"
#include "engine/import/unit.h"

namespace plumb::imports {
namespace {

using lang::Node;

}  // namespace

bool Unit::is_probe(const Task& one) const {
  if (asks_url(one)) return true;
  if (one_of(one.module, {"stat", "slurp", "find", "getent", "package_facts", "service_facts"})) return true;
  if (!one_of(one.module, {"command", "shell", "raw"})) return false;
  if (one.keyword("register") == nullptr) return false;
  const Node* creates = one.argument({"creates", "removes"});
  return says_no(one.keyword("changed_when")) && creates == nullptr;
}

bool Unit::is_read(const std::string& name, const Task& by) {
  const auto holds = [&](std::string_view text) {
    const auto letter = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    int count = 0;
    for (std::size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
      const std::size_t end = at + name.size();
      if ((at == 0 || !letter(text[at - 1])) && (end == text.size() || !letter(text[end]))) ++count;
    }
    return count;
  };
  const std::string& own = file_text(by.file);
  const std::size_t from = line_start(by.file, by.line());
  const std::size_t to = line_start(by.file, by.node->span.end_line + 1);
  const int inside = to > from ? holds(std::string_view(own).substr(from, to - from)) : 0;
  return holds(all_text_) > inside;
}

bool Unit::is_fetched(const std::string& path) const {
  return std::any_of(fetched_.begin(), fetched_.end(),
                     [&](const std::string& place) { return path.starts_with(place); });
}

}  // namespace plumb::imports
