// What a resource is called now that was called otherwise before.
#pragma once

#include <string>

namespace plumb::ir {

// The address, or with a `/` at its end the module, that `address` is once `from` is `to`; itself where the move is
// not about it.
std::string moved_by(const std::string& from, const std::string& to, const std::string& address);

}  // namespace plumb::ir
