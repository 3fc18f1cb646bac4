#include "engine/config/project.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <system_error>

#include "engine/base/digest.h"
#include "engine/base/file.h"
#include "engine/config/include.h"
#include "engine/config/input.h"
#include "engine/config/resource.h"
#include "engine/config/schema.h"
#include "engine/config/validate.h"
#include "engine/lang/yaml.h"

namespace plumb::config {
namespace {

using lang::Entry;
using lang::Node;
namespace fs = std::filesystem;

constexpr std::string_view kRootFile = "plumb.yaml";

// The project's schema with resources left open: each is read by its own kind's schema.
const Json& file_schema() {
  static const Json schema = [] {
    Json open = builtin_schema("project");
    open["definitions"]["resource"] = {{"type", "object"}, {"minProperties", 1}};
    return open;
  }();
  return schema;
}

class ProjectLoader {
 public:
  ProjectLoader(fs::path folder, Diagnostics& diagnostics, lang::SourceMap* sources)
      : diagnostics_(diagnostics), sources_(sources) {
    project_.folder = std::move(folder);
  }

  std::optional<Project> load() {
    std::error_code error;
    if (!fs::exists(project_.folder / kRootFile, error)) {
      diagnostics_.add(Diagnostic(Code::kNoProject, "there is no plumb.yaml in " + project_.folder.string())
                           .with_hint("run `plumb init`, or name the project's folder with -C"));
      return std::nullopt;
    }
    const std::size_t before = diagnostics_.error_count();
    read_file(std::string(kRootFile), {});
    check_addresses();
    if (diagnostics_.error_count() != before) return std::nullopt;
    if (!take_digest()) return std::nullopt;
    return std::move(project_);
  }

 private:
  // `included_at` is empty for plumb.yaml itself.
  void read_file(const std::string& name, const std::optional<SourceSpan>& included_at) {
    std::error_code error;
    const fs::path real = fs::canonical(project_.folder / name, error);
    if (!error && !read_.insert(real).second) return;
    if (included_at) {
      const fs::path root = fs::canonical(project_.folder, error);
      if (std::mismatch(root.begin(), root.end(), real.begin(), real.end()).first != root.end()) {
        diagnostics_.add(Diagnostic(Code::kOutsideProject, "an include must lie in the project folder")
                             .at(*included_at, "a link leads out of it"));
        return;
      }
    }
    Result<std::string> text = plumb::read_file(project_.folder / name, lang::kMaxYamlBytes);
    if (!text) {
      Diagnostic diagnostic = text.error().diagnostic();
      if (included_at) diagnostic.span = included_at;
      diagnostics_.add(std::move(diagnostic));
      return;
    }
    if (sources_ != nullptr) sources_->add(name, *text);
    std::optional<Node> root = lang::read_yaml(name, *text, diagnostics_);
    if (!root) return;
    read_document(*root, name, included_at.has_value());
  }

  void read_document(Node& root, const std::string& name, bool included) {
    if (!root.is_map()) {
      const SourceSpan place = root.is_null() ? SourceSpan{name, 1, 1, 1, 1} : root.span;
      diagnostics_.add(Diagnostic(Code::kWrongType, name + (root.is_null() ? " is empty" : " must be a map"))
                           .at(place, "expected `plumb: v1`"));
      return;
    }
    if (const Entry* version = root.find("plumb");
        version != nullptr && version->value.is_scalar() && version->value.text != "v1") {
      diagnostics_.add(Diagnostic(Code::kUnsupportedVersion, "a format version that this program does not know")
                           .at(version->value.span, "expected v1"));
      return;
    }
    for (Entry& entry : root.entries) hide_sensitive(entry);
    resolve_literals(root, diagnostics_);
    const Json& schema = included ? file_schema()["definitions"]["included"] : file_schema();
    ValidateOptions options;
    options.root = &file_schema();
    const SourceSpan where = root.entries.empty() ? root.span : root.entries.front().key_span;
    // A finding in one key must not keep the others from being read, so values are taken from the nodes.
    validate(root, schema, included ? "an included file" : "the project", where, options, diagnostics_);
    if (const Entry* project = root.find("project"); project != nullptr && !included)
      project_.name = project->value.text;
    if (const Entry* inputs = root.find("inputs")) read_inputs(inputs->value);
    if (const Entry* include = root.find("include")) read_includes(include->value);
    if (const Entry* resources = root.find("resources")) {
      for (const Node& node : resources->value.items) {
        if (!node.is_map() || node.entries.empty()) continue;
        if (auto resource = read_resource(node, project_.folder, diagnostics_, sources_)) {
          project_.resources.push_back(std::move(*resource));
        }
      }
    }
  }

  void hide_sensitive(const Entry& entry) {
    if (sources_ == nullptr || entry.key != "inputs") return;
    for (const Entry& input : entry.value.entries) {
      const Entry* sensitive = input.value.find("sensitive");
      const Entry* value = input.value.find("default");
      if (sensitive != nullptr && sensitive->value.text != "false" && value != nullptr)
        sources_->hide(value->value.span);
    }
  }

  void read_inputs(const Node& inputs) {
    ValidateOptions options;
    options.root = &file_schema();
    for (const Entry& entry : inputs.entries) {
      Diagnostics known;  // told already, with the whole file
      const Json& schema = file_schema()["definitions"]["input"];
      const auto typed = validate(entry.value, schema, "`" + entry.key + "`", entry.key_span, options, known);
      if (!typed) continue;
      std::optional<Input> input = read_input(entry, *typed, diagnostics_);
      if (!input) continue;
      const auto [place, added] = project_.inputs.try_emplace(entry.key, *input);
      if (!added) {
        diagnostics_.add(Diagnostic(Code::kDuplicateKey, "the input `" + entry.key + "` is declared twice")
                             .at(entry.key_span, "a second time here")
                             .with_related(place->second.span, "first here"));
      }
    }
  }

  void read_includes(const Node& include) {
    for (const Node& item : include.items) {
      if (!item.is_scalar() || item.text.empty()) continue;
      Result<std::vector<std::string>> files = find_included(project_.folder, item.text);
      if (!files) {
        Diagnostic diagnostic = files.error().diagnostic();
        diagnostic.span = item.span;
        diagnostics_.add(std::move(diagnostic));
        continue;
      }
      for (const std::string& file : *files) read_file(file, item.span);
    }
  }

  // Two resources of one address are fine on different hosts; without `on` both are on every host.
  void check_addresses() {
    std::map<Address, const Resource*> seen;
    for (const Resource& resource : project_.resources) {
      if (resource.on) continue;
      const auto [first, added] = seen.try_emplace(resource.address, &resource);
      if (added) continue;
      diagnostics_.add(
          Diagnostic(Code::kDuplicateAddress, "`" + resource.address.str() + "` is declared twice")
              .at(resource.span, "the second one")
              .with_related(first->second->span, "the first one")
              .with_hint("remove one of them, keep them on different hosts with `on`, or give one an `id`"));
    }
  }

  bool take_digest() {
    Json document = {{"project", project_.name}, {"inputs", Json::object()}, {"resources", Json::array()}};
    for (const auto& [name, input] : project_.inputs) {
      Json entry = {{"schema", input.schema}, {"sensitive", input.sensitive}};
      if (input.default_value && !input.sensitive) entry["default"] = input.default_value->value;
      document["inputs"][name] = std::move(entry);
    }
    std::map<std::string, std::string> files;
    for (const Resource& resource : project_.resources) {
      std::optional<Json> entry = digest_entry(resource, files);
      if (!entry) return false;
      document["resources"].push_back(std::move(*entry));
    }
    project_.digest = digest(canonical(document));
    return true;
  }

  std::optional<Json> digest_entry(const Resource& resource, std::map<std::string, std::string>& files) {
    const auto texts = [](const std::vector<Pattern>& patterns) {
      Json list = Json::array();
      for (const Pattern& pattern : patterns) list.push_back(pattern.text);
      return list;
    };
    const Json& properties = builtin_schema("resources/" + resource.address.kind).at("properties");
    Json attributes = Json::object();
    for (const auto& [name, located] : resource.attributes) {
      if (resource.sensitive.contains(name)) continue;
      attributes[name] = located.value;
      if (properties[name].value("x-format", std::string()) != "source" || !located.value.is_string()) continue;
      const std::string file = located.value.get<std::string>();
      if (!files.contains(file)) {
        Result<std::string> bytes = file_digest(project_.folder / file);
        if (!bytes) {
          diagnostics_.add(Diagnostic(bytes.error().diagnostic()).at(located.span, "this file"));
          return std::nullopt;
        }
        files.emplace(file, std::move(*bytes));
      }
      attributes[name] = {{"path", file}, {"digest", files[file]}};
    }
    return Json{{"address", resource.address.str()},
                {"attributes", std::move(attributes)},
                {"on", resource.on ? Json(resource.on->text) : Json(nullptr)},
                {"after", texts(resource.after)},
                {"before", texts(resource.before)},
                {"ignore", resource.ignore},
                {"prevent_destroy", resource.prevent_destroy},
                {"sensitive", resource.sensitive}};
  }

  static Result<std::string> file_digest(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    Sha256 sum;
    std::array<char, 1 << 16> chunk{};
    while (file.read(chunk.data(), chunk.size()), file.gcount() > 0) {
      sum.add({chunk.data(), static_cast<std::size_t>(file.gcount())});
    }
    if (!file.eof()) return fail(Code::kFileUnreadable, "a source file cannot be read");
    return sum.finish();
  }

  Diagnostics& diagnostics_;
  lang::SourceMap* sources_;
  Project project_;
  std::set<fs::path> read_;
};

}  // namespace

std::optional<Project> load_project(const fs::path& folder, Diagnostics& diagnostics, lang::SourceMap* sources) {
  return ProjectLoader(folder, diagnostics, sources).load();
}

}  // namespace plumb::config
