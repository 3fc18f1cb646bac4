#include "engine/report/mode_words.h"

#include <array>
#include <optional>
#include <vector>

#include "engine/base/joined.h"

namespace plumb::report {
namespace {

constexpr unsigned kSetUser = 04000;
constexpr unsigned kSetGroup = 02000;
constexpr unsigned kSticky = 01000;
constexpr unsigned kOthersWrite = 00002;

std::optional<unsigned> bits_of(std::string_view mode) {
  if (mode.empty() || mode.size() > 5) return std::nullopt;
  unsigned bits = 0;
  for (const char c : mode) {
    if (c < '0' || c > '7') return std::nullopt;
    bits = bits * 8 + static_cast<unsigned>(c - '0');
  }
  return bits <= 07777 ? std::optional(bits) : std::nullopt;
}

std::string listed(const std::vector<std::string>& words, const char* last) {
  std::string list;
  for (std::size_t i = 0; i < words.size(); ++i) list += (i == 0 ? "" : i + 1 == words.size() ? last : ", ") + words[i];
  return list;
}

// Those three that have the same bits here are told of together: "group and others no longer read or write".
void add_clauses(unsigned bits, const char* verb, std::vector<std::string>& clauses) {
  constexpr std::array<const char*, 3> kWho = {"the owner", "the group", "others"};
  constexpr std::array<const char*, 3> kWhat = {"read", "write", "execute"};
  std::array<unsigned, 3> own{};
  for (std::size_t i = 0; i < own.size(); ++i) own[i] = (bits >> (6 - 3 * i)) & 7U;
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (own[i] == 0) continue;
    std::vector<std::string> who;
    for (std::size_t k = i; k < own.size(); ++k) {
      if (own[k] == own[i]) who.emplace_back(kWho[k]);
    }
    std::vector<std::string> what;
    for (std::size_t k = 0; k < kWhat.size(); ++k) {
      if ((own[i] >> (2 - k)) & 1U) what.emplace_back(kWhat[k]);
    }
    clauses.push_back(listed(who, " and ") + " " + verb + " " + listed(what, " or "));
    const unsigned told = own[i];
    for (unsigned& one : own) {
      if (one == told) one = 0;
    }
  }
}

void add_special(unsigned bits, bool now, std::vector<std::string>& clauses) {
  if (bits & kSetUser)
    clauses.emplace_back(now ? "it runs as its owner, whoever starts it" : "it no longer runs as its owner");
  if (bits & kSetGroup) {
    clauses.emplace_back(now ? "it runs as its group, or gives it to what is made in it"
                             : "it no longer runs as its group, nor gives it to what is made in it");
  }
  if (bits & kSticky)
    clauses.emplace_back(now ? "in it, all remove only their own" : "in it, who writes may remove what is of others");
}

}  // namespace

std::string mode_words(std::string_view before, std::string_view after) {
  const std::optional<unsigned> to = bits_of(after);
  if (!to) return {};
  std::vector<std::string> clauses;
  if (before.empty()) {
    if ((*to & kOthersWrite) != 0 && (*to & kSticky) == 0) clauses.emplace_back("everybody can write");
    add_special(*to & (kSetUser | kSetGroup), true, clauses);
  } else {
    const std::optional<unsigned> from = bits_of(before);
    if (!from) return {};
    add_clauses(*from & ~*to, "can no longer", clauses);
    add_clauses(*to & ~*from, "can", clauses);
    add_special(*to & ~*from, true, clauses);
    add_special(*from & ~*to, false, clauses);
  }
  return joined(clauses, "; ");
}

}  // namespace plumb::report
