#include "engine/trust/signed_bytes.h"

#include <memory>

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "engine/base/digest.h"
#include "engine/base/program.h"
#include "engine/keys/blob_reader.h"
#include "engine/keys/hash.h"
#include "engine/testing/scratch_folder.h"

namespace plumb::trust {
namespace {

using keys::add_text;
using keys::Hash;
using keys::hash_of;
using testing::ScratchFolder;

constexpr const char* kTokenType = "sk-ssh-ed25519@openssh.com";

// What a security token with an Ed25519 key of this seed signs; `flags` says whether somebody touched it.
struct Token {
  std::unique_ptr<EVP_PKEY, decltype([](EVP_PKEY* key) { EVP_PKEY_free(key); })> key;

  Token() {
    const std::string seed(32, 's');
    key.reset(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr,
                                           reinterpret_cast<const unsigned char*>(seed.data()), seed.size()));
  }

  std::string blob() const {
    std::string point(32, '\0');
    std::size_t size = point.size();
    EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(point.data()), &size);
    std::string out;
    add_text(out, kTokenType);
    add_text(out, point);
    add_text(out, "ssh:");
    return out;
  }

  std::string raw(const std::string& bytes) const {
    std::string signature(64, '\0');
    std::size_t size = signature.size();
    EVP_MD_CTX* const use = EVP_MD_CTX_new();
    EVP_DigestSignInit(use, nullptr, nullptr, nullptr, key.get());
    EVP_DigestSign(use, reinterpret_cast<unsigned char*>(signature.data()), &size,
                   reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    EVP_MD_CTX_free(use);
    return signature;
  }

  std::string sign(const std::string& message, char flags) const {
    std::string text = "SSHSIG";
    for (const std::string& part :
         {std::string(kPlanNamespace), std::string(), std::string("sha512"), hash_of(Hash::kSha512, message)})
      add_text(text, part);
    const std::string counter("\0\0\0\7", 4);
    const std::string made = raw(hash_of(Hash::kSha256, "ssh:") + flags + counter + hash_of(Hash::kSha256, text));
    std::string signature;
    add_text(signature, kTokenType);
    add_text(signature, made);
    signature += flags + counter;
    std::string out("SSHSIG\0\0\0\1", 10);
    for (const std::string& part :
         {blob(), std::string(kPlanNamespace), std::string(), std::string("sha512"), signature})
      add_text(out, part);
    return "-----BEGIN SSH SIGNATURE-----\n" + base64_encode(out) + "\n-----END SSH SIGNATURE-----\n";
  }
};

TEST(SignedBytes, ATokenCountsWhereSomebodyTouchedIt) {
  const ScratchFolder folder;
  const Token token;
  const std::string signers =
      folder.write("signers", std::string("ana ") + kTokenType + " " + base64_encode(token.blob()));
  const Trust trust = read_trust(signers, {}).value();
  const auto now = std::chrono::sys_seconds(std::chrono::seconds(1'800'000'000));
  const std::string good = token.sign("plan", '\1');
  EXPECT_EQ(signer_of("plan", good, kPlanNamespace, trust, now).value().name(), "ana");
  EXPECT_EQ(signer_of("plan", token.sign("plan", '\0'), kPlanNamespace, trust, now).error().summary(),
            "the security token signed without anybody touching it");
  EXPECT_EQ(signer_of("other", good, kPlanNamespace, trust, now).error().code(), Code::kBadSignature);

  if (!has_program("ssh-keygen")) GTEST_SKIP() << "there is no ssh-keygen to compare with";
  folder.write("plan", "plan");
  folder.write("plan.sig", good);
  EXPECT_EQ(run_program({"sh", "-c", "ssh-keygen -Y verify -f signers -I ana -n plan@plumbline -s plan.sig <plan"},
                        folder.path(), Code::kInternal)
                .value()
                .exit_code,
            0);
}

TEST(SignedBytes, FilesThatCannotBeReadAreTold) {
  const ScratchFolder folder;
  EXPECT_FALSE(read_trust(folder / "missing", {}));
  const std::string signers = folder.write("signers", "");
  EXPECT_TRUE(read_trust(signers, {}));
  EXPECT_FALSE(read_trust(signers, {folder / "missing"}));
}

}  // namespace
}  // namespace plumb::trust
