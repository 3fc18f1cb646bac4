#include "engine/config/order_values.h"

#include <algorithm>

namespace plumb::config {
namespace {

// A value, or a use of a module.
struct Item {
  std::string name;  // "values.a", "modules.b"
  SourceSpan span;
  const NamedValue* value = nullptr;
  const ModuleCall* call = nullptr;
  std::size_t index = 0;  // of the call in the body
  std::vector<std::pair<std::size_t, SourceSpan>> needs;
  int level = -1;
  bool open = false;
  bool left_out = false;  // as part of a circle, or needing one
};

class Orderer {
 public:
  Orderer(const Module& module, const cel::Environment& environment, const CheckContext& context)
      : module_(module), environment_(environment), context_(context) {}

  std::vector<Module::Step> run() {
    for (const auto& [name, value] : module_.values)
      items_.push_back({"values." + name, value.written.span, &value, nullptr, 0, {}});
    for (std::size_t i = 0; i < module_.body.size(); ++i) {
      if (const auto* call = std::get_if<ModuleCall>(&module_.body[i]))
        items_.push_back({"modules." + call->written->name, call->written->span, nullptr, call, i, {}});
    }
    for (std::size_t i = 0; i < items_.size(); ++i) places_.emplace(items_[i].name, i);
    for (Item& item : items_) find_needs(item);
    std::vector<Module::Step> steps;
    for (std::size_t i = 0; i < items_.size(); ++i) {
      std::vector<std::size_t> path;
      const int level = measure(i, path);
      if (level < 0) continue;
      if (steps.size() <= static_cast<std::size_t>(level)) steps.resize(static_cast<std::size_t>(level) + 1);
      Module::Step& step = steps[static_cast<std::size_t>(level)];
      if (items_[i].value != nullptr) step.values.push_back(items_[i].name.substr(std::string("values.").size()));
      if (items_[i].call != nullptr) step.calls.push_back(items_[i].index);
    }
    return steps;
  }

 private:
  // Faults are told when the expressions are compiled with types; here names are enough.
  void find_needs(Item& item) {
    if (item.value != nullptr) {
      take_needs(item, item.value->written.value, environment_, {});
      return;
    }
    cel::Environment names = environment_;
    std::vector<cel::Guard> proved;
    for (const std::size_t block : module_.chain_of(item.call->written->block)) {
      const ParsedBlock& written = module_.blocks[block].written;
      find_needs_of_placement(item, written.placement, names, proved);
      if (written.env) take_needs(item, written.env, names, proved);
    }
    const ParsedPlacement& placement = item.call->written->placement;
    find_needs_of_placement(item, placement, names, proved);
    if (placement.id) take_needs(item, placement.id, names, proved);
    for (const auto* list : {&placement.after, &placement.before}) {
      for (const WrittenValue& address : *list) take_needs(item, address, names, proved);
    }
    const auto& given = item.call->written->with;
    if (item.call->with.size() == given.size()) return;  // texts alone
    for (const auto& [key, one] : given) take_needs(item, one.value, names, proved);
  }

  void find_needs_of_placement(Item& item, const ParsedPlacement& placement, cel::Environment& names,
                               std::vector<cel::Guard>& proved) {
    for (const ParsedLoop& loop : placement.loops) {
      take_needs(item, loop.over, names, proved);
      for (const std::string& name : loop.names) names.add_variable(name, cel::Type());
    }
    if (!placement.when) return;
    Diagnostics untold;
    if (const auto when = Condition::compile(placement.when, {names, context_.sources, untold, proved})) {
      add_needs(item, when->program().references(), when->span());
      for (const cel::Guard& guard : when->program().proves(true)) proved.push_back(guard);
    }
  }

  void take_needs(Item& item, const WrittenValue& written, const cel::Environment& names,
                  const std::vector<cel::Guard>& proved) {
    if (!may_be_dynamic(*written)) return;
    Diagnostics untold;
    if (const auto value = Dynamic::compile(written, {names, context_.sources, untold, proved}))
      add_needs(item, value->references(), value->span());
  }

  void add_needs(Item& item, const std::vector<cel::Reference>& references, const SourceSpan& span) {
    for (const cel::Reference& reference : references) {
      if (reference.slot != slots::kValues && reference.slot != slots::kModules) continue;
      const std::string prefix = reference.slot == slots::kValues ? "values." : "modules.";
      if (!reference.path.empty()) {
        const auto place = places_.find(prefix + reference.path.front());
        if (place != places_.end()) item.needs.emplace_back(place->second, span);
        continue;
      }
      for (std::size_t i = 0; i < items_.size(); ++i) {
        if (items_[i].name.starts_with(prefix)) item.needs.emplace_back(i, span);
      }
    }
  }

  // The longest way to something that needs nothing; -1 for what is part of a circle or needs one.
  int measure(std::size_t i, std::vector<std::size_t>& path) {
    Item& item = items_[i];
    if (item.open) {
      report_cycle(path, i);
      return -1;
    }
    if (item.level >= 0 || item.left_out) return item.level;
    item.open = true;
    path.push_back(i);
    int level = 0;
    for (const auto& [need, span] : item.needs) {
      const int below = measure(need, path);
      level = below < 0 || level < 0 ? -1 : std::max(level, below + 1);
    }
    path.pop_back();
    item.open = false;
    item.level = level;
    item.left_out = level < 0;
    return level;
  }

  void report_cycle(const std::vector<std::size_t>& path, std::size_t back_to) {
    const auto begin = std::find(path.begin(), path.end(), back_to);
    std::string circle;
    for (auto at = begin; at != path.end(); ++at) circle += items_[*at].name + " → ";
    Diagnostic problem(Code::kValueCycle, "values need each other: " + circle + items_[back_to].name);
    for (auto at = begin; at != path.end(); ++at) {
      const std::size_t next = at + 1 == path.end() ? back_to : *(at + 1);
      const Item& item = items_[*at];
      const auto need =
          std::find_if(item.needs.begin(), item.needs.end(), [&](const auto& n) { return n.first == next; });
      const std::string note = "`" + item.name + "` needs `" + items_[next].name + "`";
      if (at == begin) {
        problem.span = need->second;
        problem.label = note;
      } else {
        problem.related.push_back({need->second, note});
      }
    }
    problem.hint = "work one of them out without the others";
    context_.diagnostics.add(std::move(problem));
  }

  const Module& module_;
  const cel::Environment& environment_;
  const CheckContext& context_;
  std::vector<Item> items_;
  std::map<std::string, std::size_t> places_;
};

}  // namespace

std::vector<Module::Step> order_values(const Module& module, const cel::Environment& environment,
                                       const CheckContext& context) {
  return Orderer(module, environment, context).run();
}

}  // namespace plumb::config
