#include "cmd/plumb/operator.h"

#include <array>

#include <pwd.h>
#include <unistd.h>

namespace plumb::cmd {

std::string user_name() {
  const passwd* account = getpwuid(getuid());
  return account == nullptr ? "uid " + std::to_string(getuid()) : std::string(account->pw_name);
}

std::string operator_name() {
  std::array<char, 256> machine{};
  gethostname(machine.data(), machine.size() - 1);
  return user_name() + "@" + machine.data();
}

}  // namespace plumb::cmd
