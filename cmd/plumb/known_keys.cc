#include "cmd/plumb/known_keys.h"

#include <algorithm>
#include <array>
#include <system_error>

#include "engine/base/file.h"
#include "engine/base/outside_text.h"
#include "engine/base/program.h"
#include "engine/compliance/evidence.h"
#include "engine/trust/statement.h"

namespace plumb::cmd {
namespace {

constexpr std::size_t kLargestKeyFile = std::size_t{64} << 10;

class KeyList {
 public:
  KnownKey& add(keys::PublicKey key) {
    const auto known = std::find_if(keys_.begin(), keys_.end(), [&](const KnownKey& one) { return one.key == key; });
    return known != keys_.end() ? *known : keys_.emplace_back(KnownKey{std::move(key), {}, {}, "", false});
  }

  // Each line is a key; others are none.
  void add_lines(std::string_view text, const std::string& place) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      std::string_view line = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
      std::optional<keys::PublicKey> key = keys::take_key(line);
      if (!key) continue;
      key->comment = outside_line(line, 200);
      add(std::move(*key)).places.push_back(place);
    }
  }

  std::vector<KnownKey>& all() { return keys_; }

 private:
  std::vector<KnownKey> keys_;
};

void add_agent(KeyList& list) {
  constexpr auto kLongest = std::chrono::seconds(10);
  if (!has_program("ssh-add")) return;
  const Result<ProgramOutput> listed = run_program({"ssh-add", "-L"}, ".", Code::kInternal, {.time = kLongest});
  if (listed && listed->exit_code == 0) list.add_lines(listed->text, "agent");
}

void add_folder(const std::filesystem::path& folder, KeyList& list) {
  std::vector<std::filesystem::path> files;
  std::error_code problem;
  for (std::filesystem::directory_iterator at(folder, problem), end; !problem && at != end; at.increment(problem)) {
    if (at->path().extension() == ".pub") files.push_back(at->path());
  }
  std::sort(files.begin(), files.end());
  for (const std::filesystem::path& file : files) {
    if (const Result<std::string> text = read_file(file, kLargestKeyFile)) list.add_lines(*text, file.string());
  }
}

void judge(KnownKey& known, const trust::Trust& trust, std::chrono::sys_seconds now) {
  struct Purpose {
    std::string_view name;
    std::string_view name_space;
  };
  static constexpr std::array<Purpose, 3> kPurposes = {Purpose{"plan", trust::kPlanNamespace},
                                                       Purpose{"approval", trust::kApprovalNamespace},
                                                       Purpose{"compliance", compliance::kNamespace}};
  const Result<trust::SigningKey> key = trust::read_signing_key(known.key.blob);
  if (!key) return;
  known.revoked = std::any_of(trust.revoked.begin(), trust.revoked.end(),
                              [&](const trust::RevokedKeys& list) { return list.contains(*key); });
  if (known.revoked) return;
  for (const Purpose& purpose : kPurposes) {
    const Result<trust::Signer> signer = trust.signers.find(*key, purpose.name_space, now);
    if (!signer) continue;
    known.counts_as = signer->name();
    known.signs.emplace_back(purpose.name);
  }
}

}  // namespace

std::vector<KnownKey> known_keys(const std::filesystem::path& ssh_folder, const trust::Trust* trust,
                                 std::chrono::sys_seconds now) {
  KeyList list;
  add_agent(list);
  add_folder(ssh_folder, list);
  if (trust != nullptr) {
    for (keys::PublicKey& key : trust->signers.keys()) list.add(std::move(key));
    for (KnownKey& known : list.all()) judge(known, *trust, now);
  }
  return std::move(list.all());
}

}  // namespace plumb::cmd
