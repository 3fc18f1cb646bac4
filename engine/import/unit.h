// A role, or the tasks of a playbook, on the way to a module: what it declares, and what its tasks become.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/files.h"
#include "engine/import/item.h"
#include "engine/import/names.h"
#include "engine/import/report.h"
#include "engine/import/task.h"
#include "engine/import/written.h"

namespace plumb::imports {

// Where a name gets its value.
struct Symbol {
  const lang::Node* by_default = nullptr;              // defaults/
  const lang::Node* fixed = nullptr;                   // vars/main, vars of a play
  std::map<std::string, const lang::Node*> by_system;  // file of values_from -> value
  bool system_may_lack = false;
  bool system_gives_way = false;  // what somebody sets counts more than the system's file
  struct Step {
    std::vector<std::string> conditions;
    const lang::Node* value = nullptr;
    const lang::Node* loop = nullptr;          // what it goes over, where it is in a loop
    std::string loop_word;                     // `with_items` and its like
    std::string variable = "item";             // of the loop
    bool counts = false;                       // it has an `index_var`
    bool in_rescue = false;                    // it is set only where something fails
    std::vector<const lang::Node*> variables;  // `vars` around it, the outermost first
    std::size_t position = 0;
    int row = -1;
  };
  std::vector<Step> steps;  // set_fact, in order

  bool compiled = false;
  bool compiling = false;
  Cel meaning;
  bool is_input = false;
  bool is_sensitive = false;
  Type input_type = Type::kText;
  std::string default_text;       // of an input that the role does not declare
  bool is_list = false;           // though its default is no list
  bool may_be_null = false;       // the input: nobody has to give it
  std::optional<Written> value;   // under `values`
  std::optional<Written> before;  // under `values` as NAME_default
  std::string problem;            // why its value is by hand
  std::set<std::string> opened;   // as of an item
  bool waits = false;             // null until something is given that the role has no default for

  // What it is called in a file of values_from: apart from the value that is made of it.
  bool system_is_apart() const { return system_gives_way || !steps.empty(); }
};

// A task that registers its result. A name may be registered by several.
struct Registered {
  const Task* task = nullptr;
  bool looped = false;
  bool is_probe = false;
  bool elsewhere = false;  // it runs on another machine
  std::size_t position = 0;
  std::vector<const lang::Node*> variables;  // `vars` around it, the outermost first
  std::vector<const Item*> items;            // what the task became
};

struct Handler {
  const Task* task = nullptr;
  std::vector<std::string> names;
  std::vector<const Item*> sources;
  std::vector<std::string> tags;
};

// A loop over a whole file of tasks.
struct TurnLoop {
  Cel list;
  std::string element;  // what an item is called in expressions
  std::string index;    // and its number, where something asks for it
  bool is_counted = false;
};

// What a task becomes, as far as its keywords go: a letter for the table of those that have no word there.
enum class Way : char {
  kDone = '-',      // told already, or nothing that any keyword could change
  kResource = 'r',  // an entry of `resources:`
  kNothing = 'n',   // nothing of its own: lists that packages read, units that are read anew, messages
  kValue = 'v',
  kReading = 'l',
  kCheck = 'c',
  kInclude = 'i',
  kUse = 'u',
  kBlock = 'b',
};

// What tasks of a block or an included file share.
struct Surroundings {
  LocalNames* names = nullptr;
  Items* out = nullptr;
  std::string as;                                         // become_user
  bool as_who_connects = false;                           // `become: false`, said outright
  std::string folder;                                     // of the file that the tasks stand in
  Cel guard{"true", Type::kBool, Type::kAny, 0, "", ""};  // conditions around, where no loop is
  bool in_loop = false;
  LocalNames* turn = nullptr;           // of the loop around a whole file: what it sets anew each time
  std::shared_ptr<TurnLoop> loop;       // that one, where it is the only one around
  std::string delegated;                // why what is around does not run on the host itself; empty where it does
  bool once = false;                    // `run_once` around it
  bool looks_only = false;              // `check_mode` around it
  bool secret = false;                  // `no_log` around it
  std::vector<std::string> notified;    // by what is around, besides what a task itself notifies
  std::set<std::string> with_defaults;  // modules that `module_defaults` around it name
  std::vector<const Item*> changes;     // one of these has to change first
  std::vector<const lang::Node*> environment;  // the outermost first
  bool in_rescue = false;
  int depth = 0;
};

// What stands around tasks while names are collected.
struct Context {
  std::vector<std::string> conditions;
  std::set<std::string> turns;               // the variables of loops around
  std::vector<const lang::Node*> variables;  // `vars`, the outermost first
  bool elsewhere = false;
  bool in_rescue = false;
  int depth = 0;
};

// A file of tasks that an include may mean, and the condition of Jinja under which it does; empty: always.
struct TaskFile {
  std::string file;
  std::string condition;
};

class Unit : public Names {
 public:
  // One turn of a task's loop, or all of them where `for_each` repeats it.
  struct Turn {
    std::unique_ptr<LocalNames> names;
    WrittenMap for_each;
    std::vector<std::string> variables;  // names of for_each
  };

  // `source` is the role's folder; `name` the module's.
  Unit(Folder source, std::string shown_path, std::string name, Report& report);

  // What of a role is read: other files than the main ones, where an include of the role names them.
  struct Parts {
    std::string tasks = "main";
    std::string handlers = "main";
    std::string defaults = "main";
    std::string variables = "main";

    bool is_whole() const { return tasks == "main" && handlers == "main" && defaults == "main" && variables == "main"; }
    // What tells its module from that of the role: "-install" of tasks in install.yml.
    std::string suffix() const;
  };
  // A role: all that lies in its folder.
  void read_role(const Parts& parts);
  // Roles that its tasks include or that it stands on, without their collections and folders.
  std::vector<std::string> wanted_roles();
  // The parts of roles that its tasks include, by the role's module.
  std::vector<std::pair<std::string, Parts>> included_parts();
  // Takes over what another role, which comes first, has for names.
  void stand_on(const Unit& other);
  // Its uses of the module `role` that are left.
  std::vector<Item*> live_uses(const std::string& role);
  // Said in the report once.
  void tell_once(std::string text);
  // Leaves out of the uses of other modules what they do not take.
  void trim_uses(const std::function<const Unit*(const std::string&)>& find);
  // Tasks of a playbook.
  void add_handlers(const lang::Node& list, const std::string& file);
  void add_fixed(const lang::Node& map);

  // A play: what stands before its tasks, and where it goes.
  struct Play {
    std::string hosts;  // a pattern; empty: every host
    std::vector<std::unique_ptr<Item>> uses;
    std::vector<const lang::Node*> tasks;
    std::size_t tasks_before = 0;  // so many lists of them stand before the uses
    const lang::Node* environment = nullptr;
    std::vector<std::string> tags;
    std::string file;
    std::string as;
    const lang::Node* module_defaults = nullptr;
    bool looks_only = false;  // `check_mode`
    bool secret = false;      // `no_log`
  };
  void add_play(Play play) { plays_.push_back(std::move(play)); }
  // Those of the hosts of its plays, where these are not all.
  std::set<std::string> patterns() const;
  // The file that write() makes of it: that of the project, or of a module.
  void write_into(std::string file) { file_ = std::move(file); }
  // Takes over what `name` is in another unit, as an input that is handed on.
  void adopt(const std::string& name, const Unit& from);
  const Symbol* symbol(const std::string& name) const;
  Written literal_value(const lang::Node& node) { return written_of(node, *this); }

  // Collects what names mean, then makes resources of the tasks.
  void translate();
  // The module's files, as far as nothing of them is broken.
  std::map<std::string, std::string> write();

  // Marks what stands at this place of a file of write() as broken; false where nothing does.
  bool break_at(const std::string& file, int line, const std::string& why);

  const std::string& name() const { return name_; }
  // Lines at the head of the file, in the place of `plumb: v1`.
  void begin_with(std::string head) { head_ = std::move(head); }
  // Inputs that somebody outside may set.
  std::vector<std::string> input_names() const;
  void mark_sensitive(const std::string& name);
  // What the inventory gives a name, for its type; the node outlives this.
  void know_value(const std::string& name, const lang::Node& value) { known_values_.emplace(name, &value); }
  // As they stand in meta/main.yml: a name, or a map with variables.
  const std::vector<const lang::Node*>& role_dependencies() const { return dependencies_; }
  // Whether the default and the inventory give a name scalars of several types.
  bool is_mixed(const std::string& name) const;
  void know_roles(std::set<std::string> roles) { roles_ = std::move(roles); }

  Cel variable(const std::string& name) override;
  std::optional<Cel> chain(const std::vector<std::string>& parts, std::size_t& used) override;
  const lang::Node* constant(const std::string& name) const override;
  bool knows(const std::string& name) const override { return symbols_.contains(name); }
  bool was_registered(const std::string& name) override;
  void tell(const std::string& text) override;

 private:
  friend class Builder;
  friend class LoopTurns;

  // --- unit_read.cc
  const lang::Node* read_yaml(const std::string& path);
  const std::vector<Task>& tasks_of(const lang::Node& list, const std::string& file);
  std::vector<std::string> first_found(const Task& task) const;
  const std::string& file_text(const std::string& path);
  // Where a line of it begins.
  std::size_t line_start(const std::string& path, int line);
  // Paths relative to the folder.
  const std::vector<std::string>& files_below(const std::string& folder);
  void read_variables(const std::string& folder, const std::string& file, bool fixed);
  std::vector<std::string> conditions_of(const Task& one) const;

  // --- collect.cc
  void collect(const std::vector<Task>& tasks, const Context& around);
  void collect_task(const Task& task, const Context& around);
  void collect_include(const Task& task, const Context& around);
  void collect_fact(const Task& task, const Context& around);
  void collect_elsewhere();
  bool hangs_on(const lang::Node& node, const std::set<std::string>& turns) const;
  void bind(const std::vector<const lang::Node*>& variables, LocalNames& names);
  // The task whose result `name` is where the translation stands; null where none registers it.
  Registered* registration(const std::string& name);
  std::vector<const Item*> changed_items(const std::string& name);

  // --- included.cc
  // Throws where the files cannot be told.
  std::vector<TaskFile> task_files(const Task& task, const Names& names);
  std::string find_task_file(const std::string& name, const std::string& folder);
  struct Choice {
    std::string file;
    std::string condition;  // of Jinja
  };
  // `ends`: what a file's name may have behind it.
  std::vector<Choice> choices_of(const std::string& name, const std::vector<std::string>& folders,
                                 const std::vector<std::string>& ends);
  // While one lives, only what nobody can set otherwise is a constant.
  class FixedAlone {
   public:
    explicit FixedAlone(Unit& unit) : unit_(unit), before_(unit.fixed_alone_) { unit_.fixed_alone_ = true; }
    ~FixedAlone() { unit_.fixed_alone_ = before_; }
    FixedAlone(const FixedAlone&) = delete;
    FixedAlone& operator=(const FixedAlone&) = delete;

   private:
    Unit& unit_;
    bool before_;
  };

  // --- system_values.cc
  void collect_system_files(const Task& task, const Context& around);
  void collect_system_paths(const Task& task, const std::vector<std::string>& paths, const Context& around);
  void settle_system_files();

  // --- system_files.cc
  struct SystemPath {
    std::string path;                          // with `${…}`
    std::map<std::string, std::string> files;  // name in the new module -> in the role
  };
  std::optional<SystemPath> system_path(const std::string& text, const std::string& folder, const std::string& target);
  std::optional<SystemPath> variable_files(const std::string& path);
  std::map<std::string, std::string> write_system_files();
  std::optional<SystemPath> templates_by_value(const std::string& text, Names& names);
  std::optional<SystemPath> templates_by_pattern(const std::string& text, Names& names);

  // --- unit_names.cc
  void compile(const std::string& name, Symbol& symbol);
  Cel outside(const std::string& name, Symbol& symbol, Type type);
  Type type_by_use(const std::string& name, bool& asked_for) const;
  std::set<Type> known_types(const std::string& name) const;
  Cel previous(const std::string& name, Symbol& symbol);
  Cel value_of(const lang::Node& node, Names& names);
  Cel declare_unknown(const std::string& name);
  Cel environment_variable(const std::string& name);
  Cel answer_of(const std::string& url);
  Written written_of(const lang::Node& node, Names& names);
  std::optional<Cel> magic(const std::string& name);
  friend class FileNames;

  // --- set_facts.cc
  Cel steps_of(const std::string& name, Symbol& symbol, const Cel& before, Names& names);
  Cel step_in_loop(const std::string& name, const Symbol::Step& step, const Cel& current, bool known, Names& names);

  void set_in_turn(const Task& one, const Surroundings& around);

  // --- registered.cc, registered_in_loops.cc
  std::optional<Cel> result(const std::vector<std::string>& parts, std::size_t& used);
  Cel reading(const std::string& name, WrittenMap source, Type type);
  // The command of a reading that tells its text and nothing else, as a line of sh; empty where it is another one.
  std::string line_of_reading(const std::string& name) const;
  void ask_inside_command(Written& command) const;
  struct EachProbe;
  static EachProbe each_probe(const Task& task, Names& turn);
  Cel asked_of_all(const std::string& name, const Cel& list, const std::string& element, const EachProbe& probe,
                   bool lenient);
  Cel results(const std::string& name, const Registered& kept);
  void probe_in_turn(const Task& one, const std::string& name, const Surroundings& around);

  // --- asked_facts.cc
  Cel python_version(const std::string& part);
  // Facts of Ansible's that only a reading tells, by their names without `ansible_`.
  std::optional<Cel> asked_fact(const std::string& name);
  Cel known_accounts(const std::string& database);
  Cel known_packages(const std::vector<std::string>& parts, std::size_t& used);

  // --- unit_tasks.cc
  void tasks(const std::vector<Task>& list, const Surroundings& around);
  void task(const Task& one, const Surroundings& around);
  // Throws Untranslatable where it has to be done by hand.
  Way translate_task(const Task& one, const Surroundings& around, int row);
  static void refuse_dry_run(const Task& one, const Surroundings& around);
  struct Whereabouts {
    bool is_controller = false;  // it runs on the machine that runs Ansible
    bool host_does_it = false;   // there, and here the host itself does it
  };
  // Throws where a task runs on another machine and cannot be done by the host or from the controller here.
  static Whereabouts whereabouts(const Task& one, const Surroundings& around);
  Way nothing_here(const Task& one, const Surroundings& around, int row);
  Way set_value(const Task& one, const Surroundings& around, int row);
  // Whether the reading is all that becomes of it; else something waits for what it asks.
  bool look(const Task& one, const Surroundings& around, const Whereabouts& where, int row);
  Way resources_of(const Task& one, const Surroundings& around, int row);
  void end(const Task& one, const Surroundings& around, int row);
  void include(const Task& one, const Surroundings& around, int row);
  void use_role(const Task& one, const Surroundings& around, int row);
  void check(const Task& one, const Surroundings& around, int row);
  // The module that an include of a role means: that of the role, or of a part of it.
  std::string part_of_role(const Task& one) const;
  void check_variable_files(const Task& one);
  std::vector<std::string> tags_of(const Task& one);
  // The folder of the module for files that somebody else has: it is made, with a word about it.
  std::string given_files();

  // --- task_blocks.cc
  void block(const Task& one, const Surroundings& around, int row);
  static void add_around(const Task& one, Surroundings& inner);
  static void add_defaults(const lang::Node* defaults, Surroundings& inner);

  // --- task_rows.cc
  void by_hand(const Task& one, Items& out, int row, const std::string& why, int effort);
  // The row in the report of the task that is translated from here on.
  int add_row(const Task& one);
  void note(int row, const std::string& text);
  void set_outcome(int row, Outcome outcome);
  // Translated in part only, for this reason.
  void partly(int row, const std::string& why);
  // --- unheard_words.cc
  void tell_unheard(const Task& one, Way way, int row);

  // --- task_conditions.cc
  // The condition of a task; what it says of changes goes into `changes`.
  Cel when_of(const Task& one, Names& names, std::vector<const Item*>* changes);

  // --- task_probes.cc
  bool is_probe(const Task& one) const;
  // Whether a path, as the role writes it, lies where a task puts something that runs on the machine that runs Ansible,
  // and here on the host itself.
  bool is_fetched(const std::string& path) const;
  // Whether something is put into what `path` names, and not written over it; `here` is what the path becomes.
  bool is_folder(const std::string& path, const std::string& here) const;
  // Whether something outside of the task asks for the result or fact of this name.
  bool is_read(const std::string& name, const Task& by);

  // --- loops.cc
  std::vector<Turn> loop_of(const Task& one, LocalNames& names, bool unroll);
  static std::shared_ptr<TurnLoop> turn_loop(const lang::Node& over, const std::string& word, const Turn& turn,
                                             Names& names);
  std::string fresh_variable(const std::string& wanted, LocalNames& names);

  // --- task_keywords.cc
  void add_keywords(const Task& one, Item& item, Names& names, const Surroundings& around);
  void add_user(const Task& one, Item& item, Names& names, const Surroundings& around);
  void add_environment(const Task& one, Item& item, Names& names, const Surroundings& around);
  void add_failure(const Task& one, Item& item);
  void add_tries(const Task& one, Item& item);
  void add_time_limit(const Task& one, Item& item);

  // --- handlers.cc
  void notify(const Task& one, const Item& item);
  void notify(const std::string& handler, const Item& item);
  void write_handlers();
  struct Restart {
    std::string identity;
    std::string attribute;
    std::vector<const Item*> sources;
    WrittenMap whose;  // attributes that say whose unit it is, or what manages it
  };
  void set_off(const Restart& restart, const Cel& when, int row);
  Item* service_of(const std::string& identity, const std::string& guard);
  void restart(const Handler& handler, const std::string& attribute, int row);

  // --- waiting.cc
  std::string given_where(const std::string& kind, const std::string& name) const;
  // What has to be given for what stands in a text, as conditions.
  std::vector<std::string> needed_by(std::string_view text, int depth = 0) const;
  std::string value_text(const std::string& name) const;
  // Has something left out until what it needs is given, where that is what was found; false where it is not.
  bool wait_for_values(Item& item, std::string_view line, const std::string& why);
  bool wait_for_values(const std::string& name, Symbol& symbol, const std::string& why);

  // --- unit_write.cc
  void write_items(const Items& items, std::size_t indent, Lines& lines);
  void write_item(Item& item, std::size_t indent, Lines& lines);
  bool is_live(const Item& item) const;
  bool break_waiting(Items& items);
  std::string own_text();
  void write_inputs(Lines& lines);
  void write_named(Lines& lines);

  std::vector<Play> plays_;
  std::string file_ = "module.yaml";
  std::string head_;

  Folder source_;
  std::string shown_;  // the role's path, as reports say it
  std::string name_;
  Report& report_;

  std::map<std::string, std::unique_ptr<lang::Node>> trees_;
  std::map<std::string, std::string> texts_;
  std::map<std::string, std::vector<std::size_t>> line_starts_;
  std::map<std::string, std::vector<std::string>> listed_;
  std::vector<std::unique_ptr<std::vector<Task>>> task_lists_;
  std::map<const lang::Node*, const std::vector<Task>*> read_lists_;
  std::vector<const std::vector<Task>*> top_;
  std::vector<Handler> handlers_;
  std::vector<const lang::Node*> dependencies_;
  std::set<std::string> roles_;
  std::map<std::string, int> used_roles_;

  std::map<std::string, Symbol> symbols_;
  std::map<std::string, std::vector<Registered>> registered_;  // in the order of the tasks
  std::map<const Task*, std::size_t> positions_;
  std::vector<const Task*> at_position_;
  std::set<const Task*> asked_;                   // whose results are being made of their words
  int current_row_ = -1;                          // of the task that is translated
  std::size_t position_ = 0;                      // of what is translated
  std::map<std::string, std::string> elsewhere_;  // what files that no include names make: name -> file
  std::set<std::string> collected_files_;
  std::set<std::string> fetched_;  // where tasks put what they fetch on the machine that runs Ansible
  bool fixed_alone_ = false;
  int chosen_folders_ = 0;
  int turn_readings_ = 0;
  std::map<std::string, int> requirement_files_;  // of pip: how many are called so
  std::vector<Cel> ended_;            // conditions under which a host does nothing more of the unit, in order
  std::set<std::string> turn_names_;  // facts and results that a loop over a whole file makes anew each time
  std::vector<std::string> system_paths_;
  std::map<std::string, std::string> system_files_;   // in the module -> in the role
  std::vector<std::set<std::string>> system_layers_;  // files of each `include_vars`, in order
  // What a file takes over from one that is read before it: target -> name -> value.
  std::map<std::string, std::map<std::string, const lang::Node*>> system_more_;
  std::map<std::string, std::string> system_names_;  // `include_vars: name:` -> prefix
  std::map<std::string, WrittenMap> readings_;
  std::set<std::string> unasked_;            // of these, what nothing asks for
  std::map<std::string, std::size_t> urls_;  // that lookups ask, numbered
  WrittenMap checks_;
  std::vector<std::pair<std::string, int>> check_rows_;

  Items items_;
  // By identity: each with the conditions around it.
  std::map<std::string, std::vector<std::pair<std::string, Item*>>> services_;
  std::vector<Restart> restarts_;
  // What a resource is declared as, by its kind and identity, with the conditions under which it is.
  struct Declared {
    Item* item = nullptr;
    std::string condition;
  };
  std::map<std::string, std::vector<Declared>> declared_;
  std::map<std::string, Declared> beside_;      // owner and mode of files that edits give, by path; here with the guard
  std::map<std::string, std::string> files_;    // of the module: templates and files
  std::set<std::string> file_resources_;        // identities of files that lines stand in
  std::map<std::string, WrittenMap> requests_;  // what requests for certificates say, by the file that they go to
  std::set<std::string> directories_;
  std::multimap<std::string, const lang::Node*> known_values_;
  std::set<std::string> broken_names_;
  std::map<std::string, std::pair<int, int>> name_lines_;
  std::multimap<std::string, std::pair<int, int>> check_lines_;  // several may have one condition
  std::map<std::string, std::string> written_;                   // the files of the last write()
  std::string refresh_;                                          // of package lists, for packages that come
  std::string refresh_guard_;
  std::string signed_by_;  // key that an apt_key brought
  bool packages_before_ = false;
  std::string all_text_;  // of tasks and templates, for what is known of names by their use
  mutable std::map<std::string_view, std::vector<std::size_t>> words_;  // of that text, with their places
};

// What a loop goes over, all at once: a list of its items, where an item of `with_subelements` is a list of two.
Cel loop_list(const lang::Node& over, const std::string& word, Names& names);
// The keyword of a task's loop, and what it is called; null where there is none.
const lang::Node* loop_keyword(const Task& one, std::string& word);
// What its items are called.
std::string loop_variable(const Task& task);

// Makes a resource of a task, by the table of modules. False where there is no kind for it.
bool is_resource_module(const std::string& module);
bool is_exec_module(const std::string& module);

}  // namespace plumb::imports
