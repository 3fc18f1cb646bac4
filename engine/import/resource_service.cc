// Services, commands, and what is done or waited for at its place.
#include <algorithm>

#include "engine/import/expression.h"
#include "engine/import/filter_arguments.h"
#include "engine/import/resource.h"
#include "engine/import/task_words.h"
#include "engine/import/translate_text.h"

namespace plumb::imports {
namespace {

using lang::Entry;
using lang::Node;

// Whole numbers, whichever way they were written: `[200, 201]`, `"200,403"`.
Written status_codes(const Written& given) {
  std::vector<Written> codes = given.items;
  if (given.is_scalar() && given.text.find(',') != std::string::npos) {
    Node text;
    text.kind = Node::Kind::kScalar;
    text.text = given.text;
    for (const Node& one : items_of(text)) codes.push_back(Written::of_text(one.text));
  }
  for (Written& code : codes) {
    if (!code.text.empty() && code.text.find_first_not_of("0123456789") == std::string::npos)
      code = Written::of_plain(code.text);
  }
  return codes.empty() ? given : Written::of_list(std::move(codes));
}

}  // namespace

void Builder::service(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  const Node* name = task_.argument({"name", "service", "unit"});
  ignore({"name", "service", "unit", "daemon_reload", "daemon-reload", "no_block", "use", "sleep", "pattern",
          "arguments", "args", "runlevel", "runlevels", "force"});
  std::string as;
  if (const Node* scope = task_.argument({"scope", "user"});
      scope != nullptr && (scope->text == "user" || is_true_word(scope->text))) {
    as = user_of_task(local);
    if (as.empty()) throw Untranslatable{"units of the user who logs in (`scope`): say `as`"};
  } else if (scope != nullptr && scope->text == "global") {
    throw Untranslatable{"units of all users (`scope: global`)"};
  }
  ignore({"scope", "user"});
  const bool supervised = task_.module == "supervisorctl";
  if (supervised)
    ignore({"config", "server_url", "username", "password", "supervisorctl_path", "signal", "stop_before_removing"});
  if (yes({"daemon_reexec"})) throw Untranslatable{"`daemon_reexec`"};
  if (name == nullptr) {
    unit_.set_outcome(row_, Outcome::kOtherWay);
    unit_.note(row_, "systemd reads its units anew by itself");
    return;
  }
  Written identity = write(*name, Form::kText, local);
  const Node* state = task_.argument({"state"});
  ignore({"state"});
  if (supervised && state != nullptr && in_list(state->text, {"present", "absent", "signalled"}))
    throw Untranslatable{"`state: " + state->text + "` of a program of supervisor: its file says whether it is there"};
  const std::string wanted = state == nullptr ? "" : constant_text(state->text, local).value_or(state->text);
  const bool again = wanted == "restarted" || wanted == "reloaded";
  const bool has_others = given({"enabled", "masked"});
  if (again && changes.empty() && !has_others) {
    auto command = start("command", turn, when);
    identify(*command, "command", Written::of_text(title_of(turn, "")), turn);
    command->put("run", Written::of_texts({supervised ? "supervisorctl" : "systemctl",
                                           wanted == "restarted" ? "restart" : "reload", identity.text}));
    unit_.set_outcome(row_, Outcome::kPartly);
    unit_.note(row_, "it is " + wanted + " at every apply, as it was: say under `" +
                         (wanted == "restarted" ? std::string("restart_on") : std::string("reload_on")) +
                         "` of the service what for, in its place");
    return finish(std::move(command), turn, changes);
  }
  // The service, wherever it is declared, takes what sets it off.
  if (again && !changes.empty() && turn.for_each.empty() && !has_others) {
    WrittenMap whose;
    if (supervised) whose.emplace_back("manager", Written::of_text("supervisor"));
    if (!as.empty()) {
      whose.emplace_back("scope", Written::of_text("user"));
      whose.emplace_back("as", Written::of_text(as));
    }
    unit_.restarts_.push_back({identity.text, wanted == "restarted" ? "restart_on" : "reload_on", changes, whose});
    unit_.set_outcome(row_, Outcome::kOtherWay);
    unit_.note(row_, "`restart_on` of the service");
    return;
  }
  if (!again && !changes.empty()) {
    // Only where something changed, and no restart.
    if (has_others || (wanted != "started" && wanted != "stopped"))
      throw Untranslatable{"a service that is set only where something changed"};
    auto once = start("command", turn, when);
    identify(*once, "command", Written::of_text(title_of(turn, "")), turn);
    once->put("run", Written::of_texts({supervised ? "supervisorctl" : "systemctl",
                                        wanted == "started" ? "start" : "stop", identity.text}));
    unit_.set_outcome(row_, Outcome::kOtherWay);
    unit_.note(row_, "a command that does it");
    return finish(std::move(once), turn, changes);
  }
  const std::string known_as = as + (as.empty() ? "" : " ") + identity.text;
  Item* there = unit_.service_of(known_as, around_.guard.text);
  auto item = start("service", turn, when);
  identify(*item, "service", identity, turn);
  if (supervised) item->put("manager", Written::of_text("supervisor"));
  if (!as.empty()) {
    item->put("scope", Written::of_text("user"));
    item->put("as", Written::of_text(as));
  }
  if (state != nullptr) {
    static constexpr std::string_view kStates =
        "started=running,running=running,stopped=stopped,restarted=running,reloaded=running";
    if (again && changes.empty()) no_word("state", "`" + wanted + "`: say under `restart_on` what it is restarted for");
    if (holds_jinja(state->text) && state->text.find("omit") != std::string::npos) {
      LocalNames with_omit(local);
      with_omit.set("omit", {"dyn(null)", Type::kAny, Type::kAny, 0, "", ""});
      item->put("state", Written::of_text("${cel.bind(s, dyn(" + text_expression(state->text, with_omit).text +
                                          "), s == null ? dyn(null) : s == 'stopped' ? dyn('stopped') : "
                                          "dyn('running'))}"));
    } else if (holds_jinja(state->text)) {
      const Cel value = text_expression(state->text, local);
      item->put("state",
                Written::of_text("${" + value.in_brackets(rank::kSum) + " == 'stopped' ? 'stopped' : 'running'}"));
    } else {
      item->put("state", mapped(*state, kStates, local));
    }
  }
  if (auto enabled = take({"enabled"}, Form::kBool, local)) item->put("enabled", *enabled);
  if (auto masked = take({"masked"}, Form::kBool, local)) item->put("masked", *masked);
  const bool alone = turn.for_each.empty() && when.text == "true";
  if (there != nullptr && alone && (there->find("when") == nullptr || there->for_others)) {
    // Two tasks of one service are one resource.
    for (const auto& [attribute, value] : item->keys) {
      const Written* before = there->find(attribute);
      if (attribute == "state" && before != nullptr && before->text != value.text)
        no_word("state", "is `" + before->text + "` in an earlier task: here it is `" + value.text +
                             "` alone, and what stands between them is done beside it");
      if (attribute != "service") there->put(attribute, value);
    }
    unit_.notify(task_, *there);
    if (registered_ != nullptr) registered_->items.push_back(there);
    return;
  }
  if (there != nullptr) {
    item->put("id", Written::of_text(identity.text + " " + slug(task_.name)));
    item->patterns = {"service:" + identity.text + "*"};
  }
  if (there == nullptr && alone && unit_.services_.contains(known_as)) {
    // One that only some hosts have, deeper in the conditions around: it says there what this one says, and this one is
    // for the others.
    std::string others;
    for (const auto& [guard, other] : unit_.services_.at(known_as)) {
      const bool inside = around_.guard.text == "true" || guard.starts_with(around_.guard.text + " && ");
      if (!inside || other->find("when") != nullptr || other->find("for_each") != nullptr) continue;
      for (const auto& [attribute, value] : item->keys) {
        if (other->find(attribute) == nullptr) other->put(attribute, value);
      }
      others += (others.empty() ? "!(" : " && !(") + guard + ")";
    }
    if (!others.empty()) {
      item->put("when", Written::of_text(others));
      item->for_others = true;
    }
  }
  Item* kept = item.get();
  if (again && wanted == "reloaded") {
    for (const Item* source : changes) kept->triggers.emplace_back("reload_on", source);
    finish(std::move(item), turn, {});
  } else {
    finish(std::move(item), turn, changes);
  }
  if (there == nullptr) unit_.services_[known_as].emplace_back(around_.guard.text, kept);
}

// What a resource that is something done is called: its task's name, told apart by what the loop goes over.
std::string Builder::title_of(Unit::Turn& turn, const std::string& otherwise) {
  LocalNames& local = *turn.names;
  std::string title;
  try {
    title = translate_text(task_.name, local).text;
  } catch (const Untranslatable&) {
    title = task_.module;
  }
  if (title == task_.module && !otherwise.empty())
    title = translate_text(otherwise.substr(0, std::min(otherwise.find('\n'), otherwise.size())), local).text;
  for (const std::string& variable : turn.variables) {
    if (title.find(variable) == std::string::npos) title += " ${json.encode(" + variable + ")}";
  }
  std::replace(title.begin(), title.end(), '\n', ' ');
  return title;
}

// What is done or waited for at its place: wait_for, reboot, uri.
void Builder::moment(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  const auto seconds = [&](const char* attribute, std::initializer_list<std::string_view> names, Item& item) {
    if (auto value = take(names, Form::kInt, local)) {
      if (value->plain) *value = Written::of_text(value->text + "s");
      item.put(attribute, *value);
    }
  };
  if (task_.module == "reboot") {
    auto item = start("reboot", turn, when);
    identify(*item, "reboot", Written::of_text(title_of(turn, "")), turn);
    seconds("within", {"reboot_timeout"}, *item);
    ignore({"msg"});
    ignore({"connect_timeout", "pre_reboot_delay", "post_reboot_delay", "test_command", "boot_time_command",
            "search_paths", "reboot_command"});
    if (changes.empty() && when.text == "true")
      unit_.note(row_, "it restarts the host at every apply: give it `when_exists`, `unless` or `run_on`");
    return finish(std::move(item), turn, changes);
  }
  const Until until = until_of(task_);
  const bool waits = until.what != Until::What::kNothing;
  if (task_.module == "stat") {
    const Node* path = task_.argument({"path", "dest", "name"});
    if (path == nullptr) throw Untranslatable{"`stat` without a path"};
    auto item = start("wait", turn, when);
    identify(*item, "wait", Written::of_text(title_of(turn, "")), turn);
    item->put("path", write(*path, Form::kText, local));
    if (until.what == Until::What::kGone) item->put("state", Written::of_text("absent"));
    for (const lang::Entry& entry : task_.arguments.entries) ignore({entry.key});
    return finish(std::move(item), turn, changes);
  }
  const Node* method = task_.argument({"method"});
  const bool asks = task_.module == "uri" && (method == nullptr || method->text == "GET" || method->text == "HEAD");
  // Of what is done elsewhere, this is what can be done by the machine that runs the play.
  const bool from_controller = (is_delegated(task_) || !around_.delegated.empty()) && (!asks_url(task_) || waits);
  if (task_.module == "wait_for" || asks) {
    auto item = start("wait", turn, when);
    identify(*item, "wait", Written::of_text(title_of(turn, "")), turn);
    if (from_controller) item->put("via", Written::of_text("controller"));
    if (asks) {
      if (registered_ != nullptr && !waits) unit_.note(row_, "what it answers is a reading with `url`");
      if (task_.argument({"body"}) != nullptr || task_.argument({"headers"}) != nullptr ||
          task_.argument({"user", "url_username"}) != nullptr)
        throw Untranslatable{"a question with a body, headers or a login: a reading of a command, or an `http`"};
      item->put("http", Written::of_text(text({"url"}, local)));
      if (auto status = take({"status_code"}, Form::kInt, local)) item->put("status", status_codes(*status));
      if (until.what == Until::What::kAnswers) {
        const Written wanted = status_codes(Written::of_text(until.statuses));
        item->put("status", wanted.is_scalar() ? Written::of_plain(wanted.text) : wanted);
      }
      seconds("timeout", {"timeout"}, *item);
      ignore({"method", "return_content", "validate_certs", "follow_redirects", "http_agent", "force", "body_format",
              "use_proxy"});
      return finish(std::move(item), turn, changes);
    }
    const Node* path = task_.argument({"path"});
    const Node* port = task_.argument({"port"});
    if (path == nullptr && port == nullptr) {
      ignore({"timeout", "delay", "msg", "host", "state", "sleep"});
      unit_.set_outcome(row_, Outcome::kNotNeeded);
      unit_.note(row_, "a pause");
      return;
    }
    if (path != nullptr) {
      item->put("path", write(*path, Form::kText, local));
      if (auto contains = take({"search_regex"}, Form::kText, local)) item->put("contains", *contains);
    } else {
      const Node* host = task_.argument({"host"});
      const bool own = host == nullptr || host->text == "localhost" || host->text == "127.0.0.1";
      Written at = write(*port, Form::kText, local);
      item->put("tcp", own ? write(*port, Form::kInt, local)
                           : Written::of_text(write(*host, Form::kText, local).text + ":" + at.text));
    }
    const Node* state = task_.argument({"state"});
    if (state != nullptr) {
      Written wanted =
          mapped(*state, "started=present,present=present,stopped=absent,absent=absent,drained=absent", local);
      if (wanted.text != "present") item->put("state", std::move(wanted));
    }
    seconds("within", {"timeout"}, *item);
    seconds("every", {"sleep"}, *item);
    ignore({"path", "port", "host", "state", "delay", "connect_timeout", "msg", "exclude_hosts",
            "active_connection_states"});
    return finish(std::move(item), turn, changes);
  }
  auto item = start("http", turn, when);
  identify(*item, "http", Written::of_text(title_of(turn, "")), turn);
  if (from_controller) item->put("via", Written::of_text("controller"));
  item->put("url", Written::of_text(text({"url"}, local)));
  if (auto verb = take({"method"}, Form::kText, local)) item->put("method", *verb);
  if (const Node* headers = task_.argument({"headers"}); headers != nullptr && headers->is_map())
    item->put("headers", unit_.written_of(*headers, local));
  if (const Node* body = task_.argument({"body"})) {
    item->put("body", body->is_scalar()
                          ? write(*body, Form::kText, local)
                          : Written::of_text("${json.encode(" + unit_.value_of(*body, local).text + ")}"));
  }
  if (auto user = take({"user", "url_username"}, Form::kText, local)) item->put("username", *user);
  if (auto password = take({"password", "url_password"}, Form::kText, local)) item->put("password", *password);
  if (auto status = take({"status_code"}, Form::kInt, local)) item->put("status", status_codes(*status));
  if (auto certs = take({"validate_certs"}, Form::kBool, local)) item->put("validate_certs", *certs);
  seconds("timeout", {"timeout"}, *item);
  ignore({"headers", "body", "body_format", "force_basic_auth", "return_content", "follow_redirects", "http_agent",
          "force", "use_proxy"});
  if (changes.empty()) unit_.note(row_, "it is sent at every apply, as it was: give it `unless` or `run_on`");
  finish(std::move(item), turn, changes);
}

void Builder::command(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  const bool shell = task_.module != "command";
  const Node* given_line = task_.argument({"cmd", "_raw_params"});
  const Node* argv = task_.argument({"argv"});
  ignore({"cmd", "_raw_params", "argv", "warn", "strip_empty_ends", "stdin_add_newline", "expand_argument_vars"});
  const std::string line = given_line != nullptr ? given_line->text : task_.free_form;
  if (shell_words(line) == std::vector<std::string>{"systemctl", "daemon-reload"}) {
    ignore({"executable", "chdir"});
    unit_.set_outcome(row_, Outcome::kOtherWay);
    unit_.note(row_, "systemd reads its units anew by itself");
    return;
  }
  // An account that is declared anyway keeps its units.
  if (const std::vector<std::string> words = shell_words(line);
      words.size() == 3 && words[0].ends_with("loginctl") && words[1] == "enable-linger") {
    const std::string user = translate_text(words[2], local).text;
    if (unit_.declared_.contains("user\n" + user)) {
      ignore({"creates", "executable", "chdir"});
      auto account = start("user", turn, when);
      identify(*account, "user", Written::of_text(user), turn);
      account->put("linger", Written::of_plain("true"));
      unit_.set_outcome(row_, Outcome::kOtherWay);
      unit_.note(row_, "`linger` of the `user`");
      return finish(std::move(account), turn, changes);
    }
  }
  auto item = start("command", turn, when);
  const std::string title = title_of(turn, line);
  identify(*item, "command", Written::of_text(title), turn);
  const Node* executable = task_.argument({"executable"});
  ignore({"executable"});
  if (argv != nullptr) {
    item->put("run", argv->is_sequence() ? write(*argv, Form::kList, local) : unit_.written_of(*argv, local));
  } else if (line.empty()) {
    throw Untranslatable{"a command without words"};
  } else if (!shell && line.find("{%") != std::string::npos) {
    // How many words there are hangs on a condition.
    if (line.find_first_of("\"'") != std::string::npos)
      throw Untranslatable{"a command with conditions and quotes in it"};
    item->put("run", Written::of_text("${" + words_of(text_expression(line, local)).text + "}"));
  } else if (!shell) {
    std::vector<Written> words;
    for (const std::string& word : shell_words(line)) words.push_back(Written::of_text(word_text(word, local)));
    const bool several = std::any_of(words.begin(), words.end(), [&](const Written& word) {
      return word.text.starts_with("${") && words.size() == 1;
    });
    if (several) {
      item->put("run", Written::of_text(translate_text(line, local).text));
    } else {
      item->put("run", Written::of_list(std::move(words)));
    }
  } else {
    const std::string script = translate_text(line, local).text;
    if (executable != nullptr && executable->text != "/bin/sh") {
      item->put("run", Written::of_list({Written::of_text(translate_text(executable->text, local).text),
                                         Written::of_text("-c"), Written::of_text(script)}));
    } else {
      item->put("run", Written::of_text(script));
    }
  }
  const std::optional<Written> folder = take({"chdir"}, Form::kText, local);
  for (const char* guard : {"creates", "removes"}) {
    std::optional<Written> path = take({guard}, Form::kText, local);
    if (!path) continue;
    // It counts from the folder that the command runs in.
    const bool relative = !path->text.starts_with('/') && !path->text.starts_with('~') && !path->text.starts_with("${");
    if (folder && relative)
      *path = Written::of_text(folder->text + (folder->text.ends_with('/') ? "" : "/") + path->text);
    item->put(guard, *path);
  }
  if (folder) item->put("cwd", *folder);
  if (auto input = take({"stdin"}, Form::kText, local)) item->put("stdin", *input);
  const bool guarded = item->find("creates") != nullptr || item->find("removes") != nullptr || !changes.empty();
  const bool decided = guarded || when.text.find("readings.") != std::string::npos;
  const Node* changed = task_.keyword("changed_when");
  const bool by_its_words = changed != nullptr && !(changed->is_plain() && plain_type(*changed) == Type::kBool);
  if (!decided) unit_.note(row_, "it runs at every apply, as it did: give it `creates`, `unless` or `run_on`");
  unit_.report_.tasks[static_cast<std::size_t>(row_)].effort = decided && !by_its_words ? 0 : 1;
  finish(std::move(item), turn, changes);
}

}  // namespace plumb::imports
