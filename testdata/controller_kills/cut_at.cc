// cut_at FAULT NUMBER PROGRAM ARGUMENT…: starts a program and lets what FAULT names (testdata/meet/cut_short.h) happen
// at its system call NUMBER that writes. Calls of its threads count, those of programs that it starts do not; a kill
// ends these too. Prints how many calls there were to the descriptor 3. Ends as the program did: 255 where it was
// killed, 128 and more by a signal of its own.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <sys/wait.h>
#include <unistd.h>

#include "testdata/meet/cut_short.h"

int main(int argc, char** argv) {
  using plumb::meet::Fault;
  if (argc < 4) return 2;
  plumb::meet::Cut cut;
  for (const Fault fault :
       {Fault::kKill, Fault::kBroken, Fault::kFull, Fault::kForbidden, Fault::kInterrupted, Fault::kReadOnly}) {
    if (std::string_view(argv[1]) == plumb::meet::name(fault)) cut.fault = fault;
  }
  cut.at = std::strtoull(argv[2], nullptr, 10);
  const plumb::meet::Traced traced = plumb::meet::run_cut_short(
      [argv] {
        ::close(3);
        ::execv(argv[3], argv + 3);
        return 127;
      },
      cut);
  ::dprintf(3, "%llu\n", static_cast<unsigned long long>(traced.calls));
  if (cut.fault == Fault::kKill && traced.cut) return 255;
  return WIFEXITED(traced.status) ? WEXITSTATUS(traced.status) : 128 + WTERMSIG(traced.status);
}
