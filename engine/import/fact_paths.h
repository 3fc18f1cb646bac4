// Paths of Ansible's with expressions in them, and the files of the role that they may mean.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::imports {

// A literal part of a path, or an expression in it as it is written.
struct PathPart {
  std::string literal;
  std::string source;
  std::string fact;  // of Ansible's, without `ansible_`, where the expression is one
};

// The parts of `text`; empty where it cannot be read.
std::vector<PathPart> path_parts(std::string_view text);
// Whether all expressions are facts that are known here.
bool of_facts_alone(const std::vector<PathPart>& parts);
// What the expressions give where `name` is what the path comes to; nothing where it cannot be.
std::optional<std::vector<std::string>> matched_parts(const std::vector<PathPart>& parts, std::string_view name);
// A condition of Jinja: that the expressions give these.
std::string path_condition(const std::vector<PathPart>& parts, const std::vector<std::string>& values);
// A system that no project here is for.
bool never_reached(std::string value);
// Takes such beginnings off, as often as they are there.
std::string without_leads(std::string path, std::initializer_list<std::string_view> leads);

}  // namespace plumb::imports
