// What systemd tells of units (internal to this folder).
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "providers/service/back_end.h"

namespace plumb::providers::service::systemd {

// Where unit files lie; what stands in an earlier one goes before.
inline constexpr std::array<std::string_view, 4> kFolders = {"/etc/systemd/system", "/usr/local/lib/systemd/system",
                                                             "/usr/lib/systemd/system", "/lib/systemd/system"};

// "nginx" -> "nginx.service"; a name with a known suffix stays.
std::string full_name(std::string_view name);
// "foo@.service"
bool is_template(std::string_view unit);
// "foo@one.service" -> "foo@.service"; "" for what is no instance.
std::string template_of(std::string_view unit);

// Of units by their full names, in that order. While systemd runs, one `systemctl show` for all; of one that does not,
// in an image or a container, units are files, and enabled by links.
Result<std::vector<Unit>> read_running(std::span<const std::string> units, System& system);
Result<std::vector<Unit>> read_offline(std::span<const std::string> units, System& system);

// The answer of `systemctl show`: one block of KEY=VALUE lines a unit, with an empty line between.
Result<std::vector<Unit>> parse_show(std::string_view output, std::span<const std::string> units, System& system);

// Of a unit that cannot be enabled.
Refusal no_install_section();

}  // namespace plumb::providers::service::systemd
