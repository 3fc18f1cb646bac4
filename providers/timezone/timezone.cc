#include "providers/timezone/timezone.h"

#include <filesystem>

#include "providers/sdk/managers.h"
#include "providers/sdk/ownership.h"

namespace plumb::providers::timezone {
namespace {

constexpr const char* kLink = "/etc/localtime";
constexpr const char* kList = "/etc/timezone";
constexpr std::string_view kZones = "/usr/share/zoneinfo/";
constexpr std::size_t kLargest = std::size_t{1} << 20;

// The name of the zone whose file lies there; "" where it is none.
std::string zone_at(const std::string& path) {
  const std::string plain = (std::filesystem::path("/etc") / path).lexically_normal().string();
  return plain.starts_with(kZones) ? plain.substr(kZones.size()) : "";
}

Result<Observed> observe_one(const Desired& desired, System& system) {
  Observed observed;
  const std::string zone = std::string(kZones) + desired.text("name");
  PLUMB_TRY_ASSIGN(const auto there, system.stat(zone, true));
  if (!there) {
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
    observed.attributes["name"] = link->type == FileType::kLink ? zone_at(link->link_target) : "";
  }
  PLUMB_TRY_ASSIGN(const auto list, system.stat(kList, false));
  if (list && list->type == FileType::kFile) {
    PLUMB_TRY_ASSIGN(const std::string text, system.read_file(kList, kLargest));
    std::string_view rest = text;
    observed.attributes["listed"] = std::string(take_line(rest));
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
  const auto differs = [&](const char* attribute) {
    if (observed.has(attribute) && observed.text(attribute) == zone) return false;
    if (observed.has(attribute)) change.before[attribute] = observed.attribute(attribute);
    change.after[attribute] = zone;
    return true;
  };
  if (differs("name")) change.operations.push_back(MakeLink{kLink, std::string(kZones) + zone, false, observed.exists});
  // Only Debian's have it, and what they have says the same.
  if (observed.has("listed") && differs("listed")) {
    EditFile edit;
    edit.path = kList;
    edit.edits = {TextEdit{zone + "\n"}};
    change.operations.push_back(std::move(edit));
  }
  if (!change.after.empty()) change.op = observed.exists || !change.before.empty() ? Op::kUpdate : Op::kCreate;
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
  // A copy in the link's place has no name.
  if (!before.exists || before.text("name").empty()) return std::nullopt;
  if (before.has("listed") && before.text("listed") != before.text("name")) return std::nullopt;
  Desired again;
  again.address = desired.address;
  again.attributes["name"] = before.attribute("name");
  return again;
}

void add_to(Registry& registry) {
  registry.add({.name = "timezone",
                .provider = std::make_shared<TimezoneProvider>(),
                .operations = OperationSet::of<MakeLink, EditFile>(),
                .removal = "",
                .confirmable = true,
                .adoption = {survey, "system"}});
}

}  // namespace plumb::providers::timezone
