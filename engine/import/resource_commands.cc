// Modules without a kind of their own, said as commands with a guard.
#include "engine/import/expression.h"
#include "engine/import/paths.h"
#include "engine/import/resource.h"
#include "engine/import/translate_text.h"

namespace plumb::imports {

using lang::Node;

bool guarded_module(std::string_view module) {
  return in_list(module, {"openssl_dhparam", "git_config", "sefcontext", "synchronize"});
}

// A script of the role: its text goes to the program that its first line names.
void Builder::script(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  const Node* given_line = task_.argument({"cmd", "_raw_params"});
  ignore({"cmd", "_raw_params", "decrypt"});
  const std::vector<std::string> words = shell_words(given_line != nullptr ? given_line->text : task_.free_form);
  const std::optional<std::string> known = words.empty() ? std::nullopt : constant_text(words[0], local);
  const std::string file = known ? project_file(*known, "files") : "";
  if (file.empty()) throw Untranslatable{"a script that the role does not have"};
  const std::string& text = unit_.files_.at(file);
  std::vector<std::string> run =
      text.starts_with("#!") ? shell_words(text.substr(2, text.find('\n') - 2)) : std::vector<std::string>();
  if (run.size() == 2 && run[0].ends_with("/env")) run.erase(run.begin());
  if (run.empty()) run = {"/bin/sh"};
  if (const std::string own = this->text({"executable"}, local); !own.empty()) run = {own};
  const bool shell = run[0].ends_with("sh");
  run.emplace_back(shell ? "-s" : "-");
  if (shell && words.size() > 1) run.emplace_back("--");
  for (std::size_t i = 1; i < words.size(); ++i) run.push_back(translate_text(words[i], local).text);
  auto item = start("command", turn, when);
  identify(*item, "command", Written::of_text(title_of(turn, words[0])), turn);
  item->put("run", Written::of_texts(run));
  item->put("stdin", Written::of_text("${file('" + file + "')}"));
  for (const auto& [parameter, attribute] : std::initializer_list<std::pair<const char*, const char*>>{
           {"creates", "creates"}, {"removes", "removes"}, {"chdir", "cwd"}}) {
    if (auto value = take({parameter}, Form::kText, local)) item->put(attribute, *value);
  }
  if (item->find("creates") == nullptr && changes.empty())
    unit_.note(row_, "it runs at every apply, as it did: give it `creates`, `unless` or `run_on`");
  finish(std::move(item), turn, changes);
}

// A rule for the labels of files: `restorecon` gives them to what is there.
void Builder::file_context(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  const std::string target = text({"target"}, local);
  const std::string type = text({"setype"}, local);
  ignore({"reload", "ignore_selinux_state", "substitute"});
  for (const char* parameter : {"seuser", "selevel", "ftype"}) {
    if (given({parameter}) && !is({parameter}, "a")) no_word(parameter, "has no word here");
    ignore({parameter});
  }
  const bool gone = is({"state"}, "absent");
  ignore({"state"});
  auto item = start("command", turn, when);
  identify(*item, "command", Written::of_text(title_of(turn, "")), turn);
  std::vector<std::string> words{"semanage", "fcontext", gone ? "-d" : "-a"};
  if (!gone) words.insert(words.end(), {"-t", type});
  words.push_back(target);
  item->put("run", Written::of_texts(words));
  // Whether there is a rule for it at all, or one with this type.
  std::vector<std::string> asks{"sh", "-c", "semanage fcontext -lnC | grep -qF -- \"$0 \"", target};
  if (!gone) {
    asks[2] = "semanage fcontext -lnC | grep -F -- \"$0 \" | grep -q \":$1:\"";
    asks.push_back(type);
  }
  item->put(gone ? "only_if" : "unless", Written::of_texts(asks));
  unit_.set_outcome(row_, Outcome::kOtherWay);
  unit_.note(row_, "a command with a guard; `selinux` of a file gives it its label");
  finish(std::move(item), turn, changes);
}

void Builder::synchronize(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  const Node* src = task_.argument({"src"});
  const Node* dest = task_.argument({"dest"});
  ignore({"src",           "dest",         "archive",     "recursive",
          "compress",      "copy_links",   "dirs",        "existing_only",
          "links",         "perms",        "times",       "set_remote_user",
          "rsync_timeout", "dest_port",    "ssh_args",    "use_ssh_args",
          "private_key",   "rsync_path",   "verify_host", "ssh_connection_multiplexing",
          "partial",       "delay_updates"});
  if (src == nullptr || dest == nullptr) throw Untranslatable{"a folder without `src` or `dest`"};
  if (is({"mode"}, "pull")) throw Untranslatable{"files that come from the host (`mode: pull`)"};
  ignore({"mode"});
  const bool on_host = task_.keyword("delegate_to") != nullptr;
  const bool inside = src->text.ends_with('/');
  const std::string from = without_slash(text({"src"}, local));
  const std::string to =
      without_slash(text({"dest"}, local)) + (inside ? "" : from.substr(std::min(from.rfind('/'), from.size())));
  std::vector<std::string> excluded;
  for (const std::string& option : texts_of(task_.argument({"rsync_opts"}))) {
    if (option.starts_with("--exclude=")) {
      excluded.push_back(option.substr(10));
    } else {
      no_word("rsync_opts", "`" + option + "` has no word here");
    }
  }
  ignore({"rsync_opts"});
  const bool removes = yes({"delete"});
  if (!on_host) {
    const std::optional<std::string> known = constant_text(src->text, local);
    const std::string folder =
        "files/" + without_slash(known.value_or("").starts_with("files/") ? known->substr(6) : known.value_or(""));
    const auto status = unit_.source_.status(folder);
    if (!known || known->empty() || !status || status->type != EntryType::kFolder)
      throw Untranslatable{"a folder on the machine that runs Ansible: `directory` with its `source` in the module"};
    if (removes) no_word("delete", "is `purge: true` of the folder, where nothing else puts something there");
    if (!excluded.empty()) no_word("rsync_opts", "is `exclude` of the folder");
    return copy_folder(folder, to, turn, when, changes);
  }
  auto item = start("sync", turn, when);
  identify(*item, "sync", Written::of_text(to), turn);
  item->put("source", Written::of_text(from));
  if (removes) item->put("delete", Written::of_plain("true"));
  if (auto checksum = take({"checksum"}, Form::kBool, local)) item->put("checksum", *checksum);
  if (!excluded.empty()) item->put("exclude", Written::of_texts(excluded));
  for (const char* parameter : {"owner", "group"}) {
    if (given({parameter}) && !yes({parameter})) item->put("owners", Written::of_plain("false"));
    ignore({parameter});
  }
  finish(std::move(item), turn, changes);
}

void Builder::snap(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  const Node* given = task_.argument({"name"});
  if (given == nullptr || !given->is_scalar()) throw Untranslatable{"several snaps in one task: a command for each"};
  const std::string name = text({"name"}, local);
  const bool gone = is({"state"}, "absent");
  ignore({"state"});
  std::vector<std::string> words{"snap", gone ? "remove" : "install", name};
  if (yes({"classic"}) && !gone) words.emplace_back("--classic");
  if (const std::string channel = text({"channel"}, local); !channel.empty() && !gone)
    words.push_back("--channel=" + channel);
  auto item = start("command", turn, when);
  identify(*item, "command", Written::of_text(title_of(turn, "")), turn);
  item->put("run", Written::of_texts(words));
  item->put(gone ? "only_if" : "unless", Written::of_texts({"snap", "list", name}));
  unit_.set_outcome(row_, Outcome::kOtherWay);
  unit_.note(row_, "a command with a guard");
  finish(std::move(item), turn, changes);
}

void Builder::guarded(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  auto item = start("command", turn, when);
  const auto done = [&](const std::vector<std::string>& words) {
    // Two tasks may speak of one thing: their own names tell them apart.
    identify(*item, "command", Written::of_text(title_of(turn, "")), turn);
    item->put("run", Written::of_texts(words));
    unit_.set_outcome(row_, Outcome::kOtherWay);
    unit_.note(row_, "a command with a guard");
  };
  const Node* state = task_.argument({"state"});
  const auto value = [&](std::initializer_list<std::string_view> names, const std::string& otherwise) {
    const std::optional<Written> found = take(names, Form::kText, local);
    return found && !found->text.empty() ? found->text : otherwise;
  };
  if (state != nullptr && state->text == "absent")
    throw Untranslatable{"a key that goes: a `file` with `state: absent`"};
  const std::string path = text({"path"}, local);
  const std::string size = value({"size"}, "4096");
  done({"openssl", "dhparam", "-out", path, size});
  item->put("creates", Written::of_text(path));
  ignore({"state", "force", "backup", "select_crypto_backend", "return_content"});
  finish(std::move(item), turn, changes);
  owner_beside(Written::of_text(path), turn, when);
  ignore({"owner", "group", "mode"});
}

}  // namespace plumb::imports
