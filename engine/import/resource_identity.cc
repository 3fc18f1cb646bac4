// What a resource is called, and which addresses it can have.
#include <algorithm>

#include "engine/import/resource.h"

namespace plumb::imports {
namespace {

// The expressions of a text that speak of a loop become `*`: a glob of addresses.
std::string glob_of_identity(const std::string& text, const std::vector<std::string>& variables) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (text.compare(at, 2, "${") != 0 || (at > 0 && text[at - 1] == '$')) {
      out += text[at++];
      continue;
    }
    std::size_t end = at + 2;
    int depth = 1;
    char quote = 0;
    while (end < text.size() && depth > 0) {
      const char c = text[end];
      if (quote != 0) {
        if (c == '\\') ++end;
        if (c == quote) quote = 0;
      } else if (c == '\'' || c == '"') {
        quote = c;
      } else if (c == '{') {
        ++depth;
      } else if (c == '}') {
        --depth;
      }
      ++end;
    }
    const std::string inner = text.substr(at, end - at);
    const bool loops = std::any_of(variables.begin(), variables.end(),
                                   [&](const std::string& name) { return inner.find(name) != std::string::npos; });
    out += loops ? "*" : inner;
    at = end;
  }
  while (out.find("**") != std::string::npos) out.erase(out.find("**"), 1);
  return out;
}

bool keyed(const std::string& kind) {
  return kind == "line" || kind == "block" || kind == "replace" || kind == "ini" || kind == "cron" ||
         kind == "authorized_key" || kind == "limits" || kind == "alternatives" || kind == "pip" || kind == "npm" ||
         kind == "htpasswd" || kind == "postgresql_extension" || kind == "mysql_user";
}

}  // namespace

void Builder::identify(Item& item, const std::string& kind, Written identity, const Unit::Turn& turn) {
  item.patterns.clear();
  const auto add = [&](const std::string& text) {
    std::string glob = kind + ":" + glob_of_identity(text, turn.variables);
    if (keyed(kind) && !glob.ends_with('*')) glob += "*";
    item.patterns.push_back(std::move(glob));
  };
  if (identity.is_list()) {
    for (const Written& one : identity.items) add(one.text);
  } else {
    add(identity.text);
  }
  item.put(kind, std::move(identity));
}

}  // namespace plumb::imports
