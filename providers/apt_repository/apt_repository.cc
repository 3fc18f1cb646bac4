#include "providers/apt_repository/apt_repository.h"

#include "engine/base/joined.h"
#include "providers/apt_repository/deb822.h"
#include "providers/sdk/ownership.h"
#include "providers/sdk/place_limits.h"

namespace plumb::providers::apt_repository {
namespace {

constexpr std::string_view kMode = "0644";

// What a file says that does not say it.
Json unsaid(const std::string& attribute) {
  if (attribute == "enabled") return true;
  if (attribute == "trusted") return false;
  if (attribute == "signed_by") return "";
  return attribute == "options" ? Json::object() : Json::array();
}

std::string key_of(const Desired& desired) {
  return desired.text(desired.has("key_url") ? "key_digest" : "key");
}

Change removal(const Desired& desired, const Observed& observed) {
  Change change;
  if (!observed.exists) return change;
  change.op = Op::kDelete;
  change.before["state"] = "present";
  change.operations.push_back(Remove{file_of(desired), false, false});
  if (brings_key(desired)) change.operations.push_back(Remove{keyring_of(desired), false, false});
  return change;
}

// Whether the file has to be written anew.
bool compare_file(const Json& wanted, const Observed& observed, Change& change) {
  bool differs = !observed.exists;
  for (const auto& [attribute, value] : wanted.items()) {
    const Json& found = observed.exists ? observed.attribute(attribute) : Json();
    const Json usual = unsaid(attribute);
    if ((found.is_null() ? usual : found) == value) {
      if (!observed.exists && value != usual) change.after[attribute] = value;
      continue;
    }
    differs = true;
    if (!found.is_null()) change.before[attribute] = found;
    change.after[attribute] = value;
  }
  if (observed.exists && !texts_in(observed.attribute("other")).empty()) {
    differs = true;
    change.before["other"] = observed.attribute("other");
    change.after["other"] = Json::array();
  }
  return differs;
}

void add_key(const Desired& desired, const Observed& observed, Change& change) {
  const std::string key = key_of(desired);
  if (!brings_key(desired) || observed.text("key") == key) return;
  if (observed.exists && observed.has("key")) change.before["key"] = observed.attribute("key");
  change.after["key"] = key;
  const Ownership ownership{{}, {}, std::string(kMode)};
  if (!desired.has("key_url")) {
    change.operations.push_back(WriteFile{keyring_of(desired), key, ownership, false, false, ""});
    return;
  }
  Fetch fetch;
  fetch.path = keyring_of(desired);
  fetch.url = desired.text("key_url");
  fetch.digest = key;
  fetch.ownership = ownership;
  change.operations.emplace_back(std::move(fetch));
}

// What is new is read, and what was never read.
void add_refresh(const Desired& desired, const Observed& observed, bool differs, Change& change) {
  const std::string lists = observed.text("lists");
  if (lists.empty() || !desired.flag("refresh", true) || !desired.flag("enabled", true)) return;
  const bool unread = lists != "read";
  if (!unread && !differs && !change.after.contains("key")) return;
  if (unread && observed.exists) change.before["lists"] = lists;
  if (unread) change.after["lists"] = "read";
  PackageTransaction transaction;
  transaction.manager = "apt";
  transaction.refresh = true;
  change.operations.emplace_back(std::move(transaction));
}

}  // namespace

std::string file_of(const Desired& desired) {
  return std::string(kSources) + "/" + desired.text("name") + ".sources";
}

bool brings_key(const Desired& desired) {
  return desired.has("key") || desired.has("key_url");
}

std::string keyring_of(const Desired& desired) {
  const std::string given = desired.text("signed_by");
  if (!given.empty() || !brings_key(desired)) return given;
  return std::string(kKeyrings) + "/" + desired.text("name") + ".asc";
}

Json wanted_of(const Desired& desired) {
  Json wanted = Json::object();
  for (const char* attribute : {"types", "uris", "suites", "components", "architectures", "languages", "targets"})
    wanted[attribute] = texts_in(desired.attribute(attribute));
  wanted["trusted"] = desired.flag("trusted", false);
  wanted["enabled"] = desired.flag("enabled", true);
  wanted["signed_by"] = keyring_of(desired);
  const Json& options = desired.attribute("options");
  wanted["options"] = options.is_object() ? options : Json::object();
  return wanted;
}

std::vector<Result<Observed>> AptRepositoryProvider::observe(std::span<const Desired* const> desired,
                                                             System& system) const {
  return observe_places(*this, desired, system, [&](const Desired& one) { return observe_one(one, system); });
}

Change AptRepositoryProvider::diff(const Desired& desired, const Observed& observed) const {
  if (wants_absent(desired)) return removal(desired, observed);
  Change change;
  const Json wanted = wanted_of(desired);
  const bool differs = compare_file(wanted, observed, change);
  Ownership ownership = diff_ownership(desired, observed, kMode, false, change, differs);
  // A file that says who may be trusted comes after what is trusted.
  add_key(desired, observed, change);
  if (differs) {
    WriteFile write{file_of(desired), "", std::move(ownership), false, false, ""};
    write.text = to_deb822(wanted);
    change.operations.emplace_back(std::move(write));
  } else if (change.after.contains("mode")) {
    change.operations.push_back(SetAttributes{file_of(desired), changed_only(std::move(ownership), change), false});
  }
  add_refresh(desired, observed, differs, change);
  if (change.operations.empty()) return Change();
  change.op = observed.exists ? Op::kUpdate : Op::kCreate;
  if (const std::vector<std::string> also = texts_in(observed.attribute("also_in")); !also.empty())
    change.note = "declared a second time in " + joined(also);
  return change;
}

std::vector<Address> AptRepositoryProvider::infers(const Desired& desired) const {
  if (wants_absent(desired)) return {};
  std::vector<Address> edges = infer_path_edges(desired, file_of(desired));
  const std::string keyring = keyring_of(desired);
  if (keyring.empty()) return edges;
  edges.push_back({"", "file", keyring});
  for (const std::string& folder : ancestors_of(keyring)) edges.push_back({"", "directory", folder});
  return edges;
}

std::vector<std::string> AptRepositoryProvider::manages_paths(const Desired& desired) const {
  std::vector<std::string> paths = {file_of(desired)};
  if (brings_key(desired)) paths.push_back(keyring_of(desired));
  return paths;
}

// Another file there may declare it too.
std::vector<ImpliedPath> AptRepositoryProvider::implies_paths(const Desired& desired) const {
  std::vector<ImpliedPath> paths = {{std::string(kSources)}};
  if (!brings_key(desired) && desired.has("signed_by")) paths.push_back({.path = keyring_of(desired), .needed = true});
  return paths;
}

std::vector<std::string> AptRepositoryProvider::replaces_paths(const Desired& desired) const {
  return manages_paths(desired);
}

std::string AptRepositoryProvider::remedy(const Desired& desired, const Missing& missing) const {
  if (missing.what.kind == "directory")
    return "declare `directory: " + missing.what.identity + "` before it; older releases do not have it";
  if (missing.attribute == "signed_by")
    return "give the key with it (`key`, `key_source`, or `key_url` with `key_digest`), or bring " +
           keyring_of(desired) + " before it";
  return {};
}

std::optional<Desired> AptRepositoryProvider::restore(const Desired& desired, const Observed& before) const {
  Desired again;
  again.address = desired.address;
  again.attributes = {{"name", desired.text("name")}, {"state", before.exists ? "present" : "absent"}};
  if (!before.exists) {
    // With the key that came along.
    for (const char* attribute : {"key", "key_url", "key_digest", "signed_by"}) {
      if (desired.has(attribute)) again.attributes[attribute] = desired.attribute(attribute);
    }
    return again;
  }
  // Lines that nobody kept, a key of which the digest alone is known.
  if (wants_absent(desired) || !texts_in(before.attribute("other")).empty()) return std::nullopt;
  if (brings_key(desired) && before.text("key") != key_of(desired)) return std::nullopt;
  const Json wanted = wanted_of(desired);
  for (const auto& [attribute, value] : wanted.items()) {
    if (before.has(attribute)) again.attributes[attribute] = before.attribute(attribute);
  }
  for (const char* attribute : {"key", "key_url", "key_digest", "refresh", "mode"}) {
    if (desired.has(attribute)) again.attributes[attribute] = desired.attribute(attribute);
  }
  if (before.has("mode")) again.attributes["mode"] = before.attribute("mode");
  return again;
}

void add_to(Registry& registry) {
  registry.add({.name = "apt_repository",
                .provider = make_provider<AptRepositoryProvider>(),
                .operations = OperationSet::of<WriteFile, Fetch, SetAttributes, Remove, PackageTransaction>(),
                .contents = {{.content = "key", .source = "key_source", .path = "signed_by"}},
                .judged = {"lists"},
                .given_once = {"mode"},
                .adoption = {survey, "packages"}});
}

}  // namespace plumb::providers::apt_repository
