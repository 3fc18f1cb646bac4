#include "engine/ir/compile.h"

#include <algorithm>

#include "engine/base/checked.h"
#include "engine/base/digest.h"
#include "engine/config/layers.h"
#include "engine/config/told_facts.h"
#include "engine/ir/patterns.h"
#include "engine/ir/placed.h"
#include "engine/ir/source_folders.h"
#include "engine/ir/unite.h"
#include "providers/sdk/probe_form.h"

namespace plumb::ir {
namespace {

namespace slots = config::slots;

void gather_patterns(const config::Module& module, std::map<std::string, const config::Pattern*>& patterns) {
  for (const config::Block& block : module.blocks) {
    if (const auto& on = block.written.placement.on) patterns.try_emplace(on->text, &*on);
  }
  for (const auto& entry : module.body) {
    const auto& placement = std::visit(
        [](const auto& one) -> const auto& { return one.written->placement; }, entry);
    if (placement.on) patterns.try_emplace(placement.on->text, &*placement.on);
    if (const auto* call = std::get_if<config::ModuleCall>(&entry); call != nullptr && call->written->module != nullptr)
      gather_patterns(*call->written->module, patterns);
  }
}

std::vector<const config::Pattern*> patterns_of_entry(
    const config::Module& module, const std::variant<config::Declaration, config::ModuleCall>& entry) {
  return std::visit(
      [&](const auto& one) { return ir::patterns_of(module, one.written->placement, one.written->block); }, entry);
}

void gather_once(const config::Module& module, const std::vector<const config::Pattern*>& around,
                 std::vector<std::vector<const config::Pattern*>>& found) {
  for (const auto& entry : module.body) {
    std::vector<const config::Pattern*> patterns = around;
    for (const config::Pattern* pattern : patterns_of_entry(module, entry)) patterns.push_back(pattern);
    if (const auto* call = std::get_if<config::ModuleCall>(&entry)) {
      if (call->written->module != nullptr) gather_once(*call->written->module, patterns, found);
    } else if (std::get<config::Declaration>(entry).written->placement.once) {
      found.push_back(std::move(patterns));
    }
  }
}

bool declares_readings(const config::Module& module) {
  return !module.readings.empty() || std::any_of(module.body.begin(), module.body.end(), [](const auto& entry) {
    const auto* call = std::get_if<config::ModuleCall>(&entry);
    return call != nullptr && call->written->module != nullptr && declares_readings(*call->written->module);
  });
}

const Json* at_path(const Json* document, const std::vector<std::string>& path) {
  for (const std::string& name : path) {
    if (document == nullptr || !document->is_object() || !document->contains(name)) return nullptr;
    document = &(*document)[name];
  }
  return document;
}

}  // namespace

namespace {

bool has_secrets(const config::Declaration& declaration) {
  return std::any_of(declaration.sensitive.begin(), declaration.sensitive.end(), [&](const std::string& attribute) {
    const config::ParsedDeclaration& written = *declaration.written;
    return written.literals.contains(attribute) || written.expressions.contains(attribute) ||
           written.templates.contains(attribute) || written.choices.contains(attribute);
  });
}

bool declares_secrets(const config::Module& module) {
  const auto sensitive = [](const auto& reading) { return reading.second.written.value.sensitive; };
  if (std::any_of(module.readings.begin(), module.readings.end(), sensitive)) return true;
  for (const config::Steps& steps : module.around) {
    if (std::any_of(steps.steps.begin(), steps.steps.end(), has_secrets)) return true;
  }
  return std::any_of(module.body.begin(), module.body.end(), [](const auto& entry) {
    if (const auto* call = std::get_if<config::ModuleCall>(&entry))
      return call->written->module != nullptr && declares_secrets(*call->written->module);
    return has_secrets(std::get<config::Declaration>(entry));
  });
}

}  // namespace

bool holds_secrets(const config::Module& module) {
  return declares_secrets(module) || std::any_of(module.outputs.begin(), module.outputs.end(),
                                                 [](const auto& output) { return output.second.reads.sensitive; });
}

bool looks_at_other_hosts(const config::Module& module) {
  const auto looks = [](const auto& one) { return one.reads.other_hosts; };
  return std::any_of(module.body.begin(), module.body.end(),
                     [&](const auto& entry) { return std::visit(looks, entry); }) ||
         std::any_of(
             module.around.begin(), module.around.end(),
             [&](const config::Steps& one) { return std::any_of(one.steps.begin(), one.steps.end(), looks); }) ||
         std::any_of(module.checks.begin(), module.checks.end(), looks) ||
         std::any_of(module.outputs.begin(), module.outputs.end(),
                     [&](const auto& output) { return looks(output.second); });
}

std::size_t count_declarations(const config::Module& module) {
  std::size_t count = 0;
  for (const auto& entry : module.body) {
    const auto* call = std::get_if<config::ModuleCall>(&entry);
    if (call == nullptr) {
      ++count;
    } else if (call->written->module != nullptr) {
      count += count_declarations(*call->written->module);
    }
  }
  return count;
}

Compiler::Compiler(CompilerInput input)
    : input_(std::move(input)),
      expander_(input_.project, input_.inventory, input_.sources, input_.recorded_facts, input_.missing_secrets),
      linker_(input_.providers),
      contents_(std::make_shared<Contents>(input_.project.place(), input_.stopped)),
      has_readings_(declares_readings(input_.project.root)) {
  std::map<std::string, const config::Pattern*> patterns;
  gather_patterns(input_.project.root, patterns);
  for (const auto& [text, pattern] : patterns) patterns_.push_back(pattern);
  gather_once(input_.project.root, {}, once_);
}

bool Compiler::needs_facts() const {
  return input_.project.root.reads_facts;
}

void Compiler::survey(const std::set<std::string>& hosts, Diagnostics& diagnostics) {
  check(hosts, diagnostics);
  TellOnce once;
  for (const std::string& host : hosts) {
    Diagnostics own;
    (void)compile(host, nullptr, own);
    once.add(std::move(own), diagnostics);
  }
}

void TellOnce::add(Diagnostics found, Diagnostics& all) {
  for (const Diagnostic& problem : found.items()) add(problem, all);
}

void TellOnce::add(Diagnostic problem, Diagnostics& all) {
  if (told_.emplace(problem.code, problem.span, problem.summary).second) all.add(std::move(problem));
}

bool TellOnce::was_told(const Diagnostic& problem) const {
  return told_.contains({problem.code, problem.span, problem.summary});
}

// Which patterns the host matches.
std::string Compiler::selection_of(const config::Host& host, Diagnostics& diagnostics) {
  std::string selection;
  for (const config::Pattern* pattern : patterns_)
    selection += expander_.selects(*pattern, host.name, diagnostics) ? '1' : '0';
  for (const auto& patterns : once_) selection += expander_.first_of(patterns, diagnostics) == host.name ? '1' : '0';
  return selection;
}

std::set<std::string> Compiler::used_facts(const std::string& host, Diagnostics& diagnostics) {
  std::set<std::string> used;
  if (asked_facts().empty()) return used;
  config::Reads reads = reads_of(selection_of(input_.inventory.hosts.at(host), diagnostics));
  for (const config::Steps& steps : input_.project.root.around) {
    for (const config::Declaration& step : steps.steps) reads.add(step.reads);
  }
  for (const cel::Reference& path : reads.paths) {
    if (path.slot != slots::kFacts) continue;
    if (path.path.empty()) return config::asked_facts();
    if (asked_facts().contains(path.path.front())) used.insert(config::known_fact_path(path.path));
  }
  return used;
}

// With it, the values of all that expressions read of the host.
std::string Compiler::key_of(const config::Host& host, const Told& told, Diagnostics& diagnostics) {
  std::string key = selection_of(host, diagnostics);
  Json values = Json::array();
  for (const cel::Reference& path : reads_of(key).paths) {
    if (path.slot == slots::kReadings) continue;
    const Json* value = nullptr;
    Json own;
    if (path.slot == slots::kInputs) {
      if (const auto* located = config::input_value(input_.project, host, path.path.front())) value = &located->value;
    } else if (path.slot == slots::kFacts) {
      value = at_path(told.facts, path.path);
    } else {
      own = {{"name", host.name}, {"address", host.connection.address}, {"groups", host.groups}};
      value = at_path(&own, path.path);
    }
    values.push_back(value == nullptr ? Json(nullptr) : *value);
  }
  append_canonical(key, values);
  if (!host.env.empty()) append_canonical(key, Json(host.env));
  // Which of them an expression reads through modules does not stand with it.
  if (told.readings == nullptr) return key;
  for (const auto& [name, reading] : *told.readings)
    append_canonical(key, Json::array({name, reading.value, reading.path, reading.after,
                                       reading.thing ? reading.thing->str() : ""}));
  if (told.undecided != nullptr)
    append_canonical(key, Json::array({told.undecided->readings, told.undecided->decided}));
  return key;
}

const config::Reads& Compiler::reads_of(const std::string& selection) {
  const auto [known, added] = reads_.try_emplace(selection);
  if (!added) return known->second;
  if (input_.project.root.env) known->second.add(input_.project.root.env->reads);
  for (const config::Check& check : input_.project.root.checks) known->second.add(check.reads);
  for (const auto& entry : input_.project.root.body) {
    const std::vector<const config::Pattern*> of_entry = patterns_of_entry(input_.project.root, entry);
    const bool selected = std::all_of(of_entry.begin(), of_entry.end(), [&](const config::Pattern* pattern) {
      const auto at = std::find_if(patterns_.begin(), patterns_.end(),
                                   [&](const config::Pattern* one) { return one->text == pattern->text; });
      return selection[static_cast<std::size_t>(at - patterns_.begin())] == '1';
    });
    if (!selected) continue;
    known->second.add(std::visit(
        [](const auto& one) -> const auto& { return one.reads; }, entry));
  }
  return known->second;
}

std::vector<WantedReading> Compiler::wanted(const std::string& host, const Told& told, const config::Reads* question,
                                            Diagnostics& diagnostics) {
  if (!has_readings_) return {};
  return expander_.wanted(input_.inventory.hosts.at(host), told, question, diagnostics);
}

std::shared_ptr<const HostGraph> Compiler::compile(const std::string& name, const Told& told,
                                                   Diagnostics& diagnostics) {
  const config::Host& host = input_.inventory.hosts.at(name);
  const std::string key = key_of(host, told, diagnostics);
  auto known = graphs_.find(key);
  if (known == graphs_.end()) {
    Compiled compiled;
    compiled.graph = build(host, told, compiled.found);
    known = graphs_.emplace(key, std::move(compiled)).first;
  }
  for (Diagnostic problem : known->second.found.items()) {
    // A graph may have been made for another host that is like this one.
    if (told.facts != nullptr || !problem.host.empty()) problem.host = name;
    diagnostics.add(std::move(problem));
  }
  return known->second.graph;
}

std::shared_ptr<const HostGraph> Compiler::build(const config::Host& host, const Told& told, Diagnostics& diagnostics) {
  const std::size_t errors = diagnostics.error_count();
  const std::size_t found = diagnostics.items().size();
  Resources resources = expander_.expand(host, told, diagnostics);
  if (expander_.is_undecidable()) return nullptr;
  const bool reads = told.readings != nullptr && !told.readings->empty();
  const bool as_before = cast_elsewhere_ == expander_.elsewhere();
  if (!reads && diagnostics.items().size() == found && as_before && mould_.fits(resources)) {
    return verified(cast(std::move(resources)), diagnostics);
  }
  mould_.clear();
  drop_repeats(resources, diagnostics);
  std::vector<Node> nodes;
  std::vector<Declarations> declarations;
  nodes.reserve(resources.size());
  declarations.reserve(resources.size());
  for (config::Resolved& one : resources) {
    std::optional<Node> node = node_of(one, diagnostics);
    if (!node) continue;
    for (config::RenderedText& text : one.texts)
      node->desired.attributes[text.attribute] = add_text(*one.resource, text);
    nodes.push_back(std::move(*node));
    declarations.push_back({one.resource.get()});
  }
  const std::vector<std::size_t> places = unite(nodes, declarations, input_.providers);
  const SecretOf secret_of = [this](const std::string& sealed) { return contents_->secret(sealed); };
  std::shared_ptr<HostGraph> graph = linker_.link(std::move(nodes), declarations, secret_of, diagnostics);
  if (diagnostics.error_count() > errors) return nullptr;
  graph->moves = expander_.moves();
  graph->elsewhere = cast_elsewhere_ = expander_.elsewhere();
  if (reads) {
    const bool open = told.undecided != nullptr;
    if (open) graph->undecided = left_undecided(*told.undecided, graph->nodes);
    graph->may_come = expander_.may_come();
    for (const auto& [name, reading] : *told.readings)
      graph->readings[name] = {reading.path,
                               reading.after,
                               expander_.open_readings().contains(name),
                               reading.thing,
                               reading.is_there,
                               open && !expander_.unforeseen_readings().contains(name),
                               !input_.project.root.around.empty() || expander_.used_readings().contains(name)};
    return verified(std::move(graph), diagnostics);
  }
  // Where it was stopped, some are missing.
  const bool whole = diagnostics.items().size() == found && places.size() == resources.size();
  if (whole) mould_.keep(resources, graph, places, linker_.order());
  return verified(std::move(graph), diagnostics);
}

// Those of which nothing comes but what is decided in its turn. Steps of other hosts may read all of them.
std::set<std::string> Compiler::left_undecided(const Undecided& undecided, const std::vector<Node>& nodes) const {
  std::set<std::string> left;
  if (!input_.project.root.around.empty()) return left;
  for (const std::string& name : undecided.readings) {
    const bool used =
        expander_.open_readings().contains(name) || expander_.used_readings().contains(name) ||
        std::any_of(nodes.begin(), nodes.end(), [&](const Node& node) { return node.readings.contains(name); });
    if (!used) left.insert(name);
  }
  return left;
}

std::shared_ptr<const HostGraph> Compiler::verified(std::shared_ptr<const HostGraph> graph, Diagnostics& diagnostics) {
  const std::string broken = kChecked ? verify(*graph) : "";
  if (broken.empty()) return graph;
  diagnostics.add(Diagnostic(Code::kInternal, "a compiled graph does not hold together: " + broken));
  return nullptr;
}

// For a host with the resources of the last one.
std::shared_ptr<const HostGraph> Compiler::cast(Resources&& resources) {
  mould_.begin();
  for (std::size_t i = 0; i < resources.size(); ++i) {
    for (config::RenderedText& text : resources[i].texts)
      mould_.set(i, text.attribute, add_text(*resources[i].resource, text));
  }
  return mould_.finish();
}

std::optional<Node> Compiler::node_of(const config::Resolved& resolved, Diagnostics& diagnostics) {
  if (!resolved.constant) return lower(*resolved.resource, diagnostics);
  auto known = lowered_.find(resolved.resource);
  if (known == lowered_.end()) {
    std::optional<Node> node = lower(*resolved.resource, diagnostics);
    if (!node) return std::nullopt;
    known = lowered_.emplace(resolved.resource, std::move(*node)).first;
  }
  return known->second;
}

// Gives the digest.
std::string Compiler::add_text(const config::Resource& resource, config::RenderedText& text) {
  return resource.sensitive.contains(text.attribute)
             ? contents_->add_secret_template_text(input_.key, std::move(text.text))
             : contents_->add_template_text(std::move(text.text));
}

// Of resources with one address the first stays.
void Compiler::drop_repeats(Resources& resources, Diagnostics& diagnostics) {
  // Most hosts have the addresses of the last one.
  if (std::equal(resources.begin(), resources.end(), addresses_.begin(), addresses_.end(),
                 [](const auto& one, const Address& address) { return one.resource->address == address; }))
    return;
  std::map<Address, const config::Resource*> first;
  addresses_.clear();
  std::erase_if(resources, [&](const auto& one) {
    const auto& resource = one.resource;
    const auto [seen, added] = first.try_emplace(resource->address, resource.get());
    if (added) {
      addresses_.push_back(resource->address);
      return false;
    }
    const std::string what = "`" + resource->address.str() + "` is declared twice";
    if (seen->second->span == resource->span) {
      diagnostics.add(
          Diagnostic(Code::kDuplicateAddress, what)
              .at(resource->span, "for two elements of `for_each`")
              .with_hint("let it hold what tells the elements apart, or leave out the one that stands twice"));
      return true;
    }
    diagnostics.add(Diagnostic(Code::kDuplicateAddress, what)
                        .at(resource->span, "the second one")
                        .with_related(seen->second->span, "the first one")
                        .with_hint("remove one of them, keep them on different hosts with `on`, or give one an `id`"));
    return true;
  });
}

// Contents and sensitive values give way to their digests.
std::optional<Node> Compiler::lower(const config::Resource& resource, Diagnostics& diagnostics) {
  std::optional<Node> node(std::in_place);
  node->span = resource.span;
  node->attribute_spans = resource.spans;
  node->ignore = resource.ignore;
  node->prevent_destroy = resource.prevent_destroy;
  node->allow_lock_out = resource.allow_lock_out;
  node->confirm_within = resource.confirm_within;
  node->manner = resource.manner;
  node->rescues = resource.rescues;
  node->tags = resource.tags;
  node->readings = resource.readings;
  node->in_turn = resource.in_turn;
  for (const Json& probe : resource.verify) node->probes.push_back(probe_from(probe));
  node->desired.address = resource.address;
  node->desired.env = resource.env;
  Json& attributes = node->desired.attributes;
  attributes = resource.attributes;
  for (const ContentAttribute& special : input_.providers.find(resource.address.kind)->contents) {
    if (!take_parts(special, resource, attributes, diagnostics)) return std::nullopt;
    if (const auto source = attributes.find(special.source); source != attributes.end() && source->is_string()) {
      if (!take_source(special, resource, attributes, diagnostics)) return std::nullopt;
    } else if (const auto content = attributes.find(special.content);
               content != attributes.end() && content->is_string()) {
      auto& text = content->get_ref<std::string&>();
      *content = resource.sensitive.contains(special.content) ? contents_->add_secret_text(input_.key, std::move(text))
                                                              : contents_->add_text(std::move(text));
    }
    if (resource.sensitive.contains(special.content)) node->desired.sensitive.insert(special.content);
  }
  for (const std::string& attribute : resource.sensitive) {
    const auto value = attributes.find(attribute);
    if (value == attributes.end()) continue;
    // A content has its digest by now.
    const bool added = node->desired.sensitive.insert(attribute).second;
    if (added && !value->is_null()) *value = contents_->add_secret_value(input_.key, *value);
  }
  for (auto value = attributes.begin(); value != attributes.end();) {
    value = value->is_null() ? attributes.erase(value) : std::next(value);
  }
  return node;
}

bool Compiler::take_parts(const ContentAttribute& special, const config::Resource& resource, Json& attributes,
                          Diagnostics& diagnostics) {
  const Folder project(*input_.project.files, input_.project.folder);
  Result<std::optional<JoinedParts>> joined =
      join_source_parts(*input_.providers.find(resource.address.kind), special, project, attributes);
  if (!joined) {
    diagnostics.add(Diagnostic(Code::kSourceMissing, joined.error().summary()).at(resource.spans->at(special.content)));
    return false;
  }
  if (!*joined) return true;
  attributes.erase((*joined)->attribute);
  attributes[special.content] = std::move((*joined)->text);
  return true;
}

bool Compiler::take_source(const ContentAttribute& special, const config::Resource& resource, Json& attributes,
                           Diagnostics& diagnostics) {
  const auto path = attributes[special.source].get<std::string>();
  if (names_source_folder(*input_.providers.find(resource.address.kind), special)) {
    const Folder project(*input_.project.files, input_.project.folder);
    return take_source_folder(special, project, resource.spans->at(special.source), *contents_, attributes,
                              diagnostics);
  }
  const bool secret = resource.sensitive.contains(special.source) || resource.sensitive.contains(special.content);
  const Result<std::string> name = secret ? contents_->add_secret_file(input_.key, path) : contents_->add_file(path);
  if (!name) {
    // Why it was stopped, whoever stopped it says.
    if (name.error().code() == Code::kInterrupted) return false;
    diagnostics.add(Diagnostic(Code::kSourceMissing, name.error().summary()).at(resource.spans->at(special.source)));
    return false;
  }
  attributes.erase(special.source);
  attributes[special.content] = *name;
  // As the list of a folder has it of each of its files.
  const std::optional<FileStatus> status = Folder(*input_.project.files, input_.project.folder).status(path);
  if (status && status->executable) attributes["executable"] = true;
  return true;
}

}  // namespace plumb::ir
