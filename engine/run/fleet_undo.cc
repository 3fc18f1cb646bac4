// What a fleet does for undo: before a run it keeps what that replaces; after it, hosts are asked for what was there.
#include "engine/base/digest.h"
#include "engine/config/told_facts.h"
#include "engine/run/fleet_member.h"

namespace plumb::run {
namespace {

// Of one content that is kept; a larger one is not, and is in no memory here.
constexpr std::size_t kLargestReplaced = std::size_t{64} << 20;

struct Replaced {
  std::string address;
  std::string path;
  std::string digest;
};

// What the actions replace or remove and their plan does not hold.
std::vector<Replaced> replaced_by(const plan::Actions& actions, const plan::Plan& plan, const Registry& kinds) {
  std::vector<Replaced> replaced;
  std::set<std::string> digests;
  for (const plan::Action& action : actions) {
    const Kind* kind = action.undo ? kinds.find(action.desired.address.kind) : nullptr;
    if (kind == nullptr) continue;
    for (const ContentAttribute& attribute : kind->contents) {
      const std::string before = text_of(action.before, attribute.content);
      if (!is_digest(before) || plan.blobs.contains(before) || !digests.insert(before).second) continue;
      if (before == text_of(action.after, attribute.content)) continue;
      replaced.push_back({action.desired.address.str(), action.desired.text(attribute.path), before});
    }
  }
  return replaced;
}

}  // namespace

void Fleet::join(const std::map<std::string, std::shared_ptr<const Undoing>>& undoing,
                 const std::shared_ptr<ir::Contents>& contents) {
  for (const auto& [host, what] : undoing) {
    Member& member = add(host);
    member.contents = contents;
    member.session->set_graph(what->as_left());
    member.undoing = what;
  }
}

Result<simulate::Observation> Fleet::with_undone(Member& member, simulate::Observation observation,
                                                 const plan::Scope& scope) {
  const bool image = config::is_image(member.session->facts());
  if (Result<> same = member.undoing->check_root(image, observation.image); !same) {
    member.result.outcome = HostOutcome::kStale;
    return same.error();
  }
  Undoing::Left left;
  while (true) {
    Diagnostics told;
    std::shared_ptr<const ir::HostGraph> graph = member.undoing->as_before(member.name, observation, left, told);
    member.session->set_graph(graph);
    if (graph->nodes.empty()) {
      member.result.diagnostics.extend(std::move(told));
      observation.states.clear();
      return observation;
    }
    PLUMB_TRY_ASSIGN(simulate::Observation found, member.session->observe(scope));
    Undoing::Left more = member.undoing->changed_since(*graph, found, member_of(member.session->facts(), "user"));
    if (more.empty()) {
      member.result.diagnostics.extend(std::move(told));
      return found;
    }
    // Each time round there is less in the graph; and what is in it may be found otherwise without what stays.
    left.merge(more);
  }
}

void Fleet::keep_replaced(Member& member, const plan::Actions& actions, const plan::Plan& plan,
                          const ApplyOptions& options) {
  if (options.history == nullptr) return;
  for (const Replaced& one : replaced_by(actions, plan, providers_)) {
    std::string bytes;
    const ByteSink take = [&bytes](std::string_view piece) -> Result<> {
      if (bytes.size() + piece.size() > kLargestReplaced)
        return fail(Code::kCannotUndo, "it has more than " + std::to_string(kLargestReplaced >> 20U) + " MiB");
      bytes += piece;
      return {};
    };
    Result<> kept = member.session->collect(one.path, take);
    // Where it is another one by now, the host is refused.
    if (kept && digest(bytes) != one.digest) continue;
    if (kept && member.session->hidden(bytes) != bytes)
      kept = fail(Code::kCannotUndo, "something sensitive stands in it");
    if (kept) kept = options.history->keep(one.digest, bytes);
    if (kept) continue;
    member.result.diagnostics.add(
        Diagnostic(Code::kCannotUndo, "what `" + one.address + "` replaces is not kept: " + kept.error().summary())
            .as(Severity::kWarning)
            .on(member.name)
            .with_hint("undo will leave it as it is then"));
  }
}

}  // namespace plumb::run
