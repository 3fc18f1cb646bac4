// Facts of Ansible's that only a reading of the host tells: machines, accounts, packages, services.
#include <algorithm>

#include "engine/import/translate_text.h"
#include "engine/import/unit.h"

namespace plumb::imports {
namespace {

std::string unit_word(std::string text) {
  for (const char* end : {".service"}) {
    if (text.ends_with(end)) text = text.substr(0, text.size() - std::string(end).size());
  }
  return text;
}

}  // namespace

std::optional<Cel> Unit::asked_fact(const std::string& name) {
  struct Asked {
    std::string_view theirs;
    std::string_view file;     // or
    std::string_view command;  // of sh
    Type type;
    std::string_view match = "";
  };
  // As Ansible's own module looks.
  static constexpr Asked kAsked[] = {
      {"processor_count", "",
       "n=$(grep '^physical id' /proc/cpuinfo | sort -u | wc -l); test $n -gt 0 || n=$(nproc --all); echo $n",
       Type::kInt},
      {"processor_cores", "", "n=$(grep -m1 '^cpu cores' /proc/cpuinfo | tr -dc 0-9); echo ${n:-1}", Type::kInt},
      {"system_vendor", "/sys/class/dmi/id/sys_vendor", "", Type::kText},
      {"product_name", "/sys/class/dmi/id/product_name", "", Type::kText},
      {"product_version", "/sys/class/dmi/id/product_version", "", Type::kText},
      {"bios_version", "/sys/class/dmi/id/bios_version", "", Type::kText},
      {"machine_id", "/etc/machine-id", "", Type::kText},
      {"python_version", "", "python3 -c 'import platform; print(platform.python_version())'", Type::kText},
      {"python.executable", "", "command -v python3", Type::kText},
      {"python_interpreter", "", "command -v python3", Type::kText},
      {"systemd.version", "", "systemctl --version", Type::kInt, "^systemd ([0-9]+)"},
      {"kernel_version", "", "uname -v", Type::kText},
      {"user_shell", "", "getent passwd \"$(id -un)\" | cut -d: -f7", Type::kText},
      {"flags", "", "grep -m1 -E '^(flags|Features)' /proc/cpuinfo | cut -d: -f2 | tr ' ' '\\n' | grep .", Type::kList},
      {"apparmor.status", "", "test -d /sys/kernel/security/apparmor && echo enabled || echo disabled", Type::kText},
      {"date_time.date", "", "date +%Y-%m-%d", Type::kText},
      {"date_time.year", "", "date +%Y", Type::kText},
      {"date_time.month", "", "date +%m", Type::kText},
      {"date_time.day", "", "date +%d", Type::kText},
      {"date_time.hour", "", "date +%H", Type::kText},
      {"date_time.minute", "", "date +%M", Type::kText},
      {"date_time.second", "", "date +%S", Type::kText},
      {"date_time.time", "", "date +%H:%M:%S", Type::kText},
      {"date_time.weekday", "", "date +%A", Type::kText},
      {"date_time.tz", "", "date +%Z", Type::kText},
      {"date_time.tz_offset", "", "date +%z", Type::kText},
      {"date_time.epoch", "", "date +%s", Type::kText},
      {"date_time.iso8601_basic_short", "", "date +%Y%m%dT%H%M%S", Type::kText},
      {"interfaces", "", "ls /sys/class/net", Type::kList},
      {"userspace_bits", "", "getconf LONG_BIT", Type::kText},
      {"lsb.id", "", "lsb_release -is", Type::kText},
      {"lsb.description", "", "lsb_release -ds | tr -d '\"'", Type::kText},
      {"lsb.major_release", "", "lsb_release -rs | cut -d. -f1", Type::kText},
      {"processor", "", "awk -F'\\t*: ' '/^(processor|vendor_id|model name)/ {print $2}' /proc/cpuinfo", Type::kList},
      {"discovered_interpreter_python", "", "command -v python3", Type::kText},
      {"default_ipv4.macaddress", "",
       "cat \"/sys/class/net/$(ip -4 route show default | sed -n '1s/.* dev \\([^ ]*\\).*/\\1/p')/address\"",
       Type::kText},
      {"default_ipv4.mtu", "",
       "cat \"/sys/class/net/$(ip -4 route show default | sed -n '1s/.* dev \\([^ ]*\\).*/\\1/p')/mtu\"", Type::kInt},
      {"default_ipv6.interface", "", "ip -6 route show default | sed -n '1s/.* dev \\([^ ]*\\).*/\\1/p'", Type::kText},
      {"default_ipv6.gateway", "", "ip -6 route show default | sed -n '1s/.* via \\([^ ]*\\).*/\\1/p'", Type::kText},
      {"date_time.iso8601", "", "date -u +%Y-%m-%dT%H:%M:%SZ", Type::kText},
  };
  if (name == "distribution_version") {
    // Of Debian it is that of the point release, where lsb_release is there to tell.
    const Cel point =
        reading("lsb_release",
                {{"command", Written::of_texts({"lsb_release", "-rs"})}, {"match", Written::of_text("^[0-9][0-9.]*")}},
                Type::kText);
    return Cel{"facts.os.id == 'debian' && " + point.text + " != '' ? " + point.text + " : facts.os.version",
               Type::kText,
               Type::kAny,
               rank::kConditional,
               "",
               ""};
  }
  if (name.starts_with("env.") && name != "env.HOME" && name != "env.USER") {
    // Of the session in which plumb looks.
    const std::string variable = name.substr(4);
    Cel found =
        reading(safe_name("env_" + variable), {{"command", Written::of_texts({"printenv", variable})}}, Type::kText);
    found.present = found.text + " != ''";
    return found;
  }
  const auto* asked =
      std::find_if(std::begin(kAsked), std::end(kAsked), [&](const Asked& one) { return one.theirs == name; });
  if (asked == std::end(kAsked)) return std::nullopt;
  WrittenMap source;
  if (!asked->file.empty()) source.emplace_back("file", Written::of_text(std::string(asked->file)));
  if (!asked->command.empty()) source.emplace_back("command", Written::of_text(escaped(asked->command)));
  if (!asked->match.empty()) source.emplace_back("match", Written::of_text(std::string(asked->match)));
  return reading(safe_name(name), std::move(source), asked->type);
}

// Of the Python that lies on the host.
Cel Unit::python_version(const std::string& part) {
  const std::string own = part == "major" ? "^([0-9]+)" : part == "minor" ? "^[0-9]+[.]([0-9]+)" : "[.]([0-9]+)$";
  const Cel found = reading(
      "python_version",
      {{"command",
        Written::of_texts({"python3", "-c", "import sys; print('.'.join(str(n) for n in sys.version_info[:3]))"})}},
      Type::kText);
  return made("int(regex.extract(" + found.text + ", '" + own + "').orValue('0'))", Type::kInt);
}

// `getent_passwd` and its like: lists of fields, by name.
Cel Unit::known_accounts(const std::string& database) {
  static constexpr std::string_view kKnown[] = {"passwd", "group", "shadow", "gshadow"};
  if (std::find(std::begin(kKnown), std::end(kKnown), database) == std::end(kKnown))
    throw Untranslatable{"the fact `ansible_facts.getent_" + database + "`"};
  const Cel lines = reading("getent_" + database, {{"command", Written::of_texts({"getent", database})}}, Type::kList);
  return made(lines.text + ".map(l, l.split(':')).transformMapEntry(i, f, {f[0]: f.slice(1, size(f))})", Type::kMap);
}

// `packages['x']`, `services['x.service']`: a reading for each that is asked about.
Cel Unit::known_packages(const std::vector<std::string>& parts, std::size_t& used) {
  if (parts.size() < 2) throw Untranslatable{"all that `" + parts[0] + "` holds"};
  const bool package = parts[0] == "packages";
  const std::string key = safe_name((package ? "package_" : "unit_") + unit_word(parts[1]));
  used = 2;
  if (package) {
    const Cel found = reading(key, {{"package", Written::of_text(parts[1])}}, Type::kText);
    for (const char* last : {"0", "version"}) {
      if (parts.size() > used && parts[used] == last) ++used;
    }
    Cel result = found;
    result.present = found.text + " != ''";
    return result;
  }
  Cel result = reading(key, {{"unit", Written::of_text(unit_word(parts[1]))}}, Type::kMap);
  const std::string base = result.text;
  if (parts.size() > 2) {
    used = 3;
    if (parts[2] == "state") {
      result = made(base + ".state", Type::kText);
    } else if (parts[2] == "status") {
      result = {base + ".masked ? 'masked' : " + base + ".enabled ? 'enabled' : 'disabled'",
                Type::kText,
                Type::kAny,
                rank::kConditional,
                "",
                ""};
    }
  }
  result.present = base + ".exists";
  return result;
}

}  // namespace plumb::imports
