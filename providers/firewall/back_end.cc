#include "providers/firewall/back_end.h"

#include <algorithm>

namespace plumb::providers::firewall {
namespace {

constexpr std::size_t kLargest = std::size_t{4} << 20;

bool lists(const Json& names, std::string_view name) {
  const std::vector<std::string> all = texts_in(names);
  return std::find(all.begin(), all.end(), name) != all.end();
}

bool is_there(const BackEnd& back_end, System& system) {
  return !system.find_program(std::string(back_end.program())).empty();
}

}  // namespace

const BackEnd* find_back_end(std::string_view name) {
  for (const BackEnd* one : back_ends()) {
    if (one->name() == name) return one;
  }
  return nullptr;
}

std::vector<const BackEnd*> possible_back_ends(const Desired& desired) {
  if (const BackEnd* named = find_back_end(desired.text("manager"))) return {named};
  return {back_ends().begin(), back_ends().end()};
}

Result<const BackEnd*> choose_back_end(const Desired& desired, System& system) {
  const BackEnd* last_resort = nullptr;
  std::vector<const BackEnd*> there;
  for (const BackEnd* one : possible_back_ends(desired)) {
    if (desired.has("manager")) return one;
    if (lists(desired.attribute("leaving"), one->name())) continue;
    if (one->is_last_resort()) {
      last_resort = one;
    } else if (lists(desired.attribute("brought"), one->name()) || is_there(*one, system)) {
      there.push_back(one);
    }
  }
  if (there.size() > 1) {
    std::vector<const BackEnd*> used;
    for (const BackEnd* one : there) {
      PLUMB_TRY_ASSIGN(const bool in_use, one->is_in_use(system));
      if (in_use) used.push_back(one);
    }
    if (used.size() != 1) {
      return fail(Code::kRefusedByState, "this host has " + std::string(there[0]->name()) + " and " +
                                             std::string(there[1]->name()) + ", and either may be its firewall")
          .hint("say which with `manager`, or take one of the packages away");
    }
    there = used;
  }
  if (!there.empty()) return there.front();
  if (last_resort == nullptr) return fail(Code::kNoBackEnd, "this project takes the host's firewall away");
  return last_resort;
}

void note_packages(Desired& desired, std::span<const Desired> host) {
  for (const Desired& other : host) {
    if (other.address.kind != "package" || find_back_end(other.address.identity) == nullptr) continue;
    const bool goes = wants_absent(other) || other.text("state") == "purged";
    desired.attributes[goes ? "leaving" : "brought"].push_back(other.address.identity);
  }
}

bool note_difference(const Observed& observed, const std::string& attribute, const Json& wanted, Change& change) {
  const Json& found = observed.attribute(attribute);
  if (found == wanted) return false;
  if (!found.is_null()) change.before[attribute] = found;
  change.after[attribute] = wanted;
  return true;
}

Result<std::string> text_at(const std::string& path, System& system) {
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> there, system.stat(path, true));
  if (!there || there->type != FileType::kFile) return std::string();
  return system.read_file(path, kLargest);
}

}  // namespace plumb::providers::firewall
