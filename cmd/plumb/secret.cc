// plumb secret list|make|rotate|set: what the project takes from stores of secrets, and values that are put there.

#include <algorithm>

#include "cmd/plumb/ask.h"
#include "cmd/plumb/commands.h"
#include "cmd/plumb/making_secrets.h"
#include "cmd/plumb/signals.h"
#include "cmd/plumb/table.h"
#include "cmd/plumb/workspace.h"
#include "engine/base/file.h"
#include "engine/base/nearest.h"
#include "engine/config/layers.h"

namespace plumb::cmd {
namespace {

using secrets::SecretUse;

Json json_of(const SecretUse& use, const config::Project& project) {
  const auto store = project.secrets.find(use.reference.store);
  return {{"input", use.input},
          {"secret", use.reference.str()},
          {"type", store == project.secrets.end() ? "" : std::string(config::type_of(store->second))},
          {"generated", secrets::why_not_made(project, use).empty()},
          {"hosts", use.hosts}};
}

class SecretCommand {
 public:
  explicit SecretCommand(Program& program)
      : options_(program.options), terminal_(program.options.no_color), workspace_(program.options, terminal_) {
    terminal_.set_json(options_.output == "json");
  }

  int list(bool ask) {
    return told([&]() -> Result<> {
      if (!ask) workspace_.only_name();
      PLUMB_TRY_ASSIGN(const std::vector<SecretUse> uses, load());
      std::vector<std::string> states;
      if (ask) {
        PLUMB_TRY_ASSIGN(states, states_of(uses));
      }
      print(uses, states);
      for (const SecretUse& use : uses) {
        if (ask) PLUMB_TRY(expect_asked(use));
      }
      return {};
    });
  }

  int make() {
    return told([&]() -> Result<> {
      PLUMB_TRY(load());
      PLUMB_TRY(find_key());
      Diagnostics found;
      const std::vector<SecretUse> read =
          secrets::read_secrets(workspace_.loaded().compiler_input(), workspace_.hosts(), found);
      workspace_.diagnose(found);
      const std::vector<SecretUse> missing = secrets::unmade(workspace_.project(), read, stores());
      PLUMB_TRY(tell_unreachable(read));
      return make_these(missing, "Make them?", "There is no secret to be made.\n");
    });
  }

  int rotate(const std::vector<std::string>& names) {
    return told([&]() -> Result<> {
      PLUMB_TRY_ASSIGN(const std::vector<SecretUse> all, load());
      PLUMB_TRY(find_key());
      std::vector<SecretUse> chosen;
      for (const std::string& name : names) {
        PLUMB_TRY_ASSIGN(std::vector<SecretUse> named, named_by(name, all));
        PLUMB_TRY(expect_made(named));
        for (SecretUse& use : named) {
          const bool known = std::any_of(chosen.begin(), chosen.end(), [&](const SecretUse& one) {
            return one.reference.str() == use.reference.str();
          });
          if (!known) chosen.push_back(std::move(use));
        }
      }
      return make_these(chosen, "New values take the place of these.", "");
    });
  }

  int set(const std::string& name) {
    return told([&]() -> Result<> {
      PLUMB_TRY_ASSIGN(const std::vector<SecretUse> all, load());
      PLUMB_TRY(find_key());
      PLUMB_TRY_ASSIGN(const std::vector<SecretUse> named, named_by(name, all));
      const SecretUse& use = named.front();
      for (const SecretUse& other : named) {
        if (other.reference.str() != use.reference.str())
          return fail(Code::kUsage, "`" + name + "` refers to several secrets on these hosts")
              .hint("name one of them: " + use.reference.str());
      }
      PLUMB_TRY_ASSIGN(const std::string value, value_for(use));
      Diagnostics unfit;
      if (!config::read_secret(workspace_.project().root.inputs.at(use.input), *use.place, value, unfit)) {
        workspace_.diagnose(unfit);
        return is_told();
      }
      PLUMB_TRY(stores().write(use.reference, value));
      if (!terminal_.json()) terminal_.print("Kept " + use.reference.str() + "\n");
      return {};
    });
  }

 private:
  int told(const std::function<Result<>()>& work) {
    const SignalWatch signals([this] { workspace_.control().request_stop(); });
    const Result<> done = work();
    if (done) return declined_ ? kFailed : kDone;
    if (!told_) workspace_.diagnose(done.error());
    const Code code = done.error().code();
    if (code == Code::kInterrupted) return kInterrupted;
    const bool asked_wrongly = told_ || code == Code::kUsage || code == Code::kNeedsConfirmation;
    return asked_wrongly ? kInvalidConfiguration : kFailed;
  }

  // The error is told already.
  Error is_told() {
    told_ = true;
    return fail(Code::kUsage, "the project cannot be used");
  }

  Result<std::vector<SecretUse>> load() {
    if (!workspace_.load()) return is_told();
    return secrets::secret_uses(workspace_.project(), workspace_.inventory(), workspace_.hosts());
  }

  Result<> find_key() {
    if (!workspace_.compiler_input()) return is_told();
    return {};
  }

  secrets::StoreClient& stores() { return workspace_.loaded().stores(workspace_.control().interrupt().fd()); }

  // Of each: "there", "not there", or why that is not known.
  Result<std::vector<std::string>> states_of(const std::vector<SecretUse>& uses) {
    PLUMB_TRY(find_key());
    std::vector<config::SecretReference> references;
    for (const SecretUse& use : uses) references.push_back(use.reference);
    stores().ask(references);
    std::vector<std::string> states;
    for (const SecretUse& use : uses) {
      const Result<std::string> value = stores().read(use.reference);
      if (!value && value.error().code() == Code::kInterrupted) return value.error();
      states.push_back(value                                         ? "there"
                       : value.error().code() == Code::kNoSuchSecret ? "not there"
                                                                     : value.error().summary());
    }
    return states;
  }

  // A store that cannot be asked may hold nothing, too.
  Result<> tell_unreachable(const std::vector<SecretUse>& uses) {
    for (const SecretUse& use : uses) {
      if (secrets::why_not_made(workspace_.project(), use).empty()) PLUMB_TRY(expect_asked(use));
    }
    return {};
  }

  // The error of the store, where it does not say whether it holds this.
  Result<> expect_asked(const SecretUse& use) {
    const Result<std::string> value = stores().read(use.reference);
    if (value || value.error().code() == Code::kNoSuchSecret) return {};
    return Error(Diagnostic(value.error().diagnostic()).at(use.place->span));
  }

  // By its input or its reference.
  Result<std::vector<SecretUse>> named_by(const std::string& name, const std::vector<SecretUse>& all) const {
    std::vector<SecretUse> named;
    std::vector<std::string> names;
    for (const SecretUse& use : all) {
      names.push_back(use.input);
      if (use.input == name || use.reference.str() == name) named.push_back(use);
    }
    if (named.empty()) {
      const std::string near = nearest(name, names);
      return fail(Code::kUsage, "no secret is called `" + name + "` on these hosts")
          .hint(near.empty() ? "`plumb secret list` lists them by their inputs" : "did you mean `" + near + "`?");
    }
    return named;
  }

  Result<> expect_made(const std::vector<SecretUse>& uses) const {
    for (const SecretUse& use : uses) {
      if (const std::string why = secrets::why_not_made(workspace_.project(), use); !why.empty())
        return fail(Code::kSecretGenerate, "no value is made for `" + use.reference.str() + "`: " + why)
            .hint("`plumb secret set` puts a value there that you choose, where the store takes one");
    }
    return {};
  }

  // From the terminal, or what stands on standard input, less one line break at its end.
  Result<std::string> value_for(const SecretUse& use) {
    constexpr std::size_t kLongest = std::size_t{64} << 10;
    if (terminal_.can_ask())
      return ask_secret("Value of " + use.reference.str() + ": ", terminal_, &workspace_.control().interrupt());
    PLUMB_TRY_ASSIGN(std::string value, read_stream("/dev/stdin", kLongest));
    if (value.ends_with('\n')) value.pop_back();
    if (value.ends_with('\r')) value.pop_back();
    if (value.empty())
      return fail(Code::kUsage, "there is no value").hint("give it on standard input, or at a terminal");
    return value;
  }

  Result<> make_these(const std::vector<SecretUse>& uses, const std::string& question, const std::string& none) {
    if (!uses.empty()) {
      PLUMB_TRY_ASSIGN(const bool made, make_secrets(uses, question, workspace_, terminal_, options_));
      declined_ = !made;
      if (!made) return {};
    }
    if (terminal_.json()) {
      print(uses, {});
    } else if (uses.empty()) {
      terminal_.print(none);
    } else {
      terminal_.print("Made " + std::to_string(uses.size()) + (uses.size() == 1 ? " secret" : " secrets") +
                      "; `plumb plan` shows what it means for the hosts.\n");
    }
    return {};
  }

  void print(const std::vector<SecretUse>& uses, const std::vector<std::string>& states) {
    const config::Project& project = workspace_.project();
    if (terminal_.json()) {
      Json list = Json::array();
      for (std::size_t i = 0; i < uses.size(); ++i) {
        Json& one = list.emplace_back(json_of(uses[i], project));
        if (!states.empty()) one["state"] = states[i];
      }
      return terminal_.print(list.dump(2) + "\n");
    }
    if (uses.empty()) return terminal_.print("The project takes no secret from a store.\n");
    std::vector<std::vector<std::string>> rows = {{"INPUT", "SECRET", "TYPE", "GENERATED", "HOSTS"}};
    if (!states.empty()) rows.front().emplace_back("STATE");
    for (std::size_t i = 0; i < uses.size(); ++i) {
      const Json one = json_of(uses[i], project);
      rows.push_back({uses[i].input, uses[i].reference.str(), one["type"].get<std::string>(),
                      one["generated"].get<bool>() ? "yes" : "", std::to_string(uses[i].hosts.size())});
      if (!states.empty()) rows.back().push_back(states[i]);
    }
    terminal_.print(table_text(rows));
  }

  const Options& options_;
  Terminal terminal_;
  Workspace workspace_;
  bool told_ = false;
  bool declined_ = false;  // who was asked said no
};

}  // namespace

void add_secret(Program& program) {
  CLI::App* command =
      program.app.add_subcommand("secret", "List what comes from stores of secrets, set it, or make it anew");
  command->require_subcommand(1);

  auto ask = std::make_shared<bool>(false);
  CLI::App* list = command->add_subcommand("list", "List the secrets that inputs refer to; no value is shown");
  list->add_flag("--check", *ask, "Ask the stores whether they hold them");
  list->callback([&program, ask] { program.exit_code = SecretCommand(program).list(*ask); });

  CLI::App* make = command->add_subcommand("make", "Make those with `generate` that their stores do not hold yet");
  make->callback([&program] { program.exit_code = SecretCommand(program).make(); });

  auto names = std::make_shared<std::vector<std::string>>();
  CLI::App* rotate = command->add_subcommand("rotate", "Put new values in the place of generated ones");
  rotate->add_option("NAME", *names, "An input, for what it refers to on the chosen hosts; or a reference")
      ->required()
      ->type_name("SECRET");
  rotate->callback([&program, names] { program.exit_code = SecretCommand(program).rotate(*names); });

  auto name = std::make_shared<std::string>();
  CLI::App* set = command->add_subcommand("set", "Put a value there that is asked for, or read from standard input");
  set->add_option("NAME", *name, "An input, for what it refers to on the chosen hosts; or a reference")
      ->required()
      ->type_name("SECRET");
  set->callback([&program, name] { program.exit_code = SecretCommand(program).set(*name); });
}

}  // namespace plumb::cmd
