#include "engine/exec/facts.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include <sys/utsname.h>
#include <unistd.h>

#include "engine/base/host_text.h"
#include "engine/base/split.h"
#include "engine/exec/cloud_facts.h"
#include "engine/exec/disk_facts.h"
#include "engine/exec/network_facts.h"
#include "engine/exec/storage_facts.h"
#include "engine/exec/system/host.h"

namespace plumb::exec {
namespace {

std::string unquoted(std::string value) {
  if (value.size() >= 2 && (value[0] == '"' || value[0] == '\'') && value.back() == value[0]) {
    value = value.substr(1, value.size() - 2);
  }
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\' && i + 1 < value.size()) ++i;
    out += value[i];
  }
  return out;
}

std::string family_of(const std::string& id, const std::string& like) {
  std::vector<std::string> names = words(like);
  names.insert(names.begin(), id);
  for (const std::string& name : names) {
    if (name == "debian" || name == "ubuntu") return "debian";
    if (name == "rhel" || name == "fedora" || name == "centos" || name == "amzn" || name == "rocky") return "redhat";
    if (name == "suse" || name == "opensuse" || name == "sles" || name.starts_with("opensuse-")) return "suse";
    if (name == "arch" || name == "alpine" || name == "gentoo" || name == "void") return name;
  }
  return id;
}

// What os-release says. Without one, "linux".
Json os_release(const std::string& text) {
  std::map<std::string, std::string> values;
  for (const std::string& line : split(text, '\n')) {
    const std::size_t equals = line.find('=');
    if (equals != std::string::npos && !line.starts_with('#'))
      values[line.substr(0, equals)] = unquoted(line.substr(equals + 1));
  }
  const std::string id = values.contains("ID") ? values["ID"] : "linux";
  return {{"id", id},
          {"family", family_of(id, values["ID_LIKE"])},
          {"name", values["NAME"]},
          {"version", values["VERSION_ID"]},
          {"codename", values["VERSION_CODENAME"]},
          {"like", words(values["ID_LIKE"])}};
}

std::string architecture(const std::string& machine) {
  static constexpr std::array<std::array<const char*, 2>, 5> kNames = {
      {{"x86_64", "amd64"}, {"aarch64", "arm64"}, {"armv7l", "armhf"}, {"i686", "i386"}, {"ppc64le", "ppc64el"}}};
  for (const auto& [kernel, name] : kNames) {
    if (machine == kernel) return name;
  }
  return machine;
}

// The name in /etc/hosts that begins with the host's own and a dot.
std::string full_name(const RootFiles& files, const std::string& host) {
  if (host.find('.') != std::string::npos) return host;
  for (const std::string& line : split(read_small(files, "/etc/hosts"), '\n')) {
    const std::vector<std::string> names = words(line.substr(0, line.find('#')));
    for (std::size_t i = 1; i < names.size(); ++i) {
      if (names[i].starts_with(host + ".")) return names[i];
    }
  }
  return host;
}

// The number that a version begins with: 12 of "12.5"; 0 of one that begins with none.
std::int64_t major_of(const std::string& version) {
  std::int64_t number = 0;
  std::from_chars(version.data(), version.data() + version.size(), number);
  return number;
}

// Where the link /etc/localtime leads, below the folder of zones; else what Debian keeps beside it.
std::string time_zone(const RootFiles& files) {
  constexpr std::string_view kZones = "/zoneinfo/";
  const std::string target = files.read_link("/etc/localtime");
  if (const std::size_t at = target.rfind(kZones); at != std::string::npos) return target.substr(at + kZones.size());
  const std::vector<std::string> named = words(read_small(files, "/etc/timezone"));
  return named.empty() ? "UTC" : named.front();
}

// Of accounts that stand in /etc/passwd, as long as they are not beyond number.
Json homes(const RootFiles& files) {
  constexpr std::size_t kMostAccounts = 4096;
  Json all = Json::object();
  for (const std::string& line : split(read_small(files, "/etc/passwd", std::size_t{4} << 20), '\n')) {
    const std::vector<std::string> parts = split(line, ':');
    if (parts.size() < 6 || parts[0].empty() || all.contains(text_of_bytes(parts[0]))) continue;
    if (all.size() == kMostAccounts) break;
    all[text_of_bytes(parts[0])] = text_of_bytes(parts[5]);
  }
  return all;
}

// What programs speak where nobody asks for another language.
std::string system_locale(const RootFiles& files) {
  for (const char* file : {"/etc/locale.conf", "/etc/default/locale"}) {
    for (const std::string& line : split(read_small(files, file), '\n')) {
      if (line.starts_with("LANG=")) return unquoted(line.substr(5));
    }
  }
  return "C";
}

}  // namespace

Json gather_facts(LocalSystem& system, const Managers& managers) {
  const RootFiles& files = system.files();
  const bool image = files.is_image();
  std::string release = read_small(files, "/etc/os-release");
  if (release.empty()) release = read_small(files, "/usr/lib/os-release");
  utsname kernel{};
  ::uname(&kernel);
  std::string host = read_small(files, "/etc/hostname");
  host.resize(std::min(host.find('\n'), host.size()));
  if (host.empty() && !image) host = kernel.nodename;
  const auto account = system.user_by_id(::geteuid());
  Json facts = host_facts(files);
  if (!release.empty() || !facts.contains("os")) facts["os"] = os_release(release);
  facts["os"]["version_major"] = major_of(facts["os"].value("version", std::string()));
  facts.update({{"kernel", {{"name", kernel.sysname}, {"release", kernel.release}, {"machine", kernel.machine}}},
                {"arch", architecture(kernel.machine)},
                {"hostname", host.substr(0, host.find('.'))},
                {"fqdn", full_name(files, host)},
                {"cpu", {{"count", static_cast<std::int64_t>(::sysconf(_SC_NPROCESSORS_ONLN))}}},
                {"user",
                 {{"name", account ? account->name : std::to_string(::geteuid())},
                  {"uid", static_cast<std::int64_t>(::geteuid())},
                  {"gid", static_cast<std::int64_t>(::getegid())},
                  {"home", account ? account->home : ""}}},
                {"timezone", time_zone(files)},
                {"locale", system_locale(files)},
                {"image", image}});
  facts.update(managers.facts(system));
  return facts;
}

std::optional<Json> gather_fact(const LocalSystem& system, std::string_view name) {
  using Gather = Json (*)(const RootFiles& files);
  struct Row {
    std::string_view name;
    Gather gather;
  };
  static constexpr std::array<Row, 8> kRows = {{{"ip", addresses},
                                                {"cloud", cloud},
                                                {"network", network},
                                                {"dns", name_servers},
                                                {"mounts", mounts},
                                                {"swap", swap_space},
                                                {"disks", disks},
                                                {"homes", homes}}};
  for (const Row& row : kRows) {
    if (row.name == name) return row.gather(system.files());
  }
  return std::nullopt;
}

}  // namespace plumb::exec
