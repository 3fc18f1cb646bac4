// plumb init [DIR]: a starter project that validates, plans and applies at once.

#include <filesystem>

#include "cmd/plumb/commands.h"
#include "cmd/plumb/workspace.h"
#include "engine/base/file.h"
#include "engine/base/plain_name.h"
#include "engine/base/replaced.h"
#include "engine/base/shell_word.h"
#include "engine/config/document.h"
#include "engine/editor/export.h"
#include "engine/editor/known_project.h"
#include "engine/run/project_key.h"
#include "engine/run/shared_key.h"

namespace plumb::cmd {
namespace {

constexpr std::string_view kProject = R"(# yaml-language-server: $schema=.plumb/schemas/project.json
#
# What this project wants to be true. `plumb plan` shows what is not, `plumb apply` makes it so.
plumb: v1
project: @NAME@

resources:
  # A folder. The first key of a resource is its kind, the value beside it its identity; together they are its
  # address, directory:/tmp/plumb-@NAME@, by which plans and other resources speak of it.
  - directory: /tmp/plumb-@NAME@
    parents: true
    mode: "0755"

  # A file with its content in place. `source: files/motd` would take it from a file of this project.
  - file: /tmp/plumb-@NAME@/motd
    content: |
      This machine is kept in plumb.
    mode: "0644"

  # A link to it.
  - link: /tmp/plumb-@NAME@/current
    target: motd

  # A command says itself when it is needed: here, while the file it makes is not there. In an image (--root) nothing
  # can be run, so it is none of its resources.
  - command: first run
    run: [touch, /tmp/plumb-@NAME@/first-run]
    creates: /tmp/plumb-@NAME@/first-run
    when: "!facts.image"
    after: ["directory:/tmp/plumb-@NAME@"]

  # More kinds: package, service, user, group. `plumb schema` lists them, `plumb schema package` describes one.
  #
  # - package: nginx
  #   on: web                  # only on these hosts of hosts.yaml
  #
  # - file: /etc/nginx/nginx.conf
  #   on: web
  #   source: files/nginx.conf
  #
  # - service: nginx
  #   on: web
  #   state: running
  #   enabled: true
  #   reload_on: ["file:/etc/nginx/*"]
)";

constexpr std::string_view kHosts =
    R"(# yaml-language-server: $schema=.plumb/schemas/inventory.json
#
# Where the resources go. This machine needs no connection; others are reached over SSH.
plumb: v1

hosts:
  localhost: {connection: local}

# defaults: {user: deploy, become: sudo}
#
# groups:
#   web: {}
#
# hosts:
#   web[01:03].example.com: {groups: [web]}
#   db1: {address: 192.0.2.5, port: 2222}
)";

// What stands in .plumb belongs to this checkout: the key is a secret, the history is this machine's, the schemas are
// this program's.
constexpr std::string_view kIgnored = ".plumb/\n";

std::string project_name(const std::filesystem::path& folder) {
  const std::string name = plain_name(folder.filename().string(), '-');
  return name.empty() ? "starter" : name;
}

class Init {
 public:
  Init(Program& program, std::filesystem::path folder)
      : kinds_(program.options.kinds),
        terminal_(program.options.no_color),
        workspace_(program.options, terminal_),
        folder_(std::move(folder)) {}

  int run() {
    std::error_code problem;
    std::filesystem::create_directories(folder_, problem);
    if (problem) {
      return complain(fail(Code::kWriteFailed, "cannot create " + folder_.string() + ": " + problem.message()));
    }
    const std::string name = project_name(std::filesystem::weakly_canonical(std::filesystem::absolute(folder_)));
    const bool there = config::has_document(folder_, "plumb");
    if (!there) {
      if (const int code = write("plumb.yaml", replaced(std::string(kProject), "@NAME@", name)); code != kDone)
        return code;
      if (const int code = write_if_missing("hosts.yaml", std::string(kHosts)); code != kDone) return code;
      if (const int code = write_if_missing(".gitignore", std::string(kIgnored)); code != kDone) return code;
    }
    const Result<std::optional<std::string>> key = run::read_project_key(folder_);
    if (!key) return complain(key.error());
    const bool schemas = std::filesystem::exists(folder_ / editor::kSchemaFolder);
    if (!*key && !run::check_shared_key(folder_, *key)) {
      terminal_.tell("note: the project shares its key; `plumb project-key accept` opens it with your ssh key\n");
    } else if (!*key) {
      if (Result<std::string> made = run::make_project_key(folder_); !made) return complain(made.error());
      terminal_.print("made " + run::project_key_path(folder_).string() + "\n");
    }
    if (!schemas) {
      if (const int code = write_schemas(); code != kDone) return code;
    }
    if (*key && schemas && there) {
      return complain(
          fail(Code::kExists, (folder_ / config::document_name(folder_, "plumb")).string() + " is there already")
              .hint("nothing was changed; init makes what is missing and overwrites nothing"));
    }
    if (!there) {
      const std::string in = folder_ == "." ? "" : " -C " + typed_word(folder_.string());
      terminal_.print("\nNext:\n  plumb" + in + " plan     what would change\n  plumb" + in + " apply    change it\n");
    }
    return kDone;
  }

 private:
  int complain(const Error& error) {
    workspace_.diagnose(error);
    return kFailed;
  }

  int write(const char* name, const std::string& text) {
    if (Result<> written = write_file(folder_ / name, text); !written) return complain(written.error());
    terminal_.print("made " + (folder_ / name).string() + "\n");
    return kDone;
  }

  // For the modelines of the files above. They are not in git either: in a clone, `init` makes what is missing.
  int write_schemas() {
    const std::filesystem::path folder = folder_ / editor::kSchemaFolder;
    const auto written =
        editor::write_schemas(folder, editor::Format::kJsonSchema, kinds_, editor::read_known_project(folder_, kinds_));
    if (!written) return complain(written.error());
    terminal_.print("made " + folder.string() + "\n");
    return kDone;
  }

  int write_if_missing(const char* name, const std::string& text) {
    return std::filesystem::exists(folder_ / name) ? static_cast<int>(kDone) : write(name, text);
  }

  const Registry& kinds_;
  Terminal terminal_;
  Workspace workspace_;
  std::filesystem::path folder_;
};

}  // namespace

void add_init(Program& program) {
  auto folder = std::make_shared<std::string>();
  CLI::App* command = program.app.add_subcommand("init", "Make a starter project that plans and applies at once");
  command->add_option("DIR", *folder, "Its folder (default: the one given with -C)");
  command->callback([&program, folder] {
    program.exit_code = Init(program, folder->empty() ? program.options.folder : *folder).run();
  });
}

}  // namespace plumb::cmd
