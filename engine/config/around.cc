#include "engine/config/around.h"

#include <optional>
#include <utility>

#include "engine/config/body.h"
#include "engine/config/inventory.h"

namespace plumb::config {
namespace {

using lang::Entry;
using lang::Node;

class AroundReader {
 public:
  AroundReader(const ModuleFolder& folder, const Registry& kinds, Diagnostics& diagnostics, lang::SourceMap& sources)
      : folder_(folder), rules_(kinds), diagnostics_(diagnostics), sources_(sources) {}

  std::vector<ParsedSteps> read(const Node& around) {
    for (const Node& one : around.items) {
      const std::optional<Pattern> on = pattern_in(one.find("on"));
      const std::optional<Pattern> of = pattern_in(one.find("of"));
      if (!on || (!of && one.find("of") != nullptr)) continue;
      if (const Entry* before = one.find("before")) read_steps({*on, of, false, {}}, before->value);
      if (const Entry* after = one.find("after")) read_steps({*on, of, true, {}}, after->value);
    }
    return std::move(result_);
  }

 private:
  std::optional<Pattern> pattern_in(const Entry* entry) {
    if (entry == nullptr || !entry->value.is_scalar()) return std::nullopt;
    if (Result<> good = check_host_pattern(entry->value.text); !good) {
      diagnostics_.add(Diagnostic(good.error().diagnostic()).at(entry->value.span));
      return std::nullopt;
    }
    return Pattern{entry->value.text, entry->value.span};
  }

  void read_steps(ParsedSteps steps, const Node& written) {
    for (const Node& node : written.items) {
      if (!node.is_map() || node.entries.empty()) continue;
      const Entry& first = node.entries.front();
      if (is_use(node) || first.key == "resources") {
        diagnostics_.add(Diagnostic(Code::kBadResource, "neither a module nor a block can be a step")
                             .at(first.key_span, "expected a resource"));
        continue;
      }
      ReadDeclaration read = read_declaration(node, folder_, rules_, sources_, DeclaredAs::kStep);
      diagnostics_.extend(std::move(read.diagnostics));
      sources_.extend(std::move(read.sources));
      if (read.declaration)
        steps.steps.push_back(std::make_shared<const ParsedDeclaration>(std::move(*read.declaration)));
    }
    if (!steps.steps.empty()) result_.push_back(std::move(steps));
  }

  const ModuleFolder& folder_;
  KindRules rules_;
  Diagnostics& diagnostics_;
  lang::SourceMap& sources_;
  std::vector<ParsedSteps> result_;
};

}  // namespace

std::vector<ParsedSteps> read_around(const Node& around, const ModuleFolder& folder, const Registry& kinds,
                                     Diagnostics& diagnostics, lang::SourceMap& sources) {
  return AroundReader(folder, kinds, diagnostics, sources).read(around);
}

}  // namespace plumb::config
