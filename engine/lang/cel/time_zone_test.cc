// Time zones, read from a database of the test's own.
#include "engine/lang/cel/time_zone.h"

#include <gtest/gtest.h>

#include "engine/lang/testing/zone_files.h"

namespace plumb::cel {
namespace {

constexpr std::int64_t kJanuary = 1767225600;  // 2026-01-01T00:00:00Z
constexpr std::int64_t kJuly = 1782864000;     // 2026-07-01T00:00:00Z

class Zones : public ::testing::Test {
 protected:
  // The error with its hint, without the folder's name.
  std::string problem(std::string_view name) const {
    const Result<TimeZone> zone = TimeZone::read(name, zones_.folder());
    if (zone) return "none";
    std::string text = zone.error().summary() + "; " + zone.error().diagnostic().hint;
    const std::string folder = zones_.folder().string();
    for (std::size_t at = 0; (at = text.find(folder)) != std::string::npos;) text.replace(at, folder.size(), "ZONES");
    return text;
  }

  lang::ZoneFiles zones_;
};

TEST_F(Zones, FollowTheirRule) {
  zones_.add("Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3");
  const TimeZone berlin = TimeZone::read("Europe/Berlin", zones_.folder()).value();
  EXPECT_EQ(berlin.offset(kJanuary), 3600);
  EXPECT_EQ(berlin.offset(kJuly), 7200);
  EXPECT_EQ(berlin.offset(1774745999), 3600);  // 2026-03-29T00:59:59Z
  EXPECT_EQ(berlin.offset(1774746000), 7200);
  EXPECT_EQ(berlin.offset(1792889999), 7200);  // 2026-10-25T00:59:59Z
  EXPECT_EQ(berlin.offset(1792890000), 3600);
}

TEST_F(Zones, SouthOfTheEquatorHaveSummerOverNewYear) {
  zones_.add("Australia/Sydney", "AEST-10AEDT,M10.1.0,M4.1.0/3");
  const TimeZone sydney = TimeZone::read("Australia/Sydney", zones_.folder()).value();
  EXPECT_EQ(sydney.offset(kJanuary), 11 * 3600);
  EXPECT_EQ(sydney.offset(kJuly), 10 * 3600);
}

TEST_F(Zones, MayNeverChange) {
  zones_.write("Etc/GMT+5", lang::ZoneFiles::file("", -5 * 3600));
  EXPECT_EQ(TimeZone::read("Etc/GMT+5", zones_.folder()).value().offset(kJuly), -5 * 3600);
}

TEST_F(Zones, AreThoseOfTheMachine) {
  if (!std::filesystem::exists(std::string(kTimeZones) + "/Europe/Berlin")) GTEST_SKIP() << "no package tzdata";
  const Result<TimeZone> berlin = TimeZone::read("Europe/Berlin");
  ASSERT_TRUE(berlin);
  EXPECT_EQ(berlin->offset(kJanuary), 3600);
  EXPECT_EQ(berlin->offset(kJuly), 7200);
  EXPECT_EQ(berlin->offset(-776563200), 3 * 3600);  // 1945-05-24, by the table
}

TEST_F(Zones, NeverLieOutsideTheDatabase) {
  zones_.add("Europe/Berlin", "CET-1");
  zones_.add("localtime", "CET-1");
  std::filesystem::create_directories(zones_.folder() / "Inside");
  for (const char* name :
       {"../../etc/passwd", "/etc/passwd", "Europe/../Europe/Berlin", "Inside/../../etc/passwd", "Europe//Berlin", "",
        ".", "Europe", "Europe/", "localtime", "Europe/Berlin\n", "Europe/Berlin "}) {
    EXPECT_TRUE(problem(name).starts_with("the time zone database in ZONES has no zone `")) << name;
  }
  EXPECT_FALSE(database_offset("../../../etc/passwd", 0));
}

TEST_F(Zones, ThatAreMisspeltAreNamed) {
  zones_.add("Europe/Berlin", "CET-1");
  zones_.add("America/Argentina/Ushuaia", "<-03>3");
  zones_.add("posix/Europe/Berlim", "CET-1");
  EXPECT_EQ(problem("Europe/Berlim"),
            "the time zone database in ZONES has no zone `Europe/Berlim`; did you mean `Europe/Berlin`?");
  EXPECT_EQ(problem("America/Argentina/Ushuaya"),
            "the time zone database in ZONES has no zone `America/Argentina/Ushuaya`; did you mean "
            "`America/Argentina/Ushuaia`?");
  EXPECT_EQ(problem("CEST"), "the time zone database in ZONES has no zone `CEST`; zones are named as Europe/Berlin is");
}

TEST_F(Zones, NeedADatabase) {
  std::filesystem::remove_all(zones_.folder());
  EXPECT_EQ(problem("Europe/Berlin"), "there is no time zone database in ZONES; install the package tzdata");
}

TEST_F(Zones, OfMalformedFilesAreRefused) {
  const std::string whole = lang::ZoneFiles::file("CET-1CEST,M3.5.0,M10.5.0/3");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    zones_.write("Cut", std::string_view(whole).substr(0, size));
    EXPECT_EQ(problem("Cut"),
              "ZONES/Cut is not a time zone's file, or not a whole one; install the package tzdata anew")
        << size;
  }
  const auto refused = [&](const std::string& bytes) {
    zones_.write("Bad", bytes);
    return problem("Bad") != "none";
  };
  EXPECT_FALSE(refused(whole));
  EXPECT_TRUE(refused("# a text\n"));
  for (const char* rule : {"CET", "CET-1CEST", "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.5.0", "C,D", "CET-99",
                           "CET-1CEST-9999,M3.5.0,M10.5.0", "<CET-1"}) {
    EXPECT_TRUE(refused(lang::ZoneFiles::file(rule))) << rule;
  }
  EXPECT_TRUE(refused(lang::ZoneFiles::file("", 1 << 20))) << "an offset of days";
  EXPECT_TRUE(refused(lang::ZoneFiles::file("", 0, 1))) << "leap seconds";
  std::string count = whole;
  count[44 + 10 + 32] = '\x7f';  // a header that claims more than there is
  EXPECT_TRUE(refused(count));
}

}  // namespace
}  // namespace plumb::cel
