#include "engine/exec/facts.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <set>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/utsname.h>
#include <unistd.h>

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

// Addresses that last: not of loopback, not of one link alone.
Json addresses() {
  std::set<std::string> v4, v6;
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return {{"ipv4", Json::array()}, {"ipv6", Json::array()}};
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(list, ::freeifaddrs);
  for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || (one->ifa_flags & IFF_LOOPBACK) != 0) continue;
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (one->ifa_addr->sa_family == AF_INET) {
      const auto* in = reinterpret_cast<const sockaddr_in*>(one->ifa_addr);
      const bool link_local = (ntohl(in->sin_addr.s_addr) >> 16) == 0xa9fe;
      if (!link_local && ::inet_ntop(AF_INET, &in->sin_addr, text.data(), text.size()) != nullptr)
        v4.insert(text.data());
    } else if (one->ifa_addr->sa_family == AF_INET6) {
      const auto* in = reinterpret_cast<const sockaddr_in6*>(one->ifa_addr);
      if (IN6_IS_ADDR_LINKLOCAL(&in->sin6_addr)) continue;
      if (::inet_ntop(AF_INET6, &in->sin6_addr, text.data(), text.size()) != nullptr) v6.insert(text.data());
    }
  }
  return {{"ipv4", v4}, {"ipv6", v6}};
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
  facts.update({{"kernel", {{"name", kernel.sysname}, {"release", kernel.release}, {"machine", kernel.machine}}},
                {"arch", architecture(kernel.machine)},
                {"hostname", host.substr(0, host.find('.'))},
                {"fqdn", full_name(files, host)},
                {"cpu", {{"count", static_cast<std::int64_t>(::sysconf(_SC_NPROCESSORS_ONLN))}}},
                {"user",
                 {{"name", account ? account->name : std::to_string(::geteuid())},
                  {"uid", static_cast<std::int64_t>(::geteuid())}}},
                {"image", image}});
  facts.update(managers.facts(system));
  facts["ip"] = image ? Json{{"ipv4", Json::array()}, {"ipv6", Json::array()}} : addresses();
  return facts;
}

}  // namespace plumb::exec
