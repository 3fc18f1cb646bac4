#include "engine/host/bootstrap.h"

#include <array>

#include "engine/base/ascii.h"
#include "engine/base/joined.h"
#include "engine/base/outside_text.h"
#include "engine/base/shell_word.h"

namespace plumb::host {

namespace {

constexpr std::string_view kRun = "PLUMB RUN";
constexpr std::string_view kNeed = "PLUMB NEED ";
constexpr std::string_view kFail = "PLUMB FAIL ";
constexpr std::string_view kUnpacks = " gzip";
constexpr std::string_view kPrompt = "PLUMB-PASSWORD:";

// What shell start-up files may print before the script speaks.
constexpr std::size_t kNoiseLimit = std::size_t{64} << 10;

// Arguments: how to become whom ("" for nobody else), "ask" or "never", root, digests. The text holds no quote, no
// backslash, no exclamation mark and no line break, so that it means the same inside single quotes in sh, csh and fish.
constexpr std::string_view kScript =
    // Who owns the root folder is root already.
    "b=$1; p=$2; q=$3; r=$4; shift 4; [ \"$p\" = root ] && [ -O / ] && b=; "

    // A user other than root can run only what everybody can.
    "s=; g=700; umask 077; [ -z \"$b\" ] || [ \"$p\" = root ] || { s=-shared; g=755; umask 022; }; "

    // go FILE: become the executor. The empty line first, because a start-up file may have printed half a line.
    "go() { f=$1; if [ -n \"$r\" ]; then set -- serve --root \"$r\"; else set -- serve; fi; "
    "[ -n \"$b\" ] && set -- become $b \"$p\" $q \"$@\"; echo; echo PLUMB RUN; exec \"$f\" \"$@\"; }; "

    // own FOLDER TYPE MODE: what lies there (a link as itself) is of that type and the user's own, and nobody else may
    // write to it. Everybody may make such a name where the folder above is everybody's. (The pattern is in three
    // parts, since C++ has a use for two question marks in a row.)
    "own() { case $(LC_ALL=C ls -ldn \"$1\" 2>/dev/null) in $2???"
    "?-?"
    "?-?*) [ -O \"$1\" ];; *) false;; esac; }; "

    // look FOLDER: go where it holds one of the executors.
    "look() { [ -L \"$1\" ] && return 0; [ -d \"$1\" ] && [ -O \"$1\" ] || return 0; for e in $w; do "
    "[ -L \"$1/exec-$e\" ] && continue; [ -x \"$1/exec-$e\" ] && [ -O \"$1/exec-$e\" ] || continue; "
    // In a home nobody else makes names.
    "[ \"$1\" = \"$h\" ] || { own \"$1\" d && own \"$1/exec-$e\" -; } || continue; "
    "go \"$1/exec-$e\"; done; return 0; }; "

    "w=$*; h=${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/plumb; [ -n \"$s\" ] || look \"$h\"; "

    // Nothing in the first place. Each process from here on costs a first contact a millisecond or two; where /proc
    // says who this is, `id` is not asked.
    "u=; while read k v l; do [ \"$k\" = Uid: ] && u=$v; done 2>/dev/null </proc/self/status; u=${u:-$(id -u)}; "
    "y=/run/user/$u/plumb; [ -z \"$s\" ] || { y=/run/lock/plumb-$u$s; h=/var/cache/plumb-$u$s; }; "
    "for d in \"/var/tmp/plumb-$u$s\" \"$y\" \"/dev/shm/plumb-$u$s\" \"/tmp/plumb-$u$s\"; do look \"$d\"; "
    "done; "

    // no REASON: remember why this folder is out.
    "l=; no() { l=\"$l${l:+, }$d ($1)\"; }; "
    "for d in \"$h\" \"/var/tmp/plumb-$u$s\" \"$y\" \"/dev/shm/plumb-$u$s\" \"/tmp/plumb-$u$s\"; do "
    // Made here, or by an earlier contact: a name that is there already is only used where it is the user's own.
    "m=$( (LC_ALL=C; export LC_ALL; if [ \"$d\" = \"$h\" ]; then mkdir -p \"$d\"; else mkdir -m $g \"$d\"; fi) 2>&1); "
    "own \"$d\" d || { [ -d \"$d\" ] && m=\"somebody else may write there\"; no \"${m##*: }\"; continue; }; "
    "t=$d/.new-$$; "
    "m=$( (LC_ALL=C; export LC_ALL; : >\"$t\") 2>&1) || { no \"${m##*: }\"; continue; }; "
    // What may be run on a file system mounted noexec is nothing; a shell that does not see it tries and fails later.
    "chmod $g \"$d\" \"$t\"; [ -x \"$t\" ] || { rm -f \"$t\"; no \"mounted noexec\"; continue; }; "
    "z=; command -v gzip >/dev/null 2>&1 && z=gzip; "
    "echo; echo PLUMB NEED $(uname -sm) $z; read n e z || exit 1; "
    // The rest is read even when it cannot be written, so that a next attempt starts at its own first byte.
    "m=$(head -c $n | { (LC_ALL=C; export LC_ALL; ${z:-cat} ${z:+-dc} >\"$t\") 2>&1 || cat >/dev/null; }); "
    "if [ -n \"$m\" ]; then rm -f \"$t\"; no \"${m##*: }\"; continue; fi; "
    // It runs there, and is the one that its name will say.
    "m=$(\"$t\" check $e 2>&1 </dev/null) || { rm -f \"$t\"; no \"the executor does not run there: $m\"; continue; }; "
    "mv -f \"$t\" \"$d/exec-$e\" || { no \"cannot rename\"; continue; }; "
    "set -- \"$d\"/exec-*; [ $# = 1 ] || "
    "( find \"$d\" -name \"exec-*\" -mtime +30 -exec rm -f {} + & ) >/dev/null 2>&1 </dev/null; "
    "go \"$d/exec-$e\"; done; "
    "echo; echo PLUMB FAIL \"$l\"; exit 1";

bool becomes(const StartOptions& options) {
  return !options.become.method.empty();
}

std::string asking(const StartOptions& options) {
  return options.become_password ? "ask" : "never";
}

constexpr std::string_view kGivePassword = "-K (--ask-become-password) asks for it once a run";

// What was to become the executor's user ended instead.
Error not_become(const StartOptions& options, const std::string& why, const std::optional<std::string>& reason) {
  const std::string& method = options.become.method;
  Error error = fail(Code::kBecome, method + " did not start the executor as " + options.become.user + ": " + why);
  if (reason == "exit code 127") return std::move(error).hint(method + " is not installed on the host");
  // As sudo says it where `requiretty` is set, in most languages.
  if (!options.become_password && lowered(why).find(" tty") != std::string::npos) {
    return std::move(error).hint(
        "its sudoers asks for a terminal: -K (--ask-become-password) gives it one; or say `Defaults !requiretty` "
        "there");
  }
  if (!options.become_password) {
    return std::move(error).hint("if it wants a password: " + std::string(kGivePassword) +
                                 "; else allow it without one");
  }
  return error;
}

// What the far side said: `printed` on standard output, where start-up files and what stands in for a shell speak, and
// on standard error.
std::string said_by(StreamConnection& connection, const std::string& printed) {
  std::string said = last_lines(printed);
  if (const std::string errors = last_lines(connection.error_output()); !errors.empty())
    append_item(said, errors, "\n");
  return said;
}

// While the executor was waited for. What was printed instead of it mostly says why: something waits for an answer.
Error not_started(Error error, StreamConnection& connection, const std::string& printed = {}) {
  const std::string said = error.code() == Code::kTimeout ? said_by(connection, printed) : std::string();
  if (said.empty()) return error;
  Diagnostic diagnostic = error.diagnostic();
  diagnostic.summary += "; it printed: " + said;
  diagnostic.hint =
      "the login, or what stands in for its shell, may wait for somebody to answer; `ssh HOST true` has to end by "
      "itself";
  return Error(std::move(diagnostic));
}

// The far side ended before the executor's first byte.
Error ended(StreamConnection& connection, const StartOptions& options, bool running, const std::string& printed = {}) {
  if (const std::optional<Error> failure = connection.link_failure(running)) {
    Diagnostic diagnostic = failure->diagnostic();
    if (const std::string said = last_lines(printed); !said.empty()) diagnostic.summary += "\n" + said;
    return Error(std::move(diagnostic));
  }
  const std::string said = said_by(connection, printed);
  const std::optional<std::string> reason = connection.exit_reason();
  const std::string why = said.empty() ? (reason ? *reason : "it said nothing") : said;
  if (running && becomes(options)) return not_become(options, why, reason);
  if (reason == "exit code 126" || reason == "exit code 127") {
    return fail(Code::kBootstrap, "the host cannot run the executor: " + why);
  }
  if (running) {
    return fail(Code::kExecutorDied, "the executor ended as soon as it was started: " + why);
  }
  return fail(Code::kBootstrap, "the host did not run the command that starts the executor: " + why)
      .hint("the login needs a POSIX shell as `sh`, and must be allowed to run commands");
}

bool says_no_space(std::string_view text) {
  return text.find("No space left") != std::string_view::npos || text.find("quota exceeded") != std::string_view::npos;
}

// Reads up to the next line of the script's, dropping what else is printed before.
class ScriptReader {
 public:
  explicit ScriptReader(StreamConnection& connection) : connection_(connection) {}

  // The text after "PLUMB " on that line; what follows the line is put back. Empty at the end of the stream.
  Result<std::optional<std::string>> next(Deadline deadline) {
    std::array<char, 4096> buffer;
    for (;;) {
      if (std::optional<std::string> line = take_line()) return line;
      if (seen_.size() > kNoiseLimit) {
        return fail(Code::kProtocol, "the host keeps printing something else: " + last_lines(seen_.substr(0, 200)))
            .hint("a shell start-up file that prints is a common cause");
      }
      PLUMB_TRY_ASSIGN(const std::size_t count, connection_.read(buffer.data(), buffer.size(), deadline));
      if (count == 0) return std::optional<std::string>();
      seen_.append(buffer.data(), count);
    }
  }

  // Since the last line of the script's.
  const std::string& printed() const { return seen_; }

 private:
  std::optional<std::string> take_line() {
    for (std::size_t at = seen_.find("PLUMB "); at != std::string::npos; at = seen_.find("PLUMB ", at + 1)) {
      const std::size_t end = seen_.find('\n', at);
      if (end == std::string::npos) return std::nullopt;
      if (at != 0 && seen_[at - 1] != '\n') continue;
      std::string line = seen_.substr(at, end - at);
      if (line != kRun && !line.starts_with(kNeed) && !line.starts_with(kFail)) continue;
      connection_.put_back(std::string_view(seen_).substr(end + 1));
      seen_.clear();
      return line;
    }
    return std::nullopt;
  }

  StreamConnection& connection_;
  std::string seen_;
};

Result<> send_executor(StreamConnection& connection, const ExecutorStore& executors, std::string_view uname,
                       const HostLog& log, Deadline deadline) {
  const bool unpacks = uname.ends_with(kUnpacks);
  if (unpacks) uname.remove_suffix(kUnpacks.size());
  const std::size_t space = uname.find(' ');
  const std::string system(uname.substr(0, space));
  const std::string machine(space == std::string_view::npos ? "" : uname.substr(space + 1));
  PLUMB_TRY_ASSIGN(const ExecutorStore::Executor* executor,
                   executors.find(ExecutorStore::platform_of(system, machine)));
  const std::optional<std::string> packed = unpacks ? ExecutorStore::packed(*executor) : std::nullopt;
  const std::string& bytes = packed ? *packed : executor->bytes;
  std::string head = std::to_string(bytes.size()) + " " + executor->digest;
  if (packed) head += kUnpacks;
  log.debug("the host lacks the executor for " + system + " " + machine + "; sending " + std::to_string(bytes.size()) +
            " bytes");
  PLUMB_TRY(connection.write(head + "\n", deadline));
  return connection.write(bytes, deadline);
}

}  // namespace

std::string last_lines(const std::string& text) {
  const std::size_t end = text.find_last_not_of(" \n\r\t");
  if (end == std::string::npos) return {};
  std::string trimmed = text.substr(0, end + 1);
  constexpr std::size_t kShown = 500;
  constexpr int kLinesShown = 12;
  std::size_t begin = trimmed.size() > kShown ? trimmed.size() - kShown : 0;
  std::size_t line = trimmed.size();
  for (int lines = 0; line != std::string::npos && line > begin && lines < kLinesShown; ++lines)
    line = line == 0 ? std::string::npos : trimmed.rfind('\n', line - 1);
  if (line != std::string::npos && line > begin) begin = line + 1;
  if (begin > 0) trimmed = "…" + trimmed.substr(begin);
  return outside_text(trimmed, 4 * kShown);
}

std::vector<std::string> bootstrap_command(const std::vector<std::string>& digests, const StartOptions& options) {
  std::vector<std::string> command{
      "sh",        "-c", std::string(kScript), "plumb", options.become.method, options.become.user, asking(options),
      options.root};
  command.insert(command.end(), digests.begin(), digests.end());
  return command;
}

std::string bootstrap_line(const std::vector<std::string>& digests, const StartOptions& options) {
  std::string line = "exec";
  for (const std::string& argument : bootstrap_command(digests, options)) line += " " + shell_word(argument);
  return line;
}

std::vector<std::string> direct_command(const std::string& program, const StartOptions& options) {
  std::vector<std::string> command{program};
  if (becomes(options))
    command.insert(command.end(), {"become", options.become.method, options.become.user, asking(options)});
  command.emplace_back("serve");
  if (!options.root.empty()) command.insert(command.end(), {"--root", options.root});
  return command;
}

namespace {

// "Password: " and the like, from the marker to the end of the line; takes it out of standard error.
std::optional<std::string> take_question(StreamConnection& connection) {
  const std::string said = connection.error_output();
  const std::size_t marker = said.find(kPrompt);
  const std::size_t end = marker == std::string::npos ? marker : said.find('\n', marker);
  if (end == std::string::npos) return std::nullopt;
  connection.drop_errors_through(end + 1);
  const std::size_t begin = marker + kPrompt.size();
  return last_lines(said.substr(begin, end - begin));
}

// The first question is for the password; what is asked after it is asked again, or is something else.
Result<> answer(StreamConnection& connection, const StartOptions& options, const std::string& question,
                std::string& answered, Deadline deadline) {
  const std::string& method = options.become.method;
  if (options.become_password && answered.empty()) {
    answered = question;
    return connection.write(*options.become_password + "\n", deadline);
  }
  connection.close();
  if (answered.empty())
    return fail(Code::kBecome, method + " on the host asks: " + question).hint(std::string(kGivePassword));
  if (answered == question) return fail(Code::kBecome, method + " on the host did not accept the password");
  return fail(Code::kBecome, method + " on the host asks for more than the password: " + question)
      .hint("plumb answers one question, the one for the password");
}

}  // namespace

Result<> await_first_byte(StreamConnection& connection, const StartOptions& options, Deadline deadline) {
  std::string answered;
  for (;;) {
    if (becomes(options)) {
      if (const std::optional<std::string> question = take_question(connection))
        PLUMB_TRY(answer(connection, options, *question, answered, deadline));
    }
    std::array<char, 4096> first;
    const Result<std::optional<std::size_t>> read = connection.read_either(first.data(), first.size(), deadline);
    if (!read) return not_started(read.error(), connection);
    const std::optional<std::size_t> count = *read;
    if (!count) continue;
    if (*count == 0) return ended(connection, options, true);
    connection.put_back({first.data(), *count});
    return {};
  }
}

Result<> await_executor(StreamConnection& connection, const ExecutorStore& executors, const StartOptions& options,
                        Deadline deadline) {
  ScriptReader script(connection);
  for (;;) {
    const Result<std::optional<std::string>> next = script.next(deadline);
    if (!next) return not_started(next.error(), connection, script.printed());
    const std::optional<std::string>& line = *next;
    if (!line) return ended(connection, options, false, script.printed());
    if (*line == kRun) return await_first_byte(connection, options, deadline);
    if (line->starts_with(kNeed)) {
      PLUMB_TRY(
          send_executor(connection, executors, std::string_view(*line).substr(kNeed.size()), options.log, deadline));
      continue;
    }
    const std::string tried = line->substr(kFail.size());
    return fail(says_no_space(tried) ? Code::kNoSpace : Code::kBootstrap,
                "no folder on the host could take the executor; tried " + tried);
  }
}

}  // namespace plumb::host
