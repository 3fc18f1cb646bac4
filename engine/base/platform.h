// What every system has and each has differently. One file a system: platform_linux.cc, platform_macos.cc.
#pragma once

#include <filesystem>

namespace plumb {

// The file of the program that runs; "" where the system does not tell.
std::filesystem::path running_program();

// As fsync(2), and back only when the disk itself has the bytes.
int sync_file(int fd);

// A peer of this TCP connection that is gone without a word is noticed `idle` + `count` * `interval` seconds later.
struct KeepAlive {
  int idle;
  int interval;
  int count;
};
void keep_alive(int socket, const KeepAlive& times);

// What comes next on this TCP connection is acknowledged without delay, where a program can ask for that.
void acknowledge_at_once(int socket);

}  // namespace plumb
