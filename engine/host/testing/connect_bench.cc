// How long it takes until a host's executor has said its first byte.
//   host_connect_bench HOST KEY KNOWN_HOSTS EXECUTOR_FOLDER [RUNS]
#include <array>
#include <cstdio>
#include <cstdlib>

#include "engine/host/transport.h"

int main(int argc, char** argv) {
  using namespace plumb::host;
  if (argc < 5) return 2;
  const int runs = argc > 5 ? std::atoi(argv[5]) : 1;
  for (int i = 0; i < runs; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    HostSettings settings;
    settings.name = argv[1];
    settings.user = "root";
    settings.identity_files = {argv[2]};
    settings.known_hosts_file = argv[3];
    const ExecutorStore executors(argv[4]);
    ssh::Context context;
    auto connection = HostTransport(executors, context).open(settings);
    if (!connection) {
      std::fprintf(stderr, "%s: %s\n", plumb::code_name(connection.error().code()).c_str(),
                   connection.error().summary().c_str());
      return 1;
    }
    std::array<char, 64> first;
    const auto count = (*connection)->read(first.data(), first.size(), Deadline::never());
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    if (runs > 1) std::printf("%.1f ms, %zu bytes\n", took.count(), count.value_or(0));
  }
  return 0;
}
