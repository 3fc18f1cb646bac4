// What controller and executor say to each other. schemas/wire.json describes the same in JSON Schema.
//
//   executor   hello        at once after its start: versions of the protocol, platform, facts
//   controller hello        in front of its first message: versions of the protocol
//   controller read         readings of the project, where expressions use any; its graph may depend on them
//   executor   readings     what each of them told
//   controller observe      all resources of the host
//   executor   observed     states, in chunks, in the order asked for
//   executor   record       what the host remembers; ends the answer to observe
//   controller providers    providers from outside whose kinds the next questions are about
//   executor   lacking      those whose packages it does not have; blobs bring them, and providers is said again
//   executor   turn         during an apply: what a provider on the controller is to observe or to change now
//   controller told         what came of it
//   controller call         of an executor on the controller: a start of such a provider's program
//   executor   answer       what the program said
//   controller perform      of an executor on the controller: what asks, and changes nothing, in the place of a host
//   executor   performed    what came of it
//   controller blob         small contents that the actions need, in chunks
//   controller apply        the actions in order
//   executor   event        started, output, changed, satisfied, failed, skipped, …
//   executor   want         the next bytes of a large content, for an action whose turn has come; answered by blobs
//   executor   done         totals; ends the answer to apply
//   controller stop         finish the action in hand, record it, answer done
//   controller confirm      over a new connection: the host can still be reached, the changes of a run stay
//   executor   confirmation what came of them
//   controller change_locks locks resources, lifts such locks, or only asks for them
//   executor   locks        those in force
//   controller execute      a program that no plan names
//   controller collect      a file that is asked for
//   controller survey       what the host has beyond its distribution, as resources of these kinds
//   executor   piece        what the program prints, as it comes, or the bytes of the file or of the survey
//   executor   ended        ends the pieces
//   controller recipient   asks for the key that secret values are sealed to, which is made where there is none
//   executor   recipient    tells it
//   controller envelope     one frame of what holds secret values, sealed to that key
//   controller replacement  of a strict host: another charter or executor, and who signed that
//   executor   refused      instead of an answer: the host is locked, the request cannot be used, …
//
// A conversation is hello both ways, then any number of observe and apply, then end of stream. A message is one frame,
// or where its lists are long several (stream.h).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "engine/base/cbor.h"
#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/wire/apply_messages.h"
#include "engine/wire/host_messages.h"
#include "engine/wire/observe_messages.h"
#include "engine/wire/provider_messages.h"
#include "engine/wire/record.h"
#include "engine/wire/versions.h"

namespace plumb::wire {

struct Hello {
  Versions protocols = kVersions;
  std::string version;   // of the program
  std::string platform;  // of the host, "linux-x86_64"; an executor's alone, as are its facts
  Json facts = Json::object();
  std::string boot = {};     // another one after each start of the host; "" where that cannot be told
  std::string charter = {};  // of a strict host, as it lies there: it carries out what that covers
};

struct Refused {
  Diagnostic problem;
};

using Message = std::variant<Hello, Observe, ObservedChunk, Record, Blob, Apply, Event, Alive, Done, Acknowledge, Stop,
                             Refused, Confirm, Confirmation, ChangeLocks, Locks, Want, Read, Readings, Execute, Collect,
                             Survey, Piece, Ended, Providers, Lacking, Turn, Told, ProviderCall, ProviderAnswer,
                             Replacement, Perform, Performed, Recipient, Envelope>;

// Of one message, over all of its frames: bytes of their bodies, and values in them. These are the largest that there
// are, an apply of some hundred thousand resources; of what a host sends the controller takes much less
// (Conversation::allow).
struct MessageLimits {
  std::size_t bytes = std::size_t{512} << 20;
  std::size_t values = std::size_t{32} << 20;
};
inline constexpr MessageLimits kMessageLimits;

// CBOR bodies of messages that fit into one frame; stream.h has those of all. Reading is strict and bounded: unknown
// kinds and members are refused with kProtocol.
std::string encode(const Message& message);
Result<Message> decode(std::string_view body);

// The steps of decode().
Result<CborItem> check_body(std::string_view bytes, const MessageLimits& limits, std::size_t* values = nullptr);
std::optional<CborItem> member_named(CborItem object, std::string_view name);
Result<Message> decode(CborItem body);

// Of bytes that were checked, or written here.
inline constexpr JsonLimits kAnySize{.bytes = std::string::npos, .depth = 1000, .values = std::string::npos};

// Parts of messages that are kept on their own, in snapshots. Reading is as strict as decode().
Json to_json(const Observed& observed);
Json to_json(const Diagnostic& problem);
Json to_json(const Record& record);
Result<> from_json(Json& json, Observed& observed);  // takes the attributes out of it
Result<> from_json(const Json& json, Diagnostic& problem);
Result<> from_json(const Json& json, Record& record);

std::string_view name(const Message& message);

}  // namespace plumb::wire
