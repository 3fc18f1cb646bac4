// The private interface of the firewall kind's back ends. Each is a folder here, found by the build; it defines
// `const BackEnd& back_end()` in the namespace of its own name.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "providers/firewall/line.h"
#include "providers/firewall/rule.h"
#include "providers/sdk/managers.h"
#include "providers/sdk/provider.h"

namespace plumb {
struct Survey;
struct SurveyedHost;
}  // namespace plumb

namespace plumb::providers::firewall {

class BackEnd : public FirewallManager {
 public:
  // Its program, and where the package of the back end's name puts it.
  virtual std::string_view program() const = 0;
  virtual std::string_view program_path() const = 0;
  // Whether this host's rules are its, by what starts with the host.
  virtual Result<bool> is_in_use(System& system) const = 0;
  // Whether it is looked for where no other one is there: others bring its program along.
  virtual bool is_last_resort() const { return false; }

  // Of resources whose rules can be said in its words, and of what becomes of the rest: as diff() reads it. One result
  // each, in the order asked for.
  virtual std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const = 0;
  virtual Change diff(const Desired& desired, const Observed& observed) const = 0;
  // In its words; kBadValue where it has none for this.
  virtual Result<std::vector<std::string>> texts(const Rule& rule) const = 0;
  // Of the policy: settings that it does not have, with what to say instead. "" for none.
  virtual std::string refuses(const Desired& policy) const = 0;

  // See Adoption, where it tells its rules from those that came.
  virtual void survey(const SurveyedHost& /*host*/, Survey& /*found*/) const {}

  // As Provider has them.
  virtual std::vector<std::string> manages_paths(const Desired& desired) const = 0;
  virtual std::vector<std::string> edits_paths(const Desired& desired) const = 0;
  virtual std::vector<ImpliedPath> implies_paths(const Desired& desired) const = 0;
  virtual std::optional<Desired> restore(const Desired& desired, const Observed& before) const = 0;
};

// In the order of their names. Made by the build.
std::span<const BackEnd* const> back_ends();
const BackEnd* find_back_end(std::string_view name);

// The one that a resource names, that the project's packages bring, or that the host has; kRefusedByState where it has
// several.
Result<const BackEnd*> choose_back_end(const Desired& desired, System& system);
// What is known of that without a host: those that it may be.
std::vector<const BackEnd*> possible_back_ends(const Desired& desired);
// `brought` and `leaving`: names of back ends whose packages come or go with the project.
void note_packages(Desired& desired, std::span<const Desired> host);

// "kind of change": what differs of one attribute, noted in `change`. True where it does.
bool note_difference(const Observed& observed, const std::string& attribute, const Json& wanted, Change& change);

// The file's text; "" where there is none.
Result<std::string> text_at(const std::string& path, System& system);

// What the settings of a policy are called.
inline constexpr std::array<const char*, 5> kSettings = {"incoming", "outgoing", "forwarded", "logging", "enabled"};

}  // namespace plumb::providers::firewall
