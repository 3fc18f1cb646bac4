// What stands in a module, in declared order: resources, blocks around them, loops.
#include <algorithm>
#include <iterator>

#include "engine/ir/instance.h"
#include "engine/lang/cel/convert.h"

namespace plumb::ir {

using cel::Value;
namespace slots = config::slots;

namespace {

// What for_each, all loops of one resource or module together, may make.
constexpr std::size_t kMostRepeats = 10'000;

std::string key_text(const Value& key) {
  std::string text;
  (void)cel::append_text(text, key);
  return text;
}

}  // namespace

config::BlockIndex Expander::Instance::block_of(std::size_t index) const {
  return std::visit([](const auto& one) { return one.written->block; }, module_.body[index]);
}

config::BlockIndex Expander::Instance::block_inside(config::BlockIndex outer, std::size_t index) const {
  config::BlockIndex inner;
  for (config::BlockIndex block = block_of(index); block != outer; block = module_.blocks[*block].written.around)
    inner = block;
  return inner;
}

void Expander::Instance::give(std::size_t first, std::size_t last, config::BlockIndex block, const std::string& key,
                              Resources& resources) {
  const std::size_t begin = resources.size();
  for (std::size_t i = first; i < last;) {
    const config::BlockIndex inner = block_inside(block, i);
    if (!inner) {
      give_one(i++, key, resources);
      continue;
    }
    std::size_t end = i + 1;
    while (end < last && block_inside(block, end) == inner) ++end;
    const bool rescues = module_.blocks[*inner].written.rescues;
    enter(*inner, key, [&](const std::string& own) {
      const std::size_t behind = resources.size();
      give(i, end, inner, own, resources);
      if (rescues) answer_for(begin, behind, resources);
    });
    i = end;
  }
}

void Expander::Instance::answer_for(std::size_t begin, std::size_t behind, Resources& resources) {
  std::vector<std::string> addresses;
  for (std::size_t i = begin; i < behind; ++i) {
    if (resources[i].resource->rescues.empty()) addresses.push_back(resources[i].resource->address.str());
  }
  if (addresses.empty()) resources.resize(behind);
  for (std::size_t i = behind; i < resources.size(); ++i) {
    // One that is there for a block within is not there for this one.
    if (!resources[i].resource->rescues.empty()) continue;
    auto rescue = std::make_shared<config::Resource>(*resources[i].resource);
    rescue->rescues = addresses;
    resources[i].resource = std::move(rescue);
    resources[i].constant = false;
  }
}

void Expander::Instance::give_one(std::size_t index, const std::string& key, Resources& resources) {
  if (const auto* declaration = std::get_if<config::Declaration>(&module_.body[index])) {
    declare(*declaration, key, resources);
  } else if (const auto used = used_.find({index, key}); used != used_.end()) {
    std::move(used->second.begin(), used->second.end(), std::back_inserter(resources));
  }
}

void Expander::Instance::enter(std::size_t index, const std::string& key, const Visit& visit) {
  const config::Block& block = module_.blocks[index];
  if (block.broken || !applies(block.written.placement) || !known(block.reads)) return;
  bool any = false;
  repeat(block.placement, 0, key, [&](const std::string& own) {
    any = true;
    const config::Surroundings outside = around_;
    config::WrittenManner manner = block.written.manner;
    manner.inherit(around_.manner);
    around_.manner = manner;
    const Turns turns = turns_;
    if (leaves_open()) turns_.readings.merge(readings_here(block.reads, block.but_when));
    if (!block.env || config::overlay_env(*block.env, evaluation(), around_.env)) visit(own);
    around_ = outside;
    turns_ = turns;
  });
  note_open(block.placement, block.reads, block.but_when, any);
}

void Expander::Instance::enter_all(std::span<const std::size_t> blocks, const std::string& key, const Visit& visit) {
  if (blocks.empty()) return visit(key);
  enter(blocks.front(), key, [&](const std::string& own) { enter_all(blocks.subspan(1), own, visit); });
}

void Expander::Instance::declare(const config::Declaration& declaration, const std::string& around,
                                 Resources& resources) {
  if (declaration.broken || !applies(declaration.written->placement) || !known(declaration.reads)) return;
  const std::string doer = doer_of(*declaration.written);
  const auto give = [&](config::Resolved resolved) {
    if (doer.empty()) {
      resources.push_back(std::move(resolved));
    } else {
      expander_.elsewhere_.push_back({resolved.resource->address.str(), doer});
    }
  };
  const bool constant =
      config::is_constant(declaration) && around_.env.empty() && readings_around_.empty() && !leaves_open();
  if (constant) {
    if (const auto found = expander_.constant_.find({&declaration, path_, ""}); found != expander_.constant_.end()) {
      if (found->second != nullptr) give({found->second, {}, true});
      return;
    }
  }
  bool any = false;
  const auto once = [&](const std::string& key) {
    any = true;
    const Place place(&declaration, path_, key);
    config::LastResource none;
    config::Resolved resolved =
        config::resolve(declaration, {path_, folder_, around_, readings_here(declaration.reads, declaration.but_when)},
                        evaluation(), expander_.known_, leaves_open() ? none : expander_.last_[place]);
    if (constant) expander_.constant_.emplace(place, resolved.resource);
    if (resolved.resource == nullptr) return;
    if (!leaves_open() || put_in_turn(resolved, !declaration.written->placement.once)) give(std::move(resolved));
  };
  repeat(declaration.placement, 0, around, std::ref(once));
  note_open(declaration.placement, declaration.reads, declaration.but_when, any);
}

void Expander::Instance::repeat(const config::Placement& placement, std::size_t depth, const std::string& key,
                                const std::function<void(const std::string&)>& visit) {
  if (depth == placement.loops.size()) {
    if (leaves_open()) return visit_where_it_holds(placement, [&] { visit(key); });
    if (holds(placement)) visit(key);
    return;
  }
  const config::Loop& loop = placement.loops[depth];
  auto over = loop.over.evaluate(evaluation());
  if (!over) return;
  ++nested_;
  const std::size_t first = slots_.size();
  slots_.resize(first + loop.names.size());
  const auto each = [&](const Value& element_key, const Value& element, const Value& alone, const std::string& text) {
    if (++repeats_ > kMostRepeats) return;
    if (loop.names.size() == 2) slots_[first] = element_key;
    slots_[first + loop.names.size() - 1] = loop.names.size() == 2 ? element : alone;
    repeat(placement, depth + 1, key.empty() ? text : key + "," + text, visit);
  };
  if (over->is(cel::Kind::kList)) {
    const auto items = over->as_list();
    for (std::size_t i = 0; i < items.size(); ++i) {
      const Value index = Value::integer(static_cast<std::int64_t>(i));
      each(index, items[i], items[i], items[i].is_text() ? std::string(items[i].as_text()) : std::to_string(i));
    }
  } else if (over->is(cel::Kind::kMap)) {
    for (const cel::MapEntry& entry : over->as_map()) {
      std::vector<std::pair<std::string, Value>> pair = {{"key", entry.key}, {"value", entry.value}};
      each(entry.key, entry.value, Value::record(std::move(pair)), key_text(entry.key));
    }
  } else {
    diagnostics_.add(Diagnostic(Code::kExpressionType, "`for_each` needs a list or a map")
                         .at(loop.over.span(), "on this host it is " + std::string(cel::type_name(over->kind())))
                         .on(host_.name));
  }
  slots_.resize(first);
  if (--nested_ == 0) {
    if (repeats_ > kMostRepeats) {
      diagnostics_.add(Diagnostic(Code::kCostLimit, "`for_each` makes too much")
                           .at(loop.over.span(), "more than 10,000 repeats")
                           .on(host_.name));
    }
    repeats_ = 0;
  }
}

}  // namespace plumb::ir
