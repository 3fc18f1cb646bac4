#include "providers/timezone/timezone.h"

#include "providers/sdk/managers.h"
#include "providers/sdk/ownership.h"
#include "providers/sdk/place_limits.h"

namespace plumb::providers::timezone {
namespace {

constexpr const char* kLink = "/etc/localtime";
constexpr const char* kList = "/etc/timezone";
constexpr std::string_view kZones = "/usr/share/zoneinfo/";
constexpr std::size_t kLargest = std::size_t{1} << 20;
constexpr std::size_t kLongestTold = 4096;

// The name of the zone whose file lies there; "" where it is none.
std::string zone_at(const std::string& path) {
  const std::string plain = plain_path("/etc", path);
  return plain.starts_with(kZones) ? plain.substr(kZones.size()) : "";
}

Result<Observed> observe_one(const Desired& desired, System& system) {
  Observed observed;
  const std::string zone = std::string(kZones) + desired.text("name");
  PLUMB_TRY_ASSIGN(const auto there, system.stat(zone, true));
  if (wants_absent(desired) || desired.has("link")) {
    // As it was, whatever it leads to.
  } else if (!there) {
    observed.missing.push_back({{"", "file", zone}, "name"});
  } else if (there->type != FileType::kFile) {
    observed.obstacle =
        Diagnostic(Code::kBadValue, "`" + desired.text("name") + "` is no time zone, but a folder of them");
  }
  PLUMB_TRY_ASSIGN(const auto link, system.stat(kLink, false));
  observed.exists = link.has_value();
  if (link && link->type == FileType::kDirectory) {
    observed.obstacle = Diagnostic(Code::kRefusedByState, std::string(kLink) + " is a folder");
  } else if (link) {
    const std::string name = link->type == FileType::kLink ? zone_at(link->link_target) : "";
    observed.attributes["name"] = name;
    if (link->type == FileType::kLink && link->link_target != std::string(kZones) + name)
      observed.attributes["link"] = link->link_target;
  }
  PLUMB_TRY_ASSIGN(const auto list, system.stat(kList, false));
  if (list && list->type == FileType::kFile) {
    PLUMB_TRY_ASSIGN(const std::string text, system.read_file(kList, kLargest));
    std::string_view rest = text;
    const std::string listed(take_line(rest));
    observed.attributes["listed"] = listed;
    if (text != listed + "\n") observed.attributes["list"] = text.size() > kLongestTold ? Json(true) : Json(text);
  }
  return observed;
}

}  // namespace

std::vector<Result<Observed>> TimezoneProvider::observe(std::span<const Desired* const> desired, System& system) const {
  return observe_places(*this, desired, system, [&](const Desired& one) { return observe_one(one, system); });
}

Change TimezoneProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  const std::string zone = desired.text("name");
  const bool absent = wants_absent(desired);
  // `exact`: what else is asked for of it by whoever takes a change back.
  const auto differs = [&](const char* attribute, const std::string& wanted, const char* exact) {
    const bool same = observed.has(attribute) && observed.text(attribute) == wanted;
    if (same && (!desired.has(exact) || observed.attribute(exact) == desired.attribute(exact))) return false;
    if (observed.has(attribute)) change.before[attribute] = observed.attribute(attribute);
    change.after[attribute] = wanted;
    if (desired.has(exact)) change.after[exact] = desired.attribute(exact);
    return true;
  };
  if (absent && observed.exists) {
    change.before["name"] = observed.attribute("name");
    change.operations.push_back(Remove{kLink, false, false});
  } else if (!absent && differs("name", zone, "link")) {
    change.operations.push_back(
        MakeLink{kLink, desired.text("link", std::string(kZones) + zone), false, observed.exists});
  }
  // Only Debian's have it, and what they have says the same.
  const std::string listed = desired.text("listed", zone);
  if (observed.has("listed") && differs("listed", listed, "list")) {
    EditFile edit;
    edit.path = kList;
    edit.edits = {TextEdit{desired.text("list", listed + "\n")}};
    change.operations.push_back(std::move(edit));
  }
  if (change.operations.empty()) return change;
  change.op = absent ? Op::kDelete : observed.exists || !change.before.empty() ? Op::kUpdate : Op::kCreate;
  if (absent) change.after = Json::object();
  return change;
}

std::vector<Address> TimezoneProvider::infers(const Desired&) const {
  return {{"", "package", "tzdata"}};
}

std::vector<std::string> TimezoneProvider::claims(const Desired&) const {
  return {"the host's time zone"};
}

std::vector<std::string> TimezoneProvider::manages_paths(const Desired&) const {
  return {kLink, kList};
}

std::vector<std::string> TimezoneProvider::replaces_paths(const Desired& desired) const {
  return manages_paths(desired);
}

std::string TimezoneProvider::remedy(const Desired&, const Missing& missing) const {
  if (missing.what.kind != "file") return {};
  return "check the zone's name; all zones are in the package tzdata, old names in tzdata-legacy";
}

std::optional<Desired> TimezoneProvider::restore(const Desired& desired, const Observed& before) const {
  // A copy in the link's place has no name; and of a list so long not all was told.
  const bool copied = before.exists && before.text("name").empty() && !before.has("link");
  if (copied || (before.has("list") && !before.attribute("list").is_string())) return std::nullopt;
  Desired again;
  again.address = desired.address;
  again.attributes["name"] = before.exists ? before.attribute("name") : desired.attribute("name");
  if (!before.exists) again.attributes["state"] = "absent";
  for (const char* attribute : {"link", "listed", "list"}) {
    if (before.has(attribute)) again.attributes[attribute] = before.attribute(attribute);
  }
  return again;
}

void add_to(Registry& registry) {
  registry.add({.name = "timezone",
                .provider = make_provider<TimezoneProvider>(),
                .operations = OperationSet::of<MakeLink, EditFile, Remove>(),
                .removal = "",
                .confirmable = true,
                .adoption = {survey, "system"}});
}

}  // namespace plumb::providers::timezone
