// What Ansible's inventory programs print.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "engine/inventory/found.h"

namespace plumb::inventory {

// Asks the program for the variables of one host, as it is done where `_meta` is missing; nothing after a fault was
// told.
using AskHost = std::function<std::optional<lang::Node>(const std::string& host)>;

// Reads the answer to `--list`.
void read_ansible_json(lang::Node& root, const AskHost& ask_host, Found& found, Reading& reading);

}  // namespace plumb::inventory
