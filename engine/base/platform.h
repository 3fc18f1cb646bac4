// What every system has and each has differently. One file a system: platform_linux.cc, platform_macos.cc.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace plumb {

// The file of the program that runs; "" where the system does not tell.
std::filesystem::path running_program();

// A program that prints the addresses a name stands for, among other words. It asks whatever this machine is set up to
// ask, as a library call would, but can be ended.
std::vector<std::string> lookup_command(const std::string& name);

// As fsync(2), and back only when the disk itself has the bytes.
int sync_file(int fd);

// A peer of this TCP connection that is gone without a word is noticed `idle` + `count` * `interval` seconds later.
struct KeepAlive {
  int idle;
  int interval;
  int count;
};
void keep_alive(int socket, const KeepAlive& times);

// From here on no core file is written of this process, which may hold sensitive values, and no other process of its
// user reads its memory where a system can forbid that. Programs that it starts are as they are anywhere.
void keep_memory_private();

// What comes next on this TCP connection is acknowledged without delay, where a program can ask for that.
void acknowledge_at_once(int socket);

}  // namespace plumb
