#include "engine/base/pattern_program.h"

#include <algorithm>

#include "engine/base/pattern_parser.h"

namespace plumb {
namespace {

using Node = PatternNode;
using NodePtr = std::unique_ptr<PatternNode>;

constexpr std::size_t kMostSteps = 20'000;

class Emitter {
 public:
  explicit Emitter(PatternProgram& into) : into_(into) {}

  // False where it becomes too long.
  bool emit(const Node& node) {
    if (into_.steps.size() > kMostSteps) return false;
    switch (node.kind) {
      case Node::Kind::kEmpty:
        return true;
      case Node::Kind::kClass:
        step({Pattern::Step::kCharacter, add(node.ranges), 0, 0});
        return true;
      case Node::Kind::kAssert:
        step({Pattern::Step::kAssert, 0, 0, node.places});
        return true;
      case Node::Kind::kSequence:
        return std::all_of(node.parts.begin(), node.parts.end(), [&](const NodePtr& part) { return emit(*part); });
      case Node::Kind::kChoice:
        return choose(node);
      case Node::Kind::kRepeat:
        return repeat(node);
      case Node::Kind::kGroup:
        step({Pattern::Step::kSave, static_cast<std::uint32_t>(node.group * 2), 0, 0});
        if (!emit(*node.parts.front())) return false;
        step({Pattern::Step::kSave, static_cast<std::uint32_t>(node.group * 2 + 1), 0, 0});
        return true;
    }
    return true;
  }

 private:
  std::uint32_t here() const { return static_cast<std::uint32_t>(into_.steps.size()); }
  std::uint32_t step(Pattern::Instruction one) {
    into_.steps.push_back(one);
    return here() - 1;
  }

  std::uint32_t add(const Pattern::Ranges& ranges) {
    Pattern::CharacterClass one;
    for (const auto& [low, high] : ranges) {
      for (std::uint32_t c = low; c <= high && c < 128; ++c) one.ascii.set(c);
      if (high >= 128) one.others.emplace_back(std::max<std::uint32_t>(low, 128), high);
    }
    into_.classes.push_back(std::move(one));
    return static_cast<std::uint32_t>(into_.classes.size() - 1);
  }

  bool choose(const Node& node) {
    std::vector<std::uint32_t> ends;
    for (std::size_t i = 0; i < node.parts.size(); ++i) {
      const bool last = i + 1 == node.parts.size();
      const std::uint32_t split = last ? 0 : step({Pattern::Step::kSplit, here() + 1, 0, 0});
      if (!emit(*node.parts[i])) return false;
      if (last) break;
      ends.push_back(step({Pattern::Step::kJump, 0, 0, 0}));
      into_.steps[split].other = here();
    }
    for (const std::uint32_t end : ends) into_.steps[end].to = here();
    return true;
  }

  static bool may_be_empty(const Node& node) {
    switch (node.kind) {
      case Node::Kind::kClass:
        return false;
      case Node::Kind::kRepeat:
        return node.least == 0 || may_be_empty(*node.parts.front());
      case Node::Kind::kChoice:
        return std::any_of(node.parts.begin(), node.parts.end(),
                           [](const NodePtr& part) { return may_be_empty(*part); });
      default:
        return std::all_of(node.parts.begin(), node.parts.end(),
                           [](const NodePtr& part) { return may_be_empty(*part); });
    }
  }

  // A split whose first way, or where it is lazy whose second, is what follows it.
  std::uint32_t split(bool greedy) {
    const std::uint32_t at = step({Pattern::Step::kSplit, 0, 0, 0});
    way_in(at, greedy) = here();
    return at;
  }
  std::uint32_t& way_in(std::uint32_t at, bool greedy) { return greedy ? into_.steps[at].to : into_.steps[at].other; }
  std::uint32_t& way_out(std::uint32_t at, bool greedy) { return greedy ? into_.steps[at].other : into_.steps[at].to; }

  bool at_least_once(const Node& part, bool greedy) {
    const std::uint32_t begin = here();
    if (!emit(part)) return false;
    const std::uint32_t at = step({Pattern::Step::kSplit, 0, 0, 0});
    way_in(at, greedy) = begin;
    way_out(at, greedy) = here();
    return true;
  }

  bool repeat(const Node& node) {
    const Node& part = *node.parts.front();
    const bool greedy = node.greedy;
    if (node.most < 0) {
      for (int i = 1; i < node.least; ++i) {
        if (!emit(part)) return false;
      }
      if (node.least > 0) return at_least_once(part, greedy);
      const std::uint32_t skip = split(greedy);
      // Where the part may be empty, one split would mix up which way is tried first.
      if (may_be_empty(part)) {
        if (!at_least_once(part, greedy)) return false;
      } else {
        if (!emit(part)) return false;
        step({Pattern::Step::kJump, skip, 0, 0});
      }
      way_out(skip, greedy) = here();
      return true;
    }
    for (int i = 0; i < node.least; ++i) {
      if (!emit(part)) return false;
    }
    std::vector<std::uint32_t> skips;
    for (int i = node.least; i < node.most; ++i) {
      skips.push_back(split(greedy));
      if (!emit(part)) return false;
    }
    for (const std::uint32_t skip : skips) way_out(skip, greedy) = here();
    return true;
  }

  PatternProgram& into_;
};

}  // namespace

Result<PatternProgram> compile_pattern(std::string_view text) {
  PLUMB_TRY_ASSIGN(const ParsedPattern parsed, parse_pattern(text));
  PatternProgram program;
  program.groups = parsed.groups;
  if (!Emitter(program).emit(*parsed.tree)) return fail(Code::kBadValue, "the pattern is too large");
  program.steps.push_back({Pattern::Step::kMatch, 0, 0, 0});
  return program;
}

}  // namespace plumb
