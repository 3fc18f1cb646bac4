#include "providers/ssh_keypair/ssh_keypair.h"

#include "engine/base/ascii.h"
#include "engine/base/shell_word.h"
#include "providers/sdk/made_file.h"
#include "providers/sdk/managers.h"
#include "providers/sdk/place_limits.h"

namespace plumb::providers::ssh_keypair {
namespace {

constexpr const char* kProgram = "ssh-keygen";
constexpr const char* kPackage = "openssh-client";
constexpr const char* kPrivateMode = "0600";
constexpr const char* kItsOwn = "its own";
constexpr std::size_t kLargest = std::size_t{64} << 10;
constexpr int kUsualRsa = 3072;

std::string type_of(const Desired& desired) {
  return desired.text("type", "ed25519");
}

// 0 where a type has no others.
int bits_of(const Desired& desired) {
  const Json& bits = desired.attribute("bits");
  if (bits.is_number_integer()) return bits.get<int>();
  const std::string type = type_of(desired);
  return type == "rsa" ? kUsualRsa : type == "ecdsa" ? 256 : 0;
}

std::string public_path(const Desired& desired) {
  return desired.text("path") + ".pub";
}

// What it prints; "" where it cannot read what it is given.
Result<std::string> ask(System& system, std::vector<std::string> words, std::string text, const std::string& path) {
  ProcessRequest request;
  request.argv = std::move(words);
  request.argv.insert(request.argv.begin(), kProgram);
  request.stdin_text = std::move(text);
  request.about = {path};
  request.changes_nothing = true;
  PLUMB_TRY_ASSIGN(ProcessResult answer, system.run(request));
  return answer.exit_code == 0 ? std::move(answer.output) : std::string();
}

// "ssh-ed25519 AAAA… a comment": its type and key, and what is left.
struct PublicKey {
  std::string key;
  std::string comment;
};
PublicKey public_key_in(std::string_view text) {
  std::string_view line = take_line(text);
  const std::size_t type = std::min(line.find(' '), line.size());
  const std::size_t end = std::min(line.find(' ', type + 1), line.size());
  return {std::string(line.substr(0, end)), std::string(line.substr(std::min(end + 1, line.size())))};
}

// "3072 SHA256:… a comment (RSA)"
void note_type(std::string_view told, Observed& observed) {
  const std::string_view line = take_line(told);
  int bits = 0;
  for (const std::string_view::value_type c : line) {
    if (c < '0' || c > '9' || bits > 1'000'000) break;
    bits = bits * 10 + (c - '0');
  }
  const std::size_t begin = line.rfind('(');
  if (begin == std::string_view::npos || !line.ends_with(')')) return;
  const std::string type = lowered(line.substr(begin + 1, line.size() - begin - 2));
  observed.attributes["type"] = type;
  if (type != "ed25519") observed.attributes["bits"] = bits;
}

// ssh-keygen refuses a file that others may read, so it is given what is in it.
Result<> look_inside(const Desired& desired, System& system, Observed& observed) {
  const std::string path = desired.text("path");
  PLUMB_TRY_ASSIGN(const std::string text, system.read_file(path, kLargest));
  PLUMB_TRY_ASSIGN(const std::string derived, ask(system, {"-y", "-P", "", "-f", "/dev/stdin"}, text, path));
  PublicKey there;
  PLUMB_TRY_ASSIGN(const auto half, system.stat(public_path(desired), true));
  if (half && half->type == FileType::kFile) {
    PLUMB_TRY_ASSIGN(const std::string line, system.read_file(public_path(desired), kLargest));
    there = public_key_in(line);
    observed.attributes["comment"] = there.comment;
  }
  const std::string key = derived.empty() ? there.key : public_key_in(derived).key;
  // With a passphrase nobody is asked for the public half is all that is known.
  if (key.empty()) {
    observed.attributes["type"] = "unreadable";
    return {};
  }
  observed.attributes["public"] = there.key.empty() ? "missing" : there.key == key ? kItsOwn : "another";
  PLUMB_TRY_ASSIGN(const std::string told, ask(system, {"-l", "-f", "/dev/stdin"}, key + "\n", path));
  note_type(told, observed);
  return {};
}

std::string impossible(const Desired& desired) {
  const int bits = bits_of(desired);
  const std::string type = type_of(desired);
  if (type == "ecdsa" && bits != 256 && bits != 384 && bits != 521) return "keys of ecdsa have 256, 384 or 521 bits";
  if (type == "rsa" && bits < 2048) return "keys of RSA have 2048 bits or more";
  return {};
}

// An ssh that does not say which keys it knows is older than those of this type.
Result<bool> is_unknown(const Desired& desired, System& system) {
  if (type_of(desired) != "ed25519" || system.is_image() || system.find_program("ssh").empty()) return false;
  ProcessRequest request;
  request.argv = {"ssh", "-Q", "key"};
  request.changes_nothing = true;
  PLUMB_TRY_ASSIGN(const ProcessResult answer, system.run(request));
  return answer.exit_code != 0 || answer.output.find("ssh-ed25519\n") == std::string::npos;
}

void note_loss(const Desired& desired, Observed& observed) {
  if (observed.obstacle || wants_absent(desired)) return;
  std::string why = impossible(desired);
  if (!why.empty()) {
    observed.exists = false;
    observed.obstacle = Diagnostic(Code::kRefusedByState, std::move(why));
    return;
  }
  if (!observed.exists || desired.flag("replace", false)) return;
  const std::string path = desired.text("path");
  const std::string there = observed.text("type");
  if (there == "unreadable") {
    why = path + " is no private key, or has a passphrase and no public half";
  } else if (desired.has("type") && !there.empty() && there != type_of(desired)) {
    why = path + " is a key of another type: " + there;
  } else if (desired.has("bits") && observed.has("bits") && observed.attribute("bits") != bits_of(desired)) {
    why = path + " is a key of " + observed.attribute("bits").dump() + " bits";
  }
  if (why.empty()) return;
  observed.obstacle = Diagnostic(Code::kRefusedByState, std::move(why))
                          .with_hint("`replace: true` makes a new one, and the old one is gone");
}

// Both halves in a folder of their own. The public one takes its place first, and is written again where only that was
// done.
std::string making_of(const Desired& desired) {
  std::string script = new_beside(desired.text("path"), "pair", true) +
                       "trap 'rm -rf \"$new\" \"$pair\"' EXIT\nssh-keygen -q -t " + type_of(desired);
  if (const int bits = bits_of(desired); bits > 0) script += " -b " + std::to_string(bits);
  script += " -N '' -C " + shell_word(desired.text("comment")) +
            " -f \"$pair/key\"\ncat \"$pair/key\" >\"$new\"\nchmod 0644 \"$pair/key.pub\"\n";
  if (desired.has("owner")) script += "chown " + shell_word(desired.text("owner")) + " \"$pair/key.pub\"\n";
  if (desired.has("group")) script += "chgrp " + shell_word(desired.text("group")) + " \"$pair/key.pub\"\n";
  return script + "mv -fT \"$pair/key.pub\" " + shell_word(public_path(desired)) + "\n";
}

// The public half alone, which the private one holds.
std::string writing_of(const Desired& desired, const std::string& comment) {
  const std::string path = shell_word(desired.text("path"));
  const std::string half = shell_word(public_path(desired));
  return "# ssh-keygen writes the public half\nset -eu\numask 022\n" + forget_beside(public_path(desired)) +
         new_beside(public_path(desired)) + "trap 'rm -f \"$new\"' EXIT\nkey=$(cat " + path +
         " | ssh-keygen -y -P '' -f /dev/stdin | cut -d ' ' -f 1,2)\ntest -n \"$key\"\nprintf '%s\\n' \"$key\"" +
         (comment.empty() ? std::string() : "\" \"" + shell_word(comment)) + " >\"$new\"\nchown \"$(stat -c %u:%g " +
         path + ")\" \"$new\"\nchmod 0644 \"$new\"\nmv -fT \"$new\" " + half + "\n";
}

}  // namespace

std::vector<Result<Observed>> SshKeypairProvider::observe(std::span<const Desired* const> desired,
                                                          System& system) const {
  AccountNames names(system);
  return observe_places(*this, desired, system, [&](const Desired& one) -> Result<Observed> {
    Result<Observed> observed = observe_made_file(one, system, names, kProgram, kPackage,
                                                  [&](Observed& found) { return look_inside(one, system, found); });
    if (!observed) return observed;
    note_loss(one, *observed);
    if (!wants_absent(one)) {
      if (observed->obstacle || diff(one, *observed).op == Op::kNone) return observed;
      PLUMB_TRY_ASSIGN(const bool unknown, is_unknown(one, system));
      if (unknown)
        observed->obstacle = Diagnostic(Code::kRefusedByState, "the ssh-keygen of this host knows no ed25519")
                                 .with_hint("say another `type`: rsa or ecdsa");
      return observed;
    }
    PLUMB_TRY_ASSIGN(const auto half, system.stat(public_path(one), false));
    if (half && half->type != FileType::kDirectory) {
      observed->exists = true;
      observed->attributes["public"] = kItsOwn;
    }
    return observed;
  });
}

Change SshKeypairProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  const bool unreadable = observed.exists && observed.text("type") == "unreadable";
  const bool anew = !observed.exists || unreadable;
  if (anew || (desired.has("type") && observed.has("type"))) note_inside("type", type_of(desired), observed, change);
  const int bits = bits_of(desired);
  if (bits > 0 && (anew || (desired.has("bits") && observed.has("bits")))) note_inside("bits", bits, observed, change);
  const bool makes = !change.after.empty();
  // What is about the public half alone.
  Change half;
  if (desired.has("comment")) note_inside("comment", desired.attribute("comment"), observed, half);
  if (observed.exists && observed.has("public")) note_inside("public", kItsOwn, observed, half);
  if (makes) {
    if (half.after.contains("comment")) change.after["comment"] = half.after["comment"];
    half = {};
  }
  finish_made_file(desired, observed, kPrivateMode, {making_of(desired), {}, {}, "ssh-keygen makes a pair of keys"},
                   change);
  if (change.op == Op::kDelete) {
    // What is found of the private half is its mode.
    if (!observed.has("mode")) change.operations.clear();
    if (observed.has("public")) change.operations.push_back(Remove{public_path(desired), false, false});
    return change;
  }
  if (change.fidelity == Fidelity::kBounded && change.note.empty())
    change.note = observed.exists ? "the old key is gone then" : "the keys are made on the host";
  if (half.after.empty()) return change;
  change.before.update(half.before);
  change.after.update(half.after);
  change.op = Op::kUpdate;
  Run run;
  run.script = writing_of(desired, desired.has("comment") ? desired.text("comment") : observed.text("comment"));
  run.user = observed.text("maker");
  run.timeout_seconds = 60;
  change.operations.emplace_back(std::move(run));
  return change;
}

std::vector<Address> SshKeypairProvider::infers(const Desired& desired) const {
  if (wants_absent(desired)) return {};
  std::vector<Address> edges = infer_path_edges(desired, desired.text("path"));
  for (const char* package : {kPackage, "openssh"}) edges.push_back({"", "package", package});
  return edges;
}

std::vector<Address> SshKeypairProvider::provides(const Desired& desired) const {
  if (wants_absent(desired)) return {};
  return {{"", "file", desired.text("path")}, {"", "file", public_path(desired)}};
}

std::vector<std::string> SshKeypairProvider::manages_paths(const Desired& desired) const {
  return {desired.text("path"), public_path(desired)};
}

std::vector<std::string> SshKeypairProvider::replaces_paths(const Desired& desired) const {
  return manages_paths(desired);
}

Observed SshKeypairProvider::as_declared(const Desired& desired) const {
  Observed observed = Provider::as_declared(desired);
  if (observed.exists) observed.attributes["public"] = kItsOwn;
  return observed;
}

std::optional<Desired> SshKeypairProvider::restore(const Desired& desired, const Observed& before) const {
  const Change change = diff(desired, before);
  // What the public half said is derived again; only its comment is what it was.
  if (!before.exists || change.op == Op::kDelete || change.after.contains("type") || change.after.contains("bits"))
    return before.exists ? std::nullopt : restore_made_file(desired, before, change);
  Desired again = desired_again(desired, before, {"owner", "group", "mode", "comment"});
  again.attributes["path"] = desired.attribute("path");
  return again;
}

void add_to(Registry& registry) {
  registry.add({.name = "ssh_keypair",
                .provider = make_provider<SshKeypairProvider>(),
                .operations = OperationSet::of<Run, SetAttributes, Remove>(),
                .judged = {"public"},
                .given_once = {"mode"}});
}

}  // namespace plumb::providers::ssh_keypair
