// From one task of a module that has a kind to resources of that kind.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <vector>

#include "engine/import/unit.h"

namespace plumb::imports {

// How a value is written.
enum class Form {
  kText,
  kBool,
  kInt,
  kMode,
  kList,     // of texts: a list, or a text with commas
  kPattern,  // of RE2
};

// A row of the table: a module, its kind, the parameters that name the resource, and what becomes of the others.
struct ModuleRow {
  std::string_view modules;  // with blanks between them
  std::string_view kind;
  std::string_view identity;  // names of the parameter, with `|` between them
  // With blanks between them: ATTRIBUTE=PARAMETER|ALIAS:FORM, where FORM is t, b, i, m, l or p, and may have
  // `{theirs=ours,…}` behind it; `-PARAMETER` is not needed here; `?PARAMETER` has no word.
  std::string_view attributes;
};

// Letters, digits and `-` of a text: a name for a file.
std::string slug(std::string_view text);
inline bool in_list(std::string_view word, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

const ModuleRow* row_of(std::string_view module);
// Modules that are said by resources of other kinds: a command that does the same.
bool special_module(std::string_view module);
bool guarded_module(std::string_view module);
bool program_module(std::string_view module);
bool database_module(std::string_view module);

// A command that runs on a change alone asks itself what `creates` and `removes` ask: beside `run_on` they would have
// it run without any change.
void ask_inside(Item& item);

class Builder {
 public:
  friend class IptablesRule;

  Builder(Unit& unit, const Task& task, const Surroundings& around, int row);
  void build();
  // Whether something on the host is declared by it: that took the keywords of the task.
  bool made_any() const { return made_any_; }

 private:
  void one(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes);
  std::unique_ptr<Item> start(const std::string& kind, Unit::Turn& turn, const Cel& when);
  void finish(std::unique_ptr<Item> item, Unit::Turn& turn, const std::vector<const Item*>& changes);
  void by_table(const ModuleRow& table, Item& item, Unit::Turn& turn);

  // A parameter's value in the form asked for; nothing where it is not given or `omit`.
  std::optional<Written> take(std::initializer_list<std::string_view> names, Form form, Names& local);
  Written write(const lang::Node& node, Form form, Names& local);
  Written mapped(const lang::Node& node, std::string_view table, Names& local);
  std::string text(std::initializer_list<std::string_view> names, Names& local);
  bool is(std::initializer_list<std::string_view> names, std::string_view value);
  bool yes(std::initializer_list<std::string_view> names);
  void ignore(std::initializer_list<std::string_view> names);
  void no_word(const std::string& parameter, const std::string& why);
  bool given(std::initializer_list<std::string_view> names) const;
  void identify(Item& item, const std::string& kind, Written identity, const Unit::Turn& turn);
  // Who does it, as `become_user` of the task or around says; empty where that is root.
  std::string user_of_task(Names& local) const;
  void put_ownership(Item& item, Names& local);
  // Labels of SELinux, and whether it is written over in place.
  void put_beyond_mode(Item& item, Names& local);
  void owner_beside(const Written& path, Unit::Turn& turn, const Cel& when);
  void beside_again(Item& earlier, const std::string& guard, Item& item);

  void file(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes);
  void file_by_state(const lang::Node& given_state, Unit::Turn& turn, const Cel& when,
                     const std::vector<const Item*>& changes);
  void copy(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes);
  void copied(const Written& path, WrittenEntry content, Unit::Turn& turn, const Cel& when,
              const std::vector<const Item*>& changes);
  void finish_file(std::unique_ptr<Item> item, const Written& path, Unit::Turn& turn,
                   const std::vector<const Item*>& changes);
  void copy_folder(const std::string& folder, const std::string& target, Unit::Turn& turn, const Cel& when,
                   const std::vector<const Item*>& changes);
  void templated(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes);
  std::optional<Unit::SystemPath> chosen_templates(const std::string& src, Names& names);
  void package(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes);
  void package_of_file(const std::string& from, Unit::Turn& turn, const Cel& when,
                       const std::vector<const Item*>& changes);
  void service(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes);
  void command(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes);
  void script(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes);
  void edit(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes);
  void repository(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes);
  void key(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes);
  void key_file(const std::string& path, const std::string& url, Unit::Turn& turn, const Cel& when,
                const std::vector<const Item*>& changes);
  void repository_of_line(const std::string& line, std::unique_ptr<Item> item, Unit::Turn& turn,
                          const std::vector<const Item*>& changes);
  void firewall(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes);
  // --- same_resource.cc
  std::string condition_of(Item& item) const;
  bool take_off_known(Item& item, const std::string& condition);
  void declare(Item& item, const std::string& condition);
  Item* joined(Item& item);
  bool merge(Item& earlier, Item& item, bool equal);

  void moment(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes);
  void snap(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes);
  void file_context(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes);
  void synchronize(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes);
  void guarded(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes);
  void swap_entry(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes);
  void assemble(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes);
  std::string title_of(Unit::Turn& turn, const std::string& otherwise);
  void unarchive(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes);
  bool special(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes);
  void after_table(Item& item, Unit::Turn& turn);
  void databases(Item& item, Unit::Turn& turn);
  void database_login(Item& item, Names& local);
  void postgresql_privs(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes);
  void mysql_privileges(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes);
  void containers(Item& item, Unit::Turn& turn);
  void container(Item& item, Names& local);
  void container_command(Item& item, const char* parameter, Names& local);
  void container_networks(Item& item, Names& local);
  void container_health(Item& item, Names& local);
  void container_image(Item& item, Unit::Turn& turn);
  void container_network(Item& item, Names& local);
  void programs(Item& item, Unit::Turn& turn);
  void request(Item& item, Names& local);
  void certificate(Item& item, Names& local);
  static std::string glob_free(const std::string& name);
  std::string home_path(const std::string& path) const;
  std::string project_file(const std::string& src, const std::string& folder);

  Unit& unit_;
  const Task& task_;
  const Surroundings& around_;
  int row_;
  std::set<std::string> used_;
  Registered* registered_ = nullptr;
  bool made_any_ = false;
};

}  // namespace plumb::imports
