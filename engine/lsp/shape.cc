#include "engine/lsp/shape.h"

namespace plumb::lsp {

Shape shape_of(std::string_view file) {
  const std::size_t slash = file.rfind('/');
  const std::string_view base = slash == std::string_view::npos ? file : file.substr(slash + 1);
  const std::string_view folder = slash == std::string_view::npos ? std::string_view() : file.substr(0, slash);
  if (!base.ends_with(".yaml") && !base.ends_with(".yml")) return Shape::kTemplate;
  if (base == "plumb.yaml") return Shape::kProject;
  if (base == "module.yaml") return Shape::kModule;
  if (file == "hosts.yaml") return Shape::kInventory;
  if (file == "inputs.yaml") return Shape::kInputs;
  if (folder == "policy/tests") return Shape::kPolicyTests;
  if (folder == "policy") return Shape::kPolicy;
  if (folder == "compliance") return Shape::kProfile;
  if (folder == "tests" || folder.ends_with("/tests")) return Shape::kTests;
  return Shape::kIncluded;
}

std::string_view schema_name(Shape shape) {
  switch (shape) {
    case Shape::kTests:
      return "tests";
    case Shape::kPolicy:
      return "policy";
    case Shape::kPolicyTests:
      return "policy_tests";
    case Shape::kProfile:
      return "profile";
    case Shape::kInventory:
      return "inventory";
    default:
      return "";
  }
}

}  // namespace plumb::lsp
