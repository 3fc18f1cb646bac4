#include "engine/exec/cloud_facts.h"

#include <array>

#include "engine/base/host_text.h"
#include "engine/base/json_member.h"
#include "engine/base/split.h"
#include "engine/exec/accounts.h"

namespace plumb::exec {
namespace {

constexpr const char* kDocument = "/run/cloud-init/instance-data.json";
constexpr std::size_t kLongestDocument = std::size_t{1} << 20;

// How a cloud shows itself in the firmware of its machines, and which line of that holds a machine's own name; "" where
// none does.
struct Mark {
  const char* entry;
  std::string_view begins;
  const char* provider;
  const char* instance;
};
constexpr std::array<Mark, 14> kMarks = {{{"sys_vendor", "Amazon EC2", "aws", "board_asset_tag"},
                                          {"product_name", "Google Compute Engine", "gce", ""},
                                          {"chassis_asset_tag", "7783-7084-3265-9085-8269-3286-77", "azure", ""},
                                          {"sys_vendor", "DigitalOcean", "digitalocean", "product_serial"},
                                          {"sys_vendor", "Hetzner", "hetzner", "product_serial"},
                                          {"sys_vendor", "Vultr", "vultr", "product_serial"},
                                          {"sys_vendor", "Scaleway", "scaleway", ""},
                                          {"sys_vendor", "UpCloud", "upcloud", ""},
                                          {"sys_vendor", "Akamai", "akamai", ""},
                                          {"sys_vendor", "Linode", "akamai", ""},
                                          {"chassis_asset_tag", "OracleCloud.com", "oracle", ""},
                                          {"product_name", "Alibaba Cloud ECS", "aliyun", ""},
                                          {"product_name", "Exoscale", "exoscale", ""},
                                          {"product_name", "OpenStack", "openstack", ""}}};

Json told(std::string provider, std::string instance, std::string region, std::string zone) {
  return {{"provider", std::move(provider)},
          {"instance_id", std::move(instance)},
          {"region", std::move(region)},
          {"zone", std::move(zone)}};
}

// cloud-init's words for machines that no cloud made.
bool is_of_a_cloud(const std::string& name) {
  return !name.empty() && name != "none" && name != "nocloud" && name != "configdrive" && name != "unknown";
}

std::string line_of_firmware(const RootFiles& files, const std::string& entry) {
  const std::vector<std::string> lines = split(read_small(files, "/sys/class/dmi/id/" + entry, 4096), '\n');
  return lines.empty() ? std::string() : text_of_bytes(lines.front());
}

}  // namespace

Json cloud_by(std::string_view document, const std::function<std::string(const std::string& entry)>& firmware) {
  const Json whole = parse_json(document, Code::kCannotObserve).value_or(Json());
  const Json& known = member_of(whole, "v1");
  if (std::string name = text_of(known, "cloud_name"); is_of_a_cloud(name)) {
    return told(std::move(name), text_of(known, "instance_id"), text_of(known, "region"),
                text_of(known, "availability_zone"));
  }
  for (const Mark& mark : kMarks) {
    if (!firmware(mark.entry).starts_with(mark.begins)) continue;
    std::string instance = *mark.instance == '\0' ? std::string() : firmware(mark.instance);
    // "Not Specified"
    if (instance.find(' ') != std::string::npos) instance.clear();
    return told(mark.provider, std::move(instance), "", "");
  }
  return told("none", "", "", "");
}

Json cloud(const RootFiles& files) {
  if (files.is_image()) return told("none", "", "", "");
  return cloud_by(read_small(files, kDocument, kLongestDocument),
                  [&files](const std::string& entry) { return line_of_firmware(files, entry); });
}

}  // namespace plumb::exec
