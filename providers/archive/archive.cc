#include "providers/archive/archive.h"

#include "engine/base/digest.h"
#include "providers/sdk/obstacles.h"
#include "providers/sdk/ownership.h"
#include "providers/sdk/place_limits.h"

namespace plumb::providers::archive {
namespace {

constexpr std::size_t kLongestMark = std::size_t{64} << 10U;

// One for each archive that is unpacked into a folder, whatever its name is by now.
std::string mark_of(const Desired& desired) {
  constexpr std::size_t kDigits = 12;
  return ".plumb-unpacked-" + digest(desired.address.str()).substr(kDigestPrefix.size(), kDigits);
}

// The archive's digest, as far as it is known.
std::string archive_digest(const Desired& desired, const Observed& observed) {
  if (desired.has("content")) return desired.text("content");
  if (desired.has("digest")) return desired.text("digest");
  return observed.text("found");
}

// What was unpacked and how, as the mark tells it: another way of unpacking is another content.
std::string told(const Desired& desired, const std::string& archive) {
  std::string text = archive;
  const Json& strip = desired.attribute("strip");
  if (strip.is_number_integer() && strip.get<std::int64_t>() > 0) text += " strip " + strip.dump();
  for (const char* globs : {"include", "exclude"}) {
    const std::vector<std::string> list = texts_in(desired.attribute(globs));
    if (!list.empty()) text += std::string(" ") + globs + " " + Json(list).dump();
  }
  for (const char* account : {"owner", "group"}) {
    if (desired.has(account)) text += std::string(" ") + account + " " + desired.text(account);
  }
  return text;
}

Diagnostic refused(std::string summary) {
  return Diagnostic(Code::kRefusedByState, std::move(summary));
}

Result<> observe_folder(const Desired& desired, const std::string& path, System& system, Observed& observed) {
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system.stat(path, true));
  if (!info) return note_missing_parent(path, system, observed);
  if (info->type != FileType::kDirectory) {
    observed.obstacle = refused(path + " is there and is no folder to unpack into");
    return {};
  }
  const std::string mark = (path == "/" ? "" : path) + "/" + mark_of(desired);
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> marked, system.stat(mark, false));
  if (!marked || marked->type != FileType::kFile) return {};
  PLUMB_TRY_ASSIGN(std::string text, system.read_file(mark, kLongestMark));
  while (text.ends_with('\n')) text.pop_back();
  observed.exists = true;
  observed.attributes["unpacked"] = std::move(text);
  return {};
}

// What the plan has of its own need not lie on the host; nor need one that was unpacked already.
Result<> observe_archive(const Desired& desired, System& system, Observed& observed) {
  const std::string path = desired.text("file");
  if (path.empty()) return {};
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system.stat(path, true));
  if (info && info->type != FileType::kFile) {
    observed.obstacle = refused(path + " is no regular file");
    return {};
  }
  if (info) {
    PLUMB_TRY_ASSIGN(observed.attributes["found"], system.file_digest(path));
    return {};
  }
  const bool done = desired.has("digest") && observed.text("unpacked") == told(desired, desired.text("digest"));
  if (!done) observed.missing.push_back({{"", "file", path}, "file"});
  return {};
}

Result<Observed> observe_one(const Desired& desired, System& system, AccountNames& names) {
  Observed observed;
  if (const std::string created = desired.text("creates"); !created.empty()) {
    PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system.stat(created, true));
    if (info) {
      observed.exists = true;
      observed.attributes["created"] = true;
      return observed;
    }
  }
  if (system.is_image()) {
    observed.obstacle = image_runs_nothing("nothing can be unpacked into it");
    return observed;
  }
  note_missing_accounts(desired, names, observed);
  PLUMB_TRY(observe_folder(desired, desired.text("path"), system, observed));
  PLUMB_TRY(observe_archive(desired, system, observed));
  const std::string digest = desired.text("digest");
  if (observed.has("found") && !digest.empty() && observed.text("found") != digest && !observed.obstacle) {
    observed.obstacle =
        refused(desired.text("file") + " is " + observed.text("found") + ", and not what `digest` says");
  }
  if (observed.obstacle) observed.exists = false;
  return observed;
}

}  // namespace

std::vector<Result<Observed>> ArchiveProvider::observe(std::span<const Desired* const> desired, System& system) const {
  AccountNames names(system);
  return observe_places(*this, desired, system, [&](const Desired& one) { return observe_one(one, system, names); });
}

Change ArchiveProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  if (observed.flag("created", false)) return change;
  const bool guarded = desired.has("creates");
  const std::string archive = archive_digest(desired, observed);
  const std::string says = told(desired, archive);
  if (!guarded && observed.exists && !archive.empty() && observed.text("unpacked") == says) return change;
  change.op = observed.exists ? Op::kUpdate : Op::kCreate;
  if (guarded) {
    change.after["created"] = true;
  } else {
    if (observed.exists && observed.has("unpacked")) change.before["unpacked"] = observed.attribute("unpacked");
    if (!archive.empty()) change.after["unpacked"] = says;
  }
  if (archive.empty()) change.fidelity = Fidelity::kBounded;
  Unpack unpack;
  unpack.path = desired.text("path");
  unpack.content = desired.text("content");
  if (unpack.content.empty()) {
    unpack.archive = desired.text("file");
    unpack.digest = archive;
  }
  if (desired.has("owner")) unpack.ownership.owner = desired.text("owner");
  if (desired.has("group")) unpack.ownership.group = desired.text("group");
  const Json& strip = desired.attribute("strip");
  if (strip.is_number_integer()) unpack.strip = strip.get<int>();
  unpack.include = texts_in(desired.attribute("include"));
  unpack.exclude = texts_in(desired.attribute("exclude"));
  if (!guarded) {
    unpack.mark = mark_of(desired);
    unpack.says = says + "\n";
  }
  change.operations.emplace_back(std::move(unpack));
  return change;
}

std::vector<Address> ArchiveProvider::infers(const Desired& desired) const {
  const std::string path = desired.text("path");
  std::vector<Address> edges = infer_path_edges(desired, path);
  edges.push_back({"", "directory", path});
  edges.push_back({"", "link", path});
  if (const std::string archive = desired.text("file"); !archive.empty()) edges.push_back({"", "file", archive});
  return edges;
}

std::vector<Address> ArchiveProvider::provides(const Desired& desired) const {
  std::vector<Address> made = {{"", "directory", desired.text("path")}};
  if (const std::string created = desired.text("creates"); !created.empty()) made.push_back({"", "file", created});
  return made;
}

// Also where the folder itself is the one that sets what is below it.
void ArchiveProvider::inherit(Desired& desired, std::span<const Desired> spreading) const {
  Desired inside = desired;
  inside.attributes["path"] = desired.text("path") + "/x";
  inherit_ownership(inside, spreading);
  for (const char* account : {"owner", "group"}) {
    if (inside.has(account)) desired.attributes[account] = inside.attribute(account);
  }
}

std::vector<ImpliedPath> ArchiveProvider::implies_paths(const Desired& desired) const {
  const std::string path = desired.text("path");
  std::vector<ImpliedPath> paths = {{.path = path, .whole = true, .needed = true},
                                    {.path = path + "/*", .maker = desired.text("owner")}};
  if (desired.has("file")) paths.push_back({desired.text("file")});
  if (desired.has("creates")) paths.push_back({.path = desired.text("creates"), .needed = true});
  return paths;
}

std::string ArchiveProvider::why_passed_over(const Desired& desired, const Observed& observed) const {
  return observed.flag("created", false) ? desired.text("creates") + " exists (creates)" : std::string();
}

void add_to(Registry& registry) {
  registry.add({.name = "archive",
                .provider = make_provider<ArchiveProvider>(),
                .operations = OperationSet::of<Unpack>(),
                .contents = {{.content = "content", .source = "source", .path = "path"}},
                .judged = {"created"},
                .removal = ""});
}

}  // namespace plumb::providers::archive
