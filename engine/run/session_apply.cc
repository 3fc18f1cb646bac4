// What a session does to carry a plan out: it sends what the host lacks of the plan's contents, and follows the events.
#include <algorithm>
#include <utility>

#include "engine/base/sealed.h"
#include "engine/run/controller_actions.h"
#include "engine/run/host_claims.h"
#include "engine/run/on_controller.h"
#include "engine/run/sealing.h"
#include "engine/run/session.h"

namespace plumb::run {
namespace {

constexpr std::chrono::minutes kSendTime{10};
// Small contents travel together, so many bytes at a time: the host takes them while the next are read.
constexpr std::size_t kSentTogether = std::size_t{64} << 10;
constexpr std::size_t kAroundContent = 128;  // bytes of a frame that are not its content's, about

// Of an event, or of what else comes while the host is at work.
constexpr wire::MessageLimits kOneEvent{std::size_t{4} << 20, std::size_t{1} << 16};

// A strict host takes all this from what was approved.
void leave_to_cover(wire::Apply& apply) {
  apply.actions.clear();
  apply.resources.clear();
  apply.moot_probes.clear();
  apply.readings.clear();
  apply.moved.clear();
  apply.forget.clear();
  apply.prevents.clear();
  apply.permits.clear();
}

}  // namespace

Result<> Session::send_blobs(const Request& request, const PlanContents& contents) {
  std::size_t waiting = 0;
  for (const std::string& digest : request.blobs) {
    PLUMB_TRY_ASSIGN(ir::ContentReader reader, contents.open(digest));
    wire::Blob blob;
    blob.digest = digest;
    blob.secret = is_keyed_digest(digest);
    PLUMB_TRY(ir::read_all(std::move(reader), [&blob](std::string_view piece) -> Result<> {
      blob.bytes += piece;
      return {};
    }));
    waiting += blob.bytes.size() + kAroundContent;
    if (waiting < kSentTogether) {
      PLUMB_TRY(conversation_->queue(blob));
    } else {
      PLUMB_TRY(conversation_->send(blob, within(kSendTime)));
      waiting = 0;
    }
  }
  return {};
}

// What cannot be read any more as the plan has it is told to the host instead, which then writes nothing of it. Its
// action is in hand, so that a stop waits for the content to be there.
Result<> Session::answer(const wire::Want& want, const PlanContents& contents, Sending& sending) {
  const host::Steady steady(conversation_->connection());
  const auto give_up = [&](const Error& why) {
    wire::Blob blob;
    blob.digest = want.digest;
    blob.problem = why.diagnostic();
    sending = {};
    return conversation_->send(blob, within(kSendTime));
  };
  if (want.offset == 0) {
    const std::optional<std::uint64_t> size = contents.large(want.digest);
    if (!size) return fail(Code::kProtocol, "the executor asked for a content that is not its plan's");
    Result<ir::ContentReader> reader = contents.open(want.digest);
    if (!reader) return give_up(reader.error());
    sending = {want.digest, *size, 0, std::move(*reader)};
  }
  // Wanted before the host knew that there is nothing more.
  if (!sending.reader) return {};
  if (want.digest != sending.digest || want.offset != sending.sent)
    return fail(Code::kProtocol, "the executor asked for a content out of its order");
  for (std::uint64_t left = want.bytes; left > 0 && sending.reader;) {
    Result<std::string_view> piece = sending.reader->next(left);
    if (!piece) return give_up(piece.error());
    wire::Blob blob;
    blob.digest = sending.digest;
    blob.secret = is_keyed_digest(sending.digest);
    blob.bytes = *piece;
    sending.sent += blob.bytes.size();
    left -= blob.bytes.size();
    blob.last = blob.bytes.empty() || sending.sent >= sending.size;
    if (blob.last) {
      // Its end says whether it was the right content.
      if (const Result<std::string_view> end = sending.reader->next(); !end) return give_up(end.error());
      sending.reader.reset();
    }
    PLUMB_TRY(conversation_->send(blob, within(kSendTime)));
  }
  return {};
}

Result<wire::Done> Session::apply(Request request, const PlanContents& contents, const Ready& ready,
                                  const EventSink& sink) {
  PLUMB_TRY(connect());
  ControllerActions on_controller(request.apply, context_.kinds, std::move(request.controller_values));
  Packages packages;
  for (const wire::Action& action : request.apply.actions) {
    add_package(action.desired, packages);
    PLUMB_TRY(expect_to_be_asked(action.desired));
  }
  PLUMB_TRY(bring_providers(std::move(packages)));
  const auto is_secret = [](const std::string& digest) { return is_keyed_digest(digest); };
  if (holds_secrets(request.apply) || std::any_of(request.blobs.begin(), request.blobs.end(), is_secret))
    PLUMB_TRY(seal_from_here());
  if (Result<> sent = send_blobs(request, contents); !sent) return name_host(sent.error());
  ApplyClaims claims(request.apply, owed_);
  if (request.apply.cover) leave_to_cover(request.apply);
  // The executor may wait for signs of life from here, too.
  if (Result<> queued = conversation_->queue(wire::Alive{}); !queued) return name_host(queued.error());
  if (Result<> queued = conversation_->queue(std::move(request.apply)); !queued) return name_host(queued.error());
  PLUMB_TRY(ready());
  if (Result<> sent = conversation_->flush(within(kSendTime)); !sent) return name_host(sent.error());
  Result<wire::Done> done = follow(claims, contents, on_controller, sink);
  on_controller_.reset();
  if (!done) return name_host(done.error());
  return done;
}

Result<wire::Done> Session::follow(ApplyClaims& claims, const PlanContents& contents, ControllerActions& on_controller,
                                   const EventSink& sink) {
  bool stop_sent = false;
  Sending sending;
  while (true) {
    PLUMB_TRY_ASSIGN(wire::Message message, next_at_work(stop_sent, kOneEvent));
    if (auto* event = std::get_if<wire::Event>(&message)) {
      PLUMB_TRY(claims.take(*event));
      event->text = hidden(std::move(event->text));
      if (event->problem) hide_in(*event->problem);
      sink(*event);
    } else if (auto* done = std::get_if<wire::Done>(&message)) {
      PLUMB_TRY(claims.take(*done, stop_sent));
      return std::move(*done);
    } else if (const auto* want = std::get_if<wire::Want>(&message)) {
      PLUMB_TRY(claims.take(*want));
      PLUMB_TRY(answer(*want, contents, sending));
    } else if (const auto* turn = std::get_if<wire::Turn>(&message)) {
      PLUMB_TRY(answer(*turn, on_controller));
    } else if (const auto* alive = std::get_if<wire::Alive>(&message)) {
      PLUMB_TRY(claims.take(*alive));
      PLUMB_TRY(show_life());
    } else {
      return fail(Code::kProtocol, "the executor sent another message than events and their end");
    }
  }
}

}  // namespace plumb::run
