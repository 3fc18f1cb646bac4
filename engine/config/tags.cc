#include "engine/config/tags.h"

#include "engine/base/joined.h"
#include "engine/base/nearest.h"

namespace plumb::config {

std::set<std::string> tags_of(const Module& module) {
  std::set<std::string> tags;
  for (const auto& entry : module.body) {
    const auto& own = std::visit(
        [](const auto& one) -> const auto& { return one.written->tags; }, entry);
    tags.insert(own.begin(), own.end());
    const auto* call = std::get_if<ModuleCall>(&entry);
    if (call != nullptr && call->written->module != nullptr) tags.merge(tags_of(*call->written->module));
  }
  return tags;
}

void check_tags(const Module& root, const std::set<std::string>& asked, Diagnostics& diagnostics) {
  if (asked.empty()) return;
  const std::set<std::string> known = tags_of(root);
  const std::vector<std::string> names(known.begin(), known.end());
  for (const std::string& tag : asked) {
    if (known.contains(tag)) continue;
    const std::string near = nearest(tag, names);
    const std::string list = joined(names);
    const std::string hint = names.empty()   ? "give resources a tag: `tags: [" + tag + "]`"
                             : !near.empty() ? "did you mean `" + near + "`?"
                                             : "the tags are " + list;
    diagnostics.add(Diagnostic(Code::kUnknownTag, "nothing has the tag `" + tag + "`").with_hint(hint));
  }
}

}  // namespace plumb::config
