#include "providers/authorized_key/authorized_key.h"

#include "engine/base/joined.h"
#include "providers/sdk/obstacles.h"
#include "providers/sdk/ownership.h"

namespace plumb::providers::authorized_key {
namespace {

constexpr std::string_view kBelowHome = "/.ssh/authorized_keys";

// TYPE and KEY, and what stands behind them.
struct Key {
  std::string type, blob, comment;

  static Key of(const std::string& text) {
    Key key;
    const std::size_t type = std::min(text.find(' '), text.size());
    key.type = text.substr(0, type);
    if (type == text.size()) return key;
    const std::size_t blob = std::min(text.find(' ', type + 1), text.size());
    key.blob = text.substr(type + 1, blob - type - 1);
    if (blob < text.size()) key.comment = text.substr(blob + 1);
    return key;
  }
  // Lines that are about this key, whatever their options and comments.
  std::string pattern() const { return "^\\s*([^#\\s].*\\s)?" + words_pattern({type, blob}) + "(\\s|$)"; }
};

bool is_in_home(const Desired& desired) {
  return !desired.has("path");
}

std::string below(const std::string& home) {
  return (home == "/" ? "" : home) + std::string(kBelowHome);
}

}  // namespace

EntryEdit AuthorizedKeyProvider::entry(const Desired& desired) const {
  Key key = Key::of(desired.text("key"));
  if (desired.has("comment")) key.comment = desired.text("comment");
  std::string options;
  for (const std::string& option : texts_in(desired.attribute("options"))) append_item(options, option, ",");
  EntryEdit entry;
  entry.match = key.pattern();
  entry.text = options + (options.empty() ? "" : " ") + key.type + " " + key.blob;
  entry.same =
      "^\\s*" + (options.empty() ? "" : quoted_pattern(options) + "\\s+") + words_pattern({key.type, key.blob});
  if (key.comment.empty()) {
    entry.same += "(\\s|$)";  // any comment will do
  } else {
    entry.text += " " + key.comment;
    entry.same += "\\s+" + quoted_pattern(key.comment) + "\\s*$";
  }
  if (!desired.flag("exclusive", false)) return entry;
  entry.others = "^\\s*[^#\\s]";
  entry.keeps.push_back(entry.match);
  for (const std::string& other : texts_in(desired.attribute("keeps"))) entry.keeps.push_back(Key::of(other).pattern());
  return entry;
}

// Where the user is of the same project, its home is known; else it is where homes lie as a rule, until the host tells.
std::string AuthorizedKeyProvider::path(const Desired& desired) const {
  if (!is_in_home(desired)) return desired.text("path");
  const std::string user = desired.text("user");
  return below(desired.text("home", user == "root" ? "/root" : "/home/" + user));
}

std::string AuthorizedKeyProvider::path_on(const Desired& desired, System& system) const {
  const auto account = is_in_home(desired) ? system.user_by_name(desired.text("user")) : std::nullopt;
  return account && account->home.starts_with('/') ? below(account->home) : path(desired);
}

std::vector<std::string> AuthorizedKeyProvider::own_paths(const Desired& desired, const Json& observed) const {
  if (!is_in_home(desired)) return {path(desired)};
  const std::string told = text_of(observed, "at", path(desired));
  const std::string file = told.ends_with(kBelowHome) ? told : path(desired);
  return {file, parent_of(file)};
}

void AuthorizedKeyProvider::note_needs(const Desired& desired, const std::string& path, System& system,
                                       Observed& observed) const {
  const std::string user = desired.text("user");
  const auto account = system.user_by_name(user);
  if (!account) {
    observed.missing.push_back({{"", "user", user}, "user"});
    return;
  }
  observed.attributes["new_group"] = std::to_string(account->gid);
  const std::string folder = parent_of(path);
  const auto info = system.stat(folder, false);
  if (is_in_home(desired) && info && *info && (*info)->type == FileType::kLink) {
    observed.obstacle = link_in_the_place(
        folder, (*info)->link_target, "whoever owns it says where the key would go; give `path`, or make it a folder");
  }
}

Result<> AuthorizedKeyProvider::look_around(const Desired& desired, const std::string& place, System& system,
                                            Observed& observed) const {
  const std::string folder = parent_of(place);
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system.stat(folder, true));
  if (!is_in_home(desired) || info) return note_missing_parent(place, system, observed);
  observed.attributes["folder"] = folder;
  return note_missing_parent(folder, system, observed);
}

Ownership AuthorizedKeyProvider::of_new(const Desired& desired, const Observed& observed) const {
  Ownership made{desired.text("user"), std::nullopt, "0600"};
  if (observed.has("new_group")) made.group = observed.text("new_group");
  return made;
}

Change AuthorizedKeyProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change = EntryProvider::diff(desired, observed);
  if (change.empty() || wants_absent(desired) || !observed.has("folder")) return change;
  MakeDirectory make{observed.text("folder"), of_new(desired, observed)};
  make.ownership.mode = "0700";
  change.note = "makes " + make.path;
  change.operations.insert(change.operations.begin(), std::move(make));
  return change;
}

std::vector<Address> AuthorizedKeyProvider::infers(const Desired& desired) const {
  std::vector<Address> first = EntryProvider::infers(desired);
  if (!wants_absent(desired)) first.push_back({"", "user", desired.text("user")});
  return first;
}

std::vector<ImpliedPath> AuthorizedKeyProvider::implies_paths(const Desired& desired) const {
  if (wants_absent(desired) || !is_in_home(desired)) return {};
  return {{parent_of(path(desired))}};
}

// What others of the host ask for in the same file stays where this one says that nothing else may.
void AuthorizedKeyProvider::complete(Desired& desired, std::span<const Desired> host, const SecretOf& secret_of) const {
  const std::string user = desired.text("user");
  std::vector<std::string> keeps;
  for (const Desired& other : host) {
    if (other.address.kind == "user" && other.text("name") == user && other.has("home"))
      desired.attributes["home"] = other.text("home");
    const bool same_file = other.address.kind == desired.address.kind && other.text("user") == user &&
                           other.text("path") == desired.text("path");
    if (same_file && other.address != desired.address && !wants_absent(other)) keeps.push_back(other.text("key"));
  }
  if (desired.flag("exclusive", false) && !keeps.empty()) desired.attributes["keeps"] = keeps;
  EntryProvider::complete(desired, host, secret_of);
}

void add_to(Registry& registry) {
  Kind kind = edit_kind<AuthorizedKeyProvider>("authorized_key");
  kind.operations = OperationSet::of<EditFile, MakeDirectory, Remove>();
  kind.adoption = {survey, "accounts"};
  registry.add(std::move(kind));
}

}  // namespace plumb::providers::authorized_key
