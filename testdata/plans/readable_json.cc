#include "testdata/plans/readable_json.h"

namespace plumb::testing {
namespace {

constexpr std::size_t kWidth = 120;

void append(std::string& out, const Json& json, std::size_t indent, std::size_t taken) {
  const std::string line = json.dump();
  if (!json.is_structured() || json.empty() || indent + taken + line.size() <= kWidth) {
    out += line;
    return;
  }
  const bool object = json.is_object();
  out += object ? "{" : "[";
  bool first = true;
  for (const auto& [name, value] : json.items()) {
    out += (first ? "\n" : ",\n") + std::string(indent + 2, ' ');
    first = false;
    const std::string label = object ? Json(name).dump() + ": " : "";
    out += label;
    append(out, value, indent + 2, label.size() + 1);
  }
  out += "\n" + std::string(indent, ' ') + (object ? "}" : "]");
}

}  // namespace

std::string readable(const Json& json) {
  std::string out;
  append(out, json, 0, 0);
  return out + "\n";
}

}  // namespace plumb::testing
