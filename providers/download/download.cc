#include "providers/download/download.h"

#include "engine/base/digest.h"
#include "providers/sdk/fetching.h"
#include "providers/sdk/obstacles.h"
#include "providers/sdk/ownership.h"
#include "providers/sdk/place_limits.h"
#include "providers/sdk/refused.h"

namespace plumb::providers::download {
namespace {

constexpr std::string_view kNewFileMode = "0644";
constexpr auto kHashing = std::chrono::minutes(30);

// In the terms of the digest that is asked for; what is longer than SHA-256 a program of the host works out.
Result<std::string> digest_of(const std::string& path, const std::string& wanted, System& system) {
  if (is_digest(wanted)) return system.file_digest(path);
  const std::string algorithm = wanted.substr(0, wanted.find(':'));
  ProcessRequest request;
  request.argv = {algorithm + "sum", "--", path};
  request.about = {path};
  request.timeout = kHashing;
  request.changes_nothing = true;
  PLUMB_TRY_ASSIGN(const ProcessResult result, system.run(request));
  const std::size_t begin = result.output.starts_with('\\') ? 1 : 0;  // where the name holds a backslash
  const std::size_t end = result.output.find(' ');
  if (result.exit_code != 0 || end == std::string::npos)
    return fail(Code::kCannotObserve, request.argv[0] + " does not tell what " + path + " holds");
  return algorithm + ":" + result.output.substr(begin, end - begin);
}

// The clock is the host's, since its file system has the file's time.
Result<bool> is_older(const std::string& path, std::int64_t seconds, System& system) {
  ProcessRequest request;
  request.argv = {"find", "-L", path, "-prune", "-mmin", "+" + std::to_string(seconds / 60)};
  request.about = {path};
  request.changes_nothing = true;
  PLUMB_TRY_ASSIGN(const ProcessResult result, system.run(request));
  if (result.exit_code != 0) return fail(Code::kCannotObserve, "find does not tell how old " + path + " is");
  return !result.output.empty();
}

Result<> observe_file(const Desired& desired, const std::string& path, System& system, Observed& observed) {
  if (const std::string wanted = desired.text("digest"); !wanted.empty()) {
    PLUMB_TRY_ASSIGN(observed.attributes["digest"], digest_of(path, wanted, system));
  }
  if (const Json& age = desired.attribute("max_age"); age.is_number_integer()) {
    PLUMB_TRY_ASSIGN(const bool older, is_older(path, age.get<std::int64_t>(), system));
    if (older) observed.attributes["outdated"] = true;
  }
  return {};
}

Result<Observed> observe_absent(const Desired& desired, const std::string& path, System& system, AccountNames& names) {
  Observed observed;
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system.stat(path, false));
  if (!info) return observed;
  observed.exists = true;
  if (info->type == FileType::kDirectory)
    observed.obstacle = refused(path + " is a directory, which a download does not remove");
  if (info->type == FileType::kLink) {
    observed.attributes["link"] = info->link_target;
  } else {
    observe_ownership(desired, *info, names, observed);
  }
  return observed;
}

Result<Observed> observe_present(const Desired& desired, const std::string& path, System& system, AccountNames& names) {
  Observed observed;
  note_missing_accounts(desired, names, observed);
  const bool follow = desired.flag("follow", false);
  PLUMB_TRY_ASSIGN(std::optional<FileInfo> info, system.stat(path, false));
  std::string place = path;
  if (info && info->type == FileType::kLink) {
    if (!follow) {
      observed.obstacle = link_in_the_place(path, info->link_target, "set `follow: true` to write to where it points");
      return observed;
    }
    PLUMB_TRY_ASSIGN(info, system.stat(path, true));
    PLUMB_TRY_ASSIGN(place, system.resolve(path));
  }
  if (!info) {
    PLUMB_TRY(note_missing_parent(place, system, observed));
  } else if (info->type != FileType::kFile) {
    // Told as not there, so that the change which the obstacle refuses is never empty.
    observed.obstacle = refused(path + " is there and is no regular file");
  } else {
    observed.exists = true;
    observe_ownership(desired, *info, names, observed);
    PLUMB_TRY(observe_beyond_mode(desired, path, follow, system, observed));
    PLUMB_TRY(observe_file(desired, path, system, observed));
  }
  return observed;
}

// What fetches is a program of the host.
void note_program(const Change& change, System& system, Observed& observed) {
  if (observed.obstacle || change.operations.empty() || !std::holds_alternative<Fetch>(change.operations[0])) return;
  if (system.is_image()) {
    observed.obstacle = image_runs_nothing("nothing can be fetched into it");
  } else if (find_fetch_program(system) == nullptr) {
    observed.missing.push_back({{"", "package", "curl"}, "url"});
  }
}

Fetch fetch_operation(const Desired& desired, Ownership ownership, bool replaces) {
  Fetch fetch;
  fetch.path = desired.text("path");
  fetch.url = desired.text("url");
  fetch.digest = desired.text("digest");
  fetch.ownership = std::move(ownership);
  fetch.follow = desired.flag("follow", false);
  fetch.backup = replaces && desired.flag("backup", false);
  fetch.validate = desired.text("validate");
  const Json& headers = desired.attribute("headers");
  if (headers.is_string()) fetch.sealed_headers = headers.get<std::string>();
  if (headers.is_object()) {
    for (const auto& [name, value] : headers.items()) {
      if (value.is_string()) fetch.headers[name] = value.get<std::string>();
    }
  }
  fetch.username = desired.text("username");
  fetch.password = desired.text("password");
  fetch.proxy = desired.text("proxy");
  fetch.ca_file = desired.text("ca_file");
  fetch.any_certificate = !desired.flag("validate_certs", true);
  const Json& timeout = desired.attribute("timeout");
  if (timeout.is_number_integer()) fetch.timeout_seconds = timeout.get<int>();
  return fetch;
}

}  // namespace

std::vector<Result<Observed>> DownloadProvider::observe(std::span<const Desired* const> desired, System& system) const {
  AccountNames names(system);
  return observe_places(*this, desired, system, [&](const Desired& one) {
    const std::string path = one.text("path");
    Result<Observed> observed =
        wants_absent(one) ? observe_absent(one, path, system, names) : observe_present(one, path, system, names);
    if (observed) note_program(diff(one, *observed), system, *observed);
    return observed;
  });
}

Change DownloadProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  if (wants_absent(desired)) {
    if (!observed.exists) return change;
    change.op = Op::kDelete;
    change.before = observed.attributes;
    change.operations.push_back(Remove{desired.text("path"), false, desired.flag("backup", false)});
    return change;
  }
  const std::string digest = desired.text("digest");
  const bool differs = observed.exists && !digest.empty() && observed.text("digest") != digest;
  const bool outdated = observed.exists && observed.flag("outdated", false);
  const bool comes = !observed.exists || differs || outdated;
  Ownership wanted = diff_ownership(desired, observed, kNewFileMode, false, change, comes);
  if (differs && observed.has("digest")) change.before["digest"] = observed.attribute("digest");
  if (!digest.empty() && (differs || !observed.exists)) change.after["digest"] = digest;
  if (outdated) {
    change.before["outdated"] = true;
    change.after["outdated"] = false;
  }
  if (observed.exists && change.after.empty()) return change;
  change.op = observed.exists ? Op::kUpdate : Op::kCreate;
  if (!comes) {
    change.operations.push_back(
        SetAttributes{desired.text("path"), changed_only(std::move(wanted), change), desired.flag("follow", false)});
    return change;
  }
  // Whatever comes is taken.
  if (digest.empty()) change.fidelity = Fidelity::kBounded;
  change.operations.push_back(fetch_operation(desired, std::move(wanted), observed.exists));
  return change;
}

std::vector<Address> DownloadProvider::infers(const Desired& desired) const {
  if (wants_absent(desired)) return {};
  std::vector<Address> edges = infer_path_edges(desired, desired.text("path"));
  for (const FetchProgram& program : fetch_programs()) edges.push_back({"", "package", std::string(program.name)});
  if (const std::string authority = desired.text("ca_file"); !authority.empty())
    edges.push_back({"", "file", authority});
  return edges;
}

std::vector<Address> DownloadProvider::provides(const Desired& desired) const {
  if (wants_absent(desired)) return {};
  return {{"", "file", desired.text("path")}};
}

void DownloadProvider::inherit(Desired& desired, std::span<const Desired> spreading) const {
  if (!wants_absent(desired)) inherit_ownership(desired, spreading);
}

std::vector<std::string> DownloadProvider::manages_paths(const Desired& desired) const {
  return {desired.text("path")};
}

std::vector<std::string> DownloadProvider::replaces_paths(const Desired& desired) const {
  return manages_paths(desired);
}

std::optional<Desired> DownloadProvider::restore(const Desired& desired, const Observed& before) const {
  // Nobody keeps what lay there; a digest alone does not bring it back.
  const bool same = before.text("digest") == desired.text("digest") && !before.flag("outdated", false);
  if (before.exists && !same) return std::nullopt;
  if (before.exists && wants_absent(desired)) return std::nullopt;
  Desired again = desired_again(desired, before, {"owner", "group", "mode"});
  again.attributes["path"] = desired.text("path");
  if (!before.exists) return again;
  for (const char* attribute : {"url", "digest", "follow"}) {
    if (desired.has(attribute)) again.attributes[attribute] = desired.attribute(attribute);
  }
  return again;
}

void add_to(Registry& registry) {
  registry.add({.name = "download",
                .provider = make_provider<DownloadProvider>(),
                .operations = OperationSet::of<Fetch, Remove, SetAttributes>(),
                .judged = {"outdated"},
                .given_once = {"mode"},
                .confirmable = true});
}

}  // namespace plumb::providers::download
