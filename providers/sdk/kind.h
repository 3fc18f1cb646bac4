// Kind: all that the engine knows of one resource kind, as one value. The engine itself names no kind and no attribute
// of one; the registry that it is handed does.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/base/json.h"
#include "providers/sdk/managers.h"
#include "providers/sdk/operation.h"
#include "providers/sdk/provider.h"

namespace plumb {

// A JSON Schema, parsed when it is first asked for: a run needs a few of many. Copies share what was parsed.
class Schema {
 public:
  Schema() = default;  // of a kind that nobody reads configuration for: the executor gets what is typed already
  // `text` is valid JSON and outlives all copies.
  explicit Schema(std::string_view text);

  bool is_given() const { return parsed_ != nullptr; }
  // Of one that is given. On any thread.
  const Json& json() const;

 private:
  struct Parsed;
  std::shared_ptr<Parsed> parsed_;
};

// An attribute that holds bytes. In Desired and Observed its value is their digest.
struct ContentAttribute {
  std::string content;
  std::string source;  // the attribute that may name a file of the project with them instead; "" where there is none
  std::string path;    // the one that says where on the host they lie
};

// An attribute that holds address globs; a change of what they match sets an action off.
struct Trigger {
  std::string attribute;
  Op op = Op::kRestart;
};

// Some of the operations that there are.
class OperationSet {
 public:
  OperationSet() = default;
  template <class... Each>
  static constexpr OperationSet of() {
    OperationSet set;
    ((set.bits_ |= bit(place<Each>(static_cast<const Operation*>(nullptr)))), ...);
    return set;
  }
  bool contains(const Operation& operation) const { return (bits_ & bit(operation.index())) != 0; }

 private:
  static_assert(std::variant_size_v<Operation> <= 64);
  static constexpr std::uint64_t bit(std::size_t index) { return std::uint64_t{1} << index; }
  // Among the variant's alternatives.
  template <class One, class... All>
  static constexpr std::size_t place(const std::variant<All...>*) {
    static_assert((std::is_same_v<One, All> || ...));
    std::size_t index = 0;
    (void)((std::is_same_v<One, All> || (++index, false)) || ...);
    return index;
  }
  std::uint64_t bits_ = 0;
};

struct Survey;
struct SurveyedHost;

// What a host has of a kind that its distribution did not bring (survey.h).
struct Adoption {
  void (*look)(const SurveyedHost& host, Survey& survey) = nullptr;  // null: nobody looks for resources of the kind
  std::string chapter = {};  // the file of a project that somebody would write them into: "accounts"
};

namespace outside {
struct Package;
}

// A kind's provider. All are owned in one way: for each of them std::make_shared would bring an owner of its own, and
// those come to ten kilobytes of the executor.
template <class One, class... Arguments>
std::shared_ptr<const Provider> make_provider(Arguments&&... arguments) {
  std::unique_ptr<const Provider> made = std::make_unique<const One>(std::forward<Arguments>(arguments)...);
  return made;
}

struct Kind {
  std::string name;  // "file"
  std::shared_ptr<const Provider> provider;
  OperationSet operations;  // that its changes may come to; a plan with others is refused
  std::vector<ContentAttribute> contents = {};
  std::vector<Trigger> triggers = {};
  // Its action runs something: what that brings is not known beforehand, and that it was done is not seen but where one
  // of the guards was given, which are attributes that tell afterwards that it need not run any more.
  bool runs = false;
  std::vector<std::string> guards = {};
  // What Provider::infers() names has to be there as long as the resource is: one that takes it away contradicts it.
  bool stands_on_inferred = false;
  // Attributes that list what is to be changed or removed: where less of it is left, a change was begun, and the host
  // is still as a plan saw it.
  std::vector<std::string> dwindling = {};
  // Attributes of which a host tells whether they hold, and not what there is: what it finds follows from all that is
  // asked for.
  std::vector<std::string> judged = {};
  // Attributes that what is made is given where they are not asked for, and that nothing looks at later.
  std::vector<std::string> given_once = {};
  // What to declare of a resource to have it taken away; "" where nothing of it stays.
  std::string removal = "state: absent";
  // Whether the host alone can take its changes back, so that they may wait to be confirmed.
  bool confirmable = false;
  // Of a kind from outside: what its provider is; null for one of plumb's own.
  std::shared_ptr<const outside::Package> package = nullptr;
  // Its provider runs on the controller: the host is not given its sensitive values, and what is observed of it comes
  // to the host sealed.
  bool on_controller = false;
  Adoption adoption = {};
  Schema schema = {};

  // Null where the attribute holds no bytes.
  const ContentAttribute* content(std::string_view attribute) const;
  // Whether some operation of it may.
  bool may_run_programs() const;
};

// The kinds that there are, by name. A value; kinds that were found in it stay where they are until the next change.
class Registry {
 public:
  // In the place of one of the same name.
  void add(Kind kind);
  // Gives a kind its schema; see Schema. Nothing where there is no such kind.
  void describe(std::string_view kind, std::string_view schema);

  const Kind* find(std::string_view kind) const;
  const Provider* provider(std::string_view kind) const;
  std::span<const Kind> all() const { return kinds_; }
  std::vector<std::string> names() const;

  // What the kinds' back ends drive.
  Managers& managers() { return managers_; }
  const Managers& managers() const { return managers_; }

 private:
  std::vector<Kind> kinds_;  // sorted
  Managers managers_;
};

// The first of the attributes that the kind's schema knows and whose value is of another type than it says; "" where
// there is none. Null is of every type, and so is a keyed digest; a kind without a schema says nothing.
std::string mistyped(const Kind& kind, const Json& attributes);

// The digests, plain or keyed, of the bytes that the resource's attributes hold; none where its kind is not known.
std::vector<std::string> content_digests(const Registry& kinds, const Desired& desired);

}  // namespace plumb
