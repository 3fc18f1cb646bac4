// Which modules take more than the table, and what the table cannot say of the others.
#include <algorithm>

#include "engine/base/plain_name.h"
#include "engine/import/expression.h"
#include "engine/import/resource.h"
#include "engine/import/translate_text.h"

namespace plumb::imports {
namespace {

using lang::Entry;
using lang::Node;

}  // namespace

std::string slug(std::string_view text) {
  std::string name = plain_name(text, '-');
  return name.empty() ? "repository" : name;
}

bool special_module(std::string_view module) {
  return guarded_module(module) || module == "rpm_key" || module == "acl" || module == "snap" || module == "stat";
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
                              "openbsd_pkg", "homebrew", "homebrew_cask"})) {
    package(turn, when, changes);
  } else if (in_list(module, {"service", "systemd", "systemd_service", "sysvinit", "supervisorctl"})) {
    service(turn, when, changes);
  } else if (in_list(module, {"command", "shell", "raw"})) {
    command(turn, when, changes);
  } else if (module == "script") {
    script(turn, when, changes);
  } else if (in_list(module, {"lineinfile", "blockinfile", "replace", "ini_file"})) {
    edit(turn, when, changes);
  } else if (module == "apt_repository" || module == "deb822_repository") {
    repository(turn, when, changes);
  } else if (module == "apt_key" || module == "rpm_key") {
    key(turn, when, changes);
  } else if (in_list(module, {"ufw", "iptables", "firewalld"})) {
    firewall(turn, when, changes);
  } else if (module == "wait_for" || module == "reboot" || module == "uri" || module == "stat") {
    moment(turn, when, changes);
  } else if (module == "mount" && is({"fstype"}, "swap")) {
    swap_entry(turn, when, changes);
  } else if (module == "snap") {
    snap(turn, when, changes);
  } else if (module == "assemble") {
    assemble(turn, when, changes);
  } else if (module == "sefcontext") {
    file_context(turn, when, changes);
  } else if (module == "synchronize") {
    synchronize(turn, when, changes);
  } else if (guarded_module(module) && module != "git_config") {
    guarded(turn, when, changes);
  } else if (module == "unarchive") {
    unarchive(turn, when, changes);
  } else if (module == "postgresql_privs") {
    postgresql_privs(turn, when, changes);
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

// Swap has no place where it is mounted: it is a line of /etc/fstab.
void Builder::swap_entry(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  const Cel source = text_expression(task_.argument({"src"}) == nullptr ? "" : task_.argument({"src"})->text, local);
  const std::string options = given({"opts"}) ? text({"opts"}, local) : std::string("sw");
  const std::string path = text({"src"}, local);
  ignore({"name", "path", "src", "fstype", "opts", "dump", "passno", "boot", "backup"});
  const Node* place = task_.argument({"path", "name"});
  if (path.empty() && is({"state"}, "absent") && place != nullptr) {
    ignore({"state"});
    auto gone = start("line", turn, when);
    identify(*gone, "line", Written::of_text("/etc/fstab"), turn);
    gone->put("match", Written::of_text("^\\S+\\s+${regexEscape(" + text_of(text_expression(place->text, local)) +
                                        ")}\\s+swap\\s"));
    gone->put("state", Written::of_text("absent"));
    return finish(std::move(gone), turn, changes);
  }
  if (path.empty()) throw Untranslatable{"swap without `src`"};
  auto item = start("line", turn, when);
  identify(*item, "line", Written::of_text("/etc/fstab"), turn);
  item->put("text", Written::of_text(path + " none swap " + options + " 0 0"));
  item->put("match", Written::of_text("^${regexEscape(" + text_of(source) + ")}\\s"));
  const Node* state = task_.argument({"state"});
  ignore({"state"});
  if (state != nullptr && holds_jinja(state->text)) {
    const Cel wanted = text_expression(state->text, local);
    item->put("state",
              Written::of_text("${" + wanted.in_brackets(rank::kSum) + " == 'absent' ? 'absent' : 'present'}"));
  } else if (is({"state"}, "absent")) {
    item->put("state", Written::of_text("absent"));
  }
  unit_.set_outcome(row_, Outcome::kOtherWay);
  unit_.note(row_, "a line of /etc/fstab; `swap` declares the file as well");
  finish(std::move(item), turn, changes);
}

// What the table cannot say of a module.
void Builder::after_table(Item& item, Unit::Turn& turn) {
  LocalNames& local = *turn.names;
  const std::string& module = task_.module;
  if (item.type.starts_with("container") || item.type == "compose") {
    containers(item, turn);
  } else if (program_module(module)) {
    programs(item, turn);
  } else if (database_module(module)) {
    databases(item, turn);
  } else if (module == "get_url") {
    Written* path = item.find("download");
    const Written* url = item.find("url");
    const Node* dest = task_.argument({"dest"});
    if (path != nullptr && url != nullptr && dest != nullptr && unit_.is_folder(dest->text, path->text)) {
      const std::size_t slash = url->text.rfind('/');
      std::string end = url->text.substr(slash + 1);
      // Where the last part of the address is within an expression, the host takes it off.
      const auto inside = std::count(end.begin(), end.end(), '}') - std::count(end.begin(), end.end(), '{');
      if (slash == std::string::npos || inside != 0)
        end = "${path.basename(" + text_of(text_expression(task_.argument({"url"})->text, local)) + ")}";
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
    if (const Node* remote = task_.argument({"remote"}); remote != nullptr && remote->text != "origin")
      no_word("remote", "is always `origin` here");
    ignore({"remote"});
    if (const Written* as = item.find("as"); as == nullptr && !around_.as.empty())
      item.put("as", Written::of_text(around_.as));
  } else if (module == "sysctl") {
    if (item.find("file") == nullptr) item.put("file", Written::of_text("/etc/sysctl.conf"));
    if (is({"state"}, "absent")) std::erase_if(item.keys, [](const auto& key) { return key.name == "value"; });
  } else if (module == "cron" || module == "cronvar") {
    if (yes({"env"})) {
      if (Written* job = item.find("job")) {
        const Written value = *job;
        std::erase_if(item.keys, [](const auto& key) { return key.name == "job"; });
        item.put("value", value);
      } else {
        item.put("env", Written::of_plain("true"));
      }
    }
    if (Written* file = item.find("file"); file != nullptr && file->text.starts_with("/etc/cron.d/"))
      *file = Written::of_text(file->text.substr(12));
    for (const char* field : {"minute", "hour", "day", "month", "weekday"}) {
      if (item.find("special") != nullptr) std::erase_if(item.keys, [&](const auto& key) { return key.name == field; });
    }
    if (item.find("cron")->text.empty() && given({"job"})) throw Untranslatable{"a job without a name"};
  } else if (module == "user") {
    if (Written* groups = item.find("groups"); groups != nullptr && groups->is_list() && groups->items.empty())
      std::erase_if(item.keys, [](const auto& key) { return key.name == "groups"; });
    if (is({"state"}, "absent"))
      std::erase_if(item.keys, [](const auto& key) {
        return key.name != "user" && key.name != "state" && key.name != "remove_home" && key.name != "when" &&
               key.name != "for_each";
      });
  } else if (module == "mount") {
    const Node* boot = task_.argument({"boot"});
    ignore({"boot"});
    if (boot != nullptr && boot->is_plain() && plain_type(*boot) == Type::kBool && !is_true_word(boot->text)) {
      const Written* options = item.find("options");
      if (options != nullptr && !options->is_scalar()) throw Untranslatable{"`boot: false`: the option `noauto`"};
      item.put("options", Written::of_text((options == nullptr ? std::string("defaults") : options->text) + ",noauto"));
    }
    if (is({"state"}, "remounted")) no_word("state", "`remounted`: say under `remount_on` what for");
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
      // It is called as the file is.
      const std::size_t slash = file->text.rfind('/');
      std::string label = file->text.substr(slash == std::string::npos ? 0 : slash + 1);
      if (label.empty() || label.find_first_of("${}") != std::string::npos) label = "requirements";
      if (const int nth = ++unit_.requirement_files_[label]; nth > 1) label += "-" + std::to_string(nth);
      identify(item, "pip", Written::of_text(label), turn);
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
