// path.*: POSIX paths as text; nothing looks at any disk.
#include <vector>

#include "engine/lang/cel/library.h"

namespace plumb::cel {
namespace {

// Without `.`, repeated slashes and `..` where it has a folder to leave. "" is ".".
std::string cleaned(std::string_view path) {
  const bool absolute = path.starts_with('/');
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const std::string_view part = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(part.size() + 1, path.size()));
    if (part.empty() || part == ".") continue;
    const bool at_top = parts.empty() || parts.back() == "..";
    if (part == ".." && !at_top) {
      parts.pop_back();
    } else if (part != ".." || !absolute) {
      parts.push_back(part);
    }
  }
  std::string text = absolute ? "/" : "";
  for (std::size_t i = 0; i < parts.size(); ++i) text += (i == 0 ? "" : "/") + std::string(parts[i]);
  return text.empty() ? "." : text;
}

bool cost(Call& call) {
  return call.budget.allocate(2 * call.text(0).size());
}

Value clean(Call& call) {
  return cost(call) ? Value::string(cleaned(call.text(0))) : cost_exceeded();
}

// Empty parts are left out; an absolute part counts from where the parts before it end.
Value path_join(Call& call) {
  std::string path;
  for (const Value& part : call[0].as_list()) {
    if (!part.is_text()) return no_such_overload();
    if (!call.budget.allocate(2 * part.as_text().size())) return cost_exceeded();
    if (part.as_text().empty()) continue;
    if (!path.empty()) path += '/';
    path += part.as_text();
  }
  return Value::string(path.empty() ? "" : cleaned(path));
}

Value dirname(Call& call) {
  if (!cost(call)) return cost_exceeded();
  const std::string_view path = call.text(0);
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return Value::string(".");
  return Value::string(cleaned(path.substr(0, slash + 1)));
}

std::string_view last_part(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

Value basename(Call& call) {
  return cost(call) ? Value::string(last_part(call.text(0))) : cost_exceeded();
}

// A dot at the beginning hides a file and starts no extension.
Value extension(Call& call) {
  if (!cost(call)) return cost_exceeded();
  const std::string_view name = last_part(call.text(0));
  const std::size_t dot = name.rfind('.');
  return Value::string(dot == std::string_view::npos || dot == 0 ? "" : name.substr(dot));
}

Value without_extension(Call& call) {
  if (!cost(call)) return cost_exceeded();
  const std::string_view path = call.text(0);
  const std::string_view name = last_part(path);
  const std::size_t dot = name.rfind('.');
  const std::size_t left_out = dot == std::string_view::npos || dot == 0 ? 0 : name.size() - dot;
  return Value::string(path.substr(0, path.size() - left_out));
}

}  // namespace

void add_paths(FunctionTable& table) {
  table.add("path.join(list(string)) -> string", path_join, "One path from parts, cleaned");
  table.add("path.dirname(string) -> string", dirname, "The folder that a path lies in");
  table.add("path.basename(string) -> string", basename, "The last part of a path");
  table.add("path.extension(string) -> string", extension, "The extension of a path with its dot, or ''");
  table.add("path.withoutExtension(string) -> string", without_extension, "The path without its extension");
  table.add("path.clean(string) -> string", clean, "The path without `.`, `..` and repeated slashes");
}

}  // namespace plumb::cel
