#include "engine/report/plan_action_text.h"

#include <algorithm>
#include <map>
#include <vector>

#include "engine/base/digest.h"
#include "engine/base/joined.h"
#include "engine/base/outside_text.h"
#include "engine/base/sealed.h"
#include "engine/base/shell_word.h"
#include "engine/plan/action_json.h"
#include "engine/report/content_text.h"
#include "engine/report/mode_words.h"
#include "engine/report/op_look.h"
#include "engine/report/paths_text.h"
#include "engine/report/plan_values.h"
#include "engine/report/style.h"

namespace plumb::report {
namespace {

// What an operation is about. What a transaction of packages brings besides, its note says.
std::vector<std::string> subjects_of(const Operation& operation) {
  if (const std::string* path = path_of(operation)) return {*path};
  if (const auto* service = std::get_if<ServiceAction>(&operation)) return {service->unit};
  if (const auto* account = std::get_if<EditDatabase>(&operation)) return {account->name};
  if (const auto* value = std::get_if<SetKernelValue>(&operation)) return {value->key};
  if (const auto* mount = std::get_if<ChangeMount>(&operation)) return {mount->point};
  if (const auto* swap = std::get_if<ChangeSwap>(&operation)) return {swap->device};
  if (const auto* module = std::get_if<ChangeModule>(&operation)) return {module->name};
  if (const auto* firewall = std::get_if<ChangeFirewall>(&operation)) return {"the rules of " + firewall->manager};
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
  const auto* fetch = std::get_if<Fetch>(&operation);
  const std::string* validate = write != nullptr   ? &write->validate
                                : edit != nullptr  ? &edit->validate
                                : fetch != nullptr ? &fetch->validate
                                                   : nullptr;
  return validate == nullptr || validate->empty() ? std::vector<std::string>() : std::vector{*validate};
}

// What a command is, a line each; a sealed part of it is not shown.
std::vector<std::string> command_lines(const Run& run) {
  if (is_sealed(run.script)) return {kSealedText};
  if (!run.script.empty()) {
    std::vector<std::string> lines;
    for (const std::string& line : value_lines(run.script)) {
      // What leads up to it says little.
      if (lines.empty() && (line.empty() || line == "\"\"" || line.starts_with("#!"))) continue;
      lines.push_back(line == "\"\"" ? "" : line);
    }
    if (lines.empty()) lines.push_back("\"\"");
    return lines;
  }
  std::string words;
  for (const std::string& word : run.argv)
    append_item(words, is_sealed(word) ? std::string(kSealedText) : typed_word(word), " ");
  return {value_text(words)};
}

// What comes from elsewhere, and what holds it.
std::string fetch_line(const Fetch& fetch) {
  const std::string held = fetch.digest.empty() ? "not held by a digest" : "held by " + visible(fetch.digest);
  constexpr std::string_view kOfHost = "file://";
  if (fetch.url.starts_with(kOfHost)) return "copies  " + visible(fetch.url.substr(kOfHost.size())) + "  " + held;
  return "fetches  " + visible(fetch.url) + "  " + held + (fetch.any_certificate ? ", from whoever answers" : "");
}

std::string in_a_row(const Probe& probe) {
  return (probe.stable > 1 ? ", " + std::to_string(probe.stable) + " times in a row" : "") +
         (probe.within_seconds > 0 ? ", within " + std::to_string(probe.within_seconds) + " s" : "");
}

std::string wait_line(const Wait& wait) {
  return "waits until " + visible(describe(wait)) + in_a_row(wait.probe);
}

std::string call_line(const Call& call) {
  std::string line = "calls  " + visible(call.method) + " " + visible(call.url);
  if (call.any_certificate) line += "  of whoever answers";
  return line;
}

// Which program that is, byte by byte, where all is asked for.
std::string provider_line(const CallProvider& call, bool full) {
  constexpr std::size_t kShort = 19;  // of a digest, with its prefix
  std::string line = "asks  the provider " + visible(call.provider) + " to " + visible(call.verb) + " it  (" +
                     (full ? visible(call.package) : visible(call.package).substr(0, kShort) + "…") + ")";
  if (call.on_controller) line += "  on the controller";
  if (!call.user.empty()) line += "  as " + visible(call.user);
  return line;
}

std::string unpack_line(const Unpack& unpack) {
  std::string line = "unpacks  " + (unpack.archive.empty() ? unpack.content : visible(unpack.archive));
  if (!unpack.digest.empty()) line += "  held by " + visible(unpack.digest);
  return line;
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

  std::string action(const plan::Action& action) {
    const OpLook style = look_of(action.op);
    std::string line = std::string(style.sign) + " " + action.desired.address.str();
    out_ += "  " + tint(line, style.tone, options_.color);
    if (action.op == Op::kRestart || action.op == Op::kReload || action.op == Op::kVerify)
      out_ += "  " + std::string(name(action.op));
    if (action.fidelity != Fidelity::kExact)
      out_ += tint("  (" + std::string(name(action.fidelity)) + ")", Tone::kDim, options_.color);
    // What is to go and was never ours goes whole; elsewhere each attribute says it.
    if (action.op == Op::kDelete && is_first(action)) out_ += tint("  (first)", Tone::kYellow, options_.color);
    if (!action.because.empty() && is_of_all(action.because.begin()->second))
      out_ += tint("  (" + action.because.begin()->second + ")", Tone::kYellow, options_.color);
    if (!action.source.empty()) out_ += tint("  " + action.source, Tone::kDim, options_.color);
    out_ += "\n";
    for (const plan::AlsoDeclared& one : action.also)
      out_ += "      " + tint("also " + one.address + "  " + one.source, Tone::kDim, options_.color) + "\n";
    if (action.triggered && (action.op != Op::kVerify || action.pending)) triggered(action);
    if (action.confirm_within > 0)
      out_ += "      must be confirmed within " + duration_text(action.confirm_within) + "\n";
    manner(action);
    if (action.op == Op::kVerify) probes(action);
    runs(action);
    brings(action);
    subjects(action);
    if (!action.note.empty()) out_ += "      " + tint(action.note, Tone::kDim, options_.color) + "\n";
    if (action.op != Op::kRun) attributes(action);
    for (const plan::Due& due : action.owes) {
      if (acts_itself(due.address)) continue;
      out_ += "      leaves the " + std::string(name(due.op)) + " of " + due.address + " to a later run\n";
    }
    if (options_.full) details(action);
    return std::move(out_);
  }

 private:
  // Whether the plan does by itself what is owed until then.
  bool acts_itself(const std::string& address) const {
    for (const auto& [name, host] : plan_.hosts) {
      for (const plan::Action& one : *host.actions.get()) {
        if (!one.triggered && one.desired.address.str() == address) return true;
      }
    }
    return false;
  }

  // Why all of a resource changes, if anything of it does.
  static bool is_of_all(const std::string& why) { return why == "orphan" || why == "undo"; }

  static bool is_first(const plan::Action& action) {
    return std::any_of(action.because.begin(), action.because.end(),
                       [](const auto& reason) { return reason.second == "first"; });
  }

  // When it is done at all, and how often; what a failure of it means; with which variables its programs run.
  void manner(const plan::Action& action) {
    const Manner& how = action.manner;
    if (!action.rescues.empty()) out_ += "      only if this fails: " + some_of(action.rescues) + "\n";
    if (!action.when.empty()) out_ += "      only if " + visible(action.when.value("text", "")) + "\n";
    if (how.tries > 1) {
      out_ +=
          "      tried up to " + std::to_string(how.tries) + " times, " + duration_text(how.every_seconds) + " apart\n";
    }
    if (how.timeout_seconds > 0) out_ += "      ended after " + duration_text(how.timeout_seconds) + "\n";
    if (how.may_fail) out_ += "      may fail: what does not need it goes on\n";
    for (const auto& [name, value] : action.desired.env)
      out_ += "      with " + visible(name) + "=" + visible(value) + "\n";
  }

  // A script by its first line, unless all is asked for.
  void runs(const plan::Action& action) {
    for (const Operation& operation : action.operations) {
      const auto* run = std::get_if<Run>(&operation);
      if (run == nullptr) continue;
      const std::string user = run->user.empty() ? "" : "  as " + visible(run->user);
      std::vector<std::string> lines = command_lines(*run);
      const std::size_t shown = options_.full ? lines.size() : 1;
      out_ += "      runs  " + lines.front() + user + "\n";
      for (std::size_t i = 1; i < shown; ++i) out_ += "            " + lines[i] + "\n";
      if (shown < lines.size()) {
        const std::string rest = "… and " + counted(lines.size() - shown, "line", "lines") + " more";
        out_ += "            " + tint(rest, Tone::kDim, options_.color) + "\n";
      }
    }
  }

  void brings(const plan::Action& action) {
    for (const Operation& operation : action.operations) {
      if (const auto* fetch = std::get_if<Fetch>(&operation)) out_ += "      " + fetch_line(*fetch) + "\n";
      if (const auto* unpack = std::get_if<Unpack>(&operation)) out_ += "      " + unpack_line(*unpack) + "\n";
      if (const auto* wait = std::get_if<Wait>(&operation)) out_ += "      " + wait_line(*wait) + "\n";
      if (const auto* call = std::get_if<Call>(&operation)) out_ += "      " + call_line(*call) + "\n";
      if (const auto* provider = std::get_if<CallProvider>(&operation))
        out_ += "      " + provider_line(*provider, options_.full) + "\n";
      if (const auto* reboot = std::get_if<Reboot>(&operation)) {
        out_ += "      restarts the host, and goes on once it takes a login, within " +
                duration_text(reboot->within_seconds) + "\n";
      }
    }
  }

  void triggered(const plan::Action& action) {
    out_ += "      " + std::string(action.pending ? "owed from an earlier run, because of " : "because of ") +
            some_of(action.triggered_by) + "\n";
  }

  // The first ones, unless all is asked for.
  std::string some_of(const std::vector<std::string>& addresses) const {
    constexpr std::size_t kShown = 3;
    std::string some;
    std::size_t count = 0;
    for (const std::string& address : addresses) {
      if (++count > kShown && !options_.full)
        return some + " and " + std::to_string(addresses.size() - kShown) + " more";
      append_item(some, address);
    }
    return some;
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
      out_ += "      " + attribute + "  " + (sealed ? std::string(kSealedText) : value_text(value)) + "\n";
    }
  }

  void probes(const plan::Action& action) {
    for (const Operation& operation : action.operations) {
      const auto* probe = std::get_if<Probe>(&operation);
      if (probe == nullptr) continue;
      out_ += "      then checks: " + describe(*probe) + in_a_row(*probe) + "\n";
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
      const auto shown = [&](const Json& value) {
        return sealed(value) ? std::string(kSealedText) : value_text(value);
      };
      out_ += "      " + attribute + std::string(width - attribute.size() + 2, ' ');
      const bool by_lines = !sealed(before) && !sealed(after) && is_of_lines(before, after);
      std::optional<ValueChange> by_paths;
      if (!sealed(before) && !sealed(after)) by_paths = value_change(before, after, options_);
      std::vector<std::string> lines;
      if (by_paths) {
        lines = {by_paths->count};
      } else if (action.op == Op::kCreate || !action.before.contains(attribute)) {
        lines = sealed(after) ? std::vector{shown(after)} : value_lines(after);
      } else if (action.op == Op::kDelete || !action.after.contains(attribute)) {
        lines = sealed(before) ? std::vector{shown(before)} : value_lines(before);
      } else if (by_lines) {
        lines = {line_count(before) + " → " + line_count(after)};
      } else {
        lines = {shown(before) + " → " + shown(after)};
      }
      out_ += lines.front();
      if (is_given_once(action, attribute)) out_ += ", not kept";
      const auto why = action.because.find(attribute);
      if (why != action.because.end() && is_worth_telling(action, why->second, before)) {
        out_ += tint("  (" + why->second + ")", Tone::kYellow, options_.color);
      }
      out_ += tint(in_words(action, attribute, before, after), Tone::kDim, options_.color);
      out_ += "\n";
      more_lines(lines, width + 8);
      if (!options_.diffs) continue;
      if (by_paths) {
        out_ += by_paths->lines;
      } else if (by_lines) {
        out_ += content_text(before.get_ref<const std::string&>(), after.get_ref<const std::string&>(), "        ",
                             options_);
      } else {
        content_diff(action, before, after);
      }
    }
  }

  // Two texts that are compared line by line: their first lines alone may well be the same.
  static bool is_of_lines(const Json& before, const Json& after) {
    if (!before.is_string() || !after.is_string()) return false;
    return before.get_ref<const std::string&>().find('\n') != std::string::npos ||
           after.get_ref<const std::string&>().find('\n') != std::string::npos;
  }

  static std::string line_count(const Json& text) {
    return text.get_ref<const std::string&>().empty() ? "nothing" : counted(value_lines(text).size(), "line", "lines");
  }

  // That something new has what was asked for goes without saying; that something is changed for the first time says
  // that nobody has put it there with plumb.
  static bool is_worth_telling(const plan::Action& action, const std::string& why, const Json& before) {
    if (why == "first") return action.op != Op::kDelete && !before.is_null();
    return why != "config" && !is_of_all(why);
  }

  // Somebody who changes it later is left alone.
  bool is_given_once(const plan::Action& action, const std::string& attribute) const {
    const Kind* kind = options_.kinds == nullptr ? nullptr : options_.kinds->find(action.desired.address.kind);
    if (kind == nullptr || action.op != Op::kCreate || action.desired.has(attribute)) return false;
    return std::find(kind->given_once.begin(), kind->given_once.end(), attribute) != kind->given_once.end();
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

  // Nothing where they are not contents that the plan has or names.
  void content_diff(const plan::Action& action, const Json& before, const Json& after) {
    static const std::string kNothing;
    const std::string* old_text = before.is_null() ? &kNothing : blob(before);
    const std::string* new_text = after.is_null() ? &kNothing : blob(after);
    if (old_text != nullptr && new_text != nullptr) {
      out_ += content_change_text(file_of(action), *old_text, *new_text, options_);
      return;
    }
    std::string why;
    const auto large = after.is_string() ? plan_.contents.find(after.get<std::string>()) : plan_.contents.end();
    if (large != plan_.contents.end()) {
      why = "too large to be shown: " + size_text(large->second.size) + " come";
    } else if (new_text != nullptr && !new_text->empty() && before.is_string() &&
               is_digest(before.get_ref<const std::string&>())) {
      // The host gives none that is larger, and none that is no text.
      why = "what is there is no text, or larger than 256 KiB; " + size_text(new_text->size()) + " come";
    }
    if (!why.empty()) out_ += "        " + tint(why, Tone::kDim, options_.color) + "\n";
  }

  // The file that it writes, by whose name its form is known.
  static std::string file_of(const plan::Action& action) {
    for (const Operation& operation : action.operations) {
      if (const std::string* path = path_of(operation)) return *path;
    }
    return action.desired.address.identity;
  }

  // What a change of permissions means.
  std::string in_words(const plan::Action& action, const std::string& attribute, const Json& before,
                       const Json& after) const {
    const Kind* kind = options_.kinds == nullptr ? nullptr : options_.kinds->find(action.desired.address.kind);
    if (kind == nullptr || action.op == Op::kDelete || !after.is_string()) return {};
    const Json& properties = kind->schema.json()["properties"];
    if (!properties.contains(attribute) || properties[attribute].value("x-format", "") != "mode") return {};
    const std::string words = mode_words(before.is_string() ? before.get<std::string>() : "", after.get<std::string>());
    return words.empty() ? "" : "  " + words;
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

}  // namespace

std::string action_text(const plan::Action& action, const plan::Plan& plan, const PlanTextOptions& options) {
  return Writer(plan, options).action(action);
}

}  // namespace plumb::report
