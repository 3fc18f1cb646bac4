#include "engine/run/examination.h"

#include <charconv>
#include <mutex>

#include "engine/host/steps.h"
#include "engine/run/sealing.h"
#include "engine/run/session.h"

namespace plumb::run {
namespace {

using std::chrono::milliseconds;
using SteadyTime = std::chrono::steady_clock::time_point;
using WallTime = std::chrono::system_clock::time_point;

constexpr milliseconds kSlowStep{1000};
constexpr std::chrono::seconds kFarApart{5};
constexpr std::int64_t kLatest = std::int64_t{1} << 33;  // seconds that a time here can hold, and more than are told
constexpr std::int64_t kKibibytesNeeded = 64 << 10;      // for the executor and what it writes
constexpr std::int64_t kKibibytesLittle = 512 << 10;

// What no facts tell. Each line begins with a word that says what it is about.
constexpr std::string_view kQuestions =
    "echo \"clock $(date +%s)\"\n"
    "echo \"user $(id -u) $(id -un)\"\n"
    "for folder in / /var/lib /var/tmp; do\n"
    "  df -Pk \"$folder\" 2>/dev/null | tail -n 1 | while read -r from blocks used free rest; do\n"
    "    echo \"space $folder $free\"\n"
    "  done\n"
    "  case \" $(grep \" $folder \" /proc/mounts 2>/dev/null | tail -n 1 | cut -d' ' -f4)\" in\n"
    "    ' ro' | ' ro,'*) echo \"readonly $folder\" ;;\n"
    "  esac\n"
    "done\n";

// The steps that a connection logs, with the time that each took.
class Steps final : public Log {
 public:
  explicit Steps(Log* next) : next_(next) {}

  bool takes(LogLevel level) const override { return level >= LogLevel::kDebug; }
  void write(LogLevel level, const std::string& host, const std::string& text) override {
    if (next_ != nullptr && next_->takes(level)) next_->write(level, host, text);
    const std::lock_guard lock(mutex_);
    const SteadyTime now = std::chrono::steady_clock::now();
    steps_.push_back(finding_of(text, std::chrono::duration_cast<milliseconds>(now - last_)));
    last_ = now;
  }
  std::vector<Finding> taken() {
    const std::lock_guard lock(mutex_);
    return std::move(steps_);
  }

 private:
  static Finding finding_of(const std::string& text, milliseconds took) {
    // Of a connection that came about in the end it is worth a look.
    const host::Step step = host::step_of(text);
    if (step == host::Step::kFailedAttempt || step == host::Step::kNoConnection) return {Health::kDoubtful, text, ""};
    if (took < kSlowStep) return {Health::kGood, text, ""};
    return {Health::kDoubtful, text,
            step == host::Step::kLogin
                ? "most of a slow login is the host's: names that sshd looks up (`UseDNS no`), modules of PAM"
                : "the step took " + std::to_string(took.count()) + " ms: the way to the host, or its load"};
  }

  Log* const next_;
  std::mutex mutex_;
  std::vector<Finding> steps_;                          // guarded by mutex_
  SteadyTime last_ = std::chrono::steady_clock::now();  // guarded by mutex_
};

std::int64_t number_in(std::string_view text) {
  std::int64_t number = -1;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string size_text(std::int64_t kibibytes) {
  const std::int64_t mebibytes = kibibytes >> 10;
  return mebibytes < 10240 ? std::to_string(mebibytes) + " MiB" : std::to_string(mebibytes >> 10) + " GiB";
}

Finding clock_finding(std::int64_t told, WallTime asked, WallTime answered) {
  const auto host = WallTime(std::chrono::seconds(told));
  const auto apart = host < asked ? asked - host : host > answered ? host - answered : WallTime::duration::zero();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(apart);
  // The host tells whole seconds.
  if (seconds.count() <= 1) return {Health::kGood, "its clock is this machine's", ""};
  const std::string text = "its clock is " + std::to_string(seconds.count()) + " s " +
                           (host < asked ? "behind" : "before") + " this machine's";
  if (seconds <= kFarApart) return {Health::kGood, text, ""};
  return {Health::kDoubtful, text, "certificates and times in logs depend on it: chrony or systemd-timesyncd sets it"};
}

Finding space_finding(const std::string& folder, std::int64_t kibibytes) {
  const std::string text = size_text(kibibytes) + " free in " + folder;
  if (kibibytes < kKibibytesNeeded)
    return {Health::kBad, text, "plumb needs some 64 MiB for itself and what it writes"};
  if (kibibytes < kKibibytesLittle) return {Health::kDoubtful, text, "packages and large files need more"};
  return {Health::kGood, text, ""};
}

Finding user_finding(std::string_view id, std::string_view name) {
  if (id == "0") return {Health::kGood, "works there as root", ""};
  return {Health::kDoubtful, "works there as " + std::string(name) + ", who is not root",
          "only what this user may change can be changed; `become: true` for the host in hosts.yaml"};
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const std::size_t end = std::min(line.find(' '), line.size());
    if (end > 0) words.push_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return words;
}

Finding failed(const Error& error) {
  const Diagnostic& what = error.diagnostic();
  return {Health::kBad, code_name(what.code) + ": " + what.summary, what.hint};
}

// Why there is no connection its error says, once. Attempts that failed for another cause are told beside it.
std::vector<Finding> without_cause(std::vector<Finding> steps, const std::string& summary) {
  std::erase_if(steps, [&](const Finding& one) {
    const host::Step step = host::step_of(one.text);
    if (step == host::Step::kNoConnection) return true;
    const std::size_t end = one.text.find(": ");
    return step == host::Step::kFailedAttempt && end != std::string::npos &&
           summary.ends_with(std::string_view(one.text).substr(end + 2));
  });
  return steps;
}

// Nothing where no secret value has gone there yet.
std::optional<Finding> sealing_finding(Session& session, const RunContext& context) {
  const Result<std::optional<std::string>> known =
      context.store.sealing_key(session.name(), account_of(session.settings()));
  if (!known) return failed(known.error());
  if (!*known || !session.knows_sealing()) return std::nullopt;
  const Result<std::string> told = session.sealing_key(**known);
  if (!told) return failed(told.error());
  if (*told == **known) return Finding{Health::kGood, "secret values are sealed to the key that it was known by", ""};
  return Finding{Health::kBad,
                 told->empty() ? "it has lost its key for secret values"
                               : "its key for secret values is another one than it was known by",
                 "where it was installed anew, `plumb forget " + session.name() + " --gone` has the new one taken"};
}

}  // namespace

std::vector<Finding> read_answers(std::string_view answers, WallTime asked, WallTime answered) {
  std::vector<Finding> findings;
  while (!answers.empty()) {
    const std::size_t end = std::min(answers.find('\n'), answers.size());
    const std::vector<std::string_view> words = words_of(answers.substr(0, end));
    answers.remove_prefix(std::min(end + 1, answers.size()));
    if (words.size() == 2 && words[0] == "clock" && number_in(words[1]) >= 0 && number_in(words[1]) < kLatest) {
      findings.push_back(clock_finding(number_in(words[1]), asked, answered));
    } else if (words.size() == 3 && words[0] == "user") {
      findings.push_back(user_finding(words[1], words[2]));
    } else if (words.size() == 3 && words[0] == "space" && number_in(words[2]) >= 0) {
      findings.push_back(space_finding(std::string(words[1]), number_in(words[2])));
    } else if (words.size() == 2 && words[0] == "readonly") {
      findings.push_back(
          {Health::kBad, std::string(words[1]) + " cannot be written to",
           "it is mounted read-only, perhaps after an error of its disk: `dmesg` on the host says more"});
    }
  }
  return findings;
}

std::vector<Finding> examine_host(host::HostSettings host, const RunContext& context) {
  Steps steps(host.log);
  host.log = &steps;
  host.fresh_login = true;
  SessionContext shared{context.transport, context.control, "doctor", ""};
  Session session(host.name, host, shared);
  const Result<> connected = session.connect();
  std::vector<Finding> findings = steps.taken();
  if (!connected) {
    findings = without_cause(std::move(findings), connected.error().summary());
    findings.push_back(failed(connected.error()));
    return findings;
  }
  std::string answers;
  wire::Execute questions;
  questions.script = kQuestions;
  questions.most = std::uint64_t{64} << 10;
  const WallTime asked = std::chrono::system_clock::now();
  const Result<wire::Ended> ended = session.execute(questions, [&](const std::string& text, bool errors) {
    if (!errors) answers += text;
  });
  if (!ended) {
    findings.push_back(failed(ended.error()));
    return findings;
  }
  for (Finding& one : read_answers(answers, asked, std::chrono::system_clock::now()))
    findings.push_back(std::move(one));
  if (std::optional<Finding> sealing = sealing_finding(session, context)) findings.push_back(std::move(*sealing));
  return findings;
}

}  // namespace plumb::run
