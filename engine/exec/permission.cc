#include "engine/exec/permission.h"

#include <algorithm>
#include <memory>
#include <variant>

#include "engine/exec/asked_before.h"
#include "engine/strict/covered.h"

namespace plumb::exec {
namespace {

// Everything else is for hosts that trust whoever logs in.
bool is_for_strict(const wire::Message& message) {
  if (const auto* locks = std::get_if<wire::ChangeLocks>(&message))
    return locks->lock.empty() && locks->unlock.empty() && !locks->unlock_all;
  return std::holds_alternative<wire::Hello>(message) || std::holds_alternative<wire::Recipient>(message) ||
         std::holds_alternative<wire::Read>(message) || std::holds_alternative<wire::Observe>(message) ||
         std::holds_alternative<wire::Blob>(message) || std::holds_alternative<wire::Apply>(message) ||
         std::holds_alternative<wire::Acknowledge>(message) || std::holds_alternative<wire::Confirm>(message) ||
         std::holds_alternative<wire::Stop>(message) ||
         // Observing and reading can tell any file, too.
         std::holds_alternative<wire::Collect>(message) || std::holds_alternative<wire::Replacement>(message);
}

// Whose state a message is about; null where it is about none.
const std::string* project_of(const wire::Message& message) {
  return std::visit(
      [](const auto& one) -> const std::string* {
        if constexpr (requires { one.project; }) {
          return &one.project;
        } else {
          return nullptr;
        }
      },
      message);
}

}  // namespace

Result<> expect_permitted(const trust::Charter& charter, const wire::Message& message) {
  if (!is_for_strict(message)) {
    return fail(Code::kNotCovered, "this host is strict: it carries out plans that people have approved, and no `" +
                                       std::string(wire::name(message)) + "`");
  }
  const std::string* project = project_of(message);
  return project == nullptr ? Result<>() : strict::expect_project(charter, *project);
}

Permitted asked_by(const RootFiles& files, const Managers& managers, const std::vector<std::string>& projects) {
  std::vector<std::shared_ptr<const AskedBefore>> asked;
  for (const std::string& project : projects) {
    const Result<StateFolder> folder = StateFolder::of(files, project);
    if (folder) asked.push_back(std::make_shared<AskedBefore>(*folder));
  }
  return [&managers, asked = std::move(asked)](const ProcessRequest& request) {
    return managers.is_fixed_question(request) ||
           std::any_of(asked.begin(), asked.end(), [&request](const auto& one) { return one->contains(request); });
  };
}

}  // namespace plumb::exec
