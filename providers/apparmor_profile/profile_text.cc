#include "providers/apparmor_profile/profile_text.h"

#include <map>

#include "engine/base/trimmed.h"
#include "providers/sdk/managers.h"

namespace plumb::providers::apparmor_profile {
namespace {

// The first word, which quotes may hold together; `text` begins behind it then.
std::string_view take_word(std::string_view& text) {
  text = trimmed(text);
  const bool quoted = text.starts_with('"');
  const std::size_t end = quoted ? text.find('"', 1) : text.find_first_of(" \t");
  std::string_view word = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + (quoted ? 1 : 0));
  if (quoted) word.remove_prefix(1);
  return word;
}

// `profile cups /usr/sbin/cupsd flags=(complain) {`, or `/usr/sbin/cupsd {`.
ProfileHead parse_head(std::string_view line) {
  ProfileHead head;
  std::string_view word = take_word(line);
  if (word == "profile") word = take_word(line);
  head.name = word;
  const std::size_t open = line.rfind('(');
  const std::size_t close = line.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return head;
  const std::string_view flags = line.substr(open, close - open);
  head.complains = flags.find("complain") != std::string_view::npos;
  return head;
}

}  // namespace

std::vector<ProfileHead> profile_heads(std::string_view text) {
  std::vector<ProfileHead> heads;
  std::size_t depth = 0;
  while (!text.empty()) {
    const std::string_view line = trimmed(take_line(text));
    if (line.starts_with('#')) continue;
    if (line.ends_with('{')) {
      if (depth == 0 && line.size() > 1) heads.push_back(parse_head(line.substr(0, line.size() - 1)));
      ++depth;
    } else if (line.starts_with('}') && depth > 0) {
      --depth;
    }
  }
  return heads;
}

std::string loaded_mode(const std::vector<ProfileHead>& heads, std::string_view listed) {
  std::map<std::string_view, std::string_view> modes;
  while (!listed.empty()) {
    const std::string_view line = take_line(listed);
    const std::size_t open = line.rfind(" (");
    if (open == std::string_view::npos || !line.ends_with(')')) continue;
    modes[line.substr(0, open)] = line.substr(open + 2, line.size() - open - 3);
  }
  std::string mode;
  for (const ProfileHead& head : heads) {
    if (head.name.find("@{") != std::string::npos) return {};
    const auto found = modes.find(head.name);
    const std::string its(found == modes.end() ? std::string_view("none") : found->second);
    if (!mode.empty() && mode != its) return "mixed";
    mode = its;
  }
  return mode;
}

}  // namespace plumb::providers::apparmor_profile
