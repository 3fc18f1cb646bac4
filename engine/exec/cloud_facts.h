// Which cloud a host is a machine of, by what it holds of that itself. Nothing is asked over the network.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "engine/base/json.h"
#include "engine/exec/root_files.h"

namespace plumb::exec {

// {provider, instance_id, region, zone}: "none" and "" where nothing is told. An image is in none.
Json cloud(const RootFiles& files);

// `document`: what cloud-init left in /run; "" for nothing. `firmware` gives a line of /sys/class/dmi/id by its name.
Json cloud_by(std::string_view document, const std::function<std::string(const std::string& entry)>& firmware);

}  // namespace plumb::exec
