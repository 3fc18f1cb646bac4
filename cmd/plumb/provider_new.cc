// plumb provider new NAME: a provider from outside that works at once.

#include <algorithm>
#include <filesystem>

#include "cmd/plumb/provider_commands.h"
#include "cmd/plumb/terminal.h"
#include "cmd/plumb/workspace.h"
#include "engine/base/file.h"
#include "engine/base/replaced.h"
#include "providers/outside/sdk/embedded.h"

namespace plumb::cmd {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestName = 40;
constexpr unsigned kProgramMode = 0755;

struct NewProvider {
  std::string name;
  std::string language = "sh";
};

// A file of the new folder, and the one of providers/outside/sdk/ that it is made of.
struct Part {
  std::string path;
  std::string source;
  unsigned mode = 0644;
};

struct Language {
  std::string command;  // in provider.yaml
  std::string program;  // what is written
  std::string build;    // how it is built, for README.md; "" for not at all
  std::vector<Part> parts;
};

Language language_of(const NewProvider& wanted) {
  const std::string& name = wanted.name;
  if (wanted.language == "python")
    return {"[python3, -B, ./" + name + "-provider.py]",
            name + "-provider.py",
            "",
            {{name + "-provider.py", "scaffold/python/provider.py", kProgramMode},
             {"plumb_provider.py", "python/plumb_provider.py"}}};
  if (wanted.language == "cpp")
    return {"[./" + name + "-provider]",
            "provider.cc",
            "\n```console\n$ cmake -S . -B .build && cmake --build .build\n```\n",
            {{"provider.cc", "scaffold/cpp/provider.cc"},
             {"CMakeLists.txt", "scaffold/cpp/CMakeLists.txt"},
             {".gitignore", "scaffold/cpp/gitignore"}}};
  return {
      "[./" + name + "-provider]",
      name + "-provider",
      "",
      {{name + "-provider", "scaffold/sh/provider.sh", kProgramMode}, {"plumb-provider.sh", "sh/plumb-provider.sh"}}};
}

std::string text_of(const std::string& source) {
  for (const EmbeddedFile& file : provider_sdk::files()) {
    if (file.name == source) return std::string(file.text);
  }
  return "";
}

bool is_name(const std::string& name) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !name.empty() && name.size() <= kLongestName && name.front() >= 'a' && name.front() <= 'z' &&
         std::all_of(name.begin(), name.end(), fits);
}

class Maker {
 public:
  Maker(Program& program, const NewProvider& wanted)
      : options_(program.options),
        wanted_(wanted),
        terminal_(options_.no_color),
        workspace_(options_, terminal_),
        folder_((fs::path(options_.folder) / wanted.name).lexically_normal()) {}

  int run() {
    if (!is_name(wanted_.name)) {
      std::string near = wanted_.name;
      std::replace(near.begin(), near.end(), '_', '-');
      return refuse(fail(Code::kUsage, "`" + wanted_.name + "` cannot be the name of a provider")
                        .hint(is_name(near) ? "`" + near + "` can, and its kind is `" + wanted_.name + "` all the same"
                                            : "lower-case letters, digits and -, beginning with a letter, at most " +
                                                  std::to_string(kLongestName)));
    }
    kind_ = wanted_.name;
    std::replace(kind_.begin(), kind_.end(), '-', '_');
    if (options_.kinds.find(kind_) != nullptr)
      return refuse(fail(Code::kUsage, "plumb has the kind `" + kind_ + "` already").hint("take another name"));
    std::error_code problem;
    if (fs::exists(fs::symlink_status(folder_, problem)))
      return refuse(fail(Code::kExists, folder_.string() + " is there already").hint("nothing was changed"));
    if (const Result<> made = make(); !made) return refuse(made.error());
    const std::string build = wanted_.language == "cpp"
                                  ? "  cmake -S " + folder_.string() + " -B " + (folder_ / ".build").string() +
                                        " && cmake --build " + (folder_ / ".build").string() + "\n"
                                  : "";
    terminal_.print("\nNext:\n" + build + "  plumb provider test " + folder_.string() + "\n");
    return kDone;
  }

 private:
  int refuse(const Error& error) {
    workspace_.diagnose(error);
    return kFailed;
  }

  Result<> make() {
    const Language language = language_of(wanted_);
    std::vector<Part> parts = {{"provider.yaml", "scaffold/all/provider.yaml"},
                               {"schemas/" + kind_ + ".json", "scaffold/all/schema.json"},
                               {"tests/cases.yaml", "scaffold/all/cases.yaml"},
                               {"README.md", "scaffold/all/README.md"}};
    parts.insert(parts.end(), language.parts.begin(), language.parts.end());
    for (const Part& part : parts) {
      std::string text = text_of(part.source);
      text = replaced(std::move(text), "@NAME@", wanted_.name);
      text = replaced(std::move(text), "@KIND@", kind_);
      text = replaced(std::move(text), "@COMMAND@", language.command);
      text = replaced(std::move(text), "@PROGRAM@", language.program);
      text = replaced(std::move(text), "@BUILD@", language.build);
      const fs::path file = folder_ / part.path;
      std::error_code problem;
      fs::create_directories(file.parent_path(), problem);
      if (problem)
        return fail(Code::kWriteFailed, "cannot create " + file.parent_path().string() + ": " + problem.message());
      PLUMB_TRY(write_file(file, text, part.mode));
      terminal_.print("made " + file.string() + "\n");
    }
    return {};
  }

  const Options& options_;
  const NewProvider& wanted_;
  Terminal terminal_;
  Workspace workspace_;
  fs::path folder_;
  std::string kind_;
};

}  // namespace

void add_provider_new(Program& program, CLI::App& provider) {
  auto wanted = std::make_shared<NewProvider>();
  CLI::App* command = provider.add_subcommand("new", "Begin a provider that works at once, in the folder NAME");
  command->add_option("NAME", wanted->name, "Its name, and that of its kind")->required();
  command->add_option("--language", wanted->language, "What its program is written in (default: sh)")
      ->check(CLI::IsMember({"sh", "python", "cpp"}));
  command->callback([&program, wanted] { program.exit_code = Maker(program, *wanted).run(); });
}

}  // namespace plumb::cmd
