#include "engine/run/host_state.h"

namespace plumb::run {

std::string_view name(HostState state) {
  switch (state) {
    case HostState::kOk:
      return "ok";
    case HostState::kFailed:
      return "failed";
    case HostState::kUnreachable:
      return "unreachable";
    case HostState::kNoAnswer:
      return "no answer";
    case HostState::kNotStarted:
      return "not started";
  }
  return "failed";
}

HostState state_of(Code code) {
  switch (code) {
    case Code::kConnect:
    case Code::kHostKeyUnknown:
    case Code::kHostKeyChanged:
    case Code::kHostKeyRevoked:
    case Code::kAuthentication:
    case Code::kTransportCommand:
    case Code::kSshSettings:
      return HostState::kUnreachable;
    case Code::kTimeout:
    case Code::kConnectionLost:
      return HostState::kNoAnswer;
    default:
      return HostState::kFailed;
  }
}

}  // namespace plumb::run
