// Rules that ufw has, as they would be declared.
#include "providers/sdk/survey.h"

#include <algorithm>

#include "providers/firewall/ufw/rows.h"

namespace plumb::providers::firewall::ufw {
namespace {

std::string name_of(const Row& row) {
  if (const std::string own = row.comment.substr(0, row.comment.find(": ")); !own.empty()) return own;
  std::string name = row.action + " " + row.direction + (row.port == "any" ? "" : " " + row.port) +
                     (row.protocol == "any" ? "" : "/" + row.protocol);
  if (row.source != "any") name += " from " + row.source;
  if (row.destination != "any") name += " to " + row.destination;
  return name;
}

void add_values(Json& attributes, const char* attribute, const std::vector<std::string>& values) {
  Json& list = attributes[attribute];
  if (!list.is_array()) list = Json::array();
  for (const std::string& value : values) {
    if (std::find(list.begin(), list.end(), value) == list.end()) list.push_back(value);
  }
}

// Rows of one name are one rule: what cannot be said so a plan would change, and the files are declared in its place.
void add_row(const Row& row, Survey& found) {
  const std::string name = name_of(row);
  const auto known = std::find_if(found.things.begin(), found.things.end(),
                                  [&](const FoundThing& thing) { return thing.name == name; });
  FoundThing& thing = known == found.things.end() ? found.add(name) : *known;
  Json& attributes = thing.attributes;
  const Rule rule = rule_of_row(row);
  if (rule.action != "allow") attributes["action"] = rule.action;
  if (rule.direction != "in") attributes["direction"] = rule.direction;
  if (!rule.ports.empty()) add_values(attributes, "port", rule.ports);
  if (!rule.source_ports.empty()) add_values(attributes, "source_port", rule.source_ports);
  if (!rule.protocols.empty()) add_values(attributes, "protocol", rule.protocols);
  if (!rule.sources.empty()) add_values(attributes, "source", rule.sources);
  if (!rule.destinations.empty()) add_values(attributes, "destination", rule.destinations);
  if (!rule.interface.empty()) attributes["interface"] = rule.interface;
  if (row.forward && !row.out_interface.empty()) attributes["out_interface"] = row.out_interface;
  if (row.log == "log") attributes["log"] = true;
  const std::size_t more = row.comment.find(": ");
  if (more != std::string::npos) attributes["comment"] = row.comment.substr(more + 2);
}

}  // namespace

void add_found(const std::vector<Row>& rows, Survey& found) {
  for (const Row& row : rows) add_row(row, found);
}

}  // namespace plumb::providers::firewall::ufw
