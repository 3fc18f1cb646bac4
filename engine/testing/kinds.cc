#include "engine/testing/kinds.h"

#include <array>

#include "providers/sdk/ownership.h"

namespace plumb::testing {
namespace {

constexpr std::size_t kLargestShown = std::size_t{256} << 10;

// Those that can be gone, and those that cannot.
class Thing : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override {
    std::vector<Result<Observed>> all;
    for (const Desired* one : desired) all.push_back(look(*one, system));
    return all;
  }
  bool is_unwanted(const Desired& desired) const override { return desired.flag("gone", false); }

 protected:
  virtual Result<Observed> look(const Desired& desired, System& system) const = 0;

  // Attributes of `names` that are asked for and that the host has otherwise.
  static Change compared(const Desired& desired, const Observed& observed, std::initializer_list<const char*> names) {
    Change change;
    for (const char* name : names) {
      const Json now = observed.exists ? observed.attributes.value(name, Json()) : Json();
      if (!desired.has(name) || desired.attribute(name) == now) continue;
      if (observed.exists) change.before[name] = now;
      change.after[name] = desired.attribute(name);
    }
    if (!observed.exists || !change.after.empty()) change.op = observed.exists ? Op::kUpdate : Op::kCreate;
    return change;
  }
  static Change taken_away(const Observed& observed, Operation operation) {
    Change change;
    if (!observed.exists) return change;
    change.op = Op::kDelete;
    change.before = observed.attributes;
    change.operations = {std::move(operation)};
    return change;
  }
};

class Note : public Thing {
 public:
  Change diff(const Desired& desired, const Observed& observed) const override {
    const std::string at = desired.text("at");
    if (is_unwanted(desired)) return taken_away(observed, Remove{at, false, false});
    Change change = compared(desired, observed, {"text", "mode", "keeper"});
    if (change.empty()) return change;
    Ownership ownership;
    if (desired.has("mode")) ownership.mode = desired.text("mode");
    change.operations = {WriteFile{at, desired.text("text"), ownership, false, false, ""}};
    if (desired.has("instead_of")) change.operations.emplace_back(Remove{desired.text("instead_of"), false, false});
    return change;
  }
  std::vector<Address> infers(const Desired& desired) const override {
    std::vector<Address> edges;
    for (const std::string& folder : ancestors_of(desired.text("at"))) edges.push_back({"", "shelf", folder});
    if (desired.has("keeper")) edges.push_back({"", "person", desired.text("keeper")});
    return edges;
  }
  std::vector<std::string> manages_paths(const Desired& desired) const override { return {desired.text("at")}; }

 protected:
  Result<Observed> look(const Desired& desired, System& system) const override {
    Observed observed;
    PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system.stat(desired.text("at"), false));
    observed.exists = info.has_value();
    if (!info) return observed;
    PLUMB_TRY_ASSIGN(const std::string now, system.file_digest(desired.text("at")));
    observed.attributes = {{"text", now}};
    if (desired.has("mode")) observed.attributes["mode"] = mode_text(info->mode);
    if (now != desired.text("text") && info->size <= kLargestShown) {
      PLUMB_TRY_ASSIGN(observed.content_text, system.read_file(desired.text("at"), kLargestShown));
    }
    return observed;
  }
};

class Shelf : public Thing {
 public:
  Change diff(const Desired& desired, const Observed& observed) const override {
    const std::string at = desired.text("at");
    if (is_unwanted(desired)) return taken_away(observed, Remove{at, desired.flag("with_all", false), false});
    Change change = compared(desired, observed, {"at"});
    if (!change.empty()) change.operations = {MakeDirectory{at, {}, false}};
    return change;
  }
  std::vector<std::string> manages_paths(const Desired& desired) const override { return {desired.text("at")}; }

 protected:
  Result<Observed> look(const Desired& desired, System& system) const override {
    Observed observed;
    PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system.stat(desired.text("at"), false));
    observed.exists = info.has_value();
    if (info) observed.attributes = {{"at", desired.text("at")}};
    return observed;
  }
};

class Lamp : public Thing {
 public:
  Change diff(const Desired& desired, const Observed& observed) const override {
    Change change = compared(desired, observed, {"lit"});
    if (change.empty()) return change;
    change.op = Op::kUpdate;  // it comes with something else
    change.operations = {act(desired, desired.flag("lit", true) ? "start" : "stop")};
    return change;
  }
  Change triggered(const Desired& desired, const Observed& observed, Op op) const override {
    Change change;
    if (!observed.attributes.value("lit", false)) return change;
    const bool tune = op == Op::kReload && observed.attributes.value("can_tune", false);
    change.op = tune ? Op::kReload : Op::kRestart;
    change.operations = {act(desired, tune ? "reload" : "restart")};
    return change;
  }
  Observed as_declared(const Desired& desired) const override {
    Observed observed = Provider::as_declared(desired);
    observed.attributes["can_tune"] = true;
    return observed;
  }
  bool follows_from(const Desired& desired, const Observed& observed, const std::string& path,
                    const std::string* text) const override {
    if (path != "/wires/" + desired.text("name")) return false;
    return observed.obstacle || text == nullptr || *text == "other";
  }
  std::optional<Diagnostic> contradicted_by(const Desired& desired, const Observed&, const std::string& path,
                                            const std::string& text) const override {
    if (path != "/wires/" + desired.text("name") || text != "cut") return std::nullopt;
    return Diagnostic(Code::kConflict, "it cannot be lit, because its wire is cut");
  }
  std::vector<std::string> claims_on_host(const Desired&, const Observed& observed) const override {
    if (!observed.has("socket")) return {};
    return {"the socket " + observed.text("socket")};
  }

 protected:
  Result<Observed> look(const Desired&, System&) const override { return Observed{}; }

 private:
  static ServiceAction act(const Desired& desired, const char* verb) {
    return {"systemd", desired.text("name") + ".service", verb};
  }
};

class Chore : public Thing {
 public:
  // It looks at a path alone.
  bool is_foreseeable(const Desired&) const override { return true; }
  Change diff(const Desired& desired, const Observed& observed) const override {
    return observed.attributes.value("due", true) ? doing(desired, "it is due") : Change{};
  }
  Change triggered(const Desired& desired, const Observed&, Op op) const override {
    return op == Op::kRun ? doing(desired, "what it watches changed") : Change{};
  }
  Observed as_declared(const Desired& desired) const override {
    Observed observed = Provider::as_declared(desired);
    if (desired.has("done_when")) observed.attributes["due"] = false;
    return observed;
  }
  Observed as_declared_before(const Desired& before, const Desired& desired) const override {
    Observed observed = as_declared(before);
    observed.attributes["due"] = before.attributes != desired.attributes;
    return observed;
  }

 protected:
  Result<Observed> look(const Desired& desired, System& system) const override {
    Observed observed;
    observed.exists = true;
    observed.attributes["due"] = !desired.has("do_on");
    if (!desired.has("done_when")) return observed;
    PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system.stat(desired.text("done_when"), false));
    observed.attributes["due"] = !info.has_value();
    return observed;
  }

 private:
  static Change doing(const Desired& desired, std::string why) {
    Change change;
    change.op = Op::kRun;
    change.fidelity = Fidelity::kOpaque;
    change.note = std::move(why);
    Run run;
    run.script = desired.text("does");
    change.operations = {run};
    return change;
  }
};

class Crate : public Thing {
 public:
  Change diff(const Desired& desired, const Observed& observed) const override {
    Change change = compared(desired, observed, {"name"});
    if (change.empty()) return change;
    change.fidelity = Fidelity::kBounded;
    change.operations = {PackageTransaction{"apt", {{desired.text("name"), ""}}, {}, false, false}};
    return change;
  }
  bool may_bring(const Desired&, const Observed&, const Address& what) const override {
    return what.kind == "lamp" || what.kind == "shelf";
  }

 protected:
  Result<Observed> look(const Desired&, System&) const override { return Observed{}; }
};

class Person : public Thing {
 public:
  Change diff(const Desired& desired, const Observed& observed) const override {
    const std::string name = desired.text("name");
    if (is_unwanted(desired)) return taken_away(observed, EditDatabase{"user", "delete", name, Json::object()});
    Change change = compared(desired, observed, {"name"});
    if (!change.empty()) change.operations = {EditDatabase{"user", "create", name, Json::object()}};
    return change;
  }

 protected:
  Result<Observed> look(const Desired& desired, System& system) const override {
    Observed observed;
    observed.exists = system.user_by_name(desired.text("name")).has_value();
    if (observed.exists) observed.attributes = {{"name", desired.text("name")}};
    return observed;
  }
};

// What is kept in /stores says which crates can be had.
class Stores : public PackageManager {
 public:
  std::string_view name() const override { return "stores"; }
  Result<bool> manages(System&) const override { return true; }
  bool is_source(std::string_view path) const override { return path.starts_with("/stores/"); }
  bool offers(const Address& what) const override { return what.kind == "crate"; }
  std::optional<FixedQuestion> fixed_question() const override {
    static constexpr std::array<std::string_view, 1> kWords = {"--all"};
    return FixedQuestion{"stores", "list", kWords};
  }
  std::vector<std::string> locks() const override { return {}; }
  Result<std::optional<std::string>> installed_version(const std::string& package, System& system) const override {
    const Result<std::string> version = system.read_file("/crates/" + package, 64);
    return version ? std::optional(*version) : std::nullopt;
  }
  std::vector<Step> steps(const PackageTransaction&) const override { return {}; }
  Result<> judge(const PackageTransaction&, const Step&, const ProcessResult&, const std::string&) const override {
    return {};
  }
};

// A note in /wires makes the socket of a lamp.
class Wires : public ServiceManager {
 public:
  std::string_view name() const override { return "wires"; }
  Result<bool> starts(System&) const override { return true; }
  std::optional<Address> made_by(std::string_view path) const override {
    if (!reads(path)) return std::nullopt;
    return Address{"", "socket", std::string(path.substr(kFolder.size()))};
  }
  bool reads(std::string_view path) const override { return path.starts_with(kFolder); }
  Result<std::vector<Step>> steps(const ServiceAction&, bool) const override { return std::vector<Step>(); }
  bool brings_up(const ServiceAction&) const override { return false; }
  ServiceAction reload_definitions() const override { return {}; }
  Result<ToldUnit> tell_unit(const std::string& name, System&) const override {
    if (name != "lamp") return ToldUnit();
    return ToldUnit{true, true, false, "running"};
  }
  ProcessRequest ask_state(const ServiceAction&) const override { return {}; }
  UnitState read_state(const ProcessResult&) const override { return {}; }
  ProcessRequest ask_log(const ServiceAction&, std::chrono::system_clock::time_point) const override { return {}; }

 private:
  static constexpr std::string_view kFolder = "/wires/";
};

const Stores kStores;
const Wires kWires;

constexpr const char* kNote = R"({
  "title": "note", "description": "A text.", "type": "object", "additionalProperties": false,
  "x-identity": "at", "x-exclusive": [["text", "from", "shape"]], "required": ["at"],
  "properties": {
    "at": {"type": "string", "x-format": "path", "description": "Where it is."},
    "text": {"type": "string", "x-format": "content", "x-secret-capable": true, "description": "What it says."},
    "from": {"type": "string", "x-format": "source", "x-content-of": "text", "description": "A file that says it."},
    "shape": {"type": "string", "x-format": "template", "x-content-of": "text", "description": "A template of it."},
    "mode": {"type": "string", "x-format": "mode", "description": "Who may read it."},
    "keeper": {"type": "string", "x-format": "user", "description": "Whose it is."},
    "crate": {"type": "string", "description": "What it came in."},
    "gone": {"type": "boolean", "description": "Whether it is to go."}}})";

constexpr const char* kShelf = R"({
  "title": "shelf", "description": "A folder.", "type": "object", "additionalProperties": false,
  "x-identity": "at", "required": ["at"],
  "properties": {
    "at": {"type": "string", "x-format": "path", "description": "Where it is."},
    "gone": {"type": "boolean", "description": "Whether it is to go."},
    "with_all": {"type": "boolean", "description": "Whether what is in it may go too."}}})";

constexpr const char* kLamp = R"({
  "title": "lamp", "description": "Something that runs.", "type": "object", "additionalProperties": false,
  "x-identity": "name", "required": ["name"],
  "properties": {
    "name": {"type": "string", "description": "What it is called."},
    "lit": {"type": "boolean", "description": "Whether it runs."},
    "relight_on": {"type": "array", "items": {"type": "string"}, "description": "Changes that put it out and on."},
    "tune_on": {"type": "array", "items": {"type": "string"}, "description": "Changes that it is tuned for."}}})";

constexpr const char* kChore = R"({
  "title": "chore", "description": "Something to do.", "type": "object", "additionalProperties": false,
  "x-identity": "name", "x-step": {}, "required": ["name", "does"],
  "properties": {
    "name": {"type": "string", "description": "What it is called."},
    "does": {"type": "string", "description": "What is done."},
    "done_when": {"type": "string", "x-format": "path", "description": "What is there once it is done."},
    "do_on": {"type": "array", "items": {"type": "string"}, "description": "Changes that it is done for."}}})";

constexpr const char* kCrate = R"({
  "title": "crate", "description": "Brings things.", "type": "object", "additionalProperties": false,
  "x-identity": "name", "required": ["name"],
  "properties": {"name": {"type": "string", "description": "What it is called."}}})";

constexpr const char* kPerson = R"({
  "title": "person", "description": "Somebody.", "type": "object", "additionalProperties": false,
  "x-identity": "name", "required": ["name"],
  "properties": {
    "name": {"type": "string", "description": "What they are called."},
    "gone": {"type": "boolean", "description": "Whether they are to go."}}})";

}  // namespace

Registry made_up_kinds() {
  Registry kinds;
  kinds.add({.name = "note",
             .provider = make_provider<Note>(),
             .operations = OperationSet::of<WriteFile, Remove>(),
             .contents = {{.content = "text", .source = "from", .path = "at"}},
             .removal = "gone: true",
             .confirmable = true,
             .schema = Schema(kNote)});
  kinds.add({.name = "shelf",
             .provider = make_provider<Shelf>(),
             .operations = OperationSet::of<MakeDirectory, Remove>(),
             .removal = "gone: true",
             .confirmable = true,
             .schema = Schema(kShelf)});
  kinds.add({.name = "lamp",
             .provider = make_provider<Lamp>(),
             .operations = OperationSet::of<ServiceAction>(),
             .triggers = {{"relight_on", Op::kRestart}, {"tune_on", Op::kReload}},
             .removal = "lit: false",
             .confirmable = true,
             .schema = Schema(kLamp)});
  kinds.add({.name = "chore",
             .provider = make_provider<Chore>(),
             .operations = OperationSet::of<Run>(),
             .triggers = {{"do_on", Op::kRun}},
             .runs = true,
             .guards = {"done_when"},
             .removal = "",
             .schema = Schema(kChore)});
  kinds.add({.name = "crate",
             .provider = make_provider<Crate>(),
             .operations = OperationSet::of<PackageTransaction>(),
             .schema = Schema(kCrate)});
  kinds.add({.name = "person",
             .provider = make_provider<Person>(),
             .operations = OperationSet::of<EditDatabase>(),
             .removal = "gone: true",
             .schema = Schema(kPerson)});
  kinds.managers().add(kStores);
  kinds.managers().add(kWires);
  return kinds;
}

}  // namespace plumb::testing
