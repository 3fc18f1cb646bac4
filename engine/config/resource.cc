#include "engine/config/resource.h"

#include <algorithm>

#include "engine/base/nearest.h"
#include "engine/config/inventory.h"
#include "engine/config/schema.h"
#include "engine/config/validate.h"

namespace plumb::config {
namespace {

using lang::Entry;
using lang::Node;

bool is_kind(const std::string& name) {
  const auto kinds = resource_kinds();
  return std::binary_search(kinds.begin(), kinds.end(), name);
}

const Json& shared_properties() {
  return builtin_schema("project").at("definitions").at("resource").at("properties");
}

class ResourceReader {
 public:
  ResourceReader(const Node& node, const std::filesystem::path& folder, Diagnostics& diagnostics,
                 lang::SourceMap* sources)
      : node_(node), first_(node.entries.front()), folder_(folder), diagnostics_(diagnostics), sources_(sources) {}

  std::optional<Resource> read() {
    if (!check_kind()) return std::nullopt;
    schema_ = &builtin_schema("resources/" + first_.key);
    identity_ = schema_->at("x-identity").get<std::string>();
    const std::size_t before = diagnostics_.error_count();
    find_sensitive();
    hide_sensitive();
    const std::optional<Json> attributes = read_attributes();
    read_shared();
    if (diagnostics_.error_count() != before || !attributes) return std::nullopt;
    take(*attributes);
    return std::move(resource_);
  }

 private:
  const Json& properties() const { return schema_->at("properties"); }
  bool has_attribute(const std::string& name) const { return properties().contains(name); }
  bool flag(const std::string& attribute, const char* key) const { return properties()[attribute].value(key, false); }

  void report(Code code, std::string summary, const SourceSpan& span, std::string label, std::string hint = {}) {
    diagnostics_.add(Diagnostic(code, std::move(summary)).at(span, std::move(label)).with_hint(std::move(hint)));
  }

  bool check_kind() {
    if (!is_kind(first_.key)) {
      const auto later = std::find_if(node_.entries.begin(), node_.entries.end(),
                                      [](const Entry& entry) { return is_kind(entry.key); });
      if (later != node_.entries.end() && shared_properties().contains(first_.key)) {
        report(Code::kBadResource, "the kind of a resource comes first", first_.key_span,
               "expected `" + later->key + ":` before this");
        return false;
      }
      const std::string near = nearest(first_.key, resource_kinds());
      std::string hint;
      if (near.empty()) {
        for (const std::string& kind : resource_kinds()) hint += (hint.empty() ? "the kinds are " : ", ") + kind;
      }
      report(Code::kUnknownKind, "there is no kind `" + first_.key + "`", first_.key_span,
             near.empty() ? "not a resource kind" : "did you mean `" + near + "`?", std::move(hint));
      return false;
    }
    if (!first_.value.is_scalar()) {
      report(Code::kBadResource, "the identity of this " + first_.key + " is missing",
             first_.value.is_null() ? first_.key_span : first_.value.span,
             "expected `" + first_.key + ": IDENTITY`, and its keys beside it");
      return false;
    }
    return true;
  }

  // Reads only names here: what is to be hidden must be known before anything else is said about the resource.
  void find_sensitive() {
    for (const auto& [name, part] : properties().items()) {
      if (part.value("x-sensitive", false)) resource_.sensitive.insert(name);
    }
    const Entry* entry = node_.find("sensitive");
    if (entry == nullptr) return;
    if (entry->value.is_sequence()) {
      for (const Node& item : entry->value.items) {
        if (has_attribute(item.text)) resource_.sensitive.insert(item.text);
      }
    } else if (entry->value.text != "false") {
      for (const auto& [name, part] : properties().items()) {
        if (part.value("x-secret-capable", false)) resource_.sensitive.insert(name);
      }
    }
    for (const auto& [name, part] : properties().items()) {
      const std::string content = part.value("x-content-of", std::string());
      if (resource_.sensitive.contains(content)) resource_.sensitive.insert(name);
      if (resource_.sensitive.contains(name) && !content.empty()) resource_.sensitive.insert(content);
    }
  }

  void hide_sensitive() {
    if (sources_ == nullptr) return;
    for (const Entry& entry : node_.entries) {
      if (resource_.sensitive.contains(entry.key)) sources_->hide(entry.value.span);
    }
    if (resource_.sensitive.contains(identity_)) sources_->hide(first_.value.span);
  }

  // Validates the resource without its shared keys and with its identity under the attribute's own name.
  std::optional<Json> read_attributes() {
    Node own;
    own.kind = Node::Kind::kMap;
    own.span = node_.span;
    bool good = true;
    for (const Entry& entry : node_.entries) {
      if (&entry == &first_) {
        own.entries.push_back({identity_, entry.key_span, entry.value});
      } else if (entry.key == identity_) {
        good = false;
        report(Code::kExclusiveKeys, "`" + first_.key + "` already gives the " + identity_, entry.key_span,
               "remove this", "to change the address alone, use `id`");
      } else if (has_attribute(entry.key)) {
        own.entries.push_back(entry);
      } else if (!shared_properties().contains(entry.key)) {
        good = false;
        unknown_key(entry);
      }
    }
    ValidateOptions options;
    options.project_folder = folder_;
    options.alias_of = identity_;
    options.alias = first_.key;
    const SourceSpan where = first_.value.span;
    std::optional<Json> typed = validate(own, *schema_, first_.key, where, options, diagnostics_);
    return good ? std::move(typed) : std::nullopt;
  }

  void unknown_key(const Entry& entry) {
    std::vector<std::string> known;
    for (const Json* part : {&properties(), &shared_properties()}) {
      for (const auto& [name, unused] : part->items()) {
        if (name != identity_) known.push_back(name);
      }
    }
    const std::string near = nearest(entry.key, known);
    std::string hint;
    if (near.empty()) {
      hint = first_.key + " takes ";
      bool first = true;
      for (const auto& [name, unused] : properties().items()) {
        if (name == identity_) continue;
        hint += (first ? "" : ", ") + name;
        first = false;
      }
    }
    report(Code::kUnknownKey, "unknown key `" + entry.key + "` for " + first_.key, entry.key_span,
           near.empty() ? "not known here" : "did you mean `" + near + "`?", std::move(hint));
  }

  void read_shared() {
    for (const Entry& entry : node_.entries) {
      if (&entry == &first_ || has_attribute(entry.key) || !shared_properties().contains(entry.key)) continue;
      ValidateOptions options;
      options.root = &builtin_schema("project");
      const std::optional<Json> value = validate(entry.value, shared_properties()[entry.key], "`" + entry.key + "`",
                                                 entry.key_span, options, diagnostics_);
      if (value) read_shared(entry, *value);
    }
  }

  void read_shared(const Entry& entry, const Json& value) {
    const std::string& key = entry.key;
    if (key == "id") {
      id_ = value.get<std::string>();
      check_identity(id_, entry.value.span);
    } else if (key == "on") {
      resource_.on = Pattern{value.get<std::string>(), entry.value.span};
      if (Result<> good = check_host_pattern(resource_.on->text); !good) {
        Diagnostic diagnostic = good.error().diagnostic();
        diagnostic.span = entry.value.span;
        diagnostics_.add(std::move(diagnostic));
      }
    } else if (key == "after") {
      resource_.after = patterns(entry.value);
    } else if (key == "before") {
      resource_.before = patterns(entry.value);
    } else if (key == "prevent_destroy") {
      resource_.prevent_destroy = value.get<bool>();
    } else if (key == "ignore") {
      for (const Node& item : entry.value.items) {
        if (check_attribute(item, "ignored")) resource_.ignore.insert(item.text);
      }
    } else if (key == "sensitive") {
      check_sensitive(entry, value);
    }
  }

  static std::vector<Pattern> patterns(const Node& node) {
    if (node.is_scalar()) return {{node.text, node.span}};
    std::vector<Pattern> found;
    for (const Node& item : node.items) found.push_back({item.text, item.span});
    return found;
  }

  bool check_attribute(const Node& item, std::string_view verb) {
    std::vector<std::string> known;
    for (const auto& [name, unused] : properties().items()) {
      if (name != identity_) known.push_back(name);
    }
    if (std::find(known.begin(), known.end(), item.text) != known.end()) return true;
    const std::string near = nearest(item.text, known);
    report(Code::kBadValue,
           "`" + item.text + "` is not an attribute of " + first_.key + " that can be " + std::string(verb), item.span,
           near.empty() ? "not an attribute" : "did you mean `" + near + "`?");
    return false;
  }

  void check_sensitive(const Entry& entry, const Json& value) {
    const auto capable = [&](const std::string& name) {
      return flag(name, "x-secret-capable") || flag(name, "x-sensitive");
    };
    if (value.is_boolean()) {
      if (value.get<bool>() && resource_.sensitive.empty()) {
        report(Code::kBadValue, "a " + first_.key + " holds nothing that can be sensitive", entry.value.span,
               "remove this");
      }
      return;
    }
    for (const Node& item : entry.value.items) {
      if (!check_attribute(item, "sensitive")) continue;
      const std::string content = properties()[item.text].value("x-content-of", std::string());
      if (!capable(item.text) && (content.empty() || !capable(content))) {
        report(Code::kBadValue, "`" + item.text + "` of a " + first_.key + " cannot be sensitive", item.span,
               "not an attribute that can hold a secret");
      }
    }
  }

  void check_identity(const std::string& text, const SourceSpan& span) {
    if (std::any_of(text.begin(), text.end(),
                    [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; })) {
      report(Code::kBadValue, "an identity cannot hold control characters", span, "expected text on one line");
    }
  }

  void take(const Json& attributes) {
    const SourceSpan span = first_.value.span;
    resource_.span = span;
    for (const auto& [name, value] : attributes.items()) {
      const Entry* entry = name == identity_ ? &first_ : node_.find(name);
      resource_.attributes.emplace(name, Located{value, entry == nullptr ? span : entry->value.span});
    }
    const Json& own = attributes.at(identity_);
    std::string identity = own.is_string() ? own.get<std::string>() : canonical(own);
    check_identity(identity, span);
    resource_.address = Address{"", first_.key, id_.empty() ? std::move(identity) : id_};
  }

  const Node& node_;
  const Entry& first_;
  const std::filesystem::path& folder_;
  Diagnostics& diagnostics_;
  lang::SourceMap* sources_;
  const Json* schema_ = nullptr;
  std::string identity_;
  std::string id_;
  Resource resource_;
};

}  // namespace

std::optional<Resource> read_resource(const Node& node, const std::filesystem::path& project_folder,
                                      Diagnostics& diagnostics, lang::SourceMap* sources) {
  return ResourceReader(node, project_folder, diagnostics, sources).read();
}

}  // namespace plumb::config
