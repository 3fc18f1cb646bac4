#include "engine/ir/patterns.h"

#include <algorithm>
#include <optional>
#include <set>

#include "engine/base/glob.h"
#include "engine/base/nearest.h"
#include "engine/config/resource.h"
#include "engine/ir/moves.h"

namespace plumb::ir {
namespace {

using config::Declaration;
using config::ModuleCall;
using config::ParsedCall;
using config::ParsedDeclaration;

class PatternChecker {
 public:
  explicit PatternChecker(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  void run(const config::Module& root) {
    gather(root, "");
    candidates_.assign(addresses_.begin(), addresses_.end());
    check(root, "");
    check_moves();
  }

  void ask(const config::Module& root, const std::string& pattern) {
    gather(root, "");
    candidates_.assign(addresses_.begin(), addresses_.end());
    check(pattern, std::nullopt);
  }

 private:
  struct Moved {
    const config::ParsedMove* written;
    std::string from, to;  // as the whole project names them
  };

  static bool has_fixed_name(const config::Module& module, const ParsedCall& call) {
    return call.placement.loops.empty() && !module.repeats(call.block) &&
           (!call.placement.id || !config::may_be_dynamic(*call.placement.id));
  }

  void gather(const config::Module& module, const std::string& path) {
    for (const auto& entry : module.body) {
      if (const auto* used = std::get_if<ModuleCall>(&entry)) {
        const ParsedCall& call = *used->written;
        if (!has_fixed_name(module, call) || call.module == nullptr) {
          open_modules_ = true;
        } else {
          gather(*call.module, config::below(path, call.name));
        }
      } else {
        gather(*std::get<Declaration>(entry).written, path);
      }
    }
  }

  void gather(const ParsedDeclaration& declaration, const std::string& path) {
    const auto& id = declaration.placement.id;
    const Json& schema = declaration.spec->schema.json();
    const std::string own = schema.at("x-identity").get<std::string>();
    const auto literal = declaration.literals.find(own);
    if (id && !config::may_be_dynamic(*id)) {
      addresses_.insert(Address{path, declaration.kind, id->text}.str());
    } else if (!id && literal != declaration.literals.end()) {
      const Json& value = literal->second.value;
      std::string identity = value.is_string() ? value.get<std::string>() : canonical(value);
      if (schema.contains("x-key") && !add_key(schema["x-key"], declaration, identity)) {
        open_kinds_.insert(declaration.kind);
        return;
      }
      addresses_.insert(Address{path, declaration.kind, std::move(identity)}.str());
    } else {
      open_kinds_.insert(declaration.kind);
    }
  }

  // False where what tells it from others of its identity is not known yet.
  static bool add_key(const Json& keys, const ParsedDeclaration& declaration, std::string& identity) {
    for (const Json& key : keys) {
      const auto name = key.get<std::string>();
      if (declaration.expressions.contains(name)) return false;
      const auto literal = declaration.literals.find(name);
      if (literal == declaration.literals.end() || !literal->second.value.is_string()) continue;
      identity += "#" + config::address_key(literal->second.value.get<std::string>());
      break;
    }
    return true;
  }

  void check(const config::Module& module, const std::string& path) {
    for (const config::ParsedMove& move : module.moves)
      moves_.push_back({&move, config::below(path, move.from.text), config::below(path, move.to.text)});
    for (const config::Block& block : module.blocks) check(block.written.placement, path);
    for (const auto& [name, reading] : module.readings) {
      for (const std::string& one : reading.written.after) {
        // A glob may be about what is there in one configuration and not in another.
        if (!is_glob(one)) check(config::below(path, one), reading.written.value.span);
      }
    }
    for (const auto& entry : module.body) {
      check(std::visit(
                [](const auto& one) -> const auto& { return one.written->placement; }, entry),
            path);
      if (const auto* checked = std::get_if<Declaration>(&entry)) {
        const ParsedDeclaration& declaration = *checked->written;
        for (const Trigger& trigger : declaration.spec->triggers) {
          const auto found = declaration.literals.find(trigger.attribute);
          if (found == declaration.literals.end() || !found->second.value.is_array()) continue;
          const std::vector<SourceSpan> spans = spans_of_items(declaration, trigger.attribute);
          for (std::size_t i = 0; i < found->second.value.size(); ++i) {
            check(config::below(path, found->second.value[i].get<std::string>()),
                  i < spans.size() ? spans[i] : found->second.span);
          }
        }
      } else if (const ParsedCall& call = *std::get<ModuleCall>(entry).written;
                 has_fixed_name(module, call) && call.module != nullptr) {
        check(*call.module, config::below(path, call.name));
      }
    }
  }

  static std::vector<SourceSpan> spans_of_items(const ParsedDeclaration& declaration, const std::string& attribute) {
    std::vector<SourceSpan> spans;
    const lang::Entry* written = declaration.own.find(attribute);
    if (written == nullptr || !written->value.is_sequence()) return spans;
    for (const lang::Node& item : written->value.items) spans.push_back(item.span);
    return spans;
  }

  void check(const config::ParsedPlacement& placement, const std::string& path) {
    for (const auto* list : {&placement.after, &placement.before}) {
      for (const config::WrittenValue& one : *list) {
        if (!config::may_be_dynamic(*one)) check(config::below(path, one->text), one->span);
      }
    }
  }

  // What is named as new is declared, by the name that later moves give it; what is named as old is not, or there would
  // be two of it.
  void check_moves() {
    for (std::size_t i = 0; i < moves_.size(); ++i) {
      std::string now = moves_[i].to;
      for (std::size_t later = i + 1; later < moves_.size(); ++later)
        now = moved_by(moves_[later].from, moves_[later].to, now);
      check_move(moves_[i], now);
    }
  }

  void check_move(const Moved& moved, const std::string& now) {
    const auto& [written, from, to] = moved;
    const config::ParsedMove& move = *written;
    const bool module = now.ends_with('/');
    const auto declared = [&](const std::string& one) {
      if (!module) return addresses_.contains(one);
      const auto first = addresses_.lower_bound(one);
      return first != addresses_.end() && first->starts_with(one);
    };
    if (declared(from)) {
      diagnostics_.add(
          Diagnostic(Code::kBadMove, "`" + from + "` is said to be `" + to + "` now, and is declared still")
              .at(move.from.span, "still declared")
              .with_hint("remove what is declared by the old name, or the move"));
    } else if (!declared(now) && !may_be_open(now, module)) {
      diagnostics_.add(
          Diagnostic(Code::kBadMove, "`" + to + "`, which `" + from + "` is said to be now, is not declared")
              .at(move.to.span, "nothing has this name")
              .with_hint("name what it is now; what is there no more needs no move"));
    }
  }

  bool may_be_open(const std::string& pattern, bool glob) const {
    if (open_modules_) return true;
    if (glob) return !open_kinds_.empty();
    const Result<Address> address = Address::parse(pattern);
    return address && open_kinds_.contains(address->kind);
  }

  // One that is asked with has no place.
  void check(const std::string& pattern, const std::optional<SourceSpan>& span) {
    const bool known =
        addresses_.contains(pattern) || std::any_of(candidates_.begin(), candidates_.end(),
                                                    [&](const auto& text) { return address_matches(pattern, text); });
    const bool glob = is_glob(pattern);
    if (known || may_be_open(pattern, glob)) return;
    Diagnostic problem(Code::kUnknownAddress, "`" + pattern + "` matches no resource of the project");
    problem.span = span;
    const std::string near = nearest(pattern, candidates_);
    if (!near.empty() && span) problem.label = "did you mean `" + near + "`?";
    problem.hint = !near.empty() && !span ? "did you mean `" + near + "`? " : "";
    problem.hint += "an address is written kind:identity";
    const auto whole =
        std::find_if(addresses_.begin(), addresses_.end(), [](const std::string& one) { return !one.ends_with(':'); });
    if (whole != addresses_.end()) problem.hint += ", for example " + *whole;
    if (glob && span) problem.severity = Severity::kWarning;
    diagnostics_.add(std::move(problem));
  }

  Diagnostics& diagnostics_;
  std::set<std::string> addresses_;
  std::vector<std::string> candidates_;
  std::set<std::string> open_kinds_;
  std::vector<Moved> moves_;  // in their order
  bool open_modules_ = false;
};

}  // namespace

void check_selector(const config::Project& project, const std::string& pattern, Diagnostics& diagnostics) {
  PatternChecker(diagnostics).ask(project.root, pattern);
}

void check_patterns(const config::Project& project, Diagnostics& diagnostics) {
  PatternChecker(diagnostics).run(project.root);
}

}  // namespace plumb::ir
