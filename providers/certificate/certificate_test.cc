#include "providers/certificate/certificate.h"

#include <gtest/gtest.h>

#include "providers/certificate/openssl.h"
#include "providers/certificate/private_key.h"
#include "providers/sdk/fake_system.h"

namespace plumb::providers::certificate {
namespace {

constexpr const char* kPublic = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";

Desired want(const std::string& kind, Json attributes) {
  Desired desired;
  attributes.emplace("path", "/srv/x");
  desired.address = {"", kind, "/srv/x"};
  desired.attributes = std::move(attributes);
  return desired;
}

class Certificates : public ::testing::Test {
 protected:
  Certificates() {
    system.add_program("openssl");
    system.make_directory("/srv");
    system.make_file("/srv/k", "a key", 0600);
    answer("openssl pkey -in /srv/k *-pubout", kPublic);
  }
  void answer(const std::string& asked, const std::string& text, int code = 0) {
    ProcessResult result;
    result.output = text;
    result.exit_code = code;
    system.script(asked, result);
  }
  // What openssl prints of a certificate.
  static std::string printed(const std::string& extensions, const std::string& issuer = "    CN=a.example\n") {
    return "subject=\n    CN=a.example\nissuer=\n" + issuer + extensions + "notAfter=Dec  5 04:12:19 2026 GMT\n" +
           kPublic;
  }
  static std::string names(const std::string& list) {
    return "X509v3 Subject Alternative Name: \n    " + list + "\nX509v3 Basic Constraints: critical\n    CA:FALSE\n";
  }
  Change change(const Desired& desired) {
    const Seen seen = see(CertificateProvider(false), desired, system);
    EXPECT_TRUE(seen.observed && !seen.observed->obstacle);
    return seen.change;
  }

  FakeSystem system;
};

TEST_F(Certificates, WhatIsPrintedIsWhatIsAskedForInWhateverForm) {
  const Desired desired = want("certificate", {{"names", {"2001:db8::1", "DNS:b", "a", "email:x@y.z"}},
                                               {"common_name", "a"},
                                               {"subject", {{"O", "A = B, C"}, {"C", "DE"}}},
                                               {"ca", true},
                                               {"path_length", 0},
                                               {"key_usage", {"keyEncipherment", "digitalSignature"}},
                                               {"extended_key_usage", {"serverAuth"}}});
  const char* told =
      "subject=\n    C=DE\n    O=A = B, C\n    CN=a\nissuer=\n    CN=other\n"
      "X509v3 Subject Alternative Name: \n    DNS:a, DNS:b, email:x@y.z, IP Address:2001:DB8:0:0:0:0:0:1\n"
      "X509v3 Key Usage: critical\n    Digital Signature, Key Encipherment\n"
      "X509v3 Extended Key Usage: \n    TLS Web Server Authentication\n"
      "X509v3 Basic Constraints: critical\n    CA:TRUE, pathlen:0\n";
  EXPECT_EQ(told_in(told), asked_of(desired));
}

TEST_F(Certificates, TheCommonNameIsItsNameAndTheFirstNameIsCommon) {
  EXPECT_EQ(asked_of(want("certificate", {{"common_name", "a.example"}}))["names"], (Json{"DNS:a.example"}));
  EXPECT_EQ(asked_of(want("certificate", {{"common_name", "CA"}, {"ca", true}}))["names"], Json::array());
  EXPECT_EQ(asked_of(want("certificate", {{"common_name", "Other, Ann"}}))["names"], Json::array()) << "somebody's";
  EXPECT_EQ(asked_of(want("certificate", {{"names", {"b.example", "a.example"}}}))["subject"],
            (Json{{"CN", "b.example"}}));
}

TEST_F(Certificates, WhatStandsForSomethingElseInAConfigurationIsEscaped) {
  const Json asked = asked_of(want("certificate", {{"common_name", "a"}, {"subject", {{"O", "x # $HOME; \"q\""}}}}));
  EXPECT_NE(configuration_of(asked, false).find("O = x \\# \\$HOME\\; \\\"q\\\"\n"), std::string::npos)
      << configuration_of(asked, false);
}

TEST_F(Certificates, KeysAreToldByTypeAndLength) {
  EXPECT_EQ(key_in("Public-Key: (2048 bit)\nModulus:\n    00:\n"), (Json{{"type", "rsa"}, {"bits", 2048}}));
  EXPECT_EQ(key_in("Public-Key: (384 bit)\npub:\nASN1 OID: secp384r1\nNIST CURVE: P-384\n"),
            (Json{{"type", "ecdsa"}, {"bits", 384}}));
  EXPECT_EQ(key_in("ED25519 Public-Key:\npub:\n"), (Json{{"type", "ed25519"}}));
}

TEST_F(Certificates, OneThatSaysWhatItIsToSayStays) {
  system.make_file("/srv/x", "a certificate");
  answer("openssl x509 *", printed(names("DNS:a.example")));
  EXPECT_TRUE(change(want("certificate", {{"key", "/srv/k"}, {"common_name", "a.example"}})).empty());
}

TEST_F(Certificates, OneThatEndsSoonIsMadeAnew) {
  system.make_file("/srv/x", "a certificate");
  answer("openssl x509 *", printed(names("DNS:a.example")) + "Certificate will expire\n", 1);
  const Change made = change(want("certificate", {{"key", "/srv/k"}, {"common_name", "a.example"}}));
  EXPECT_EQ(made.before, (Json{{"outdated", true}}));
  EXPECT_EQ(made.note, "it ends Dec  5 04:12:19 2026 GMT; the new one is valid from the moment in which it is made");
  EXPECT_EQ(made.operations.size(), 1U);
}

TEST_F(Certificates, OneForAnotherKeyOrByAnotherCaIsMadeAnew) {
  system.make_file("/srv/x", "a certificate");
  answer("openssl x509 *", printed(names("DNS:a.example"), "    CN=another\n"));
  EXPECT_EQ(change(want("certificate", {{"key", "/srv/k"}, {"common_name", "a.example"}})).before,
            (Json{{"signed_by", "another"}}));
  answer("openssl pkey -in /srv/k *-pubout", "-----BEGIN PUBLIC KEY-----\nBBBB\n-----END PUBLIC KEY-----\n");
  EXPECT_EQ(change(want("certificate", {{"key", "/srv/k"}, {"common_name", "a.example"}})).before,
            (Json{{"fits_key", false}, {"signed_by", "another"}}));
}

TEST_F(Certificates, AWindowLongerThanItsTimeIsRefused) {
  const Seen seen = see(
      CertificateProvider(false),
      want("certificate", {{"key", "/srv/k"}, {"common_name", "a"}, {"days", 30}, {"renew_within", 2592000}}), system);
  ASSERT_TRUE(seen.observed->obstacle);
  EXPECT_EQ(seen.observed->obstacle->summary, "`renew_within` is no shorter than `days`");
}

TEST_F(Certificates, OneThatMaySignNothingIsNoCa) {
  system.make_file("/srv/ca", "a certificate");
  const Desired desired = want(
      "certificate", {{"key", "/srv/k"}, {"common_name", "a"}, {"ca_certificate", "/srv/ca"}, {"ca_key", "/srv/k"}});
  answer("openssl x509 -in /srv/ca *", "X509v3 Basic Constraints: critical\n    CA:TRUE\n");
  EXPECT_EQ(change(desired).op, Op::kCreate);
  answer("openssl x509 -in /srv/ca *", "X509v3 Basic Constraints: critical\n    CA:FALSE\n");
  const Seen seen = see(CertificateProvider(false), desired, system);
  ASSERT_TRUE(seen.observed->obstacle);
  EXPECT_EQ(seen.observed->obstacle->summary, "/srv/ca is not the certificate of a CA");
}

TEST_F(Certificates, WhatItCannotBeMadeOfIsToldBefore) {
  const CertificateProvider certificates(false);
  Json attributes = {{"key", "/srv/k"}, {"common_name", "a"}, {"ca_certificate", "/srv/ca"}, {"ca_key", "/srv/cak"}};
  const auto why = [&] {
    const Seen seen = see(certificates, want("certificate", attributes), system);
    return seen.observed && seen.observed->obstacle ? seen.observed->obstacle->summary : "";
  };
  system.make_file("/srv/ca", "a certificate");
  system.make_file("/srv/cak", "a key");
  answer("openssl x509 -in /srv/ca *", "subject=CN = a\n");
  answer("openssl pkey -in /srv/cak *", kPublic);
  EXPECT_EQ(why(), "");
  answer("openssl pkey -in /srv/cak *", "", 1);
  EXPECT_EQ(why(), "/srv/cak holds no private key");
  system.make_file("/srv/cak", "-----BEGIN ENCRYPTED PRIVATE KEY-----\n");
  EXPECT_EQ(why(), "/srv/cak has a passphrase");
  attributes["ca_passphrase"] = "x";
  EXPECT_EQ(why(), "/srv/cak is a key with another passphrase");
  attributes["ca_passphrase"] = "hmac-sha256:" + std::string(64, '1');
  EXPECT_EQ(why(), "") << "nobody here knows it";
  attributes.erase("ca_passphrase");
  answer("openssl pkey -in /srv/cak *", kPublic);
  answer("openssl x509 -in /srv/ca *", "", 1);
  EXPECT_EQ(why(), "/srv/ca holds no certificate");
  answer("openssl pkey -in /srv/k *-pubout", "", 1);
  EXPECT_EQ(why(), "/srv/k holds no private key");
}

TEST_F(Certificates, WhatIsNoCertificateStays) {
  const Desired desired = want("certificate", {{"key", "/srv/k"}, {"common_name", "a.example"}});
  answer("openssl x509 *", "", 1);
  system.make_file("/srv/x", "");
  EXPECT_EQ(change(desired).op, Op::kUpdate) << "in an empty file there is nothing to lose";
  system.make_file("/srv/x", "somebody's");
  EXPECT_EQ(see(CertificateProvider(false), desired, system).observed->obstacle->summary,
            "/srv/x holds no certificate");
  answer("openssl req *", "", 1);
  EXPECT_EQ(see(CertificateProvider(true), desired, system).observed->obstacle->summary, "/srv/x holds no request");
}

TEST_F(Certificates, WhoDoesNotKnowThePassphraseComparesTheRest) {
  const std::string sealed = "hmac-sha256:" + std::string(64, '1');
  system.make_file("/srv/x", "-----BEGIN ENCRYPTED PRIVATE KEY-----\n");
  answer("openssl pkey *", "", 1);
  const PrivateKeyProvider keys;
  EXPECT_TRUE(see(keys, want("private_key", {{"type", "rsa"}, {"passphrase", sealed}}), system).change.empty());
  EXPECT_FALSE(see(keys, want("private_key", {{"type", "rsa"}}), system).change.empty()) << "it has one";
  answer("openssl x509 *", printed(names("DNS:a.example")));
  EXPECT_TRUE(
      change(want("certificate", {{"key", "/srv/k"}, {"common_name", "a.example"}, {"passphrase", sealed}})).empty());
}

TEST_F(Certificates, AKeyThatTheHostsOpensslDoesNotKnowIsToldBefore) {
  const PrivateKeyProvider keys;
  const Desired desired = want("private_key", {{"type", "ed25519"}});
  answer("openssl pkey -pubin -noout", "");
  EXPECT_FALSE(see(keys, desired, system).observed->obstacle);
  answer("openssl pkey -pubin -noout", "unable to load key", 1);
  EXPECT_EQ(see(keys, desired, system).observed->obstacle->summary, "the openssl of this host knows no ed25519");
  EXPECT_FALSE(see(keys, want("private_key", Json::object()), system).observed->obstacle);
}

TEST_F(Certificates, AKeyThatIsThereGoesOnlyWhereThatIsSaid) {
  const PrivateKeyProvider keys;
  system.make_file("/srv/x", "-----BEGIN PRIVATE KEY-----\n");
  answer("openssl pkey -in /srv/x *", "Public-Key: (2048 bit)\nModulus:\n");
  EXPECT_TRUE(see(keys, want("private_key", Json::object()), system).change.empty());
  const Seen refused = see(keys, want("private_key", {{"bits", 4096}}), system);
  ASSERT_TRUE(refused.observed->obstacle);
  EXPECT_EQ(refused.observed->obstacle->summary, "/srv/x is a key of 2048 bits");
  const Seen made = see(keys, want("private_key", {{"bits", 4096}, {"replace", true}}), system);
  EXPECT_FALSE(made.observed->obstacle);
  EXPECT_EQ(made.change.before, (Json{{"bits", 2048}}));
  EXPECT_FALSE(keys.restore(want("private_key", {{"bits", 4096}, {"replace", true}}), *made.observed)) << "it is gone";
  EXPECT_EQ(keys.restore(want("private_key", Json::object()), Observed())->attributes["state"], "absent");
}

}  // namespace
}  // namespace plumb::providers::certificate
