// What a browser has a security token sign (OpenSSH's PROTOCOL.u2f), made here as both make it.
#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>

#include "engine/base/digest.h"
#include "engine/base/program.h"
#include "engine/keys/blob_reader.h"
#include "engine/keys/libcrypto.h"
#include "engine/testing/scratch_folder.h"
#include "engine/trust/signature.h"

namespace plumb::trust {
namespace {

using keys::add_number;
using keys::add_text;
using keys::Hash;
using keys::hash_of;
using testing::ScratchFolder;

constexpr std::string_view kKeyType = "sk-ecdsa-sha2-nistp256@openssh.com";
constexpr std::string_view kApplication = "example.com";
constexpr char kTouched = 0x01;
constexpr char kKeyTold = 0x40;
constexpr char kExtensionsTold = static_cast<char>(0x80);

// As ssh writes a positive number.
std::string number_text(const BIGNUM* number) {
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
  BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()));
  return (bytes[0] & 0x80) != 0 ? '\0' + bytes : bytes;
}

// The bytes that an SSHSIG signature of `message` is over.
std::string signed_text(std::string_view message) {
  std::string text = "SSHSIG";
  add_text(text, "n");
  add_text(text, {});
  add_text(text, "sha512");
  add_text(text, hash_of(Hash::kSha512, message));
  return text;
}

struct Browser {
  keys::Key key{EVP_EC_gen("P-256")};
  char flags = kTouched;
  std::string origin = "https://example.com";
  std::string kind = "webauthn.get";
  std::string extensions = {};
  std::string of = "m";
  std::string behind = R"(,"crossOrigin":false})";

  std::string key_blob() const {
    unsigned char point[65];
    std::size_t size = 0;
    EVP_PKEY_get_octet_string_param(key.get(), OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &size);
    std::string blob;
    add_text(blob, kKeyType);
    add_text(blob, "nistp256");
    add_text(blob, {reinterpret_cast<char*>(point), size});
    add_text(blob, kApplication);
    return blob;
  }

  std::string ecdsa(std::string_view bytes) const {
    const keys::Owned<EVP_MD_CTX, EVP_MD_CTX_free> use(EVP_MD_CTX_new());
    unsigned char der[128];
    std::size_t size = sizeof der;
    EXPECT_EQ(EVP_DigestSignInit(use.get(), nullptr, EVP_sha256(), nullptr, key.get()), 1);
    EXPECT_EQ(EVP_DigestSign(use.get(), der, &size, keys::in(bytes), bytes.size()), 1);
    const unsigned char* at = der;
    const keys::Owned<ECDSA_SIG, ECDSA_SIG_free> pair(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)));
    std::string blob;
    add_text(blob, number_text(ECDSA_SIG_get0_r(pair.get())));
    add_text(blob, number_text(ECDSA_SIG_get0_s(pair.get())));
    return blob;
  }

  // A signature of the message `of`, in the namespace `n`.
  std::string sign() const {
    std::string challenge = base64_encode(signed_text(of));
    for (char& c : challenge) c = c == '+' ? '-' : c == '/' ? '_' : c;
    challenge.resize(challenge.find_last_not_of('=') + 1);
    const std::string client =
        R"({"type":")" + kind + R"(","challenge":")" + challenge + R"(","origin":")" + origin + '"' + behind;
    std::string answer(1, flags);
    add_number(answer, 7);
    std::string signature;
    add_text(signature, "webauthn-sk-ecdsa-sha2-nistp256@openssh.com");
    add_text(signature,
             ecdsa(hash_of(Hash::kSha256, kApplication) + answer + extensions + hash_of(Hash::kSha256, client)));
    signature += answer;
    add_text(signature, origin);
    add_text(signature, client);
    add_text(signature, extensions);
    std::string blob = "SSHSIG";
    add_number(blob, 1);
    add_text(blob, key_blob());
    add_text(blob, "n");
    add_text(blob, {});
    add_text(blob, "sha512");
    add_text(blob, signature);
    return "-----BEGIN SSH SIGNATURE-----\n" + base64_encode(blob) + "\n-----END SSH SIGNATURE-----\n";
  }
};

std::string problem_of(const Browser& browser, std::string_view message = "m") {
  const Result<Signature> read = read_signature(browser.sign());
  if (!read) return read.error().summary();
  const Result<> checked = check_signature(*read, "n", message);
  return checked ? "" : checked.error().summary();
}

bool ssh_keygen_takes(const Browser& browser, const ScratchFolder& folder) {
  folder.write("m", "m");
  folder.write("m.sig", browser.sign());
  return run_program({"sh", "-c", "ssh-keygen -Y check-novalidate -n n -s m.sig <m"}, folder.path(), Code::kInternal)
             .value()
             .exit_code == 0;
}

// `refusal` is "" for one that holds; ssh-keygen has to say the same.
void expect(const Browser& browser, const std::string& refusal) {
  EXPECT_EQ(problem_of(browser), refusal);
  if (!has_program("ssh-keygen")) return;
  const ScratchFolder folder;
  EXPECT_EQ(ssh_keygen_takes(browser, folder), refusal.empty()) << refusal;
}

TEST(BrowserSignature, HoldsForTheBytesThatTheBrowserWasGiven) {
  const std::string other = "the signature is not the key's own over these bytes";
  expect(Browser(), "");
  EXPECT_EQ(problem_of(Browser(), "n"), other);
  // Browsers end their text differently.
  expect({.behind = "}"}, "");
  expect({.flags = kTouched | kExtensionsTold, .extensions = "\xa1\x61x\x01"}, "");
  expect({.kind = "webauthn.create"}, other);
  expect({.of = "n"}, other);
  expect({.origin = "https://example.com\",\"x\":\""}, other);
  expect({.flags = kTouched | kKeyTold}, other);
  expect({.flags = kTouched | kExtensionsTold}, other);
  expect({.extensions = "\xa1\x61x\x01"}, other);
}

TEST(BrowserSignature, CountsWhereSomebodyTouchedTheToken) {
  EXPECT_EQ(problem_of({.flags = 0}), "the security token signed without anybody touching it");
}

}  // namespace
}  // namespace plumb::trust
