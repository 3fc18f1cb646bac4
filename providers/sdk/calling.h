// Requests to web servers by a program of the host: curl or wget. What is secret never stands among its arguments.
#pragma once

#include <string>

#include "engine/base/result.h"
#include "providers/sdk/operation.h"
#include "providers/sdk/system.h"

namespace plumb {

struct CallAnswer {
  int status = 0;
  std::string body;  // its first MiB
};

// What the server answered, whatever that is. kProgramMissing where the host has neither program, kProgramFailed or
// kProgramTimeout where no answer came, kOperation for what no program could be told. `asks_only`: the kernel lets the
// program write nothing.
Result<CallAnswer> call_server(System& system, const Call& call, bool asks_only);

// Why the answer is not as the call says that it should be: "it answered 503"; "" where it is.
std::string why_not(const Call& call, const CallAnswer& answer);

// Of what a program printed: heads of answers and the last one's body. Status 0 where that is none.
CallAnswer read_answer(std::string_view printed, bool through_proxy);

}  // namespace plumb
