// Stands in for the executor in tests: `serve` greets and then echoes; a few words make it end in odd ways.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include <signal.h>
#include <unistd.h>

#include "cmd/plumb-exec/become.h"

namespace {

int become(int argc, char** argv) {
  plumb::cmd::BecomeRequest request{argv[2], argv[3], std::string_view(argv[4]) == "ask", {argv[0]}};
  request.arguments.insert(request.arguments.end(), argv + 5, argv + argc);
  return plumb::cmd::become(request);
}

bool say(const char* text, std::size_t size) {
  return ::write(STDOUT_FILENO, text, size) == static_cast<ssize_t>(size);
}

int serve(const char* root) {
  std::array<char, 65536> buffer{};
  char* const line = buffer.data();
  const int size = std::snprintf(line, buffer.size(), "hello uid=%u root=%s\n", ::geteuid(), root);
  if (!say(line, static_cast<std::size_t>(size))) return 9;
  for (;;) {
    const ssize_t count = ::read(STDIN_FILENO, line, buffer.size());
    if (count <= 0) return 0;
    if (count >= 4 && std::memcmp(line, "kill", 4) == 0) ::raise(SIGKILL);
    if (count >= 4 && std::memcmp(line, "exit", 4) == 0) return 7;
    if (count >= 6 && std::memcmp(line, "stderr", 6) == 0) {
      if (::write(STDERR_FILENO, "trouble\n", 8) != 8) return 9;
    }
    for (ssize_t done = 0; done < count;) {
      const ssize_t written = ::write(STDOUT_FILENO, line + done, static_cast<std::size_t>(count - done));
      if (written <= 0) return 9;
      done += written;
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view command = argc > 1 ? argv[1] : "";
  if (command == "check" && argc == 3) return 0;
  if (command == "become" && argc >= 6) return become(argc, argv);
  return command == "serve" ? serve(argc > 3 ? argv[3] : "") : 2;
}
