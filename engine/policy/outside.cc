#include "engine/policy/outside.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <set>

#include <unistd.h>

#include "engine/base/outside_text.h"
#include "engine/base/pattern.h"
#include "engine/base/program.h"
#include "engine/base/time_text.h"

namespace plumb::policy {
namespace {

constexpr std::string_view kForm = "policy/v1";

// A file that only we read, for as long as this lives.
class GivenFile {
 public:
  GivenFile() = default;
  GivenFile(const GivenFile&) = delete;
  GivenFile& operator=(const GivenFile&) = delete;
  ~GivenFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }

  Result<> write(std::string_view text) {
    std::error_code problem;
    std::string name = (std::filesystem::temp_directory_path(problem) / "plumb-policy-XXXXXX").string();
    const int file = problem ? -1 : ::mkstemp(name.data());
    if (file < 0) return fail(Code::kPolicyFailed, "no temporary file can be made for what a program is given");
    path_ = name;
    bool whole = true;
    while (whole && !text.empty()) {
      const ssize_t written = ::write(file, text.data(), text.size());
      if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
      whole = written > 0 || errno == EINTR;
    }
    whole = ::close(file) == 0 && whole;
    if (whole) return {};
    return fail(Code::kPolicyFailed, "what a program is given could not be written to " + path_);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class AnswerReader {
 public:
  AnswerReader(const Judge& judge, const plan::Plan& plan, const Registry* kinds)
      : judge_(judge), plan_(plan), kinds_(kinds) {}

  Result<std::vector<Finding>> read(const Json& answer) {
    if (!answer.is_object()) return wrong("it is no object");
    for (const auto& [part, items] : answer.items()) {
      Effect effect = Effect::kDeny;
      if (part == "warn") {
        effect = Effect::kWarn;
      } else if (part == "require") {
        effect = Effect::kRequire;
      } else if (part != "deny") {
        return wrong("it has a member `" + part + "`, which is none of `deny`, `warn` and `require`");
      }
      if (!items.is_array() || items.size() > kMostFindings)
        return wrong("`" + part + "` is no list of at most " + std::to_string(kMostFindings));
      for (const Json& item : items) PLUMB_TRY(take(effect, item));
    }
    find_sources();
    return std::move(found_);
  }

 private:
  Error wrong(const std::string& why) const {
    return Error(Diagnostic(Code::kPolicyFailed, "`" + judge_.name + "` gave an answer that is none: " + why)
                     .at(judge_.span, "this program"));
  }

  Result<> take(Effect effect, const Json& item) {
    Finding one;
    one.effect = effect;
    one.rule = judge_.name;
    one.rule_span = judge_.span;
    if (item.is_string()) {
      if (effect == Effect::kRequire) return wrong("a text in `require` does not say what is asked for");
      one.message = item.get<std::string>();
    } else if (item.is_object()) {
      PLUMB_TRY(take_members(item, one));
    } else {
      return wrong("an item is neither a text nor an object");
    }
    if (one.message.empty()) return wrong("an item has no `message`");
    if (one.message.size() > kLongestMessage) return wrong("a message is too long");
    found_.push_back(std::move(one));
    return {};
  }

  Result<> take_members(const Json& item, Finding& one) const {
    for (const auto& [member, value] : item.items()) {
      if (member == "message" && value.is_string()) {
        one.message = value.get<std::string>();
      } else if (member == "hint" && value.is_string()) {
        one.hint = value.get<std::string>();
      } else if (member == "address" && value.is_string()) {
        one.address = value.get<std::string>();
        one.about = {one.address};
      } else if (member == "hosts" && value.is_array()) {
        PLUMB_TRY(take_hosts(value, one));
      } else if (one.effect == Effect::kRequire && member == "approvals" && value.is_number_integer() && value >= 1 &&
                 value <= 100) {
        one.requirement.approvals = value.get<std::size_t>();
      } else if (one.effect == Effect::kRequire && member == "ticket" && value.is_string() &&
                 Pattern::parse(value.get<std::string>())) {
        one.requirement.ticket = value.get<std::string>();
      } else if (const auto windows = windows_from(value);
                 one.effect == Effect::kRequire && member == "window" && windows) {
        one.requirement.windows = *windows;
      } else {
        return wrong("`" + member + "` of an item is not known, or not of its type");
      }
    }
    const Requirement& wanted = one.requirement;
    if (one.effect == Effect::kRequire && wanted.approvals == 0 && wanted.ticket.empty() && wanted.windows.empty())
      return wrong("an item of `require` asks for nothing");
    return {};
  }

  Result<> take_hosts(const Json& hosts, Finding& one) const {
    std::set<std::string> names;
    for (const Json& host : hosts) {
      if (!host.is_string() || !plan_.hosts.contains(host.get<std::string>()))
        return wrong("`hosts` names one that the plan has not");
      names.insert(host.get<std::string>());
    }
    one.hosts.assign(names.begin(), names.end());
    return {};
  }

  // An address says where in the project what it is about stands, and on which hosts.
  void find_sources() {
    std::map<std::string, std::vector<Finding*>> wanted;
    for (Finding& one : found_) {
      if (!one.address.empty()) wanted[one.address].push_back(&one);
    }
    if (wanted.empty()) return;
    std::set<std::string> looked_at;
    std::map<std::string, std::set<std::vector<std::string>>> about;
    for (const auto& [host, own] : plan_.hosts) {
      if (own.actions.empty() || !looked_at.insert(own.actions.digest()).second) continue;
      const std::shared_ptr<const plan::Actions> actions = own.actions.get();
      for (const plan::Action& action : *actions) {
        const auto found = wanted.find(action.desired.address.str());
        if (found == wanted.end()) continue;
        about[found->first].insert(plain_addresses_of(action, kinds_));
        for (Finding* one : found->second) {
          if (one->source.empty()) one->source = action.source;
        }
      }
    }
    for (const auto& [address, things] : about) {
      for (Finding* one : wanted[address])
        one->about = things.size() == 1 ? *things.begin() : std::vector<std::string>();
    }
  }

  const Judge& judge_;
  const plan::Plan& plan_;
  const Registry* kinds_;
  std::vector<Finding> found_;
};

Result<std::vector<Finding>> ask_one(const Judge& judge, const std::string& given, const JudgeInput& input,
                                     const std::filesystem::path& folder, int stop) {
  GivenFile file;
  PLUMB_TRY(file.write(given));
  // The shell does no more than open the file; no word of the program goes through it.
  std::vector<std::string> arguments = {"sh", "-c", R"(exec "$@" <"$0")", file.path()};
  arguments.insert(arguments.end(), judge.program.begin(), judge.program.end());
  Result<ProgramOutput> output = run_program(
      arguments, folder, Code::kPolicyFailed,
      {.time = std::chrono::duration_cast<std::chrono::milliseconds>(judge.timeout), .bytes = kMostSaid, .stop = stop});
  if (!output) {
    if (output.error().code() == Code::kInterrupted) return std::move(output.error());
    return Error(Diagnostic(Code::kPolicyFailed, "`" + judge.name + "` could not judge: " + output.error().summary())
                     .at(judge.span, "this program"));
  }
  if (output->exit_code != 0) {
    const std::string said = output->errors.substr(0, 500);
    return Error(Diagnostic(Code::kPolicyFailed, "`" + judge.name + "` could not judge: `" + judge.program.front() +
                                                     "` ended with " + std::to_string(output->exit_code))
                     .at(judge.span, "this program")
                     .with_hint(valid_utf8(said) ? said : ""));
  }
  return read_answer(judge, output->text, input.plan, input.kinds);
}

// Steps around a turn, with who does them.
Json around_of(const plan::Around& around) {
  Json json = Json::object();
  for (const auto* all : {&around.before, &around.after}) {
    for (const plan::Steps& steps : *all) {
      Json list = Json::array();
      const std::shared_ptr<const plan::Actions> actions = steps.actions.get();
      for (const plan::Action& action : *actions) list.push_back(visible(action));
      json[all == &around.before ? "before" : "after"].push_back({{"host", steps.host}, {"actions", std::move(list)}});
    }
  }
  return json;
}

}  // namespace

Json question(const JudgeInput& input, const std::string& plan_id) {
  const plan::Plan& plan = input.plan;
  Json hosts = Json::object();
  Json lists = Json::object();
  for (const auto& [name, host] : plan.hosts) {
    const HostNotes notes = input.notes(name);
    Json& one = hosts[name] = {{"groups", notes.groups},
                               {"orphans", host.orphans},
                               {"unchanged", host.unchanged},
                               {"actions", host.actions.empty() ? Json(nullptr) : Json(host.actions.digest())}};
    if (host.image) one["image"] = true;
    if (!notes.facts.is_null()) one["facts"] = notes.facts;
    if (!host.around.empty()) one["around"] = around_of(host.around);
    if (host.actions.empty() || lists.contains(host.actions.digest())) continue;
    Json& list = lists[host.actions.digest()] = Json::array();
    const std::shared_ptr<const plan::Actions> actions = host.actions.get();
    for (const plan::Action& action : *actions) list.push_back(visible(action));
  }
  Json contents = Json::object();
  for (const auto& [name, bytes] : plan.blobs) {
    contents[name] = valid_utf8(bytes) ? bytes : repaired_utf8(bytes);
  }
  return {{"plumb", kForm},
          {"today", date_text(input.today)},
          {"plan",
           {{"id", plan_id},
            {"engine", plan.engine},
            {"project", plan.project},
            {"on", plan.scope.on},
            {"unplanned", plan.unplanned}}},
          {"hosts", std::move(hosts)},
          {"lists", std::move(lists)},
          {"contents", std::move(contents)}};
}

Result<std::vector<Finding>> read_answer(const Judge& judge, std::string_view text, const plan::Plan& plan,
                                         const Registry* kinds) {
  Result<Json> answer = parse_json(text, Code::kPolicyFailed, {.bytes = kMostSaid});
  if (!answer) {
    return Error(
        Diagnostic(Code::kPolicyFailed, "`" + judge.name + "` gave an answer that is none: " + answer.error().summary())
            .at(judge.span, "this program"));
  }
  return AnswerReader(judge, plan, kinds).read(*answer);
}

void ask(const Policy& policy, const JudgeInput& input, const std::string& plan_id, const std::filesystem::path& folder,
         int stop, Judgement& judgement) {
  if (policy.judges.empty()) return;
  const std::string given = canonical(question(input, plan_id));
  for (const Judge& judge : policy.judges) {
    if (given.size() > kMostGiven) {
      judgement.failures.add(
          Diagnostic(Code::kPolicyFailed, "the plan is too large to be given to `" + judge.name + "`")
              .at(judge.span, "this program"));
      continue;
    }
    const Result<std::vector<Finding>> found = ask_one(judge, given, input, folder, stop);
    if (found) {
      add(*found, policy, input.today, judgement);
    } else {
      judgement.failures.add(found.error().diagnostic());
    }
  }
}

}  // namespace plumb::policy
