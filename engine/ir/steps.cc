// The steps around the turn of a host: what other hosts do for it, worked out for it.
#include "engine/ir/compile.h"

namespace plumb::ir {
namespace {

std::set<std::string> doers_of(const config::Steps& steps, const config::Inventory& inventory) {
  if (steps.on.text == config::kController) return {std::string(config::kController)};
  return config::match_hosts(inventory, steps.on.text).value_or(std::set<std::string>());
}

}  // namespace

void Compiler::check_around(Diagnostics& diagnostics) const {
  const std::string controller(config::kController);
  const bool taken = input_.inventory.hosts.contains(controller) || input_.inventory.groups.contains(controller);
  const SourceSpan* last = nullptr;  // of an entry of `around`, whose two lists have one pattern
  for (const config::Steps& steps : input_.project.root.around) {
    if (last != nullptr && *last == steps.on.span) continue;
    last = &steps.on.span;
    if (const auto of = steps.of ? config::match_hosts(input_.inventory, steps.of->text) : std::set<std::string>(); !of)
      diagnostics.add(Diagnostic(of.error().diagnostic()).at(steps.of->span));
    if (steps.on.text == controller) {
      if (!taken) continue;
      diagnostics.add(Diagnostic(Code::kBadValue,
                                 "`controller` is the machine that plumb runs on, and a host or group has that name")
                          .at(steps.on.span, "which of them is not clear")
                          .with_hint("give the host or group another name"));
    } else if (const auto hosts = config::match_hosts(input_.inventory, steps.on.text); !hosts) {
      diagnostics.add(Diagnostic(hosts.error().diagnostic()).at(steps.on.span));
    }
  }
}

std::optional<std::vector<StepsGraph>> Compiler::steps(const std::string& host, const Told& told,
                                                       Diagnostics& diagnostics) {
  std::vector<StepsGraph> result;
  const std::size_t errors = diagnostics.error_count();
  const std::vector<config::Steps>& around = input_.project.root.around;
  const std::vector<Resources> lists = expander_.steps(input_.inventory.hosts.at(host), told, diagnostics);
  const SecretOf secret_of = [this](const std::string& sealed) { return contents_->secret(sealed); };
  // Of what one host does on one side of the turn, whatever entries of `around` it is from.
  std::map<Address, SourceSpan> done;
  std::set<std::string> twice;  // told already, of another host
  for (std::size_t i = 0; i < lists.size(); ++i) {
    std::vector<Node> nodes;
    std::vector<Declarations> sources;
    std::map<Address, SourceSpan> first;
    for (const config::Resolved& one : lists[i]) {
      const auto [known, added] = first.try_emplace(one.resource->address, one.resource->span);
      if (!added) {
        diagnostics.add(Diagnostic(Code::kDuplicateAddress, "`" + one.resource->address.str() + "` stands twice")
                            .at(one.resource->span, "the second one")
                            .with_related(known->second, "the first one")
                            .with_hint("give one of them an `id`"));
        continue;
      }
      std::optional<Node> node = node_of(one, diagnostics);
      if (!node) continue;
      nodes.push_back(std::move(*node));
      sources.push_back({one.resource.get()});
    }
    if (diagnostics.error_count() > errors) continue;
    const std::shared_ptr<HostGraph> linked =
        Linker(input_.providers).link(std::move(nodes), sources, secret_of, diagnostics);
    if (linked == nullptr || linked->nodes.empty()) continue;
    for (const std::string& doer : doers_of(around[i], input_.inventory)) {
      auto graph = std::make_shared<HostGraph>(*linked);
      for (Node& node : graph->nodes) {
        const std::string step = node.desired.address.str();
        node.desired.address.module = (around[i].after ? "after@" : "before@") + doer;
        const auto [known, added] = done.try_emplace(node.desired.address, node.span);
        if (added || !twice.insert(step).second) continue;
        diagnostics.add(Diagnostic(Code::kDuplicateAddress, "`" + step + "` stands twice in what " + doer + " does " +
                                                                (around[i].after ? "after" : "before") + " a turn")
                            .at(node.span, "the second one")
                            .with_related(known->second, "the first one")
                            .with_hint("give one of them an `id`"));
      }
      result.push_back({doer, around[i].after, std::move(graph)});
    }
  }
  if (diagnostics.error_count() > errors) return std::nullopt;
  return result;
}

}  // namespace plumb::ir
