// Session: one host in one run of the program. Reached when first needed, kept for what follows.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "engine/base/byte_sink.h"
#include "engine/base/hidden_texts.h"
#include "engine/history/history.h"
#include "engine/host/transport.h"
#include "engine/ir/contents.h"
#include "engine/ir/graph.h"
#include "engine/run/bringing.h"
#include "engine/run/control.h"
#include "engine/run/conversation.h"
#include "engine/run/request.h"
#include "engine/simulate/simulate.h"

namespace plumb::run {

// What all sessions of a run share. Lives longer than they do; safe to use from many threads.
struct SessionContext {
  host::Transport& transport;
  Control& control;
  std::string project;
  std::string key;
  // Of an executor at work, after which it is given up; one that lives says something sooner.
  std::chrono::seconds silence{300};
  // By which what is told of resources is judged; null where nothing is observed.
  const Registry* kinds = nullptr;
  // Of the keys that values are sealed to; null where none is known.
  history::RunStore* store = nullptr;
  bool must_seal = false;  // a host that takes no sealed values gets none
};

// What a graph has of sensitive values.
struct GraphSecrets {
  HiddenTexts texts;                          // taken out of all that the host says, too
  std::map<std::string, Json> observed_with;  // by keyed digest: those without which the host cannot be observed
  std::map<std::string, Json> on_controller;  // by keyed digest: those of resources whose providers run here
};

class ApplyClaims;
class OnController;
class ControllerActions;

using EventSink = std::function<void(const wire::Event&)>;
// What a program printed: whole lines, but for one that is very long and for the last.
using PrintSink = std::function<void(std::string text, bool errors)>;

// For one thread at a time.
class Session {
 public:
  Session(std::string name, host::HostSettings settings, SessionContext& context);
  ~Session();

  // What is taken out of all that the host says of its work, in whatever it stands: a host seals values as a whole, and
  // its programs print parts of them.
  void hide(HiddenTexts texts) { hidden_ = std::move(texts); }
  void hide_also(const Json& value) { hidden_.add(value); }
  // A text without them.
  std::string hidden(std::string text) const;
  // Of the graph; several hosts may have them in common.
  void set_secrets(std::shared_ptr<const GraphSecrets> secrets) { secrets_ = std::move(secrets); }
  const std::shared_ptr<const GraphSecrets>& secrets() const { return secrets_; }

  const std::string& name() const { return name_; }
  const host::HostSettings& settings() const { return settings_; }
  SessionContext& context() const { return context_; }
  // Needed before observe() alone.
  bool has_graph() const { return graph_ != nullptr; }
  const ir::HostGraph& graph() const { return *graph_; }
  const std::shared_ptr<const ir::HostGraph>& shared_graph() const { return graph_; }
  void set_graph(std::shared_ptr<const ir::HostGraph> graph) { graph_ = std::move(graph); }
  const Json& facts() const { return hello_.facts; }
  // Of a strict host: its charter, as it told it; else "".
  const std::string& charter() const { return hello_.charter; }
  const std::string& platform() const { return hello_.platform; }

  // Nothing of what follows lasts longer; what does is kTimeout.
  void set_deadline(host::Deadline deadline) { deadline_ = deadline; }

  // Connects and reads the executor's hello, unless that is done already.
  Result<> connect();
  // The key of the host that secret values are sealed to, "age1…", as it tells it now. Where it has none it makes one;
  // with the one that it is `known` by it makes none, and tells "".
  Result<std::string> sealing_key(std::string known = {});
  // Whether it knows of such a key.
  bool knows_sealing() const { return hello_.protocols.max >= wire::kSeals; }
  // Asks for those of these facts that it has not told.
  Result<> ask_facts(const std::set<std::string>& names);
  // Whether it can be asked for facts apart, and so be asked again whether they are the same.
  bool knows_facts() const { return hello_.protocols.max >= wire::kFacts; }
  // Whether it decides conditions in the turn of their actions.
  bool knows_turns() const { return hello_.protocols.max >= wire::kTurns; }
  // What each of these sources tells, in their order; a source that cannot be read is an error of its own.
  Result<std::vector<Result<ToldReading>>> read(const std::vector<Json>& sources);
  // Asks for the state of all resources of the graph.
  // What `scope` leaves out will do nothing. `transactions`: by node, which one it is part of (package_transactions.h),
  // where that is known already.
  Result<simulate::Observation> observe(const plan::Scope& scope = {},
                                        const std::map<std::size_t, std::size_t>& transactions = {});
  // The digest of what the host told the last observe().
  const std::string& told() const { return told_; }
  // What the last observe() told of earlier runs that never reported it.
  const std::vector<wire::Unreported>& unreported() const { return unreported_; }
  std::vector<wire::Unreported>& unreported() { return unreported_; }
  // What the last observe() warned of: a run that worked on the host meanwhile, what an earlier one left and nobody can
  // undo, projects that manage the same.
  const Diagnostics& warnings() const { return warnings_; }
  // The host may forget what unreported() told.
  Result<> acknowledge();

  // Locks resources of the host or lifts such locks; a request for neither asks for those there are.
  Result<wire::Locks> change_locks(const wire::ChangeLocks& request);

  // Has the host run a program that no plan names. A stop ends it.
  Result<wire::Ended> execute(const wire::Execute& program, const PrintSink& sink);
  // What the host has beyond its distribution, as resources of these kinds: lines of JSON, however cut. An error of
  // `sink` ends the conversation.
  Result<> survey(const std::vector<std::string>& kinds, const ByteSink& sink);
  // Has a strict host put another charter or executor in its place; gives the digest of what is there then.
  Result<std::string> replace(wire::Replacement replacement);
  // Brings a file of the host. An error of `sink` ends the conversation, one of the host does not.
  Result<> collect(const std::string& path, const ByteSink& sink);

  // Has the host carry out a request. `ready` is asked once all is put together; after an error of it the host was
  // asked for nothing. Events come to `sink` as they happen.
  using Ready = std::function<Result<>()>;
  Result<wire::Done> apply(Request request, const PlanContents& contents, const Ready& ready, const EventSink& sink);

  // After an apply whose account is kept: the host may forget what it told of the run, and the executor ends. An error
  // that is not kConnectionLost says that the host could not write down what was done.
  Result<> finish(const std::string& run);

  // After an apply that answered that the host is restarted: ends the conversation as finish() does, which begins the
  // restart, and connects to the host once it is another one. kNoReturn where it does not come back within that time.
  Result<> return_from_restart(const std::string& run, std::chrono::seconds within);

  void disconnect();
  bool connected() const { return conversation_.has_value(); }

 private:
  // A large content on its way to the host.
  struct Sending {
    std::string digest;
    std::uint64_t size = 0;
    std::uint64_t sent = 0;
    std::optional<ir::ContentReader> reader;  // nothing once all of it is sent
  };
  // What a host says of its resources and of itself.
  struct Answer {
    std::vector<Result<Observed>> states;  // one each of those that were asked for
    wire::Record record;
  };
  // `message` holds the question, and is not copied for it.
  Result<Answer> ask(const wire::Message& message);
  // The executor knows the kinds of these packages from here on, and has those that run there.
  Result<> bring_providers(Packages packages);
  // That of the resource's kind, if it is one from outside.
  void add_package(const Desired& desired, Packages& packages) const;
  // What the controller itself tells of the resources that are asked about.
  void tell_of_controller(wire::Observe& question);
  // kProtocol where the executor does not know that the controller is to be asked.
  Result<> expect_to_be_asked(const Desired& desired) const;
  OnController& on_controller();
  // What a program from outside tells of a resource, unless something sensitive stands where it has no place.
  Result<Observed> without_leak(Result<Observed> observed, const Desired& desired) const;
  Result<> answer(const wire::Turn& turn, ControllerActions& actions);
  // Values that the host's record knows as sensitive, and the configuration no longer: they are still nobody's to see.
  // The host is asked for them once more, sealed.
  Result<> seal_what_was_sensitive(const wire::Observe& question, Answer& answer);
  Result<wire::Ended> take_pieces(const wire::Message& question,
                                  const std::function<Result<>(const wire::Piece&)>& sink);
  // The next message of an executor at work, which is told of a stop once.
  Result<wire::Message> next_at_work(bool& stop_sent, const wire::MessageLimits& most);
  // The answer to an Alive.
  Result<> show_life();
  Result<wire::Done> follow(ApplyClaims& claims, const PlanContents& contents, ControllerActions& on_controller,
                            const EventSink& sink);
  // From here on what is secret goes sealed to the host where it goes over a line. Errors: kSealingKey, kNotSealed.
  Result<> seal_from_here();
  Result<> send_blobs(const Request& request, const PlanContents& contents);
  Result<> answer(const wire::Want& want, const PlanContents& contents, Sending& sending);
  void hide_in(Diagnostic& problem) const;
  void hide_in(Observed& observed);
  host::Deadline within(std::chrono::milliseconds span) const;
  Error name_host(const Error& error) const;
  Error silent() const;

  std::string name_;
  host::HostSettings settings_;
  std::shared_ptr<const ir::HostGraph> graph_;
  SessionContext& context_;
  std::optional<Conversation> conversation_;
  std::unique_ptr<Control::Watch> watch_;
  host::Deadline deadline_ = host::Deadline::never();
  wire::Hello hello_;
  std::string told_;
  std::set<std::string> owed_;  // addresses, by the last observe()
  std::vector<wire::Unreported> unreported_;
  Diagnostics warnings_;
  HiddenTexts hidden_;
  std::set<std::string> hidden_contents_;  // digests of contents in which something of those stands
  std::shared_ptr<const GraphSecrets> secrets_;
  Packages brought_;                             // that the executor of this conversation knows
  std::unique_ptr<OnController> on_controller_;  // null until a provider on the controller is needed
};

}  // namespace plumb::run
