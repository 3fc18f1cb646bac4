#include "engine/config/inner_references.h"

#include "engine/base/digest.h"
#include "engine/config/secret_stores.h"

namespace plumb::config {
namespace {

using lang::Entry;
using lang::Node;

constexpr std::size_t kDigits = 8;

// Two references that differ in signs alone have names of their own.
std::string input_name(const SecretReference& reference) {
  std::string name = "secret_" + reference.store + "_" + reference.path;
  if (!reference.field.empty()) name += "_" + reference.field;
  for (char& c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!plain) c = '_';
  }
  return name + "_" + digest(reference.str()).substr(kDigestPrefix.size(), kDigits);
}

template <typename AnyNode, typename Take>
void each_reference(AnyNode& node, const Take& take) {
  if (node.is_scalar() && refers_to_secret(node.text)) take(node);
  for (auto& item : node.items) each_reference(item, take);
  for (auto& entry : node.entries) each_reference(entry.value, take);
}

}  // namespace

std::vector<Input> take_inner_references(Node& node, Diagnostics& diagnostics) {
  std::vector<Input> inputs;
  each_reference(node, [&](Node& value) {
    const Result<SecretReference> reference = parse_secret_reference(value.text);
    if (!reference) {
      diagnostics.add(Diagnostic(reference.error().diagnostic())
                          .at(value.span)
                          .with_hint("secret://STORE/PATH, or secret://STORE/PATH#FIELD"));
      return;
    }
    Input input;
    input.name = input_name(*reference);
    input.schema = {{"type", "string"}};
    input.sensitive = true;
    input.default_value = Located{reference->str(), value.span};
    input.span = value.span;
    value.text = "${inputs." + input.name + "}";
    // Of the styles the one whose text need not stand in the source letter by letter.
    value.style = lang::Style::kDoubleQuoted;
    inputs.push_back(std::move(input));
  });
  return inputs;
}

void refuse_inner_references(const Node& node, Diagnostics& diagnostics) {
  each_reference(node, [&](const Node& value) {
    diagnostics.add(Diagnostic(Code::kBadValue, "a module has no stores of secrets")
                        .at(value.span, "a secret of the project")
                        .with_hint("give the module a sensitive input; who uses it hands the reference on by `with`"));
  });
}

}  // namespace plumb::config
