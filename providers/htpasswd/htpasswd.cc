#include "providers/htpasswd/htpasswd.h"

#include <array>

#include "engine/base/digest.h"
#include "engine/base/shell_word.h"
#include "providers/sdk/made_file.h"
#include "providers/sdk/managers.h"
#include "providers/sdk/observe_each.h"
#include "providers/sdk/obstacles.h"
#include "providers/sdk/ownership.h"

namespace plumb::providers::htpasswd {
namespace {

constexpr std::size_t kLargest = std::size_t{4} << 20;
constexpr const char* kAnother = "another";
// Of who is to go: nobody had the file before, so it goes with its last line.
constexpr const char* kMadeFile = "made_file";

// How a password is hashed: what its hashes begin with, and openssl's option; none for what only htpasswd can.
struct Scheme {
  const char* name;
  const char* prefix;
  const char* option;
};
constexpr std::array<Scheme, 4> kSchemes = {
    {{"sha512", "$6$", "-6"}, {"sha256", "$5$", "-5"}, {"apr1", "$apr1$", "-apr1"}, {"bcrypt", "$2", nullptr}}};

const Scheme& scheme_of(const Desired& desired) {
  const std::string name = desired.text("hash", kSchemes[0].name);
  for (const Scheme& one : kSchemes) {
    if (name == one.name) return one;
  }
  return kSchemes[0];
}

std::string user_of(const Desired& desired) {
  return desired.text("user");
}

// The hash of the user in the file's text; nothing where it has no such user.
std::optional<std::string> hash_in(std::string_view text, const std::string& user) {
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && line.substr(0, colon) == user) return std::string(line.substr(colon + 1));
  }
  return std::nullopt;
}

// Whether the password that is asked for is the one that was hashed.
Result<bool> fits(const Desired& desired, const Scheme& scheme, const std::string& hash, System& system) {
  ProcessRequest request;
  request.stdin_text = desired.text("password") + "\n";
  request.changes_nothing = true;
  if (scheme.option == nullptr) {
    request.about = {desired.text("path")};
    request.argv = {"htpasswd", "-v", "-i", desired.text("path"), user_of(desired)};
    PLUMB_TRY_ASSIGN(const ProcessResult answer, system.run(request));
    return answer.exit_code == 0;
  }
  const std::string_view rest = std::string_view(hash).substr(std::string_view(scheme.prefix).size());
  // Hashes with rounds of their own openssl does not make.
  if (rest.starts_with("rounds=")) return false;
  const std::string salt(rest.substr(0, rest.find('$')));
  request.argv = {"openssl", "passwd", scheme.option, "-salt", salt, "-stdin"};
  PLUMB_TRY_ASSIGN(const ProcessResult answer, system.run(request));
  std::string_view output = answer.output;
  return answer.exit_code == 0 && take_line(output) == hash;
}

Result<Observed> observe_one(const Desired& desired, System& system) {
  Observed observed;
  const std::string path = desired.text("path");
  const bool absent = wants_absent(desired);
  PLUMB_TRY_ASSIGN(const auto info, system.stat(path, false));
  if (!info && absent) return observed;
  if (info && info->type != FileType::kFile) {
    observed.exists = absent;
    observed.obstacle = info->type == FileType::kLink
                            ? link_in_the_place(path, info->link_target, "give the path that it leads to")
                            : Obstacle(Diagnostic(Code::kRefusedByState, path + " is there and is no regular file"));
    return observed;
  }
  std::optional<std::string> hash;
  if (info) {
    PLUMB_TRY_ASSIGN(const std::string text, system.read_file(path, kLargest));
    hash = hash_in(text, user_of(desired));
  } else {
    PLUMB_TRY(note_missing_parent(path, system, observed));
  }
  PLUMB_TRY(note_maker(path, system, observed));
  observed.exists = hash.has_value();
  if (observed.exists) observed.attributes["state"] = "present";
  if (!info) observed.attributes[kMadeFile] = true;
  if (absent) return observed;
  if (system.is_image()) {
    observed.obstacle = image_runs_nothing();
    observed.exists = false;
    return observed;
  }
  const Scheme& asked = scheme_of(desired);
  const bool needs_htpasswd = asked.option == nullptr;
  if (system.find_program(needs_htpasswd ? "htpasswd" : "openssl").empty()) {
    observed.missing.push_back({{"", "package", needs_htpasswd ? "apache2-utils" : "openssl"}, "hash"});
    return observed;
  }
  if (!hash) return observed;
  observed.attributes["password"] = kAnother;
  for (const Scheme& one : kSchemes) {
    if (!hash->starts_with(one.prefix)) continue;
    observed.attributes["hash"] = one.name;
    // One that is hashed in another way is written anew, whatever it is.
    if (&one != &asked) continue;
    // Where it is not known here, as to whoever undoes a run, nothing is compared.
    if (!desired.has("password") || is_keyed_digest(desired.text("password"))) {
      observed.attributes.erase("password");
      continue;
    }
    PLUMB_TRY_ASSIGN(const bool same, fits(desired, one, *hash, system));
    if (same) observed.attributes["password"] = desired.attribute("password");
  }
  return observed;
}

// The file is written anew beside the old one; the other lines stay as they are, and in their order.
Run rewriting(const Desired& desired, const Observed& observed, const std::string& hashing, const std::string& awk) {
  const std::string path = shell_word(desired.text("path"));
  Run run;
  run.script = "# the line of " + user_of(desired) + "\nset -eu\numask 077\n" + hashing +
               forget_beside(desired.text("path")) + new_beside(desired.text("path")) +
               "trap 'rm -f \"$new\"' EXIT\nold=" + path +
               "\nif test -e \"$old\"; then\n  chown \"$(stat -c %u:%g \"$old\")\" "
               "\"$new\"\n  chmod \"$(stat -c %a \"$old\")\" \"$new\"\nelse\n  old=/dev/null\nfi\nuser=" +
               shell_word(user_of(desired)) + " hash=\"${hash:-}\" awk -F: " + shell_word(awk) +
               " \"$old\" >\"$new\"\nmv -fT \"$new\" " + path + "\n";
  run.user = observed.text("maker");
  run.timeout_seconds = 60;
  return run;
}

}  // namespace

std::vector<Result<Observed>> HtpasswdProvider::observe(std::span<const Desired* const> desired, System& system) const {
  return observe_each(desired, [&](const Desired& one) { return observe_one(one, system); });
}

std::vector<std::string> HtpasswdProvider::observed_with(const Desired&) const {
  return {"password"};
}

Change HtpasswdProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  if (wants_absent(desired)) {
    if (!observed.exists) return change;
    change.op = Op::kDelete;
    change.before["state"] = "present";
    Run run = rewriting(desired, observed, "", "$1 != ENVIRON[\"user\"]");
    if (desired.flag(kMadeFile, false)) {
      const std::string path = shell_word(desired.text("path"));
      const std::size_t end = run.script.rfind("mv -fT");
      run.script.insert(end, "test -s \"$new\" || { rm -f " + path + "; exit 0; }\n");
    }
    change.operations.emplace_back(std::move(run));
    return change;
  }
  const Scheme& scheme = scheme_of(desired);
  const auto compare = [&](const char* attribute, const Json& wanted) {
    if (observed.exists && observed.attribute(attribute) == wanted) return;
    if (observed.exists && observed.has(attribute)) change.before[attribute] = observed.attribute(attribute);
    change.after[attribute] = wanted;
  };
  compare("hash", scheme.name);
  if (!observed.exists || observed.has("password")) compare("password", desired.attribute("password"));
  if (change.after.empty()) return change;
  if (!observed.exists) change.after["state"] = "present";
  change.op = observed.exists ? Op::kUpdate : Op::kCreate;
  // Neither says the password among its arguments.
  const std::string hashing =
      scheme.option != nullptr
          ? std::string("hash=$(openssl passwd ") + scheme.option + " -stdin)\n"
          : "hash=$(htpasswd -n -i -B -C 10 " + shell_word(user_of(desired)) + " | head -n 1 | cut -d : -f 2-)\n";
  Run run =
      rewriting(desired, observed, hashing + "test -n \"$hash\"\n",
                "$1 == ENVIRON[\"user\"] { if (!put) print $1 \":\" ENVIRON[\"hash\"]; put = 1; next }\n{ print }\n"
                "END { if (!put) print ENVIRON[\"user\"] \":\" ENVIRON[\"hash\"] }");
  run.stdin_text = desired.text("password");
  change.operations.emplace_back(std::move(run));
  return change;
}

std::vector<Address> HtpasswdProvider::infers(const Desired& desired) const {
  if (wants_absent(desired)) return {};
  std::vector<Address> edges = infer_path_edges({}, desired.text("path"));
  for (const char* package : {"apache2-utils", "openssl"}) edges.push_back({"", "package", package});
  return edges;
}

std::vector<Address> HtpasswdProvider::provides(const Desired& desired) const {
  if (wants_absent(desired)) return {};
  return {{"", "file", desired.text("path")}};
}

std::vector<std::string> HtpasswdProvider::claims(const Desired& desired) const {
  return {"the user " + user_of(desired) + " of " + desired.text("path")};
}

std::vector<std::string> HtpasswdProvider::edits_paths(const Desired& desired) const {
  return {desired.text("path")};
}

std::optional<Desired> HtpasswdProvider::restore(const Desired& desired, const Observed& before) const {
  // Of a password nothing is kept.
  if (before.exists) return std::nullopt;
  Desired again = desired;
  again.attributes = {{"user", user_of(desired)}, {"path", desired.text("path")}, {"state", "absent"}};
  if (before.flag(kMadeFile, false)) again.attributes[kMadeFile] = true;
  again.sensitive.clear();
  return again;
}

void add_to(Registry& registry) {
  registry.add(
      {.name = "htpasswd", .provider = make_provider<HtpasswdProvider>(), .operations = OperationSet::of<Run>()});
}

}  // namespace plumb::providers::htpasswd
