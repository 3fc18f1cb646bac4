#include "engine/config/check_placement.h"

#include "engine/config/types.h"
#include "engine/config/untyped.h"

namespace plumb::config {

using cel::Type;
using Kind = cel::Type::Kind;

bool PlacementCheck::check_placement(const ParsedPlacement& written, Placement& placement, Names& names, Reads& reads) {
  bool good = check_new_names(written, names);
  good = check_loops(written, placement, names, reads) && good;
  if (written.when) {
    placement.when = Condition::compile(written.when, scope(names));
    good = placement.when && good;
  }
  if (placement.when) {
    const cel::Program& program = placement.when->program();
    placement.when_reads = reads_of(program.references(), program.calls_host(), names.own);
    placement.when->set_reads_sensitive(placement.when_reads.sensitive);
    for (const cel::Guard& guard : program.proves(true)) names.proved.push_back(guard);
  }
  if (written.id) {
    placement.id = check_text(written.id, "`id`", names, reads);
    good = placement.id && good;
  }
  good = check_texts(written.after, "`after`", names, reads, placement.after) && good;
  return check_texts(written.before, "`before`", names, reads, placement.before) && good;
}

ReadsButWhen PlacementCheck::finish(const Placement& placement, BlockIndex block, Reads& reads) const {
  const Reads* around = block ? &module_.blocks[*block].reads : nullptr;
  ReadsButWhen but_when;
  if (placement.when_reads.of(slots::kReadings) || (around != nullptr && around->of(slots::kReadings)))
    but_when = std::make_shared<const Reads>(reads);
  reads.add(placement.when_reads);
  if (around != nullptr) reads.add(*around);
  return but_when;
}

void PlacementCheck::check_block(std::size_t index) {
  if (known_in_[index]) return;
  Block& block = module_.blocks[index];
  const BlockIndex around = block.written.around;
  Names names = names_in(around);
  if (lacks_names(block.written.placement, around)) {
    block.broken = true;
    known_in_[index] = std::move(names);
    return;
  }
  bool good = check_placement(block.written.placement, block.placement, names, block.reads);
  if (block.written.env) {
    block.env = check_env(block.written.env, names, block.reads);
    good = good && block.env;
  }
  block.but_when = finish(block.placement, around, block.reads);
  block.broken = block.written.broken || !good || block.reads.broken || (around && module_.blocks[*around].broken);
  known_in_[index] = std::move(names);
}

bool PlacementCheck::lacks_names(const ParsedPlacement& written, BlockIndex block) const {
  if (written.lacks_names) return true;
  return block && lacks_names(module_.blocks[*block].written.placement, module_.blocks[*block].written.around);
}

Names PlacementCheck::names_in(BlockIndex block) {
  Names names{{}, names_.environment()};
  if (!block) return names;
  check_block(*block);
  const Known& known = *known_in_[*block];
  names.own = known.own;
  names.proved = known.proved;
  for (const auto& [name, type] : known.variables) names.add(name, type);
  return names;
}

bool PlacementCheck::is_good(BlockIndex block) const {
  return !block || !module_.blocks[*block].broken;
}

bool PlacementCheck::check_loops(const ParsedPlacement& written, Placement& placement, Names& names, Reads& reads) {
  bool good = true;
  for (const ParsedLoop& loop : written.loops) {
    Type key;
    Type element;
    if (auto over = Dynamic::compile(loop.over, scope(names))) {
      const Reads own = reads_of(*over, names.own);
      good = check_exact(over->node(), context_.diagnostics) && good;
      good = check_loop_type(loop, over->type(), key, element) && good;
      if (own.sensitive) {
        shown(loop.over->span, "the addresses of what it makes");
        good = false;
      }
      reads.add(own);
      for (std::size_t i = 0; i < loop.names.size(); ++i) names.own.push_back(own);
      placement.loops.push_back({loop.names, std::move(*over)});
    } else {
      good = false;
      names.own.resize(names.own.size() + loop.names.size());
    }
    if (loop.names.size() == 2) names.add(loop.names[0], key);
    names.add(loop.names.back(), element);
  }
  return good;
}

bool PlacementCheck::check_new_names(const ParsedPlacement& written, const Names& names) {
  bool good = true;
  for (const ParsedLoop& loop : written.loops) {
    for (const std::string& name : loop.names) {
      if (!names.has(name)) continue;
      report(Code::kDuplicateKey, "`" + name + "` names an element of a block around this already", loop.span,
             "choose another name");
      good = false;
    }
  }
  return good;
}

bool PlacementCheck::check_loop_type(const ParsedLoop& loop, const Type& type, Type& key, Type& element) {
  const Type text(Kind::kString);
  const auto entry = [&](const Type& value) {
    key = text;
    element = loop.names.size() == 2
                  ? value
                  : cel::make_record(loop.names.back(), {{"key", text, false}, {"value", value, false}});
    return true;
  };
  if (type.is_dyn()) return true;
  if (type.is(Kind::kList)) {
    key = Type(Kind::kInt);
    element = type.parameter(0);
    return true;
  }
  if (type.is(Kind::kMap)) return entry(type.parameter(1));
  if (type.is(Kind::kRecord)) return entry(Type());
  if (type.is(Kind::kNullable) || type.is(Kind::kNull)) {
    report(Code::kMayBeNull, "`for_each` needs a list or a map, and this may be null", loop.over->span,
           "this is " + words_for(type), "give it an empty list for none: ${x == null ? [] : x}");
  } else {
    std::string hint;
    if (type.is(Kind::kString)) {
      hint = loop.over->text.find("${") == std::string::npos ? "an expression stands in braces: ${…}"
                                                             : "split it: ${x.split(',')}, or a list of it: ${[x]}";
    }
    if (type.is(Kind::kInt)) hint = "so many numbers from 0 are ${lists.range(x)}";
    report(Code::kExpressionType, "`for_each` needs a list or a map", loop.over->span, "this is " + words_for(type),
           hint);
  }
  return false;
}
}  // namespace plumb::config
