#include "providers/package/look.h"

#include <algorithm>
#include <array>
#include <memory>

namespace plumb::providers::package {
namespace {

// One resource on its way through the batch.
struct Item {
  const Desired* desired = nullptr;
  std::string name;
  std::string package;  // that the name means on this host
  Observed observed;
  bool asks = false;  // the manager has to be asked about it

  bool goes() const { return wants_gone(*desired); }
  // Whoever says of a package whether it is held decides on the hold.
  bool may_change_held() const { return desired->has("hold"); }
  bool is_without_recommends() const { return !goes() && !desired->flag("recommends", true); }
  // The file of the host that it comes from; "" for the sources.
  std::string file() const { return goes() ? std::string() : desired->text("file"); }
  Wish wish() const {
    Wish wish{name, package, goes() ? std::string() : desired->text("version"), file(), goes(), observed.exists};
    wish.latest = !goes() && wants_latest(*desired);
    // The newest has to be one that fits.
    if (is_comparison(wish.version)) {
      wish.version.clear();
      wish.latest = true;
    }
    return wish;
  }
  // What the manager said of it, by the name that was asked for or by its own; null for nothing.
  const std::string* said_in(const std::map<std::string, std::string>& by_name) const {
    for (const std::string& one : {name, package}) {
      if (const auto found = by_name.find(one); found != by_name.end()) return &found->second;
    }
    return nullptr;
  }
  // Packages that nobody else declares and that may go for its sake.
  std::set<std::string> allowed() const {
    const std::vector<std::string> names = texts_in(desired->attribute("allow_removal"));
    return {names.begin(), names.end()};
  }
  bool is_open() const { return asks && !observed.obstacle; }
};

using Items = std::vector<Item*>;

Diagnostic no_version_of_its_own(const std::string& name, const std::string& provider) {
  return refused(name + " is provided by " + provider + ", so it has no version of its own",
                 "leave out `version`, or name " + provider + " itself");
}

// The first installed package that provides the item's name and is not itself to go; "" for none.
std::string provider_of(const Item& item, const Installed& status, const std::set<std::string>& to_go) {
  const auto provided = status.provided_by.find(item.name);
  if (provided == status.provided_by.end()) return {};
  const auto stays = std::find_if(provided->second.begin(), provided->second.end(),
                                  [&](const std::string& one) { return !to_go.contains(one); });
  return stays == provided->second.end() ? std::string() : *stays;
}

// What is there; decides whether the manager has to be asked.
void observe_status(Item& item, const Installed& status, const std::set<std::string>& to_go, const BackEnd& back_end) {
  const Desired& desired = *item.desired;
  Observed& observed = item.observed;
  observed.attributes["manager"] = back_end.name();
  const PackageEntry& entry = status.entries.at(item.name);
  if (item.package != item.name) observed.attributes["package"] = item.package;
  const bool there = entry.installed || !entry.trouble.empty();
  if (entry.held || desired.has("hold")) observed.attributes["hold"] = entry.held;
  if (entry.leftover && wants_purged(desired)) {
    observed.exists = true;
    observed.attributes["state"] = "config-files";
    observed.attributes["version"] = entry.version;
  } else if (there) {
    observed.exists = true;
    // What was begun and not ended has files on the host.
    observed.attributes["state"] = entry.installed ? "present" : entry.trouble;
    observed.attributes["version"] = entry.version;
  } else if (const std::string provider = provider_of(item, status, to_go); !provider.empty() && !item.goes()) {
    // A virtual package is present in the one that provides it.
    observed.exists = true;
    observed.attributes["state"] = "present";
    observed.attributes["provided_by"] = provider;
    if (!desired.text("version").empty()) {
      observed.attributes["version"] = "";
      observed.obstacle = no_version_of_its_own(item.name, provider);
    } else if (desired.flag("hold", false)) {
      observed.obstacle = refused(item.name + " is provided by " + provider + ", so it cannot be held",
                                  "leave out `hold`, or name " + provider + " itself");
    }
    return;
  }
  const std::string version = desired.text("version");
  const bool wrong_version = observed.exists && !version.empty() && !back_end.takes_version(version, entry.version);
  if (item.goes()) {
    item.asks = observed.exists;
  } else {
    // A held package is at its latest.
    item.asks = !entry.installed || wrong_version || (wants_latest(desired) && (!entry.held || item.may_change_held()));
  }
  if (!entry.trouble.empty() && !item.goes()) observed.attributes["candidate"] = entry.version;
}

// `brings`, `candidate` and the rest, from what the manager said.
void observe_simulation(Item& item, const Simulation& simulation) {
  if (item.goes()) return;
  Json& attributes = item.observed.attributes;
  std::string name = item.package;
  if (const std::string* selected = item.said_in(simulation.selected)) {
    name = *selected;
    attributes["as"] = name;
    if (item.desired->has("version")) item.observed.obstacle = no_version_of_its_own(item.name, name);
  }
  const auto found = simulation.installs.find(name);
  if (found != simulation.installs.end()) {
    attributes["candidate"] = found->second;
    attributes["brings"] = simulation.closure(name.substr(0, name.find(':')));
    attributes["brings"][0] = name;
    Json versions = Json::object();
    for (std::size_t i = 1; i < attributes["brings"].size(); ++i) {
      const auto& other = attributes["brings"][i].get_ref<const std::string&>();
      versions[other] = simulation.installs.at(other);
    }
    if (!versions.empty()) attributes["versions"] = std::move(versions);
    if (simulation.downgrades.contains(name)) attributes["downgrade"] = true;
  } else if (item.observed.exists && !attributes.contains("candidate")) {
    attributes["candidate"] = attributes.value("version", "");
  }
}

std::string doing(const Items& items) {
  std::set<std::string> come, go;
  for (const Item* item : items) (item->goes() ? go : come).insert(item->name);
  std::string text;
  if (!come.empty()) text = "installing " + listed(come);
  if (!go.empty()) text += (text.empty() ? "removing " : " and removing ") + listed(go);
  return text;
}

class Look {
 public:
  Look(std::span<const Desired* const> desired, const BackEnd& back_end, System& system)
      : system_(system), back_end_(back_end), host_(back_end.on(system)), items_(desired.size()) {
    for (std::size_t i = 0; i < items_.size(); ++i) {
      items_[i].desired = desired[i];
      items_[i].name = desired[i]->text("name");
      names_.insert(items_[i].name);
    }
  }

  Result<std::vector<Observed>> run() {
    PLUMB_TRY(fill());
    std::vector<Observed> observed;
    observed.reserve(items_.size());
    for (Item& item : items_) observed.push_back(std::move(item.observed));
    return observed;
  }

 private:
  Result<> fill() {
    PLUMB_TRY_ASSIGN(const Installed status, host_->installed(names_));
    for (Item& item : items_) {
      item.package = status.entries.at(item.name).package;
      (item.goes() ? to_go_ : to_stay_).insert(item.package);
    }
    for (Item& item : items_) {
      const PackageEntry& entry = status.entries.at(item.name);
      observe_status(item, status, to_go_, back_end_);
      if (!item.file().empty()) PLUMB_TRY(observe_file(item, entry));
      observe_hold(item, entry);
      // What is declared is to stay though nothing may need it any more.
      if (!item.goes() && entry.automatic) item.observed.attributes["automatic"] = true;
    }
    if (open(all()).empty()) return {};
    PLUMB_TRY_ASSIGN(const std::optional<Diagnostic> hindrance, why_kept(*host_, system_));
    if (hindrance) {
      for (Item* item : open(all())) item->observed.obstacle = *hindrance;
      return {};
    }
    PLUMB_TRY_ASSIGN(const bool old, host_->have_old_lists(allowed_age()));
    // One host has one set of lists: whoever has them read, the others find the new ones too.
    if (old) {
      for (Item* item : open(all())) {
        if (!item->goes()) await_lists(*item);
      }
    }
    for (const Items& part : by_recommends(all())) PLUMB_TRY(ask(part));
    PLUMB_TRY(ask_together());
    return find_who_needs_room();
  }

  // In the end all are to be there, though one part comes after the other.
  Result<> ask_together() {
    const Items left = open(all());
    const std::array<Items, 2> parts = by_recommends(left);
    if (parts[0].empty() || parts[1].empty()) return {};
    PLUMB_TRY_ASSIGN(const Simulation simulation, simulate(left));
    const std::optional<Diagnostic> trouble = find_trouble(left, simulation);
    return trouble ? blame(left, *trouble) : Result<>();
  }

  // The least that one of those that come allows.
  std::optional<std::chrono::seconds> allowed_age() {
    std::optional<std::chrono::seconds> age;
    for (const Item* item : open(all())) {
      const std::optional<std::chrono::seconds> its = refresh_age(*item->desired);
      if (!item->goes() && its && (!age || *its < *age)) age = its;
    }
    return age;
  }

  // Those that come with what they recommend, and all that go; and those that come without: a manager takes one or
  // the other for all that it is asked about at once.
  static std::array<Items, 2> by_recommends(const Items& items) {
    std::array<Items, 2> parts;
    for (Item* item : items) parts[item->is_without_recommends() ? 1 : 0].push_back(item);
    return parts;
  }

  // What is in the file decides, unless a version that is asked for is there already.
  Result<> observe_file(Item& item, const PackageEntry& entry) {
    const std::string path = item.file();
    const std::string version = item.desired->text("version");
    Observed& observed = item.observed;
    if (entry.installed && !version.empty() && back_end_.takes_version(version, entry.version)) return {};
    // Its programs are not run.
    if (system_.is_image()) return {};
    PLUMB_TRY_ASSIGN(const auto info, system_.stat(path, true));
    if (!info) {
      // One that is there without a version being asked for is as it is asked for.
      item.asks = false;
      observed.missing.push_back({{"", "file", path}, "file"});
      observed.attributes["brings"] = {item.name};
      return {};
    }
    PLUMB_TRY_ASSIGN(const PackageFile file, host_->look_at_file(path));
    const std::string base = item.name.substr(0, item.name.find(':'));
    item.asks = !entry.installed || entry.version != file.version;
    observed.attributes["file_version"] = file.version;
    if (!file.trouble.empty() || file.name.empty()) {
      observed.obstacle = refused(path + " is no package: " + file.trouble);
    } else if (file.name != base) {
      observed.obstacle = refused(path + " is the package " + file.name + ", and not " + base);
    } else if (!version.empty() && !back_end_.takes_version(version, file.version)) {
      observed.obstacle = refused(path + " is " + base + ' ' + file.version + ", and not " + version);
    }
    return {};
  }

  // What somebody else holds neither changes nor goes.
  void observe_hold(Item& item, const PackageEntry& entry) {
    Observed& observed = item.observed;
    if (observed.obstacle) return;
    if (item.desired->flag("hold", false) && !entry.held) observed.obstacle = host_->why_not_held();
    if (observed.exists && wants_purged(*item.desired)) observed.obstacle = host_->why_not_purged();
    if (!entry.held || !item.asks || item.may_change_held()) return;
    observed.obstacle = refused(item.name + " is held" + (observed.exists ? " at " + entry.version : ""),
                                "release it with `hold: false`, or `" + host_->release_command(item.name) + "`");
  }

  Items all() {
    Items items;
    for (Item& item : items_) items.push_back(&item);
    return items;
  }
  static Items open(const Items& among) {
    Items items;
    std::copy_if(among.begin(), among.end(), std::back_inserter(items),
                 [](const Item* item) { return item->is_open(); });
    return items;
  }

  static void await_lists(Item& item) {
    item.asks = false;
    item.observed.attributes["old_lists"] = true;
    item.observed.attributes["brings"] = {item.name};
  }

  // Asks about those of the items that are open. What nobody knows is told so and left out of the next question.
  Result<> ask(const Items& items) {
    for (Items asked = open(items); !asked.empty(); asked = open(asked)) {
      PLUMB_TRY_ASSIGN(const Simulation simulation, simulate(asked));
      bool some_unknown = false;
      for (Item* item : asked) {
        const std::string* said = item->said_in(simulation.unknown);
        if (said == nullptr) continue;
        some_unknown = true;
        PLUMB_TRY(not_available(*item, *said));
      }
      if (some_unknown) continue;
      const std::optional<Diagnostic> trouble = find_trouble(asked, simulation);
      if (trouble) return blame(asked, *trouble);
      for (Item* item : asked) {
        observe_simulation(*item, simulation);
        refuse_what_does_not_fit(*item);
      }
      return {};
    }
    return {};
  }

  // A comparison is asked about by the newest version that can be had.
  void refuse_what_does_not_fit(Item& item) const {
    const std::string version = item.desired->text("version");
    const std::string newest = item.observed.text("candidate");
    if (item.goes() || item.observed.obstacle || !is_comparison(version) || newest.empty()) return;
    if (back_end_.takes_version(version, newest)) return;
    item.observed.obstacle =
        Diagnostic(Code::kPackageUnknown, item.name + " would be " + newest + ", and not " + version)
            .with_hint("say the version that is to be there, or how it begins: `version: 1.2*`");
  }

  // It falls on the package that shows it alone, or else on the last of those that do not go together.
  Result<> blame(const Items& items, const Diagnostic& trouble) {
    if (items.size() > 1) {
      const auto middle = items.begin() + static_cast<std::ptrdiff_t>(items.size() / 2);
      PLUMB_TRY(ask(Items(items.begin(), middle)));
      PLUMB_TRY(ask(Items(middle, items.end())));
      if (open(items).size() < items.size()) return {};
    }
    PLUMB_TRY_ASSIGN(const Items blamed, up_to_the_last_of(items));
    PLUMB_TRY_ASSIGN(const Item* other, other_side(blamed));
    blamed.back()->observed.obstacle = trouble;
    if (other != nullptr) blamed.back()->observed.undone_by = other->desired->address.str();
    return {};
  }

  // The last of those that do not go together: what comes behind it has no part in that, and may want nothing at all.
  Result<Items> up_to_the_last_of(const Items& items) {
    std::size_t fine = 1;
    std::size_t all = items.size();
    while (all - fine > 1) {
      const std::size_t middle = fine + (all - fine) / 2;
      const Items first(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(middle));
      PLUMB_TRY_ASSIGN(const Simulation simulation, simulate(first));
      (find_trouble(first, simulation) ? all : fine) = middle;
    }
    return Items(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(all));
  }

  // The one with which the last of them does not go together: among those that are asked about, or else one that is to
  // stay. Null where it is alone to blame.
  Result<const Item*> other_side(const Items& items) {
    constexpr std::size_t kPairs = 16;
    for (std::size_t i = items.size() - 1; i-- > 0 && items.size() - i <= kPairs;) {
      PLUMB_TRY_ASSIGN(const Simulation pair, simulate({items[i], items.back()}));
      if (find_trouble({items[i], items.back()}, pair)) return items[i];
    }
    PLUMB_TRY_ASSIGN(const Simulation alone, simulate({items.back()}));
    for (const Item& item : items_) {
      const bool loses = !item.goes() && alone.removes.contains(item.package);
      const bool comes = item.goes() && alone.installs.contains(item.package);
      if ((loses || comes) && &item != items.back()) return &item;
    }
    return nullptr;
  }

  // What the manager cannot do, or what it would do that nobody asked for.
  std::optional<Diagnostic> find_trouble(const Items& items, const Simulation& simulation) const {
    const auto would = [&](const char* what, const std::set<std::string>& names, const char* more) {
      return Diagnostic(Code::kPackageOthers, doing(items) + " would " + what + ' ' + listed(names) + more);
    };
    std::set<std::string> held = simulation.held;
    for (const Item* item : items) {
      if (item->may_change_held()) held.erase(item->package);
    }
    if (!held.empty()) {
      return would("change", held, ", which is held")
          .with_hint("release it with `" + host_->release_command(*held.begin()) + "`");
    }
    if (!simulation.errors.empty())
      return refused(std::string(back_end_.name()) + " cannot do this: " + simulation.errors.front());
    std::set<std::string> others, needed, unwanted, allowed;
    for (const Item* item : items) allowed.merge(item->allowed());
    for (const std::string& gone : simulation.removes) {
      if (to_go_.contains(gone)) continue;
      if (to_stay_.contains(gone)) {
        needed.insert(gone);
      } else if (!allowed.contains(gone)) {
        others.insert(gone);
      }
    }
    for (const auto& [come, version] : simulation.installs) {
      if (to_go_.contains(come)) unwanted.insert(come);
    }
    if (!needed.empty()) return would("remove", needed, ", which is to be there");
    if (!unwanted.empty()) return would("bring", unwanted, ", which is to be absent");
    if (others.empty()) return std::nullopt;
    return would("remove", others, "")
        .with_hint("what is to go has to be declared: `package: " + *others.begin() +
                   "` with `state: absent`; or allowed here: `allow_removal: [" + listed(others) + "]`");
  }

  Result<> not_available(Item& item, const std::string& why) {
    if (item.desired->flag("sources_managed", false)) {
      PLUMB_TRY_ASSIGN(const bool unread, host_->has_unread_sources());
      // A source that this project manages may have it: one whose lists are still to be read, or one that is still to
      // come.
      await_lists(item);
      if (!unread) item.observed.missing.push_back({{"", "package", item.name}, "name"});
      return {};
    }
    item.observed.obstacle = Diagnostic(Code::kPackageUnknown, why).with_hint(host_->unknown_hint(item.name));
    return {};
  }

  // Those for whose sake a package has to go: one that is declared absent makes room in their transaction, which need
  // not be that of its own removal, and one that nobody declares goes where they allow it.
  Result<> find_who_needs_room() {
    const Items left = open(all());
    Items coming;
    std::copy_if(left.begin(), left.end(), std::back_inserter(coming), [](const Item* item) { return !item->goes(); });
    const bool some_allow =
        std::any_of(left.begin(), left.end(), [](const Item* item) { return !item->allowed().empty(); });
    if (some_allow || coming.size() < left.size()) {
      for (const Items& part : by_recommends(coming)) PLUMB_TRY(find_room_for(part));
    }
    // What one allows is not done for another's sake.
    for (Item* item : left) {
      if (item->goes() && some_allow) PLUMB_TRY(find_room_for({item}));
    }
    return {};
  }
  Result<> find_room_for(const Items& coming) {
    if (coming.empty()) return {};
    PLUMB_TRY_ASSIGN(Simulation simulation, simulate(coming));
    simulation.removes.erase(coming.size() == 1 ? coming.front()->package : std::string());
    if (simulation.removes.empty()) return {};
    if (coming.size() == 1) {
      // Also where another one's transaction allows it.
      if (const std::optional<Diagnostic> trouble = find_trouble(coming, simulation)) {
        coming.front()->observed.obstacle = trouble;
        return {};
      }
      if (coming.front()->goes()) {
        std::erase_if(simulation.removes, [this](const std::string& name) { return to_go_.contains(name); });
      }
      coming.front()->observed.attributes["removes"] = simulation.removes;
      return {};
    }
    const auto middle = coming.begin() + static_cast<std::ptrdiff_t>(coming.size() / 2);
    PLUMB_TRY(find_room_for(Items(coming.begin(), middle)));
    return find_room_for(Items(middle, coming.end()));
  }

  Result<Simulation> simulate(const Items& items) {
    std::vector<Wish> wishes;
    Allowed allowed;
    for (const Item* item : items) {
      wishes.push_back(item->wish());
      allowed.older = allowed.older || item->desired->has("version");
      allowed.held = allowed.held || item->observed.flag("hold", false);
      allowed.recommended = allowed.recommended && !item->is_without_recommends();
    }
    return host_->simulate(wishes, allowed);
  }

  System& system_;
  const BackEnd& back_end_;
  std::unique_ptr<HostPackages> host_;
  std::vector<Item> items_;
  std::set<std::string> names_;
  std::set<std::string> to_go_;
  std::set<std::string> to_stay_;
};

}  // namespace

std::optional<std::chrono::seconds> refresh_age(const Desired& desired) {
  const Json& refresh = desired.attribute("refresh");
  if (!refresh.is_number_integer()) return std::nullopt;
  return std::chrono::seconds(refresh.get<std::int64_t>());
}

Result<std::vector<Observed>> look(std::span<const Desired* const> desired, const BackEnd& back_end, System& system) {
  return Look(desired, back_end, system).run();
}

}  // namespace plumb::providers::package
