// plumb import ssh-config, plumb import hosts: an inventory out of what is there already.

#include <cstdlib>
#include <filesystem>
#include <memory>

#include "cmd/plumb/commands.h"
#include "cmd/plumb/terminal.h"
#include "engine/base/file.h"
#include "engine/base/joined.h"
#include "engine/import/listed_hosts.h"

namespace plumb::cmd {
namespace {

namespace fs = std::filesystem;

struct InventoryArguments {
  std::string config;              // "" for the user's
  std::vector<std::string> files;  // none for those of the user and of this machine
  std::string out;                 // "" for standard output
  bool force = false;
};

fs::path home_folder() {
  const char* home = std::getenv("HOME");
  return home == nullptr ? "" : home;
}

class InventoryImport {
 public:
  InventoryImport(Program& program, const InventoryArguments& given)
      : given_(given), terminal_(program.options.no_color) {
    terminal_.set_json(program.options.output == "json");
  }

  int from_ssh_config() {
    const fs::path usual = home_folder() / ".ssh" / "config";
    const fs::path file = given_.config.empty() ? usual : fs::path(given_.config);
    Result<imports::ListedHosts> listed = imports::read_ssh_config(disk_files(), file, home_folder());
    if (!listed) return complain(listed.error());
    std::error_code ignored;
    if (!fs::equivalent(file, usual, ignored))
      listed->ssh_config = fs::absolute(file, ignored).lexically_normal().string();
    return write(*listed, file.string() + ", where plumb reads how each is reached");
  }

  int from_files() {
    imports::ListedHosts listed;
    std::vector<fs::path> files(given_.files.begin(), given_.files.end());
    if (files.empty()) {
      for (const fs::path& usual : {home_folder() / ".ssh" / "known_hosts", fs::path("/etc/hosts")}) {
        if (disk_files().status(usual)) files.push_back(usual);
      }
    }
    std::string names;
    for (const fs::path& file : files) {
      if (const Result<> added = imports::add_hosts_of(disk_files(), file, listed); !added)
        return complain(added.error());
      append_item(names, file.string(), " and ");
    }
    return write(listed, names);
  }

 private:
  int complain(const Error& error) {
    terminal_.diagnose({error.diagnostic()}, {});
    return kFailed;
  }

  int write(const imports::ListedHosts& listed, const std::string& source) {
    std::error_code ignored;
    if (!given_.out.empty() && !given_.force && !is_written_into(given_.out) && fs::exists(given_.out, ignored))
      return complain(fail(Code::kExists, given_.out + " is there already")
                          .hint("name another file, or --force to write over what is there"));
    const std::string text = imports::inventory_text(listed, source);
    if (!given_.out.empty()) {
      if (Result<> written = write_file(given_.out, text); !written) return complain(written.error());
    }
    if (terminal_.json()) {
      terminal_.print(Json{{"hosts", listed.hosts.size()}, {"notes", listed.notes}, {"inventory", text}}.dump() + "\n");
      return kDone;
    }
    if (given_.out.empty()) terminal_.write(text);
    for (const std::string& note : listed.notes) terminal_.tell("note: " + note + "\n");
    if (listed.further_notes > 0) terminal_.tell("note: and " + std::to_string(listed.further_notes) + " more\n");
    if (!given_.out.empty())
      terminal_.print("Wrote " + given_.out + ": " + std::to_string(listed.hosts.size()) +
                      (listed.hosts.size() == 1 ? " host\n" : " hosts\n"));
    return kDone;
  }

  const InventoryArguments& given_;
  Terminal terminal_;
};

}  // namespace

void add_import_inventory(Program& program, CLI::App& import) {
  auto given = std::make_shared<InventoryArguments>();
  const auto add_output = [given](CLI::App* command) {
    command->add_option("-o,--out", given->out, "Write the inventory to FILE, not to standard output")
        ->type_name("FILE");
    command->add_flag("--force", given->force, "Write over a file that is there");
  };
  CLI::App* config = import.add_subcommand("ssh-config", "An inventory of the hosts that ssh's settings name");
  config->add_option("FILE", given->config, "The settings (default: ~/.ssh/config)")->type_name("FILE");
  add_output(config);
  config->callback([&program, given] { program.exit_code = InventoryImport(program, *given).from_ssh_config(); });

  CLI::App* hosts = import.add_subcommand("hosts", "An inventory of known_hosts and of files like /etc/hosts");
  hosts->add_option("FILE", given->files, "The files (default: ~/.ssh/known_hosts and /etc/hosts)")->type_name("FILE");
  add_output(hosts);
  hosts->callback([&program, given] { program.exit_code = InventoryImport(program, *given).from_files(); });
}

}  // namespace plumb::cmd
