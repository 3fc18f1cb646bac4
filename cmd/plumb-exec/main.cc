// plumb-exec: the executor. It speaks frames on standard input and output, and is one static file so that a host needs
// nothing but a kernel to run it.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/plumb-exec/become.h"
#include "engine/base/digest.h"
#include "engine/base/platform.h"
#include "engine/base/unique_fd.h"
#include "engine/exec/server.h"
#include "providers/sdk/builtin.h"

#ifdef __GLIBCXX__
// The standard library's own prints the exception's type, and has a demangler of 50 KiB for that.
namespace __gnu_cxx {  // NOLINT(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
void __verbose_terminate_handler();
void __verbose_terminate_handler() {
  std::abort();
}
}  // namespace __gnu_cxx
#endif

namespace {

constexpr int kFailed = 1;
constexpr int kUsage = 6;

int usage() {
  std::fputs(
      "usage: plumb-exec serve [--root DIR] [--reached-by CONNECTION]\n"
      "       plumb-exec --strict\n"
      "       plumb-exec become sudo|doas|su USER ask|never serve [--root DIR]\n"
      "       plumb-exec check DIGEST\n"
      "       plumb-exec --version\n",
      stderr);
  return kUsage;
}

// As sshd tells its own children, and behind it the number of who logged in; it does not get through sudo.
std::string connection() {
  const char* told = std::getenv("SSH_CONNECTION");
  return told == nullptr ? "" : told + (' ' + std::to_string(::getuid()));
}

int serve(plumb::exec::ServeOptions options) {
  // A lost connection shows itself as an end of stream or a failed write; the action in hand is finished first.
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGHUP, SIG_IGN);
  // What a plan does not say about modes must not depend on who logged in.
  ::umask(022);
  if (::chdir("/") != 0) return kFailed;  // so that no file system is kept busy
  const plumb::Result<> served = plumb::exec::serve(plumb::builtin_kinds(), options);
  if (served) return 0;
  std::fprintf(stderr, "plumb-exec: %s\n", served.error().summary().c_str());
  return kFailed;
}

// Begun by sshd in the place of whatever the controller asked for, so that it answers as what starts an executor would
// (engine/host/bootstrap.h). What stands in the environment is the controller's.
int serve_strictly() {
  if (::geteuid() != 0) {
    std::fputs("plumb-exec: --strict is for root: its state must be out of whoever else's reach\n", stderr);
    return kFailed;
  }
  plumb::exec::ServeOptions options;
  options.reached_by = connection();
  options.strict.emplace();
  ::clearenv();
  std::fputs("\nPLUMB RUN\n", stdout);
  std::fflush(stdout);
  return serve(std::move(options));
}

// Whoever has sent this program asks whether it runs here and is the one with this digest.
int check(const char* program, std::string_view wanted) {
  plumb::Sha256 hash;
  std::array<char, 65536> bytes{};
  const plumb::UniqueFd self(::open(program, O_RDONLY | O_CLOEXEC));
  if (!self) return 0;  // it runs; called by no path, no more can be told
  ssize_t count = 0;
  while ((count = ::read(self.get(), bytes.data(), bytes.size())) > 0) {
    hash.add({bytes.data(), static_cast<std::size_t>(count)});
  }
  if (hash.finish() == std::string(plumb::kDigestPrefix) + std::string(wanted)) return 0;
  std::puts("it did not arrive whole");
  return kFailed;
}

int become(int argc, char** argv) {
  plumb::cmd::BecomeRequest request{argv[2], argv[3], std::string_view(argv[4]) == "ask", {argv[0]}};
  request.arguments.insert(request.arguments.end(), argv + 5, argv + argc);
  if (const std::string told = connection(); !told.empty())
    request.arguments.insert(request.arguments.end(), {"--reached-by", told});
  return plumb::cmd::become(request);
}

int run(int argc, char** argv) {
  const std::string_view command = argc > 1 ? argv[1] : "";
  if (command == "--version" && argc == 2) {
    std::printf("plumb-exec %s\n", PLUMB_VERSION);
    return 0;
  }
  if (command == "--strict" && argc == 2) return serve_strictly();
  if (command == "check" && argc == 3) return check(argv[0], argv[2]);
  if (command == "become" && argc >= 6) return become(argc, argv);
  if (command != "serve") return usage();
  plumb::exec::ServeOptions options;
  options.reached_by = connection();
  for (int i = 2; i < argc; i += 2) {
    const std::string_view option = argv[i];
    if (i + 1 == argc || (option != "--root" && option != "--reached-by")) return usage();
    (option == "--root" ? options.root : options.reached_by) = argv[i + 1];
  }
  return serve(std::move(options));
}

// Nothing of the executor throws, and what the libraries below throw nobody catches, so that what is sent to hosts does
// without what unwinding takes, a quarter of it; the journal is on disk by then.
[[noreturn]] void give_up(const char* why) {
  std::fprintf(stderr, "plumb-exec: %s\n", why);
  std::_Exit(kFailed);
}

}  // namespace

int main(int argc, char** argv) {
  // It is given passwords and sensitive contents.
  plumb::keep_memory_private();
  std::set_new_handler([] { give_up("there is not enough memory"); });
  std::set_terminate([] { give_up("an error in the program"); });
  return run(argc, argv);
}
