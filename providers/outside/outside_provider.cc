#include "providers/outside/outside_provider.h"

#include <algorithm>
#include <array>

#include "providers/outside/calling.h"
#include "providers/outside/differing.h"
#include "providers/outside/observing.h"
#include "providers/sdk/ownership.h"

namespace plumb::outside {
namespace {

Json schema_of(const KindOf& kind) {
  return parse_json(kind.schema, Code::kBadProvider, {.bytes = kLargestSchema}).value_or(Json::object());
}

// Nothing is known of it before that is there.
Observed lacking(Address what, const std::string& attribute) {
  Observed observed;
  observed.missing.push_back({std::move(what), attribute});
  return observed;
}

bool holds(const Json& value, std::string_view name) {
  if (value.is_string()) {
    const std::string& text = value.get_ref<const std::string&>();
    return text.find(name) != std::string::npos || (name.starts_with('/') && is_below(text, name));
  }
  if (!value.is_structured()) return false;
  return std::any_of(value.begin(), value.end(), [name](const Json& item) { return holds(item, name); });
}

constexpr std::array<std::pair<const char*, Op>, 2> kTriggers = {
    {{"restart_on", Op::kRestart}, {"reload_on", Op::kReload}}};

}  // namespace

OutsideProvider::OutsideProvider(std::shared_ptr<const Package> package, const KindOf& kind,
                                 std::shared_ptr<Elsewhere> elsewhere)
    : package_(std::move(package)), words_(schema_of(kind)), undo_(kind.undo), elsewhere_(std::move(elsewhere)) {}

std::vector<Result<Observed>> OutsideProvider::observe(std::span<const Desired* const> desired, System& system) const {
  std::vector<Result<Observed>> out(desired.size());
  if (package_->on_controller) {
    for (std::size_t i = 0; i < desired.size(); ++i) out[i] = observe_elsewhere(*desired[i]);
    return out;
  }
  if (system.is_image() && !package_->images) {
    for (Result<Observed>& one : out)
      one = fail(Code::kCannotObserve, package_->str() + " does not work on images")
                .hint("`images: true` says that it does");
    return out;
  }
  std::map<std::string, std::vector<std::size_t>> by_user;
  for (std::size_t i = 0; i < desired.size(); ++i) by_user[desired[i]->text(kRunsAs)].push_back(i);
  const Caller caller = [&](const Start& start) { return call(*package_, start, system); };
  for (const auto& [user, places] : by_user) {
    const bool unknown = !user.empty() && !is_number(user) && !system.user_by_name(user);
    std::vector<const Desired*> asked;
    for (const std::size_t place : places) asked.push_back(desired[place]);
    std::vector<Result<Observed>> told;
    if (!unknown) told = observe_by(*package_, words_, asked, user, caller);
    for (std::size_t i = 0; i < places.size(); ++i)
      out[places[i]] = unknown ? Result<Observed>(lacking({"", "user", user}, kRunsAs)) : std::move(told[i]);
  }
  return out;
}

Result<Observed> OutsideProvider::observe_elsewhere(const Desired& desired) const {
  if (elsewhere_ != nullptr) return elsewhere_->observe(desired);
  return fail(Code::kCannotObserve, package_->str() + " runs on the controller, which told nothing of it");
}

std::vector<std::string> OutsideProvider::observed_with(const Desired&) const {
  std::vector<std::string> needed;
  if (package_->on_controller) return needed;
  for (const auto& [name, words] : words_.attributes()) {
    if (words.parameter || words.judged) needed.push_back(name);
  }
  return needed;
}

Change OutsideProvider::diff(const Desired& desired, const Observed& observed) const {
  return difference(*package_, words_, desired, observed);
}

Change OutsideProvider::triggered(const Desired& desired, const Observed& observed, Op op) const {
  return called_for(*package_, words_, desired, observed, op);
}

std::optional<Desired> OutsideProvider::restore(const Desired& desired, const Observed& before) const {
  return undo_ ? as_before(words_, desired, before) : std::nullopt;
}

std::vector<Address> OutsideProvider::infers(const Desired& desired) const {
  std::vector<Address> edges;
  if (!package_->on_controller && desired.has(kRunsAs)) edges.push_back({"", "user", desired.text(kRunsAs)});
  for (const auto& [name, words] : words_.attributes()) {
    if (words.refers.empty()) continue;
    for (const std::string& what : texts_in(desired.attribute(name))) {
      if (!what.empty()) edges.push_back({"", words.refers, what});
    }
  }
  for (const PathUse use : {PathUse::kManages, PathUse::kEdits}) {
    for (const std::string& path : paths_of(desired, use)) {
      for (Address& edge : infer_path_edges({}, path)) edges.push_back(std::move(edge));
      if (use == PathUse::kEdits) edges.push_back({"", "file", path});
    }
  }
  return edges;
}

std::vector<std::string> OutsideProvider::paths_of(const Desired& desired, PathUse use) const {
  std::vector<std::string> paths;
  for (const auto& [name, words] : words_.attributes()) {
    if (words.path != use) continue;
    for (std::string& path : texts_in(desired.attribute(name))) {
      if (path.starts_with('/')) paths.push_back(std::move(path));
    }
  }
  return paths;
}

std::vector<std::string> OutsideProvider::manages_paths(const Desired& desired) const {
  return paths_of(desired, PathUse::kManages);
}

std::vector<std::string> OutsideProvider::edits_paths(const Desired& desired) const {
  return paths_of(desired, PathUse::kEdits);
}

bool OutsideProvider::asks_about(const Desired& desired, std::string_view name) const {
  if (package_->on_controller) return false;
  for (const auto& [attribute, value] : desired.attributes.items()) {
    if (!sets_off(attribute) && holds(value, name)) return true;
  }
  return false;
}

std::vector<Kind> kinds_of(const std::shared_ptr<const Package>& package, bool described,
                           const std::shared_ptr<Elsewhere>& elsewhere) {
  std::vector<Kind> kinds;
  for (const KindOf& one : package->kinds) {
    auto provider = std::make_shared<OutsideProvider>(package, one, elsewhere);
    const Words& words = provider->words();
    Kind kind{.name = one.name, .provider = provider, .operations = OperationSet::of<CallProvider>()};
    for (const auto& [attribute, op] : kTriggers) {
      if (words.find(attribute) != nullptr) kind.triggers.push_back({attribute, op});
    }
    for (const auto& [name, attribute] : words.attributes()) {
      if (attribute.judged) kind.judged.push_back(name);
      if (attribute.once) kind.given_once.push_back(name);
    }
    kind.removal = words.can_be_absent() ? "state: absent" : "";
    kind.package = package;
    kind.on_controller = package->on_controller;
    // Its text lies in the package, which goes with the kind.
    if (described) kind.schema = Schema(one.schema);
    kinds.push_back(std::move(kind));
  }
  return kinds;
}

}  // namespace plumb::outside
