#include "providers/sdk/ownership.h"

#include <algorithm>
#include <array>

#include "engine/base/joined.h"
#include "providers/sdk/access_list.h"
#include "providers/sdk/beyond_mode.h"

namespace plumb {
namespace {

constexpr std::uint32_t kAllBits = 07777;

struct Who {
  std::uint32_t affected;  // every bit that `=` may clear
  bool user, group, other;
};

// The bits of one permission letter, for those it is about.
std::uint32_t bits_of(char letter, const Who& who, std::uint32_t mode, bool is_directory) {
  const auto spread = [&](std::uint32_t bit) {
    return (who.user ? bit << 6U : 0U) | (who.group ? bit << 3U : 0U) | (who.other ? bit : 0U);
  };
  switch (letter) {
    case 'r':
      return spread(4);
    case 'w':
      return spread(2);
    case 'x':
      return spread(1);
    case 'X':
      return is_directory || (mode & 0111U) != 0 ? spread(1) : 0;
    case 's':
      return (who.user ? 04000U : 0U) | (who.group ? 02000U : 0U);
    case 't':
      return who.other ? 01000U : 0U;
    case 'u':
      return spread((mode >> 6U) & 7U);
    case 'g':
      return spread((mode >> 3U) & 7U);
    case 'o':
      return spread(mode & 7U);
    default:
      return 0;
  }
}

// One clause, `u+x` or `go=rX-w`, over `mode`.
bool apply_clause(std::string_view clause, std::uint32_t& mode, bool is_directory) {
  Who who{0, false, false, false};
  std::size_t at = 0;
  for (; at < clause.size() && std::string_view("ugoa").find(clause[at]) != std::string_view::npos; ++at) {
    who.user |= clause[at] == 'u' || clause[at] == 'a';
    who.group |= clause[at] == 'g' || clause[at] == 'a';
    who.other |= clause[at] == 'o' || clause[at] == 'a';
  }
  if (at == 0) who = {0, true, true, true};
  who.affected = (who.user ? 04700U : 0U) | (who.group ? 02070U : 0U) | (who.other ? 01007U : 0U);
  // As in chmod, setuid and setgid of a directory stay unless they are named.
  if (is_directory) who.affected &= ~06000U;
  if (at == clause.size()) return false;
  while (at < clause.size()) {
    const char sign = clause[at++];
    if (sign != '+' && sign != '-' && sign != '=') return false;
    std::uint32_t bits = 0;
    const std::uint32_t before = mode;
    for (; at < clause.size() && std::string_view("+-=").find(clause[at]) == std::string_view::npos; ++at) {
      if (std::string_view("rwxXstugo").find(clause[at]) == std::string_view::npos) return false;
      bits |= bits_of(clause[at], who, before, is_directory);
    }
    if (sign == '+') mode |= bits;
    if (sign == '-') mode &= ~bits;
    if (sign == '=') mode = (mode & ~who.affected) | bits;
  }
  return true;
}

template <class Account>
std::optional<std::uint32_t> remembered(std::map<std::string, std::optional<std::uint32_t>>& known,
                                        const std::string& name,
                                        std::optional<Account> (System::*ask)(const std::string&),
                                        std::uint32_t Account::*id, System& system) {
  const auto found = known.find(name);
  if (found != known.end()) return found->second;
  const std::optional<Account> account = (system.*ask)(name);
  return known[name] = account ? std::optional((*account).*id) : std::nullopt;
}

// Null where there is none.
const Json* find(const Json& attributes, std::string_view name) {
  if (!attributes.is_object()) return nullptr;
  const auto& members = attributes.get_ref<const Json::object_t&>();
  const auto found = members.find(name);
  return found == members.end() ? nullptr : &found->second;
}

// The same of what is asked for: null stands for not given.
const Json* find_given(const Desired& desired, std::string_view name) {
  const Json* found = find(desired.attributes, name);
  return found == nullptr || found->is_null() ? nullptr : found;
}

std::string_view text_of(const Json& attribute) {
  return attribute.is_string() ? std::string_view(attribute.get_ref<const std::string&>()) : std::string_view();
}

}  // namespace

std::string mode_text(std::uint32_t mode) {
  std::string text(4, '0');
  for (std::size_t i = 4; i-- > 0; mode >>= 3U) text[i] = static_cast<char>('0' + (mode & 7U));
  return text;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 10 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_symbolic_mode(std::string_view spec) {
  return spec.empty() || !std::all_of(spec.begin(), spec.end(), [](char c) { return c >= '0' && c <= '7'; });
}

std::optional<std::uint32_t> apply_mode(std::string_view spec, std::uint32_t current, bool is_directory) {
  std::uint32_t mode = 0;
  if (!is_symbolic_mode(spec)) {
    for (const char digit : spec) mode = mode * 8 + static_cast<std::uint32_t>(digit - '0');
    if (spec.size() > 5 || mode > kAllBits) return std::nullopt;
    return mode;
  }
  mode = current & kAllBits;
  while (true) {
    const std::size_t comma = spec.find(',');
    if (!apply_clause(spec.substr(0, comma), mode, is_directory)) return std::nullopt;
    if (comma == std::string_view::npos) return mode;
    spec.remove_prefix(comma + 1);
  }
}

std::optional<std::uint32_t> AccountNames::id_of_user(const std::string& name) {
  return remembered(users_, name, &System::user_by_name, &Account::uid, system_);
}

std::optional<std::uint32_t> AccountNames::id_of_group(const std::string& name) {
  return remembered(groups_, name, &System::group_by_name, &GroupAccount::gid, system_);
}

std::string AccountNames::user(std::uint32_t uid, const std::string& desired) {
  if (is_number(desired)) return std::to_string(uid);
  if (!desired.empty() && id_of_user(desired) == uid) return desired;
  auto& name = user_names_[uid];
  if (name.empty()) {
    const auto account = system_.user_by_id(uid);
    name = account ? account->name : std::to_string(uid);
  }
  return name;
}

std::string AccountNames::group(std::uint32_t gid, const std::string& desired) {
  if (is_number(desired)) return std::to_string(gid);
  if (!desired.empty() && id_of_group(desired) == gid) return desired;
  auto& name = group_names_[gid];
  if (name.empty()) {
    const auto account = system_.group_by_id(gid);
    name = account ? account->name : std::to_string(gid);
  }
  return name;
}

void observe_ownership(const Desired& desired, const FileInfo& info, AccountNames& names, Observed& observed) {
  observed.attributes["owner"] = names.user(info.uid, desired.text("owner"));
  observed.attributes["group"] = names.group(info.gid, desired.text("group"));
  observed.attributes["mode"] = mode_text(info.mode);
}

void note_missing_accounts(const Desired& desired, AccountNames& names, Observed& observed) {
  const std::string owner = desired.text("owner");
  const std::string group = desired.text("group");
  if (!owner.empty() && !is_number(owner) && !names.has_user(owner)) {
    observed.missing.push_back({{"", "user", owner}, "owner"});
  }
  if (!group.empty() && !is_number(group) && !names.has_group(group)) {
    observed.missing.push_back({{"", "group", group}, "group"});
  }
  const std::string list = access_list_for(desired, true, 0).value_or("");
  for (const AccessRule& rule : access_rules(list)) {
    const bool known = rule.group ? names.has_group(rule.name) : names.has_user(rule.name);
    if (!known) observed.missing.push_back({{"", rule.group ? "group" : "user", rule.name}, "acl"});
  }
  const std::string mode = desired.text("mode");
  const std::optional<std::uint32_t> asked = mode.empty() ? std::nullopt : apply_mode(mode, 0, true);
  if (!asked || mode_beside(list, *asked) == *asked) return;
  observed.obstacle =
      Diagnostic(Code::kRefusedByState, "`acl` gives more than the mode " + mode_text(*asked) + " lets it")
          .with_hint("beside an access list the group's digit is the most that anybody in it gets: " +
                     mode_text(mode_beside(list, *asked)));
}

Result<> note_missing_parent(const std::string& path, System& system, Observed& observed) {
  const std::string parent = parent_of(path);
  for (std::string folder = parent;; folder = parent_of(folder)) {
    PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system.stat(folder, true));
    if (info && info->type != FileType::kDirectory) {
      observed.obstacle =
          Diagnostic(Code::kRefusedByState, folder + " is not a directory, so " + path + " cannot be in it");
    }
    if (!info && folder == parent) observed.missing.push_back({{"", "directory", parent}, "path"});
    if (info || folder == "/") return {};
    PLUMB_TRY_ASSIGN(const std::optional<FileInfo> link, system.stat(folder, false));
    if (link && link->type == FileType::kLink) {
      observed.obstacle =
          Diagnostic(Code::kRefusedByState, folder + " is a symbolic link to " + link->link_target +
                                                ", which is not there, so " + path + " cannot be in it");
    }
  }
}

void inherit_ownership(Desired& desired, std::span<const Desired> spreading) {
  const std::string path = desired.text("path");
  const Desired* nearest = nullptr;
  for (const Desired& other : spreading) {
    if (!is_below(path, other.text("path"))) continue;
    if (nearest == nullptr || other.text("path").size() > nearest->text("path").size()) nearest = &other;
  }
  if (nearest == nullptr) return;
  // A folder between the two sets the same of all below it, or passes on what it has from above.
  Desired above = *nearest;
  inherit_ownership(above, spreading);
  for (const char* attribute : {"owner", "group", "selinux"}) {
    if (!desired.has(attribute) && above.has(attribute)) desired.attributes[attribute] = above.attribute(attribute);
  }
  // What is secret is not opened to others by what is asked for of a whole folder.
  const std::string mode = above.text("mode");
  if (!desired.has("mode") && !mode.empty() && is_symbolic_mode(mode) && desired.sensitive.empty())
    desired.attributes["mode"] = mode;
}

std::optional<std::string> backed_up_path(const std::string& path) {
  constexpr std::string_view kMark = ".plumb-";
  const std::size_t mark = path.rfind(kMark);
  const std::size_t slash = path.rfind('/');
  if (mark == std::string::npos || slash == std::string::npos || mark <= slash + 1) return std::nullopt;
  // PATH.plumb-<UTC time>-<random>: 20270131T093000Z and hexadecimal digits.
  const std::string_view rest = std::string_view(path).substr(mark + kMark.size());
  const std::size_t dash = rest.find('-');
  if (dash == std::string_view::npos || rest.find_first_not_of("0123456789TZ") != dash ||
      rest.find_first_not_of("0123456789abcdef", dash + 1) != std::string_view::npos)
    return std::nullopt;
  return path.substr(0, mark);
}

std::optional<std::uint32_t> mode_of(const Json& attributes) {
  const Json* found = find(attributes, "mode");
  if (found == nullptr || !found->is_string()) return std::nullopt;
  return apply_mode(found->get_ref<const std::string&>(), 0, false);
}

std::uint32_t without_privileges(std::uint32_t mode) {
  return mode & 01777U;
}

Result<> observe_beyond_mode(const Desired& desired, const std::string& path, bool follow, System& system,
                             Observed& observed) {
  PLUMB_TRY_ASSIGN(const BeyondMode beyond, system.beyond_mode(path, follow));
  if (!beyond.access_list.empty()) observed.attributes["acl"] = ordered_access_list(beyond.access_list);
  if (beyond.capabilities) observed.attributes["capabilities"] = true;
  observe_labels(desired, beyond, observed);
  return {};
}

bool clears_access_list(const Desired& desired, const Ownership& wanted, bool is_directory) {
  const bool privileged =
      !is_directory && wanted.mode && (apply_mode(*wanted.mode, 0, false).value_or(0) & ~01777U) != 0;
  return desired.text("acl") == "none" || privileged || desired.sensitive.contains("content");
}

Ownership diff_ownership(const Desired& desired, const Observed& observed, std::string_view default_mode,
                         bool is_directory, Change& change, bool new_content) {
  Ownership wanted;
  const auto compare = [&](const char* attribute, const std::optional<std::string>& value) {
    if (!value) return false;
    const Json* found = observed.exists ? find(observed.attributes, attribute) : nullptr;
    if (found != nullptr && found->is_string() && found->get_ref<const std::string&>() == *value) return false;
    if (found != nullptr) change.before[attribute] = *found;
    change.after[attribute] = *value;
    return true;
  };
  if (const Json* owner = find_given(desired, "owner")) wanted.owner = text_of(*owner);
  if (const Json* group = find_given(desired, "group")) wanted.group = text_of(*group);
  const bool other_owner = compare("owner", wanted.owner);
  const bool other_group = compare("group", wanted.group);
  const std::uint32_t fresh = apply_mode(default_mode, 0, is_directory).value_or(0);
  const std::uint32_t current = observed.exists ? mode_of(observed.attributes).value_or(fresh) : fresh;
  const bool loses = observed.exists && !is_directory && (other_owner || other_group || new_content);
  const std::uint32_t kept = loses ? without_privileges(current) : current;
  if (const Json* mode = find_given(desired, "mode")) {
    // The schema has checked the notation; what cannot be read all the same is left as it is.
    wanted.mode = mode_text(apply_mode(text_of(*mode), kept, is_directory).value_or(kept));
  } else if (!observed.exists || kept != current) {
    wanted.mode = mode_text(kept);
  } else if (is_directory && current == 0) {
    // Folders are made without any permission; one that still has none was cut off before it had its mode.
    wanted.mode = mode_text(fresh);
  }
  compare("mode", wanted.mode);
  if (kept != current) change.note = "it has setuid or setgid, which do not outlast the change";
  if (loses && observed.has("capabilities")) {
    append_item(change.note, "its capabilities do not outlast the change", "; ");
  }
  const bool has_list = observed.exists && observed.has("acl");
  if (const auto list = access_list_for(desired, is_directory, current)) {
    wanted.acl = list;
    if (*list != "none" || has_list) compare("acl", wanted.acl);
    // Beside a list the group's bits are the most that it gives.
    if (!observed.exists && wanted.mode)
      change.after["mode"] = mode_text(mode_beside(*list, apply_mode(*wanted.mode, 0, is_directory).value_or(0)));
  } else if (clears_access_list(desired, wanted, is_directory)) {
    wanted.acl = "none";
    if (has_list) compare("acl", wanted.acl);
  } else if (has_list && (new_content || !change.after.empty())) {
    append_item(change.note, "its access list stays: " + observed.text("acl"), "; ");
  }
  diff_labels(desired, observed, wanted, change);
  return wanted;
}

Ownership changed_only(Ownership ownership, const Change& change) {
  const bool chowns = change.after.contains("owner") || change.after.contains("group");
  // What a change of owner takes away is asked for all the same.
  const std::uint32_t mode = ownership.mode ? apply_mode(*ownership.mode, 0, false).value_or(0) : 0;
  const bool restores = chowns && without_privileges(mode) != mode;
  if (!change.after.contains("owner")) ownership.owner.reset();
  if (!change.after.contains("group")) ownership.group.reset();
  if (!change.after.contains("mode") && !restores) ownership.mode.reset();
  if (!change.after.contains("acl")) ownership.acl.reset();
  return ownership;
}

std::vector<Address> infer_path_edges(const Desired& desired, const std::string& path) {
  // The last of them wants the folder for itself when it comes.
  constexpr std::array kKindsOfFolders = {"directory", "link", "mount", "git"};
  const std::vector<std::string> folders = ancestors_of(path);
  std::vector<Address> edges;
  edges.reserve(3 + folders.size() * kKindsOfFolders.size());
  // What packages have there has to be out of the way.
  edges.push_back({"", "dpkg_divert", path});
  for (const std::string& folder : folders) {
    for (const char* kind : kKindsOfFolders) edges.emplace_back(std::string(), kind, folder);
  }
  const std::string owner = desired.text("owner");
  const std::string group = desired.text("group");
  if (!owner.empty() && !is_number(owner)) edges.push_back({"", "user", owner});
  if (!group.empty() && !is_number(group)) edges.push_back({"", "group", group});
  for (AccessRule& rule : access_rules(access_list_for(desired, true, 0).value_or("")))
    edges.push_back({"", rule.group ? "group" : "user", std::move(rule.name)});
  return edges;
}

Desired desired_again(const Desired& desired, const Observed& before, std::initializer_list<const char*> attributes) {
  Desired again;
  again.address = desired.address;
  again.sensitive = desired.sensitive;
  again.attributes["state"] = before.exists ? "present" : "absent";
  if (!before.exists) return again;
  for (const char* attribute : attributes) {
    if (before.has(attribute)) again.attributes[attribute] = before.attribute(attribute);
  }
  return again;
}

void keep_changed(Desired& again, const Change& change, std::initializer_list<const char*> attributes) {
  for (const char* attribute : attributes) {
    if (!change.before.contains(attribute) && !change.after.contains(attribute)) again.attributes.erase(attribute);
  }
}

void restore_access_list(const Desired& desired, const Observed& before, Desired& again) {
  if (!desired.has("acl")) return;
  again.attributes["acl"] = "none";
  if (!before.has("acl")) return;
  Json list = Json::array();
  const std::string told = before.text("acl");
  std::string_view rest = told;
  while (!rest.empty()) {
    const std::size_t end = rest.find(',');
    list.push_back(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  // Beside a list the mode tells what it gives.
  again.attributes["acl"] = std::move(list);
}

}  // namespace plumb
