// plumb explain: what a word is; where an input has its value from; why a resource is on a host or is not; what a
// reading asks; what a fact is.

#include <algorithm>
#include <map>
#include <utility>

#include "cmd/plumb/commands.h"
#include "cmd/plumb/explain_word.h"
#include "cmd/plumb/workspace.h"
#include "engine/base/ascii.h"
#include "engine/base/nearest.h"
#include "engine/config/layers.h"
#include "engine/config/project_files.h"
#include "engine/config/reading.h"
#include "engine/config/resource.h"
#include "engine/config/schema.h"
#include "engine/config/types.h"
#include "engine/config/untyped.h"
#include "engine/lang/cel/function.h"
#include "engine/report/host_list.h"

namespace plumb::cmd {
namespace {

struct Question {
  std::string what;  // "input", "reading", "resource", "fact", "kind", "function", or any other word; "" for none
  std::string name;
  std::string host;
};

std::string quoted_list(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "`" : ", `") + name + "`";
  return list;
}

class Explainer {
 public:
  Explainer(Program& program, Question question)
      : options_(program.options),
        question_(std::move(question)),
        terminal_(options_.no_color),
        workspace_(options_, terminal_) {
    for (const CLI::App* command : program.app.get_subcommands({}))
      commands_.emplace(command->get_name(), command->get_description());
    terminal_.set_json(options_.output == "json");
    if (!question_.host.empty()) options_.on = question_.host;
  }

  int run() {
    if (question_.what.empty()) return overview();
    if (question_.what == "fact" || question_.what == "facts") return fact();
    if (question_.what == "function" && question_.name.empty()) return functions();
    if (question_.name.empty() || !is_noun(question_.what)) return word();
    if (question_.what == "kind") return kind();
    if (question_.what == "function") return function();
    workspace_.only_name();
    if (!workspace_.load()) return kInvalidConfiguration;
    if (question_.what == "reading") return reading();
    return question_.what == "input" ? input() : resource();
  }

 private:
  int unknown(std::string summary, const std::vector<std::string>& names, const std::string& otherwise) {
    const std::string near = nearest(question_.name.empty() ? question_.what : question_.name, names);
    workspace_.diagnose(
        fail(Code::kUsage, std::move(summary)).hint(near.empty() ? otherwise : "did you mean `" + near + "`?"));
    return kInvalidConfiguration;
  }

  static bool is_noun(const std::string& word) {
    return word == "input" || word == "reading" || word == "resource" || word == "kind" || word == "function";
  }

  int overview() {
    terminal_.print(
        "plumb explain says what a word is:\n"
        "  a code              plumb explain PL1007\n"
        "  a kind, an attribute of it\n"
        "                      plumb explain file, plumb explain file.mode\n"
        "  a fact              plumb explain facts.os.family; plumb explain fact lists all\n"
        "  a function          plumb explain size\n"
        "  a word of plumb's, or one of another tool\n"
        "                      plumb explain drift, plumb explain notify\n"
        "and of the project that you are in:\n"
        "  an input, with where its value comes from\n"
        "                      plumb explain input NAME --host HOST\n"
        "  a reading           plumb explain reading NAME\n"
        "  a resource, with where it goes\n"
        "                      plumb explain file:/etc/motd\n");
    return kDone;
  }

  int word() {
    if (const std::optional<CodeInfo> info = find_code(question_.what)) return code(*info);
    if (const std::size_t colon = question_.what.find(':'); colon != std::string::npos && colon > 0) {
      question_.name = std::exchange(question_.what, "resource");
      workspace_.only_name();
      return workspace_.load() ? resource() : kInvalidConfiguration;
    }
    std::vector<Meaning> found = meanings_of(question_.what, options_.kinds, commands_);
    // As it begins a sentence.
    if (found.empty()) found = meanings_of(lowered(question_.what), options_.kinds, commands_);
    if (found.empty()) return of_project();
    if (terminal_.json()) {
      Json document = Json::array();
      for (const Meaning& one : found) document.push_back({{"what", one.what}, {"text", one.text}});
      terminal_.print(document.dump(2) + "\n");
    } else {
      for (const Meaning& one : found) terminal_.print(one.text);
    }
    return kDone;
  }

  // A name of the project that somebody stands in, or nothing that is known.
  int of_project() {
    if (config::expect_project(Folder(options_.folder))) {
      workspace_.only_name();
      if (!workspace_.load()) return kInvalidConfiguration;
      question_.name = question_.what;
      if (workspace_.project().root.inputs.contains(question_.what)) return input();
      if (workspace_.project().root.readings.contains(question_.what)) return reading();
      question_.name.clear();
    }
    return unknown("plumb has no word `" + question_.what + "`", known_words(options_.kinds),
                   "`plumb explain` alone says what can be asked");
  }

  int code(const CodeInfo& info) {
    if (terminal_.json()) {
      terminal_.print(Json{{"code", question_.what}, {"title", info.title}, {"text", info.text}}.dump() + "\n");
    } else {
      terminal_.print(question_.what + ": " + std::string(info.title) + "\n\n" + std::string(info.text) + "\n");
    }
    return kDone;
  }

  // A kind with its attributes, or one of them: `kind file.mode`.
  int kind() {
    const std::size_t dot = question_.name.find('.');
    const Kind* found = options_.kinds.find(question_.name.substr(0, dot));
    if (found == nullptr)
      return unknown("there is no kind `" + question_.name + "`", options_.kinds.names(), "`plumb schema` lists them");
    const Json& schema = found->schema.json();
    const std::string attribute = dot == std::string::npos ? "" : question_.name.substr(dot + 1);
    if (!attribute.empty() && !schema["properties"].contains(attribute)) {
      std::vector<std::string> names;
      for (const auto& [name, unused] : schema["properties"].items()) names.push_back(found->name + "." + name);
      return unknown("`" + found->name + "` has no attribute `" + attribute + "`", names,
                     "`plumb explain kind " + found->name + "` lists them");
    }
    if (terminal_.json()) {
      terminal_.print((attribute.empty() ? schema : schema["properties"][attribute]).dump(2) + "\n");
      return kDone;
    }
    if (attribute.empty()) terminal_.print(found->name + ": " + schema.value("description", "") + "\n\n");
    for (const auto& [name, part] : schema["properties"].items())
      if (attribute.empty() || attribute == name) terminal_.print(part_text(schema, part, name));
    return kDone;
  }

  int functions() {
    const std::vector<cel::FunctionDoc> all = cel::documentation(cel::standard_functions());
    if (terminal_.json()) {
      Json names = Json::array();
      for (const cel::FunctionDoc& one : all) names.push_back(one.name);
      terminal_.print(names.dump(2) + "\n");
      return kDone;
    }
    for (const cel::FunctionDoc& one : all) terminal_.print(one.name + ": " + one.doc + ".\n");
    return kDone;
  }

  int function() {
    const std::vector<cel::FunctionDoc> all = cel::documentation(cel::standard_functions());
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const cel::FunctionDoc& one) { return one.name == question_.name; });
    if (found == all.end()) {
      std::vector<std::string> names;
      for (const cel::FunctionDoc& one : all) names.push_back(one.name);
      return unknown("there is no function `" + question_.name + "`", names, "such as `" + names.front() + "`");
    }
    if (terminal_.json()) {
      terminal_.print(Json{{"name", found->name},
                           {"text", found->doc},
                           {"signatures", found->signatures},
                           {"example", found->example}}
                          .dump(2) +
                      "\n");
      return kDone;
    }
    std::string text = found->name + ": " + found->doc + ".\n";
    for (const std::string& signature : found->signatures) text += "  " + signature + "\n";
    if (!found->example.empty()) text += "Such as " + found->example + "\n";
    terminal_.print(text);
    return kDone;
  }

  int fact() {
    const FactFound found = fact_at(question_.name);
    if (found.schema == nullptr)
      return unknown("there is no fact `" + question_.name + "`", found.beside, "`plumb explain fact` lists them");
    if (terminal_.json()) {
      terminal_.print(found.schema->dump(2) + "\n");
    } else {
      terminal_.print(facts_text(*found.schema, "facts" + (found.path.empty() ? "" : "." + found.path)));
    }
    return kDone;
  }

  // By its name, that of a module's with the module in front.
  static void gather_readings(const config::Module& module, const std::string& path,
                              std::map<std::string, const config::ParsedReading*>& readings) {
    for (const auto& [name, one] : module.readings) readings.emplace(config::below(path, name), &one.written);
    for (const auto& entry : module.body) {
      const auto* used = std::get_if<config::ModuleCall>(&entry);
      if (used != nullptr && used->written->module != nullptr)
        gather_readings(*used->written->module, config::below(path, used->written->name), readings);
    }
  }

  int reading() {
    std::map<std::string, const config::ParsedReading*> readings;
    gather_readings(workspace_.project().root, "", readings);
    const auto found = readings.find(question_.name);
    if (found == readings.end()) {
      std::vector<std::string> names;
      for (const auto& [name, unused] : readings) names.push_back(name);
      return unknown("the project declares no reading `" + question_.name + "`", names,
                     names.empty() ? "it declares none" : "it declares " + quoted_list(names));
    }
    const config::ParsedReading& one = *found->second;
    Json document = config::untyped(*one.source);
    if (!one.nothing) document["format"] = one.format;
    if (one.value.default_value) document["absent"] = one.value.default_value->value;
    if (one.value.sensitive) document["sensitive"] = true;
    if (terminal_.json()) {
      document["schema"] = one.value.schema;
      document["source"] = one.value.span.str();
      terminal_.print(document.dump(2) + "\n");
      return kDone;
    }
    terminal_.print("reading " + question_.name + " is " + config::words_for(config::type_of(one)) + ", declared at " +
                    one.value.span.str() + "\n");
    for (const auto& [key, value] : document.items())
      terminal_.print("  " + key + ": " + (value.is_string() ? value.get<std::string>() : value.dump()) + "\n");
    return kDone;
  }

  int input() {
    const auto& inputs = workspace_.project().root.inputs;
    const auto found = inputs.find(question_.name);
    if (found == inputs.end()) {
      std::vector<std::string> names;
      names.reserve(inputs.size());
      for (const auto& [name, unused] : inputs) names.push_back(name);
      return unknown("the project declares no input `" + question_.name + "`", names,
                     names.empty() ? "it declares none" : "it declares " + quoted_list(names));
    }
    Json document = Json::object();
    for (const std::string& name : workspace_.hosts()) {
      const auto layers =
          config::input_layers(workspace_.project(), workspace_.inventory().hosts.at(name), question_.name);
      Json list = Json::array();
      for (const config::InputLayer& layer : layers) {
        list.push_back({{"layer", layer.layer},
                        {"value", found->second.sensitive ? Json("(sensitive)") : layer.value.value},
                        {"source", layer.value.span.str()}});
      }
      if (!terminal_.json()) print_layers(name, list);
      document[name] = std::move(list);
    }
    if (terminal_.json()) terminal_.print(document.dump(2) + "\n");
    return kDone;
  }

  void print_layers(const std::string& host, const Json& layers) {
    if (layers.empty()) {
      terminal_.print(question_.name + " on " + host + " has no value\n");
      return;
    }
    terminal_.print(question_.name + " on " + host + " is " + layers.back()["value"].dump() + "\n");
    std::size_t width = 0;
    for (const Json& layer : layers) width = std::max(width, layer["layer"].get<std::string>().size());
    for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
      const std::string name = (*layer)["layer"].get<std::string>();
      terminal_.print((layer == layers.rbegin() ? "  * " : "    ") + name + std::string(width - name.size() + 2, ' ') +
                      (*layer)["source"].get<std::string>() + "  " + (*layer)["value"].dump() + "\n");
    }
  }

  int resource() {
    const std::unique_ptr<run::Fleet> fleet = workspace_.graphs(workspace_.hosts()).fleet;
    if (fleet == nullptr) return kInvalidConfiguration;
    std::set<std::string> without;
    std::set<std::string> addresses;
    std::set<SourceSpan> declared;
    for (const std::string& host : workspace_.hosts()) {
      const ir::Node* found = nullptr;
      if (const ir::HostGraph* graph = fleet->graph(host)) found = find(*graph, addresses);
      if (found == nullptr) {
        without.insert(host);
        continue;
      }
      declared.insert(found->span);
      for (const ir::AlsoDeclared& one : found->also) declared.insert(one.span);
      print_place(*found, host);
    }
    std::vector<Place> places;
    gather_places(workspace_.project().root, "", {}, declared, places);
    // An address that expressions make is known by a host that has it.
    if (places.empty()) gather_places(workspace_.project().root, "", {}, declared_elsewhere(addresses), places);
    if (places.empty()) {
      return unknown("no resource has the address `" + question_.name + "`", {addresses.begin(), addresses.end()},
                     "`plumb graph` lists the addresses of a host");
    }
    if (!without.empty()) explain_absence(without, places);
    return kDone;
  }

  // What several modules declare has several places, and an address for each.
  void print_place(const ir::Node& node, const std::string& host) {
    terminal_.print(question_.name + " is on " + host + ", declared at " + node.span.str() + "\n");
    for (const ir::AlsoDeclared& one : node.also)
      terminal_.print("  also as " + one.address + " at " + one.span.str() + "\n");
    if (!node.also.empty()) terminal_.print("  plans call it " + node.desired.address.str() + "\n");
  }

  const ir::Node* find(const ir::HostGraph& graph, std::set<std::string>& addresses) const {
    const ir::Node* found = nullptr;
    for (const ir::Node& node : graph.nodes) {
      for (std::string& address : node.addresses()) {
        if (address == question_.name) found = &node;
        addresses.insert(std::move(address));
      }
    }
    return found;
  }

  std::set<SourceSpan> declared_elsewhere(std::set<std::string>& addresses) {
    std::set<std::string> others;
    for (const auto& [host, unused] : workspace_.inventory().hosts) {
      if (!workspace_.hosts().contains(host)) others.insert(host);
    }
    std::set<SourceSpan> spans;
    if (others.empty()) return spans;
    const std::unique_ptr<run::Fleet> fleet = workspace_.graphs(others).fleet;
    if (fleet == nullptr) return spans;
    for (const std::string& host : others) {
      const ir::HostGraph* graph = fleet->graph(host);
      const ir::Node* node = graph == nullptr ? nullptr : find(*graph, addresses);
      if (node == nullptr) continue;
      spans.insert(node->span);
      for (const ir::AlsoDeclared& one : node->also) spans.insert(one.span);
    }
    return spans;
  }

  // A declaration that gives the address, and the placements that decide on it, outermost first.
  struct Place {
    SourceSpan span;
    std::vector<const config::ParsedPlacement*> placements;
  };

  void gather_places(const config::Module& module, const std::string& path,
                     const std::vector<const config::ParsedPlacement*>& around, const std::set<SourceSpan>& declared,
                     std::vector<Place>& places) const {
    for (const auto& entry : module.body) {
      std::vector<const config::ParsedPlacement*> placements = around;
      if (const auto* used = std::get_if<config::ModuleCall>(&entry)) {
        const config::ParsedCall& call = *used->written;
        placements.push_back(&call.placement);
        if (call.module != nullptr)
          gather_places(*call.module, config::below(path, call.name), placements, declared, places);
        continue;
      }
      const config::ParsedDeclaration& declaration = *std::get<config::Declaration>(entry).written;
      placements.push_back(&declaration.placement);
      const Address written{path, declaration.kind, written_identity(declaration)};
      if (written.str() == question_.name || declared.contains(declaration.span))
        places.push_back({declaration.span, std::move(placements)});
    }
  }

  // What stands there; nothing where an expression makes it.
  static std::string written_identity(const config::ParsedDeclaration& declaration) {
    if (declaration.placement.id) return declaration.placement.id->text;
    const Json& schema = declaration.spec->schema.json();
    const auto literal = declaration.literals.find(schema["x-identity"].get<std::string>());
    const bool fixed = literal != declaration.literals.end() && literal->second.value.is_string();
    return fixed ? literal->second.value.get<std::string>() : "";
  }

  void explain_absence(const std::set<std::string>& hosts, const std::vector<Place>& places) {
    terminal_.print(question_.name + " is not on " + report::host_list({hosts.begin(), hosts.end()}) + "\n");
    for (const Place& place : places) {
      terminal_.print("  declared at " + place.span.str() + "\n");
      for (const config::ParsedPlacement* placement : place.placements) {
        if (placement->on) explain_pattern(*placement->on, hosts);
        for (const config::ParsedLoop& loop : placement->loops)
          terminal_.print("    " + loop.span.str() + "  for each " + loop.names.back() + " of " + loop.over->text +
                          "\n");
        if (placement->when)
          terminal_.print("    " + placement->when->span.str() + "  only when " + placement->when->text + "\n");
      }
    }
  }

  void explain_pattern(const config::Pattern& pattern, const std::set<std::string>& hosts) {
    const Result<std::set<std::string>> matching = config::match_hosts(workspace_.inventory(), pattern.text);
    std::vector<std::string> others;
    for (const std::string& host : hosts) {
      if (!matching || !matching->contains(host)) others.push_back(host);
    }
    terminal_.print("    " + pattern.span.str() + "  only on hosts that match `" + pattern.text + "`" +
                    (others.empty()
                         ? ""
                         : ", which " + report::host_list(others) + (others.size() == 1 ? " does not" : " do not")) +
                    "\n");
  }

  Options options_;
  Question question_;
  Terminal terminal_;
  Workspace workspace_;
  std::map<std::string, std::string> commands_;
};

}  // namespace

void add_explain(Program& program) {
  auto question = std::make_shared<Question>();
  CLI::App* command = program.app.add_subcommand(
      "explain", "Say what a word is: a code, a kind, an attribute, a fact, a function, an input, a resource");
  command->add_option("WORD", question->what,
                      "The word; or kind, function, fact, input, reading or resource, and a name behind it");
  command->add_option("NAME", question->name, "Of that; of a kind also KIND.ATTRIBUTE");
  command->add_option("--host", question->host, "One host; else those of --on")->type_name("HOST");
  command->callback([&program, question] { program.exit_code = Explainer(program, *question).run(); });
}

}  // namespace plumb::cmd
