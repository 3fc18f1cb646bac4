#include "engine/adopt/told.h"

#include <algorithm>

#include "engine/base/outside_text.h"
#include "engine/base/secret_marks.h"

namespace plumb::adopt {
namespace {

constexpr std::size_t kMostThings = 40000;
constexpr JsonLimits kLine{.bytes = std::size_t{8} << 20, .depth = 32, .values = std::size_t{1} << 20};

Error unreadable(const std::string& why) {
  return fail(Code::kProtocol, "the host's survey cannot be read: " + why);
}

std::vector<std::string> texts_of(const Json& list) {
  std::vector<std::string> texts;
  if (!list.is_array()) return texts;
  for (const Json& one : list) {
    if (one.is_string()) texts.push_back(one.get<std::string>());
  }
  return texts;
}

// No hash and no key has a place in a text for people.
std::string for_people(const Json& object, std::string_view name) {
  constexpr std::size_t kLongest = 512;
  return outside_line(text_of(object, name), kLongest);
}

// The host has looked for secrets; so do we, before anything is written.
void withhold_secrets(Thing& thing) {
  std::string all;
  std::string where;  // the attribute that holds one; where only all of them together do, the last
  bool found = false;
  for (const auto& [name, value] : thing.attributes.items()) {
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    if (!found) where = name;
    found = found || !secret_in(text).empty();
    all += text + "\n";
  }
  const std::string_view what = secret_in(all);
  if (what.empty()) return;
  if (thing.withheld.empty()) thing.withheld[where] = what;
  thing.attributes = Json::object();
}

Result<> take_line_of(const Json& line, const Registry& kinds, Told& told) {
  const std::string name = text_of(line, "kind");
  const Kind* kind = kinds.find(name);
  if (kind == nullptr) return unreadable("it speaks of `" + outside_line(name) + "`, which is no kind");
  if (line.contains("settled")) {
    for (std::string& path : texts_of(line["settled"])) told.settled.insert(std::move(path));
    return {};
  }
  if (line.contains("left_out")) {
    told.left_out.push_back({name, for_people(line, "left_out"), for_people(line, "why")});
    return {};
  }
  Thing thing;
  thing.kind = name;
  thing.name = text_of(line, "name");
  thing.attributes = member_of(line, "attributes");
  if (thing.name.empty() || !thing.attributes.is_object()) return unreadable("a thing of `" + name + "` has no name");
  if (const Json& withheld = member_of(line, "withheld"); withheld.is_object()) {
    for (const auto& [attribute, why] : withheld.items()) thing.withheld[attribute] = for_people(withheld, attribute);
  }
  thing.covers = texts_of(member_of(line, "covers"));
  thing.yields = flag_of(line, "yields", false);
  withhold_secrets(thing);
  told.things.push_back(std::move(thing));
  return {};
}

}  // namespace

Result<Told> read_survey(std::string_view lines, const Registry& kinds) {
  Told told;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    PLUMB_TRY_ASSIGN(const Json line, parse_json(lines.substr(0, end), Code::kProtocol, kLine));
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (!line.is_object()) return unreadable("a line is no object");
    PLUMB_TRY(take_line_of(line, kinds, told));
    if (told.things.size() + told.left_out.size() > kMostThings) return unreadable("it has too many lines");
  }
  return told;
}

bool is_whole(const Thing& thing, const Registry& kinds) {
  if (thing.withheld.empty()) return false;
  const Kind* kind = kinds.find(thing.kind);
  if (kind == nullptr || !kind->schema.is_given()) return true;
  const Json& properties = member_of(kind->schema.json(), "properties");
  return !std::all_of(thing.withheld.begin(), thing.withheld.end(),
                      [&](const auto& one) { return flag_of(member_of(properties, one.first), "x-sensitive", false); });
}

std::vector<Standing> standings(const Told& told, const Registry& kinds) {
  std::set<std::string> covered = told.settled;
  for (const Thing& thing : told.things) {
    if (thing.refused.empty()) covered.insert(thing.covers.begin(), thing.covers.end());
  }
  std::vector<Standing> all;
  for (const Thing& thing : told.things) {
    Standing standing = Standing::kTaken;
    if (thing.yields && covered.contains(thing.name)) {
      standing = Standing::kCovered;
    } else if (!thing.refused.empty()) {
      standing = Standing::kRefused;
    } else if (is_whole(thing, kinds)) {
      standing = Standing::kWithheld;
    }
    all.push_back(standing);
  }
  return all;
}

std::vector<NotTaken> not_taken(const Told& told, const Registry& kinds) {
  std::vector<NotTaken> all;
  const std::vector<Standing> standing = standings(told, kinds);
  for (std::size_t i = 0; i < told.things.size(); ++i) {
    const Thing& thing = told.things[i];
    if (standing[i] == Standing::kRefused) all.push_back({thing.kind, thing.name, thing.refused});
    for (const auto& [attribute, why] : thing.withheld) {
      if (standing[i] == Standing::kWithheld) all.push_back({thing.kind, thing.name, why});
      if (standing[i] == Standing::kTaken) all.push_back({thing.kind, thing.name, attribute + " is " + why});
    }
  }
  all.insert(all.end(), told.left_out.begin(), told.left_out.end());
  return all;
}

void refuse(Told& told, std::size_t thing, const std::string& why) {
  Thing& first = told.things[thing];
  if (!first.refused.empty()) return;
  first.refused = why;
  const std::set<std::string> shared(first.covers.begin(), first.covers.end());
  if (shared.empty()) return;
  for (Thing& other : told.things) {
    const bool shares = std::any_of(other.covers.begin(), other.covers.end(),
                                    [&](const std::string& path) { return shared.contains(path); });
    if (shares && other.refused.empty()) other.refused = why;
  }
}

}  // namespace plumb::adopt
