#include "engine/run/sensitive_paths.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/base/sealed.h"
#include "providers/sdk/edit_provider.h"

namespace plumb::run {
namespace {

// The files in which those of its attributes lie that are in `desired.sensitive`.
std::set<std::string> paths_of(const Kind& kind, const Desired& desired) {
  std::set<std::string> paths;
  if (desired.sensitive.empty()) return paths;
  for (const ContentAttribute& content : kind.contents) {
    if (desired.sensitive.contains(content.content)) paths.insert(desired.text(content.path));
  }
  for (std::string& path : kind.provider->edits_paths(desired)) paths.insert(std::move(path));
  paths.erase("");
  return paths;
}

std::string hint_of(const std::string& otherwise) {
  return otherwise + "; what was sensitive stays so until it is gone from the host";
}

class CopyCheck {
 public:
  CopyCheck(const SensitivePaths& paths, const std::string& host, Diagnostics& diagnostics)
      : paths_(paths), host_(host), diagnostics_(diagnostics) {}

  void look_at(const PublicReading& reading) {
    const auto named = std::find_if(reading.words.begin(), reading.words.end(),
                                    [this](const std::string& word) { return paths_.contains(word); });
    if (named == reading.words.end()) return;
    refuse(*named, "the reading `" + reading.name + "` tells what is in " + *named, reading.span,
           hint_of("give the reading `sensitive: true`"));
  }

  void look_at(const ir::Node& node, const Provider& provider) {
    for (const std::string& path : provider.looked_at(node.desired, Observed())) {
      if (!paths_.contains(path)) continue;
      SourceSpan span = node.span;
      for (const auto& [name, value] : node.desired.attributes.items()) {
        if (value == path) span = node.span_of(name);
      }
      refuse(path, "`" + node.desired.address.str() + "` copies " + path, span,
             hint_of("give the copy the same sensitive `content` or `source` that the file has"));
    }
  }

 private:
  void refuse(const std::string& path, const std::string& what, const SourceSpan& span, std::string hint) {
    const SensitivePath& secret = paths_.at(path);
    const std::string why = secret.declared
                                ? ", which is sensitive"
                                : ", in which the host's record knows `" + secret.address + "` as sensitive";
    Diagnostic problem = Diagnostic(Code::kSecretShown, what + why).at(span).with_hint(std::move(hint)).on(host_);
    if (secret.declared) problem.related.push_back({*secret.declared, "declared sensitive here"});
    diagnostics_.add(std::move(problem));
  }

  const SensitivePaths& paths_;
  const std::string& host_;
  Diagnostics& diagnostics_;
};

}  // namespace

SensitivePaths recorded_secrets(const std::map<std::string, Json>& recorded, const Registry& kinds,
                                const std::set<std::string>& declared) {
  SensitivePaths paths;
  for (const auto& [name, attributes] : recorded) {
    if (declared.contains(name) || !std::any_of(attributes.begin(), attributes.end(), is_sealed)) continue;
    const Result<Address> address = Address::parse(name);
    const Kind* kind = address ? kinds.find(address->kind) : nullptr;
    // A host may write into its record what it likes.
    if (kind == nullptr || !attributes.is_object() || !mistyped(*kind, attributes).empty()) continue;
    Desired was{*address, attributes, {}};
    for (const auto& [attribute, value] : attributes.items()) {
      if (is_sealed(value)) was.sensitive.insert(attribute);
    }
    for (const std::string& path : paths_of(*kind, was)) paths.emplace(path, SensitivePath{name});
  }
  return paths;
}

std::set<std::string> shown_of(const SensitivePaths& paths, const Kind& kind, const Desired& desired) {
  std::set<std::string> names;
  if (paths.empty()) return names;
  for (const ContentAttribute& content : kind.contents) {
    if (paths.contains(desired.text(content.path))) names.insert(content.content);
  }
  const EditProvider* editor = kind.provider->editor();
  if (editor != nullptr && paths.contains(editor->path(desired)))
    names.insert(std::string(value_name(editor->edit(desired))));
  return names;
}

void check_copies(const ir::HostGraph& graph, const simulate::Observation& observation,
                  const std::vector<PublicReading>& readings, const Registry& kinds, const std::string& host,
                  Diagnostics& diagnostics) {
  SensitivePaths paths;
  for (const ir::Node& node : graph.nodes) {
    const Kind* kind = kinds.find(node.desired.address.kind);
    if (kind == nullptr) continue;
    for (const std::string& path : paths_of(*kind, node.desired))
      paths.emplace(path, SensitivePath{node.desired.address.str(), node.span});
  }
  paths.merge(recorded_secrets(observation.recorded, kinds, {}));
  if (paths.empty()) return;
  CopyCheck check(paths, host, diagnostics);
  for (const PublicReading& reading : readings) check.look_at(reading);
  for (const ir::Node& node : graph.nodes) {
    if (const Provider* provider = kinds.provider(node.desired.address.kind)) check.look_at(node, *provider);
  }
}

}  // namespace plumb::run
