// What is to be known of operations beyond how they are carried out. Each has one row: its name, its members, and what
// the engine must know to plan, group and undo it. Nothing else need change for a new one but its type (operation.h),
// its row (file_rows.h, program_rows.h, system_rows.h) and how it is carried out (engine/exec/interpreter).
#include "providers/sdk/operation.h"

#include "engine/base/joined.h"
#include "providers/sdk/file_rows.h"
#include "providers/sdk/members.h"
#include "providers/sdk/program_rows.h"
#include "providers/sdk/system_rows.h"

namespace plumb {

OperationTraits traits(const Operation& operation) {
  return std::visit([](const auto& value) { return Row<std::decay_t<decltype(value)>>::traits(value); }, operation);
}

const std::string* path_of(const Operation& operation) {
  return std::visit(
      [](const auto& value) -> const std::string* {
        if constexpr (requires { value.path; }) {
          return &value.path;
        } else {
          return nullptr;
        }
      },
      operation);
}

bool is_in_place(const Operation& operation) {
  return std::visit(
      [](const auto& value) {
        if constexpr (requires { value.in_place; }) {
          return value.in_place;
        } else {
          return false;
        }
      },
      operation);
}

bool follows_link(const Operation& operation) {
  return std::visit(
      [](const auto& value) {
        if constexpr (requires { value.follow; }) {
          return value.follow;
        } else {
          return false;
        }
      },
      operation);
}

const std::string* content_of(const Operation& operation) {
  const std::string* content = nullptr;
  if (const auto* write = std::get_if<WriteFile>(&operation)) content = &write->content;
  if (const auto* unpack = std::get_if<Unpack>(&operation)) content = &unpack->content;
  return content == nullptr || content->empty() ? nullptr : content;
}

bool host_can_undo(const Operation& operation) {
  return traits(operation).host_undoes;
}

namespace {

bool runs_program(const Probe& probe) {
  return !probe.argv.empty() || !probe.script.empty();
}

}  // namespace

bool runs_programs(const Operation& operation) {
  if (const auto* write = std::get_if<WriteFile>(&operation)) return !write->validate.empty();
  if (const auto* edit = std::get_if<EditFile>(&operation)) return !edit->validate.empty();
  if (const auto* probe = std::get_if<Probe>(&operation)) return runs_program(*probe);
  if (const auto* wait = std::get_if<Wait>(&operation)) return runs_program(wait->probe);
  return traits(operation).may_run_programs;
}

std::string describe(const Probe& probe) {
  const auto list = [](const std::vector<int>& numbers) {
    std::string text;
    for (const int number : numbers) append_item(text, std::to_string(number), " or ");
    return text;
  };
  if (!probe.tcp.empty()) return "port " + probe.tcp + " is open";
  if (!probe.exists.empty())
    return probe.exists + (probe.body.empty() ? " is there" : " holds the text that is asked for");
  if (!probe.http.empty()) {
    return probe.http + " answers " + list(probe.status) +
           (probe.body.empty() ? "" : " with the text that is asked for");
  }
  std::string command = probe.script.substr(0, probe.script.find('\n'));
  for (const std::string& word : probe.argv) append_item(command, word, " ");
  constexpr std::size_t kLongest = 80;
  if (command.size() > kLongest) command = command.substr(0, kLongest) + "…";
  return "`" + command + "` " + (probe.expect == std::vector<int>{0} ? "succeeds" : "ends with " + list(probe.expect));
}

std::string describe(const Wait& wait) {
  if (!wait.gone) return describe(wait.probe);
  if (!wait.probe.tcp.empty()) return "port " + wait.probe.tcp + " is closed";
  if (!wait.probe.exists.empty() && wait.probe.body.empty()) return wait.probe.exists + " is gone";
  return "it is over that " + describe(wait.probe);
}

Json to_json(const Operation& operation) {
  return named_to_json(operation);
}

Result<Operation> operation_from_json(const Json& json) {
  return named_from_json<Operation>("operation", json);
}

}  // namespace plumb
