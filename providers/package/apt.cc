// apt and dpkg. What is there is read from dpkg's status file; only where something is to change is apt-get asked, once
// for all packages, what it would do.
#include <algorithm>

#include "providers/package/back_end.h"
#include "providers/package/dpkg_status.h"
#include "providers/package/simulation.h"

namespace plumb::providers::package {
namespace {

constexpr std::size_t kLargestStatus = std::size_t{256} << 20U;

Diagnostic refused(std::string summary, std::string hint = {}) {
  return Diagnostic(Code::kRefusedByState, std::move(summary)).with_hint(std::move(hint));
}

bool wants_absent(const Desired& desired) {
  return desired.text("state", "present") == "absent";
}
bool wants_latest(const Desired& desired) {
  return desired.text("state", "present") == "latest";
}

// One resource on its way through the batch.
struct Item {
  const Desired* desired = nullptr;
  std::string name;
  Observed observed;
  bool asks = false;  // apt-get has to be asked about it

  // For apt-get install: "nginx", "nginx=1.2*", "nginx-".
  std::string argument() const {
    if (wants_absent(*desired)) return name + '-';
    const std::string version = desired->text("version");
    return version.empty() ? name : name + '=' + version;
  }
  bool is_open() const { return asks && !observed.obstacle; }
};

// What the status file says; decides whether apt-get has to be asked.
void observe_status(Item& item, const DpkgStatus& status) {
  const Desired& desired = *item.desired;
  Observed& observed = item.observed;
  observed.attributes["manager"] = "apt";
  const auto found = status.entries.find(item.name);
  const DpkgEntry entry = found == status.entries.end() ? DpkgEntry() : found->second;
  if (entry.installed) {
    observed.exists = true;
    observed.attributes["state"] = "present";
    observed.attributes["version"] = entry.version;
  } else if (const auto provided = status.provided_by.find(item.name);
             provided != status.provided_by.end() && entry.trouble.empty() && !wants_absent(desired)) {
    // A virtual package is present in the one that provides it.
    observed.exists = true;
    observed.attributes["state"] = "present";
    observed.attributes["provided_by"] = provided->second.front();
    if (!desired.text("version").empty()) {
      observed.attributes["version"] = "";
      observed.obstacle =
          refused(item.name + " is provided by " + provided->second.front() + ", so it has no version of its own");
    }
    return;
  }
  const std::string version = desired.text("version");
  const bool wrong_version = observed.exists && !version.empty() && !version_matches(version, entry.version);
  if (wants_absent(desired)) {
    item.asks = observed.exists;
  } else {
    // A held package is at its latest.
    item.asks = !observed.exists || wrong_version || (wants_latest(desired) && !entry.held);
  }
  if (!entry.trouble.empty() && !wants_absent(desired)) observed.attributes["candidate"] = entry.version;
  if (entry.held && item.asks) {
    observed.obstacle = refused(item.name + " is held" + (observed.exists ? " at " + entry.version : ""),
                                "release it with `apt-mark unhold " + item.name + "`");
  }
}

// `brings`, `candidate` and the rest, from what apt-get said.
void observe_simulation(Item& item, const Simulation& simulation, const std::set<std::string>& wanted_gone,
                        const std::set<std::string>& wanted_present) {
  Json& attributes = item.observed.attributes;
  std::vector<std::string> removes;
  for (const std::string& gone : simulation.removes) {
    if (!wanted_gone.contains(gone)) removes.push_back(gone);
  }
  for (const std::string& gone : removes) {
    if (!wanted_present.contains(gone) || gone == item.name) continue;
    item.observed.obstacle = refused((wants_absent(*item.desired) ? "removing " : "installing ") + item.name +
                                     " would remove " + gone + ", which is to be there");
  }
  if (!removes.empty()) attributes["removes"] = removes;
  if (wants_absent(*item.desired)) return;
  std::string name = item.name;
  if (const auto selected = simulation.selected.find(name); selected != simulation.selected.end()) {
    name = selected->second;
    attributes["as"] = name;
  }
  const auto found = simulation.installs.find(name);
  if (found != simulation.installs.end()) {
    attributes["candidate"] = found->second;
    attributes["brings"] = simulation.closure(name.substr(0, name.find(':')));
    attributes["brings"][0] = name;
    if (simulation.downgrades.contains(name)) attributes["downgrade"] = true;
  } else if (item.observed.exists && !attributes.contains("candidate")) {
    attributes["candidate"] = attributes.value("version", "");
  }
}

class Apt : public BackEnd {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override {
    std::vector<Item> items(desired.size());
    const Result<> done = fill(items, desired, system);
    std::vector<Result<Observed>> results;
    results.reserve(items.size());
    for (Item& item : items) {
      results.push_back(done ? Result<Observed>(std::move(item.observed)) : Result<Observed>(Error(done.error())));
    }
    return results;
  }

 private:
  static Result<> fill(std::vector<Item>& items, std::span<const Desired* const> desired, System& system) {
    std::set<std::string> names;
    for (std::size_t i = 0; i < items.size(); ++i) {
      items[i].desired = desired[i];
      items[i].name = desired[i]->text("name");
      names.insert(items[i].name);
    }
    PLUMB_TRY_ASSIGN(const std::string text, system.read_file("/var/lib/dpkg/status", kLargestStatus));
    const DpkgStatus status = read_dpkg_status(text, names);
    bool any = false;
    for (Item& item : items) {
      observe_status(item, status);
      any = any || item.is_open();
    }
    if (!any) return {};
    PLUMB_TRY_ASSIGN(const std::optional<Diagnostic> hindrance, find_hindrance(system));
    if (hindrance) {
      for (Item& item : items) {
        if (item.is_open()) item.observed.obstacle = *hindrance;
      }
      return {};
    }
    PLUMB_TRY_ASSIGN(const bool lists, has_lists(system));
    if (!lists) {
      for (Item& item : items) {
        if (item.is_open() && !wants_absent(*item.desired)) await_lists(item);
      }
    }
    return ask(items, system);
  }

  // What keeps every package of the host as it is.
  static Result<std::optional<Diagnostic>> find_hindrance(System& system) {
    if (system.is_image()) return std::optional(refused("packages of an image are not changed"));
    PLUMB_TRY_ASSIGN(const auto updates, system.stat("/var/lib/dpkg/updates", true));
    if (!updates) return std::optional<Diagnostic>();
    PLUMB_TRY_ASSIGN(const auto entries, system.list("/var/lib/dpkg/updates"));
    const bool interrupted = std::any_of(entries.begin(), entries.end(), [](const std::string& entry) {
      return entry.find_first_not_of("0123456789") == std::string::npos;
    });
    if (!interrupted) return std::optional<Diagnostic>();
    return std::optional(refused("dpkg was interrupted and has not finished", "run `dpkg --configure -a` on the host"));
  }

  static Result<bool> has_lists(System& system) {
    PLUMB_TRY_ASSIGN(const auto folder, system.stat("/var/lib/apt/lists", true));
    if (!folder) return false;
    PLUMB_TRY_ASSIGN(const auto entries, system.list("/var/lib/apt/lists"));
    return std::any_of(entries.begin(), entries.end(),
                       [](const std::string& entry) { return entry.find("_Packages") != std::string::npos; });
  }

  static void await_lists(Item& item) {
    item.asks = false;
    item.observed.attributes["refresh"] = true;
    item.observed.attributes["brings"] = {item.name};
  }

  // Asks about all open items at once. Those that apt does not know are told so and left out of the next question.
  static Result<> ask(std::vector<Item>& items, System& system) {
    while (std::any_of(items.begin(), items.end(), [](const Item& item) { return item.is_open(); })) {
      PLUMB_TRY_ASSIGN(const Simulation simulation, simulate(items, system));
      bool some_unknown = false;
      for (Item& item : items) {
        const auto found = simulation.unknown.find(item.name);
        if (!item.is_open() || found == simulation.unknown.end()) continue;
        some_unknown = true;
        not_available(item, found->second);
      }
      if (some_unknown) continue;
      if (!simulation.errors.empty()) return blame(items, simulation.errors.front(), system);
      accept(items, simulation);
      return {};
    }
    return {};
  }

  static void not_available(Item& item, const std::string& why) {
    if (item.desired->flag("sources_managed", false)) {
      // A source that this project manages may have it once that is in place.
      await_lists(item);
      item.observed.missing.push_back({{"", "package", item.name}, "name"});
      return;
    }
    item.observed.obstacle =
        Diagnostic(Code::kPackageUnknown, why)
            .with_hint("check the name with `apt-cache policy " + item.name + "`; a stale list needs `apt-get update`");
  }

  // With an error that names no package, each is asked about alone, so that it falls on the right one.
  static Result<> blame(std::vector<Item>& items, const std::string& error, System& system) {
    constexpr std::ptrdiff_t kAlone = 12;
    const auto open = std::count_if(items.begin(), items.end(), [](const Item& item) { return item.is_open(); });
    for (Item& item : items) {
      if (!item.is_open()) continue;
      if (open == 1 || open > kAlone) {
        item.observed.obstacle = refused("apt cannot do this: " + error);
        continue;
      }
      std::vector<Item> alone = {item};
      PLUMB_TRY(ask(alone, system));
      item = std::move(alone.front());
      item.asks = false;
    }
    return {};
  }

  static void accept(std::vector<Item>& items, const Simulation& simulation) {
    std::set<std::string> gone;
    std::set<std::string> present;
    for (const Item& item : items) (wants_absent(*item.desired) ? gone : present).insert(item.name);
    for (Item& item : items) {
      if (item.is_open()) observe_simulation(item, simulation, gone, present);
    }
  }

  static Result<Simulation> simulate(const std::vector<Item>& items, System& system) {
    ProcessRequest request;
    // Without its caches apt-get writes nothing, and without locks it does not stand in anyone's way. The trace tells
    // on whose behalf each package comes; without -q=0 a pipe would not be told what stands in for a virtual package.
    request.argv = {"apt-get", "-s",
                    "-y",      "-q=0",
                    "-o",      "Dir::Cache::pkgcache=",
                    "-o",      "Dir::Cache::srcpkgcache=",
                    "-o",      "Debug::NoLocking=1",
                    "-o",      "Debug::pkgDepCache::AutoInstall=1"};
    std::vector<std::string> arguments;
    for (const Item& item : items) {
      if (!item.is_open()) continue;
      arguments.push_back(item.argument());
      if (item.desired->has("version") && request.argv.back() != "--allow-downgrades") {
        request.argv.emplace_back("--allow-downgrades");
      }
    }
    request.argv.emplace_back("install");
    request.argv.emplace_back("--");
    request.argv.insert(request.argv.end(), arguments.begin(), arguments.end());
    request.timeout = std::chrono::seconds(120);
    request.output_limit = std::size_t{16} << 20U;
    PLUMB_TRY_ASSIGN(const ProcessResult result, system.run(request));
    if (result.timed_out) return fail(Code::kCannotObserve, "apt-get did not answer in time");
    Simulation simulation = parse_simulation(result.output + '\n' + result.errors);
    if (result.exit_code != 0 && simulation.errors.empty() && simulation.unknown.empty()) {
      simulation.errors.push_back("apt-get ended with " + std::to_string(result.exit_code));
    }
    return simulation;
  }
};

}  // namespace

std::unique_ptr<BackEnd> apt() {
  return std::make_unique<Apt>();
}

}  // namespace plumb::providers::package
