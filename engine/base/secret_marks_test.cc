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
  EXPECT_EQ(secret_in("token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefghijk"), "a token");
  EXPECT_EQ(secret_in("curl -H 'X: Bearer abcdefghijklmnopqrst'"), "a token");
}

TEST(SecretMarks, APrivateKeyInBase64OnceMoreIsOne) {
  // "-----BEGIN … PRIVATE KEY-----", as it falls in the groups of three bytes.
  for (const char* head : {"LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCg==", "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQo=",
                           "LS0tLS1CRUdJTiBPUEVOU1NIIFBSSVZBVEUgS0VZLS0tLS0K"})
    EXPECT_EQ(secret_in(std::string("    client-key-data: ") + head), "a private key") << head;
  EXPECT_EQ(secret_in("certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUI="), "");
}

TEST(SecretMarks, PasswordsAreToldAsTheirFilesHaveThem) {
  for (const char* text : {
           "define('DB_PASSWORD', 's3cret');",
           "$dbpass = \"s3cret\";",
           "dnpass = s3cret",
           "smtp_auth_pass s3cret",
           "machine a login b password s3cret",
           "machine a\nlogin b\npassword s3cret",
           "key \"k\" { algorithm hmac-sha256; secret \"c2VjcmV0c2VjcmV0\"; };",
           "rndc-key { secret s3cret }",
           "<password>s3cret</password>",
           "<add key=\"Password\" value=\"s3cret\"/>",
           "rocommunity s3cret",
           "pw=s3cret",
           "bind_credentials s3cret",
           "user bob insecure-password s3cret",
           "db.example.com:5432:shop:shop:s3cret",
           "0 3 * * * root mysqldump -ps3cret shop",
           "0 3 * * * root backup --password s3cret",
           "curl -u bob:s3cret https://example.com",
           "sshpass -p s3cret ssh web1",
           "AccountKey=YWJjZGVmZ2hpamts",
       })
    EXPECT_EQ(secret_in(text), "a password") << text;
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
           "deploy ALL=(ALL:ALL) NOPASSWD: ALL",
           "fastcgi_pass 127.0.0.1:9000;",
           "location / { uwsgi_pass backend; }",
           "password [success=1 default=ignore] pam_unix.so obscure yescrypt",
           "password\tinclude\tcommon-password",
           "kpasswd 464/tcp",
           "kpasswd\t464/udp",
           "rocommunity public",
           "PASS_MAX_DAYS 99999",
           "mysql -p shop",
           "mysqldump -p\"$PASSWORD\" shop",
           "docker run -u 1000:1000 x",
           "root:x:0:0:root:/root:/bin/sh",
           "2001:db8:0:0:1 x",
           "password must be long",
           "listen 443; # the token of a line",
       })
    EXPECT_EQ(secret_in(text), "") << text;
}

}  // namespace
}  // namespace plumb
