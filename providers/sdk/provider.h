// Provider: the code behind one resource kind. It reads and it decides; it never writes.
//
// The same diff() runs on the controller, to plan, and on the host, to verify. It must be pure: no clock,
// no environment, no order of a hash table.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/address.h"
#include "engine/base/json.h"
#include "engine/base/json_member.h"
#include "engine/base/result.h"
#include "providers/sdk/operation.h"
#include "providers/sdk/system.h"

namespace plumb {

// What is asked for, with values typed and normalised by the kind's schema, the identity's attribute among
// them. An attribute of x-format content or source arrives as `content` with the digest of its bytes. The value
// of a sensitive attribute arrives as its keyed digest ("hmac-sha256:…"), whatever its type; a provider only
// compares it with what it observed, or hands it on inside an operation.

struct Desired {
  Address address;
  Json attributes = Json::object();
  std::set<std::string> sensitive;
  // Of programs that are run for it, whether it is observed or changed.
  std::map<std::string, std::string> env = {};

  // Null where it is not given.
  const Json& attribute(std::string_view name) const { return member_of(attributes, name); }
  const Json& attribute(const char* name) const { return member_of(attributes, name); }
  // A text or boolean attribute, or the given value where it is not given.
  std::string text(std::string_view name, std::string_view otherwise = {}) const {
    return text_of(attributes, name, otherwise);
  }
  std::string text(const char* name) const { return text_of(attributes, name); }
  std::string text(const char* name, const char* otherwise) const { return text_of(attributes, name, otherwise); }
  bool flag(std::string_view name, bool otherwise) const { return flag_of(attributes, name, otherwise); }
  bool flag(const char* name, bool otherwise) const { return flag_of(attributes, name, otherwise); }
  bool has(std::string_view name) const { return !attribute(name).is_null(); }
  bool has(const char* name) const { return !attribute(name).is_null(); }
};

// `state: absent`, which most kinds know.
bool wants_absent(const Desired& desired);

// The value that stands behind a keyed digest of the graph, where it is known; null elsewhere.
using SecretOf = std::function<Json(const std::string& sealed)>;

// Something a resource cannot do without and the host does not have. `what` is an address in the form of
// the kind that would make it: user:deploy, group:www, directory:/etc/nginx, unit:nginx.service, file:/x.
struct Missing {
  Address what;
  std::string attribute;  // of the resource, that asks for it
  friend bool operator==(const Missing&, const Missing&) = default;
};

// What of the actions before a resource may take away what is in its way, where nobody sees through them.
enum class ObstacleGoes {
  kWithWhatItIsAbout,  // who may change what it is about: as a rule
  kWithItsPath,        // who may change what lies at its path, or above it: a link
  kWithAnything,       // whoever comes before it: no file tells whether a server answers by then
  kNever,              // nobody: no program of an image is run
};
std::string_view name(ObstacleGoes goes);
std::optional<ObstacleGoes> obstacle_goes_from_name(std::string_view name);

// Why the desired state cannot be reached from what is there, for example a directory where a file is wanted.
struct Obstacle : Diagnostic {
  Obstacle() = default;
  Obstacle(Diagnostic why, ObstacleGoes when = ObstacleGoes::kWithWhatItIsAbout)
      : Diagnostic(std::move(why)), goes(when) {}
  ObstacleGoes goes = ObstacleGoes::kWithWhatItIsAbout;
};

// What was read from the host for one resource, in the terms of the schema and normalised as it is.
struct Observed {
  bool exists = false;
  // In the schema's own names; every attribute that the desired state names and the host can tell.
  // `content` is a digest. A sensitive value is in clear here and is sealed before it leaves the host.
  Json attributes = Json::object();
  std::vector<Missing> missing;
  // A plan that would have to change this resource fails with it.
  std::optional<Obstacle> obstacle;
  // The text that is there now, for the diff that people read: only where the digest differs from the desired
  // one, it is UTF-8 text of at most 256 KiB, and `content` is not sensitive.
  std::optional<std::string> content_text;
  // The address of a later resource that takes back what this one asks for; beside an obstacle, of the other one that
  // it is about. "" for none.
  std::string undone_by;
  // Addresses of earlier resources whose changes are seen through: what is told here is found once they are made.
  std::vector<std::string> shaped_by;
  // Addresses of earlier resources whose changes may matter here, and through which nothing can be seen.
  std::vector<std::string> open_until;
  // What its change takes from the login over which the host is reached: "/usr/sbin/sshd would be gone"; "" is nothing.
  std::string cuts;
  // Of one that writes a file on which that login stands, where its text is not known on the host: who logs in, as
  // Login::text() has it.
  std::string login;

  // As those of Desired. A host may tell whatever it likes, so nothing else reads the attributes' values.
  const Json& attribute(std::string_view name) const { return member_of(attributes, name); }
  const Json& attribute(const char* name) const { return member_of(attributes, name); }
  std::string text(std::string_view name, std::string_view otherwise = {}) const {
    return text_of(attributes, name, otherwise);
  }
  std::string text(const char* name) const { return text_of(attributes, name); }
  std::string text(const char* name, const char* otherwise) const { return text_of(attributes, name, otherwise); }
  bool flag(std::string_view name, bool otherwise) const { return flag_of(attributes, name, otherwise); }
  bool flag(const char* name, bool otherwise) const { return flag_of(attributes, name, otherwise); }
  bool has(std::string_view name) const { return !attribute(name).is_null(); }
  bool has(const char* name) const { return !attribute(name).is_null(); }
};

// kVerify: probes that ask whether an action on the resource did what it was made for.
enum class Op { kNone, kCreate, kUpdate, kReplace, kDelete, kRun, kRestart, kReload, kVerify };
std::string_view name(Op op);
std::optional<Op> op_from_name(std::string_view name);

enum class Fidelity { kExact, kBounded, kOpaque };
std::string_view name(Fidelity fidelity);
std::optional<Fidelity> fidelity_from_name(std::string_view name);

// The note of a command that runs at every apply; a plan counts those.
inline constexpr std::string_view kUnguarded = "no guard";

// The attribute-level difference. `before` and `after` hold exactly the attributes that change; where the
// resource does not exist, `before` is empty, and where it is to go, `after` is.
struct Change {
  Op op = Op::kNone;
  Json before = Json::object();
  Json after = Json::object();
  std::vector<Operation> operations;
  Fidelity fidelity = Fidelity::kExact;
  std::string note;  // what bounds it, or why a command will or will not run; "" for nothing to say

  bool empty() const { return op == Op::kNone; }
};

// A path that is there because of a resource that does not manage it.
struct ImpliedPath {
  std::string path;                                 // may hold globs
  bool whole = false;                               // what lies below is its own business too, as in a home
  bool needed = false;                              // the resource is not as it is asked for without it
  std::optional<std::string> maker = std::nullopt;  // whose it is where an action makes it; "" for the executor's
};

// What all resources of a host have to do with paths. Those that are to go are none of them.
struct PathsInUse {
  std::set<std::string> managed;
  std::set<std::string> edited;  // in part
  std::set<std::string> implied;
  std::set<std::string> whole;  // those of the implied ones that are left alone with all that is below
};

class EditProvider;

// What a kind's resources want and have, and how they get from one to the other. See Kind for what else the engine
// knows of a kind.
class Provider {
 public:
  virtual ~Provider() = default;

  // Reads the state of many resources of this kind at once, one result each in the same order: a batch, so that
  // one reading of a database or one process serves them all. An error means that nothing honest can be said.
  virtual std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const = 0;

  // Attributes that observe() has to be given in clear where they are sensitive, since it cannot tell otherwise: as a
  // rule none.
  virtual std::vector<std::string> observed_with(const Desired& desired) const;

  // Pure.
  virtual Change diff(const Desired& desired, const Observed& observed) const = 0;
  // What is asked for, as a change of what is not there would leave it.
  Json asked_for(const Desired& desired) const { return diff(desired, Observed()).after; }

  // Addresses that must come before this one when something on the host has them: parent directory, owner, group.
  // Neither these nor manages_paths() may depend on what a content is.
  virtual std::vector<Address> infers(const Desired& desired) const;

  // What exists once this resource is as desired, beyond its own address and in the form of Missing::what: a file
  // in /etc/systemd/system provides unit:x.service, a user provides its own group.
  virtual std::vector<Address> provides(const Desired& desired) const;
  // Of what it provides: whether its change makes that, where the resource was found like this.
  virtual bool makes(const Desired& desired, const Observed& observed, const Address& what) const;

  // True where this resource's change can bring things that cannot be named beforehand and that fit `what`: a package
  // that installs a unit or a folder. `observed` may hold what the package manager said it would bring.
  virtual bool may_bring(const Desired& desired, const Observed& observed, const Address& what) const;

  // Whether what is asked for here may be found otherwise once the file at `path` is changed, as a service follows from
  // the files of its unit. `text` is the file's then; null where that is not known, or it is to go.
  virtual bool follows_from(const Desired& desired, const Observed& observed, const std::string& path,
                            const std::string* text) const;
  // Why it cannot be had beside a file with that text.
  virtual std::optional<Diagnostic> contradicted_by(const Desired& desired, const Observed& observed,
                                                    const std::string& path, const std::string& text) const;

  // The paths this resource manages, so that a purging directory leaves them and two kinds do not fight over one. Its
  // operations are about nothing but these, those of edits_paths(), those that it implies as a whole, and what lies
  // below them.
  virtual std::vector<std::string> manages_paths(const Desired& desired) const;

  // What else of a host this resource alone decides on, in words for messages: "the unit cron.service", "the uid 1500".
  // One thing has one resource, whatever it is called there. Beforehand, and by what its name means on a host.
  virtual std::vector<std::string> claims(const Desired& desired) const;
  virtual std::vector<std::string> claims_on_host(const Desired& desired, const Observed& observed) const;
  // Claims of others without whose things it cannot be: who takes such a thing away contradicts it.
  virtual std::vector<std::string> stands_on_claims(const Desired& desired) const;

  // Of files: those whose whole content this resource gives or takes away, and those of which it changes a part. Nobody
  // may change a part of what another gives as a whole.
  virtual std::vector<std::string> replaces_paths(const Desired& desired) const;
  virtual std::vector<std::string> edits_paths(const Desired& desired) const;
  // Of one that gives a file as a whole, other than by a content: the text that the file then has.
  virtual std::optional<std::string> text_given(const Desired& desired) const;
  // Itself, where it changes parts of files. Resources that do are observed together, whatever their kinds.
  virtual const EditProvider* editor() const;

  // Whether the change of a resource that was found like this may cut the line over which the host is reached: what
  // that line is, "port 22 from 192.0.2.5"; "" where it does not. Such a change has to wait to be confirmed.
  virtual std::string cuts_line(const Desired& desired, const Observed& observed) const;

  // Paths that are there because of this resource although it does not manage them: a home, what a command makes, where
  // a link leads.
  virtual std::vector<ImpliedPath> implies_paths(const Desired& desired) const;

  // Further paths at which observe() looked on the host, whatever is asked for: the home that an account has.
  virtual std::vector<std::string> looked_at(const Desired& desired, const Observed& observed) const;

  // Paths that it does not manage, and that are gone whenever the resource is as it is asked for.
  virtual std::vector<std::string> clears_paths(const Desired& desired) const;

  // What to do where nothing brings what is missing; "" where it is to be declared, as usual.
  virtual std::string remedy(const Desired& desired, const Missing& missing) const;

  // Lets a resource finish its desired state with what the others of its host are (directory: what to keep). Where the
  // configuration is, sensitive values are known; what is made of them here stands in plans.
  virtual void complete(Desired& desired, std::span<const Desired> host, const SecretOf& secret_of) const;

  // Whether the resource is about what others have to do with paths; then it is told of that after complete().
  virtual bool looks_at_paths(const Desired& desired) const;
  virtual void see_paths(Desired& desired, const PathsInUse& paths) const;

  // Whether what is asked for of attributes is asked for of all below the resource's path too, and what a resource has
  // from those that do; it is told of all of its host after complete().
  virtual bool spreads_below(const Desired& desired) const;
  virtual void inherit(Desired& desired, std::span<const Desired> spreading) const;

  // Whether observe() asks of the host nothing but files and accounts: then it can be asked as the host will be once
  // others have changed those.
  virtual bool is_foreseeable(const Desired& desired) const;
  // Of one that is not: whether what it asks the host may be about a thing of this name, a path or an account.
  virtual bool asks_about(const Desired& desired, std::string_view name) const;

  // Of one that is not: whether files that it stands on, and that are there now, are not there then. It is asked where
  // others change such files.
  virtual bool is_lost(const Desired& desired, System& now, System& then) const;

  // Of one that is made of files: whether the file at this path is one of them, or adds to them. Those come first.
  virtual bool is_made_of(const Desired& desired, const std::string& path) const;

  // Kinds whose resources that are to go have to go before those of this kind that are.
  virtual std::vector<std::string> outlives() const;

  // The operations of an action that one of the kind's triggers sets off; called only when diff() itself asks for
  // nothing that includes it.
  virtual Change triggered(const Desired& desired, const Observed& observed, Op op) const;

  // Of a resource with nothing to do: why it is not carried out, where its kind's could always be; "" elsewhere.
  virtual std::string why_passed_over(const Desired& desired, const Observed& observed) const;

  // Whether it is asked that there be no such thing.
  virtual bool is_unwanted(const Desired& desired) const;

  // Of one that is to go since nobody declares it any more: takes out of it what `other`, a resource of its kind, asks
  // for by now. False where nothing is left, or where it cannot be told what.
  virtual bool spare(Desired& going, const Desired& other) const;

  // What a host would tell of the resource, where it cannot be asked:
  // - one on which nothing is left to do;
  virtual Observed as_declared(const Desired& desired) const;
  // - one that has it as it was declared `before`, and now is asked for `desired`.
  virtual Observed as_declared_before(const Desired& before, const Desired& desired) const;

  // What undo would ask for; nothing where the change cannot be undone.
  virtual std::optional<Desired> restore(const Desired& desired, const Observed& before) const;

  // How many values what is observed of a resource may hold, with some room. A host that tells more is not listened to.
  static constexpr std::size_t kUsualValues = 4096;
  virtual std::size_t most_values(const Desired& desired) const;
};

}  // namespace plumb
