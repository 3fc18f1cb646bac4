#include "providers/locale/locale.h"

#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::locale {
namespace {

class Locale : public ProviderTest<LocaleProvider> {
 protected:
  Locale() {
    system.make_file("/usr/share/i18n/SUPPORTED", "de_DE.UTF-8 UTF-8\nde_DE ISO-8859-1\nde_DE@euro ISO-8859-15\n");
    for (const char* source : {"de_DE", "de_DE@euro", "xx_YY"})
      system.make_file(std::string("/usr/share/i18n/locales/") + source, "");
    system.make_file("/etc/locale.gen", "# de_DE ISO-8859-1\n#  de_DE.UTF-8 UTF-8\n");
    system.make_directory("/etc/default");
    has({"C.utf8", "POSIX"});
  }
  void has(const std::vector<std::string>& made) {
    ProcessResult answer;
    for (const std::string& one : made) answer.output += one + "\n";
    system.script("locale -a", answer);
  }
  Desired want(Json attributes) { return wanted("locale", "name", std::move(attributes)); }
  // What is left once localedef has done its part.
  void carry_out(const Change& change) {
    for (const Operation& operation : change.operations) {
      if (std::holds_alternative<plumb::Run>(operation)) continue;
      ASSERT_TRUE(system.apply(operation));
    }
  }
};

TEST_F(Locale, MadeListedAndTheHostsOwn) {  // O08
  const Desired desired = want({{"name", "de_DE.UTF-8"}, {"default", true}});
  carry_out(look(desired).change);
  EXPECT_EQ(system.content("/etc/locale.gen"), "# de_DE ISO-8859-1\nde_DE.UTF-8 UTF-8\n");
  EXPECT_EQ(system.content("/etc/default/locale"), "LANG=de_DE.UTF-8\n");
  has({"C.utf8", "de_DE.utf8"});
  EXPECT_TRUE(look(desired).change.empty());
}

TEST_F(Locale, WhatWasThereComesBackAsItWas) {
  const Desired desired = want({{"name", "de_DE.UTF-8"}, {"default", true}});
  for (const char* settings : {"LANG=\"C.UTF-8\"\nLC_TIME=C\n", "LC_TIME=C\n"}) {
    system.make_file("/etc/locale.gen", "# de_DE ISO-8859-1\n#  de_DE.UTF-8 UTF-8\n");
    system.make_file("/etc/default/locale", settings);
    has({"C.utf8"});
    const std::optional<Desired> back = provider.restore(desired, *look(desired).observed);
    ASSERT_TRUE(back);
    carry_out(look(desired).change);
    has({"C.utf8", "de_DE.utf8"});
    EXPECT_TRUE(look(desired).change.empty());
    carry_out(look(*back).change);
    has({"C.utf8"});
    EXPECT_TRUE(look(*back).change.empty());
    EXPECT_EQ(system.content("/etc/locale.gen"), "# de_DE ISO-8859-1\n#  de_DE.UTF-8 UTF-8\n");
    EXPECT_EQ(system.content("/etc/default/locale"), settings);
  }
}

TEST_F(Locale, WhatIsNoMoreTheHostsOwnIsItAgain) {
  has({"de_DE.utf8"});
  system.make_file("/etc/locale.gen", "de_DE.UTF-8 UTF-8\n");
  for (const char* settings : {"LANG=de_DE.UTF-8\n", "LANG=\"de_DE.UTF-8\"\n"}) {
    system.make_file("/etc/default/locale", settings);
    const Desired desired = want({{"name", "de_DE.UTF-8"}, {"default", false}});
    const std::optional<Desired> back = provider.restore(desired, *look(desired).observed);
    ASSERT_TRUE(back);
    carry_out(look(desired).change);
    carry_out(look(*back).change);
    EXPECT_TRUE(look(*back).change.empty());
    EXPECT_EQ(system.content("/etc/default/locale"), settings);
  }
}

TEST_F(Locale, TheCharacterSetIsTheHosts) {
  const Change change = look(want({{"name", "de_DE@euro"}})).change;
  EXPECT_EQ(std::get<plumb::Run>(change.operations.back()).argv,
            (std::vector<std::string>{"localedef", "-c", "-i", "de_DE@euro", "-f", "ISO-8859-15", "de_DE@euro"}));
}

TEST_F(Locale, OneThatCannotBeMade) {
  EXPECT_EQ(obstacle(want({{"name", "xx_YY.UTF-8"}})), "this host can make no locale xx_YY.UTF-8");
  EXPECT_EQ(look(want({{"name", "zz_ZZ.UTF-8"}})).observed->missing,
            (std::vector<Missing>{{{"", "file", "/usr/share/i18n/locales/zz_ZZ"}, "name"}}));
}

TEST_F(Locale, TheFileOfOtherFamilies) {
  system.remove("/etc/locale.gen");
  system.make_file("/etc/locale.conf", "LANG=\"C.UTF-8\"\n");
  EXPECT_TRUE(look(want({{"name", "C.UTF-8"}, {"default", true}})).change.empty());
  carry_out(look(want({{"name", "de_DE.UTF-8"}, {"default", true}})).change);
  EXPECT_EQ(system.content("/etc/locale.conf"), "LANG=de_DE.UTF-8\n");
}

TEST_F(Locale, WhatTheCLibraryHasBuiltIn) {
  const Desired desired = want({{"name", "C.UTF-8"}, {"default", true}});
  carry_out(look(desired).change);
  EXPECT_EQ(system.content("/etc/default/locale"), "LANG=C.UTF-8\n");
  EXPECT_EQ(system.content("/etc/locale.gen"), "# de_DE ISO-8859-1\n#  de_DE.UTF-8 UTF-8\n");
  EXPECT_TRUE(look(desired).change.empty());
  EXPECT_EQ(obstacle(want({{"name", "C.UTF-8"}, {"state", "absent"}})), "the locale C.UTF-8 cannot go");
}

TEST_F(Locale, Absent) {
  has({"de_DE.utf8"});
  system.make_file("/etc/locale.gen", "de_DE.UTF-8 UTF-8\n");
  const Change change = look(want({{"name", "de_DE.UTF-8"}, {"state", "absent"}})).change;
  EXPECT_EQ(change.op, Op::kDelete);
  EXPECT_EQ(std::get<plumb::Run>(change.operations.back()).argv,
            (std::vector<std::string>{"localedef", "--delete-from-archive", "de_DE.utf8"}));
  carry_out(change);
  EXPECT_EQ(system.content("/etc/locale.gen"), "");
}

}  // namespace
}  // namespace plumb::providers::locale
