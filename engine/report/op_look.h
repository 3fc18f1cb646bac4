// The sign and the colour of what an action does.
#pragma once

#include "engine/report/style.h"
#include "providers/sdk/provider.h"

namespace plumb::report {

struct OpLook {
  const char* sign;
  Tone tone;
};

inline OpLook look_of(Op op) {
  switch (op) {
    case Op::kCreate:
      return {"+", Tone::kGreen};
    case Op::kUpdate:
      return {"~", Tone::kYellow};
    case Op::kReplace:
      return {"±", Tone::kYellow};
    case Op::kDelete:
      return {"-", Tone::kRed};
    case Op::kRun:
      return {"!", Tone::kCyan};
    case Op::kRestart:
    case Op::kReload:
      return {"*", Tone::kBlue};
    case Op::kVerify:
      return {"?", Tone::kCyan};
    case Op::kNone:
      break;
  }
  return {" ", Tone::kPlain};
}

}  // namespace plumb::report
