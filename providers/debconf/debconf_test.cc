#include "providers/debconf/debconf.h"

#include "engine/base/digest.h"
#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::debconf {
namespace {

constexpr const char* kAnswers =
    "Name: postfix/mailname\nTemplate: postfix/mailname\nValue: old.example\nOwners: postfix\nFlags: seen\n\n"
    "Name: postfix/retry\nTemplate: postfix/retry\nOwners: other, postfix\nVariables:\n Value: = no\n\n";

class Debconf : public ProviderTest<DebconfProvider> {
 protected:
  Debconf() {
    system.add_program("debconf-set-selections");
    system.make_file("/var/cache/debconf/config.dat", kAnswers);
    system.make_file("/var/cache/debconf/passwords.dat",
                     "Name: app/password\nTemplate: app/password\nValue: secret\nOwners: app\nFlags: seen\n\n", 0600);
  }
  static Desired want(Json attributes) { return wanted("debconf", "question", std::move(attributes)); }
  static const plumb::Run& run(const Change& change) { return std::get<plumb::Run>(change.operations.at(0)); }
};

TEST_F(Debconf, AnAnswerIsToldByStandardInput) {  // K21
  const Change change =
      look(want({{"question", "postfix/mailname"}, {"type", "string"}, {"value", "new.example"}})).change;
  EXPECT_EQ(change.op, Op::kUpdate);
  EXPECT_EQ(change.before, (Json{{"value", "old.example"}}));
  EXPECT_EQ(run(change).argv, std::vector<std::string>{"debconf-set-selections"});
  EXPECT_EQ(run(change).stdin_text, "postfix postfix/mailname string new.example\n");
  EXPECT_TRUE(
      look(want({{"question", "postfix/mailname"}, {"type", "string"}, {"value", "old.example"}})).change.empty());
}

TEST_F(Debconf, OneThatNobodySawIsMarked) {
  Json retry = {{"question", "postfix/retry"}, {"type", "boolean"}, {"value", "true"}};
  EXPECT_EQ(look(want(retry)).change.after, (Json{{"value", "true"}, {"seen", true}}));
  retry["seen"] = false;
  EXPECT_EQ(look(want(retry)).change.after, (Json{{"value", "true"}}));
  EXPECT_EQ(run(look(want(retry)).change).argv[1], "--unseen");
}

TEST_F(Debconf, AQuestionThatIsStillToCome) {
  const Change change =
      look(want({{"question", "mysql/root"}, {"package", "mysql-server"}, {"type", "select"}, {"value", "one, two"}}))
          .change;
  EXPECT_EQ(change.op, Op::kCreate);
  EXPECT_EQ(run(change).stdin_text, "mysql-server mysql/root select one, two\n");
  // Another package's, with an answer that stays seen.
  const Desired shared =
      want({{"question", "postfix/mailname"}, {"package", "mine"}, {"type", "string"}, {"value", "x"}});
  EXPECT_EQ(look(shared).change.op, Op::kUpdate);
  EXPECT_EQ(look(shared).change.after["package"], "mine");
}

TEST_F(Debconf, ASensitiveOneIsInNoArgument) {
  Desired desired = want({{"question", "app/password"}, {"type", "password"}, {"value", "new"}});
  EXPECT_EQ(look(desired).change.before, (Json{{"value", "(not shown)"}})) << "debconf keeps it secret";
  desired.sensitive = {"value"};
  desired.attributes["value"] = keyed_digest(std::string(64, 'a'), "new");
  const Change change = look(desired).change;
  EXPECT_EQ(run(change).script, "{ printf %s 'app app/password password '; cat; } | debconf-set-selections");
  EXPECT_EQ(run(change).stdin_text, desired.text("value"));
  EXPECT_FALSE(provider.restore(desired, *look(desired).observed));
}

TEST_F(Debconf, APasswordIsAskedForUntilItsPackageTookIt) {
  const Desired desired = want({{"question", "app/password"}, {"type", "password"}, {"value", "new"}});
  system.make_file("/var/lib/dpkg/info/app-common.templates", "");
  EXPECT_FALSE(look(desired).change.empty());
  system.make_file("/var/lib/dpkg/info/app:amd64.templates", "");
  EXPECT_TRUE(look(desired).change.empty());
}

TEST_F(Debconf, Absent) {
  const Desired gone = want({{"question", "postfix/mailname"}, {"state", "absent"}});
  EXPECT_EQ(run(look(gone).change).argv, (std::vector<std::string>{"debconf-communicate", "postfix"}));
  EXPECT_EQ(run(look(gone).change).stdin_text, "UNREGISTER postfix/mailname\n");
  EXPECT_TRUE(look(want({{"question", "postfix/none"}, {"state", "absent"}})).change.empty());
  EXPECT_EQ(look(want({{"question", "app/password"}, {"state", "absent"}})).change.before["value"], "(not shown)");
}

TEST_F(Debconf, UndoPutsTheOldAnswerBack) {
  const Desired desired = want({{"question", "postfix/mailname"}, {"type", "string"}, {"value", "new"}});
  EXPECT_EQ(provider.restore(desired, *look(desired).observed)->attributes["value"], "old.example");
  const Desired fresh = want({{"question", "a/b"}, {"type", "string"}, {"value", "new"}});
  EXPECT_EQ(provider.restore(fresh, *look(fresh).observed)->attributes["state"], "absent");
}

}  // namespace
}  // namespace plumb::providers::debconf
