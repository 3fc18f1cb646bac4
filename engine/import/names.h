// What a name of Ansible's is called here, and the expressions that are made of it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/import/cel.h"
#include "engine/import/jinja.h"
#include "engine/lang/yaml.h"

namespace plumb::imports {

// Who knows names. Each may throw Untranslatable.
class Names {
 public:
  virtual ~Names() = default;
  virtual Cel variable(const std::string& name) = 0;
  // A chain that means something as a whole, such as `result.stat.exists`; `used` says how many parts it took.
  virtual std::optional<Cel> chain(const std::vector<std::string>& parts, std::size_t& used) = 0;
  // What is known to be a literal, whatever the host.
  virtual const lang::Node* constant(const std::string& name) const = 0;
  // Whether it means something that the tasks or the template name themselves.
  virtual bool knows(const std::string&) const { return false; }
  // Whether it means what a task before this one came to.
  virtual bool was_registered(const std::string&) { return false; }
  // What a reader of the report has to know of the value that is being made.
  virtual void tell(const std::string&) {}
};

// Names that only a loop or a part of a template knows, over others.
class LocalNames : public Names {
 public:
  explicit LocalNames(Names& outer) : outer_(outer) {}
  // What `name` means; a later one hides an earlier one.
  void set(const std::string& name, Cel meaning) {
    problems_.erase(name);
    own_[name] = std::move(meaning);
  }
  void set_constant(const std::string& name, lang::Node value) { constants_[name] = std::move(value); }
  // `name` is a pair or more, made by a loop that nests: `item.0`, `item[1]`.
  void set_parts(const std::string& name, std::vector<Cel> parts) { parts_[name] = std::move(parts); }
  // A key that maps of a literal list have.
  struct Field {
    bool in_all = true;
    bool numbers = false;  // whole numbers are among its values
    bool texts = false;
    bool others = false;
  };
  void set_fields(const std::string& name, std::map<std::string, Field> fields) { fields_[name] = std::move(fields); }
  // `name` means something that cannot be said here: told to who asks for it.
  void set_problem(const std::string& name, std::string reason) { problems_[name] = std::move(reason); }
  bool has(const std::string& name) const { return own_.contains(name) || parts_.contains(name); }
  std::vector<std::string> own_names() const;

  Cel variable(const std::string& name) override;
  std::optional<Cel> chain(const std::vector<std::string>& parts, std::size_t& used) override;
  const lang::Node* constant(const std::string& name) const override;
  bool knows(const std::string& name) const override { return has(name) || outer_.knows(name); }
  bool was_registered(const std::string& name) override { return !has(name) && outer_.was_registered(name); }
  void tell(const std::string& text) override { outer_.tell(text); }

 private:
  Names& outer_;
  std::map<std::string, Cel> own_;
  std::map<std::string, std::vector<Cel>> parts_;
  std::map<std::string, lang::Node> constants_;
  std::map<std::string, std::map<std::string, Field>> fields_;
  std::map<std::string, std::string> problems_;
};

// A fact of Ansible's, by its name without `ansible_`, and the parts behind it.
std::optional<Cel> fact_of(const std::vector<std::string>& parts, std::size_t& used);
// Where two values of a fact have other names here: what Ansible calls `RedHat` is `redhat` in facts.os.family. Nothing
// where the fact is none of these.
std::optional<std::string> fact_value(const std::string& fact, const std::string& theirs);
// Whether a fact can have this value of Ansible's, as far as that is known.
bool fact_may_be(const std::string& fact, const std::string& theirs);
// The family of a distribution, both as facts.os has them; empty where it is not known.
std::string family_of(const std::string& id);
// The fact's own expression, for such facts.
std::string fact_expression(const std::string& fact);
// The fact that an expression is, in Ansible's words without `ansible_`: "os_family" of `ansible_facts['os_family']`.
std::string fact_named(const Expr& expr);

// A name that CEL and plumb's YAML take: lower-case, no word that means something else.
std::string safe_name(std::string_view name);
// What a module or project can be called.
std::string module_word(std::string_view text);
// A whole value as a literal of CEL. Texts in it hold no expressions of Jinja.
Cel cel_literal(const lang::Node& node);
// What an unquoted text is in Ansible's YAML (1.1).
Type plain_type(const lang::Node& node);
bool is_true_word(std::string_view text);
// `''`, `[]` and so on.
std::string zero_of(Type type);

}  // namespace plumb::imports
