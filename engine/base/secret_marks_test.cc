#include "engine/base/secret_marks.h"

#include <gtest/gtest.h>

namespace plumb {
namespace {

TEST(SecretMarks, KeysHashesTokensAndPasswordsAreTold) {
  const std::string begin = "-----BEGIN ";
  EXPECT_EQ(secret_in("x\n" + begin + "OPENSSH PRIVATE KEY-----\nabc\n"), "a private key");
  EXPECT_EQ(secret_in(begin + "PRIVATE KEY-----\n"), "a private key");
  EXPECT_EQ(secret_in(begin + "PGP PRIVATE KEY BLOCK-----\n"), "a private key");
  EXPECT_EQ(secret_in("alice:$apr1$abcdefgh$0123456789abcdefghijkl"), "a password's hash");
  EXPECT_EQ(secret_in("$6$salt$" + std::string(86, 'a')), "a password's hash");
  EXPECT_EQ(secret_in("$y$j9T$abcdefgh$" + std::string(43, 'b')), "a password's hash");
  EXPECT_EQ(secret_in("$2y$05$" + std::string(53, 'c')), "a password's hash");
  EXPECT_EQ(secret_in("$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$" + std::string(43, 'd')), "a password's hash");
  EXPECT_EQ(secret_in("bob:{SHA}0DPiKuNIrrVmD8IUCuw1hQxNqZc="), "a password's hash");
  EXPECT_EQ(secret_in("\"app\" \"md5" + std::string(32, 'a') + "\""), "a password's hash");
  EXPECT_EQ(secret_in("carol:intern:" + std::string(32, 'b')), "a password's hash");
  EXPECT_EQ(secret_in("key: ghp_" + std::string(36, 'a')), "a token");
  EXPECT_EQ(secret_in("[Interface]\nPrivateKey = cGxhaW4gdGV4dCBvZiAzMiBieXRlcyBpcyBoZXJlIQ=\n"), "a password");
  EXPECT_EQ(secret_in("password = s3cret"), "a password");
  EXPECT_EQ(secret_in("  \"smtp-password\": \"s3cret\","), "a password");
  EXPECT_EQ(secret_in("export DB_PASSWORD='s3cret'"), "a password");
  EXPECT_EQ(secret_in("requirepass s3cret"), "a password");
  EXPECT_EQ(secret_in("DATABASE_URL=postgres://app:s3cret@db/app"), "a password");
  EXPECT_EQ(secret_in("//nas/x /mnt cifs username=a,password=s3cret 0 0"), "a password");
}

TEST(SecretMarks, WhatOnlySpeaksOfThemIsNone) {
  for (const char* text : {
           "PasswordAuthentication no\nPermitEmptyPasswords no\n",
           "# password = s3cret",
           "password = ",
           "password: ${DB_PASSWORD}",
           "password\trequisite\tpam_deny.so",
           "smtp_sasl_password_maps = hash:/etc/postfix/sasl_passwd",
           "passwd:         files systemd",
           "ssl_key = </etc/dovecot/private/dovecot.pem",
           "password_file=/etc/app/password",
           "echo \"$1\" \"$2\" $6",
           "https://example.com/a@b:c",
           "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJx alice@desk",
           "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
           "-----BEGIN PUBLIC KEY-----\nMIIB\n",
           "bypass = 1000",
           "proxy_pass: http://127.0.0.1:8080;",
       })
    EXPECT_EQ(secret_in(text), "") << text;
}

}  // namespace
}  // namespace plumb
