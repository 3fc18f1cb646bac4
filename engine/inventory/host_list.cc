#include "engine/inventory/host_list.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <arpa/inet.h>

#include "engine/inventory/ansible_settings.h"
#include "engine/inventory/host_pattern.h"
#include "engine/lang/yaml_text.h"

namespace plumb::inventory {
namespace {

struct ListWord {
  std::string text;
  SourceSpan span;
};

bool is_address(const std::string& text) {
  in6_addr buffer;
  return inet_pton(AF_INET, text.c_str(), &buffer) == 1 || inet_pton(AF_INET6, text.c_str(), &buffer) == 1;
}

bool is_of_no_host(const std::string& address) {
  return address.starts_with("127.") || address.starts_with("0.") || address == "255.255.255.255" || address == "::1" ||
         address.starts_with("fe00:") || address.starts_with("ff0");
}

std::vector<ListWord> words_of(const lang::TextIndex& index, std::size_t begin, std::size_t end) {
  const std::string_view text = index.text();
  end = std::min(end, text.substr(0, end).find('#', begin));
  std::vector<ListWord> words;
  for (std::size_t i = begin; i < end;) {
    if (lang::is_space(text[i])) {
      ++i;
      continue;
    }
    const std::size_t start = i;
    while (i < end && !lang::is_space(text[i])) ++i;
    words.push_back({std::string(text.substr(start, i - start)), index.span(start, i)});
  }
  return words;
}

void read_line(const std::vector<ListWord>& words, Found& found, Reading& reading) {
  const ListWord& first = words.front();
  if (words.size() == 1) return add_hosts(first.text, first.span, std::nullopt, {}, found, reading);
  if (!is_address(first.text)) {
    reading.diagnostics.add(Diagnostic(Code::kInventorySource, "more than one host stands on a line")
                                .at(words[1].span, "expected nothing more after `" + first.text + "`")
                                .with_hint("write one name a line, or an address and its names as in /etc/hosts"));
    return;
  }
  if (is_of_no_host(first.text) || found.hosts.contains(words[1].text)) return;
  FoundHost& host = found.host(words[1].text, words[1].span);
  put(host.said.settings, entry("address", first.span, scalar(first.text, first.span)));
}

}  // namespace

void read_host_list(const std::string& file_name, std::string_view text, Found& found, Reading& reading) {
  if (!is_text(file_name, text, reading)) return;
  text = without_mark(text);
  const lang::TextIndex index(file_name, text);
  const std::size_t before = reading.diagnostics.error_count();
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::vector<ListWord> words = words_of(index, begin, end);
    if (!words.empty()) read_line(words, found, reading);
    if (reading.diagnostics.error_count() - before >= kMostFindings) return;
    begin = end + 1;
  }
  settle_ports(found, reading);
  take_connection_variables(found, reading);
}

}  // namespace plumb::inventory
