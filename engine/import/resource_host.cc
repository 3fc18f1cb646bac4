// Modules of packages, services, commands, repositories and firewalls, and what several modules need besides the table.
#include <algorithm>
#include <set>

#include "engine/import/expression.h"
#include "engine/import/resource.h"

namespace plumb::imports {
namespace {

using lang::Entry;
using lang::Node;

bool in_list(std::string_view word, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// `a=1.2*`: the name and the version.
std::pair<std::string, std::string> name_and_version(const std::string& text) {
  // Outside of expressions.
  int depth = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.compare(at, 2, "${") == 0) ++depth;
    if (text[at] == '}' && depth > 0) --depth;
    if (depth == 0 && text[at] == '=' && at > 0 && text[at - 1] != '=' && text[at - 1] != '!')
      return {text.substr(0, at), text.substr(at + 1)};
  }
  return {text, ""};
}

std::string slug(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const bool good = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
    if (good) {
      out += lower;
    } else if (!out.empty() && out.back() != '-') {
      out += '-';
    }
  }
  while (!out.empty() && out.back() == '-') out.pop_back();
  return out.empty() ? "repository" : out;
}

// Blanks part words, but not inside `{{ }}`.
std::vector<std::string> blank_words(const std::string& text) {
  return shell_words(text);
}

}  // namespace

bool special_module(std::string_view module) {
  return in_list(module, {"apache2_module", "rpm_key", "git_config", "acl", "openssl_dhparam"});
}

bool Builder::special(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  const std::string& module = task_.module;
  if (module == "file") {
    file(turn, when, changes);
  } else if (module == "copy") {
    copy(turn, when, changes);
  } else if (module == "template") {
    templated(turn, when, changes);
  } else if (in_list(module, {"package", "apt", "yum", "dnf", "dnf5", "zypper", "pacman", "apk", "xbps", "pkgng",
                              "openbsd_pkg"})) {
    package(turn, when, changes);
  } else if (in_list(module, {"service", "systemd", "systemd_service", "sysvinit"})) {
    service(turn, when, changes);
  } else if (in_list(module, {"command", "shell", "raw"})) {
    command(turn, when, changes);
  } else if (in_list(module, {"lineinfile", "blockinfile", "replace", "ini_file"})) {
    edit(turn, when, changes);
  } else if (module == "apt_repository" || module == "deb822_repository") {
    repository(turn, when, changes);
  } else if (module == "apt_key" || module == "rpm_key") {
    key(turn, when, changes);
  } else if (in_list(module, {"ufw", "iptables", "firewalld"})) {
    firewall(turn, when, changes);
  } else if (module == "unarchive") {
    unarchive(turn, when, changes);
  } else if (module == "apache2_module") {
    LocalNames& local = *turn.names;
    const std::string name = text({"name", "identifier"}, local);
    const Node* state = task_.argument({"state"});
    ignore({"state", "force", "ignore_configcheck", "warn_mpm_absent"});
    if (state != nullptr && holds_jinja(state->text)) throw Untranslatable{"a state that hangs on the host"};
    const bool absent = state != nullptr && state->text == "absent";
    auto item = start("command", turn, when);
    identify(*item, "command", Written::of_text((absent ? "disable " : "enable ") + name), turn);
    item->put("run", Written::of_texts({absent ? "a2dismod" : "a2enmod", name}));
    item->put(absent ? "removes" : "creates", Written::of_text("/etc/apache2/mods-enabled/" + name + ".load"));
    unit_.set_outcome(row_, Outcome::kOtherWay);
    unit_.note(row_, "a command with a guard");
    finish(std::move(item), turn, changes);
  } else if (module == "git_config") {
    LocalNames& local = *turn.names;
    const std::string name = text({"name"}, local);
    const std::string value = text({"value"}, local);
    const std::string scope = text({"scope"}, local);
    ignore({"state", "repo", "file", "add_mode"});
    if (scope == "local" || scope == "file" || is({"state"}, "absent"))
      throw Untranslatable{"`git_config` of one repository"};
    const std::string where = scope.empty() || scope == "system" ? "--system" : "--global";
    auto item = start("command", turn, when);
    identify(*item, "command", Written::of_text("git config " + name), turn);
    item->put("run", Written::of_texts({"git", "config", where, name, value}));
    item->put("unless", Written::of_text("test \"$(git config " + where + " " + name + ")\" = '" + value + "'"));
    unit_.set_outcome(row_, Outcome::kOtherWay);
    finish(std::move(item), turn, changes);
  } else {
    if (special_module(module)) throw Untranslatable{"there is no kind for `" + module + "` yet"};
    return false;
  }
  return true;
}

void Builder::package(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  const Node* name = task_.argument({"name", "pkg", "package"});
  ignore({"name", "pkg", "package"});
  const bool refresh = yes({"update_cache", "update-cache", "update_only"});
  const Node* valid = task_.argument({"cache_valid_time"});
  ignore({"cache_valid_time"});
  std::string age;
  if (valid != nullptr) {
    const std::optional<std::string> seconds = constant_text(valid->text, local);
    const bool number = seconds && !seconds->empty() && seconds->find_first_not_of("0123456789") == std::string::npos;
    age = number ? std::to_string(std::max(60UL, std::stoul(*seconds))) + "s" : "1h";
  } else if (refresh) {
    age = "1h";
  }
  const Node* upgrade = task_.argument({"upgrade"});
  ignore({"upgrade",
          "allow_downgrade",
          "allow_downgrades",
          "lock_timeout",
          "allow_unauthenticated",
          "dpkg_options",
          "install_weak_deps_not",
          "force_apt_get",
          "update_cache_retries",
          "update_cache_retry_max_delay",
          "fail_on_autoremove",
          "only_upgrade",
          "nobest",
          "autoclean",
          "clean",
          "use",
          "disable_gpg_check",
          "skip_broken",
          "lock_timeout",
          "validate_certs",
          "policy_rc_d",
          "build_dep",
          "extra_args",
          "auto_install_module_deps",
          "oldpackage"});
  const bool remove_unneeded = yes({"autoremove"});
  if (upgrade != nullptr && upgrade->text != "no" && upgrade->text != "false") {
    auto item = start("upgrade", turn, when);
    const bool full = in_list(upgrade->text, {"dist", "full"});
    identify(*item, "upgrade", Written::of_text(full ? "full" : "safe"), turn);
    if (remove_unneeded) item->put("autoremove", Written::of_plain("true"));
    if (!age.empty()) item->put("refresh", Written::of_text(age));
    return finish(std::move(item), turn, changes);
  }
  if (const Node* deb = task_.argument({"deb"})) {
    ignore({"deb", "state"});
    const std::string path = translate_text(deb->text, local).text;
    throw Untranslatable{"a package from `" + path +
                         "`: `package` with `file`, and its name, which only the file tells"};
  }
  if (name == nullptr || (name->is_scalar() && name->text == "*")) {
    ignore({"state"});
    if (name != nullptr) {
      auto item = start("upgrade", turn, when);
      identify(*item, "upgrade", Written::of_text("safe"), turn);
      return finish(std::move(item), turn, changes);
    }
    // Lists alone: what comes afterwards reads them.
    unit_.refresh_ = age.empty() ? "1h" : age;
    unit_.refresh_guard_ = around_.guard.text;
    unit_.set_outcome(row_, Outcome::kOtherWay);
    unit_.note(row_, remove_unneeded ? "`autoremove` of an `upgrade`" : "`refresh` of the packages that follow");
    return;
  }
  unit_.packages_before_ = true;
  const Node* state = task_.argument({"state"});
  ignore({"state"});
  std::optional<Written> wanted;
  static constexpr std::string_view kStates =
      "present=present,installed=present,latest=latest,absent=absent,removed=absent,build-dep=present,fixed=present";
  const bool purge = yes({"purge"});
  if (state != nullptr) {
    wanted = mapped(*state, kStates, local);
    if (purge && wanted->text == "absent") wanted = Written::of_text("purged");
    if (wanted->text == "present") wanted.reset();
  }
  const bool goes = wanted && (wanted->text == "absent" || wanted->text == "purged");
  std::optional<Written> recommends = take({"install_recommends", "install_weak_deps"}, Form::kBool, local);
  for (const char* option : {"default_release", "enablerepo", "disablerepo", "exclude", "force"}) {
    const Node* node = task_.argument({option});
    ignore({option});
    if (node == nullptr) continue;
    const std::optional<std::string> known = constant_text(node->text, local);
    const bool empty = (known && (known->empty() || *known == "false" || *known == "no")) ||
                       node->text.find("omit") != std::string::npos;
    if (!empty)
      no_word(option, std::string_view(option) == "force"
                          ? "is no choice here: `allow_removal` names what may go"
                          : "has no word: pins and the settings of repositories say it");
  }
  const auto make = [&](Written identity, const std::string& version, const std::string& element) {
    auto item = start("package", turn, when);
    if (!element.empty()) {
      std::vector<std::pair<std::string, Written>> loops = turn.for_each;
      loops.emplace_back(element, identity);
      item->put("for_each", Written::of_map(std::move(loops)));
      Unit::Turn inner;
      inner.variables = turn.variables;
      inner.variables.push_back(element);
      identify(*item, "package", Written::of_text("${" + element + "}"), inner);
    } else {
      identify(*item, "package", std::move(identity), turn);
    }
    if (wanted) item->put("state", *wanted);
    if (!version.empty() && !goes) item->put("version", Written::of_text(version));
    if (recommends && !goes) item->put("recommends", *recommends);
    const bool refreshed = unit_.refresh_guard_ == "true" || unit_.refresh_guard_ == around_.guard.text;
    const std::string own_age = !age.empty() ? age : refreshed ? unit_.refresh_ : std::string();
    if (!own_age.empty() && !goes) item->put("refresh", Written::of_text(own_age));
    finish(std::move(item), turn, changes);
  };
  // Names with versions stand apart.
  if (name->is_sequence() || (name->is_scalar() && !holds_jinja(name->text))) {
    std::vector<Written> together;
    for (const Node& one : items_of(*name)) {
      const Text whole = translate_text(one.text, local);
      if (whole.whole && whole.value.type != Type::kText) {
        // A list among the names, or a name: which of the two the host knows.
        const std::string element = unit_.fresh_variable("name", local);
        make(Written::of_text("${type(" + whole.value.text + ") == list ? " + whole.value.in_brackets(rank::kOr) +
                              " : [string(" + whole.value.text + ")]}"),
             "", element);
        continue;
      }
      if (whole.text.starts_with("@")) throw Untranslatable{"a group of packages"};
      if (whole.text.find("://") != std::string::npos || whole.text.starts_with("/"))
        throw Untranslatable{"a package from a file or URL: `package` with `file`, and its name"};
      const auto [own, version] = name_and_version(whole.text);
      if (version.empty()) {
        together.push_back(Written::of_text(own));
      } else {
        make(Written::of_text(own), version, "");
      }
    }
    if (together.size() == 1) {
      make(together.front(), "", "");
    } else if (!together.empty()) {
      make(Written::of_list(std::move(together)), "", "");
    }
    return;
  }
  if (!name->is_scalar()) throw Untranslatable{"a package without a name"};
  // The items of a loop as they are.
  const Text whole = translate_text(name->text, local);
  const bool loops_over_it = whole.whole && turn.variables.size() == 1 && whole.value.text == turn.variables.front();
  if (loops_over_it && turn.for_each.front().second.is_list() &&
      when.text.find(turn.variables.front()) == std::string::npos) {
    const Written list = turn.for_each.front().second;
    const bool versions = std::any_of(list.items.begin(), list.items.end(),
                                      [](const Written& one) { return one.text.find('=') != std::string::npos; });
    if (!versions) {
      turn.for_each.clear();
      turn.variables.clear();
      return make(list, "", "");
    }
  }
  if (whole.text.find("://") != std::string::npos)
    throw Untranslatable{"a package from a URL: `package` with `file`, and its name"};
  const auto [own, version] = name_and_version(whole.text);
  if (!whole.whole || whole.value.type == Type::kText || loops_over_it || !turn.variables.empty()) {
    return make(Written::of_text(own), version, "");
  }
  const std::string element = unit_.fresh_variable("name", local);
  if (whole.value.type == Type::kList) return make(Written::of_text(whole.text), "", element);
  make(Written::of_text("${type(" + whole.value.text + ") == list ? " + whole.value.in_brackets(rank::kOr) +
                        " : [string(" + whole.value.text + ")]}"),
       "", element);
}

void Builder::service(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  const Node* name = task_.argument({"name", "service", "unit"});
  ignore({"name", "service", "unit", "daemon_reload", "daemon-reload", "no_block", "use", "sleep", "pattern",
          "arguments", "args", "runlevel", "runlevels", "force"});
  if (const Node* scope = task_.argument({"scope", "user"});
      scope != nullptr && scope->text != "system" && scope->text != "no" && scope->text != "false")
    throw Untranslatable{"units of a user (`scope`)"};
  ignore({"scope", "user"});
  if (yes({"daemon_reexec"})) throw Untranslatable{"`daemon_reexec`"};
  if (name == nullptr) {
    unit_.set_outcome(row_, Outcome::kOtherWay);
    unit_.note(row_, "systemd reads its units anew by itself");
    return;
  }
  Written identity = write(*name, Form::kText, local);
  const Node* state = task_.argument({"state"});
  ignore({"state"});
  const std::string wanted = state == nullptr ? "" : state->text;
  const bool again = wanted == "restarted" || wanted == "reloaded";
  const bool has_others = given({"enabled", "masked"});
  if (again && changes.empty() && !has_others)
    throw Untranslatable{"a service that is " + wanted + " at every run: say under `" +
                         (wanted == "restarted" ? std::string("restart_on") : std::string("reload_on")) +
                         "` what it is for"};
  // The service, wherever it is declared, takes what sets it off.
  if (again && !changes.empty() && turn.for_each.empty() && !has_others) {
    unit_.restarts_.push_back({identity.text, wanted == "restarted" ? "restart_on" : "reload_on", changes});
    unit_.set_outcome(row_, Outcome::kOtherWay);
    unit_.note(row_, "`restart_on` of the service");
    return;
  }
  Item* there = unit_.service_of(identity.text, around_.guard.text);
  auto item = start("service", turn, when);
  identify(*item, "service", identity, turn);
  if (state != nullptr) {
    static constexpr std::string_view kStates =
        "started=running,running=running,stopped=stopped,restarted=running,reloaded=running";
    if (again && changes.empty()) no_word("state", "`" + wanted + "`: say under `restart_on` what it is restarted for");
    if (holds_jinja(state->text) && !constant_text(state->text, local)) {
      const Cel value = text_expression(state->text, local);
      item->put("state",
                Written::of_text("${" + value.in_brackets(rank::kSum) + " == 'stopped' ? 'stopped' : 'running'}"));
    } else {
      item->put("state", mapped(*state, kStates, local));
    }
  }
  if (auto enabled = take({"enabled"}, Form::kBool, local)) item->put("enabled", *enabled);
  if (auto masked = take({"masked"}, Form::kBool, local)) item->put("masked", *masked);
  for (const auto& [one, value] : omitted_) {
    (void)value;
    no_word(one, "is given only where a variable has it; say it for those that do");
  }
  omitted_.clear();
  const bool alone = turn.for_each.empty() && when.text == "true";
  if (there != nullptr && alone && there->find("when") == nullptr) {
    // Two tasks of one service are one resource.
    for (const auto& [attribute, value] : item->keys) {
      if (attribute != "service") there->put(attribute, value);
    }
    unit_.notify(task_, *there, local);
    if (registered_ != nullptr) registered_->items.push_back(there);
    return;
  }
  if (there != nullptr) {
    item->put("id", Written::of_text(identity.text + " " + slug(task_.name)));
    item->patterns = {"service:" + identity.text + "*"};
  }
  Item* kept = item.get();
  if (again && wanted == "reloaded") {
    for (const Item* source : changes) kept->triggers.emplace_back("reload_on", source);
    finish(std::move(item), turn, {});
  } else {
    finish(std::move(item), turn, changes);
  }
  if (there == nullptr) unit_.services_[identity.text].emplace_back(around_.guard.text, kept);
}

void Builder::command(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  const bool shell = task_.module != "command";
  const Node* given_line = task_.argument({"cmd", "_raw_params"});
  const Node* argv = task_.argument({"argv"});
  ignore({"cmd", "_raw_params", "argv", "warn", "strip_empty_ends", "stdin_add_newline", "expand_argument_vars"});
  const std::string line = given_line != nullptr ? given_line->text : task_.free_form;
  auto item = start("command", turn, when);
  std::string name = task_.name;
  // Its own name, told apart by what the loop goes over.
  std::string title;
  try {
    title = translate_text(name, local).text;
  } catch (const Untranslatable&) {
    title = name;
  }
  if (title == task_.module) title = line.substr(0, std::min(line.find('\n'), line.size()));
  if (holds_jinja(title)) title = translate_text(title, local).text;
  for (const std::string& variable : turn.variables) {
    if (title.find(variable) != std::string::npos) continue;
    title += " ${json.encode(" + variable + ")}";
  }
  for (char& c : title) {
    if (c == '\n') c = ' ';
  }
  identify(*item, "command", Written::of_text(title), turn);
  const Node* executable = task_.argument({"executable"});
  ignore({"executable"});
  if (argv != nullptr) {
    item->put("run", unit_.written_of(*argv, local));
  } else if (line.empty()) {
    throw Untranslatable{"a command without words"};
  } else if (!shell) {
    std::vector<Written> words;
    for (const std::string& word : shell_words(line))
      words.push_back(Written::of_text(translate_text(word, local).text));
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
  if (auto creates = take({"creates"}, Form::kText, local)) item->put("creates", *creates);
  if (auto removes = take({"removes"}, Form::kText, local)) item->put("removes", *removes);
  if (auto chdir = take({"chdir"}, Form::kText, local)) item->put("cwd", *chdir);
  if (auto input = take({"stdin"}, Form::kText, local)) item->put("stdin", *input);
  omitted_.clear();
  const bool guarded = item->find("creates") != nullptr || item->find("removes") != nullptr || !changes.empty();
  const bool decided = guarded || when.text.find("readings.") != std::string::npos;
  if (!decided) unit_.note(row_, "it runs at every apply, as it did: give it `creates`, `unless` or `run_on`");
  unit_.report_.tasks[static_cast<std::size_t>(row_)].effort = decided ? 0 : 1;
  finish(std::move(item), turn, changes);
}

void Builder::repository(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  auto item = start("apt_repository", turn, when);
  if (task_.module == "deb822_repository") {
    const std::string name = text({"name"}, local);
    identify(*item, "apt_repository", Written::of_text(name), turn);
    for (const auto& [attribute, parameter] :
         std::initializer_list<std::pair<const char*, const char*>>{{"types", "types"},
                                                                    {"uris", "uris"},
                                                                    {"suites", "suites"},
                                                                    {"components", "components"},
                                                                    {"architectures", "architectures"},
                                                                    {"languages", "languages"},
                                                                    {"targets", "targets"}}) {
      const Node* node = task_.argument({parameter});
      ignore({parameter});
      if (node != nullptr) item->put(attribute, write(*node, Form::kList, local));
    }
    if (auto state = take({"state"}, Form::kText, local); state && state->text != "present") item->put("state", *state);
    if (auto enabled = take({"enabled"}, Form::kBool, local)) item->put("enabled", *enabled);
    if (auto trusted = take({"trusted"}, Form::kBool, local)) item->put("trusted", *trusted);
    if (auto mode = take({"mode"}, Form::kMode, local)) item->put("mode", *mode);
    if (const Node* key = task_.argument({"signed_by"})) {
      const std::string where = translate_text(key->text, local).text;
      if (where.starts_with("http")) {
        item->put("key_url", Written::of_text(where));
        no_word("signed_by", "needs the key's `key_digest`");
        throw Untranslatable{"a key by its URL alone: say `key_url` and `key_digest`"};
      }
      item->put(where.starts_with("-----BEGIN") ? "key" : "signed_by", Written::of_text(where));
    }
    ignore({"signed_by", "allow_downgrade_to_insecure", "allow_insecure", "allow_weak", "by_hash", "check_date",
            "check_valid_until", "inrelease_path", "pdiffs", "date_max_future"});
    omitted_.clear();
    return finish(std::move(item), turn, changes);
  }
  const Node* repo = task_.argument({"repo"});
  ignore({"repo", "update_cache", "update-cache", "codename", "validate_certs", "mode", "install_python_apt",
          "update_cache_retries", "update_cache_retry_max_delay"});
  if (repo == nullptr) throw Untranslatable{"a repository without `repo`"};
  if (repo->text.find("ppa:") != std::string::npos) throw Untranslatable{"a PPA: its `uris` and `key`"};
  std::vector<std::string> words = blank_words(repo->text);
  if (words.empty() || (words[0] != "deb" && words[0] != "deb-src")) {
    const std::optional<std::string> known = constant_text(repo->text, local);
    if (known) words = blank_words(*known);
    if (words.empty() || (words[0] != "deb" && words[0] != "deb-src"))
      throw Untranslatable{"a repository whose line hangs on a variable: `uris`, `suites`, `components`"};
  }
  std::size_t at = 1;
  std::string options;
  if (at < words.size() && words[at].starts_with("[")) {
    while (at < words.size()) {
      options += words[at] + " ";
      if (words[at++].ends_with("]")) break;
    }
  }
  if (at + 1 >= words.size()) throw Untranslatable{"a repository without a release"};
  const std::string uri = translate_text(words[at], local).text;
  const std::string suite = translate_text(words[at + 1], local).text;
  const Node* filename = task_.argument({"filename"});
  ignore({"filename"});
  std::string host = words[at];
  if (const std::size_t scheme = host.find("://"); scheme != std::string::npos) host = host.substr(scheme + 3);
  for (std::size_t open = host.find("{{"); open != std::string::npos; open = host.find("{{")) {
    const std::size_t end = host.find("}}", open);
    host.erase(open, end == std::string::npos ? host.size() - open : end + 2 - open);
  }
  std::string name = filename != nullptr ? translate_text(filename->text, local).text : slug(host);
  if (name.ends_with(".list")) name = name.substr(0, name.size() - 5);
  identify(*item, "apt_repository", Written::of_text(name), turn);
  if (const Node* state = task_.argument({"state"})) {
    Written wanted = mapped(*state, "present=present,absent=absent", local);
    if (wanted.text != "present") item->put("state", std::move(wanted));
  }
  ignore({"state"});
  if (words[0] == "deb-src") item->put("types", Written::of_texts({"deb-src"}));
  item->put("uris", Written::of_texts({uri}));
  item->put("suites", Written::of_texts({suite}));
  std::vector<Written> components;
  for (std::size_t i = at + 2; i < words.size(); ++i)
    components.push_back(Written::of_text(translate_text(words[i], local).text));
  if (!components.empty()) item->put("components", Written::of_list(std::move(components)));
  bool signed_by = false;
  for (std::string option : blank_words(options)) {
    std::erase(option, '[');
    std::erase(option, ']');
    const std::size_t equals = option.find('=');
    if (equals == std::string::npos) continue;
    const std::string key = option.substr(0, equals);
    const std::string value = translate_text(option.substr(equals + 1), local).text;
    if (key == "arch") item->put("architectures", Written::of_texts({value}));
    if (key == "signed-by") {
      item->put("signed_by", Written::of_text(value));
      signed_by = true;
    }
    if (key == "trusted" && value == "yes") item->put("trusted", Written::of_plain("true"));
  }
  if (!signed_by && !unit_.signed_by_.empty()) item->put("signed_by", Written::of_text(unit_.signed_by_));
  finish(std::move(item), turn, changes);
}

void Builder::key(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  ignore({"id", "validate_certs", "keyring", "fingerprint"});
  if (task_.module == "rpm_key") {
    (void)text({"key"}, local);
    ignore({"state"});
    unit_.set_outcome(row_, Outcome::kOtherWay);
    unit_.note(row_, "`gpgkey` of the `yum_repository`");
    return;
  }
  if (is({"state"}, "absent")) {
    ignore({"state", "url", "data", "file", "keyserver"});
    throw Untranslatable{"a key that goes from the list of all keys"};
  }
  ignore({"state"});
  if (given({"keyserver"})) throw Untranslatable{"a key of a key server: its text or URL"};
  if (!given({"url"}))
    throw Untranslatable{"a key from a file of the host or its text: say `key` or `key_source` of the repository"};
  const std::string url = text({"url"}, local);
  std::string host = url.find("://") == std::string::npos ? url : url.substr(url.find("://") + 3);
  for (std::size_t open = host.find("${"); open != std::string::npos; open = host.find("${"))
    host.erase(open, host.find('}', open) + 1 - open);
  const std::string path = "/etc/apt/keyrings/" + slug(host.substr(0, host.find('/'))) + ".asc";
  auto folder = start("directory", turn, when);
  identify(*folder, "directory", Written::of_text("/etc/apt/keyrings"), turn);
  folder->put("mode", Written::of_text("0755"));
  if (unit_.directories_.insert("/etc/apt/keyrings").second) around_.out->push_back(std::move(folder));
  auto item = start("download", turn, when);
  identify(*item, "download", Written::of_text(path), turn);
  item->put("url", Written::of_text(url));
  item->put("mode", Written::of_text("0644"));
  unit_.signed_by_ = path;
  unit_.set_outcome(row_, Outcome::kOtherWay);
  unit_.note(row_,
             "the key is a file beside the repository, which names it with `signed_by`; `key_url` with `key_digest` of "
             "the repository holds what it is");
  finish(std::move(item), turn, changes);
}

void Builder::firewall(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  auto item = start("firewall", turn, when);
  std::string name;
  const auto put = [&](const char* attribute, std::initializer_list<std::string_view> names) {
    if (auto value = take(names, Form::kText, local); value && value->text != "any" && !value->text.empty())
      item->put(attribute, *value);
  };
  if (task_.module == "ufw") {
    const Node* policy = task_.argument({"policy", "default"});
    const Node* state = task_.argument({"state"});
    ignore({"policy", "default", "state", "name", "app", "insert", "insert_relative_to", "delete"});
    if (policy != nullptr || (state != nullptr && !given({"rule", "port", "to_port"}))) {
      identify(*item, "firewall", Written::of_text("policy"), turn);
      const std::string direction = text({"direction"}, local);
      if (policy != nullptr) {
        const char* attribute = direction == "outgoing" ? "outgoing" : direction == "routed" ? "forwarded" : "incoming";
        item->put(attribute, mapped(*policy, "allow=allow,deny=deny,reject=reject", local));
      }
      if (state != nullptr && (state->text == "reloaded" || state->text == "reset"))
        throw Untranslatable{"`state: " + state->text +
                             "`: rules are loaded by themselves, and what is not ours stays"};
      if (state != nullptr) item->put("enabled", Written::of_plain(state->text == "enabled" ? "true" : "false"));
      if (auto logging = take({"logging"}, Form::kText, local)) item->put("logging", *logging);
      item->put("manager", Written::of_text("ufw"));
      Item* there = unit_.service_of("firewall policy", around_.guard.text);
      if (there != nullptr && turn.for_each.empty() && when.text == "true") {
        for (const auto& [attribute, value] : item->keys) there->put(attribute, value);
        return;
      }
      Item* kept = item.get();
      finish(std::move(item), turn, changes);
      if (turn.for_each.empty() && when.text == "true")
        unit_.services_["firewall policy"].emplace_back(around_.guard.text, kept);
      return;
    }
    if (const Node* rule = task_.argument({"rule"}))
      item->put("action", mapped(*rule, "allow=allow,deny=deny,reject=reject,limit=limit", local));
    ignore({"rule"});
    if (const Node* named = task_.argument({"name", "app"})) {
      const std::string profile = translate_text(named->text, local).text;
      static const std::map<std::string, std::string> kProfiles = {{"OpenSSH", "ssh"},     {"ssh", "ssh"},
                                                                   {"http", "http"},       {"https", "https"},
                                                                   {"Nginx HTTP", "http"}, {"Nginx HTTPS", "https"}};
      const auto known = kProfiles.find(profile);
      if (known == kProfiles.end()) throw Untranslatable{"ufw's application profile `" + profile + "`: its ports"};
      item->put("service", Written::of_text(known->second));
      name = known->second;
    }
    put("port", {"port", "to_port"});
    put("protocol", {"proto", "protocol"});
    put("source", {"src", "from_ip", "from"});
    put("source_port", {"from_port"});
    put("destination", {"dest", "to_ip", "to"});
    put("interface", {"interface", "interface_in"});
    put("comment", {"comment"});
    if (const Node* direction = task_.argument({"direction"}))
      item->put("direction", mapped(*direction, "in=in,out=out,incoming=in,outgoing=out", local));
    ignore({"direction", "route", "log"});
    if (is({"delete"}, "true") || is({"delete"}, "yes")) item->put("state", Written::of_text("absent"));
    item->put("manager", Written::of_text("ufw"));
  } else if (task_.module == "firewalld") {
    ignore({"permanent", "immediate", "offline", "timeout"});
    put("zone", {"zone"});
    if (given({"interface", "masquerade", "icmp_block", "target"}))
      throw Untranslatable{"firewalld's zones themselves (`interface`, `masquerade`)"};
    if (const Node* port = task_.argument({"port"})) {
      const Text whole = translate_text(port->text, local);
      const std::size_t slash = whole.text.rfind('/');
      if (slash != std::string::npos && whole.text.find('}', slash) == std::string::npos) {
        item->put("port", Written::of_text(whole.text.substr(0, slash)));
        item->put("protocol", Written::of_text(whole.text.substr(slash + 1)));
      } else {
        item->put("port", Written::of_text("${" + text_of(text_expression(port->text, local)) + ".split('/')[0]}"));
        item->put("protocol", Written::of_text("${" + text_of(text_expression(port->text, local)) + ".split('/')[1]}"));
      }
      name = whole.text;
    }
    ignore({"port"});
    if (const Node* service = task_.argument({"service"})) {
      item->put("service", write(*service, Form::kText, local));
      name = translate_text(service->text, local).text;
    }
    ignore({"service"});
    put("source", {"source"});
    put("expression", {"rich_rule"});
    if (const Node* state = task_.argument({"state"})) {
      Written wanted = mapped(*state, "enabled=present,disabled=absent,present=present,absent=absent", local);
      if (wanted.text != "present") item->put("state", std::move(wanted));
    }
    ignore({"state"});
    item->put("manager", Written::of_text("firewalld"));
  } else {
    if (given({"flush"}) || given({"policy"}))
      throw Untranslatable{"chains of iptables as a whole (`firewall: policy`)"};
    ignore({"chain", "jump", "ip_version", "ctstate", "match", "table", "action", "syn", "state", "wait", "rule_num"});
    const Node* table = task_.argument({"table"});
    if (table != nullptr && table->text != "filter")
      throw Untranslatable{"the table `" + table->text + "` (`expression`)"};
    if (const Node* jump = task_.argument({"jump"}))
      item->put("action", mapped(*jump, "ACCEPT=allow,DROP=deny,REJECT=reject", local));
    if (const Node* chain = task_.argument({"chain"}))
      item->put("direction", mapped(*chain, "INPUT=in,OUTPUT=out,FORWARD=forward", local));
    put("protocol", {"protocol"});
    put("port", {"destination_port"});
    put("source_port", {"source_port"});
    put("source", {"source"});
    put("destination", {"destination"});
    put("interface", {"in_interface"});
    put("comment", {"comment"});
    if (const Node* version = task_.argument({"ip_version"}))
      item->put("family", mapped(*version, "ipv4=ipv4,ipv6=ipv6", local));
    if (const Node* states = task_.argument({"ctstate"})) {
      std::vector<std::string> list;
      for (std::string one : texts_of(states)) {
        for (char& c : one) {
          if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        }
        list.push_back(one);
      }
      item->put("states", Written::of_texts(list));
    }
    if (is({"state"}, "absent")) item->put("state", Written::of_text("absent"));
  }
  omitted_.clear();
  if (name.empty()) {
    const Written* port = item->find("port");
    const Written* protocol = item->find("protocol");
    if (port != nullptr) name = port->text + (protocol == nullptr ? "" : "/" + protocol->text);
    if (const Written* source = item->find("source")) name += (name.empty() ? "from " : " from ") + source->text;
    if (name.empty()) name = slug(task_.name);
  }
  identify(*item, "firewall", Written::of_text(name), turn);
  finish(std::move(item), turn, changes);
}

// What the table cannot say of a module.
void Builder::after_table(Item& item, Unit::Turn& turn) {
  LocalNames& local = *turn.names;
  const std::string& module = task_.module;
  if (module == "get_url") {
    Written* path = item.find("download");
    const Written* url = item.find("url");
    if (path != nullptr && url != nullptr && (path->text.ends_with('/') || unit_.directories_.contains(path->text))) {
      std::string end = url->text.substr(url->text.rfind('/') + 1);
      if (end.find('}') != std::string::npos && end.find("${") == std::string::npos)
        throw Untranslatable{"a folder as `dest`: say the file's path"};
      identify(item, "download", Written::of_text(path->text + (path->text.ends_with('/') ? "" : "/") + end), turn);
    }
    if (const Node* sum = task_.argument({"checksum"}); sum != nullptr && !sum->text.empty()) {
      const Text whole = translate_text(sum->text, local);
      const bool listed = whole.text.find("://") != std::string::npos;
      if (listed || (!whole.whole && !whole.text.starts_with("sha256:") && !whole.text.starts_with("sha512:"))) {
        no_word("checksum", "is the address of a list of sums, or a weak sum: give `digest`");
      } else {
        item.put("digest", Written::of_text(whole.text));
      }
    }
    const bool force = yes({"force"});
    ignore({"checksum", "force"});
    if (force && item.find("digest") == nullptr) item.put("max_age", Written::of_text("60s"));
    if (auto* timeout = item.find("timeout"); timeout != nullptr && timeout->plain)
      *timeout = Written::of_text(timeout->text + "s");
  } else if (module == "git") {
    const Node* version = task_.argument({"version"});
    ignore({"version"});
    if (version != nullptr && version->text != "HEAD") {
      const Text whole = translate_text(version->text, local);
      const std::string known = constant_text(version->text, local).value_or("");
      const bool hex = known.size() == 40 && known.find_first_not_of("0123456789abcdef") == std::string::npos;
      const bool number = !known.empty() && known.find_first_of("0123456789") != std::string::npos &&
                          known.find_first_of("0123456789") <= 1;
      if (known.empty()) unit_.note(row_, "`version` is taken for a branch");
      if (known != "HEAD") item.put(hex ? "commit" : number ? "tag" : "branch", Written::of_text(whole.text));
    }
    if (const Written* as = item.find("as"); as == nullptr && !around_.as.empty())
      item.put("as", Written::of_text(around_.as));
  } else if (module == "sysctl") {
    if (item.find("file") == nullptr) item.put("file", Written::of_text("/etc/sysctl.conf"));
    if (is({"state"}, "absent")) std::erase_if(item.keys, [](const auto& key) { return key.first == "value"; });
  } else if (module == "cron" || module == "cronvar") {
    if (yes({"env"})) {
      if (Written* job = item.find("job")) {
        const Written value = *job;
        std::erase_if(item.keys, [](const auto& key) { return key.first == "job"; });
        item.put("value", value);
      } else {
        item.put("env", Written::of_plain("true"));
      }
    }
    if (Written* file = item.find("file"); file != nullptr && file->text.starts_with("/etc/cron.d/"))
      *file = Written::of_text(file->text.substr(12));
    for (const char* field : {"minute", "hour", "day", "month", "weekday"}) {
      if (item.find("special") != nullptr)
        std::erase_if(item.keys, [&](const auto& key) { return key.first == field; });
    }
    if (item.find("cron")->text.empty() && given({"job"})) throw Untranslatable{"a job without a name"};
  } else if (module == "user") {
    if (Written* groups = item.find("groups"); groups != nullptr && groups->is_list() && groups->items.empty())
      std::erase_if(item.keys, [](const auto& key) { return key.first == "groups"; });
    if (is({"state"}, "absent"))
      std::erase_if(item.keys, [](const auto& key) {
        return key.first != "user" && key.first != "state" && key.first != "remove_home" && key.first != "when" &&
               key.first != "for_each";
      });
  } else if (module == "modprobe") {
    const Node* persistent = task_.argument({"persistent"});
    ignore({"persistent"});
    if (persistent != nullptr && persistent->text != "disabled")
      item.put("persistent", Written::of_plain(persistent->text == "present" ? "true" : "false"));
  } else if (module == "pam_limits") {
    const std::string domain = text({"domain"}, local);
    const std::string type = text({"limit_type"}, local);
    const std::string what = text({"limit_item"}, local);
    identify(item, "limits", Written::of_text(domain + " " + type + " " + what), turn);
    ignore({"limit", "state"});
  } else if (module == "pip") {
    if (const Node* name = task_.argument({"name"}); name != nullptr && name->is_sequence()) {
      std::vector<Written> names;
      for (const Node& one : name->items) names.push_back(write(one, Form::kText, local));
      const bool versions = std::any_of(names.begin(), names.end(), [](const Written& one) {
        return one.text.find_first_of("=<>") != std::string::npos;
      });
      if (versions) throw Untranslatable{"several packages of Python with versions in one task: a resource for each"};
      identify(item, "pip", Written::of_list(std::move(names)), turn);
    } else if (name != nullptr) {
      std::string text = item.find("pip")->text;
      if (const std::size_t equals = text.find("=="); equals != std::string::npos && text.find("${") > equals) {
        item.put("version", Written::of_text(text.substr(equals + 2)));
        identify(item, "pip", Written::of_text(text.substr(0, equals)), turn);
      }
    } else if (const Written* file = item.find("requirements")) {
      identify(item, "pip", *file, turn);
    }
    ignore({"extra_args"});
    if (const Node* extra = task_.argument({"extra_args"})) {
      std::vector<Written> words;
      for (const std::string& word : shell_words(extra->text)) {
        if (word.find("omit") == std::string::npos) words.push_back(Written::of_text(translate_text(word, local).text));
      }
      if (!words.empty()) item.put("extra_args", Written::of_list(std::move(words)));
    }
    if (!around_.as.empty()) item.put("user", Written::of_text(around_.as));
  } else if (module == "authorized_key") {
    if (const Node* key = task_.argument({"key"}); key != nullptr && key->text.starts_with("http"))
      throw Untranslatable{"keys from a URL: the keys themselves"};
    if (Written* key = item.find("key"); key != nullptr && key->text.starts_with("${file("))
      key->text = key->text.substr(0, key->text.size() - 1) + ".trim()}";
  } else if (module == "dpkg_selections") {
    const std::string selection = text({"selection"}, local);
    if (selection != "hold" && selection != "install") throw Untranslatable{"`selection: " + selection + "`"};
    item.put("hold", Written::of_plain(selection == "hold" ? "true" : "false"));
  } else if (module == "debconf") {
    if (const Written* type = item.find("type"); type != nullptr && type->text == "boolean") {
      if (Written* value = item.find("value")) {
        if (value->text == "yes" || value->text == "True") value->text = "true";
        if (value->text == "no" || value->text == "False") value->text = "false";
      }
    }
  } else if (module == "seboolean" || module == "selinux" || module == "seport") {
    if (Written* port = item.find("selinux_port"); port != nullptr && port->plain) *port = Written::of_text(port->text);
  } else if (module == "zypper_repository") {
    item.put("gpgcheck", Written::of_plain(given({"disable_gpg_check"}) ? "false" : "true"));
  }
  const Written* identity = item.find(item.type);
  if (identity != nullptr && identity->is_scalar() && identity->text.empty())
    throw Untranslatable{"a resource without a name"};
}

}  // namespace plumb::imports
