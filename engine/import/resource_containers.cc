// What the table cannot say of containers: lists of maps, texts that are lists, and what is said by another attribute.
#include "engine/import/expression.h"
#include "engine/import/resource.h"
#include "engine/import/task.h"
#include "engine/import/translate_text.h"

namespace plumb::imports {
namespace {

using lang::Entry;
using lang::Node;

// "512m" and "2gb" as they are written here: "512M", "2G".
std::string size_text(const std::string& text) {
  const std::size_t digits = text.find_first_not_of("0123456789");
  if (digits == 0 || digits == std::string::npos) return text;
  const char unit = text[digits];
  if (unit == 'b' || unit == 'B') return text.substr(0, digits);
  if (unit == 'k' || unit == 'K') return text.substr(0, digits) + "k";
  if (unit == 'm' || unit == 'M') return text.substr(0, digits) + "M";
  if (unit == 'g' || unit == 'G') return text.substr(0, digits) + "G";
  return text;
}

const Node* member(const Node& map, std::string_view name) {
  for (const Entry& entry : map.entries) {
    if (entry.key == name) return &entry.value;
  }
  return nullptr;
}

}  // namespace

// `command: nginx -g "daemon off;"`, or a list of words.
void Builder::container_command(Item& item, const char* parameter, Names& local) {
  const Node* node = task_.argument({parameter});
  ignore({parameter});
  if (node == nullptr || node->is_null()) return;
  if (!node->is_scalar()) {
    item.put(parameter, write(*node, Form::kList, local));
  } else if (!holds_jinja(node->text)) {
    item.put(parameter, Written::of_texts(shell_words(escaped(node->text))));
  } else {
    const Text whole = translate_text(node->text, local);
    if (whole.whole && whole.value.type == Type::kList) {
      item.put(parameter, Written::of_text(whole.text));
    } else if (const std::optional<std::string> known = constant_text(node->text, local)) {
      item.put(parameter, Written::of_texts(shell_words(escaped(*known))));
    } else {
      item.put(parameter, Written::of_text("${" + text_expression(node->text, local).in_brackets(0) + ".split(' ')}"));
    }
  }
}

void Builder::container_networks(Item& item, Names& local) {
  const Node* networks = task_.argument({"networks"});
  const Node* mode = task_.argument({"network_mode"});
  ignore({"networks", "network_mode"});
  if (networks != nullptr && networks->is_sequence() && !items_of(*networks).empty()) {
    std::vector<Written> names;
    for (const Node& one : items_of(*networks)) {
      const Node* name = one.is_map() ? member(one, "name") : &one;
      if (name == nullptr) throw Untranslatable{"a network without a name"};
      if (one.is_map() && one.entries.size() > 1)
        no_word("networks", "has addresses and aliases, which have no word here");
      names.push_back(write(*name, Form::kText, local));
    }
    item.put("networks", Written::of_list(std::move(names)));
  } else if (networks != nullptr && !networks->is_sequence()) {
    const Text whole = translate_text(networks->text, local);
    if (!whole.whole) throw Untranslatable{"networks in a text"};
    item.put("networks", Written::of_text("${" + whole.value.in_brackets(0) + ".map(one, one.name)}"));
  }
  if (mode == nullptr || mode->is_null() || item.find("networks") != nullptr) return;
  const Written name = write(*mode, Form::kText, local);
  if (name.text != "default" && name.text != "bridge") item.put("networks", Written::of_list({name}));
}

void Builder::container_health(Item& item, Names& local) {
  const Node* check = task_.argument({"healthcheck"});
  ignore({"healthcheck"});
  if (check == nullptr || !check->is_map()) {
    if (check != nullptr && !check->is_null()) no_word("healthcheck", "is an expression: say `health`");
    return;
  }
  WrittenMap health;
  for (const Entry& entry : check->entries) {
    if (entry.key == "test" && entry.value.is_scalar()) {
      health.emplace_back("command", write(entry.value, Form::kText, local));
    } else if (entry.key == "test") {
      std::string words;
      for (const Node& word : items_of(entry.value)) {
        const std::string text = translate_text(word.text, local).text;
        if (words.empty() && (text == "CMD" || text == "CMD-SHELL")) continue;
        words += (words.empty() ? "" : " ") + (text == "NONE" ? std::string("none") : text);
      }
      health.emplace_back("command", Written::of_text(words));
    } else if (entry.key == "retries") {
      health.emplace_back("retries", write(entry.value, Form::kInt, local));
    } else if (in_list(entry.key, {"interval", "timeout", "start_period"})) {
      health.emplace_back(entry.key, write(entry.value, Form::kText, local));
    }
  }
  item.put("health", Written::of_map(std::move(health)));
}

void Builder::container(Item& item, Names& local) {
  container_command(item, "command", local);
  container_command(item, "entrypoint", local);
  container_networks(item, local);
  container_health(item, local);
  if (const Node* limits = task_.argument({"ulimits"}); limits != nullptr && limits->is_sequence()) {
    WrittenMap map;
    for (const Node& one : items_of(*limits)) {
      const std::string text = translate_text(one.text, local).text;
      const std::size_t colon = text.find(':');
      if (colon != std::string::npos) map.emplace_back(text.substr(0, colon), Written::of_text(text.substr(colon + 1)));
    }
    item.put("ulimits", Written::of_map(std::move(map)));
  }
  ignore({"ulimits"});
  const Written* restart = item.find("restart");
  const std::optional<Written> retries = take({"restart_retries"}, Form::kText, local);
  if (retries && restart != nullptr && restart->text == "on-failure")
    item.put("restart", Written::of_text("on-failure:" + retries->text));
  for (const char* size : {"memory", "shm_size"}) {
    if (Written* text = item.find(size); text != nullptr) *text = Written::of_text(size_text(text->text));
  }
  if (Written* memory = item.find("memory"); memory != nullptr && memory->text == "0")
    std::erase_if(item.keys, [](const auto& key) { return key.name == "memory"; });
  if (yes({"restart"})) no_word("restart", "restarts it at each run: `restart_on` says what for");
  if (is({"state"}, "absent"))
    std::erase_if(item.keys, [](const auto& key) {
      return key.name != "container" && key.name != "state" && key.name != "when" && key.name != "for_each";
    });
}

// `name` and `tag`, and where it is from.
void Builder::container_image(Item& item, Unit::Turn& turn) {
  LocalNames& local = *turn.names;
  const std::optional<Written> tag = take({"tag"}, Form::kText, local);
  if (Written* name = item.find("container_image"); tag && name != nullptr && !tag->text.empty())
    identify(item, "container_image", Written::of_text(name->text + ":" + tag->text), turn);
  const std::string source = text({"source"}, local);
  const Node* build = task_.argument({"build"});
  const Node* path = task_.argument({"path"});
  ignore({"build", "path", "dockerfile", "nocache", "rebuild", "args"});
  if (source == "build" || path != nullptr || (build != nullptr && build->is_map())) {
    WrittenMap parts;
    const Node* from = path != nullptr || build == nullptr ? path : member(*build, "path");
    if (from == nullptr) throw Untranslatable{"an image that is built from no folder"};
    parts.emplace_back("path", write(*from, Form::kText, local));
    const Node* file = task_.argument({"dockerfile"});
    if (file == nullptr && build != nullptr) file = member(*build, "dockerfile");
    if (file != nullptr) parts.emplace_back("file", write(*file, Form::kText, local));
    const Node* args = task_.argument({"args"});
    if (args == nullptr && build != nullptr) args = member(*build, "args");
    if (args != nullptr && args->is_map()) parts.emplace_back("args", write(*args, Form::kText, local));
    if (const Node* target = build != nullptr ? member(*build, "target") : nullptr)
      parts.emplace_back("target", write(*target, Form::kText, local));
    if (const Node* pull = build != nullptr ? member(*build, "pull") : nullptr)
      parts.emplace_back("pull", write(*pull, Form::kBool, local));
    item.put("build", Written::of_map(std::move(parts)));
    std::erase_if(item.keys, [](const auto& key) { return key.name == "pull"; });
  } else if (yes({"force_source", "force"})) {
    item.put("pull", Written::of_text("always"));
  }
  ignore({"force_source", "force"});
}

void Builder::container_network(Item& item, Names& local) {
  const Node* config = task_.argument({"ipam_config"});
  ignore({"ipam_config"});
  if (config == nullptr || !config->is_sequence()) {
    if (config != nullptr && !config->is_null()) no_word("ipam_config", "is an expression: say `subnet`");
    return;
  }
  const std::pair<const char*, const char*> parts[] = {
      {"subnet", "subnet"}, {"gateway", "gateway"}, {"iprange", "ip_range"}};
  for (const auto& [theirs, ours] : parts) {
    std::vector<Written> texts;
    for (const Node& one : items_of(*config)) {
      if (const Node* text = member(one, theirs)) texts.push_back(write(*text, Form::kText, local));
    }
    if (!texts.empty()) item.put(ours, Written::of_list(std::move(texts)));
  }
}

void Builder::containers(Item& item, Unit::Turn& turn) {
  LocalNames& local = *turn.names;
  if (item.type == "container") container(item, local);
  if (item.type == "container_image") container_image(item, turn);
  if (item.type == "container_network") container_network(item, local);
  if (item.type == "container_registry") {
    if (Written* registry = item.find("container_registry"); registry != nullptr) {
      std::string name = registry->text.empty() ? "docker.io" : registry->text;
      for (const char* scheme : {"https://", "http://"}) {
        if (name.starts_with(scheme)) name = name.substr(std::string_view(scheme).size());
      }
      if (name == "index.docker.io/v1/") name = "docker.io";
      while (name.ends_with('/')) name.pop_back();
      identify(item, "container_registry", Written::of_text(name), turn);
    }
  }
  if (item.find("engine") == nullptr) {
    const bool podman = task_.module.starts_with("podman");
    if (item.type != "compose") item.put("engine", Written::of_text(podman ? "podman" : "docker"));
  }
}

}  // namespace plumb::imports
