// Modes, owners and groups: what the kinds that live in the file system share.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "providers/sdk/paths.h"
#include "providers/sdk/provider.h"

namespace plumb {

std::string mode_text(std::uint32_t mode);  // "0644"
bool is_number(std::string_view text);
bool is_symbolic_mode(std::string_view spec);
// The mode that a specification makes of `current`: octal ("0644", "2750"), or symbolic in the notation of chmod
// ("u=rw,go=r", "g+w", "u=rwX"), where a clause without u, g or o means all of them whatever the umask is.
std::optional<std::uint32_t> apply_mode(std::string_view spec, std::uint32_t current, bool is_directory);

// Names of accounts, asked for once in a batch.
class AccountNames {
 public:
  explicit AccountNames(System& system) : system_(system) {}
  // What to call the account in the terms of `desired`: a number where that is one, `desired` itself where it means
  // this account, else its first name, or its number where it has none.
  std::string user(std::uint32_t uid, const std::string& desired);
  std::string group(std::uint32_t gid, const std::string& desired);
  bool has_user(const std::string& name) { return id_of_user(name).has_value(); }
  bool has_group(const std::string& name) { return id_of_group(name).has_value(); }

 private:
  std::optional<std::uint32_t> id_of_user(const std::string& name);
  std::optional<std::uint32_t> id_of_group(const std::string& name);

  System& system_;
  std::map<std::string, std::optional<std::uint32_t>> users_, groups_;
  std::map<std::uint32_t, std::string> user_names_, group_names_;
};

// owner, group and mode of what was found, as attributes.
void observe_ownership(const Desired& desired, const FileInfo& info, AccountNames& names, Observed& observed);
// Notes the owner and group that are asked for by a name which the host does not know.
void note_missing_accounts(const Desired& desired, AccountNames& names, Observed& observed);
// Notes the folder that `path` needs, or as obstacle what stands in its way.
Result<> note_missing_parent(const std::string& path, System& system, Observed& observed);

// Of a file's mode, without what gives a program the rights of its owner or group.
std::uint32_t without_privileges(std::uint32_t mode);

// Of an entry that exists: `acl`, where it has an access list, `capabilities`, where it has some, and what
// observe_labels() tells.
Result<> observe_beyond_mode(const Desired& desired, const std::string& path, bool follow, System& system,
                             Observed& observed);

// Whether an access list would give somebody what is not theirs: where `acl: none` asks for none, and always where the
// content is sensitive or the mode gives the rights of an owner or a group.
bool clears_access_list(const Desired& desired, const Ownership& wanted, bool is_directory);

// What is asked of owner, group, mode, access list, label and extended attributes, the mode worked out from `current`.
// `change` gets the attributes that differ from what was observed; where nothing exists, every one. A file that gets
// another owner or group, or `new_content`, keeps neither setuid nor setgid but where its mode is asked for with them;
// the change's note names it.
Ownership diff_ownership(const Desired& desired, const Observed& observed, std::string_view default_mode,
                         bool is_directory, Change& change, bool new_content = false);

// Those members alone that `change.after` holds.
Ownership changed_only(Ownership ownership, const Change& change);

// The edges of a path: folders, links and mounts above it, owner, group.
std::vector<Address> infer_path_edges(const Desired& desired, const std::string& path);

// What a resource does not say of owner, group and mode itself it has from the nearest folder above whose resource sets
// those of all that is below (`spreading`): so one thing has one resource that decides.
void inherit_ownership(Desired& desired, std::span<const Desired> spreading);

// The path whose old content a file of this name keeps; nothing where it is no such copy.
std::optional<std::string> backed_up_path(const std::string& path);

// Of one that asks for an access list: has `again` ask for the one that was there, or for none.
void restore_access_list(const Desired& desired, const Observed& before, Desired& again);

// The mode that observed attributes tell; nothing where they tell none.
std::optional<std::uint32_t> mode_of(const Json& attributes);

// A copy of `desired` that asks for `before` again: its identity, and the attributes named that were observed.
Desired desired_again(const Desired& desired, const Observed& before, std::initializer_list<const char*> attributes);
// Of these, what the change left alone is not asked for again: whoever changed it since meant it.
void keep_changed(Desired& again, const Change& change, std::initializer_list<const char*> attributes);

}  // namespace plumb
