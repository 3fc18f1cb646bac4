// Commands and options of Ansible, Puppet, Salt and Terraform that people type here out of habit.
#pragma once

#include <string>
#include <string_view>

namespace plumb::cmd {

// What to say instead of a command, or of an option with its dashes; "" for a word that none of them has.
std::string instead_of_command(std::string_view word);
std::string instead_of_option(std::string_view word);

}  // namespace plumb::cmd
