#include "engine/exec/facts.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <set>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/statfs.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace plumb::exec {
namespace {

bool exists(const RootFiles& files, const std::string& path) {
  struct stat info {};
  return files.stat(path, true, info) == 0;
}

std::string first_line(const RootFiles& files, const std::string& path) {
  const std::string text = read_small(files, path, std::size_t{1} << 16);
  return text.substr(0, text.find('\n'));
}

std::vector<std::string> words(const std::string& text) {
  std::vector<std::string> out;
  for (const std::string& line : split(text, ' ')) {
    for (std::string& word : split(line, '\t')) {
      if (!word.empty()) out.push_back(std::move(word));
    }
  }
  return out;
}

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

std::string init_system(const RootFiles& files, bool image) {
  if (exists(files, image ? "/lib/systemd/systemd" : "/run/systemd/system")) return "systemd";
  if (image && exists(files, "/usr/lib/systemd/systemd")) return "systemd";
  if (exists(files, image ? "/sbin/openrc-run" : "/run/openrc")) return "openrc";
  if (exists(files, "/run/runit") || (image && exists(files, "/sbin/runit-init"))) return "runit";
  return exists(files, "/etc/inittab") ? "sysvinit" : "unknown";
}

// By the database that the system is installed with: another tool's program in the path fools nobody.
std::string package_manager(const RootFiles& files) {
  if (exists(files, "/var/lib/dpkg/status")) return "apt";
  if (exists(files, "/usr/bin/zypper")) return "zypper";
  if (exists(files, "/usr/bin/dnf") || exists(files, "/usr/bin/dnf5")) return "dnf";
  if (exists(files, "/usr/bin/yum")) return "yum";
  if (exists(files, "/lib/apk/db/installed")) return "apk";
  if (exists(files, "/var/lib/pacman/local")) return "pacman";
  return "unknown";
}

std::string container(const RootFiles& files) {
  // systemd writes it for every container that says what it is.
  std::string told = first_line(files, "/run/systemd/container");
  if (!told.empty()) return told;
  if (exists(files, "/run/.containerenv")) return "podman";
  if (exists(files, "/.dockerenv")) return "docker";
  const std::string environment = read_small(files, "/proc/1/environ", std::size_t{1} << 16);
  for (const std::string& entry : split(environment, '\0')) {
    if (entry.starts_with("container=")) return entry.substr(std::strlen("container="));
  }
  return "none";
}

std::string virtualization(const RootFiles& files) {
  const std::string product =
      first_line(files, "/sys/class/dmi/id/sys_vendor") + " " + first_line(files, "/sys/class/dmi/id/product_name");
  static constexpr std::array<std::array<const char*, 2>, 8> kVendors = {{{"QEMU", "kvm"},
                                                                          {"KVM", "kvm"},
                                                                          {"VMware", "vmware"},
                                                                          {"VirtualBox", "virtualbox"},
                                                                          {"Xen", "xen"},
                                                                          {"Microsoft Corporation Virtual", "hyperv"},
                                                                          {"Amazon EC2", "amazon"},
                                                                          {"Google Compute", "google"}}};
  for (const auto& [mark, name] : kVendors) {
    if (product.find(mark) != std::string::npos) return name;
  }
  const std::string processor = read_small(files, "/proc/cpuinfo", std::size_t{1} << 16);
  return processor.find(" hypervisor") != std::string::npos ? "other" : "none";
}

std::int64_t memory_bytes(const RootFiles& files) {
  for (const std::string& line : split(read_small(files, "/proc/meminfo"), '\n')) {
    if (!line.starts_with("MemTotal:")) continue;
    const std::vector<std::string> parts = words(line);
    const auto kilobytes = parts.size() > 1 ? parse_id(parts[1]) : std::nullopt;
    if (kilobytes) return std::int64_t{*kilobytes} * 1024;
  }
  return 0;
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

std::string selinux(const RootFiles& files, bool image) {
  if (image) return exists(files, "/etc/selinux/config") ? "configured" : "disabled";
  const std::string enforce = first_line(files, "/sys/fs/selinux/enforce");
  return enforce == "1" ? "enforcing" : enforce == "0" ? "permissive" : "disabled";
}

}  // namespace

Json parse_os_release(const std::string& text) {
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

Json gather_facts(LocalSystem& system) {
  const RootFiles& files = system.files();
  const bool image = files.is_image();
  std::string release = read_small(files, "/etc/os-release");
  if (release.empty()) release = read_small(files, "/usr/lib/os-release");
  utsname kernel{};
  ::uname(&kernel);
  std::string host = first_line(files, "/etc/hostname");
  if (host.empty() && !image) host = kernel.nodename;
  const auto account = system.user_by_id(::geteuid());
  Json facts = {{"os", parse_os_release(release)},
                {"kernel", {{"name", kernel.sysname}, {"release", kernel.release}, {"machine", kernel.machine}}},
                {"arch", architecture(kernel.machine)},
                {"hostname", host.substr(0, host.find('.'))},
                {"fqdn", full_name(files, host)},
                {"init", init_system(files, image)},
                {"package_manager", package_manager(files)},
                {"selinux", selinux(files, image)},
                {"container", image ? "none" : container(files)},
                {"virtualization", image ? "none" : virtualization(files)},
                {"cpu", {{"count", static_cast<std::int64_t>(::sysconf(_SC_NPROCESSORS_ONLN))}}},
                {"memory", {{"bytes", image ? 0 : memory_bytes(files)}}},
                {"user",
                 {{"name", account ? account->name : std::to_string(::geteuid())},
                  {"uid", static_cast<std::int64_t>(::geteuid())}}},
                {"image", image}};
  facts["ip"] = image ? Json{{"ipv4", Json::array()}, {"ipv6", Json::array()}} : addresses();
  return facts;
}

}  // namespace plumb::exec
