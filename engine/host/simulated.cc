#include "engine/host/simulated.h"

#include <algorithm>
#include <charconv>
#include <deque>
#include <optional>

#include "engine/base/joined.h"
#include "engine/base/real.h"
#include "engine/base/sample_facts.h"
#include "engine/wire/stream.h"

namespace plumb::host {
namespace {

using std::chrono::milliseconds;
using Clock = Deadline::Clock;

// States travel in chunks, as the executor's do.
constexpr std::size_t kChunk = 256;
// What is due travels together, up to this size.
constexpr std::size_t kBatch = std::size_t{32} << 10;

// 0 to 1, the same for the same words every time.
double lot(std::uint64_t seed, std::string_view what, std::string_view of) {
  std::uint64_t hash = 0xcbf29ce484222325 ^ (seed * 0x9e3779b97f4a7c15);
  const auto add = [&hash](std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    hash = (hash ^ 0xff) * 0x100000001b3;
  };
  add(what);
  add(of);
  hash ^= hash >> 33;
  hash *= 0xff51afd7ed558ccd;
  hash ^= hash >> 33;
  return static_cast<double>(hash >> 11) / static_cast<double>(std::uint64_t{1} << 53);
}

// A whole number in front of `unit`.
std::optional<std::uint64_t> number(std::string_view text, std::string_view unit) {
  if (!text.ends_with(unit)) return std::nullopt;
  text.remove_suffix(unit.size());
  std::uint64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool read_time(std::string_view text, milliseconds& into) {
  const auto value = number(text, "ms");
  if (value) into = milliseconds(std::min<std::uint64_t>(*value, 3'600'000));
  return value.has_value();
}

// "5%", "0.1%"
bool read_share(std::string_view text, double& into) {
  if (!text.ends_with('%')) return false;
  text.remove_suffix(1);
  double value = 0;
  const auto [end, problem] = read_real(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size() || value < 0 || value > 100) return false;
  into = value / 100;
  return true;
}

// False for what says nothing.
bool read_word(std::string_view word, SimulatedHost& host) {
  const std::size_t equals = word.find('=');
  if (equals == std::string_view::npos) return false;
  const std::string_view name = word.substr(0, equals);
  const std::string_view value = word.substr(equals + 1);
  if (name == "latency") return read_time(value, host.latency);
  if (name == "jitter") return read_time(value, host.jitter);
  if (name == "action") return read_time(value, host.action);
  if (name == "unreachable") return read_share(value, host.unreachable);
  if (name == "failing") return read_share(value, host.failing);
  if (name == "lost") return read_share(value, host.lost);
  if (name == "changed") return read_share(value, host.changed);
  if (name != "seed") return false;
  const auto seed = number(value, "");
  if (seed) host.seed = *seed;
  return seed.has_value();
}

class SimulatedConnection : public StreamConnection {
 public:
  SimulatedConnection(std::string name, const SimulatedHost& host) : name_(std::move(name)), host_(host) {}

  bool stays_here() const override { return true; }

  void start() {
    Json facts = sample_facts();
    facts["hostname"] = name_;
    answer(wire::Hello{wire::kVersions, PLUMB_VERSION, "linux-x86_64", std::move(facts)});
    answered();
  }

  // The wait of one exchange.
  milliseconds delay() {
    const double share = lot(host_.seed, name_, std::to_string(exchanges_++));
    return host_.latency + milliseconds(static_cast<std::int64_t>(share * static_cast<double>(host_.jitter.count())));
  }

  Result<> pause(milliseconds time, Deadline deadline) {
    const Deadline until = Deadline::after(time);
    Result<> waited = wait({}, earlier(until, deadline));
    if (!waited && waited.error().code() == Code::kTimeout && until.passed()) return {};
    return waited;
  }

  Result<> shutdown_write(Deadline) override {
    ended_ = true;
    return {};
  }
  std::optional<std::string> exit_reason() override { return std::nullopt; }
  void close() override {
    ended_ = true;
    out_.clear();
    ready_.clear();
    turns_.reset();
  }

 private:
  struct Ready {
    Clock::time_point at;
    std::string bytes;
  };
  // An apply that is under way.
  struct Turns {
    std::size_t count = 0;
    std::vector<bool> probes;  // by action
    std::size_t next = 0;
    std::size_t fails_at = 0;  // `count` where none does
    std::size_t lost_at = 0;
    Clock::time_point at;
    wire::Done done;
  };

  Result<std::optional<std::size_t>> do_read(char* into, std::size_t capacity, Deadline deadline) override {
    while (true) {
      while (turns_ && (ready_.empty() || (turns_->at <= Clock::now() && ready_.back().bytes.size() < kBatch)))
        take_turn();
      if (!ready_.empty() && ready_.front().at <= Clock::now()) {
        Ready& first = ready_.front();
        const std::size_t count = std::min(capacity, first.bytes.size());
        first.bytes.copy(into, count);
        first.bytes.erase(0, count);
        if (first.bytes.empty()) ready_.pop_front();
        return std::optional<std::size_t>(count);
      }
      if (ready_.empty() && (ended_ || gone_)) return std::optional<std::size_t>(0);
      const Deadline until = ready_.empty() ? deadline : earlier(deadline, Deadline{ready_.front().at});
      const Result<> waited = wait({}, until);
      if (!waited && (waited.error().code() != Code::kTimeout || deadline.passed())) return Error(waited.error());
    }
  }

  Result<> do_write(std::string_view bytes, Deadline) override {
    if (gone_) return fail(Code::kConnectionLost, "the simulated host is gone");
    reader_.add(bytes);
    while (true) {
      PLUMB_TRY_ASSIGN(const std::optional<wire::Message> message, reader_.next());
      if (!message) break;
      take(*message);
    }
    answered();
    return {};
  }

  void answer(const wire::Message& message) {
    if (const Result<std::string> frames = wire::frames(message)) out_ += *frames;
  }
  // What was answered so far arrives one latency later.
  void answered() {
    if (!out_.empty()) arrive_at(Clock::now() + delay());
  }
  void arrive_at(Clock::time_point at) {
    if (!ready_.empty() && ready_.back().at >= at) {
      ready_.back().bytes += out_;
    } else {
      ready_.push_back({at, out_});
    }
    out_.clear();
  }

  void take(const wire::Message& message) {
    if (const auto* read = std::get_if<wire::Read>(&message)) return take(*read);
    if (const auto* observe = std::get_if<wire::Observe>(&message)) return take(*observe);
    if (const auto* apply = std::get_if<wire::Apply>(&message)) return take(*apply);
    if (const auto* program = std::get_if<wire::Execute>(&message)) return take(*program);
    if (const auto* file = std::get_if<wire::Collect>(&message)) return take(*file);
    if (std::holds_alternative<wire::Stop>(message) && turns_) stop();
  }

  // There are no programs and no files.
  void take(const wire::Read& read) {
    wire::Readings readings;
    for (const Json& source : read.sources) {
      wire::ReadingAnswer& one = readings.answers.emplace_back();
      if (source.contains("path")) {
        one.value = {{"exists", false}, {"type", "absent"}};
      } else if (source.contains("unit")) {
        one.value = {{"exists", false}, {"active", false}, {"enabled", false}, {"masked", false}, {"state", "absent"}};
      } else {
        one.absent = "it is not on a simulated host";
      }
    }
    answer(readings);
  }

  // It prints what it was to run.
  void take(const wire::Execute& program) {
    if (lot(host_.seed, "lost", name_) < host_.lost) {
      gone_ = true;
      return;
    }
    std::string words = program.script;
    for (const std::string& word : program.argv) append_item(words, word, " ");
    answer(wire::Piece{words + "\n", false});
    wire::Ended ended;
    if (lot(host_.seed, "failing", name_) < host_.failing) ended.exit_code = 1;
    answer(ended);
  }

  void take(const wire::Collect& file) {
    answer(wire::Refused{Diagnostic(Code::kCannotObserve, file.path + " is not on a simulated host")});
  }

  void take(const wire::Observe& observe) {
    wire::Record record;
    wire::ObservedChunk chunk;
    for (std::size_t i = 0; i < observe.resources.size(); ++i) {
      const Desired& desired = observe.resources[i];
      const std::string address = desired.address.str();
      Observed observed;
      observed.exists = lot(host_.seed, name_, address) >= host_.changed;
      if (observed.exists) {
        observed.attributes = desired.attributes;
        record.resources.emplace(address, desired.attributes);
      }
      chunk.states.push_back({i, std::move(observed), std::nullopt});
      if (chunk.states.size() < kChunk) continue;
      answer(chunk);
      chunk.states.clear();
    }
    if (!chunk.states.empty()) answer(chunk);
    answer(record);
  }

  void take(const wire::Apply& apply) {
    Turns turns;
    turns.count = apply.actions.size();
    for (const wire::Action& action : apply.actions) turns.probes.push_back(action.op == Op::kVerify);
    turns.fails_at = turns.lost_at = turns.count;
    const auto somewhere = [&](const char* what) {
      return static_cast<std::size_t>(lot(host_.seed, name_, what) * static_cast<double>(turns.count));
    };
    if (lot(host_.seed, "failing", name_) < host_.failing) turns.fails_at = somewhere("fails at");
    if (lot(host_.seed, "lost", name_) < host_.lost) turns.lost_at = somewhere("lost at");
    turns.at = Clock::now() + delay();
    turns.done.outcome = wire::DoneOutcome::kOk;
    turns_ = std::move(turns);
  }

  void tell(wire::EventKind kind, std::size_t index, std::optional<Diagnostic> problem = std::nullopt) {
    answer(wire::Event{kind, index, "", std::move(problem), host_.action.count()});
  }

  // Action by action, so that a host holds no more than one of them and can be stopped between two.
  void take_turn() {
    Turns& turns = *turns_;
    if (turns.next == turns.lost_at && turns.next < turns.count) {
      gone_ = true;
      turns_.reset();
      return;
    }
    if (turns.next == turns.count) return end_turns();
    const std::size_t index = turns.next++;
    answer(wire::Event{wire::EventKind::kStarted, index, "", std::nullopt, 0});
    arrive_at(turns.at);
    turns.at += host_.action;
    if (index == turns.fails_at) {
      tell(wire::EventKind::kFailed, index, Diagnostic(Code::kOperation, "a simulated failure"));
      turns.done.outcome = wire::DoneOutcome::kFailed;
      turns.done.failed = 1;
      skip_rest();
    } else if (turns.probes[index]) {
      tell(wire::EventKind::kVerified, index);
      ++turns.done.verified;
    } else {
      tell(wire::EventKind::kChanged, index);
      ++turns.done.changed;
    }
    arrive_at(turns.at);
  }

  void skip_rest() {
    for (; turns_->next < turns_->count; ++turns_->next) {
      tell(wire::EventKind::kSkipped, turns_->next);
      ++turns_->done.skipped;
    }
  }

  void end_turns() {
    answer(turns_->done);
    arrive_at(turns_->at);
    turns_.reset();
  }

  // The action in hand is told already; the rest is not done.
  void stop() {
    turns_->done.outcome = wire::DoneOutcome::kInterrupted;
    turns_->lost_at = turns_->count;
    skip_rest();
    arrive_at(turns_->at);
  }

  std::string name_;
  SimulatedHost host_;
  wire::MessageReader reader_;
  std::string out_;          // answered, not yet sent
  std::deque<Ready> ready_;  // by time
  std::optional<Turns> turns_;
  std::size_t exchanges_ = 0;
  bool ended_ = false;  // nobody asks any more
  bool gone_ = false;   // the host is lost
};

}  // namespace

Result<SimulatedHost> read_simulated(std::span<const std::string> words) {
  SimulatedHost host;
  for (const std::string& word : words) {
    if (!read_word(word, host)) {
      return fail(Code::kTransportCommand, "`" + word + "` says nothing about a simulated host")
          .hint("latency=20ms jitter=10ms action=5ms unreachable=1% failing=1% lost=1% changed=5% seed=7");
    }
  }
  return host;
}

Result<std::unique_ptr<StreamConnection>> SimulatedTransport::connect(const HostSettings& settings,
                                                                      const Interrupt* cancel) {
  std::span<const std::string> words = settings.command;
  if (!words.empty()) words = words.subspan(1);
  PLUMB_TRY_ASSIGN(const SimulatedHost host, read_simulated(words));
  auto connection = std::make_unique<SimulatedConnection>(settings.name, host);
  connection->set_cancel(cancel);
  PLUMB_TRY(connection->pause(connection->delay(), Deadline::never()));
  if (lot(host.seed, "unreachable", settings.name) < host.unreachable) {
    return fail(Code::kConnect, "a simulated host that cannot be reached");
  }
  connection->start();
  return std::unique_ptr<StreamConnection>(std::move(connection));
}

}  // namespace plumb::host
