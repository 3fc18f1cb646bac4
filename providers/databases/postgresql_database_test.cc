// The kinds of databases: what is asked and told, how it is quoted, and which passwords are recognised. Against real
// servers: testdata/e2e/databases_test.sh and lab_databases_test.sh.
#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "providers/databases/kinds.h"
#include "providers/databases/mysql.h"
#include "providers/databases/passwords.h"
#include "providers/databases/postgresql.h"
#include "providers/sdk/fake_system.h"

namespace plumb::providers::databases {
namespace {

using testing::HasSubstr;
using testing::Not;

class Databases : public testing::Test {
 protected:
  Databases() {
    system.add_program("psql");
    system.add_program("mysql");
    system.add_user({"postgres", 120, 120, "", "/var/lib/postgresql", "/bin/sh"});
  }
  static Desired want(const Kind& kind, Json attributes, std::set<std::string> sensitive = {}) {
    Desired desired;
    desired.address = {"", kind.name, attributes.at("name").get<std::string>()};
    desired.attributes = std::move(attributes);
    desired.sensitive = std::move(sensitive);
    return desired;
  }
  // What a server that answers so makes of it.
  Seen answered(const Kind& kind, const Desired& desired, const std::string& answer) {
    system.script("*", {0, answer, "", false});
    return see(*kind.provider, desired, system);
  }
  static const plumb::Run& run(const Change& change, std::size_t at = 0) {
    return std::get<plumb::Run>(change.operations.at(at));
  }
  static std::string words(const std::vector<std::string>& argv) {
    std::string line;
    for (const std::string& word : argv) line += word + "\n";
    return line;
  }

  FakeSystem system;
};

TEST(Passwords, WhatPostgresqlKeepsIsRecognised) {
  const std::string kept =
      "SCRAM-SHA-256$4096:hUVC6fpPJrklnPVTRGsaVw==$pu4JE0mplFPM/5CE9ZJ5Gmz4steb2gdMelwQYFIlTQc=:"
      "sKcr82ObsHaCWdbR0Tur2ZgJWK8xI8GhMIr2HsZOAQE=";
  EXPECT_TRUE(is_scram_of("pa\"ss w\\\xc3\xb6'rd", kept));
  EXPECT_FALSE(is_scram_of("pa\"ss w\\\xc3\xb6'rx", kept));
  EXPECT_FALSE(is_scram_of("", kept));
}

TEST(Passwords, WhatIsNoVerifierIsNoMatch) {
  for (const char* kept :
       {"", "md53175bce1d3201d16594cebf9d7eb3f9d", "SCRAM-SHA-256$", "SCRAM-SHA-256$4096:", "SCRAM-SHA-256$x:aa==$b:c",
        "SCRAM-SHA-256$0:YWI=$YWI=:YWI=", "SCRAM-SHA-256$99999999:YWI=$YWI=:YWI=", "SCRAM-SHA-256$4096:??$YWI=:YWI=",
        "SCRAM-SHA-256$4096:YWI=$YWI="})
    EXPECT_FALSE(is_scram_of("x", kept)) << kept;
}

TEST(Passwords, WhatMysqlKeepsIsRecognised) {
  EXPECT_EQ(native_hash("password"), "*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19");
  // https://www.akkadia.org/drepper/SHA-crypt.txt
  EXPECT_EQ(sha256_crypt("Hello world!", "saltstring", 5000), "5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5");
  EXPECT_EQ(sha256_crypt("we have a short salt string but not a short password", "short", 77777),
            "JiO1O3ZpDAxGJeaDIuqCoEFysAe1mZNJRs3pw0KQRd/");
  const std::string salt = "abcdefghijklmnopqrst";
  const std::string kept = "$A$005$" + salt + sha256_crypt("secret", salt, 5000);
  EXPECT_TRUE(is_caching_sha2_of("secret", kept));
  EXPECT_FALSE(is_caching_sha2_of("other", kept));
  EXPECT_FALSE(is_caching_sha2_of("secret", kept.substr(1)));
}

TEST(Quoting, NamesAndTextsHoldWhateverTheyHold) {
  for (const auto& [raw, name, text] : std::vector<std::array<std::string, 3>>{
           {"app", "\"app\"", "'app'"},
           {"My App", "\"My App\"", "'My App'"},
           {"a\"b", "\"a\"\"b\"", "'a\"b'"},
           {"a'b", "\"a'b\"", "'a''b'"},
           {"a\\", "\"a\\\"", "'a\\'"},
           {"\"; DROP ROLE x; --", "\"\"\"; DROP ROLE x; --\"", "'\"; DROP ROLE x; --'"},
           {"'; DROP ROLE x; --", "\"'; DROP ROLE x; --\"", "'''; DROP ROLE x; --'"},
           {":'x' :\"y\" $$", "\":'x' :\"\"y\"\" $$\"", "':''x'' :\"y\" $$'"}}) {
    EXPECT_EQ(pg_name(raw), name);
    EXPECT_EQ(pg_text(raw), text);
  }
  for (const auto& [raw, name, text] : std::vector<std::array<std::string, 3>>{
           {"app", "`app`", "'app'"},
           {"a`b", "`a``b`", "'a`b'"},
           {"a'b", "`a'b`", "'a''b'"},
           {"a\\'b", "`a\\'b`", "'a\\\\''b'"},
           {"\\", "`\\`", "'\\\\'"},
           {"`; DROP DATABASE x; -- ", "```; DROP DATABASE x; -- `", "'`; DROP DATABASE x; -- '"}}) {
    EXPECT_EQ(my_name(raw), name);
    EXPECT_EQ(my_text(raw), text);
  }
  // What connects is a name, whatever it looks like.
  EXPECT_THAT(pg_connect("host=x dbname='y'\\"),
              HasSubstr("\\connect -reuse-previous=on \"dbname='host=x dbname=\\'y\\'\\\\'\"\n"));
  EXPECT_THAT(pg_connect("a\"b"), HasSubstr("\"dbname='a\"\"b'\""));
  // What others made in it is not called by a question.
  EXPECT_THAT(pg_connect("app"), HasSubstr("SET search_path = '';\n"));
}

TEST_F(Databases, AllOfAServerAreAskedAtOnce) {
  const Kind kind = pg_role::kind();
  const Desired one = want(kind, {{"name", "app"}}), other = want(kind, {{"name", "we'b"}});
  const Desired elsewhere = want(kind, {{"name", "app"}, {"port", 5433}});
  system.script(
      "*", {0, "{\"n\": 1, \"login\": true, \"connection_limit\": -1, \"expires\": \"never\", \"member_of\": []}\n", "",
            false});
  const std::vector<const Desired*> all = {&one, &other, &elsewhere};
  const std::vector<Result<Observed>> found = kind.provider->observe(all, system);
  ASSERT_EQ(system.requests().size(), 2u);
  EXPECT_THAT(system.requests()[0].stdin_text, HasSubstr("(VALUES (0, 'app'), (1, 'we''b'))"));
  EXPECT_TRUE(system.requests()[0].changes_nothing);
  EXPECT_EQ(system.requests()[0].user, "postgres");
  EXPECT_FALSE(found[0]->exists);
  EXPECT_TRUE(found[1]->exists);
  EXPECT_FALSE(found[2]->exists) << "the answer about the other server";
}

TEST_F(Databases, AServerThatDoesNotAnswerIsInTheWay) {
  const Kind kind = pg_database::kind();
  system.script("*", {2, "", "psql: error: connection to server on socket failed\n", false});
  const Seen seen = see(*kind.provider, want(kind, {{"name", "app"}}), system);
  ASSERT_TRUE(seen.observed->obstacle);
  EXPECT_EQ(seen.observed->obstacle->code, Code::kServerRefused);
  EXPECT_THAT(seen.observed->obstacle->summary, HasSubstr("connection to server on socket failed"));
  EXPECT_FALSE(seen.change.empty());
  const Seen gone = see(*kind.provider, want(kind, {{"name", "app"}, {"state", "absent"}}), system);
  EXPECT_FALSE(gone.change.empty()) << "nobody knows whether it is there";
}

TEST_F(Databases, WithoutAServerNothingIsThere) {
  FakeSystem bare;
  const Kind kind = my_database::kind();
  const Seen seen = see(*kind.provider, want(kind, {{"name", "app"}}), bare);
  EXPECT_THAT(seen.observed->obstacle->summary, HasSubstr("this host has no `mysql`"));
  EXPECT_TRUE(see(*kind.provider, want(kind, {{"name", "app"}, {"state", "absent"}}), bare).change.empty());
  bare.add_program("mariadb");
  bare.script("mariadb *", {0, "", "", false});
  EXPECT_EQ(run(see(*kind.provider, want(kind, {{"name", "app"}}), bare).change).argv[0], "mariadb");
}

TEST_F(Databases, AnImageIsRefused) {
  system.set_image(true);
  const Kind kind = pg_database::kind();
  EXPECT_THAT(see(*kind.provider, want(kind, {{"name", "app"}}), system).observed->obstacle->summary,
              HasSubstr("image"));
}

TEST_F(Databases, APasswordIsInNoArgumentAndNoVariable) {
  const std::string sealed = keyed_digest(std::string(64, 'a'), "hunter2");
  for (const Kind& kind : {pg_role::kind(), my_user::kind()}) {
    const Desired desired = want(kind, {{"name", "app"}, {"password", sealed}}, {"password"});
    const Change change = answered(kind, desired, "{\"version\": \"10.11-MariaDB\"}\n").change;
    ASSERT_EQ(change.op, Op::kCreate);
    const plumb::Run& last = run(change, change.operations.size() - 1);
    EXPECT_EQ(last.stdin_text, sealed);
    EXPECT_TRUE(last.argv.empty());
    EXPECT_THAT(last.script, Not(HasSubstr(sealed)));
    for (const auto& [name, value] : last.env) EXPECT_NE(value, sealed);
  }
}

TEST_F(Databases, ThePasswordThatIsThereIsRecognised) {
  const Kind user = my_user::kind();
  const std::string row =
      "{\"version\": \"10.11-MariaDB\"}\n{\"n\": 0, \"plugin\": \"mysql_native_password\", \"kept\": "
      "\"2A32343730433043303644454534324644313631384242393930303541444341324543394431453139\", "
      "\"tls\": \"\", \"most\": 0, \"locked\": false}\n";
  EXPECT_TRUE(answered(user, want(user, {{"name", "app"}, {"password", "password"}}), row).change.empty());
  const Seen other = answered(user, want(user, {{"name", "app"}, {"password", "passwort"}}), row);
  EXPECT_EQ(other.change.before, (Json{{"password", kAnother}}));
  EXPECT_THAT(run(other.change).script, HasSubstr("ALTER USER"));
  EXPECT_TRUE(answered(user, want(user, {{"name", "app"}, {"password", "x"}, {"update_password", "on_create"}}), row)
                  .change.empty());
}

TEST_F(Databases, AnAccountWithoutAPasswordIsNotMade) {
  const Kind kind = my_user::kind();
  EXPECT_THAT(answered(kind, want(kind, {{"name", "app"}}), "").observed->obstacle->summary,
              HasSubstr("would let everybody in"));
  const Seen socket = answered(kind, want(kind, {{"name", "app"}, {"plugin", "unix_socket"}}), "");
  EXPECT_FALSE(socket.observed->obstacle);
  EXPECT_THAT(run(socket.change).stdin_text,
              HasSubstr("CREATE USER 'app'@'localhost' IDENTIFIED WITH `unix_socket`;\n"));
}

TEST_F(Databases, AMissingOwnerIsARole) {
  const Kind kind = pg_database::kind();
  const Seen seen = answered(kind, want(kind, {{"name", "app"}, {"owner", "app"}}), "{\"roles\": []}\n");
  ASSERT_EQ(seen.observed->missing.size(), 1u);
  EXPECT_EQ(seen.observed->missing[0].what.str(), "postgresql_role:app");
  EXPECT_TRUE(answered(kind, want(kind, {{"name", "app"}, {"owner", "app"}}), "{\"roles\": [\"app\"]}\n")
                  .observed->missing.empty());
}

TEST_F(Databases, EncodingsAreComparedByWhatTheyMean) {
  const Kind kind = pg_database::kind();
  const std::string row =
      "{\"n\": 0, \"owner\": \"postgres\", \"encoding\": \"UTF8\", \"lc_collate\": \"en_US.UTF-8\"}\n";
  EXPECT_TRUE(answered(kind, want(kind, {{"name", "a"}, {"encoding", "utf-8"}, {"lc_collate", "en_US.utf8"}}), row)
                  .change.empty());
  EXPECT_THAT(answered(kind, want(kind, {{"name", "a"}, {"encoding", "LATIN1"}}), row).observed->obstacle->summary,
              HasSubstr("cannot be changed"));
}

TEST_F(Databases, PrivilegesThatHoldOnAllThingsHold) {
  const Kind kind = pg_grant::kind();
  const Json reads = {{"name", "g"},     {"role", "app"},         {"database", "app"},
                      {"type", "table"}, {"objects", {"a", "b"}}, {"privileges", {"SELECT", "INSERT"}}};
  const auto row = [](const std::string& held) {
    return "{\"n\": 0, \"database\": true, \"role\": true, \"owner_role\": true, \"things\": [\"a\", \"b\"], "
           "\"held\": " +
           held + ", \"all\": [\"SELECT\", \"INSERT\", \"DELETE\"]}\n";
  };
  EXPECT_TRUE(answered(kind, want(kind, reads), row("{\"SELECT\": [2, 0], \"INSERT\": [2, 0]}")).change.empty());
  const Change some = answered(kind, want(kind, reads), row("{\"SELECT\": [2, 0], \"INSERT\": [1, 0]}")).change;
  EXPECT_EQ(some.before, (Json{{"privileges", {"SELECT"}}}));
  EXPECT_THAT(run(some).stdin_text,
              HasSubstr("GRANT INSERT, SELECT ON TABLE \"public\".\"a\", \"public\".\"b\" TO \"app\";\n"));
  Json exact = reads;
  exact["exact"] = true;
  const Change less =
      answered(kind, want(kind, exact), row("{\"SELECT\": [2, 0], \"INSERT\": [2, 0], \"DELETE\": [1, 0]}")).change;
  EXPECT_THAT(run(less).stdin_text, HasSubstr("REVOKE DELETE ON TABLE"));
  Json all = reads;
  all["privileges"] = {"ALL"};
  EXPECT_TRUE(answered(kind, want(kind, all), row("{\"SELECT\": [2, 0], \"INSERT\": [2, 0], \"DELETE\": [2, 0]}"))
                  .change.empty());
  Json gone = reads;
  gone["state"] = "absent";
  EXPECT_EQ(answered(kind, want(kind, gone), row("{\"SELECT\": [1, 0]}")).change.op, Op::kDelete);
  EXPECT_TRUE(answered(kind, want(kind, gone), row("{\"DELETE\": [2, 0]}")).change.empty());
}

TEST_F(Databases, ARoleThatIsThereIsSeenBesideADatabaseThatIsNot) {
  const Kind kind = pg_grant::kind();
  const Desired grant = want(kind, {{"name", "g"},
                                    {"role", "app"},
                                    {"owner_role", "own"},
                                    {"database", "new"},
                                    {"type", "schema"},
                                    {"privileges", {"USAGE"}}});
  Seen seen = answered(kind, grant, "{\"n\": 0, \"database\": false, \"role\": true, \"owner_role\": true}\n");
  ASSERT_EQ(seen.observed->missing.size(), 1u);
  EXPECT_EQ(seen.observed->missing[0].what.str(), "postgresql_database:new");
  EXPECT_THAT(system.requests().back().stdin_text,
              HasSubstr("\\else\nSELECT jsonb_build_object('n', 0, 'database', false, 'role', (SELECT"));
  seen = answered(kind, grant, "{\"n\": 0, \"database\": false, \"role\": false, \"owner_role\": false}\n");
  EXPECT_EQ(seen.observed->missing.size(), 3u);
}

TEST_F(Databases, SettingsAreOneHoweverTheyAreWritten) {
  const Kind kind = pg_setting::kind();
  EXPECT_EQ(kind.provider->claims(want(kind, {{"name", "TimeZone"}, {"value", "UTC"}})),
            kind.provider->claims(want(kind, {{"name", "timezone"}, {"value", "UTC"}})));
}

TEST_F(Databases, GrantsOfMysqlAreReadFromWhatItShows) {
  const Kind kind = my_grant::kind();
  const std::string shown =
      "{\"n\": 0, \"user\": 1}\n{\"n\": 0}\nGRANT USAGE ON *.* TO `app`@`%` IDENTIFIED BY PASSWORD '*2470'\n"
      "GRANT SELECT, INSERT (a, b) ON `app\\\\_x`.* TO `app`@`%` WITH GRANT OPTION\nGRANT ALL PRIVILEGES ON `other`.* "
      "TO `app`@`%`\n";
  Json grant = {{"name", "g"}, {"user", "app"}, {"host", "%"}, {"database", "app\\_x"}, {"privileges", {"SELECT"}}};
  EXPECT_TRUE(answered(kind, want(kind, grant), shown).change.empty());
  grant["privileges"] = {"SELECT", "CREATE VIEW"};
  EXPECT_THAT(run(answered(kind, want(kind, grant), shown).change).stdin_text,
              HasSubstr("GRANT CREATE VIEW, SELECT ON `app\\_x`.* TO 'app'@'%';\n"));
  grant["grant_option"] = false;
  grant["privileges"] = {"SELECT"};
  EXPECT_THAT(run(answered(kind, want(kind, grant), shown).change).stdin_text, HasSubstr("REVOKE GRANT OPTION ON"));
  grant["database"] = "other";
  EXPECT_TRUE(answered(kind, want(kind, grant), shown).change.empty()) << "all has it";
  EXPECT_EQ(answered(kind, want(kind, grant), "{\"n\": 0, \"user\": 0}\n").observed->missing[0].what.str(),
            "mysql_user:app#%");
}

TEST_F(Databases, PasswordsOfOtherPluginsAreRefused) {
  const Kind kind = my_user::kind();
  Json user = {{"name", "app"}, {"plugin", "ed25519"}, {"password", "one"}};
  EXPECT_THAT(answered(kind, want(kind, user), "").observed->obstacle->summary, HasSubstr("what ed25519 keeps"));
  user.erase("password");
  user["password_hash"] = "ZIgUREUg5PVgQ6LskhXmO+eZLS0nC8be6HPjYWR4YJY";
  EXPECT_FALSE(answered(kind, want(kind, user), "").observed->obstacle);
}

TEST_F(Databases, PrivilegesOnColumnsAreOfSomeOrMoreOfThem) {
  const Kind kind = my_grant::kind();
  const std::string shown =
      "{\"n\": 0, \"user\": 1}\n{\"n\": 0}\nGRANT SELECT (`b`, `a`), INSERT ON `app`.`t` TO `app`@`localhost`\n";
  Json grant = {{"name", "g"}, {"user", "app"}, {"database", "app"}, {"table", "t"}};
  grant["privileges"] = {"SELECT (a, b)", "INSERT (c)"};
  EXPECT_TRUE(answered(kind, want(kind, grant), shown).change.empty());
  grant["exact"] = true;
  EXPECT_FALSE(answered(kind, want(kind, grant), shown).change.empty()) << "it may insert more than c";
  grant["privileges"] = {"SELECT (a, c)", "INSERT"};
  EXPECT_THAT(run(answered(kind, want(kind, grant), shown).change).stdin_text,
              HasSubstr("GRANT INSERT, SELECT (`a`, `c`) ON `app`.`t` TO 'app'@'localhost';\n"));
  grant["privileges"] = {"SELECT", "INSERT"};
  EXPECT_FALSE(answered(kind, want(kind, grant), shown).change.empty()) << "of the whole table it is more";
  grant["privileges"] = {"INSERT"};
  EXPECT_THAT(run(answered(kind, want(kind, grant), shown).change).stdin_text,
              HasSubstr("REVOKE SELECT (`a`, `b`) ON `app`.`t` FROM"));
}

TEST_F(Databases, PrivilegesOfMysqlHaveSeveralNames) {
  const Kind kind = my_grant::kind();
  const std::string shown =
      "{\"n\": 0, \"user\": 1}\n{\"n\": 0}\nGRANT REPLICATION SLAVE, SLAVE MONITOR, READ_ONLY ADMIN ON *.* TO "
      "`app`@`localhost`\n";
  Json grant = {{"name", "g"},
                {"user", "app"},
                {"database", "*"},
                {"exact", true},
                {"privileges", {"REPLICATION REPLICA", "REPLICA MONITOR", "READ ONLY ADMIN"}}};
  EXPECT_TRUE(answered(kind, want(kind, grant), shown).change.empty());
  // Nothing but that it may log in, which every account may.
  grant["privileges"] = {"USAGE"};
  EXPECT_THAT(run(answered(kind, want(kind, grant), shown).change).stdin_text,
              HasSubstr("REVOKE READ_ONLY ADMIN, REPLICATION SLAVE, SLAVE MONITOR ON *.*"));
  EXPECT_TRUE(answered(kind, want(kind, grant),
                       "{\"n\": 0, \"user\": 1}\n{\"n\": 0}\nGRANT USAGE ON *.* TO `app`@`localhost`\n")
                  .change.empty());
}

TEST_F(Databases, SettingsAreComparedByTheirUnits) {
  const Kind kind = pg_setting::kind();
  const auto ask = [&](const std::string& type, const std::string& unit, const std::string& file, const Json& value,
                       const std::string& name = "work_mem") {
    const Json row = {{"n", 0},         {"vartype", type}, {"unit", unit}, {"context", "user"},
                      {"runs", "4096"}, {"file", file}};
    return answered(kind, want(kind, {{"name", name}, {"value", value}}), row.dump() + "\n").change.empty();
  };
  EXPECT_TRUE(ask("integer", "kB", "64MB", "65536kB"));
  EXPECT_TRUE(ask("integer", "8kB", "128MB", 16384));
  EXPECT_TRUE(ask("integer", "ms", "1min", "60s"));
  EXPECT_FALSE(ask("integer", "ms", "1min", "61s"));
  EXPECT_TRUE(ask("bool", "", "yes", true));
  EXPECT_FALSE(ask("bool", "", "off", true));
  EXPECT_TRUE(ask("real", "", "0.50", 0.5));
  EXPECT_TRUE(ask("string", "", "\"a\", b", "a,b", "shared_preload_libraries"));
  EXPECT_FALSE(ask("string", "", "a b", "a  b"));
}

TEST_F(Databases, WhereTheSettingCountsOnlyAfterARestartThatIsSaid) {
  const Kind kind = pg_setting::kind();
  const std::string row =
      "{\"n\": 0, \"vartype\": \"integer\", \"context\": \"postmaster\", \"runs\": \"100\", \"pending\": false}\n";
  Json attributes = {{"name", "max_connections"}, {"value", 200}};
  const Change change = answered(kind, want(kind, attributes), row).change;
  EXPECT_EQ(change.note, "counts once the server is restarted");
  EXPECT_EQ(change.operations.size(), 1u);
  attributes["restart"] = true;
  EXPECT_EQ(answered(kind, want(kind, attributes), row).change.operations.size(), 2u);
  const std::string waits =
      "{\"n\": 0, \"vartype\": \"integer\", \"context\": \"postmaster\", \"runs\": \"100\", "
      "\"pending\": true, \"system\": \"200\", \"file\": \"200\"}\n";
  EXPECT_THAT(run(answered(kind, want(kind, attributes), waits).change).script, HasSubstr("restart postgresql"));
}

TEST_F(Databases, WhatWentWithADatabaseIsSaid) {
  for (const Kind& kind : {pg_database::kind(), my_database::kind()}) {
    const Desired gone = want(kind, {{"name", "app"}, {"state", "absent"}});
    const Seen seen = answered(kind, gone, "{\"n\": 0, \"owner\": \"app\", \"encoding\": \"utf8mb4\"}\n");
    EXPECT_EQ(seen.change.op, Op::kDelete);
    EXPECT_EQ(seen.change.note, "with all that is in it, which no undo brings back");
    EXPECT_FALSE(kind.provider->restore(gone, *seen.observed));
  }
}

// As to whoever takes a run back.
TEST_F(Databases, AnAccountWhosePasswordNobodyHereKnowsIsComparedWithoutIt) {
  const std::string sealed = "hmac-sha256:" + std::string(64, '1');
  for (const Kind& kind : {pg_role::kind(), my_user::kind()}) {
    const std::string row =
        "{\"n\": 0, \"login\": true, \"connection_limit\": 5, \"most\": 5, \"expires\": \"never\", \"verifier\": "
        "\"x\", "
        "\"kept\": \"78\"}\n";
    for (const char* attribute : {"password", "password_hash"}) {
      Desired made = want(kind, {{"name", "app"}, {"connection_limit", 5}, {attribute, sealed}}, {attribute});
      EXPECT_TRUE(answered(kind, made, row).change.empty()) << kind.name;
      made.attributes[attribute] = "known";
      EXPECT_EQ(answered(kind, made, row).change.after, (Json{{attribute, "known"}})) << kind.name;
      made.attributes["connection_limit"] = 6;
      made.attributes[attribute] = sealed;
      EXPECT_EQ(answered(kind, made, row).change.after, (Json{{"connection_limit", 6}})) << kind.name;
    }
  }
}

TEST_F(Databases, GrantsThatContradictEachOtherAreTold) {
  // Which one of two takes the first one back.
  const auto undone = [&](const Kind& kind, Json one, Json other) {
    one["name"] = "one";
    other["name"] = "other";
    const Desired first = want(kind, std::move(one)), second = want(kind, std::move(other));
    const Desired* both[] = {&first, &second};
    system.script("*", {0, "", "", false});
    return kind.provider->observe(both, system)[0]->undone_by;
  };
  const std::string other = "postgresql_grant:other";
  Json reads = {
      {"role", "app"}, {"database", "d"}, {"type", "table"}, {"objects", {"a", "b"}}, {"privileges", {"SELECT"}}};
  const auto with = [](Json grant, const Json& changes) {
    grant.update(changes);
    return grant;
  };
  const Json gone = with(reads, {{"state", "absent"}});
  const Kind pg = pg_grant::kind();
  EXPECT_EQ(undone(pg, reads, gone), other);
  EXPECT_EQ(undone(pg, gone, reads), other);
  EXPECT_EQ(undone(pg, reads, with(gone, {{"objects", {"ALL"}}, {"privileges", {"ALL"}}})), other);
  EXPECT_EQ(undone(pg, with(reads, {{"exact", true}}), with(reads, {{"privileges", {"INSERT"}}})), other);
  EXPECT_EQ(undone(pg, reads, reads), "") << "it is asked for twice";
  EXPECT_EQ(undone(pg, reads, with(gone, {{"privileges", {"INSERT"}}})), "");
  EXPECT_EQ(undone(pg, reads, with(gone, {{"objects", {"c"}}})), "");
  EXPECT_EQ(undone(pg, reads, with(gone, {{"role", "web"}})), "");
  EXPECT_EQ(undone(pg, reads, with(gone, {{"default", true}})), "") << "that is of tables to come";
  EXPECT_EQ(undone(pg, with(reads, {{"exact", true}, {"privileges", {"SELECT", "INSERT"}}}), reads), "");
  const Kind my = my_grant::kind();
  reads = {{"user", "app"}, {"database", "d"}, {"privileges", {"SELECT"}}};
  EXPECT_EQ(undone(my, reads, with(reads, {{"state", "absent"}, {"privileges", {"ALL"}}})), "mysql_grant:other");
  EXPECT_EQ(undone(my, with(reads, {{"grant_option", true}}), with(reads, {{"grant_option", false}})),
            "mysql_grant:other");
  EXPECT_EQ(undone(my, reads, with(reads, {{"state", "absent"}, {"database", "*"}})), "") << "that is another row";
}

TEST_F(Databases, UndoTakesAwayWhatCameAndNoPassword) {
  const Kind kind = pg_role::kind();
  const Desired fresh = want(kind, {{"name", "app"}, {"password", "x"}});
  EXPECT_EQ(kind.provider->restore(fresh, Observed())->attributes, (Json{{"name", "app"}, {"state", "absent"}}));
  const std::string row =
      "{\"n\": 0, \"login\": true, \"connection_limit\": -1, \"expires\": \"never\", \"member_of\": [\"a\"], "
      "\"verifier\": \"\"}\n";
  const Desired other = want(kind, {{"name", "app"}, {"connection_limit", 5}, {"member_of", {"b"}}});
  const Seen seen = answered(kind, other, row + "{\"roles\": [\"b\"]}\n");
  EXPECT_EQ(kind.provider->restore(other, *seen.observed)->attributes,
            (Json{{"name", "app"}, {"state", "present"}, {"connection_limit", -1}, {"member_of", {"a"}}}));
  EXPECT_FALSE(kind.provider->restore(fresh, *answered(kind, fresh, row).observed));
}

}  // namespace
}  // namespace plumb::providers::databases
