// nftables: a table of our own, of which each resource has a file. The files are read in the order of their names, when
// the host starts and whenever one of them changes.
#include <algorithm>

#include "providers/firewall/back_end.h"
#include "providers/firewall/nftables/texts.h"
#include "providers/sdk/observe_each.h"
#include "providers/sdk/ownership.h"

namespace plumb::providers::firewall::nftables {
namespace {

constexpr const char* kFolder = "/etc/nftables.d/plumb";
constexpr const char* kPolicyFile = "/etc/nftables.d/plumb/0-policy.nft";
constexpr std::string_view kInclude = "include \"/etc/nftables.d/plumb/*.nft\"";
// What reads the rules when the host starts, by family of systems: the first that is there, else the last.
constexpr std::array kStartFiles = {"/etc/sysconfig/nftables.conf", "/etc/nftables.conf"};
constexpr std::string_view kAsked = "# plumb: ";
constexpr std::array kPlaces = {'1', '3', '5', '7'};
constexpr std::array kStarts = {"/etc/systemd/system/sysinit.target.wants/nftables.service",
                                "/etc/systemd/system/multi-user.target.wants/nftables.service"};

// What denies comes before what allows, unless it is said otherwise.
char place_of(const Rule& rule) {
  if (rule.order == "first") return kPlaces[0];
  if (rule.order == "last") return kPlaces[3];
  return rule.lets_pass() ? kPlaces[2] : kPlaces[1];
}

// A name as a part of a file's: "443/tcp" is "443_tcp".
std::string file_name(const std::string& name) {
  std::string plain;
  for (const char c : name) {
    const bool keeps =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    plain += keeps ? c : '_';
  }
  return plain;
}

std::string rule_file(char place, const std::string& name) {
  return std::string(kFolder) + "/" + place + "-" + file_name(name) + ".nft";
}

std::vector<std::string> files_of(const Desired& desired) {
  if (is_policy(desired)) return {kPolicyFile};
  std::vector<std::string> files;
  for (const char place : kPlaces) files.push_back(rule_file(place, desired.text("name")));
  return files;
}

// What a resource asks for, as its file has it.
struct Wanted {
  std::string path;
  std::string text;
  std::vector<std::string> rules;
  std::map<std::string, std::string> policies;  // by chain
};

// What of the attributes a rule is made from.
Json asked_of(const Desired& desired) {
  Json asked = Json::object();
  for (const auto& [name, value] : desired.attributes.items()) {
    const bool about_others = name == "allows" || name == "brought" || name == "leaving" || name == "manager" ||
                              name == "state" || name == "persistent";
    if (!about_others && !value.is_null()) asked[name] = value;
  }
  return asked;
}

std::string table_text(const Json& asked, const std::vector<std::string>& chains,
                       const std::vector<std::string>& rules) {
  std::string text = std::string(kAsked) + asked.dump() + "\nadd table inet plumb\n";
  for (const std::string& chain : chains) text += chain;
  for (const std::string& rule : rules) text += "add rule inet plumb " + rule + "\n";
  return text;
}

Result<Wanted> wanted_rule(const Desired& desired) {
  PLUMB_TRY_ASSIGN(const Rule rule, rule_of(desired));
  PLUMB_TRY_ASSIGN(const std::vector<std::string> texts, rule_texts(rule));
  Wanted wanted;
  wanted.path = rule_file(place_of(rule), rule.name);
  wanted.rules = with_comments(texts, rule.name, rule.comment);
  const std::string chain = texts.front().substr(0, texts.front().find(' '));
  wanted.text = table_text(asked_of(desired), {chain_line(chain, "")}, wanted.rules);
  return wanted;
}

constexpr std::array<std::pair<const char*, const char*>, 3> kChains = {
    {{"incoming", "input"}, {"outgoing", "output"}, {"forwarded", "forward"}}};

// Without these, nothing would answer and IPv6 would find no neighbours.
std::vector<std::string> always_passes(const std::string& chain) {
  std::vector<std::string> texts = {chain + " ct state established,related accept"};
  if (chain == "forward") return texts;
  texts.push_back(chain + (chain == "input" ? " iifname" : " oifname") + " \"lo\" accept");
  texts.push_back(chain + " meta l4proto { icmp, ipv6-icmp } accept");
  return texts;
}

Wanted wanted_policy(const Desired& desired) {
  Wanted wanted;
  wanted.path = kPolicyFile;
  std::vector<std::string> chains;
  for (const auto& [setting, chain] : kChains) {
    if (!desired.has(setting)) continue;
    const std::string policy = desired.text(setting) == "allow" ? "allow" : "deny";
    wanted.policies[chain] = policy;
    chains.push_back(chain_line(chain, policy));
    if (policy == "allow") continue;
    for (std::string& rule : with_comments(always_passes(chain), std::string(kPolicy), ""))
      wanted.rules.push_back(std::move(rule));
  }
  wanted.text = table_text(asked_of(desired), chains, wanted.rules);
  return wanted;
}

Result<Wanted> wanted_of(const Desired& desired) {
  return is_policy(desired) ? Result<Wanted>(wanted_policy(desired)) : wanted_rule(desired);
}

// What is asked for again of what a file was made from; null where it does not say so.
Json asked_in(std::string_view text) {
  const std::string_view first = take_line(text);
  if (!first.starts_with(kAsked)) return nullptr;
  const Result<Json> asked = parse_json(first.substr(kAsked.size()), Code::kCannotObserve);
  return asked && asked->is_object() ? *asked : Json();
}

// All that one observation reads of the host.
struct Host {
  bool has_program = false;
  bool has_folder = false;
  std::optional<Listing> running;  // of an image nothing
  std::string start_file;
  std::string start_text;
  bool starts = false;
  std::map<std::string, std::string> files;  // of ours, by path
};

Result<Listing> list_running(System& system) {
  ProcessRequest request;
  request.argv = {"nft", "list", "table", "inet", "plumb"};
  request.changes_nothing = true;
  PLUMB_TRY_ASSIGN(const ProcessResult result, system.run(request));
  if (result.exit_code == 0) return listed_in(result.output);
  if (result.errors.find("No such file or directory") != std::string::npos) return Listing();
  return fail(Code::kCannotObserve, "cannot list the rules that run: " + last_lines(result.errors, 3))
      .hint("nft tells only root");
}

Result<> read_files(System& system, Host& host) {
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> folder, system.stat(kFolder, true));
  host.has_folder = folder && folder->type == FileType::kDirectory;
  if (!host.has_folder) return {};
  PLUMB_TRY_ASSIGN(const std::vector<std::string> names, system.list(kFolder));
  for (const std::string& name : names) {
    if (!name.ends_with(".nft")) continue;
    const std::string path = std::string(kFolder) + "/" + name;
    PLUMB_TRY_ASSIGN(host.files[path], text_at(path, system));
  }
  return {};
}

Result<Host> read_host(System& system) {
  Host host;
  host.has_program = !system.find_program("nft").empty();
  PLUMB_TRY(read_files(system, host));
  if (!system.is_image() && host.has_program) {
    PLUMB_TRY_ASSIGN(host.running, list_running(system));
  }
  for (const char* path : kStartFiles) {
    host.start_file = path;
    PLUMB_TRY_ASSIGN(const std::optional<FileInfo> there, system.stat(path, true));
    if (there) break;
  }
  PLUMB_TRY_ASSIGN(host.start_text, text_at(host.start_file, system));
  for (const char* link : kStarts) {
    PLUMB_TRY_ASSIGN(const std::optional<FileInfo> there, system.stat(link, false));
    host.starts = host.starts || there;
  }
  return host;
}

bool includes_ours(std::string_view text) {
  while (!text.empty()) {
    std::string_view line = take_line(text);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (line.starts_with(kInclude)) return true;
  }
  return false;
}

// What our rules let in, by the files that they were made from.
Lets lets_of(const Host& host) {
  Lets lets;
  for (const auto& [path, text] : host.files) {
    if (path == kPolicyFile) {
      const std::map<std::string, std::string> policies = policies_in(text);
      if (const auto found = policies.find("input"); found != policies.end()) lets.incoming = found->second;
      continue;
    }
    Desired asked;
    asked.attributes = asked_in(text);
    if (Result<Rule> rule = rule_of(asked)) lets.rules.push_back(std::move(*rule));
  }
  return lets;
}

bool runs(const Wanted& wanted, const Listing& running) {
  const auto listed = [&](const std::string& rule) {
    return std::binary_search(running.rules.begin(), running.rules.end(), listed_as(rule));
  };
  const auto holds = [&](const auto& policy) {
    const auto found = running.policies.find(policy.first);
    return found != running.policies.end() && found->second == policy.second;
  };
  return std::all_of(wanted.rules.begin(), wanted.rules.end(), listed) &&
         std::all_of(wanted.policies.begin(), wanted.policies.end(), holds);
}

// What its files say: the rules, or what becomes of the rest; and `files`, where they are not the one that is asked
// for.
void observe_files(const Desired& desired, const Host& host, const std::string& wanted, Observed& observed) {
  std::vector<std::string> others;
  for (const std::string& path : files_of(desired)) {
    const auto found = host.files.find(path);
    if (found == host.files.end()) continue;
    observed.exists = true;
    if (path != wanted) others.push_back(path);
    // Of several the one that is asked for counts.
    if (observed.has("rules") && path != wanted) continue;
    observed.attributes["rules"] = rules_in(found->second);
    observed.attributes["at"] = path;
    if (Json asked = asked_in(found->second); !asked.is_null()) observed.attributes["asked"] = std::move(asked);
    const std::map<std::string, std::string> policies = policies_in(found->second);
    for (const auto& [setting, chain] : kChains) {
      if (const auto policy = policies.find(chain); policy != policies.end() && is_policy(desired))
        observed.attributes[setting] = policy->second;
    }
  }
  if (!others.empty()) observed.attributes["others"] = others;
}

Result<Observed> observe_one(const Desired& desired, const Host& host, System& system) {
  Observed observed;
  observed.attributes["manager"] = "nftables";
  const Result<Wanted> wanted = wanted_of(desired);
  const bool absent = wants_absent(desired);
  observe_files(desired, host, wanted && !absent ? wanted->path : std::string(), observed);
  if (!wanted && !absent) observed.obstacle = wanted.error().diagnostic();
  if (host.running) {
    const bool there = is_policy(desired) ? std::any_of(host.running->policies.begin(), host.running->policies.end(),
                                                        [](const auto& one) { return one.second == "deny"; })
                                          : host.running->has_rule_of(desired.text("name"));
    observed.attributes["running"] = wanted && !absent ? runs(*wanted, *host.running) : there;
    observed.exists = observed.exists || there;
  }
  note_line(desired, lets_of(host), system, observed);
  if (absent) return observed;
  // An image's are read when it starts.
  if (!host.has_program && !system.is_image()) observed.missing.push_back({{"", "file", "/usr/sbin/nft"}, "name"});
  if (!host.has_folder) {
    observed.attributes["no_folder"] = true;
    PLUMB_TRY(note_missing_parent(parent_of(kFolder), system, observed));
  }
  if (desired.flag("persistent", true)) {
    observed.attributes["persistent"] = includes_ours(host.start_text);
    if (!includes_ours(host.start_text)) observed.attributes["start_file"] = host.start_file;
    if (!system.is_image() && !host.starts) observed.attributes["unread"] = true;
  }
  return observed;
}

class Nftables : public BackEnd {
 public:
  std::string_view name() const override { return "nftables"; }
  std::string_view program() const override { return "nft"; }
  std::string_view program_path() const override { return "/usr/sbin/nft"; }
  Result<bool> is_in_use(System&) const override { return true; }
  bool is_last_resort() const override { return true; }
  Result<std::vector<std::string>> texts(const Rule& rule) const override { return rule_texts(rule); }

  std::string refuses(const Desired& policy) const override {
    if (policy.has("enabled"))
      return "nftables is not enabled by itself: a `service: nftables` with `enabled: true` reads the rules at the "
             "start";
    if (policy.has("logging")) return "nftables logs what a rule with `log: true` is about";
    for (const auto& [setting, chain] : kChains) {
      if (policy.text(setting) == "reject")
        return "a chain of nftables has no policy `reject`: say `deny`, and a rule with `order: last` that rejects";
    }
    return {};
  }

  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override {
    const Result<Host> host = read_host(system);
    return observe_each(desired, [&](const Desired& one) {
      return host ? observe_one(one, *host, system) : Result<Observed>(host.error());
    });
  }

  Change diff(const Desired& desired, const Observed& observed) const override {
    return wants_absent(desired) ? removal(desired, observed) : making(desired, observed);
  }

  Result<std::vector<Step>> steps(const ChangeFirewall& change, bool image) const override {
    if (change.verb != "load") return fail(Code::kProtocol, "`" + change.verb + "` is no verb of nftables' rules");
    if (image) return fail(Code::kOperation, "no rules of an image run");
    Step step;
    step.doing = "loading the table inet plumb";
    step.program.argv = {"nft", "-f", "-"};
    // All of it at once, or nothing: no packet meets half of the rules.
    step.program.stdin_text =
        "add table inet plumb\ndelete table inet plumb\nadd table inet plumb\n" + std::string(kInclude) + "\n";
    return std::vector{std::move(step)};
  }

  std::vector<std::string> manages_paths(const Desired& desired) const override { return files_of(desired); }

  std::vector<std::string> edits_paths(const Desired& desired) const override {
    if (wants_absent(desired) || !desired.flag("persistent", true)) return {};
    return {kStartFiles.begin(), kStartFiles.end()};
  }

  std::vector<ImpliedPath> implies_paths(const Desired&) const override { return {{kFolder, true}}; }

  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override {
    Desired again;
    again.address = desired.address;
    if (before.exists && !before.attribute("asked").is_object()) return std::nullopt;
    if (before.exists) again.attributes = before.attribute("asked");
    again.attributes["name"] = desired.attribute("name");
    again.attributes["manager"] = "nftables";
    again.attributes["state"] = before.exists ? "present" : "absent";
    if (desired.has("persistent")) again.attributes["persistent"] = desired.attribute("persistent");
    return again;
  }

 private:
  static void load(Change& change) { change.operations.push_back(ChangeFirewall{"nftables", "load"}); }

  static Change removal(const Desired& desired, const Observed& observed) {
    Change change;
    if (!observed.exists) return change;
    change.op = Op::kDelete;
    for (const char* attribute : {"rules", "running", "incoming", "outgoing", "forwarded"}) {
      if (observed.has(attribute)) change.before[attribute] = observed.attribute(attribute);
    }
    for (const std::string& path : own_files(desired, observed.attribute("others")))
      change.operations.push_back(Remove{path, false, false});
    if (observed.has("running")) load(change);
    return change;
  }

  // A host may tell any path.
  static std::vector<std::string> own_files(const Desired& desired, const Json& told) {
    std::vector<std::string> own = files_of(desired);
    const std::vector<std::string> paths = texts_in(told);
    std::erase_if(own,
                  [&](const std::string& path) { return std::find(paths.begin(), paths.end(), path) == paths.end(); });
    return own;
  }

  static Change making(const Desired& desired, const Observed& observed) {
    Change change;
    const Result<Wanted> wanted = wanted_of(desired);
    if (!wanted) {
      note_difference(observed, "rules", Json::array({desired.text("name")}), change);
      change.op = change.after.empty() ? Op::kNone : Op::kUpdate;
      return change;
    }
    const std::vector<std::string> others = own_files(desired, observed.attribute("others"));
    bool files = note_difference(observed, "rules", wanted->rules, change);
    if (is_policy(desired)) files = note_policies(*wanted, observed, change) || files;
    if (!observed.has("at") || observed.text("at") != wanted->path || !others.empty())
      files = note_difference(observed, "at", wanted->path, change) || !others.empty() || files;
    if (!others.empty()) change.before["others"] = others, change.after["others"] = Json::array();
    const bool persistent = desired.flag("persistent", true);
    const bool included = !persistent || !note_difference(observed, "persistent", true, change);
    const bool loads = observed.has("running") && note_difference(observed, "running", true, change);
    if (change.before.empty() && change.after.empty()) return change;
    change.op = observed.exists ? Op::kUpdate : Op::kCreate;
    if (!observed.exists) change.before = Json::object();
    if (!included) include(observed, change);
    if (observed.flag("no_folder", false)) change.operations.insert(change.operations.begin(), folder());
    for (const std::string& path : others) change.operations.push_back(Remove{path, false, false});
    if (files) change.operations.push_back(file(*wanted, observed.has("running")));
    if (observed.has("running") && (files || loads)) load(change);
    if (persistent && observed.flag("unread", false))
      change.note = "nftables.service, which reads the rules when the host starts, is not enabled";
    return change;
  }

  static bool note_policies(const Wanted& wanted, const Observed& observed, Change& change) {
    bool differs = false;
    for (const auto& [setting, chain] : kChains) {
      const auto found = wanted.policies.find(chain);
      if (found != wanted.policies.end()) {
        differs = note_difference(observed, setting, found->second, change) || differs;
      } else if (observed.has(setting)) {
        change.before[setting] = observed.attribute(setting);
        change.after[setting] = nullptr;
        differs = true;
      }
    }
    return differs;
  }

  static Operation folder() { return MakeDirectory{kFolder, {{}, {}, "0755"}, true}; }

  static void include(const Observed& observed, Change& change) {
    EditFile edit;
    edit.path = observed.text("start_file") == kStartFiles[0] ? kStartFiles[0] : kStartFiles[1];
    LineEdit line;
    line.text = kInclude;
    edit.edits = {std::move(line)};
    edit.create = true;
    edit.follow = true;
    change.operations.push_back(std::move(edit));
  }

  // What nft does not take is not written.
  static Operation file(const Wanted& wanted, bool runs) {
    EditFile edit;
    edit.path = wanted.path;
    edit.edits = {TextEdit{wanted.text}};
    edit.create = true;
    if (runs) edit.validate = "nft -c -f %s";
    return edit;
  }
};

}  // namespace

const BackEnd& back_end() {
  static const Nftables one;
  return one;
}

}  // namespace plumb::providers::firewall::nftables
