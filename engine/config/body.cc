#include "engine/config/body.h"

#include <algorithm>
#include <utility>

#include "engine/config/declaration.h"
#include "engine/config/dynamic.h"
#include "engine/config/manner.h"
#include "engine/config/schema.h"
#include "engine/config/validate.h"

namespace plumb::config {
namespace {

using lang::Entry;
using lang::Node;

constexpr const char* kResources = "resources";
constexpr const char* kRescue = "rescue";
constexpr const char* kAs = "as";

const Entry* resources_of(const Node& node) {
  return node.is_map() && !is_use(node) ? node.find(kResources) : nullptr;
}

class BodyOpener {
 public:
  BodyOpener(const Registry& kinds, std::vector<ParsedBlock>& blocks, Diagnostics& diagnostics)
      : kinds_(kinds), blocks_(blocks), diagnostics_(diagnostics) {}

  std::vector<BodyEntry> run(Node& resources) {
    open(resources, std::nullopt, nullptr, nullptr);
    return std::move(entries_);
  }

 private:
  const Kind* kind_of(const Node& node) const {
    return node.is_map() && !node.entries.empty() ? kinds_.find(node.entries.front().key) : nullptr;
  }

  // `around` is the outermost entry that all of it stands in; null for `resources` itself. `as`: of the nearest block
  // that has one; null where none has.
  void open(Node& resources, BlockIndex block, const Node* around, const Entry* as) {
    spread_lists(resources);
    for (Node& node : resources.items) {
      const Node* const item = around == nullptr ? &node : around;
      if (resources_of(node) == nullptr || kind_of(node) != nullptr) {
        if (as != nullptr && node.is_map() && !node.entries.empty()) hand_on(*as, node);
        entries_.push_back({&node, block, item});
        continue;
      }
      const BlockIndex own = read_block(node, block);
      const Entry* const nearer = node.find(kAs) == nullptr ? as : node.find(kAs);
      for (Entry& entry : node.entries) {
        if (entry.key == kResources) open(entry.value, own, item, nearer);
      }
      // Behind all that it may have to answer for, wherever it is written.
      for (Entry& entry : node.entries) {
        if (entry.key == kRescue) open(entry.value, rescue_in(own), item, nearer);
      }
    }
  }

  // Whether it stands for one resource for each of a list of identities.
  bool is_list(const Node& node) const {
    const Kind* kind = kind_of(node);
    return kind != nullptr && node.entries.front().value.is_sequence() && !kind->schema.json().value("x-alone", false);
  }

  // Each with the keys that are written beside the list.
  void spread_lists(Node& resources) {
    const auto listed = [this](const Node& node) { return is_list(node); };
    if (std::none_of(resources.items.begin(), resources.items.end(), listed)) return;
    for (Node& node : std::exchange(resources.items, {})) {
      if (!is_list(node)) {
        resources.items.push_back(std::move(node));
        continue;
      }
      const std::vector<Node> identities = std::move(node.entries.front().value.items);
      const auto id =
          std::find_if(node.entries.begin(), node.entries.end(), [](const Entry& entry) { return entry.key == "id"; });
      if (id != node.entries.end() && identities.size() > 1) {
        diagnostics_.add(Diagnostic(Code::kExclusiveKeys, "`id` names one resource, and this is a list of " +
                                                              std::to_string(identities.size()))
                             .at(id->key_span, "remove this")
                             .with_hint("each is known by its own identity"));
        node.entries.erase(id);
      }
      for (const Node& identity : identities) {
        Node& one = resources.items.emplace_back(node);
        one.entries.front().value = identity;
      }
    }
  }

  // As if it stood there, unless something does. What cannot be done as somebody is not done as somebody else instead.
  void hand_on(const Entry& as, Node& node) {
    if (node.find(kAs) != nullptr) return;
    const Kind* kind = kind_of(node);
    if (kind == nullptr && !is_use(node)) return;  // it is no resource, as is told
    if (kind != nullptr && kind->schema.json().at("properties").contains(kAs)) {
      node.entries.push_back(as);
      return;
    }
    const Entry& first = node.entries.front();
    static const Json kNone = Json::object();
    const Json& own = kind == nullptr ? kNone : kind->schema.json();
    const Json& shared = builtin_schema("project")["definitions"]["resource"]["x-elsewhere"];
    const std::string hint = own.value("x-elsewhere", kNone).value(kAs, shared.value(kAs, std::string()));
    diagnostics_.add(Diagnostic(Code::kUnknownKey, "a " + (kind == nullptr ? "module" : first.key) +
                                                       " takes no `as`, and stands in a block that has one")
                         .at(first.key_span, "it would not be done as that user")
                         .with_related(as.key_span, "the block's")
                         .with_hint(hint));
  }

  BlockIndex read_block(const Node& node, BlockIndex around) {
    const std::size_t before = diagnostics_.error_count();
    ParsedBlock block;
    block.around = around;
    if (const std::optional<Json> typed = check_keys(node)) {
      for (const auto& [key, value] : typed->items()) read_manner(key, value, block.manner);
    }
    if (const Entry* env = node.find("env"); env != nullptr) block.env = std::make_shared<const Node>(env->value);
    block.placement = read_placement(node, diagnostics_);
    if (const Entry* tags = node.find("tags"); tags != nullptr) {
      for (const Node& tag : tags->value.items) block.tags.insert(tag.text);
    }
    block.broken = diagnostics_.error_count() != before;
    blocks_.push_back(std::move(block));
    return blocks_.size() - 1;
  }

  BlockIndex rescue_in(BlockIndex around) {
    ParsedBlock block;
    block.around = around;
    block.rescues = true;
    blocks_.push_back(std::move(block));
    return blocks_.size() - 1;
  }

  // Those with expressions are checked with them, and what stands in the block by itself.
  std::optional<Json> check_keys(const Node& node) {
    Node literal;
    literal.kind = Node::Kind::kMap;
    literal.span = node.span;
    for (const Entry& entry : node.entries) {
      if (entry.key == "env" || is_no_loop(entry)) continue;
      if (is_body(entry) && entry.value.is_sequence()) {
        Node empty;
        empty.kind = Node::Kind::kSequence;
        empty.span = entry.value.span;
        literal.entries.push_back({entry.key, entry.key_span, std::move(empty)});
      } else if (is_body(entry) || !may_hold_expressions(entry.key) || !may_be_dynamic(entry.value)) {
        literal.entries.push_back(entry);
      }
    }
    const Json& project = builtin_schema("project");
    ValidateOptions options;
    options.root = &project;
    return validate(literal, project["definitions"]["block"], "a block", node.entries.front().key_span, options,
                    diagnostics_);
  }

  static bool is_body(const Entry& entry) { return entry.key == kResources || entry.key == kRescue; }
  static bool may_hold_expressions(const std::string& key) {
    return key != "tags" && key != "retry" && key != "timeout" && key != "on_failure";
  }

  const Registry& kinds_;
  std::vector<ParsedBlock>& blocks_;
  Diagnostics& diagnostics_;
  std::vector<BodyEntry> entries_;
};

void find_uses(const Node& resources, std::vector<const Node*>& uses) {
  for (const Node& node : resources.items) {
    if (is_use(node)) uses.push_back(&node);
    if (resources_of(node) == nullptr) continue;
    for (const char* key : {kResources, kRescue}) {
      if (const Entry* inside = node.find(key); inside != nullptr) find_uses(inside->value, uses);
    }
  }
}

}  // namespace

bool is_use(const Node& node) {
  return !node.entries.empty() && node.entries.front().key == "use";
}

std::vector<BodyEntry> open_body(Node& resources, const Registry& kinds, std::vector<ParsedBlock>& blocks,
                                 Diagnostics& diagnostics) {
  return BodyOpener(kinds, blocks, diagnostics).run(resources);
}

std::vector<const Node*> uses_in(const Node& resources) {
  std::vector<const Node*> uses;
  find_uses(resources, uses);
  return uses;
}

}  // namespace plumb::config
