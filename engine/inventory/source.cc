#include "engine/inventory/source.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "engine/inventory/ansible_files.h"
#include "engine/inventory/ansible_json.h"
#include "engine/inventory/ansible_settings.h"
#include "engine/inventory/host_list.h"
#include "engine/inventory/terraform.h"
#include "engine/lang/json_tree.h"

namespace plumb::inventory {
namespace {

using lang::Node;
namespace fs = std::filesystem;

constexpr std::array kKinds = {"ansible", "command", "inventory", "list", "terraform"};

std::vector<std::string> texts(const Json& value) {
  if (value.is_string()) return {value.get<std::string>()};
  return value.is_array() ? value.get<std::vector<std::string>>() : std::vector<std::string>();
}

std::vector<std::string> texts(const Json& object, const char* key) {
  return object.contains(key) ? texts(object[key]) : std::vector<std::string>();
}

std::vector<ResourceMapping> mappings_of(const Json& typed) {
  std::vector<ResourceMapping> all;
  for (const Json& one : typed.value("resources", Json::array())) {
    all.push_back({.type = one["type"].get<std::string>(),
                   .name = texts(one, "name"),
                   .address = texts(one, "address"),
                   .user = one.value("user", ""),
                   .groups = texts(one, "groups"),
                   .groups_from = texts(one, "groups_from"),
                   .inputs = one.value("inputs", std::map<std::string, std::string>())});
  }
  return all;
}

class SourceReader {
 public:
  SourceReader(const Node& written, const Json& typed, const SourcePlace& place, Reading& reading)
      : written_(written), typed_(typed), place_(place), reading_(reading) {}

  std::optional<SourceContent> read() {
    const std::size_t before = reading_.diagnostics.error_count();
    const char* kind = kind_of();
    if (kind == nullptr || !keys_fit(kind)) return std::nullopt;
    asked_at_ = written_.find(kind)->value.span;
    if (kind == std::string_view("command")) {
      command();
    } else {
      file(kind, typed_[kind].get<std::string>());
    }
    if (reading_.diagnostics.error_count() != before) return std::nullopt;
    return std::move(content_);
  }

 private:
  const char* kind_of() {
    for (const char* kind : kKinds) {
      if (typed_.contains(kind)) return kind;
    }
    reading_.diagnostics.add(Diagnostic(Code::kMissingKey, "a source does not say where its hosts come from")
                                 .at(written_.span, "expected one of ansible, command, inventory, list, terraform"));
    return nullptr;
  }

  // Keys that would be without any effect are somebody's error.
  bool keys_fit(std::string_view kind) {
    bool fit = true;
    for (const lang::Entry& one : written_.entries) {
      const bool of_commands = one.key == "timeout" || one.key == "cache";
      const bool of_terraform = one.key == "resources";
      const bool good = of_commands ? kind == "command" : !of_terraform || kind == "command" || kind == "terraform";
      if (good) continue;
      fit = false;
      reading_.diagnostics.add(
          Diagnostic(Code::kBadValue, "`" + one.key + "` says nothing about `" + std::string(kind) + "`")
              .at(one.key_span, of_commands ? "only a command takes time" : "only Terraform has resources"));
    }
    return fit;
  }

  std::string shown_name(const std::string& path) const {
    return (fs::path(place_.shown_folder) / path).lexically_normal().generic_string();
  }

  void file(std::string_view kind, const std::string& written_path) {
    content_.name = shown_name(written_path);
    if (kind == "ansible") {
      if (std::optional<Found> found = read_ansible(place_.folder, written_path, content_.name, asked_at_, reading_))
        content_.found = std::move(*found);
      return;
    }
    const Result<std::string> text = place_.folder.read(written_path, lang::kMaxJsonBytes);
    if (!text) {
      reading_.diagnostics.add(Error(text.error()).at(asked_at_).diagnostic());
      return;
    }
    reading_.sources.add(content_.name, *text);
    if (kind == "list") return read_host_list(content_.name, *text, content_.found, reading_);
    if (kind == "inventory") {
      content_.own = lang::read_yaml(content_.name, *text, reading_.diagnostics);
      return;
    }
    const std::optional<Node> root =
        lang::read_json(content_.name, *text, Code::kInventorySource, reading_.diagnostics);
    if (root) read_terraform(*root, mappings_of(typed_), content_.found, reading_);
  }

  Command command_of(std::vector<std::string> arguments) const {
    Command command;
    command.arguments = std::move(arguments);
    command.folder = place_.folder.path();
    command.folder_name = place_.shown_folder;
    command.timeout = std::chrono::seconds{typed_.value("timeout", 30)};
    if (typed_.contains("cache")) command.cache = std::chrono::seconds{typed_["cache"].get<int>()};
    return command;
  }

  std::optional<Node> answer(const Command& command) {
    Result<std::string> text = answer_of(place_.folder.files(), command, place_.answers);
    if (!text) {
      reading_.diagnostics.add(Error(text.error()).at(asked_at_).diagnostic());
      return std::nullopt;
    }
    reading_.sources.add(shown(command), *text);
    return lang::read_json(shown(command), *text, Code::kInventorySource, reading_.diagnostics);
  }

  void command() {
    const Command list = command_of(typed_["command"].get<std::vector<std::string>>());
    content_.name = shown(list);
    std::optional<Node> root = answer(list);
    if (!root) return;
    if (root->find("plumb") != nullptr) {
      content_.own = std::move(*root);
    } else if (root->find("terraform_version") != nullptr || root->find("format_version") != nullptr) {
      read_terraform(*root, mappings_of(typed_), content_.found, reading_);
    } else {
      read_ansible_json(*root, ask_host(list), content_.found, reading_);
      // As with an inventory in a file, what lies beside the program counts.
      const fs::path program = list.arguments.front();
      if (program.has_parent_path()) {
        read_beside(place_.folder / program.parent_path(), shown_name(program.parent_path().generic_string()),
                    content_.found, reading_);
      }
      take_connection_variables(content_.found, reading_);
    }
  }

  // The same program with `--host NAME` for `--list`; none where it was not asked for a list.
  AskHost ask_host(const Command& list) {
    const auto place = std::find(list.arguments.begin(), list.arguments.end(), "--list");
    if (place == list.arguments.end()) return nullptr;
    return [this, list, at = place - list.arguments.begin()](const std::string& host) {
      std::vector<std::string> arguments = list.arguments;
      arguments[static_cast<std::size_t>(at)] = "--host";
      arguments.insert(arguments.begin() + at + 1, host);
      return answer(command_of(std::move(arguments)));
    };
  }

  const Node& written_;
  const Json& typed_;
  const SourcePlace& place_;
  Reading& reading_;
  SourceSpan asked_at_;
  SourceContent content_;
};

}  // namespace

std::optional<SourceContent> read_source(const Node& written, const Json& typed, const SourcePlace& place,
                                         Reading& reading) {
  return SourceReader(written, typed, place, reading).read();
}

}  // namespace plumb::inventory
