#include "testdata/meet/undo_judge.h"

#include <algorithm>
#include <array>

#include "testdata/meet/findings.h"
#include "testdata/meet/unplanned.h"

namespace plumb::meet {
namespace {

// The lines of one of these files, without its mode and owner.
std::vector<std::string> lines_in(const Picture& picture, const char* path) {
  std::vector<std::string> lines;
  const auto found = picture.find(path);
  if (found == picture.end()) return lines;
  std::string line;
  for (const char c : found->second.substr(std::min(found->second.find('\n'), found->second.size()))) {
    if (c != '\n') {
      line += c;
    } else {
      if (line.find(':') != std::string::npos) lines.push_back(line);
      line.clear();
    }
  }
  return lines;
}

// Whether the files of accounts are about the same accounts: what a start has of nobody, any change takes away, and of
// two with one number one cannot be asked for.
bool agrees(const Picture& picture) {
  std::set<std::string> accounts;
  std::set<std::string> numbers;
  for (const std::string& line : lines_in(picture, "/etc/passwd")) {
    accounts.insert(line.substr(0, line.find(':')));
    const std::size_t number = line.find(':', line.find(':') + 1) + 1;
    if (!numbers.insert(line.substr(number, line.find(':', number) - number)).second) return false;
  }
  for (const std::string& line : lines_in(picture, "/etc/group")) {
    const std::string members = line.substr(line.rfind(':') + 1);
    if (!members.empty() && !accounts.contains(members)) return false;
  }
  return true;
}

// What undo says of a run, and not of the host.
bool is_about_the_run(const std::string& text) {
  constexpr std::array kReasons = {"it was changed since", "the plan of that run", "is not in the history",
                                   "known only when its turn came", "it failed in that run"};
  return std::any_of(kReasons.begin(), kReasons.end(),
                     [&](const char* reason) { return text.find(reason) != std::string::npos; });
}

// What is left in any case: the lock on the accounts, the folder of a key, lists of packages, and copies that were
// asked for.
Picture without_leftovers(const Picture& before, const Picture& after) {
  Picture without;
  for (const auto& [path, seen] : after) {
    const bool is_new = !before.contains(path);
    const bool leftover = path == "/etc/.pwd.lock" || (seen.starts_with("04") && path.ends_with("/.ssh")) ||
                          path.starts_with("/var/lib/apt/lists/") || path.find(".plumb-") != std::string::npos;
    if (!is_new || !leftover) without.emplace(path, seen);
  }
  return without;
}

// Addresses that are left as they are, as it was told.
std::set<std::string> refused_in(const Diagnostics& found) {
  std::set<std::string> refused;
  for (const Diagnostic& one : found.items()) {
    if (one.code != Code::kCannotUndo) continue;
    const std::size_t begin = one.summary.find('`') + 1;
    refused.insert(one.summary.substr(begin, one.summary.find("` is left", begin) - begin));
  }
  return refused;
}

// A host may be in a state that nobody could ask for; that is told when it is to come back. What is said of the run
// itself has to be as its plan says.
bool breaks_a_promise(const std::set<std::string>& promised, const Diagnostics& found) {
  return std::any_of(found.items().begin(), found.items().end(), [&](const Diagnostic& one) {
    const auto named = [&](const std::string& address) { return one.summary.starts_with("`" + address + "` "); };
    return one.code == Code::kCannotUndo && is_about_the_run(one.summary) &&
           std::any_of(promised.begin(), promised.end(), named);
  });
}

// What programs and packages leave is told by nobody.
bool leaves_what_nobody_tells(const FirstApply& first, const std::set<std::string>& kinds) {
  constexpr std::array kKinds = {"command", "pip", "package", "upgrade", "firewall"};
  return first.has_opaque || std::any_of(kinds.begin(), kinds.end(), [&](const std::string& kind) {
           return std::find(kKinds.begin(), kKinds.end(), kind) != kKinds.end();
         });
}

// What differs and has nothing to do with these addresses.
std::string beside(const std::set<std::string>& addresses, const FirstApply& first, const Picture& was,
                   const Picture& is, const Image& image) {
  Json actions = Json::array();
  std::set<std::string> kinds;
  for (const std::string& address : addresses) {
    kinds.insert(address.substr(0, address.find(':')));
    if (const auto found = first.actions.find(address); found != first.actions.end()) actions.push_back(found->second);
  }
  return unplanned(was, is, named_paths(actions.dump(), image.folder().string()), kinds);
}

std::string left_behind(const FirstApply& first, const std::set<std::string>& refused, const Image& image) {
  Picture was = lasting(first.before);
  Picture is = without_leftovers(first.before, lasting(image.picture()));
  // That lists of packages were read long ago is not so any more.
  was.erase("/var/lib/apt/old");
  is.erase("/var/lib/apt/old");
  if (!agrees(was)) {
    was.erase("/etc/group");
    is.erase("/etc/group");
  }
  return refused.empty() ? differences(was, is) : beside(refused, first, was, is, image);
}

}  // namespace

Verdict judge_undo(const FirstApply& first, const Undo& undo, const Image& image) {
  const std::set<std::string> refused = refused_in(undo.found);
  if (breaks_a_promise(first.promised, undo.found)) return {End::kBroken, "undo was promised", undo.said};
  for (const std::string& address : first.for_good) {
    if (!refused.contains(address)) return {End::kBroken, "undo is silent", address + "\n" + undo.said};
  }
  const bool alone = !leaves_what_nobody_tells(first, undo.kinds);
  if (undo.result.outcome != RunOutcome::kOk || undo.found.has_errors()) {
    const bool of_accounts = codes_of(undo.found) == " PL1304" && !agrees(lasting(first.before));
    const bool broken = alone && refused.empty() && !of_accounts;
    return {broken ? End::kBroken : End::kExcused, "undo" + codes_of(undo.found), undo.said};
  }
  if (!alone) return {End::kHeld, "held", "", true};
  const std::string other = left_behind(first, refused, image);
  if (!other.empty()) return {End::kBroken, "undo leaves something", undo.said + other};
  return {End::kHeld, "held", "", true, {}, refused.empty()};
}

}  // namespace plumb::meet
