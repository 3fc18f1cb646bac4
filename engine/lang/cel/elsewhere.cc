#include "engine/lang/cel/elsewhere.h"

#include <span>

namespace plumb::cel {
namespace {

struct Instead {
  std::string_view words;  // several have a blank between them
  std::string_view hint;
};

constexpr Instead kNames[] = {
    {"item each", "the name of a loop is the one beside `for_each`: `for_each: {item: …}`"},
    {"inventory_hostname", "say host.name"},
    {"hostvars", "what is known of another host is host('NAME')"},
    {"groups", "the groups of this host are host.groups; hosts('GROUP') gives the hosts of one"},
    {"group_names", "say host.groups"},
    {"vars var", "say values.NAME or inputs.NAME"},
    {"local locals", "say values.NAME"},
    {"grains", "what a host tells of itself is under facts: `plumb explain fact` lists all"},
    {"pillar", "say inputs.NAME"},
    {"salt", "what a host is asked beforehand is a reading: say readings.NAME"},
    {"lookup", "files of values are under data, and values of stores are inputs"},
    {"self", "say host"},
    {"True", "write true"},
    {"False", "write false"},
    {"None nil undef", "write null"},
};

constexpr std::string_view kNoClock = "there is no clock here: the same configuration gives the same plan";
constexpr std::string_view kMayBeMissing = "for what may be missing there are x == null ? y : x and m.?key.orValue(y)";

constexpr Instead kFunctions[] = {
    {"len length count", "write size(x)"},
    {"upper toUpper to_upper uppercase", "write x.upperAscii()"},
    {"lower toLower to_lower lowercase downcase", "write x.lowerAscii()"},
    {"capitalize title", "write x.substring(0, 1).upperAscii() + x.substring(1).lowerAscii()"},
    {"strip trimspace chomp lstrip rstrip", "write x.trim()"},
    {"b64encode base64encode", "write base64.encode(bytes(x))"},
    {"b64decode base64decode", "write string(base64.decode(x))"},
    {"to_json tojson toJson jsonencode to_nice_json", "write json.encode(x)"},
    {"from_json jsondecode fromJson", "write json.decode(x)"},
    {"to_yaml toYaml yamlencode to_nice_yaml", "write yaml.encode(x)"},
    {"from_yaml yamldecode fromYaml", "write yaml.decode(x)"},
    {"default d coalesce try get getOrDefault", kMayBeMissing},
    {"lookup",
     "for what may be missing there is m.?key.orValue(y); files of values are under `data`, and values of stores "
     "are inputs"},
    {"env getenv", "what comes from outside is an input: the variable PLUMB_INPUT_name sets one"},
    {"now timestamp_now today strftime date ansible_date_time", kNoClock},
    {"random rand uuid4 shuffle", "nothing here is random; a secret that has to be made is an input with `generate`"},
    {"append push", "write x + [y]"},
    {"concat", "write x + y"},
    {"unique uniq", "write x.distinct()"},
    {"combine", "write a.merge(b), or a.mergeDeep(b) for maps within maps"},
    {"ternary", "write condition ? value : other"},
    {"regex_replace", "write regex.replace(x, pattern, replacement)"},
    {"regex_search match search", "write x.matches(pattern), or regex.extract(x, pattern) for what matches"},
    {"str tostring to_s", "write string(x)"},
    {"float number", "write double(x)"},
    {"tolist tomap toset list dict", "nothing need be made a list or a map: [x], x.distinct()"},
    {"pipe file_lookup", "what a program prints on the host is a reading: say readings.NAME"},
    {"print debug", "`plumb eval` shows what an expression gives"},
    {"defined is_defined", "write has(x.name), or x != null"},
    {"typeof", "write type(x)"},
};

std::string_view find(std::span<const Instead> table, std::string_view word) {
  for (const Instead& one : table) {
    for (std::string_view rest = one.words; !rest.empty();) {
      const std::size_t end = rest.find(' ');
      if (rest.substr(0, end) == word) return one.hint;
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
  }
  return {};
}

}  // namespace

std::string_view instead_of_name(std::string_view name) {
  if (name.starts_with("ansible_"))
    return "what a host tells of itself is under facts, such as facts.os.family: `plumb explain fact` lists all";
  return find(kNames, name);
}

std::string_view instead_of_function(std::string_view name) {
  return find(kFunctions, name);
}

}  // namespace plumb::cel
