// ufw: its rules are its own, in files that its program writes; what a host has of them is read from these.
#include <algorithm>

#include "engine/base/ascii.h"
#include "providers/firewall/back_end.h"
#include "providers/firewall/ufw/rows.h"
#include "providers/sdk/is_there.h"
#include "providers/sdk/observe_each.h"
#include "providers/sdk/survey.h"

namespace plumb::providers::firewall::ufw {
namespace {

constexpr const char* kRules = "/etc/ufw/user.rules";
constexpr const char* kRules6 = "/etc/ufw/user6.rules";
constexpr const char* kDefaults = "/etc/default/ufw";
constexpr const char* kConfiguration = "/etc/ufw/ufw.conf";
constexpr auto kCommand = std::chrono::seconds(120);

struct Default {
  const char* setting;
  const char* key;      // in its file
  const char* traffic;  // as the program calls it
};
constexpr std::array kTraffic = {Default{"incoming", "DEFAULT_INPUT_POLICY", "incoming"},
                                 Default{"outgoing", "DEFAULT_OUTPUT_POLICY", "outgoing"},
                                 Default{"forwarded", "DEFAULT_FORWARD_POLICY", "routed"}};

// The value of the last line KEY="value".
std::string value_of(std::string_view text, std::string_view key) {
  std::string value;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != '=') continue;
    value = line.substr(key.size() + 1);
    std::erase(value, '"');
    value.erase(value.find_last_not_of(" \t\r") + 1);
  }
  return value;
}

std::string policy_of(const std::string& word) {
  return word == "ACCEPT" ? "allow" : word == "REJECT" ? "reject" : word == "DROP" ? "deny" : "";
}

// All that one observation reads of the host.
struct Host {
  bool has_program = false;
  std::vector<Row> rows;
  std::vector<Row> rows6;
  bool ipv6 = false;
  std::string why_no_ipv6;  // "" where it has, or where ufw is yet to come
  std::map<std::string, std::string> settings;
};

Result<Host> read_host(System& system) {
  Host host;
  host.has_program = !system.find_program("ufw").empty();
  PLUMB_TRY_ASSIGN(const std::string rules, text_at(kRules, system));
  PLUMB_TRY_ASSIGN(const std::string rules6, text_at(kRules6, system));
  PLUMB_TRY_ASSIGN(const std::string defaults, text_at(kDefaults, system));
  PLUMB_TRY_ASSIGN(const std::string configuration, text_at(kConfiguration, system));
  host.rows = rows_in(rules);
  PLUMB_TRY_ASSIGN(const bool kernel, is_there("/proc/sys/net/ipv6", system));
  const bool chosen = lowered(value_of(defaults, "IPV6")) == "yes";
  host.ipv6 = chosen && kernel;
  if (host.has_program && !defaults.empty() && !host.ipv6)
    host.why_no_ipv6 = chosen ? "the kernel has no IPv6" : std::string("IPV6 is not `yes` in ") + kDefaults;
  if (host.ipv6) host.rows6 = rows_in(rules6);
  for (const Default& one : kTraffic) {
    if (const std::string policy = policy_of(value_of(defaults, one.key)); !policy.empty())
      host.settings[one.setting] = policy;
  }
  if (const std::string level = value_of(configuration, "LOGLEVEL"); !level.empty()) host.settings["logging"] = level;
  host.settings["enabled"] = value_of(configuration, "ENABLED") == "yes" ? "yes" : "no";
  return host;
}

const Row* find(const std::vector<Row>& rows, const std::string& text) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const Row& one) { return one.text() == text; });
  return found == rows.end() ? nullptr : &*found;
}

bool is_of_ipv6(const Row& row) {
  return is_ipv6(row.source) || is_ipv6(row.destination);
}

// A rule about any address is one of either family.
const Row* find(const Host& host, const Row& wanted) {
  const bool any = wanted.source == "any" && wanted.destination == "any";
  const std::string text = wanted.text();
  const Row* in_rules6 = find(host.rows6, text);
  if (is_of_ipv6(wanted)) return in_rules6;
  const Row* in_rules = find(host.rows, text);
  return any && host.ipv6 && in_rules6 == nullptr ? nullptr : in_rules;
}

void add_once(std::vector<std::string>& texts, std::string text) {
  if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(std::move(text));
}

// Those of the resource: by their comment, and those that are what it asks for.
std::vector<std::string> found_rules(const Desired& desired, const Host& host, const std::vector<Row>& wanted) {
  std::vector<std::string> found;
  for (const Row& row : wanted) {
    if (const Row* there = find(host, row)) add_once(found, with_comment(row.text(), there->comment));
  }
  for (const std::vector<Row>* rows : {&host.rows, &host.rows6}) {
    for (const Row& row : *rows) {
      // What is asked for is there in both families, or not at all.
      const bool asked =
          std::any_of(wanted.begin(), wanted.end(), [&](const Row& one) { return one.text() == row.text(); });
      if (!asked && is_named(row, desired.text("name"))) add_once(found, with_comment(row.text(), row.comment));
    }
  }
  return found;
}

Lets lets_of(const Desired& desired, const Host& host, const std::vector<Row>& wanted) {
  Lets lets;
  for (const std::vector<Row>* rows : {&host.rows, &host.rows6}) {
    for (const Row& row : *rows) {
      Rule rule = rule_of_row(row);
      const bool same =
          std::any_of(wanted.begin(), wanted.end(), [&](const Row& one) { return one.matched() == row.matched(); });
      if (same) rule.name = desired.text("name");
      lets.rules.push_back(std::move(rule));
    }
  }
  if (const auto found = host.settings.find("incoming"); found != host.settings.end()) lets.incoming = found->second;
  lets.enabled = host.settings.at("enabled") == "yes";
  return lets;
}

// One of which its program says no: the plan tells it.
std::optional<Diagnostic> lacks_ipv6(const Host& host, const std::vector<Row>& wanted) {
  const auto found = std::find_if(wanted.begin(), wanted.end(), is_of_ipv6);
  if (found == wanted.end() || host.why_no_ipv6.empty()) return std::nullopt;
  const std::string& address = is_ipv6(found->source) ? found->source : found->destination;
  return Diagnostic(Code::kRefusedByState, "ufw takes no rule about " + address + ": " + host.why_no_ipv6)
      .with_hint("leave addresses of IPv6 out here, or have ufw and the kernel use it");
}

Result<Observed> observe_one(const Desired& desired, const Host& host, System& system) {
  Observed observed;
  observed.attributes["manager"] = "ufw";
  std::vector<Row> wanted;
  if (is_policy(desired)) {
    observed.exists = true;
    for (const auto& [setting, value] : host.settings) {
      observed.attributes[setting] = setting == "enabled" ? Json(value == "yes") : Json(value);
    }
  } else {
    const Result<Rule> rule = rule_of(desired);
    Result<std::vector<Row>> rows = rule ? rows_of(*rule) : Result<std::vector<Row>>(rule.error());
    if (rows) wanted = std::move(*rows);
    if (!rows && !wants_absent(desired)) observed.obstacle = rows.error().diagnostic();
    const std::vector<std::string> found = found_rules(desired, host, wanted);
    observed.exists = !found.empty();
    if (!found.empty()) observed.attributes["rules"] = found;
    if (!wants_absent(desired) && !observed.obstacle) {
      if (std::optional<Diagnostic> why = lacks_ipv6(host, wanted)) observed.obstacle = std::move(*why);
    }
    if (!wants_absent(desired) && !desired.flag("persistent", true))
      observed.obstacle = Diagnostic(Code::kBadValue, "ufw keeps its rules: it has none for now alone");
  }
  note_line(desired, lets_of(desired, host, wanted), system, observed);
  if (!host.has_program && !wants_absent(desired)) observed.missing.push_back({{"", "file", "/usr/sbin/ufw"}, "name"});
  if (system.is_image() && !observed.obstacle)
    observed.obstacle =
        Obstacle(Diagnostic(Code::kRefusedByState, "ufw's program changes its rules, and runs in no image"),
                 ObstacleGoes::kNever);
  return observed;
}

class Ufw : public BackEnd {
 public:
  std::string_view name() const override { return "ufw"; }
  std::string_view program() const override { return "ufw"; }
  std::string_view program_path() const override { return "/usr/sbin/ufw"; }
  Result<bool> is_in_use(System& system) const override {
    PLUMB_TRY_ASSIGN(const std::string configuration, text_at(kConfiguration, system));
    return value_of(configuration, "ENABLED") == "yes";
  }

  Result<std::vector<std::string>> texts(const Rule& rule) const override {
    PLUMB_TRY_ASSIGN(const std::vector<Row> rows, rows_of(rule));
    std::vector<std::string> texts;
    for (const Row& row : rows) texts.push_back(row.text());
    return texts;
  }

  std::string refuses(const Desired&) const override { return {}; }

  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override {
    const Result<Host> host = read_host(system);
    return observe_each(desired, [&](const Desired& one) {
      return host ? observe_one(one, *host, system) : Result<Observed>(host.error());
    });
  }

  Change diff(const Desired& desired, const Observed& observed) const override {
    if (is_policy(desired)) return settings(desired, observed);
    if (wants_absent(desired)) return removal(observed);
    return making(desired, observed);
  }

  Result<std::vector<Step>> steps(const ChangeFirewall& change, bool image) const override {
    if (image) return fail(Code::kOperation, "ufw's program runs in no image");
    std::vector<Step> steps;
    if (change.verb == "add" || change.verb == "remove") {
      for (const std::string& rule : change.rules) steps.push_back(step_of(change, rule));
    } else if (change.verb == "set") {
      for (const Default& one : kTraffic) {
        if (const auto found = change.settings.find(one.setting); found != change.settings.end())
          steps.push_back(step("setting a default", {"default", found->second, one.traffic}));
      }
      if (const auto found = change.settings.find("logging"); found != change.settings.end())
        steps.push_back(step("setting the log", {"logging", found->second}));
      // In the end, so that what it begins with is what is asked for.
      if (const auto found = change.settings.find("enabled"); found != change.settings.end())
        steps.push_back(found->second == "yes" ? step("enabling ufw", {"--force", "enable"})
                                               : step("disabling ufw", {"disable"}));
    } else {
      return fail(Code::kProtocol, "`" + change.verb + "` is no verb of ufw's rules");
    }
    return steps;
  }

  void survey(const SurveyedHost& host, Survey& found) const override {
    const Result<Host> there = read_host(host.system);
    if (!there || !there->has_program || there->settings.at("enabled") != "yes") return;
    add_found(there->rows, found);
    add_found(there->rows6, found);
    for (FoundThing& rule : found.things) rule.covers = {kRules, kRules6};
    FoundThing& policy = found.add(std::string(kPolicy));
    for (const auto& [setting, value] : there->settings)
      policy.attributes[setting] = setting == "enabled" ? Json(true) : Json(value);
    policy.covers = {kConfiguration};
  }

  std::vector<std::string> manages_paths(const Desired&) const override { return {}; }
  std::vector<std::string> edits_paths(const Desired&) const override { return {}; }
  std::vector<ImpliedPath> implies_paths(const Desired&) const override {
    return {{kRules}, {kRules6}, {kDefaults}, {kConfiguration}};
  }

  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override {
    Desired again = desired;
    for (const char* added : {"allows", "brought", "leaving"}) again.attributes.erase(added);
    again.attributes["manager"] = "ufw";
    if (is_policy(desired)) {
      if (wants_absent(desired)) return std::nullopt;
      for (const char* setting : kSettings) {
        if (!desired.has(setting)) continue;
        if (!before.has(setting)) return std::nullopt;
        again.attributes[setting] = before.attribute(setting);
      }
      return again;
    }
    if (!before.exists) {
      again.attributes["state"] = "absent";
      return again;
    }
    // What it was is known where the attributes say the same of it.
    again.attributes["state"] = "present";
    if (!making(again, before).empty()) return std::nullopt;
    return again;
  }

 private:
  static Step step(const char* doing, std::vector<std::string> words) {
    Step one;
    one.doing = doing;
    one.program.argv = std::move(words);
    one.program.argv.insert(one.program.argv.begin(), "ufw");
    one.program.timeout = kCommand;
    return one;
  }

  // "route allow …" has its verb behind the first word.
  static Step step_of(const ChangeFirewall& change, const std::string& rule) {
    const bool adds = change.verb == "add";
    std::vector<std::string> words = rule_words(rule, adds);
    const bool routes = !words.empty() && words.front() == "route";
    if (!adds || change.first) words.insert(words.begin() + (routes ? 1 : 0), adds ? "prepend" : "delete");
    return step(adds ? "adding a rule" : "deleting a rule", std::move(words));
  }

  static Change removal(const Observed& observed) {
    Change change;
    const std::vector<std::string> rules = texts_in(observed.attribute("rules"));
    if (rules.empty()) return change;
    change.op = Op::kDelete;
    change.before["rules"] = rules;
    change.operations.push_back(ChangeFirewall{"ufw", "remove", rules});
    return change;
  }

  static Change making(const Desired& desired, const Observed& observed) {
    Change change;
    const Result<Rule> rule = rule_of(desired);
    const Result<std::vector<Row>> rows = rule ? rows_of(*rule) : Result<std::vector<Row>>(rule.error());
    const std::vector<std::string> found = texts_in(observed.attribute("rules"));
    std::vector<std::string> wanted;
    if (!rows) {
      wanted = {desired.text("name")};
    } else {
      for (const Row& row : *rows) wanted.push_back(as_found(row, found, !rule->comment.empty()));
    }
    std::vector<std::string> stale, lacking;
    const auto without = [](const std::vector<std::string>& all, const std::vector<std::string>& those) {
      std::vector<std::string> rest;
      std::copy_if(all.begin(), all.end(), std::back_inserter(rest),
                   [&](const std::string& one) { return std::find(those.begin(), those.end(), one) == those.end(); });
      return rest;
    };
    stale = without(found, wanted);
    lacking = without(wanted, found);
    if (stale.empty() && lacking.empty()) return change;
    change.op = found.empty() ? Op::kCreate : Op::kUpdate;
    if (!found.empty()) change.before["rules"] = found;
    change.after["rules"] = wanted;
    if (!rows) return change;
    // New ones first: a login that both let in is never kept out. One of another action or comment is not beside it.
    std::vector<std::string> replaced, outdated;
    for (const std::string& text : stale) (is_replaced(text, lacking) ? replaced : outdated).push_back(text);
    const auto add = [&](const char* verb, std::vector<std::string> rules, bool first) {
      if (!rules.empty()) change.operations.push_back(ChangeFirewall{"ufw", verb, std::move(rules), "", "", first});
    };
    add("remove", std::move(replaced), false);
    add("add", std::move(lacking), rule->order == "first" || (rule->order == "usual" && !rule->lets_pass()));
    add("remove", std::move(outdated), false);
    return change;
  }

  // One that is there keeps its comment, unless another one is asked for.
  static std::string as_found(const Row& row, const std::vector<std::string>& found, bool asks_for_comment) {
    const std::string text = row.text();
    for (const std::string& one : found) {
      if (!asks_for_comment && (one == text || one.starts_with(text + " comment '"))) return one;
    }
    return with_comment(text, row.comment);
  }

  // ufw has one rule of what is matched.
  static bool is_replaced(const std::string& text, const std::vector<std::string>& by) {
    const auto matched = [](const std::string& rule) {
      const std::string bare = rule.substr(0, rule.find(" comment '"));
      const std::size_t from = bare.starts_with("route ") ? std::string_view("route ").size() : 0;
      return bare.substr(0, from) + bare.substr(std::min(bare.find(' ', from), bare.size()));
    };
    return std::any_of(by.begin(), by.end(), [&](const std::string& one) { return matched(one) == matched(text); });
  }

  static Change settings(const Desired& desired, const Observed& observed) {
    Change change;
    if (wants_absent(desired)) return change;
    ChangeFirewall set{"ufw", "set"};
    const auto text = [](const Json& value) {
      return value.is_boolean()  ? (value.get<bool>() ? "yes" : "no")
             : value.is_string() ? value.get<std::string>()
                                 : "";
    };
    for (const char* setting : kSettings) {
      if (!desired.has(setting)) continue;
      const Json& wanted = desired.attribute(setting);
      if (!note_difference(observed, setting, wanted, change)) continue;
      set.settings[setting] = text(wanted);
      if (observed.has(setting)) set.was[setting] = text(observed.attribute(setting));
    }
    if (set.settings.empty()) return change;
    change.op = observed.exists ? Op::kUpdate : Op::kCreate;
    change.operations.push_back(std::move(set));
    return change;
  }
};

}  // namespace

const BackEnd& back_end() {
  static const Ufw one;
  return one;
}

}  // namespace plumb::providers::firewall::ufw
