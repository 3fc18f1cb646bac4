#include "cmd/plumb/complete.h"

#include <algorithm>
#include <set>

#include "cmd/plumb/explain_word.h"
#include "cmd/plumb/terminal.h"
#include "cmd/plumb/workspace.h"
#include "engine/ir/compile.h"

namespace plumb::cmd {
namespace {

constexpr std::size_t kMostHosts = 50;  // whose addresses are looked up
constexpr std::int64_t kMostRuns = 50;

bool takes_value(const CLI::Option& option) {
  return option.get_items_expected_max() != 0;
}

// Of the command or one that it stands in, whose options it takes too.
CLI::Option* find_option(CLI::App* command, const std::string& name) {
  for (CLI::App* app = command; app != nullptr; app = app->get_parent()) {
    for (CLI::Option* option : app->get_options({})) {
      if (option->nonpositional() && option->check_name(name)) return option;
    }
  }
  return nullptr;
}

CLI::App* find_command(CLI::App* within, const std::string& name) {
  for (CLI::App* command : within->get_subcommands({})) {
    if (command->get_name() == name) return command;
  }
  return nullptr;
}

// What of the words is there already.
class Line {
 public:
  Line(Program& program, const std::vector<std::string>& words) : program_(program), command_(&program.app) {
    for (std::size_t i = 0; i + 1 < words.size(); ++i) take(words[i]);
    last_ = words.empty() ? "" : words.back();
  }

  CLI::App* command() const { return command_; }
  CLI::Option* expected() const { return expected_; }
  const std::string& last() const { return last_; }
  bool only_words() const { return only_words_; }

  // The positional that the last word belongs to; null where there is none.
  CLI::Option* positional() const {
    std::size_t place = 0;
    CLI::Option* found = nullptr;
    for (CLI::Option* option : command_->get_options({})) {
      if (!option->get_positional()) continue;
      found = option;
      if (place++ == given_) return option;
    }
    return found != nullptr && found->get_items_expected_max() > 1 ? found : nullptr;
  }

 private:
  void take(const std::string& word) {
    if (expected_ != nullptr) {
      keep(*expected_, word);
      expected_ = nullptr;
    } else if (only_words_ || !word.starts_with('-') || word == "-") {
      CLI::App* command = only_words_ ? nullptr : find_command(command_, word);
      if (command != nullptr) command_ = command;
      if (command == nullptr) ++given_;
    } else if (word == "--") {
      only_words_ = true;
    } else {
      take_option(word);
    }
  }

  void take_option(const std::string& word) {
    const std::size_t equals = word.find('=');
    CLI::Option* option = find_option(command_, word.substr(0, equals));
    if (option == nullptr || !takes_value(*option)) return;
    if (equals == std::string::npos) {
      expected_ = option;
    } else {
      keep(*option, word.substr(equals + 1));
    }
  }

  // Which project is meant.
  void keep(const CLI::Option& option, const std::string& value) {
    if (option.check_name("-C")) program_.options.folder = value;
    if (option.check_name("--inventory")) program_.options.inventory = value;
    if (option.check_name("--on")) program_.options.on = value;
  }

  Program& program_;
  CLI::App* command_;
  CLI::Option* expected_ = nullptr;
  std::size_t given_ = 0;  // positionals of the command
  bool only_words_ = false;
  std::string last_;
};

class Completer {
 public:
  Completer(Program& program, const std::vector<std::string>& words) : program_(program), line_(program, words) {}

  Candidates run() {
    std::string before;  // of the word, which stays: "--on=", "web:"
    if (line_.expected() != nullptr) {
      add_values(*line_.expected(), before, line_.last());
    } else if (!line_.only_words() && line_.last().starts_with("--") && line_.last().find('=') != std::string::npos) {
      const std::size_t end = line_.last().find('=') + 1;
      before = line_.last().substr(0, end);
      if (const CLI::Option* option = find_option(line_.command(), before.substr(0, end - 1)))
        add_values(*option, before, line_.last().substr(end));
    } else if (!line_.only_words() && line_.last().starts_with('-')) {
      add_options();
    } else {
      add_commands(*line_.command());
      if (const CLI::Option* option = line_.positional()) add_values(*option, before, line_.last());
    }
    std::erase_if(found_.words, [&](const Candidate& one) { return !one.word.starts_with(line_.last()); });
    return std::move(found_);
  }

 private:
  void add(const std::string& word, const std::string& description = {}) {
    found_.words.push_back({word, description.substr(0, description.find('\n'))});
  }

  void add_commands(const CLI::App& within) {
    for (const CLI::App* command : within.get_subcommands({})) {
      if (!command->get_group().empty()) add(command->get_name(), command->get_description());
    }
  }

  // Those of the command itself first; a single letter has a longer name that says more.
  void add_options() {
    for (CLI::App* app = line_.command(); app != nullptr; app = app->get_parent()) {
      for (const CLI::Option* option : app->get_options({})) {
        if (!option->nonpositional()) continue;
        const std::vector<std::string>& longer = option->get_lnames();
        for (const std::string& name : longer) add("--" + name, option->get_description());
        if (!longer.empty()) continue;
        for (const std::string& name : option->get_snames()) add("-" + name, option->get_description());
      }
    }
  }

  // `typed` is the value as far as it is there.
  void add_values(const CLI::Option& option, const std::string& before, const std::string& typed) {
    const std::string type = option.get_type_name();
    if (const std::size_t brace = type.find('{'); brace != std::string::npos) {
      add_words(type.substr(brace + 1, type.find('}') - brace - 1), before);
      return;
    }
    const std::string name = type.substr(0, type.find(':'));
    if (name == "FILE" || name == "DIR" || name == "FOLDER") {
      found_.files = true;
    } else if (option.check_name("--on") || option.check_name("--limit")) {
      add_hosts(before + typed.substr(0, typed.find_last_of(":,&!") + 1));
    } else if (name == "HOST") {
      add_hosts(before);
    } else if (name == "RUN") {
      add_runs(before);
    } else if (option.check_name("--set")) {
      add_inputs(before);
    } else if (name == "SECRET") {
      add_secrets(before);
    } else if (name.starts_with("TAG")) {
      add_tags(before + typed.substr(0, typed.find_last_of(',') + 1));
    } else if (name == "ADDRESS" || name == "PATTERN" || name.starts_with("SELECTOR")) {
      add_addresses(before);
    } else if (line_.command()->get_name() == "adopt") {
      for (const Kind& kind : program_.options.kinds.all())
        if (kind.adoption.look != nullptr) add(before + kind.name);
    } else if (line_.command()->get_name() == "schema") {
      for (const Kind& kind : program_.options.kinds.all())
        add(before + kind.name, kind.schema.json().value("description", std::string()));
    } else if (line_.command()->get_name() == "explain") {
      for (const std::string& word : known_words(program_.options.kinds)) add(before + word);
    } else if (line_.command()->get_name() == "help") {
      add_commands(program_.app);
    }
  }

  void add_words(const std::string& list, const std::string& before) {
    for (std::size_t begin = 0; begin <= list.size();) {
      const std::size_t end = std::min(list.find(',', begin), list.size());
      if (end > begin) add(before + list.substr(begin, end - begin));
      begin = end + 1;
    }
  }

  void add_hosts(const std::string& before) {
    if (!load()) return;
    for (const auto& [name, host] : workspace_->inventory().hosts) add(before + name, "host");
    for (const auto& [name, hosts] : workspace_->inventory().groups)
      add(before + name, "group of " + std::to_string(hosts.size()));
  }

  void add_inputs(const std::string& before) {
    if (!load()) return;
    for (const auto& [name, input] : workspace_->project().root.inputs)
      add(before + name + "=", input.schema.value("description", std::string()));
  }

  // Inputs whose values lie in stores.
  void add_secrets(const std::string& before) {
    if (!load()) return;
    for (const auto& [name, input] : workspace_->project().root.inputs) {
      if (input.sensitive) add(before + name, input.schema.value("description", std::string()));
    }
  }

  void add_tags(const std::string& before) {
    if (!load()) return;
    std::set<std::string> tags;
    for (const std::string& host : some_hosts()) {
      const auto graph = graph_of(host);
      if (graph == nullptr) continue;
      for (const ir::Node& node : graph->nodes) tags.insert(node.tags.begin(), node.tags.end());
    }
    for (const std::string& tag : tags) add(before + tag);
  }

  // Of hosts whose graphs hang on no facts.
  void add_addresses(const std::string& before) {
    if (!load()) return;
    std::set<std::string> addresses;
    for (const std::string& host : some_hosts()) {
      const auto graph = graph_of(host);
      if (graph == nullptr) continue;
      for (const ir::Node& node : graph->nodes) {
        for (std::string& address : node.addresses()) addresses.insert(std::move(address));
      }
    }
    for (const std::string& address : addresses) add(before + address);
  }

  void add_runs(const std::string& before) {
    if (!load()) return;
    add(before + "last", "the newest");
    const auto runs = workspace_->store().runs(kMostRuns);
    if (!runs) return;
    for (const history::RunSummary& run : *runs) add(before + run.id, run.started_at);
  }

  std::vector<std::string> some_hosts() const {
    std::vector<std::string> hosts(workspace_->hosts().begin(), workspace_->hosts().end());
    hosts.resize(std::min(hosts.size(), kMostHosts));
    return hosts;
  }

  std::shared_ptr<const ir::HostGraph> graph_of(const std::string& host) {
    if (compiler_ == nullptr) {
      const std::optional<ir::CompilerInput> input = workspace_->compiler_input();
      if (!input) return nullptr;
      compiler_ = std::make_unique<ir::Compiler>(*input);
    }
    Diagnostics untold;
    return compiler_->compile(host, nullptr, untold);
  }

  // What is wrong with the project is not told into a line that is being typed.
  bool load() {
    if (workspace_ == nullptr) {
      terminal_.collect(&untold_);
      workspace_ = std::make_unique<Workspace>(program_.options, terminal_);
      workspace_->only_name();
      loaded_ = workspace_->load();
    }
    return loaded_;
  }

  Program& program_;
  Line line_;
  Candidates found_;
  Terminal terminal_{true};
  std::vector<Diagnostic> untold_;
  std::unique_ptr<Workspace> workspace_;
  std::unique_ptr<ir::Compiler> compiler_;
  bool loaded_ = false;
};

}  // namespace

Candidates complete(Program& program, const std::vector<std::string>& words) {
  return Completer(program, words).run();
}

}  // namespace plumb::cmd
