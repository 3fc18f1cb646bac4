#include "engine/report/equal_diagnostics.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "engine/report/host_list.h"

namespace plumb::report {
namespace {

bool is_of_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

// Two programs that write to one log at the same moment come in either order.
std::string lines_sorted(const std::string& text) {
  const std::size_t first = std::min(text.find('\n'), text.size());
  std::vector<std::string> lines;
  for (std::size_t at = first; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at + 1), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end;
  }
  std::sort(lines.begin(), lines.end());
  std::string sorted = text.substr(0, first);
  for (const std::string& line : lines) sorted += line;
  return sorted;
}

Diagnostic nameless(Diagnostic diagnostic) {
  const std::string host = std::exchange(diagnostic.host, {});
  for (std::string* text : {&diagnostic.summary, &diagnostic.label, &diagnostic.hint})
    *text = without_host(*text, host);
  for (Related& related : diagnostic.related) related.note = without_host(related.note, host);
  return diagnostic;
}

}  // namespace

std::string without_host(std::string_view text, std::string_view host) {
  std::string out;
  std::size_t from = 0;
  while (!host.empty()) {
    const std::size_t at = text.find(host, from);
    if (at == std::string_view::npos) break;
    const std::size_t end = at + host.size();
    const bool begins = at == 0 || !(is_of_name(text[at - 1]) || text[at - 1] == '.');
    const bool dotted = end + 1 < text.size() && text[end] == '.' && is_of_name(text[end + 1]);
    const bool ends = end == text.size() || !(is_of_name(text[end]) || dotted);
    out += text.substr(from, at - from);
    out += begins && ends ? "<host>" : text.substr(at, host.size());
    from = end;
  }
  return out + std::string(text.substr(from));
}

std::vector<Diagnostic> equal_ones_once(const std::vector<Diagnostic>& diagnostics) {
  using Key = std::tuple<Code, Severity, std::string, std::optional<SourceSpan>, std::string, std::string,
                         std::vector<Related>>;
  struct Same {
    std::size_t place = 0;
    Diagnostic text;  // without the hosts' names
    std::vector<std::string> hosts;
  };
  std::vector<Diagnostic> once;
  std::map<Key, Same> known;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.host.empty()) {
      once.push_back(diagnostic);
      continue;
    }
    Diagnostic text = nameless(diagnostic);
    const auto [place, is_new] = known.try_emplace(
        Key(text.code, text.severity, lines_sorted(text.summary), text.span, text.label, text.hint, text.related));
    Same& same = place->second;
    if (is_new) {
      same = {once.size(), std::move(text), {}};
      once.push_back(diagnostic);
    }
    if (same.hosts.empty() || same.hosts.back() != diagnostic.host) same.hosts.push_back(diagnostic.host);
  }
  for (auto& [key, same] : known) {
    if (same.hosts.size() < 2) continue;
    once[same.place] = std::move(same.text);
    once[same.place].host = host_list(same.hosts);
  }
  return once;
}

}  // namespace plumb::report
