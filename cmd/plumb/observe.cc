// plumb observe: writes down what the hosts are now, so that they can be planned without a connection.

#include <algorithm>
#include <fstream>

#include "cmd/plumb/commands.h"
#include "cmd/plumb/exit_code.h"
#include "cmd/plumb/progress.h"
#include "cmd/plumb/signals.h"
#include "cmd/plumb/workspace.h"
#include "engine/run/journalist.h"

namespace plumb::cmd {
namespace {

// Beside the file until it is whole, so that a run that is broken off leaves an earlier snapshot as it was.
class SnapshotFile {
 public:
  explicit SnapshotFile(std::filesystem::path path)
      : path_(std::move(path)), partial_(path_.string() + ".partial"), stream_(partial_, std::ios::binary) {}
  ~SnapshotFile() {
    std::error_code ignored;
    if (!kept_) std::filesystem::remove(partial_, ignored);
  }
  SnapshotFile(const SnapshotFile&) = delete;
  SnapshotFile& operator=(const SnapshotFile&) = delete;

  void line(const std::string& text) { stream_ << text << '\n'; }

  Result<> keep() {
    stream_.close();
    std::error_code problem;
    if (stream_) std::filesystem::rename(partial_, path_, problem);
    if (!stream_ || problem) {
      return fail(Code::kWriteFailed,
                  "cannot write " + path_.string() + (problem ? ": " + problem.message() : std::string()));
    }
    kept_ = true;
    return {};
  }

 private:
  std::filesystem::path path_;
  std::filesystem::path partial_;
  std::ofstream stream_;
  bool kept_ = false;
};

int observe(Program& program, const std::string& path) {
  Terminal terminal(program.options.no_color);
  terminal.set_json(program.options.output == "json");
  Workspace workspace(program.options, terminal);
  const SignalWatch signals([&] { workspace.control().request_stop(); });
  if (!workspace.load()) return kInvalidConfiguration;
  Progress progress(terminal);
  const std::unique_ptr<run::Fleet> fleet = workspace.fleet(workspace.hosts(), progress.observer());
  if (fleet == nullptr) return kInvalidConfiguration;

  SnapshotFile file(path);
  file.line(run::snapshot_header(workspace.project().name, run::timestamp(std::chrono::system_clock::now())));
  std::map<std::string, std::string> lines;  // by host, so that the file's order says nothing of who was first
  const auto results =
      fleet->observe([&](run::HostSnapshot host) { lines.emplace(host.host, run::write_snapshot(host)); });
  progress.clear();
  for (const auto& [host, line] : lines) file.line(line);

  Diagnostics found;
  for (const auto& [host, result] : results) found.extend(result.diagnostics);
  workspace.diagnose(found);
  workspace.keep_facts(*fleet);
  if (Result<> kept = file.keep(); !kept) {
    workspace.diagnose(kept.error());
    return kFailed;
  }
  const std::string count = std::to_string(lines.size()) + (lines.size() == 1 ? " host" : " hosts");
  if (!terminal.json()) {
    terminal.print("Wrote " + count + " to " + path + "\n  plan from it with: plumb plan --snapshot " + path + "\n");
  }
  return workspace.control().level() == run::StopLevel::kNone ? exit_code_of(results) : kInterrupted;
}

}  // namespace

void add_observe(Program& program) {
  auto path = std::make_shared<std::string>();
  CLI::App* command =
      program.app.add_subcommand("observe", "Write down what the hosts are now, to plan from without a connection");
  command->add_option("-o,--out", *path, "The snapshot to write")->type_name("FILE")->required();
  command->callback([&program, path] { program.exit_code = observe(program, *path); });
}

}  // namespace plumb::cmd
