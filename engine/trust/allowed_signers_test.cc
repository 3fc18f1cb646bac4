#include "engine/trust/allowed_signers.h"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "engine/base/program.h"
#include "engine/testing/scratch_folder.h"
#include "engine/trust/sign.h"
#include "engine/trust/signed_bytes.h"

namespace plumb::trust {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;
using testing::ScratchFolder;

// RFC 8032's first test key.
constexpr const char* kKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";
constexpr const char* kOther = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAID1AF8PoQ4lakrcKp00bfrycmCzPLsSWjMDNVfEq9GYM";
constexpr sys_seconds kNow{seconds(1'800'000'000)};  // 2027-01-15

SigningKey key_of(std::string_view line) {
  return read_signing_key(keys::take_key(line).value().blob).value();
}

std::string signers_problem(const std::string& text) {
  const auto read = AllowedSigners::read(text, "signers", by_machine_clock);
  return read ? "" : read.error().summary();
}

// The signer's names, or why there is none.
std::string found(const std::string& text, std::string_view name_space = "plan@plumbline", sys_seconds time = kNow) {
  const Result<AllowedSigners> read = AllowedSigners::read(text, "signers", by_machine_clock);
  if (!read) return read.error().summary();
  const Result<Signer> signer = read->find(key_of(kKey), name_space, time);
  if (!signer) return signer.error().summary();
  std::string names;
  for (const std::string& name : signer->principals) names += (names.empty() ? "" : " ") + name;
  return names;
}

TEST(AllowedSigners, AKeyHasTheNamesOfAllItsLines) {
  const std::string key = kKey;
  EXPECT_EQ(found("# who\n\nben@x " + std::string(kOther) + "\nana@x,ana@y " + key + " laptop\r\nzoe " + key + "\n"),
            "ana@x ana@y zoe");
  EXPECT_EQ(found("\"ana two\" " + key), "ana two");
  EXPECT_EQ(found("\t ana \t namespaces=\"plan@plumbline\" \t" + key), "ana");
  EXPECT_NE(found("ben " + std::string(kOther)).find("is not among the allowed signers"), std::string::npos);
  EXPECT_NE(found("").find("is not among the allowed signers"), std::string::npos);
}

// Each would make one person two, or nobody somebody.
TEST(AllowedSigners, APatternIsNoName) {
  const std::string key = kKey;
  EXPECT_EQ(found("ana,*@x,!ben " + key), "ana");
  for (const char* names : {"*", "a*", "!ben", "ana,!ana", "*,!ana"})
    EXPECT_NE(found(names + (" " + key)).find("its line names nobody"), std::string::npos) << names;
  EXPECT_EQ(signers_problem("\xef\xbb\xbf"
                            "ana " +
                            key),
            "while reading signers, line 1: a name of a signer holds quotes or control characters");
  for (const char* name : {"a\"n\"a", "a\x1b[1m", "\"a\tb\"", "\xff"})
    EXPECT_NE(signers_problem(name + (" " + key)).find("holds quotes or control characters"), std::string::npos)
        << name;
  EXPECT_NE(signers_problem("ana, " + key).find("a name of a signer is empty"), std::string::npos);
}

TEST(AllowedSigners, NamespacesAreAPatternList) {
  const auto with = [](const std::string& list) { return "ana namespaces=\"" + list + "\" " + kKey; };
  EXPECT_EQ(found(with("file,plan@plumbline")), "ana");
  EXPECT_EQ(found(with("*@plumbline")), "ana");
  EXPECT_EQ(found(with("p?an@*")), "ana");
  EXPECT_NE(found(with("file")).find("its namespaces do not include `plan@plumbline`"), std::string::npos);
  EXPECT_NE(found(with("*,!plan@*")).find("do not include"), std::string::npos);
  EXPECT_NE(found(with("Plan@plumbline")).find("do not include"), std::string::npos);
}

TEST(AllowedSigners, TimesBeginAndEnd) {
  const auto with = [](const std::string& options) { return "ana " + options + " " + kKey; };
  EXPECT_EQ(found(with("valid-after=\"20270101Z\",valid-before=\"20270201Z\"")), "ana");
  EXPECT_EQ(found(with("VALID-AFTER=\"202701150000Z\"")), "ana");
  for (const char* zone : {"z", "UTC", "utc"})
    EXPECT_EQ(found(with("valid-before=\"20270115080000" + std::string(zone) + "\"")), "ana") << zone;
  EXPECT_EQ(found(with("valid-before=\"20270115080000Z\"")), "ana");
  EXPECT_NE(found(with("valid-before=\"20270115075959Z\"")).find("its time is over"), std::string::npos);
  EXPECT_NE(found(with("valid-after=\"20270116Z\"")).find("it is not valid yet"), std::string::npos);
  EXPECT_EQ(signers_problem(with("valid-after=\"20270201Z\",valid-before=\"20270101Z\"")),
            "while reading signers, line 1: its time ends before it begins");
  for (const char* time :
       {"2027", "20271301", "20270230Z", "202701152460", "2027011Z", "20270115T00", "20270115CET", "UTC", ""}) {
    EXPECT_NE(signers_problem(with("valid-after=\"" + std::string(time) + "\"")).find("is no time"), std::string::npos)
        << time;
  }
}

TEST(AllowedSigners, ATimeWithoutAZoneIsByTheClockThatIsGiven) {
  const std::string text = "ana valid-before=\"20270115073000\" " + std::string(kKey) + "\n";
  const LocalClock hour_ahead = [](std::chrono::local_seconds shown) {
    return std::chrono::sys_seconds(shown.time_since_epoch()) - std::chrono::hours(1);
  };
  const LocalClock hour_behind = [](std::chrono::local_seconds shown) {
    return std::chrono::sys_seconds(shown.time_since_epoch()) + std::chrono::hours(1);
  };
  const auto counts = [&](LocalClock clock) {
    return AllowedSigners::read(text, "signers", clock)->find(key_of(kKey), "plan@plumbline", kNow).has_value();
  };
  EXPECT_FALSE(counts(hour_ahead));
  EXPECT_TRUE(counts(hour_behind));
  EXPECT_FALSE(AllowedSigners::read(text, "signers", nullptr));
}

TEST(AllowedSigners, ALineThatCannotBeReadIsToldWithItsNumber) {
  const std::string key = kKey;
  EXPECT_EQ(signers_problem("ana " + key + "\nben\n"), "while reading signers, line 2: there is no public key");
  EXPECT_EQ(signers_problem("ana ssh-ed25519 AAAA"), "while reading signers, line 1: there is no public key");
  EXPECT_EQ(signers_problem("ana restrict " + key),
            "while reading signers, line 1: `restrict` is no option of allowed signers");
  EXPECT_EQ(signers_problem("ana namespaces=file " + key),
            "while reading signers, line 1: the value of `namespaces` has no quotes around it");
  EXPECT_EQ(signers_problem("ana namespaces=\"file " + key), "while reading signers, line 1: quotes are not closed");
  EXPECT_EQ(signers_problem("ana cert-authority,cert-authority " + key),
            "while reading signers, line 1: `cert-authority` stands there twice");
  EXPECT_EQ(signers_problem("ana cert-authority, " + key),
            "while reading signers, line 1: something is missing behind the last comma of the options");
  EXPECT_EQ(signers_problem("ana namespaces " + key),
            "while reading signers, line 1: `namespaces` is no option without a value");
}

TEST(Signers, WhoSharesANameIsOnePerson) {
  const auto signer = [](std::vector<std::string> names) { return Signer{std::move(names), "", ""}; };
  EXPECT_EQ(persons_of({}), 0U);
  EXPECT_EQ(persons_of({signer({"ana"}), signer({"ben"})}), 2U);
  EXPECT_EQ(persons_of({signer({"ana"}), signer({"ana"})}), 1U);
  EXPECT_EQ(persons_of({signer({"ana", "ana@home"}), signer({"ben"}), signer({"ana@home"})}), 2U);
  EXPECT_EQ(persons_of({signer({"ana@Example.com"}), signer({"Ana@example.com"}), signer({"ana@example.com "})}), 1U);
  EXPECT_EQ(persons_of({signer({"a", "b"}), signer({"c", "d"}), signer({"b", "c"})}), 1U);
}

// What ssh-keygen accepts, and no more.
class BesideSshKeygen : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!has_program("ssh-keygen")) GTEST_SKIP() << "there is no ssh-keygen";
    for (const char* name : {"ca", "ana", "ben"}) {
      run({"ssh-keygen", "-q", "-N", "", "-t", "ed25519", "-f", folder_ / name});
      std::string line = folder_.read(std::string(name) + ".pub");
      line.pop_back();
      public_[name] = line.substr(0, line.rfind(' '));
    }
    message_ = folder_.write("message", "a plan");
  }

  int run(const std::vector<std::string>& arguments) {
    return run_program(arguments, folder_.path(), Code::kInternal).value().exit_code;
  }

  // Signed with the key; whether both say that `who` made it, by these signers.
  void expect_both(bool good, const std::string& key, const std::string& signers, const std::string& who,
                   const std::string& revoked = "") {
    const std::string signature = sign("a plan", "plan@plumbline", folder_ / key, 2).value();
    folder_.write("signers", signers);
    folder_.write("message.sig", signature);
    std::vector<std::filesystem::path> lists;
    if (!revoked.empty()) lists.emplace_back(revoked);
    const Result<Trust> trust = read_trust(folder_ / "signers", lists);
    ASSERT_TRUE(trust) << trust.error().summary();
    const auto now = std::chrono::floor<seconds>(std::chrono::system_clock::now());
    const Result<Signer> signer = signer_of("a plan", signature, "plan@plumbline", *trust, now);
    const bool ours =
        signer && std::find(signer->principals.begin(), signer->principals.end(), who) != signer->principals.end();
    const std::string revocation = revoked.empty() ? "" : " -r " + revoked;
    const int theirs = run(
        {"sh", "-c",
         "ssh-keygen -Y verify -f signers -I " + who + " -n plan@plumbline -s message.sig" + revocation + " <message"});
    EXPECT_EQ(ours, good) << signers << (signer ? "" : signer.error().summary());
    EXPECT_EQ(theirs == 0, good) << signers;
  }

  std::string certificate(const std::string& name, const std::vector<std::string>& how) {
    std::vector<std::string> arguments = {"ssh-keygen", "-q", "-s", folder_ / "ca", "-I", name};
    arguments.insert(arguments.end(), how.begin(), how.end());
    arguments.push_back(folder_ / (name + ".pub"));
    EXPECT_EQ(run(arguments), 0);
    return name + "-cert.pub";
  }

  ScratchFolder folder_;
  std::map<std::string, std::string> public_;
  std::string message_;
};

TEST_F(BesideSshKeygen, BothSayTheSameOfKeys) {
  expect_both(true, "ana", "ana " + public_["ana"] + "\n", "ana");
  expect_both(false, "ana", "ana " + public_["ben"] + "\n", "ana");
  expect_both(true, "ana", "ana,zoe namespaces=\"plan@*\" " + public_["ana"] + "\n", "zoe");
  expect_both(false, "ana", "ana namespaces=\"file\" " + public_["ana"] + "\n", "ana");
  expect_both(false, "ana", "ana valid-before=\"20200101\" " + public_["ana"] + "\n", "ana");
  expect_both(true, "ana", "ana valid-before=\"29990101\" " + public_["ana"] + "\n", "ana");
  expect_both(false, "ana", "ana cert-authority " + public_["ana"] + "\n", "ana");
}

TEST_F(BesideSshKeygen, BothSayTheSameOfCertificates) {
  const std::string signers = "*@example.com cert-authority " + public_["ca"] + "\n";
  expect_both(true, certificate("ana", {"-n", "ana@example.com,root"}), signers, "ana@example.com");
  expect_both(false, certificate("ana", {"-n", "root"}), signers, "root");
  expect_both(false, certificate("ana", {"-n", "ana@example.com", "-V", "20200101:20210101"}), signers,
              "ana@example.com");
  expect_both(false, certificate("ana", {"-n", "ana@example.com"}),
              "*@example.com cert-authority " + public_["ben"] + "\n", "ana@example.com");
}

TEST_F(BesideSshKeygen, BothSayTheSameOfRevokedKeys) {
  const std::string signers = "ana " + public_["ana"] + "\nana cert-authority " + public_["ca"] + "\n";
  expect_both(false, "ana", signers, "ana", folder_.write("list", public_["ana"] + "\n"));
  expect_both(true, "ana", signers, "ana", folder_.write("list", "# none but\n" + public_["ben"] + "\n"));
  const auto list_of = [&](const std::string& what) {
    folder_.write("spec", what);
    EXPECT_EQ(run({"ssh-keygen", "-q", "-k", "-f", folder_ / "krl", "-s", folder_ / "ca.pub", folder_ / "spec"}), 0);
    return folder_ / "krl";
  };
  const std::string fingerprint = SigningKey(key_of(public_["ana"])).key.fingerprint();
  expect_both(false, "ana", signers, "ana", list_of("key: " + public_["ana"] + "\n"));
  expect_both(false, "ana", signers, "ana", list_of("sha1: " + public_["ana"] + "\n"));
  expect_both(false, "ana", signers, "ana", list_of("sha256: " + public_["ana"] + "\n"));
  expect_both(false, "ana", signers, "ana", list_of("hash: " + fingerprint + "\n"));
  expect_both(true, "ana", signers, "ana", list_of("key: " + public_["ben"] + "\n"));

  const std::string certified = certificate("ana", {"-n", "ana", "-z", "42"});
  expect_both(true, certified, signers, "ana", list_of("serial: 41\n"));
  expect_both(false, certified, signers, "ana", list_of("serial: 42\n"));
  expect_both(false, certified, signers, "ana", list_of("serial: 40-50\n"));
  expect_both(false, certified, signers, "ana", list_of("serial: 1\nserial: 3\nserial: 5\nserial: 42\nserial: 44\n"));
  expect_both(false, certified, signers, "ana", list_of("id: ana\n"));
  expect_both(true, certified, signers, "ana", list_of("id: ben\n"));
  expect_both(false, certified, signers, "ana", list_of("key: " + public_["ca"] + "\n"));
  // A line of a certificate is one of its key.
  expect_both(false, "ana", signers, "ana", folder_.write("list", folder_.read(certified)));
}

}  // namespace
}  // namespace plumb::trust
