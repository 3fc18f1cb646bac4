// What systemd tells of units (internal to this folder).
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "providers/service/back_end.h"

namespace plumb::providers::service::systemd {

// Where unit files lie, and whose units they make.
struct Place {
  // What stands in an earlier one goes before. The first is the administrator's, where links are made too.
  std::vector<std::string> folders;
  const Account* owner = nullptr;  // null: the host's own
};
const Place& host_place();
Place place_of(const Account& owner);
// "/run/user/1000"
std::string runtime_folder(const Account& owner);
// Of an account: whether a manager of its units runs.
bool has_manager(const Account& owner, System& system);

// "nginx" -> "nginx.service"; a name with a known suffix stays.
std::string full_name(std::string_view name);
// "foo@.service"
bool is_template(std::string_view unit);
// "foo@one.service" -> "foo@.service"; "" for what is no instance.
std::string template_of(std::string_view unit);

// Names under which files, and folders of files that add to them, shape a unit; its own first.
std::vector<std::string> names_in_files(const std::string& unit);

// Of units by their full names, in that order. While systemd runs, one `systemctl show` for all; of one that does not,
// in an image or a container, units are files, and enabled by links.
Result<std::vector<Unit>> read_running(std::span<const std::string> units, const Place& place, System& system);
Result<std::vector<Unit>> read_offline(std::span<const std::string> units, const Place& place, System& system);

// What is asked while it runs, whatever the units.
FixedQuestion fixed_question();

void survey(const SurveyedHost& host, Survey& found);

// The answer of `systemctl show`: one block of KEY=VALUE lines a unit, with an empty line between.
Result<std::vector<Unit>> parse_show(std::string_view output, std::span<const std::string> units, const Place& place,
                                     System& system);

// Of a unit that cannot be enabled, and of one that cannot be kept running.
Refusal no_install_section();
Refusal made_of_another_file();
Refusal nobody_along();
Refusal one_shot();

// What settings of [Install] ask for: a link in the folder of the unit that they name, by its ending.
inline constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kLinkFolders = {
    {{"WantedBy", ".wants"}, {"RequiredBy", ".requires"}, {"UpheldBy", ".upholds"}}};

// What counts here of a unit file or of a file that adds to one.
struct UnitFile {
  bool has_install = false;                                       // it says how it is enabled
  std::vector<std::pair<std::string_view, std::string>> install;  // folders' endings, and values, in order
  std::vector<std::string> aliases;                               // other names that enabling gives it
  std::vector<std::string> also;                                  // units that are enabled along with it
  std::string type;
  std::string remains;
};
UnitFile parse_unit_file(std::string_view text);
// The links that enabling makes, as `links_of()` tells them; nothing where that cannot be told from the files.
std::optional<std::vector<std::string>> links_asked_for(std::span<const UnitFile> files, const std::string& unit);
std::optional<Refusal> ends_by_itself(const UnitFile& file);

// On disk: the links by which the administrator's units pull this one in, sorted, as
// "multi-user.target.wants/x.service"; and the unit's file with those that add to it, in the order in which they count.
// No files: there is no such unit.
Result<std::vector<std::string>> links_of(const std::string& unit, const Place& place, System& system);
Result<std::vector<UnitFile>> files_on_disk(const std::string& unit, const Place& place, System& system);
// Of a unit by its own name: itself, and who is enabled and disabled along with it.
Result<Along> read_along(const std::string& unit, const Place& place, System& system);
// A unit that a folder adds to instead of a file, or a link to nothing, cannot be enabled, whatever its files say:
// whether it is such a one. One to which somebody's link adds that is not followed is broken.
Result<bool> note_no_file_among_files(Unit& unit, const Place& place, System& system);

}  // namespace plumb::providers::service::systemd
