// Facts of Ansible's, and where what they say is found here.
#include <algorithm>
#include <array>
#include <utility>

#include "engine/base/ascii.h"
#include "engine/import/names.h"

namespace plumb::imports {
namespace {

struct Fact {
  std::string_view theirs;  // without `ansible_`; parts are joined by dots
  std::string_view ours;
  Type type;
  int rank;
  Type item = Type::kAny;
};

constexpr std::string_view kDomain =
    "facts.fqdn.contains('.') ? facts.fqdn.substring(facts.fqdn.indexOf('.') + 1) : ''";

constexpr Fact kFacts[] = {
    {"all_ipv4_addresses", "facts.ip.ipv4", Type::kList, 0, Type::kText},
    {"all_ipv6_addresses", "facts.ip.ipv6", Type::kList, 0, Type::kText},
    {"architecture", "facts.kernel.machine", Type::kText, 0},
    {"check_mode", "false", Type::kBool, 0},
    {"connection", "'ssh'", Type::kText, 0},
    {"default_ipv4.address", "facts.network.address", Type::kText, 0},
    {"default_ipv4.gateway", "facts.network.gateway", Type::kText, 0},
    {"default_ipv4.interface", "facts.network.interface", Type::kText, 0},
    {"default_ipv4.alias", "facts.network.interface", Type::kText, 0},
    {"default_ipv6.address", "facts.ip.ipv6.first().orValue('')", Type::kText, 0},
    {"distribution_major_version", "facts.os.version.split('.')[0]", Type::kText, 0},
    {"distribution_release", "facts.os.codename", Type::kText, 0},
    {"distribution_version", "facts.os.version", Type::kText, 0},
    {"domain", kDomain, Type::kText, rank::kConditional},
    {"env.HOME", "facts.user.home", Type::kText, 0},
    {"env.USER", "facts.user.name", Type::kText, 0},
    {"fqdn", "facts.fqdn", Type::kText, 0},
    {"host", "host.address", Type::kText, 0},
    {"hostname", "facts.hostname", Type::kText, 0},
    {"kernel", "facts.kernel.release", Type::kText, 0},
    {"lsb.codename", "facts.os.codename", Type::kText, 0},
    {"lsb.release", "facts.os.version", Type::kText, 0},
    {"machine", "facts.kernel.machine", Type::kText, 0},
    {"managed", "managedNote()", Type::kText, 0},
    {"memtotal_mb", "facts.memory.bytes / 1048576", Type::kInt, rank::kProduct},
    {"memory_mb.real.total", "facts.memory.bytes / 1048576", Type::kInt, rank::kProduct},
    {"memory_mb.swap.total", "facts.swap.bytes / 1048576", Type::kInt, rank::kProduct},
    {"mounts", "facts.mounts.map(m, {'mount': m.path, 'device': m.device, 'fstype': m.type, 'size_total': m.bytes})",
     Type::kList, 0},
    {"nodename", "facts.hostname", Type::kText, 0},
    {"pkg_mgr", "facts.package_manager", Type::kText, 0},
    {"processor_nproc", "facts.cpu.count", Type::kInt, 0},
    {"processor_vcpus", "facts.cpu.count", Type::kInt, 0},
    {"selinux.mode", "facts.selinux", Type::kText, 0},
    {"selinux.status", "facts.selinux == 'disabled' ? 'disabled' : 'enabled'", Type::kText, rank::kConditional},
    {"selinux", "facts.selinux != 'disabled'", Type::kBool, rank::kRelation},
    {"service_mgr", "facts.init", Type::kText, 0},
    {"swaptotal_mb", "facts.swap.bytes / 1048576", Type::kInt, rank::kProduct},
    {"system", "facts.kernel.name", Type::kText, 0},
    {"user_dir", "facts.user.home", Type::kText, 0},
    {"user_gid", "facts.user.gid", Type::kInt, 0},
    {"user_id", "facts.user.name", Type::kText, 0},
    {"user_uid", "facts.user.uid", Type::kInt, 0},
    {"version.full", "'2.18.0'", Type::kText, 0},
    {"version.string", "'2.18.0'", Type::kText, 0},
    {"version.major", "2", Type::kInt, 0},
    {"version.minor", "18", Type::kInt, 0},
    {"version.revision", "0", Type::kInt, 0},
    {"userspace_architecture", "facts.kernel.machine", Type::kText, 0},
    {"virtualization_role", "facts.container == 'none' && facts.virtualization == 'none' ? 'host' : 'guest'",
     Type::kText, rank::kConditional},
    {"virtualization_type", "facts.container != 'none' ? facts.container : facts.virtualization", Type::kText,
     rank::kConditional},
};

struct Renamed {
  std::string_view theirs;
  std::string_view ours;
};

constexpr Renamed kFamilies[] = {
    {"Alpine", "alpine"}, {"Archlinux", "arch"}, {"Darwin", "macos"}, {"Debian", "debian"}, {"Gentoo", "gentoo"},
    {"RedHat", "redhat"}, {"SUSE", "suse"},      {"Suse", "suse"},    {"Void", "void"},
};
constexpr Renamed kDistributions[] = {
    {"AlmaLinux", "almalinux"},
    {"Alpine", "alpine"},
    {"Amazon", "amzn"},
    {"Archlinux", "arch"},
    {"CentOS", "centos"},
    {"Debian", "debian"},
    {"Fedora", "fedora"},
    {"Gentoo", "gentoo"},
    {"Kali", "kali"},
    {"Linux Mint", "linuxmint"},
    {"MacOSX", "macos"},
    {"OracleLinux", "ol"},
    {"Pop!_OS", "pop"},
    {"Raspbian", "raspbian"},
    {"RedHat", "rhel"},
    {"Rocky", "rocky"},
    {"SLED", "sled"},
    {"SLES", "sles"},
    {"Ubuntu", "ubuntu"},
    {"openSUSE Leap", "opensuse-leap"},
    {"openSUSE Tumbleweed", "opensuse-tumbleweed"},
};

template <std::size_t N>
std::string renamed(const Renamed (&table)[N], const std::string& theirs) {
  for (const Renamed& one : table) {
    if (lowered(one.theirs) == lowered(theirs)) return std::string(one.ours);
  }
  return lowered(theirs);
}

template <std::size_t N>
std::string map_of(const Renamed (&table)[N], const std::string& fact) {
  std::string out;
  std::string seen = ",";
  for (const Renamed& one : table) {
    const std::string ours(one.ours);
    if (seen.find("," + ours + ",") != std::string::npos) continue;
    seen += ours + ",";
    out += (out.empty() ? "" : ", ") + cel_text(ours) + ": " + cel_text(one.theirs);
  }
  return "{" + out + "}[?" + fact + "].orValue(" + fact + ")";
}

}  // namespace

std::string fact_expression(const std::string& fact) {
  if (fact == "os_family" || fact == "distribution_file_variety") return "facts.os.family";
  if (fact == "distribution") return "facts.os.id";
  std::size_t used = 0;
  const std::optional<Cel> found = fact_of({fact}, used);
  return found ? found->text : "";
}

std::optional<std::string> fact_value(const std::string& fact, const std::string& theirs) {
  if (fact == "os_family" || fact == "distribution_file_variety") return renamed(kFamilies, theirs);
  if (fact == "distribution") return renamed(kDistributions, theirs);
  return std::nullopt;
}

bool fact_may_be(const std::string& fact, const std::string& theirs) {
  const auto known = [&](const auto& table) {
    return std::any_of(std::begin(table), std::end(table),
                       [&](const Renamed& one) { return lowered(one.theirs) == lowered(theirs); });
  };
  if (fact == "os_family" || fact == "distribution_file_variety") return known(kFamilies);
  if (fact == "distribution_major_version" || fact == "distribution_version")
    return !theirs.empty() && theirs.find_first_not_of("0123456789.") == std::string::npos;
  return true;
}

std::string family_of(const std::string& id) {
  static constexpr std::pair<std::string_view, std::string_view> kOf[] = {
      {"almalinux", "redhat"}, {"amzn", "redhat"},        {"centos", "redhat"},
      {"fedora", "redhat"},    {"kali", "debian"},        {"linuxmint", "debian"},
      {"ol", "redhat"},        {"opensuse-leap", "suse"}, {"opensuse-tumbleweed", "suse"},
      {"pop", "debian"},       {"raspbian", "debian"},    {"rhel", "redhat"},
      {"rocky", "redhat"},     {"sled", "suse"},          {"sles", "suse"},
      {"ubuntu", "debian"}};
  for (const auto& [own, family] : kOf) {
    if (own == id) return std::string(family);
  }
  return "";
}

std::optional<Cel> fact_of(const std::vector<std::string>& parts, std::size_t& used) {
  if (parts.empty()) return std::nullopt;
  used = 1;
  if (parts[0] == "os_family" || parts[0] == "distribution_file_variety")
    return Cel{map_of(kFamilies, "facts.os.family"), Type::kText, Type::kAny, 0, "", ""};
  if (parts[0] == "distribution") return Cel{map_of(kDistributions, "facts.os.id"), Type::kText, Type::kAny, 0, "", ""};
  for (const std::size_t size : {std::size_t{3}, std::size_t{2}, std::size_t{1}}) {
    if (parts.size() < size) continue;
    std::string name = parts[0];
    for (std::size_t part = 1; part < size; ++part) name += "." + parts[part];
    for (const Fact& fact : kFacts) {
      if (fact.theirs != name) continue;
      used = size;
      return Cel{std::string(fact.ours), fact.type, fact.item, fact.rank, "", ""};
    }
  }
  return std::nullopt;
}

std::string fact_named(const Expr& expr) {
  const std::vector<std::string> chain = chain_of(expr);
  if (chain.size() == 2 && chain[0] == "ansible_facts")
    return chain[1].starts_with("ansible_") ? chain[1].substr(8) : chain[1];
  if (chain.size() == 1 && chain[0].starts_with("ansible_")) return chain[0].substr(8);
  return "";
}

}  // namespace plumb::imports
