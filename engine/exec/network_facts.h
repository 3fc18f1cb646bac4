// What a running host tells of its network: addresses, interfaces, the way out, name servers.
#pragma once

#include "engine/base/json.h"
#include "engine/exec/root_files.h"

namespace plumb::exec {

// Of an image without addresses: of all interfaces, and of each with the way out.
Json addresses(const RootFiles& files);
Json network(const RootFiles& files);
// Who is asked for names.
Json name_servers(const RootFiles& files);

// The interface, and the gateway in dotted form, of the route to everywhere with the lowest metric, from the text of
// /proc/net/route; both "" where there is none.
struct DefaultRoute {
  std::string interface;
  std::string gateway;
};
DefaultRoute default_route(const std::string& table);

}  // namespace plumb::exec
