#include "engine/report/plan_text.h"

#include <algorithm>
#include <map>
#include <vector>

#include "engine/base/digest.h"
#include "engine/base/outside_text.h"
#include "engine/base/sealed.h"
#include "engine/plan/action_json.h"
#include "engine/report/host_list.h"
#include "engine/report/rollout_text.h"
#include "engine/report/style.h"
#include "engine/report/text_diff.h"

namespace plumb::report {
namespace {

struct Look {
  const char* sign;
  Tone tone;
};

Look look(Op op) {
  switch (op) {
    case Op::kCreate:
      return {"+", Tone::kGreen};
    case Op::kUpdate:
      return {"~", Tone::kYellow};
    case Op::kReplace:
      return {"±", Tone::kYellow};
    case Op::kDelete:
      return {"-", Tone::kRed};
    case Op::kRun:
      return {"!", Tone::kCyan};
    case Op::kRestart:
    case Op::kReload:
      return {"*", Tone::kBlue};
    case Op::kVerify:
      return {"?", Tone::kCyan};
    case Op::kNone:
      break;
  }
  return {" ", Tone::kPlain};
}

constexpr const char* kSealed = "(sensitive)";

std::string value_text(const Json& value) {
  if (value.is_null()) return "(none)";
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    if (is_digest(text)) return text.substr(0, 19) + "…";
    if (text.empty()) return "\"\"";
    constexpr std::size_t kLongest = 120;
    std::string line = text.substr(0, text.find('\n'));
    if (line.size() > kLongest) {
      std::size_t end = kLongest;
      while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xc0) == 0x80) --end;
      line.resize(end);
    }
    const bool whole = line.size() == text.size();
    // Hosts tell these.
    return visible(line) + (whole ? "" : "…");
  }
  if (value.is_array()) {
    std::string list;
    for (const Json& item : value) list += (list.empty() ? "" : ", ") + value_text(item);
    return "[" + list + "]";
  }
  return visible(canonical(value));
}

// Those of a value that is shown alone: a text of several lines has each of them.
std::vector<std::string> lines_of(const Json& value) {
  std::vector<std::string> lines;
  // A long list, as of what goes, is read item by item.
  constexpr std::size_t kShortList = 3;
  const auto is_text = [](const Json& item) { return item.is_string(); };
  if (value.is_array() && value.size() > kShortList && std::all_of(value.begin(), value.end(), is_text)) {
    for (const Json& item : value) lines.push_back(value_text(item));
    return lines;
  }
  if (!value.is_string()) return {value_text(value)};
  std::string_view rest = value.get_ref<const std::string&>();
  for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    lines.push_back(value_text(std::string(rest.substr(0, end))));
    rest.remove_prefix(end + 1);
  }
  // The end of a text's last line begins no other one.
  if (lines.empty() || !rest.empty()) lines.push_back(value_text(std::string(rest)));
  return lines;
}

// As it is written: 90s, 2m, 1h.
std::string duration(int seconds) {
  if (seconds % 3600 == 0) return std::to_string(seconds / 3600) + "h";
  if (seconds % 60 == 0) return std::to_string(seconds / 60) + "m";
  return std::to_string(seconds) + "s";
}

// What an operation is about. What a transaction of packages brings besides, its note says.
std::vector<std::string> subjects_of(const Operation& operation) {
  if (const std::string* path = path_of(operation)) return {*path};
  if (const auto* service = std::get_if<ServiceAction>(&operation)) return {service->unit};
  if (const auto* account = std::get_if<EditDatabase>(&operation)) return {account->name};
  const auto* packages = std::get_if<PackageTransaction>(&operation);
  if (packages == nullptr) return {};
  if (packages->install.empty()) return packages->remove;
  std::vector<std::string> names;
  for (const PackageRequest& request : packages->install) names.push_back(request.name);
  return names;
}

// Commands of the plan that an operation runs although it is no command.
std::vector<std::string> programs_of(const Operation& operation) {
  const auto* write = std::get_if<WriteFile>(&operation);
  const auto* edit = std::get_if<EditFile>(&operation);
  const std::string* validate = write != nullptr ? &write->validate : edit != nullptr ? &edit->validate : nullptr;
  return validate == nullptr || validate->empty() ? std::vector<std::string>() : std::vector{*validate};
}

// Whether an address with this identity says that it is about the subject: it is it, or goes on behind it, or the
// subject is a part of it (`line:/etc/hosts#…`, `service:ssh` and ssh.service, a path below a directory).
bool names(std::string_view identity, std::string_view subject) {
  if (subject.empty()) return false;
  const bool longer = identity.size() > subject.size();
  const std::string_view shorter = longer ? subject : identity;
  const std::string_view other = longer ? identity : subject;
  if (!other.starts_with(shorter)) return false;
  if (other.size() == shorter.size()) return true;
  const char next = other[shorter.size()];
  if (longer) return next == '#';
  return shorter == "/" || next == (shorter.starts_with('/') ? '/' : '.');
}

class Writer {
 public:
  Writer(const plan::Plan& plan, const PlanTextOptions& options) : plan_(plan), options_(options) {}

  std::string take() { return std::move(out_); }

  void action(const plan::Action& action) {
    const Look style = look(action.op);
    std::string line = std::string(style.sign) + " " + action.desired.address.str();
    out_ += "  " + tint(line, style.tone, options_.color);
    if (action.op == Op::kRestart || action.op == Op::kReload || action.op == Op::kVerify)
      out_ += "  " + std::string(name(action.op));
    if (action.fidelity != Fidelity::kExact)
      out_ += tint("  (" + std::string(name(action.fidelity)) + ")", Tone::kDim, options_.color);
    out_ += tint("  " + action.source, Tone::kDim, options_.color) + "\n";
    if (action.triggered && (action.op != Op::kVerify || action.pending)) triggered(action);
    if (action.confirm_within > 0) out_ += "      must be confirmed within " + duration(action.confirm_within) + "\n";
    if (action.op == Op::kVerify) probes(action);
    subjects(action);
    if (!action.note.empty()) out_ += "      " + tint(action.note, Tone::kDim, options_.color) + "\n";
    if (action.op != Op::kRun) attributes(action);
    for (const plan::Due& due : action.owes) {
      out_ += "      leaves the " + std::string(name(due.op)) + " of " + due.address + " to a later run\n";
    }
    if (options_.full) details(action);
  }

 private:
  void triggered(const plan::Action& action) {
    constexpr std::size_t kShown = 3;
    std::string by;
    std::size_t count = 0;
    for (const std::string& address : action.triggered_by) {
      if (++count > kShown && !options_.full) {
        by += " and " + std::to_string(action.triggered_by.size() - kShown) + " more";
        break;
      }
      by += (by.empty() ? "" : ", ") + address;
    }
    out_ +=
        "      " + std::string(action.pending ? "owed from an earlier run, because of " : "because of ") + by + "\n";
  }

  // What its operations are about and its address does not say, and what they run on the way: an address may be any
  // name, and who reads a plan has to see what comes of it.
  void subjects(const plan::Action& action) {
    std::vector<std::string> told;
    const auto tell = [&](const std::string& line) {
      if (std::find(told.begin(), told.end(), line) != told.end()) return;
      told.push_back(line);
      out_ += "      " + line + "\n";
    };
    for (const Operation& operation : action.operations) {
      for (const std::string& subject : subjects_of(operation)) {
        if (!subject.empty() && !names(action.desired.address.identity, subject)) tell("on " + visible(subject));
      }
      for (const std::string& program : programs_of(operation)) tell("if this passes: " + visible(program));
    }
    if (action.operations.empty()) undecided(action);
  }

  // What its host makes of it when its turn comes follows from what is asked for. The change of an update shows that.
  void undecided(const plan::Action& action) {
    const Json& asked = action.desired.attributes;
    const bool named = std::any_of(asked.begin(), asked.end(), [&](const Json& value) {
      return value.is_string() && names(action.desired.address.identity, value.get_ref<const std::string&>());
    });
    if (action.op == Op::kUpdate || (named && action.op != Op::kRun)) return;
    for (const auto& [attribute, value] : asked.items()) {
      const bool sealed = is_sealed(value) || action.desired.sensitive.contains(attribute);
      out_ += "      " + attribute + "  " + (sealed ? std::string(kSealed) : value_text(value)) + "\n";
    }
  }

  void probes(const plan::Action& action) {
    for (const Operation& operation : action.operations) {
      const auto* probe = std::get_if<Probe>(&operation);
      if (probe == nullptr) continue;
      out_ += "      then checks: " + describe(*probe) +
              (probe->stable > 1 ? ", " + std::to_string(probe->stable) + " times in a row" : "") +
              (probe->within_seconds > 0 ? ", within " + std::to_string(probe->within_seconds) + " s" : "") + "\n";
    }
  }

  void attributes(const plan::Action& action) {
    std::map<std::string, std::pair<Json, Json>> changes;
    for (const auto& [attribute, value] : action.before.items()) changes[attribute].first = value;
    for (const auto& [attribute, value] : action.after.items()) changes[attribute].second = value;
    std::size_t width = 0;
    for (const auto& [attribute, unused] : changes) width = std::max(width, attribute.size());
    for (const auto& [attribute, change] : changes) {
      const auto& [before, after] = change;
      if (before.is_null() && after.is_null()) continue;
      const bool sensitive = action.desired.sensitive.contains(attribute);
      // What was sensitive once is sealed on one side alone.
      const auto sealed = [&](const Json& value) { return (sensitive && !value.is_null()) || is_sealed(value); };
      const auto shown = [&](const Json& value) { return sealed(value) ? std::string(kSealed) : value_text(value); };
      out_ += "      " + attribute + std::string(width - attribute.size() + 2, ' ');
      std::vector<std::string> lines;
      if (action.op == Op::kCreate || !action.before.contains(attribute)) {
        lines = sealed(after) ? std::vector{shown(after)} : lines_of(after);
      } else if (action.op == Op::kDelete || !action.after.contains(attribute)) {
        lines = sealed(before) ? std::vector{shown(before)} : lines_of(before);
      } else {
        lines = {shown(before) + " → " + shown(after)};
      }
      out_ += lines.front();
      const auto why = action.because.find(attribute);
      if (why != action.because.end() && why->second != "first" && why->second != "config") {
        out_ += tint("  (" + why->second + ")", Tone::kYellow, options_.color);
      }
      out_ += "\n";
      more_lines(lines, width + 8);
      if (options_.diffs) content_diff(before, after);
    }
  }

  // Those behind the first.
  void more_lines(const std::vector<std::string>& lines, std::size_t indent) {
    const std::size_t most = options_.full ? 1000 : 10;
    const std::string margin(indent, ' ');
    for (std::size_t i = 1; i < std::min(lines.size(), most); ++i) out_ += margin + lines[i] + "\n";
    if (lines.size() <= most) return;
    out_ += margin + tint("… and " + std::to_string(lines.size() - most) + " more", Tone::kDim, options_.color) + "\n";
  }

  const std::string* blob(const Json& value) const {
    if (!value.is_string()) return nullptr;
    const auto found = plan_.blobs.find(value.get<std::string>());
    return found == plan_.blobs.end() ? nullptr : &found->second;
  }

  // Nothing where they are not both contents that the plan holds.
  void content_diff(const Json& before, const Json& after) {
    constexpr std::size_t kLargest = std::size_t{256} << 10;
    static const std::string kNothing;
    const std::string* old_text = before.is_null() ? &kNothing : blob(before);
    const std::string* new_text = after.is_null() ? &kNothing : blob(after);
    if (old_text == nullptr || new_text == nullptr) return;
    if (std::max(old_text->size(), new_text->size()) > kLargest || !valid_utf8(*new_text) ||
        new_text->find('\0') != std::string::npos)
      return;
    std::size_t count = 0;
    const std::vector<DiffLine> lines = text_diff(*old_text, *new_text);
    for (const DiffLine& line : lines) {
      if (!options_.full && ++count > options_.diff_lines) {
        out_ += tint("        … " + std::to_string(lines.size() - options_.diff_lines) + " more lines\n", Tone::kDim,
                     options_.color);
        break;
      }
      const Tone tone = line.sign == '+'   ? Tone::kGreen
                        : line.sign == '-' ? Tone::kRed
                        : line.sign == '@' ? Tone::kCyan
                                           : Tone::kPlain;
      const std::string text = line.sign == '@' ? line.text : std::string(1, line.sign) + visible(line.text);
      out_ += "        " + tint(text, tone, options_.color) + "\n";
    }
  }

  void details(const plan::Action& action) {
    for (const std::string& need : action.needs) out_ += "      requires  " + need + "\n";
    for (const std::string& maker : action.unknown_until) out_ += "      decided after  " + maker + "\n";
    for (const Operation& operation : action.operations)
      out_ += "      operation  " + visible(canonical(to_json(operation))) + "\n";
    out_ += std::string("      undo  ") + (action.undo ? "yes" : "no") + "\n";
  }

  const plan::Plan& plan_;
  const PlanTextOptions& options_;
  std::string out_;
};

// The distinct lists of a plan, each with the hosts that have it, in order of their first host.
struct List {
  const plan::ActionList* actions;
  std::vector<std::string> hosts;
};

std::vector<List> distinct_lists(const plan::Plan& plan) {
  std::vector<List> lists;
  std::map<std::string_view, std::size_t> known;
  for (const auto& [host, host_plan] : plan.hosts) {
    if (host_plan.actions.empty()) continue;
    const auto [place, is_new] = known.try_emplace(host_plan.actions.digest(), lists.size());
    if (is_new) lists.push_back({&host_plan.actions, {}});
    lists[place->second].hosts.push_back(host);
  }
  return lists;
}

// The elements of a list as its canonical text holds them.
std::vector<std::string_view> elements(std::string_view list) {
  std::vector<std::string_view> all;
  std::size_t depth = 0;
  std::size_t begin = 1;
  for (std::size_t at = 0; at < list.size(); ++at) {
    const char c = list[at];
    if (c == '"') {
      while (list[++at] != '"') at += list[at] == '\\' ? 1 : 0;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if (c == ']' || c == '}') {
      --depth;
    }
    if ((c == ',' && depth == 1) || (depth == 0 && at > begin)) {
      all.push_back(list.substr(begin, at - begin));
      begin = at + 1;
    }
  }
  return all;
}

struct Group {
  std::vector<std::string> hosts;
  std::size_t list = 0;                // the first one that has its actions
  std::vector<std::size_t> positions;  // of them in that list, in plan order
};

// Each distinct action once, under the set of hosts that have it; sets in order of their first host, actions in plan
// order. Actions themselves are not kept: of a large fleet they are many.
std::vector<Group> group_by_hosts(const std::vector<List>& lists) {
  if (lists.size() == 1) {
    Group only;
    only.hosts = {lists.front().hosts.begin(), lists.front().hosts.end()};
    for (std::size_t i = 0; i < lists.front().actions->size(); ++i) only.positions.push_back(i);
    return {std::move(only)};
  }
  struct Entry {
    std::vector<std::size_t> lists;
    std::size_t position = 0;  // in the first of them
    std::size_t place = 0;     // the last position that it has
  };
  std::map<std::string, Entry> entries;  // by the digest of the action's own JSON
  for (std::size_t list = 0; list < lists.size(); ++list) {
    const std::string text = lists[list].actions->text();
    const std::vector<std::string_view> actions = elements(text);
    for (std::size_t i = 0; i < actions.size(); ++i) {
      Entry& entry = entries[digest(actions[i])];
      if (entry.lists.empty()) entry.position = i;
      if (entry.lists.empty() || entry.lists.back() != list) entry.lists.push_back(list);
      entry.place = std::max(entry.place, i);
    }
  }
  std::map<std::vector<std::size_t>, std::vector<const Entry*>> by_lists;
  for (const auto& [key, entry] : entries) by_lists[entry.lists].push_back(&entry);
  std::vector<Group> groups;
  for (auto& [of, all] : by_lists) {
    std::sort(all.begin(), all.end(), [](const Entry* a, const Entry* b) {
      return a->place != b->place ? a->place < b->place : a->position < b->position;
    });
    Group group;
    for (const std::size_t list : of)
      group.hosts.insert(group.hosts.end(), lists[list].hosts.begin(), lists[list].hosts.end());
    std::sort(group.hosts.begin(), group.hosts.end());
    group.list = of.front();
    for (const Entry* entry : all) group.positions.push_back(entry->position);
    groups.push_back(std::move(group));
  }
  std::sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) { return a.hosts < b.hosts; });
  return groups;
}

std::string counted(std::size_t count, const char* one, const char* many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::string held_back_line(const plan::HeldBack& held) {
  std::string line = "    " + held.address + "  ";
  line += held.op == Op::kNone ? "could not be looked at" : "is left alone; " + std::string(name(held.op)) + " was due";
  if (!held.needs.empty()) line += ", and needs " + held.needs;
  return line + "\n";
}

std::string passed_over_text(const plan::Plan& plan, bool color) {
  std::map<std::string, std::vector<std::string>> by_text;
  for (const auto& [host, host_plan] : plan.hosts) {
    std::string text;
    for (const plan::PassedOver& one : host_plan.passed_over)
      text += "  " + tint("- " + visible(one.address), Tone::kDim, color) + "  not run: " + visible(one.why) + "\n";
    if (!text.empty()) by_text[text].push_back(host);
  }
  std::string out;
  for (const auto& [text, hosts] : by_text) out += tint(host_list(hosts), Tone::kBold, color) + "\n" + text + "\n";
  return out;
}

}  // namespace

std::string scope_text(const plan::Plan& plan, bool color) {
  const auto listed = [](const std::set<std::string>& names) {
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
    return list;
  };
  std::string out;
  if (!plan.scope.limit.empty()) out += "Only hosts that match " + plan.scope.limit + ".\n";
  if (plan.scope.narrows_resources()) {
    int left_out = 0;
    for (const auto& [name, host] : plan.hosts) left_out += host.left_out;
    out += "Only resources";
    if (!plan.scope.tags.empty()) out += " tagged " + listed(plan.scope.tags);
    if (!plan.scope.skip_tags.empty()) out += " not tagged " + listed(plan.scope.skip_tags);
    out += "; " + counted(static_cast<std::size_t>(left_out), "is", "are") + " left out.\n";
  }
  return out.empty() ? out : tint(out.substr(0, out.size() - 1), Tone::kYellow, color) + "\n";
}

std::string plan_text(const plan::Plan& plan, const PlanTextOptions& options) {
  std::string out = scope_text(plan, options.color);
  if (!out.empty()) out += "\n";
  const std::vector<List> lists = distinct_lists(plan);
  std::size_t at_hand = lists.size();
  std::shared_ptr<const plan::Actions> actions;
  for (const Group& group : group_by_hosts(lists)) {
    if (group.list != at_hand) actions = lists[group.list].actions->get();
    at_hand = group.list;
    out += tint(host_list(group.hosts), Tone::kBold, options.color) + "\n";
    Writer writer(plan, options);
    for (const std::size_t position : group.positions) writer.action((*actions)[position]);
    out += writer.take() + "\n";
  }
  return out + locks_text(plan, options.color) + passed_over_text(plan, options.color);
}

std::string locks_text(const plan::Plan& plan, bool color) {
  std::map<std::string, std::vector<std::string>> by_text;
  for (const auto& [host, host_plan] : plan.hosts) {
    std::string text;
    for (const plan::Lock& lock : host_plan.locks) {
      text += "= " + lock.items + tint("  locked by " + lock.owner + " until " + lock.until, Tone::kYellow, color) +
              (lock.reason.empty() ? "" : ": " + lock.reason) + "\n";
      for (const plan::HeldBack& held : host_plan.held_back) {
        if (held.lock == lock.items) text += held_back_line(held);
      }
    }
    for (const plan::HeldBack& held : host_plan.held_back) {
      if (held.lock.empty()) text += held_back_line(held);
    }
    if (!text.empty()) by_text[text].push_back(host);
  }
  std::string out;
  for (const auto& [text, hosts] : by_text) out += tint(host_list(hosts), Tone::kBold, color) + "\n" + text + "\n";
  return out;
}

std::string orphans_text(const plan::Plan& plan, bool color) {
  std::map<std::vector<std::string>, std::vector<std::string>> by_orphans;
  for (const auto& [host, host_plan] : plan.hosts) {
    if (!host_plan.orphans.empty()) by_orphans[host_plan.orphans].push_back(host);
  }
  std::string out;
  for (const auto& [orphans, hosts] : by_orphans) {
    out += tint(host_list(hosts), Tone::kBold, color) + "\n";
    for (const std::string& address : orphans) {
      out += "  " + tint("o " + address, Tone::kDim, color) + "  no longer declared; it stays as it is\n";
    }
    out += "\n";
  }
  return out;
}

std::string plan_summary(const plan::Plan& plan, bool color) {
  std::map<Op, std::size_t> ops;
  std::map<Fidelity, std::size_t> fidelities;
  std::size_t unguarded = 0;
  std::size_t pending = 0;
  std::size_t unchanged = 0;
  std::size_t orphans = 0;
  std::size_t held_back = 0;
  std::vector<std::string> changing;
  for (const auto& [host, host_plan] : plan.hosts) {
    unchanged += static_cast<std::size_t>(host_plan.unchanged);
    orphans += host_plan.orphans.size();
    held_back += host_plan.held_back.size();
    if (!host_plan.actions.empty()) changing.push_back(host);
  }
  for (const List& list : distinct_lists(plan)) {
    const plan::ActionCounts& counts = list.actions->counts();
    for (const auto& [op, count] : counts.ops) ops[op] += count * list.hosts.size();
    for (const auto& [fidelity, count] : counts.fidelities) fidelities[fidelity] += count * list.hosts.size();
    pending += counts.pending * list.hosts.size();
    unguarded += counts.unguarded * list.hosts.size();
  }
  const std::size_t still = plan.hosts.size() - changing.size();
  std::string out;
  if (changing.empty()) {
    if (!plan.hosts.empty()) {
      out = tint("Nothing to change", Tone::kGreen, color) + ": " + counted(unchanged, "resource", "resources") +
            " on " + counted(plan.hosts.size(), "host", "hosts") +
            (held_back > 0 ? " as asked for.\n" : ", all as asked for.\n");
    }
  } else {
    std::string list;
    for (const auto& [op, count] : ops)
      list += (list.empty() ? "" : ", ") + std::to_string(count) + " to " + std::string(name(op));
    out = tint("Plan", Tone::kBold, color) + ": " + list + " on " + counted(changing.size(), "host", "hosts") + ". " +
          counted(unchanged, "resource", "resources") + " unchanged";
    out += still > 0 ? ", " + counted(still, "host", "hosts") + " with nothing to change.\n" : ".\n";
    if (fidelities[Fidelity::kBounded] + fidelities[Fidelity::kOpaque] > 0) {
      out += "Fidelity: " + std::to_string(fidelities[Fidelity::kExact]) + " exact, " +
             std::to_string(fidelities[Fidelity::kBounded]) + " bounded, " +
             std::to_string(fidelities[Fidelity::kOpaque]) + " opaque.\n";
    }
  }
  if (plan.rollout) out += rollout_text(*plan.rollout);
  if (unguarded > 0)
    out += counted(unguarded, "command has", "commands have") + " no guard and will run at every apply.\n";
  if (pending > 0) out += counted(pending, "action is", "actions are") + " owed from an earlier run.\n";
  if (held_back > 0) {
    out += counted(held_back, "resource is", "resources are") + " left as " + (held_back == 1 ? "it is" : "they are") +
           ", being locked or in need of one that is.\n";
  }
  if (orphans > 0) {
    out += counted(orphans, "resource on the hosts is", "resources on the hosts are") +
           " no longer in the configuration and left as " + (orphans == 1 ? "it is" : "they are") + ".\n";
  }
  if (!plan.unplanned.empty()) {
    std::vector<std::string> names;
    for (const auto& [host, code] : plan.unplanned) names.push_back(host);
    out += tint("No plan", Tone::kRed, color) + " for " + counted(names.size(), "host", "hosts") + ": " +
           host_list(names) + "\n";
  }
  return out;
}

}  // namespace plumb::report
