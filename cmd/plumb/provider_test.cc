// plumb provider test DIR: a provider from outside is judged by what every built-in kind is judged by.

#include <cstdlib>
#include <filesystem>

#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <sched.h>
#include <sys/mount.h>
#endif

#include "cmd/plumb/log.h"
#include "cmd/plumb/provider_commands.h"
#include "cmd/plumb/terminal.h"
#include "cmd/plumb/workspace.h"
#include "engine/base/file.h"
#include "engine/config/project_providers.h"
#include "engine/conformance/elsewhere.h"
#include "engine/conformance/judges.h"
#include "engine/conformance/provider_cases.h"
#include "engine/conformance/scratch.h"
#include "engine/host/transport.h"
#include "engine/lang/yaml.h"

namespace plumb::cmd {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostDescription = std::size_t{1} << 20;

struct ProviderTestArguments {
  std::string folder = ".";
  std::string kind;
  std::string report;
};

fs::path temporary_place() {
  std::error_code problem;
  return fs::temp_directory_path(problem);
}

// Executors of this process remember nothing of the test, and know nothing of real runs: root's records are covered for
// this process alone, those of others lie elsewhere. Gives where they are kept.
Result<fs::path> set_records_apart(const fs::path& folder) {
  if (::geteuid() != 0) {
    ::setenv("XDG_STATE_HOME", folder.c_str(), 1);
    return folder;
  }
#ifdef __linux__
  const fs::path records = "/var/lib/plumb";
  std::error_code problem;
  fs::create_directories(records, problem);
  if (::unshare(CLONE_NEWNS) == 0 && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
      ::mount(folder.c_str(), records.c_str(), nullptr, MS_BIND, nullptr) == 0)
    return records;
#endif
  return fail(Code::kOperation, "the records of real runs cannot be set apart from those of the test")
      .hint("run it as another user than root");
}

void copy_package(const fs::path& from, const fs::path& into) {
  std::error_code problem;
  fs::create_directories(into, problem);
  for (const fs::directory_entry& entry : fs::directory_iterator(from, problem)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with('.') || name == "__pycache__" || name == conformance::kTestsFolder) continue;
    fs::copy(entry.path(), into / name, fs::copy_options::recursive | fs::copy_options::copy_symlinks, problem);
  }
}

class ProviderTester {
 public:
  ProviderTester(Program& program, const ProviderTestArguments& arguments)
      : options_(program.options),
        arguments_(arguments),
        terminal_(options_.no_color),
        builtin_(config::built_in(options_.kinds)),
        folder_((fs::path(options_.folder) / arguments.folder).lexically_normal()) {
    terminal_.set_json(options_.output == "json");
  }

  int run() {
    // As on a host: what cases make beforehand has the same modes, whoever runs them.
    ::umask(022);
    if (scratch_.path().empty()) return refuse(fail(Code::kWriteFailed, "no folder can be made for the test"), kFailed);
    std::error_code problem;
    for (const fs::path& part : {host(), project(), state()}) fs::create_directory(part, problem);
    const Result<fs::path> records = set_records_apart(state());
    if (!records) return refuse(records.error(), kFailed);
    if (!load()) return kInvalidConfiguration;
    const conformance::ProviderCases cases =
        conformance::read_provider_cases(folder_, kinds_, host(), found_, sources_);
    if (found_.has_errors()) return tell(kInvalidConfiguration);
    host::ExecutorStore executors{program_folder()};
    host::ssh::Context ssh;
    host::HostTransport transport{executors, ssh};
    const conformance::Bench bench{.kinds = workspace_->providers(),
                                   .base = &builtin_,
                                   .scratch = state(),
                                   .project = project(),
                                   .root = "",
                                   .below = host().string(),
                                   .records = *records,
                                   .executor = transport,
                                   .project_head = head_,
                                   .elsewhere = [] { return std::make_shared<conformance::Elsewhere>(); }};
    return judge(bench, cases);
  }

 private:
  fs::path host() const { return scratch_.path() / "host"; }
  fs::path project() const { return scratch_.path() / "project"; }
  fs::path state() const { return scratch_.path() / "state"; }

  int tell(int code) {
    terminal_.diagnose(found_.sorted(), sources_);
    return code;
  }
  int refuse(const Error& error, int code) {
    found_.add(error.diagnostic());
    return tell(code);
  }

  // The provider's kinds are those that a project has with it and plumb has not.
  bool load() {
    const std::optional<std::string> name = name_of_provider();
    if (!name) return tell(0) != 0;
    // Findings name files by the folder's own name.
    std::error_code problem;
    const std::string folder = fs::weakly_canonical(folder_, problem).filename().string();
    copy_package(folder_, project() / folder);
    head_ = "providers: {" + Json(*name).dump() + ": " + Json("./" + folder).dump() + "}\n";
    const Result<> written =
        write_file(project() / "plumb.yaml", "plumb: v1\nproject: conformance\n" + head_ + "resources: []\n");
    if (!written) return refuse(written.error(), 0) != 0;
    history_ = std::make_unique<history::SqliteHistory>(state() / "none.db");
    run::WorkspaceRequest request;
    request.folder = project();
    workspace_ = run::Workspace::load(request, builtin_, *history_, found_, sources_);
    if (workspace_ == nullptr) return tell(0) != 0;
    for (const outside::KindOf& kind : workspace_->outside().front().package->kinds) {
      if (arguments_.kind.empty() || arguments_.kind == kind.name) kinds_.push_back(kind.name);
    }
    on_controller_ = workspace_->outside().front().package->on_controller;
    if (kinds_.empty()) refuse(fail(Code::kUsage, "the provider has no kind `" + arguments_.kind + "`"), 0);
    return !kinds_.empty();
  }

  std::optional<std::string> name_of_provider() {
    const Result<std::string> text = read_file((folder_ / "provider.yaml").lexically_normal(), kMostDescription);
    if (!text) {
      found_.add(text.error().diagnostic());
      return std::nullopt;
    }
    sources_.add("provider.yaml", *text);
    const std::optional<lang::Node> root = lang::read_yaml("provider.yaml", *text, found_);
    const lang::Entry* const name = root ? root->find("name") : nullptr;
    if (name != nullptr) return name->value.text;
    found_.add(Diagnostic(Code::kMissingKey, "provider.yaml has no `name`")
                   .with_hint("`plumb schema provider` describes it; `plumb provider new` begins one"));
    return std::nullopt;
  }

  int judge(const conformance::Bench& bench, const conformance::ProviderCases& cases) {
    conformance::Report report(kinds_);
    for (conformance::Subject& subject : conformance::provider_subjects(cases, kinds_, folder_, host())) {
      give_rights_up(subject);
      report.except(subject.kind, subject.exceptions);
      conformance::judge(bench, subject, report);
      if (!terminal_.json()) terminal_.print(subject.kind + "\n" + conformance::text_of(report, subject.kind) + "\n");
    }
    const std::string document = conformance::document_of(report);
    if (!arguments_.report.empty()) {
      if (const Result<> written = write_file(arguments_.report, document); !written)
        return refuse(written.error(), kFailed);
    }
    const std::size_t faults = report.faults(true).size();
    if (terminal_.json()) {
      terminal_.print(document);
    } else {
      terminal_.print(faults == 0 ? "all is kept\n"
                                  : std::to_string(faults) + (faults == 1 ? " fault\n" : " faults\n"));
    }
    return faults == 0 ? kDone : kFailed;
  }

  // Root has a resource changed by somebody who may not; for others there is nobody with fewer rights.
  void give_rights_up(conformance::Subject& subject) const {
    if (::geteuid() != 0 || on_controller_) return;
    for (conformance::Case& one : subject.cases) {
      one.unprivileged = one.resource;
      one.unprivileged->attributes["as"] = "nobody";
    }
  }

  const Options& options_;
  const ProviderTestArguments& arguments_;
  Terminal terminal_;
  Registry builtin_;
  fs::path folder_;
  const conformance::Scratch scratch_{temporary_place(), "/tmp"};
  Diagnostics found_;
  lang::SourceMap sources_;
  std::string head_;
  std::vector<std::string> kinds_;
  bool on_controller_ = false;
  std::unique_ptr<history::SqliteHistory> history_;
  std::unique_ptr<run::Workspace> workspace_;
};

}  // namespace

void add_provider_test(Program& program, CLI::App& provider) {
  auto arguments = std::make_shared<ProviderTestArguments>();
  CLI::App* command = provider.add_subcommand("test", "Judge a provider as the built-in kinds are judged");
  command->add_option("DIR", arguments->folder, "Its folder (default: this one)")->type_name("DIR");
  command->add_option("--kind", arguments->kind, "This one of its kinds alone")->type_name("KIND");
  command->add_option("--report", arguments->report, "Write the report to FILE as JSON")->type_name("FILE");
  command->callback([&program, arguments] { program.exit_code = ProviderTester(program, *arguments).run(); });
}

}  // namespace plumb::cmd
