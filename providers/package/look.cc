#include "providers/package/look.h"

#include <algorithm>
#include <array>
#include <memory>

#include "providers/package/look_item.h"

namespace plumb::providers::package {
namespace {

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
    for (Item& item : items_) {
      if (std::string user = host_->runs_as(); !user.empty()) item.observed.attributes["runs_as"] = std::move(user);
      observed.push_back(std::move(item.observed));
    }
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
    PLUMB_TRY(find_who_needs_room());
    return follow_transactions();
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
    if (!simulation.errors.empty()) {
      const std::string& why = simulation.errors.front();
      const bool older = why.find("downgrade") != std::string::npos;
      return refused(std::string(back_end_.name()) + " cannot do this: " + why)
          .with_hint(older ? "only a package whose `version` is given may become older" : "");
    }
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

  // Several transactions come one after the other. An earlier one knows nothing of the packages of a later one, so it
  // may bring what all of them together do without: of two that can stand for one another, the other.
  Result<> follow_transactions() {
    const Items left = open(all());
    std::map<std::size_t, Items> transactions;
    for (Item* item : left) {
      if (const std::optional<std::size_t> number = item->transaction()) transactions[*number].push_back(item);
    }
    if (transactions.size() < 2) return {};
    PLUMB_TRY_ASSIGN(const Simulation together, simulate(left));
    std::vector<BroughtAhead> ahead;
    std::set<std::string> known;
    for (const auto& [name, version] : together.installs) known.insert(name);
    Items so_far;
    for (auto one = transactions.begin(); std::next(one) != transactions.end(); ++one) {
      so_far.insert(so_far.end(), one->second.begin(), one->second.end());
      PLUMB_TRY_ASSIGN(const Simulation now, simulate(so_far, are_with_recommends(one->second), {}));
      if (const std::optional<Diagnostic> trouble = find_trouble(so_far, now)) return blame(so_far, *trouble);
      note_ahead(one->second, now, known, ahead);
    }
    return ahead.empty() ? Result<>() : refuse_what_is_forestalled(left, ahead);
  }

  // What comes with one of the items, and nobody asks for.
  struct BroughtAhead {
    Item* by = nullptr;
    std::set<std::string> packages;
  };

  // Whoever brings it says so. `known`: what comes in the end, or was told before.
  static void note_ahead(const Items& items, const Simulation& now, std::set<std::string>& known,
                         std::vector<BroughtAhead>& ahead) {
    for (Item* item : items) {
      if (item->goes()) continue;
      const std::string* selected = item->said_in(now.selected);
      const std::string root = selected != nullptr ? *selected : item->package;
      BroughtAhead its{item, {}};
      for (const std::string& name : now.closure(root.substr(0, root.find(':')))) {
        if (name == root || !now.installs.contains(name) || !known.insert(name).second) continue;
        its.packages.insert(name);
        add_brought(item->observed.attributes, root, name, now.installs.at(name));
      }
      if (!its.packages.empty()) ahead.push_back(std::move(its));
    }
  }

  // What was brought and a later one cannot be with would have to go again, and nobody declares that.
  Result<> refuse_what_is_forestalled(const Items& left, const std::vector<BroughtAhead>& ahead) {
    std::set<std::string> all_ahead;
    for (const BroughtAhead& one : ahead) all_ahead.insert(one.packages.begin(), one.packages.end());
    PLUMB_TRY_ASSIGN(const bool clash, rule_out(left, all_ahead));
    if (!clash) return {};
    // Of many it is said of the last.
    constexpr int kMostAsked = 32;
    int asked = 0;
    Item* forestalled = left.back();
    const BroughtAhead* by = &ahead.front();
    bool found = false;
    for (Item* item : left) {
      for (const BroughtAhead& one : ahead) {
        if (found || item->goes() || item->transaction() <= one.by->transaction()) continue;
        forestalled = item;
        by = &one;
        if (++asked > kMostAsked) continue;
        PLUMB_TRY_ASSIGN(found, rule_out({item}, one.packages));
      }
    }
    forestall(*forestalled, *by);
    return {};
  }

  static void forestall(Item& item, const BroughtAhead& ahead) {
    const std::string own = item.desired->address.str();
    const std::string other = ahead.by->desired->address.str();
    item.observed.obstacle =
        Obstacle(Diagnostic(Code::kPackageOthers, own + " does not go together with what " + other +
                                                      " brings before it: " + listed(ahead.packages))
                     .with_hint("let `" + own + "` come first, by `after` at `" + other +
                                "`; or `recommends: false` there, where they only come recommended"),
                 ObstacleGoes::kNever);
    item.observed.undone_by = other;
  }

  // Whether the items and these packages cannot be there together.
  Result<bool> rule_out(const Items& items, const std::set<std::string>& packages) {
    PLUMB_TRY_ASSIGN(const Simulation both, simulate(items, false, packages));
    return !both.errors.empty() ||
           std::any_of(packages.begin(), packages.end(), [&](const auto& one) { return both.removes.contains(one); });
  }

  static bool are_with_recommends(const Items& items) {
    return std::none_of(items.begin(), items.end(), [](const Item* item) { return item->is_without_recommends(); });
  }

  Result<Simulation> simulate(const Items& items) { return simulate(items, are_with_recommends(items), {}); }
  // `besides`: packages that nobody declares, and that are to come too.
  Result<Simulation> simulate(const Items& items, bool recommended, const std::set<std::string>& besides) {
    std::vector<Wish> wishes;
    Allowed allowed;
    allowed.recommended = recommended;
    for (const Item* item : items) {
      wishes.push_back(item->wish());
      allowed.older = allowed.older || item->desired->has("version");
      allowed.held = allowed.held || item->observed.flag("hold", false);
    }
    for (const std::string& name : besides) wishes.push_back({name, name});
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
