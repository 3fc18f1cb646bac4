// plumb ci init SERVICE: a pipeline that plans, has the plan reviewed, and applies exactly that plan, signed.

#include <algorithm>
#include <filesystem>
#include <memory>

#include "cmd/plumb/commands.h"
#include "cmd/plumb/pipelines.h"
#include "cmd/plumb/terminal.h"
#include "engine/base/file.h"
#include "engine/config/project_files.h"
#include "engine/run/shared_key.h"

namespace plumb::cmd {
namespace {

namespace fs = std::filesystem;

struct CiArguments {
  std::string service;
  std::string file;  // "" for where the service looks for it
  std::string branch = "main";
  int approvals = 0;
  bool force = false;
};

// What may stand in a pipeline's script and in YAML without a quote.
bool is_plain(const std::string& text) {
  return !text.empty() && text.front() != '-' && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-' || c == '/';
  });
}

// The folder of the repository that the project lies in; the project's own where it lies in none.
fs::path repository_of(const fs::path& project) {
  std::error_code ignored;
  for (fs::path folder = project; folder != folder.root_path(); folder = folder.parent_path()) {
    if (fs::exists(folder / ".git", ignored)) return folder;
  }
  return project;
}

fs::path place_for(const std::string& service) {
  if (service == "github") return fs::path(".github") / "workflows" / "plumb.yaml";
  if (service == "gitlab") return ".gitlab-ci.yml";
  return "plumb-pipeline";
}

class CiInit {
 public:
  CiInit(Program& program, const CiArguments& given)
      : program_(program), given_(given), terminal_(program.options.no_color) {
    terminal_.set_json(program.options.output == "json");
  }

  int run() {
    if (const Result<> there = config::expect_project(fs::path(program_.options.folder)); !there)
      return complain(there.error());
    std::error_code problem;
    const fs::path project = fs::weakly_canonical(program_.options.folder, problem);
    if (problem)
      return complain(fail(Code::kNoProject, "cannot follow " + program_.options.folder + ": " + problem.message()));
    const fs::path root = repository_of(project);
    const fs::path target = given_.file.empty() ? root / place_for(given_.service) : fs::path(given_.file);
    const fs::path folder = project.lexically_relative(root);
    PipelineSettings settings{
        .plumb = "plumb", .tests = "tests", .branch = given_.branch, .approvals = given_.approvals};
    if (folder != "." && !is_plain(folder.string()))
      return complain(fail(Code::kUsage, "the folder `" + folder.string() + "` cannot stand in a pipeline's script")
                          .hint("letters, digits, `.`, `_`, `-` and `/` can"));
    if (folder != ".") {
      settings.plumb += " -C " + folder.string();
      settings.tests = (folder / "tests").string();
    }
    settings.shares_key = fs::exists(project / run::kSealedKey, problem);
    return write(target, root, settings);
  }

 private:
  int complain(const Error& error) {
    terminal_.diagnose({error.diagnostic()}, {});
    return error.code() == Code::kUsage || error.code() == Code::kNoProject ? kInvalidConfiguration : kFailed;
  }

  int write(const fs::path& target, const fs::path& root, const PipelineSettings& settings) {
    std::error_code none;
    const bool there = fs::exists(fs::symlink_status(target, none));
    if (there && !given_.force)
      return complain(fail(Code::kExists, target.string() + " is there already")
                          .hint("nothing was changed; --file FILE writes elsewhere, --force writes over it"));
    std::error_code problem;
    if (target.has_parent_path()) fs::create_directories(target.parent_path(), problem);
    if (problem)
      return complain(
          fail(Code::kWriteFailed, "cannot create " + target.parent_path().string() + ": " + problem.message()));
    const unsigned mode = given_.service == "generic" ? 0755 : 0644;
    if (Result<> written = write_file(target, pipeline_text(given_.service, settings), mode); !written)
      return complain(written.error());
    tell(target, root, settings, there);
    return kDone;
  }

  void tell(const fs::path& target, const fs::path& root, const PipelineSettings& settings, bool over) {
    if (terminal_.json()) {
      terminal_.print(Json{{"file", target.string()},
                           {"repository", root.string()},
                           {"overwritten", over},
                           {"shares_key", settings.shares_key}}
                          .dump() +
                      "\n");
      return;
    }
    std::string text = (over ? "wrote over " : "made ") + target.string() + "\n\nTo be set up, before it runs:\n";
    const auto add = [&](const std::string& line) { text += "  " + line + "\n"; };
    const bool generic = given_.service == "generic";
    if (!generic) add("a runner with the tag `plumb`, which has plumb and a way to the hosts");
    add("PLUMB_SIGNERS, on the runner: the file of those whose signatures count");
    add("PLUMB_SIGNING_KEY, a secret of the service: a private key of ssh, of one of them");
    if (settings.shares_key) add("PLUMB_PROJECT_KEY, a secret: a private key that opens the project's key");
    if (!generic) add("an environment `production`, with those who say yes to a plan");
    if (given_.service == "gitlab") add("PLUMB_COMMENT_TOKEN, if plans are to be notes: a token that may write them");
    if (settings.approvals > 0) add("a branch `approvals`, with a folder for each plan's id");
    terminal_.print(text);
  }

  Program& program_;
  const CiArguments& given_;
  Terminal terminal_;
};

}  // namespace

void add_ci(Program& program) {
  CLI::App* command = program.app.add_subcommand("ci", "Pipelines that plan, have the plan reviewed, and apply it");
  command->require_subcommand(1);
  auto given = std::make_shared<CiArguments>();
  CLI::App* init = command->add_subcommand("init", "Write such a pipeline for the project");
  init->add_option("SERVICE", given->service, "github, gitlab or generic: a script with a step each")
      ->required()
      ->check(CLI::IsMember({"github", "gitlab", "generic"}))
      ->type_name("SERVICE");
  init->add_option("--file", given->file, "Write it to FILE, and not where the service looks for it")
      ->type_name("FILE");
  init->add_option("--branch", given->branch, "The branch whose plans are applied (default: main)")
      ->check(CLI::Validator(
          [](const std::string& text) {
            return is_plain(text)
                       ? std::string()
                       : "`" + text + "` cannot stand in a pipeline: letters, digits, `.`, `_`, `-` and `/` can";
          },
          ""))
      ->type_name("BRANCH");
  init->add_option("--approvals", given->approvals, "Ask for N people's approvals of a plan besides the signature")
      ->check(CLI::Range(0, 100))
      ->type_name("N");
  init->add_flag("--force", given->force, "Write over what is there");
  init->callback([&program, given] { program.exit_code = CiInit(program, *given).run(); });
}

}  // namespace plumb::cmd
