// plumb get: files of hosts, brought here.

#include <algorithm>

#include "cmd/plumb/commands.h"
#include "cmd/plumb/progress.h"
#include "cmd/plumb/signals.h"
#include "cmd/plumb/workspace.h"
#include "engine/run/execute.h"

namespace plumb::cmd {
namespace {

struct WantedFile {
  std::string hosts;  // a pattern
  std::string path;
};

// "web:&prod:/etc/hosts": the path begins with the first slash behind a colon.
Result<WantedFile> wanted_file(const std::string& word) {
  const std::size_t colon = word.find(":/");
  if (colon == std::string::npos || colon == 0)
    return fail(Code::kUsage, "`" + word + "` is no file of a host").hint("write HOST:/PATH; HOST may be a pattern");
  WantedFile wanted{word.substr(0, colon), word.substr(colon + 1)};
  // It is a path here too, below the host's folder.
  if (std::filesystem::path(wanted.path).lexically_normal().string() != wanted.path || wanted.path.ends_with('/'))
    return fail(Code::kUsage, "`" + wanted.path + "` is no plain path of a file")
        .hint("without `.`, `..` and a / at its end");
  return wanted;
}

class GetCommand {
 public:
  GetCommand(Program& program, std::vector<std::string> words)
      : options_(program.options),
        words_(std::move(words)),
        terminal_(options_.no_color),
        workspace_(options_, terminal_),
        progress_(terminal_, options_) {
    terminal_.set_json(options_.output == "json");
  }

  int run() {
    const SignalWatch signals([this] { workspace_.control().request_stop(); });
    if (words_.size() < 2)
      return refuse(fail(Code::kUsage, "`plumb get` wants files and a folder").hint("plumb get HOST:/PATH… DIR"));
    const std::filesystem::path folder = words_.back();
    words_.pop_back();
    std::vector<WantedFile> wanted;
    for (const std::string& word : words_) {
      Result<WantedFile> one = wanted_file(word);
      if (!one) return refuse(one.error());
      wanted.push_back(std::move(*one));
    }
    workspace_.only_name();
    if (!workspace_.load()) return kInvalidConfiguration;
    const Result<std::map<std::string, std::vector<std::string>>> paths = by_host(wanted);
    if (!paths) return refuse(paths.error());
    const std::optional<run::RunContext> context = workspace_.context(progress_.observer());
    if (!context) return kInvalidConfiguration;
    const run::CollectResult result = run::collect(workspace_.loaded(), *paths, folder, *context);
    progress_.clear();
    print(result);
    workspace_.diagnose(run::findings_of(result.hosts));
    return exit_code_of(result.hosts);
  }

 private:
  int refuse(const Error& error) {
    workspace_.diagnose(error);
    return kInvalidConfiguration;
  }

  Result<std::map<std::string, std::vector<std::string>>> by_host(const std::vector<WantedFile>& wanted) const {
    std::map<std::string, std::vector<std::string>> paths;
    for (const WantedFile& one : wanted) {
      PLUMB_TRY_ASSIGN(const std::set<std::string> hosts,
                       run::choose_hosts(workspace_.inventory(), one.hosts, options_.limit));
      for (const std::string& host : hosts) {
        std::vector<std::string>& own = paths[host];
        if (std::find(own.begin(), own.end(), one.path) == own.end()) own.push_back(one.path);
      }
    }
    return paths;
  }

  void print(const run::CollectResult& result) {
    Json all = Json::object();
    for (const auto& [host, files] : result.files) {
      for (const run::CollectedFile& one : files) {
        all[host].push_back({{"path", one.path}, {"file", one.file.string()}, {"bytes", one.size}});
        if (!terminal_.json())
          terminal_.print(host + ":" + one.path + "  " + one.file.string() + "  " + std::to_string(one.size) +
                          " bytes\n");
      }
    }
    if (terminal_.json()) terminal_.print(all.dump(2) + "\n");
  }

  const Options& options_;
  std::vector<std::string> words_;
  Terminal terminal_;
  Workspace workspace_;
  Progress progress_;
};

}  // namespace

void add_get(Program& program) {
  auto words = std::make_shared<std::vector<std::string>>();
  CLI::App* command = program.app.add_subcommand("get", "Bring files of hosts here, to DIR/HOST/PATH");
  command->add_option("HOST:/PATH… DIR", *words, "Files, each of the hosts that a pattern names, and the folder")
      ->required();
  command->callback([&program, words] { program.exit_code = GetCommand(program, *words).run(); });
}

}  // namespace plumb::cmd
