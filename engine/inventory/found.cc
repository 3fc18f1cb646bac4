#include "engine/inventory/found.h"

#include <algorithm>
#include <utility>

#include "engine/base/json.h"

namespace plumb::inventory {

void put(std::vector<lang::Entry>& entries, lang::Entry entry) {
  const auto known =
      std::find_if(entries.begin(), entries.end(), [&](const lang::Entry& one) { return one.key == entry.key; });
  if (known == entries.end()) {
    entries.push_back(std::move(entry));
  } else {
    *known = std::move(entry);
  }
}

const lang::Entry* find(const std::vector<lang::Entry>& entries, std::string_view key) {
  const auto known =
      std::find_if(entries.begin(), entries.end(), [&](const lang::Entry& one) { return one.key == key; });
  return known == entries.end() ? nullptr : &*known;
}

std::string group_name(std::string text) {
  for (char& c : text) {
    const bool good =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    if (!good) c = '_';
  }
  return text;
}

FoundGroup& Found::group(std::string name, const SourceSpan& span) {
  const auto [place, added] = groups.try_emplace(group_name(std::move(name)));
  if (added) place->second.links.span = span;
  return place->second;
}

FoundHost& Found::host(const std::string& name, const SourceSpan& span) {
  const auto [place, added] = hosts.try_emplace(name);
  if (added) place->second.span = span;
  return place->second;
}

std::string_view without_mark(std::string_view text) {
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  return text;
}

bool is_text(const std::string& file_name, std::string_view text, Reading& reading) {
  if (valid_utf8(text)) return true;
  reading.diagnostics.add(
      Diagnostic(Code::kInventorySource, file_name + " is not text in UTF-8").at({file_name, 0, 0, 0, 0}));
  return false;
}

lang::Node scalar(std::string text, const SourceSpan& span, lang::Style style) {
  lang::Node node;
  node.kind = lang::Node::Kind::kScalar;
  node.style = style;
  node.span = span;
  node.text = std::move(text);
  return node;
}

lang::Entry entry(std::string key, const SourceSpan& key_span, lang::Node value) {
  return {std::move(key), key_span, std::move(value)};
}

}  // namespace plumb::inventory
