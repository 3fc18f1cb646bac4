// What a host is asked beside its plans: locks, programs, files, surveys, another charter, its key.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/wire/record.h"

namespace plumb::wire {

struct ChangeLocks {
  std::string project;
  std::string owner;              // who asks
  std::vector<std::string> lock;  // what to lock; a lock of the same owner on the same is replaced
  std::int64_t seconds = 0;       // for so long
  std::string reason;
  std::vector<std::string> unlock;  // locks to lift, as they were asked for
  bool unlock_all = false;          // lifts the owner's, with `force` everybody's
  bool force = false;               // `unlock` may name locks of others
};

struct Locks {
  std::vector<ItemLock> locks;   // in force now
  std::vector<ItemLock> lifted;  // by the request that this answers
};

// A program, or a line for the shell. Nothing is written down of it on the host, and it needs no lock: what is asked
// for is asked for as by somebody who has logged in.
struct Execute {
  std::vector<std::string> argv;
  std::string script;
  std::string user;                        // "" for whom the executor runs as
  std::map<std::string, std::string> env;  // added to a clean one
  std::uint64_t most = 0;                  // bytes of each of its outputs that are told; 0: all
};

struct Collect {
  std::string path;
};

// Answered by pieces: a line of JSON for each thing that was found (providers/sdk/survey.h).
struct Survey {
  std::vector<std::string> kinds;
};

// Answered by ended, with the digest of what is there then. It counts from the next connection on.
struct Replacement {
  std::string statement;  // another charter, or one about an executor
  std::vector<std::string> signatures;
  std::string executor;  // its bytes, where the statement is about one
};

// Asked with no key, answered with one. Asked with the key that the host is known by, it makes none: answered with none
// where it has lost its own.
struct Recipient {
  std::string key;  // "age1…"
};

// In the place of a message of the controller's.
struct Envelope {
  std::string file;  // in age's format: the body of a frame, which is no envelope
};

struct Piece {
  std::string bytes;
  bool errors = false;  // of a program: it printed them to standard error
};

struct Ended {
  int exit_code = 0;           // of a program; 128 + signal where one ended it
  std::uint64_t left_out = 0;  // bytes that were printed and not told
  std::string digest;          // of a file
};

}  // namespace plumb::wire
