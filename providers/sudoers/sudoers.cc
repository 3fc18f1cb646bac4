#include "providers/sudoers/sudoers.h"

#include <algorithm>

#include "engine/base/joined.h"
#include "providers/sdk/account_files.h"

namespace plumb::providers::sudoers {

std::string word_of(std::string_view name) {
  // What says that it is a group, a netgroup or a number.
  const std::size_t mark = std::min(name.find_first_not_of("%#+:"), name.size());
  std::string word(name.substr(0, mark));
  for (const char c : name.substr(mark)) {
    if (std::string_view(" \\@#>").find(c) != std::string_view::npos) word += '\\';
    word += c;
  }
  return word;
}

// The file is of this rule alone: of what else sudo would read in it nothing stays.
EntryEdit SudoersProvider::entry(const Desired& desired) const {
  EntryEdit entry;
  entry.match = "^\\s*([^#\\s]|#include|#[0-9])";
  const std::string group = desired.text("group");
  entry.text = (group.empty() ? word_of(desired.text("user")) : "%" + word_of(group)) + " " +
               desired.text("host", "ALL") + "=(" + desired.text("run_as", "ALL") + ") ";
  if (desired.flag("nopassword", false)) entry.text += "NOPASSWD: ";
  if (desired.flag("setenv", false)) entry.text += "SETENV: ";
  if (desired.flag("noexec", false)) entry.text += "NOEXEC: ";
  std::string commands;
  for (const std::string& command : texts_in(desired.attribute("commands"))) append_item(commands, command);
  entry.text += commands;
  return entry;
}

Change SudoersProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change = EntryProvider::diff(desired, observed);
  if (!observed.flag("visudo", false)) return change;
  for (Operation& operation : change.operations) {
    if (auto* edit = std::get_if<EditFile>(&operation)) edit->validate = "visudo -cf %s";
  }
  return change;
}

// With a file that sudo cannot read it lets nobody do anything any more.
void SudoersProvider::note_needs(const Desired&, const std::string& path, System& system, Observed& observed) const {
  note_writers(path, "sudo", system, observed);
  if (!system.find_program("visudo").empty()) observed.attributes["visudo"] = true;
}

void SudoersProvider::note_reach(const Desired& desired, System& system, Observed& observed) const {
  const auto user = system.user_by_name(desired.text("user", desired.text("name")));
  if (user && user->uid != 0 && is_who_logs_in(*user, system)) observed.attributes["logs_in"] = user->name;
}

// Of the user as whom this host was reached; other rules may let it.
std::string SudoersProvider::cuts_line(const Desired& desired, const Observed& observed) const {
  const std::string who = observed.text("logs_in");
  if (who.empty() || !observed.exists) return {};
  const bool asks = !desired.flag("nopassword", false) && observed.text("entry").find("NOPASSWD:") != std::string::npos;
  return wants_absent(desired) || asks ? who + " becomes root by this rule" : std::string();
}

std::vector<Address> SudoersProvider::infers(const Desired& desired) const {
  std::vector<Address> first = EntryProvider::infers(desired);
  if (wants_absent(desired)) return first;
  first.push_back({"", "package", "sudo"});
  if (desired.has("group")) first.push_back({"", "group", desired.text("group")});
  if (desired.has("user")) first.push_back({"", "user", desired.text("user")});
  return first;
}

std::string SudoersProvider::remedy(const Desired&, const Missing&) const {
  return "a `package` with sudo before it brings the folder";
}

void add_to(Registry& registry) {
  Kind kind = edit_kind<SudoersProvider>("sudoers");
  kind.adoption = {survey, "accounts"};
  registry.add(std::move(kind));
}

}  // namespace plumb::providers::sudoers
