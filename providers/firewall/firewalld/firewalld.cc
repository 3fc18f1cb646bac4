// firewalld: rules of its zones, those that it keeps and those that run, by its program.
#include <algorithm>

#include "providers/firewall/back_end.h"
#include "providers/firewall/firewalld/zones.h"
#include "providers/sdk/is_there.h"
#include "providers/sdk/ownership.h"

namespace plumb::providers::firewall::firewalld {
namespace {

constexpr const char* kConfiguration = "/etc/firewalld/firewalld.conf";
constexpr const char* kNames = "/etc/firewalld/plumb.rules";
constexpr const char* kStart = "/etc/systemd/system/multi-user.target.wants/firewalld.service";
constexpr auto kCommand = std::chrono::seconds(120);

Result<ProcessResult> ask(std::vector<std::string> words, System& system) {
  ProcessRequest request;
  request.argv = std::move(words);
  request.changes_nothing = true;
  return system.run(request);
}

// What one observation asks of the host, each once.
class Host {
 public:
  explicit Host(System& system) : system_(system) {}

  Result<> read() {
    has_program = !system_.find_program("firewall-cmd").empty();
    PLUMB_TRY_ASSIGN(names, text_at(kNames, system_));
    default_zone = "public";
    PLUMB_TRY_ASSIGN(const std::string configuration, text_at(kConfiguration, system_));
    for (std::string_view rest = configuration; !rest.empty();) {
      const std::string_view line = take_line(rest);
      if (line.starts_with("DefaultZone=")) default_zone = line.substr(std::string_view("DefaultZone=").size());
    }
    if (!has_program || system_.is_image()) return {};
    PLUMB_TRY_ASSIGN(const ProcessResult state, ask({"firewall-cmd", "--state"}, system_));
    runs = state.exit_code == 0;
    return {};
  }

  // Of one that does not run, what it will begin with.
  Result<const Zone*> kept(const std::string& zone) {
    return zone_of(kept_,
                   runs ? std::vector<std::string>{"firewall-cmd", "--permanent"}
                        : std::vector<std::string>{"firewall-offline-cmd"},
                   zone);
  }
  Result<const Zone*> running(const std::string& zone) { return zone_of(running_, {"firewall-cmd"}, zone); }

  bool has_program = false;
  bool runs = false;
  std::string default_zone;
  std::string names;

 private:
  Result<const Zone*> zone_of(std::map<std::string, Zone>& known, std::vector<std::string> words,
                              const std::string& zone) {
    const auto found = known.find(zone);
    if (found != known.end()) return &found->second;
    const std::string program = words.front();
    words.push_back("--zone=" + zone);
    words.emplace_back("--list-all");
    PLUMB_TRY_ASSIGN(const ProcessResult result, ask(std::move(words), system_));
    if (result.exit_code != 0) {
      return fail(Code::kCannotObserve, program + " does not tell the rules of the zone " + zone + ": " +
                                            last_lines(result.errors.empty() ? result.output : result.errors, 3));
    }
    return &known.emplace(zone, zone_in(result.output)).first->second;
  }

  System& system_;
  std::map<std::string, Zone> kept_;
  std::map<std::string, Zone> running_;
};

std::vector<std::string> those_in(const std::vector<std::string>& some, const std::vector<std::string>& all) {
  std::vector<std::string> there;
  std::copy_if(some.begin(), some.end(), std::back_inserter(there),
               [&](const std::string& one) { return std::find(all.begin(), all.end(), one) != all.end(); });
  return there;
}

std::vector<std::string> without(const std::vector<std::string>& some, const std::vector<std::string>& those) {
  std::vector<std::string> rest;
  std::copy_if(some.begin(), some.end(), std::back_inserter(rest),
               [&](const std::string& one) { return std::find(those.begin(), those.end(), one) == those.end(); });
  return rest;
}

// What is asked for, and what is the resource's by its name.
struct Own {
  std::vector<std::string> wanted;
  std::vector<std::string> all;
};

Own own_rules(const Desired& desired, const std::vector<std::string>& named) {
  Own own;
  if (const Result<Rule> rule = rule_of(desired)) {
    if (Result<std::vector<std::string>> texts = rule_texts(*rule)) own.wanted = std::move(*texts);
  }
  own.all = own.wanted;
  for (const std::string& rule : without(named, own.wanted)) own.all.push_back(rule);
  return own;
}

Lets lets_of(const Desired& desired, const Zone& zone, const Own& own, bool runs) {
  Lets lets;
  for (const std::string& text : zone.rules) {
    Rule rule = rule_of_text(text);
    const bool ours = std::find(own.all.begin(), own.all.end(), text) != own.all.end();
    if (ours) rule.name = desired.text("name");
    lets.rules.push_back(std::move(rule));
  }
  lets.incoming = zone.incoming == "allow" ? "allow" : "deny";
  lets.enabled = runs;
  return lets;
}

Result<> observe_zone(const Desired& desired, Host& host, System& system, Observed& observed) {
  const std::optional<Named> named = named_in(host.names, desired.text("name"));
  const std::string zone = desired.text("zone", named && wants_absent(desired) ? named->zone : host.default_zone);
  observed.attributes["in_zone"] = zone;
  const Own own = own_rules(desired, named && named->zone == zone ? named->rules : std::vector<std::string>());
  if (named) observed.attributes["named"] = named->rules;
  if (named && named->zone != zone) observed.attributes["old_zone"] = named->zone;
  PLUMB_TRY_ASSIGN(const Zone* kept, host.kept(zone));
  const Zone* running = nullptr;
  if (host.runs) {
    PLUMB_TRY_ASSIGN(running, host.running(zone));
  }
  note_line(desired, lets_of(desired, running != nullptr ? *running : *kept, own, host.runs), system, observed);
  if (is_policy(desired)) {
    observed.exists = true;
    if (!kept->incoming.empty()) observed.attributes["incoming"] = kept->incoming;
    return {};
  }
  const std::vector<std::string> rules = those_in(own.all, kept->rules);
  observed.attributes["rules"] = rules;
  observed.exists = !rules.empty();
  if (running == nullptr) return {};
  const std::vector<std::string> now = those_in(own.all, running->rules);
  observed.attributes["running_rules"] = now;
  observed.exists = observed.exists || !now.empty();
  return {};
}

Result<Observed> observe_one(const Desired& desired, Host& host, System& system) {
  Observed observed;
  observed.attributes["manager"] = "firewalld";
  if (system.is_image()) {
    observed.obstacle =
        Diagnostic(Code::kRefusedByState, "firewalld's program changes its rules, and runs in no image");
    observed.exists = wants_absent(desired);
    return observed;
  }
  if (!host.has_program) {
    if (!wants_absent(desired)) observed.missing.push_back({{"", "file", "/usr/bin/firewall-cmd"}, "name"});
    note_line(desired, Lets{{}, "deny", false}, system, observed);
    return observed;
  }
  if (!wants_absent(desired) && !is_policy(desired)) {
    const Result<Rule> rule = rule_of(desired);
    const Result<std::vector<std::string>> texts =
        rule ? rule_texts(*rule) : Result<std::vector<std::string>>(rule.error());
    if (!texts) observed.obstacle = texts.error().diagnostic();
  }
  observed.attributes["runs"] = host.runs;
  PLUMB_TRY(observe_zone(desired, host, system, observed));
  if (!host.runs && !desired.flag("persistent", true) && !wants_absent(desired))
    observed.obstacle = Diagnostic(Code::kRefusedByState, "firewalld does not run, so no rule can be for now alone");
  return observed;
}

class Firewalld : public BackEnd {
 public:
  std::string_view name() const override { return "firewalld"; }
  std::string_view program() const override { return "firewall-cmd"; }
  std::string_view program_path() const override { return "/usr/bin/firewall-cmd"; }
  Result<bool> is_in_use(System& system) const override { return is_entry_there(kStart, system); }
  Result<std::vector<std::string>> texts(const Rule& rule) const override { return rule_texts(rule); }

  std::string refuses(const Desired& policy) const override {
    if (policy.has("enabled")) return "a `service: firewalld` says whether it runs and starts with the host";
    if (policy.has("outgoing") || policy.has("forwarded"))
      return "a zone of firewalld has one policy, for what comes in: `incoming`";
    if (policy.has("logging")) return "firewalld logs what a rule with `log: true` is about";
    return {};
  }

  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override {
    Host host(system);
    const Result<> read = host.read();
    std::vector<Result<Observed>> results;
    results.reserve(desired.size());
    for (const Desired* one : desired)
      results.push_back(read ? observe_one(*one, host, system) : Result<Observed>(read.error()));
    return results;
  }

  Change diff(const Desired& desired, const Observed& observed) const override {
    if (is_policy(desired)) return target(desired, observed);
    return rules(desired, observed);
  }

  Result<std::vector<Step>> steps(const ChangeFirewall& change, bool image) const override {
    if (image) return fail(Code::kOperation, "firewalld's program runs in no image");
    std::vector<std::string> words = {"firewall-cmd"};
    if (change.where == "kept") words.emplace_back("--permanent");
    if (change.where == "offline") words = {"firewall-offline-cmd"};
    words.push_back("--zone=" + change.zone);
    std::vector<Step> steps;
    if (change.verb == "add" || change.verb == "remove") {
      for (const std::string& rule : change.rules) {
        std::vector<std::string> all = words;
        all.push_back(option_of(change.verb, rule));
        steps.push_back(step(change.verb == "add" ? "adding a rule" : "removing a rule", std::move(all)));
      }
      return steps;
    }
    const auto incoming = change.settings.find("incoming");
    if (change.verb != "set" || incoming == change.settings.end())
      return fail(Code::kProtocol, "`" + change.verb + "` is no verb of firewalld's rules");
    words.push_back("--set-target=" + target_of(incoming->second));
    steps.push_back(step("setting the target of the zone", std::move(words)));
    // The zones that run have it by reading their files anew.
    if (change.where == "kept") steps.push_back(step("reading the zones anew", {"firewall-cmd", "--reload"}));
    return steps;
  }

  std::vector<std::string> manages_paths(const Desired&) const override { return {}; }
  std::vector<std::string> edits_paths(const Desired& desired) const override {
    return is_policy(desired) ? std::vector<std::string>() : std::vector<std::string>{kNames};
  }
  std::vector<ImpliedPath> implies_paths(const Desired&) const override { return {{kConfiguration}}; }

  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override {
    Desired again = desired;
    for (const char* added : {"allows", "brought", "leaving"}) again.attributes.erase(added);
    again.attributes["manager"] = "firewalld";
    if (is_policy(desired)) {
      const std::string incoming = before.text("incoming");
      if (wants_absent(desired) || incoming.empty() || incoming == "default") return std::nullopt;
      again.attributes["incoming"] = incoming;
      return again;
    }
    again.attributes["state"] = before.exists ? "present" : "absent";
    if (before.exists && !rules(again, before).empty()) return std::nullopt;
    return again;
  }

 private:
  static Step step(const char* doing, std::vector<std::string> words) {
    Step one;
    one.doing = doing;
    one.program.argv = std::move(words);
    one.program.timeout = kCommand;
    return one;
  }

  static Change target(const Desired& desired, const Observed& observed) {
    Change change;
    if (wants_absent(desired)) return change;
    for (const char* setting : kSettings) {
      if (desired.has(setting)) note_difference(observed, setting, desired.attribute(setting), change);
    }
    if (change.after.empty()) return change;
    change.op = observed.exists ? Op::kUpdate : Op::kCreate;
    if (!change.after.contains("incoming")) return change;
    ChangeFirewall set{"firewalld", "set"};
    set.zone = zone_of(desired, observed);
    set.where = observed.flag("runs", false) ? "kept" : "offline";
    set.settings["incoming"] = desired.text("incoming");
    if (observed.has("incoming")) set.was["incoming"] = observed.text("incoming");
    if (set.where == "kept") change.note = "firewalld reads its zones anew, and forgets what only runs";
    change.operations.push_back(std::move(set));
    return change;
  }

  static std::string zone_of(const Desired& desired, const Observed& observed) {
    return desired.text("zone", observed.text("in_zone", "public"));
  }

  // Rules that are added come before those that go, so that what both let in is never kept out.
  static Change rules(const Desired& desired, const Observed& observed) {
    Change change;
    std::vector<std::string> wanted;
    bool sound = true;
    if (!wants_absent(desired)) {
      const Result<Rule> rule = rule_of(desired);
      const Result<std::vector<std::string>> texts =
          rule ? rule_texts(*rule) : Result<std::vector<std::string>>(rule.error());
      sound = texts.has_value();
      wanted = texts ? *texts : std::vector<std::string>{desired.text("name")};
    }
    const bool keeps = desired.flag("persistent", true) || wants_absent(desired);
    std::vector<Operation> additions, removals;
    const auto change_in = [&](const char* attribute, const std::string& where) {
      const std::vector<std::string> found = texts_in(observed.attribute(attribute));
      const std::vector<std::string> lacking = without(wanted, found);
      const std::vector<std::string> stale = without(found, wanted);
      if (lacking.empty() && stale.empty()) return;
      if (!found.empty()) change.before[attribute] = found;
      if (!wants_absent(desired)) change.after[attribute] = wanted;
      const std::string zone = zone_of(desired, observed);
      if (!lacking.empty()) additions.emplace_back(ChangeFirewall{"firewalld", "add", lacking, zone, where});
      if (!stale.empty()) removals.emplace_back(ChangeFirewall{"firewalld", "remove", stale, zone, where});
    };
    if (keeps) change_in("rules", observed.flag("runs", true) ? "kept" : "offline");
    if (observed.has("running_rules")) change_in("running_rules", "running");
    const bool named = note_name(desired, observed, wanted, change);
    if (change.before.empty() && change.after.empty()) return change;
    change.op = wants_absent(desired) ? Op::kDelete : observed.exists ? Op::kUpdate : Op::kCreate;
    if (change.op == Op::kCreate) change.before = Json::object();
    if (!sound) return change;
    if (named) change.operations.push_back(name_edit(desired, observed, wanted));
    for (std::vector<Operation>* some : {&additions, &removals})
      for (Operation& one : *some) change.operations.push_back(std::move(one));
    if (observed.has("old_zone")) leave_old_zone(observed, change);
    return change;
  }

  // Whether the line that says whose the rules are has to change. What goes has none, and what was never named needs
  // none where nothing else is to be done.
  static bool note_name(const Desired& desired, const Observed& observed, const std::vector<std::string>& wanted,
                        Change& change) {
    const std::vector<std::string> named = texts_in(observed.attribute("named"));
    if (wants_absent(desired)) {
      if (observed.has("named")) change.before["named"] = named;
      return observed.has("named");
    }
    if (named == wanted && !observed.has("old_zone")) return false;
    if (observed.has("named")) change.before["named"] = named;
    change.after["named"] = wanted;
    return true;
  }

  static Operation name_edit(const Desired& desired, const Observed& observed, const std::vector<std::string>& wanted) {
    EditFile edit;
    edit.path = kNames;
    LineEdit line;
    line.match = name_pattern(desired.text("name"));
    line.absent = wants_absent(desired);
    if (!line.absent) line.text = name_line(desired.text("name"), zone_of(desired, observed), wanted);
    edit.create = !line.absent;
    edit.edits = {std::move(line)};
    return edit;
  }

  static void leave_old_zone(const Observed& observed, Change& change) {
    const std::vector<std::string> named = texts_in(observed.attribute("named"));
    const std::string zone = observed.text("old_zone");
    const bool runs = observed.flag("runs", false);
    change.before["old_zone"] = zone;
    change.after["old_zone"] = nullptr;
    change.operations.push_back(ChangeFirewall{"firewalld", "remove", named, zone, runs ? "kept" : "offline"});
    if (runs) change.operations.push_back(ChangeFirewall{"firewalld", "remove", named, zone, "running"});
  }
};

}  // namespace

const BackEnd& back_end() {
  static const Firewalld one;
  return one;
}

}  // namespace plumb::providers::firewall::firewalld
