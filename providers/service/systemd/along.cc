// What enabling and disabling a unit takes along, by `Also` of the unit files.
#include <algorithm>

#include "providers/service/systemd/units.h"

namespace plumb::providers::service::systemd {
namespace {

// "%p.socket" of x.service is "x.socket"; nothing for what only systemd knows.
std::string expanded(const std::string& name, const std::string& unit) {
  const std::string whole = unit.substr(0, unit.rfind('.'));
  const std::size_t at = whole.find('@');
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] != '%') {
      out += name[i];
      continue;
    }
    switch (++i < name.size() ? name[i] : '\0') {
      case 'n':
        out += unit;
        break;
      case 'N':
        out += whole;
        break;
      case 'p':
        out += whole.substr(0, at);
        break;
      case 'i':
        if (at != std::string::npos) out += whole.substr(at + 1);
        break;
      case '%':
        out += '%';
        break;
      default:
        return {};
    }
  }
  return full_name(out);
}

void take_all(const Along& units, const std::string& unit, std::vector<std::string>& taken) {
  if (std::find(taken.begin(), taken.end(), unit) != taken.end()) return;
  taken.push_back(unit);
  const auto found = units.find(unit);
  if (found == units.end()) return;
  for (const std::string& one : found->second.takes) take_all(units, one, taken);
}

}  // namespace

Result<Along> read_along(const std::string& unit, const Place& place, System& system) {
  Along units;
  std::vector<std::string> names = {unit};
  for (std::size_t i = 0; i < names.size() && i < kMostAlong; ++i) {
    const std::string name = names[i];
    PLUMB_TRY_ASSIGN(const std::vector<Unit> read, read_offline(std::span(&name, 1), place, system));
    const Unit& one = read.front();
    // One that another name stands for has that one's links.
    Companion& companion = units[name];
    companion.is_there = one.found && !one.masked;
    if (!companion.is_there) continue;
    if (one.name != name) {
      companion.takes = {one.name};
    } else {
      companion.enabled = one.enabled == Enabled::kYes;
      const Result<std::vector<UnitFile>> files = files_on_disk(name, place, system);
      // What cannot be read takes nobody along.
      for (const UnitFile& file : files.value_or(std::vector<UnitFile>())) {
        companion.can_be_enabled = companion.can_be_enabled || !file.install.empty() || !file.aliases.empty();
        for (const std::string& also : file.also) {
          if (std::string other = expanded(also, name); !other.empty()) companion.takes.push_back(std::move(other));
        }
      }
      // One that is nothing but others has no links of its own.
      if (!companion.can_be_enabled && !companion.takes.empty()) companion.enabled = false;
    }
    for (const std::string& other : companion.takes) {
      if (std::find(names.begin(), names.end(), other) == names.end()) names.push_back(other);
    }
  }
  Along whole = units;
  for (auto& [name, companion] : whole) {
    companion.takes.clear();
    take_all(units, name, companion.takes);
  }
  return whole;
}

}  // namespace plumb::providers::service::systemd
