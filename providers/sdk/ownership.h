// Paths, modes, owners and groups: what the kinds that live in the file system share.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "providers/sdk/provider.h"

namespace plumb {

// "/etc/nginx/x" and "/etc/nginx/x/" -> "/etc/nginx"; "/x" and "/" -> "/".
std::string parent_of(std::string_view path);
// Every folder above a path but "/", the nearest first.
std::vector<std::string> ancestors_of(std::string_view path);
// True where `path` lies below `folder`; no path lies below itself.
bool is_below(std::string_view path, std::string_view folder);

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

// What is asked of owner, group and mode, the mode worked out from `current`. `change` gets the attributes that
// differ from what was observed; where nothing exists, every one.
Ownership diff_ownership(const Desired& desired, const Observed& observed, std::string_view default_mode,
                         bool is_directory, Change& change);
// Those members alone that `change.after` holds.
Ownership changed_only(Ownership ownership, const Change& change);

// The edges of a path: folders and links above it, owner, group.
std::vector<Address> infer_path_edges(const Desired& desired, const std::string& path);

// What a resource does not say of owner, group and mode itself it has from the nearest folder above whose resource sets
// those of all that is below (`spreading`): so one thing has one resource that decides.
void inherit_ownership(Desired& desired, std::span<const Desired> spreading);

// The path whose old content a file of this name keeps; nothing where it is no such copy.
std::optional<std::string> backed_up_path(const std::string& path);

// The mode that observed attributes tell; nothing where they tell none.
std::optional<std::uint32_t> mode_of(const Json& attributes);

// A copy of `desired` that asks for `before` again: its identity, and the attributes named that were observed.
Desired desired_again(const Desired& desired, const Observed& before, std::initializer_list<const char*> attributes);

}  // namespace plumb
