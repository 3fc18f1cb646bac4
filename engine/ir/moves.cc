#include "engine/ir/moves.h"

namespace plumb::ir {

std::string moved_by(const std::string& from, const std::string& to, const std::string& address) {
  if (address == from) return to;
  const bool within = from.ends_with('/') && address.starts_with(from);
  return within ? to + address.substr(from.size()) : address;
}

}  // namespace plumb::ir
