#include "engine/import/settle.h"

#include <algorithm>
#include <set>

#include "engine/base/ascii.h"
#include "engine/base/memory_files.h"

namespace plumb::imports {
namespace {

constexpr int kMostRounds = 400;

std::string module_prefix(const std::string& role) {
  return "modules/" + role + "/";
}

class Settling {
 public:
  Settling(Units& units, const Hosts& inventory, Imported& result)
      : units_(units), inventory_(inventory), result_(result) {}

  std::map<std::string, std::string> files() const;
  std::set<std::string> named_groups(const std::map<std::string, std::string>& files) const;
  Diagnostics findings(const std::function<Diagnostics(const Folder&)>& check) const;
  // False where nothing of what was found has a place that could become a comment.
  bool break_found(const Diagnostics& found);
  // Tasks of a role that is left out as a whole stand in a module that nothing uses.
  void tell_unused();

 private:
  bool break_use(const Diagnostic& problem, const std::string& why);
  bool break_at(const SourceSpan& span, const std::string& why);

  Units& units_;
  const Hosts& inventory_;
  Imported& result_;
};

// The groups that plays are for, and those whose hosts something lists.
std::set<std::string> Settling::named_groups(const std::map<std::string, std::string>& files) const {
  std::set<std::string> groups;
  for (const std::string& pattern : units_.root->patterns()) add_groups(pattern, groups);
  for (const auto& [name, text] : files) {
    static constexpr std::string_view kLists = "hosts('";
    for (std::size_t at = text.find(kLists); at != std::string::npos; at = text.find(kLists, at + 1)) {
      const std::size_t from = at + kLists.size();
      add_groups(std::string_view(text).substr(from, text.find('\'', from) - from), groups);
    }
  }
  return groups;
}

std::map<std::string, std::string> Settling::files() const {
  std::map<std::string, std::string> all;
  for (const auto& [name, text] : units_.root->write()) all[name] = text;
  for (const auto& [role, unit] : units_.roles) {
    for (const auto& [name, text] : unit->write()) all[module_prefix(role) + name] = text;
  }
  Inputs inputs;
  for (const std::string& name : units_.root->input_names()) inputs[name] = units_.root->is_mixed(name);
  // Without it a project is about the machine that plumb runs on.
  if (inventory_.hosts > 0) {
    all["hosts.yaml"] = hosts_text(inventory_, inputs);
  } else if (const std::set<std::string> groups = named_groups(all); !groups.empty()) {
    all["hosts.yaml"] = example_text(groups);
  }
  const std::string everywhere = inputs_text(inventory_, inputs);
  if (!everywhere.empty()) all["inputs.yaml"] = everywhere;
  return all;
}

Diagnostics Settling::findings(const std::function<Diagnostics(const Folder&)>& check) const {
  MemoryFiles memory;
  for (const auto& [name, text] : result_.files) memory.add("/project/" + name, text);
  if (!result_.files.contains("hosts.yaml"))
    memory.add("/project/hosts.yaml", "plumb: v1\nhosts:\n  imported: {address: 192.0.2.1}\n");
  return check(Folder(memory, "/project"));
}

// Where a module is used several times, or in a loop, what it declares twice is the doing of a use: that one goes.
bool Settling::break_use(const Diagnostic& problem, const std::string& why) {
  if (problem.code != Code::kDuplicateAddress && problem.code != Code::kConflict) return false;
  // Two resources of one use, whichever use it is.
  if (problem.code == Code::kDuplicateAddress && problem.label == "the second one") return false;
  const auto role = std::find_if(units_.roles.begin(), units_.roles.end(), [&](const auto& one) {
    return problem.span->file.starts_with(module_prefix(one.first));
  });
  if (role == units_.roles.end()) return false;
  const std::vector<Item*> uses = units_.live_uses(role->first);
  const auto looped =
      std::find_if(uses.begin(), uses.end(), [](Item* use) { return use->find("for_each") != nullptr; });
  if (uses.empty() || (uses.size() < 2 && looped == uses.end())) return false;
  Item& last = looped != uses.end() ? **looped : *uses.back();
  last.broken = true;
  last.comment = why;
  if (last.row >= 0) {
    TaskOutcome& row = result_.report.tasks[static_cast<std::size_t>(last.row)];
    row.outcome = Outcome::kByHand;
    row.effort = 2;
    row.notes.push_back(why);
  } else {
    units_.root->tell_once("another use of the role `" + role->first + "` is by hand: " + why);
  }
  return true;
}

bool Settling::break_at(const SourceSpan& span, const std::string& why) {
  for (const auto& [role, unit] : units_.roles) {
    const std::string prefix = module_prefix(role);
    if (span.file.starts_with(prefix)) return unit->break_at(span.file.substr(prefix.size()), span.line, why);
  }
  return units_.root->break_at(span.file, span.line, why);
}

bool Settling::break_found(const Diagnostics& found) {
  bool any = false;
  std::set<std::string> twice;
  for (const Diagnostic& one : found.sorted()) {
    if (one.severity != Severity::kError) continue;
    // Of two that are declared in a module one goes, however many uses find them.
    if (one.code == Code::kDuplicateAddress && one.span &&
        !twice.insert(one.span->file + one.summary.substr(std::min(one.summary.find('/'), one.summary.size()))).second)
      continue;
    std::string why = one.summary + (one.label.empty() ? "" : " (" + one.label + ")");
    std::replace(why.begin(), why.end(), '\n', ' ');
    bool here = one.span && (break_use(one, why) || break_at(*one.span, why));
    for (const Related& related : one.related) {
      if (!here) here = break_at(related.span, why);
    }
    any = any || here;
  }
  return any;
}

void Settling::tell_unused() {
  for (const RoleUse& use : units_.uses) {
    if (!units_.live_uses(use.role).empty()) continue;
    const auto known = units_.paths.find(use.role);
    const std::string path = known == units_.paths.end() ? "" : known->second;
    for (TaskOutcome& row : result_.report.tasks) {
      const bool own = path.empty() || path == "." || row.file.starts_with(path + "/");
      if (!own || row.outcome == Outcome::kByHand) continue;
      row.outcome = Outcome::kByHand;
      row.notes.emplace_back("nothing uses its module");
    }
  }
}

}  // namespace

void settle(Units& units, const Hosts& inventory, const std::function<Diagnostics(const Folder&)>& check,
            Imported& result) {
  Settling settling(units, inventory, result);
  result.files = settling.files();
  for (int round = 0; check && round < kMostRounds; ++round) {
    const Diagnostics found = settling.findings(check);
    result.left = found.has_errors() ? found : Diagnostics{};
    if (!found.has_errors() || !settling.break_found(found)) break;
    result.files = settling.files();
  }
  settling.tell_unused();
}

}  // namespace plumb::imports
