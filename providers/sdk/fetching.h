// The programs of hosts that fetch what a URL names and write it to their standard output. Pure: what they are told and
// what their answers mean. Who runs them is the interpreter.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "providers/sdk/operation.h"
#include "providers/sdk/system.h"

namespace plumb {

enum class FetchEnd {
  kAll,      // everything has come
  kCut,      // what is left may come if it is asked for again
  kNotFrom,  // only the whole can be had, not what is left of it
  kFailed,
};

struct FetchProgram {
  std::string_view name;
  // `from`: so many bytes are there already. What is secret stands in stdin_text, which is to be given as a file.
  ProcessRequest (*call)(const Fetch& fetch, std::uint64_t from);
  FetchEnd (*judge)(const Fetch& fetch, int exit_code);
};

// The best one first.
std::span<const FetchProgram> fetch_programs();
// The one that the host has; null where it has none.
const FetchProgram* find_fetch_program(System& system);

// Why a program could not be told this; "" where it can.
std::string problem_of(const Fetch& fetch);

}  // namespace plumb
