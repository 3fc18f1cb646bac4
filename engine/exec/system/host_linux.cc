#include <array>
#include <cstring>

#include "engine/base/split.h"
#include "engine/exec/system/host.h"

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

std::string container(const RootFiles& files) {
  // The container's own service manager writes it there, where whatever started it says what it is.
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

std::string selinux(const RootFiles& files, bool image) {
  if (image) return exists(files, "/etc/selinux/config") ? "configured" : "disabled";
  const std::string enforce = first_line(files, "/sys/fs/selinux/enforce");
  return enforce == "1" ? "enforcing" : enforce == "0" ? "permissive" : "disabled";
}

}  // namespace

Json host_facts(const RootFiles& files) {
  const bool image = files.is_image();
  return {{"selinux", selinux(files, image)},
          {"container", image ? "none" : container(files)},
          {"virtualization", image ? "none" : virtualization(files)},
          {"memory", {{"bytes", image ? 0 : memory_bytes(files)}}}};
}

// The executor is one static file, so the C library's own look-ups are not at hand.
std::string ask_name_service(LocalSystem& system, const std::string& database, const std::string& key) {
  if (system.find_program("getent").empty()) return {};
  ProcessRequest request;
  request.argv = {"getent", database, key};
  request.timeout = std::chrono::seconds(10);
  const Result<ProcessResult> answer = system.run(request);
  return answer && answer->exit_code == 0 ? answer->output.substr(0, answer->output.find('\n')) : std::string();
}

}  // namespace plumb::exec
