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

// From here on no dump of this process's memory is written, whatever ends it, and nobody but root may look into it.
// What it forks inherits that; programs that it starts do not, where the system can tell the two apart.
void keep_memory_private();

// Has what is allocated come in huge pages where the system leaves that to programs: some MiB are then a few page
// faults, and not thousands. Of the thread that calls, before it needs much.
void use_huge_pages();

// What comes next on this TCP connection is acknowledged without delay, where a program can ask for that.
void acknowledge_at_once(int socket);

}  // namespace plumb
