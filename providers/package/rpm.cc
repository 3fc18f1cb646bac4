#include "providers/package/rpm.h"

#include <algorithm>
#include <array>
#include <map>

#include "providers/package/rpm_version.h"
#include "providers/package/survey_parts.h"
#include "providers/sdk/is_there.h"

namespace plumb::providers::package {
namespace {

// Where rpm has its database: from Fedora 36 and on SUSE below /usr.
constexpr std::array kFolders = {"/usr/lib/sysimage/rpm", "/var/lib/rpm"};
constexpr std::array kDatabases = {"rpmdb.sqlite", "Packages.db", "Packages"};
constexpr std::size_t kLongestOfRpm = std::size_t{64} << 20U;
constexpr const char* kPackage = "%{NAME}\\t%{EPOCHNUM}\\t%{VERSION}-%{RELEASE}\\t%{ARCH}\\t";

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = text.find(at);
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return parts;
}

// Those of a second architecture beside x86_64.
bool is_second(std::string_view architecture) {
  return architecture.size() == 4 && architecture.front() == 'i' && architecture.ends_with("86");
}

std::string_view base_of_name(std::string_view name) {
  return name.substr(0, name.find(':'));
}
std::string_view architecture_of_name(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? std::string_view() : name.substr(colon + 1);
}

RpmPackage package_of(const std::vector<std::string_view>& fields) {
  RpmPackage package{std::string(fields[0]), std::string(fields[2]), std::string(fields[3]), {}};
  if (fields[1] != "0") package.version.insert(0, std::string(fields[1]) + ':');
  return package;
}

ProcessRequest query(std::vector<std::string> words) {
  ProcessRequest request;
  request.argv = {"rpm", "-q"};
  request.argv.insert(request.argv.end(), std::make_move_iterator(words.begin()), std::make_move_iterator(words.end()));
  request.changes_nothing = true;
  request.timeout = std::chrono::seconds(120);
  request.output_limit = kLongestOfRpm;
  return request;
}

// That a package is not there is an answer.
Result<std::string> answer(const ProcessRequest& request, System& system) {
  PLUMB_TRY_ASSIGN(const ProcessResult result, system.run(request));
  if (result.exit_code != 0 && result.errors.find("error: ") != std::string::npos)
    return fail(Code::kCannotObserve, "rpm cannot tell what is there: " + last_lines(result.errors, 3));
  return result.output;
}

}  // namespace

Result<bool> has_rpm_database(System& system) {
  for (const char* folder : kFolders) {
    for (const char* file : kDatabases) {
      PLUMB_TRY_ASSIGN(const bool there, is_there(std::string(folder) + '/' + file, system));
      if (there) return true;
    }
  }
  return false;
}

Result<bool> is_of_suse(System& system) {
  if (system.find_program("zypper").empty()) return false;
  return is_there("/etc/zypp/zypp.conf", system);
}

std::vector<std::string> rpm_locks() {
  std::vector<std::string> locks;
  for (const char* folder : kFolders) locks.push_back(std::string(folder) + "/.rpm.lock");
  return locks;
}

std::string name_with_architecture(std::string_view name, std::string_view architecture) {
  std::string full(name);
  if (is_second(architecture)) full.append(":").append(architecture);
  return full;
}

std::string rpm_argument(const std::string& name) {
  std::string argument = name;
  std::replace(argument.begin(), argument.end(), ':', '.');
  return argument;
}

Result<std::vector<RpmPackage>> ask_rpm(const std::set<std::string>& names, System& system) {
  std::vector<RpmPackage> packages;
  if (names.empty()) return packages;
  // Nor is its database read without them.
  if (system.is_image()) return Error(refused("programs of an image are not run, so what rpm has there is not known"));
  // Every package provides its own name.
  std::vector<std::string> words = {"--whatprovides", "--qf", std::string(kPackage) + "[%{PROVIDENAME} ]\\n", "--"};
  std::set<std::string> bases;
  for (const std::string& name : names) bases.emplace(base_of_name(name));
  words.insert(words.end(), bases.begin(), bases.end());
  PLUMB_TRY_ASSIGN(const std::string output, answer(query(std::move(words)), system));
  std::set<std::string> seen;
  for (std::string_view rest = output; !rest.empty();) {
    const std::string_view line = take_line(rest);
    const std::vector<std::string_view> fields = split(line, '\t');
    // Once for each name that it was asked about by.
    if (fields.size() < 4 || !seen.emplace(line).second) continue;
    packages.push_back(package_of(fields));
    if (fields.size() < 5) continue;
    for (const std::string_view one : split(fields[4], ' ')) packages.back().provides.emplace_back(one);
  }
  return packages;
}

Installed installed_of(const std::vector<RpmPackage>& packages, const std::set<std::string>& names) {
  Installed installed;
  for (const std::string& name : names) {
    const std::string_view wanted = architecture_of_name(name);
    PackageEntry& entry = installed.entries[name];
    entry.package = name;
    for (const RpmPackage& package : packages) {
      if (package.name == base_of_name(name)) {
        if (!wanted.empty() && wanted != package.architecture && package.architecture != "noarch") continue;
        const bool better = is_second(entry.architecture) && !is_second(package.architecture);
        const bool newer = is_second(entry.architecture) == is_second(package.architecture) &&
                           compare_rpm_versions(package.version, entry.version) > 0;
        if (entry.installed && !better && !newer) continue;
        entry.installed = true;
        entry.package = name_with_architecture(package.name, package.architecture);
        entry.architecture = package.architecture;
        entry.version = package.version;
      } else if (std::find(package.provides.begin(), package.provides.end(), name) != package.provides.end()) {
        installed.provided_by[name].push_back(package.name);
      }
    }
  }
  return installed;
}

ProcessRequest ask_rpm_file(const std::string& path) {
  // It would take another file for a list of packages.
  ProcessRequest request = query({"-p", "--nomanifest", "--qf", std::string(kPackage) + "\\n", "--", path});
  request.decided_by = {path};
  return request;
}

PackageFile parse_rpm_file(const ProcessResult& result) {
  PackageFile file;
  std::string_view rest = result.output;
  const std::vector<std::string_view> fields = split(take_line(rest), '\t');
  if (result.exit_code != 0 || fields.size() < 4) {
    file.trouble = last_lines(result.errors, 1);
    return file;
  }
  const RpmPackage package = package_of(fields);
  file.name = package.name;
  file.version = package.version;
  return file;
}

Result<PackageFile> look_at_rpm_file(const std::string& path, System& system) {
  if (!path.ends_with(".rpm")) return PackageFile{{}, {}, "its name does not end in .rpm"};
  PLUMB_TRY_ASSIGN(const ProcessResult result, system.run(ask_rpm_file(path)));
  return parse_rpm_file(result);
}

Diagnostic why_rpm_does_not_purge() {
  return refused("rpm keeps configuration that somebody changed, as a file with .rpmsave behind its name",
                 "say `state: absent`, and `file` with `state: absent` for what stays");
}

Result<std::optional<std::string>> rpm_installed_version(const std::string& package, System& system) {
  PLUMB_TRY_ASSIGN(const std::vector<RpmPackage> packages, ask_rpm({package}, system));
  const Installed installed = installed_of(packages, {package});
  const PackageEntry& entry = installed.entries.at(package);
  return entry.installed ? std::optional(entry.version) : std::nullopt;
}

Result<std::vector<std::string>> rpm_goes_with(const std::vector<std::string>& packages,
                                               const std::function<bool(const std::string& path)>& matters,
                                               System& system) {
  std::vector<std::string> words = {"--qf", "[%{FILEFLAGS:fflags} %{FILENAMES}\\n]", "--"};
  std::set<std::string> going;
  for (const std::string& package : packages) {
    words.push_back(rpm_argument(package));
    going.emplace(base_of_name(package));
  }
  PLUMB_TRY_ASSIGN(const std::string listed, answer(query(std::move(words)), system));
  std::set<std::string> paths;
  for (std::string_view rest = listed; !rest.empty();) {
    const std::string_view line = take_line(rest);
    const std::size_t slash = line.find(" /");
    // "cn": configuration, which stays under another name where somebody changed it. "g": only its name is there.
    if (slash == std::string_view::npos || line.substr(0, slash).find_first_of("cg") != std::string_view::npos)
      continue;
    std::string path(line.substr(slash + 1));
    if (matters(path)) paths.insert(std::move(path));
  }
  if (paths.empty()) return std::vector<std::string>();
  // What another package has too stays.
  words = {"-f", "--qf", "[%{=NAME} %{FILENAMES}\\n]", "--"};
  words.insert(words.end(), paths.begin(), paths.end());
  PLUMB_TRY_ASSIGN(const std::string owned, answer(query(std::move(words)), system));
  for (std::string_view rest = owned; !rest.empty();) {
    const std::string_view line = take_line(rest);
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos || going.contains(std::string(line.substr(0, space)))) continue;
    paths.erase(std::string(line.substr(space + 1)));
  }
  return std::vector<std::string>(paths.begin(), paths.end());
}

Result<std::shared_ptr<const Packaged>> rpm_packaged(System& system) {
  if (system.is_image()) return std::shared_ptr<const Packaged>();
  PLUMB_TRY_ASSIGN(const std::string listed,
                   answer(query({"-a", "--qf", "[%{FILEFLAGS:fflags}\\t%{FILEDIGESTS}\\t%{FILENAMES}\\n]"}), system));
  PLUMB_TRY_ASSIGN(const std::string scripts, answer(query({"-a", "--scripts"}), system));
  if (std::max(listed.size(), scripts.size()) >= kLongestOfRpm)
    return fail(Code::kCannotObserve, "rpm's database is larger than is read");
  auto all = std::make_shared<Packaged>();
  for (std::string_view rest = listed; !rest.empty();) {
    const std::vector<std::string_view> fields = split(take_line(rest), '\t');
    if (fields.size() < 3) continue;
    // A folder has no digest; of what is only named ("g") nobody knows what it is to hold.
    const bool known = !fields[1].empty() && fields[0].find('g') == std::string_view::npos;
    if (known && fields[0].find('c') != std::string_view::npos) {
      all->configuration.emplace(fields[2], fields[1]);
    } else {
      add_packaged_path(fields[2], *all);
    }
    if (known) all->contents.emplace(fields[1]);
  }
  add_script_words(scripts, *all);
  return std::shared_ptr<const Packaged>(std::move(all));
}

Result<std::vector<std::string>> rpm_names(System& system) {
  PLUMB_TRY_ASSIGN(const std::string listed, answer(query({"-a", "--qf", "%{NAME}\\t%{ARCH}\\n"}), system));
  std::set<std::string> names;
  for (std::string_view rest = listed; !rest.empty();) {
    const std::vector<std::string_view> fields = split(take_line(rest), '\t');
    if (fields.size() == 2 && fields[0] != "gpg-pubkey") names.insert(name_with_architecture(fields[0], fields[1]));
  }
  return std::vector<std::string>(names.begin(), names.end());
}

}  // namespace plumb::providers::package
