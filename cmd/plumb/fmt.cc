// plumb fmt [FILE…]: give the project's YAML files their one layout.

#include <array>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "cmd/plumb/commands.h"
#include "cmd/plumb/terminal.h"
#include "engine/base/file.h"
#include "engine/config/project_files.h"
#include "engine/lang/format.h"
#include "engine/lang/yaml.h"
#include "engine/report/unified_diff.h"

namespace plumb::cmd {
namespace {

namespace fs = std::filesystem;

constexpr const char* kStandardInput = "-";

struct FmtArguments {
  std::vector<std::string> files;
  bool check = false;
  bool diff = false;
};

// Stops one byte past what the reader of YAML takes, which then says so.
std::string read_standard_input() {
  std::string text;
  std::array<char, 1 << 16> chunk{};
  for (std::size_t count = 1; count > 0 && text.size() <= lang::kMaxYamlBytes;) {
    count = std::fread(chunk.data(), 1, chunk.size(), stdin);
    text.append(chunk.data(), count);
  }
  return text;
}

// In place and with the mode it had.
Result<> rewrite(const std::string& file, std::string_view text) {
  std::error_code error;
  const fs::perms mode = fs::status(file, error).permissions();
  if (error) return fail(Code::kWriteFailed, "cannot write " + file + ": " + error.message());
  return write_file(file, text, static_cast<unsigned>(mode & fs::perms::mask));
}

class Fmt {
 public:
  Fmt(Program& program, const FmtArguments& arguments)
      : arguments_(arguments), folder_(program.options.folder), terminal_(program.options.no_color) {
    terminal_.set_json(program.options.output == "json");
  }

  int run() {
    if (arguments_.files == std::vector<std::string>{kStandardInput}) {
      format_standard_input();
    } else {
      for (const std::string& file : files()) format_file(file);
    }
    // Findings come with their lines, and in one go.
    terminal_.diagnose(diagnostics_.sorted(), sources_);
    if (terminal_.json() && !filtering_) terminal_.print(Json({{"files", changed_}}).dump() + "\n");
    if (arguments_.check && !changed_.empty()) outcome_ = std::max(outcome_, RunOutcome::kFailed);
    return exit_code_of(outcome_);
  }

 private:
  bool rewrites() const { return !arguments_.check && !arguments_.diff; }

  std::vector<std::string> files() {
    if (!arguments_.files.empty()) return arguments_.files;
    Result<std::vector<std::string>> found = config::find_project_files(folder_);
    if (!found) {
      complain(found.error(), RunOutcome::kInvalid);
      return {};
    }
    for (std::string& name : *found) name = (folder_ / name).lexically_normal().string();
    return *found;
  }

  void format_file(const std::string& file) {
    if (file == kStandardInput) {
      complain(fail(Code::kUsage, "standard input (-) is formatted alone").hint("run `plumb fmt -` for it"),
               RunOutcome::kInvalid);
      return;
    }
    const Result<std::string> text = read_file(file, lang::kMaxYamlBytes);
    if (!text) return complain(text.error(), RunOutcome::kInvalid);
    const std::optional<std::string> formatted = format(file, *text);
    if (!formatted || *formatted == *text) return;
    if (rewrites()) {
      if (const Result<> written = rewrite(file, *formatted); !written)
        return complain(written.error(), RunOutcome::kFailed);
    }
    tell_change(file, *text, *formatted);
  }

  // A filter: the text comes out, changed or not, unless only the change is asked for.
  void format_standard_input() {
    filtering_ = rewrites();
    const std::string text = read_standard_input();
    if (std::ferror(stdin) != 0) {
      return complain(fail(Code::kFileUnreadable, "standard input cannot be read"), RunOutcome::kInvalid);
    }
    const std::optional<std::string> formatted = format("<stdin>", text);
    if (!formatted) return;
    if (filtering_) return terminal_.write(*formatted);
    if (*formatted != text) tell_change("<stdin>", text, *formatted);
  }

  std::optional<std::string> format(const std::string& name, const std::string& text) {
    std::optional<std::string> formatted = lang::format_yaml(name, text, diagnostics_);
    if (!formatted) {
      outcome_ = std::max(outcome_, RunOutcome::kInvalid);
      sources_.add(name, text);
    }
    return formatted;
  }

  void tell_change(const std::string& name, std::string_view before, std::string_view after) {
    Json change = {{"file", name}};
    if (arguments_.diff) change["diff"] = report::unified_diff(name, before, after);
    if (!terminal_.json()) terminal_.print(arguments_.diff ? change["diff"].get<std::string>() : name + "\n");
    changed_.push_back(std::move(change));
  }

  void complain(const Error& error, RunOutcome outcome) {
    diagnostics_.add(error.diagnostic());
    outcome_ = std::max(outcome_, outcome);
  }

  const FmtArguments& arguments_;
  fs::path folder_;
  Terminal terminal_;
  Diagnostics diagnostics_;
  lang::SourceMap sources_;
  Json changed_ = Json::array();
  bool filtering_ = false;
  RunOutcome outcome_ = RunOutcome::kOk;
};

}  // namespace

void add_fmt(Program& program) {
  auto arguments = std::make_shared<FmtArguments>();
  CLI::App* command = program.app.add_subcommand("fmt", "Give the project's YAML files their one layout");
  command->add_option("FILE", arguments->files, "Files to format, or - for a filter (default: all of the project)");
  command->add_flag("--check", arguments->check, "Change nothing; exit with 1 where a file would change");
  command->add_flag("--diff", arguments->diff, "Change nothing; show what would change");
  command->callback([&program, arguments] { program.exit_code = Fmt(program, *arguments).run(); });
}

}  // namespace plumb::cmd
