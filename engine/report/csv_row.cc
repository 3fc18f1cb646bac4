#include "engine/report/csv_row.h"

namespace plumb::report {
namespace {

std::string csv_cell(std::string_view text) {
  const bool formula = !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
  const bool quoted = formula || text.find_first_of(",\"\r\n") != std::string_view::npos;
  if (!quoted) return std::string(text);
  std::string out = formula ? "\"'" : "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

}  // namespace

std::string csv_row(std::initializer_list<std::string_view> cells) {
  std::string out;
  bool first = true;
  for (const std::string_view one : cells) {
    out += (first ? "" : ",") + csv_cell(one);
    first = false;
  }
  return out + "\r\n";
}

}  // namespace plumb::report
