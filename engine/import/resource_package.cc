// Packages of the host.
#include <algorithm>

#include "engine/base/ascii.h"
#include "engine/import/expression.h"
#include "engine/import/resource.h"
#include "engine/import/translate_text.h"

namespace plumb::imports {
namespace {

using lang::Entry;
using lang::Node;

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

// Takes the version off `name${condition ? '=' + version : ''}`; nothing where the text is of another form.
std::optional<std::string> version_of_some(std::string& text) {
  static constexpr std::string_view kMark = " ? '=' + ";
  static constexpr std::string_view kEnd = " : ''}";
  const std::size_t mark = text.find(kMark);
  if (mark == std::string::npos) return std::nullopt;
  // `${name + (condition ? … : '')}` is the same in one expression.
  static constexpr std::string_view kWithin = " + (";
  const std::size_t within = text.rfind(kWithin, mark);
  if (text.starts_with("${") && within != std::string::npos && text.ends_with(" : '')}")) {
    const std::string name = text.substr(2, within - 2);
    const bool literal = name.starts_with('\'') && name.find('\'', 1) == name.size() - 1;
    std::string choice = text.substr(within + kWithin.size());
    choice.erase(choice.size() - 2, 1);
    text = (literal ? name.substr(1, name.size() - 2) : "${" + name + "}") + "${" + choice;
    return version_of_some(text);
  }
  const std::size_t open = text.rfind("${", mark);
  if (open == 0 || open == std::string::npos || !text.ends_with(kEnd)) return std::nullopt;
  const std::string decides = text.substr(open + 2, mark - open - 2);
  const std::string version = text.substr(mark + kMark.size(), text.size() - kEnd.size() - mark - kMark.size());
  // One choice, and no other inside of it.
  if (decides.find(" ? ") != std::string::npos || version.find(" ? ") != std::string::npos) return std::nullopt;
  text.resize(open);
  return "${" + decides + " ? dyn(" + version + ") : dyn(null)}";
}

}  // namespace

// A package from a file of the host, or one that is fetched first. What it is called its file's name says, as packages
// are called: NAME_VERSION_ARCH.deb, NAME-VERSION-RELEASE.ARCH.rpm.
void Builder::package_of_file(const std::string& from, Unit::Turn& turn, const Cel& when,
                              const std::vector<const Item*>& changes) {
  std::string name = from.substr(from.rfind('/') + 1);
  name = name.substr(0, name.find_first_of("?#"));
  std::string own = name;
  const auto cut = [&](std::size_t at) {
    if (at != std::string::npos && at > 0) own.resize(at);
  };
  if (own.ends_with(".rpm")) {
    cut(own.size() - 4);
    const std::size_t arch = own.rfind('.');
    if (arch != std::string::npos && in_list(own.substr(arch + 1), {"noarch", "x86_64", "i686", "aarch64"})) cut(arch);
    // VERSION and RELEASE, where there are two.
    const std::size_t release = own.rfind('-');
    const std::size_t version =
        release == std::string::npos || release == 0 ? std::string::npos : own.rfind('-', release - 1);
    const auto counts = [&](std::size_t at) {
      return at != std::string::npos && at + 1 < own.size() &&
             (is_digit(own[at + 1]) || own[at + 1] == '$' || own.compare(at + 1, 6, "latest") == 0);
    };
    cut(counts(version) ? version : counts(release) ? release : std::string::npos);
  } else {
    cut(own.find('_'));
    if (own.ends_with(".deb")) cut(own.size() - 4);
  }
  if (own.empty() || own.find_first_of("${}'") != std::string::npos)
    throw Untranslatable{"a package from `" + from +
                         "`: `package` with `file`, and its name, which only the file tells"};
  std::string file = from;
  if (from.find("://") != std::string::npos) {
    auto download = start("download", turn, when);
    file = "/var/cache/" + name;
    identify(*download, "download", Written::of_text(file), turn);
    download->put("url", Written::of_text(from));
    around_.out->push_back(std::move(download));
    unit_.note(row_, "it is fetched to " + file + " first; give the download a `digest`");
  }
  unit_.note(row_, "the package is taken to be `" + own + "`, as its file is called");
  auto item = start("package", turn, when);
  identify(*item, "package", Written::of_text(own), turn);
  item->put("file", Written::of_text(file));
  ignore({"state"});
  finish(std::move(item), turn, changes);
}

void Builder::package(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  const Node* name = task_.argument({"name", "pkg", "package", "formula", "cask"});
  if (name != nullptr && name->is_null()) name = nullptr;
  ignore({"name", "pkg", "package", "formula", "cask"});
  const bool brewed = task_.module.starts_with("homebrew");
  if (brewed) {
    ignore({"path", "accept_external_apps", "greedy", "sudo_password", "force_formula"});
    for (const char* option : {"install_options", "upgrade_options"}) {
      ignore({option});
      if (const Node* given_options = task_.argument({option});
          given_options != nullptr && given_options->text.find("omit") == std::string::npos)
        no_word(option, "has no word here");
    }
  }
  const bool refresh = yes({"update_cache", "update-cache", "update_only", "update_homebrew"});
  const Node* valid = task_.argument({"cache_valid_time"});
  ignore({"cache_valid_time"});
  std::string age;
  if (valid != nullptr) {
    const std::optional<std::string> seconds = constant_text(valid->text, local);
    const bool number = seconds && !seconds->empty() && seconds->find_first_not_of("0123456789") == std::string::npos;
    age = number ? std::to_string(std::max(60UL, small_number(*seconds))) + "s" : "1h";
  } else if (refresh) {
    age = "1h";
  }
  const Node* upgrade = task_.argument({"upgrade"});
  ignore({"upgrade",
          "allow_downgrade",
          "allow_downgrades",
          "lock_timeout",
          "allow_unauthenticated",
          "install_weak_deps_not",
          "force_apt_get",
          "update_cache_retries",
          "update_cache_retry_max_delay",
          "fail_on_autoremove",
          "nobest",
          "autoclean",
          "clean",
          "use",
          "disable_gpg_check",
          "skip_broken",
          "lock_timeout",
          "validate_certs",
          "policy_rc_d",
          "extra_args",
          "auto_install_module_deps",
          "oldpackage"});
  const Node* options = task_.argument({"dpkg_options"});
  ignore({"dpkg_options"});
  const bool new_files = options != nullptr && options->text.find("force-confnew") != std::string::npos;
  const bool remove_unneeded = yes({"autoremove"});
  if (upgrade != nullptr && upgrade->text != "no" && upgrade->text != "false") {
    auto item = start("upgrade", turn, when);
    const bool full = in_list(upgrade->text, {"dist", "full"});
    identify(*item, "upgrade", Written::of_text(full ? "full" : "safe"), turn);
    if (remove_unneeded) item->put("autoremove", Written::of_plain("true"));
    if (new_files) item->put("conffiles", Written::of_text("new"));
    if (!age.empty()) item->put("refresh", Written::of_text(age));
    return finish(std::move(item), turn, changes);
  }
  if (yes({"only_upgrade"})) throw Untranslatable{"`only_upgrade`: an `upgrade`, or a `package` where it is installed"};
  if (const Node* deb = task_.argument({"deb"})) {
    ignore({"deb", "state"});
    return package_of_file(translate_text(deb->text, local).text, turn, when, changes);
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
      "present=present,installed=present,latest=latest,upgraded=latest,absent=absent,removed=absent,uninstalled=absent,"
      "fixed=present";
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
    // `name{% if version %}={{ version }}{% endif %}`: a version that is null is not given.
    std::optional<std::string> sometimes;
    if (identity.text.find("'='") != std::string::npos) {
      sometimes = version_of_some(identity.text);
      if (!sometimes)
        throw Untranslatable{"a version that only some condition gives: a resource with `version`, and one without"};
    }
    auto item = start("package", turn, when);
    if (sometimes && !goes) item->put("version", Written::of_text(*sometimes));
    if (!element.empty()) {
      WrittenMap loops = turn.for_each;
      loops.emplace_back(element, identity);
      item->put("for_each", Written::of_map(std::move(loops)));
      Unit::Turn inner;
      inner.variables = turn.variables;
      inner.variables.push_back(element);
      identify(*item, "package", Written::of_text("${" + element + "}"), inner);
    } else {
      identify(*item, "package", std::move(identity), turn);
    }
    if (brewed) item->put("manager", Written::of_text("brew"));
    if (wanted) item->put("state", *wanted);
    if (!version.empty() && !goes) item->put("version", Written::of_text(version));
    if (recommends && !goes) item->put("recommends", *recommends);
    if (new_files && !goes) item->put("conffiles", Written::of_text("new"));
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
      if (whole.text.find("://") != std::string::npos || whole.text.starts_with("/")) {
        package_of_file(whole.text, turn, when, changes);
        continue;
      }
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
  if (loops_over_it && turn.for_each.front().value.is_list() &&
      when.text.find(turn.variables.front()) == std::string::npos) {
    const Written list = turn.for_each.front().value;
    const bool versions = std::any_of(list.items.begin(), list.items.end(),
                                      [](const Written& one) { return one.text.find('=') != std::string::npos; });
    if (!versions) {
      turn.for_each.clear();
      turn.variables.clear();
      return make(list, "", "");
    }
  }
  if (whole.text.find("://") != std::string::npos) return package_of_file(whole.text, turn, when, changes);
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

}  // namespace plumb::imports
