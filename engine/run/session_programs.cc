// What a host is asked for beside all plans: programs that it runs, and files that it gives.
#include "engine/base/digest.h"
#include "engine/run/session.h"

namespace plumb::run {
namespace {

using std::chrono::seconds;

// Of one piece, or of the end of all; and of the request itself.
constexpr wire::MessageLimits kOnePiece{std::size_t{1} << 20, std::size_t{1} << 10};
constexpr seconds kToAsk{30};
// A line that is longer is given on in parts.
constexpr std::size_t kLongestHeld = std::size_t{64} << 10;

// The conversation, after such an error; what the host refuses is none.
bool is_over(Code code) {
  return code == Code::kConnectionLost || code == Code::kExecutorDied || code == Code::kTimeout ||
         code == Code::kInterrupted || code == Code::kProtocol;
}

// Gives a text on by whole lines.
class WholeLines {
 public:
  explicit WholeLines(TakePiece take) : take_(std::move(take)) {}

  void add(std::string_view bytes) {
    held_ += bytes;
    const std::size_t last = held_.rfind('\n');
    if (last != std::string::npos) give(last + 1);
    if (held_.size() > kLongestHeld) give(held_.size());
  }
  void finish() {
    if (!held_.empty()) give(held_.size());
  }

 private:
  void give(std::size_t size) {
    take_(std::string_view(held_).substr(0, size));
    held_.erase(0, size);
  }

  TakePiece take_;
  std::string held_;
};

}  // namespace

Result<wire::Ended> Session::execute(const wire::Execute& program, const PrintSink& sink) {
  const auto giving = [&](bool of_errors) {
    return [this, &sink, of_errors](std::string_view text) { sink(hidden(std::string(text)), of_errors); };
  };
  WholeLines output(giving(false));
  WholeLines errors(giving(true));
  PLUMB_TRY_ASSIGN(const wire::Ended ended, take_pieces(program, [&](const wire::Piece& piece) -> Result<> {
                     (piece.errors ? errors : output).add(piece.bytes);
                     return {};
                   }));
  output.finish();
  errors.finish();
  return ended;
}

Result<> Session::collect(const std::string& path, const ByteSink& sink) {
  Sha256 hash;
  PLUMB_TRY_ASSIGN(const wire::Ended ended, take_pieces(wire::Collect{path}, [&](const wire::Piece& piece) -> Result<> {
                     hash.add(piece.bytes);
                     return sink(piece.bytes);
                   }));
  if (hash.finish() != ended.digest) return name_host(fail(Code::kProtocol, "not all of " + path + " has come"));
  return {};
}

Result<> Session::survey(const std::vector<std::string>& kinds, const ByteSink& sink) {
  PLUMB_TRY(connect());
  if (hello_.protocols.max < wire::kSurveys) return name_host(fail(Code::kProtocol, "the executor takes no surveys"));
  PLUMB_TRY(take_pieces(wire::Survey{kinds}, [&](const wire::Piece& piece) { return sink(piece.bytes); }));
  return {};
}

// After an error that is not the host's refusal, what is still on its way belongs to no question any more.
Result<wire::Ended> Session::take_pieces(const wire::Message& question,
                                         const std::function<Result<>(const wire::Piece&)>& sink) {
  PLUMB_TRY(connect());
  if (hello_.protocols.max < wire::kRuns)
    return name_host(fail(Code::kProtocol, "the executor runs no programs that no plan names"));
  // The executor may wait for signs of life from here, too.
  if (Result<> queued = conversation_->queue(wire::Alive{}); !queued) return name_host(queued.error());
  if (Result<> sent = conversation_->send(question, within(kToAsk)); !sent) return name_host(sent.error());
  bool stop_sent = false;
  while (true) {
    Result<wire::Message> message = next_at_work(stop_sent, kOnePiece);
    if (!message) {
      if (is_over(message.error().code())) disconnect();
      return name_host(message.error());
    }
    if (const auto* piece = std::get_if<wire::Piece>(&*message)) {
      if (Result<> taken = sink(*piece); !taken) {
        disconnect();
        return Error(taken.error());
      }
    } else if (const auto* ended = std::get_if<wire::Ended>(&*message)) {
      return *ended;
    } else if (std::holds_alternative<wire::Alive>(*message)) {
      if (Result<> lives = show_life(); !lives) return name_host(lives.error());
    } else {
      disconnect();
      return name_host(fail(Code::kProtocol, "the executor sent another message than what it was asked for"));
    }
  }
}

}  // namespace plumb::run
