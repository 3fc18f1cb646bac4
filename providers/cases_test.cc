// The cases of every kind: testdata/kinds/KIND/CASE.json holds {"desired", "observed", "want"}, and perhaps
// "identity" and "trigger". What diff() (or, with "trigger", triggered()) makes of the first two has to be the third,
// and once the wanted attributes are there, diff() has to ask for nothing more.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include <gtest/gtest.h>

#include "providers/sdk/builtin.h"
#include "providers/sdk/fake_system.h"

namespace plumb {
namespace {

struct Case {
  std::string kind;
  std::string name;
  std::filesystem::path path;
};

void PrintTo(const Case& one, std::ostream* out) {
  *out << one.path;
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(PLUMB_SOURCE_DIR "/testdata/kinds")) {
    if (entry.path().extension() != ".json") continue;
    std::string name = entry.path().stem().string();
    std::replace(name.begin(), name.end(), '-', '_');
    cases.push_back({entry.path().parent_path().filename().string(), name, entry.path()});
  }
  std::sort(cases.begin(), cases.end(), [](const Case& a, const Case& b) { return a.path < b.path; });
  return cases;
}

class KindCase : public testing::TestWithParam<Case> {};

TEST_P(KindCase, DiffGivesTheWantedChange) {
  const Case& one = GetParam();
  const Registry kinds = builtin_kinds();
  const Kind* kind = kinds.find(one.kind);
  ASSERT_NE(kind, nullptr) << "no kind " << one.kind;
  const Provider* provider = kind->provider.get();
  std::ifstream in(one.path, std::ios::binary);
  const Json json = Json::parse(std::string(std::istreambuf_iterator<char>(in), {}));
  for (const auto& [key, value] : json.items()) {
    ASSERT_TRUE(key == "desired" || key == "observed" || key == "want" || key == "trigger" || key == "identity" ||
                key == "sensitive" || key == "about")
        << "unknown member " << key;
  }

  Desired desired;
  desired.address = {"", one.kind, json.value("identity", "it")};
  desired.attributes = json.at("desired");
  for (const Json& attribute : json.value("sensitive", Json::array()))
    desired.sensitive.insert(attribute.get<std::string>());
  Observed observed;
  observed.exists = json.at("observed").value("exists", true);
  observed.attributes = json.at("observed").value("attributes", Json::object());
  for (const Json& address : json.at("observed").value("missing", Json::array())) {
    observed.missing.push_back({*Address::parse(address.get<std::string>()), ""});
  }

  const bool is_trigger = json.contains("trigger");
  const Change change =
      is_trigger ? provider->triggered(desired, observed, *op_from_name(json.at("trigger").get<std::string>()))
                 : provider->diff(desired, observed);
  EXPECT_EQ(to_json(change).dump(2), json.at("want").dump(2));
  for (const Operation& operation : change.operations) {
    EXPECT_TRUE(kind->operations.contains(operation)) << "the kind does not say that it works by this";
    const auto back = operation_from_json(plumb::to_json(operation));
    ASSERT_TRUE(back) << back.error().summary();
    EXPECT_EQ(*back, operation);
  }
  if (is_trigger || change.empty() || change.op == Op::kRun) return;
  Observed later = observed;
  later.exists = change.op != Op::kDelete;
  if (!later.exists) later.attributes = Json::object();
  later.attributes.update(change.after);
  EXPECT_TRUE(provider->diff(desired, later).empty()) << to_json(provider->diff(desired, later)).dump(2);
}

INSTANTIATE_TEST_SUITE_P(Kinds, KindCase, testing::ValuesIn(all_cases()),
                         [](const auto& one) { return one.param.kind + "_" + one.param.name; });

// What a kind says of its attributes, against its schema.
class DescribedKind : public testing::TestWithParam<Kind> {};

TEST_P(DescribedKind, SaysTheSameAsItsSchema) {
  const Kind& kind = GetParam();
  ASSERT_TRUE(kind.schema.is_given()) << "no schema is called " << kind.name << ".json";
  const Json& properties = kind.schema.json().at("properties");
  EXPECT_TRUE(properties.contains(kind.schema.json().at("x-identity").get<std::string>()));
  for (const Trigger& trigger : kind.triggers) EXPECT_TRUE(properties.contains(trigger.attribute)) << trigger.attribute;
  for (const std::string& guard : kind.guards) EXPECT_TRUE(properties.contains(guard)) << guard;
  for (const std::string& once : kind.given_once) EXPECT_TRUE(properties.contains(once)) << once;
  for (const auto& [name, property] : properties.items()) {
    const ContentAttribute* content = kind.content(name);
    EXPECT_EQ(property.value("x-format", std::string()) == "content", content != nullptr) << name;
    if (content == nullptr) continue;
    EXPECT_TRUE(properties.contains(content->path)) << content->path;
    if (content->source.empty()) continue;
    ASSERT_TRUE(properties.contains(content->source)) << content->source;
    EXPECT_EQ(properties[content->source].value("x-format", std::string()), "source");
    EXPECT_EQ(properties[content->source].value("x-content-of", std::string()), name);
  }
}

// A host may tell anything of its resources. It must not be able to end who asked it.
TEST_P(DescribedKind, TakesWhateverAHostTells) {
  const Kind& kind = GetParam();
  const Json& properties = kind.schema.json().at("properties");
  const auto identity = kind.schema.json().at("x-identity").get<std::string>();
  // What kinds observe beside what is declared.
  std::istringstream beside(
      "encrypted ends fits_key maker public signed_by unused active along also also_in as as_is asked at auth_file "
      "automatic below "
      "brings "
      "built_from can_reload can_run candidate "
      "changed charset client context created current cuts divert downgrade entry extra file_version folder "
      "found guard held holder id in_zone installed installs kept left lines link links links_wanted listed "
      "lists loaded manager mounted moved named new_group no_folder offered offered_branch old_zone orphans "
      "other others outdated own package pending program provided_by refresh registered reload_needed reloads "
      "removes rules running running_priority running_rules runs runtime_folder selected services set_back settings "
      "stale_submodules start_file taken to_pull type unit unknown unpacked unpushed unread user uses values "
      "versions visudo waits waits_for wanted why ");
  std::vector<std::string> names{std::istream_iterator<std::string>(beside), {}};
  for (const auto& [name, unused] : properties.items()) names.push_back(name);
  const std::vector<Json> values = {nullptr,
                                    5,
                                    -1.5,
                                    true,
                                    "text",
                                    Json::array(),
                                    Json::object(),
                                    Json::array({5}),
                                    Json::array({Json::object(), nullptr}),
                                    Json::array({{{"path", 5}, {"owner", nullptr}, {"directory", "x"}}})};
  Desired desired;
  desired.address = {"", kind.name, "/x"};
  desired.attributes[identity] = "/x";
  const auto ask = [&](const Observed& observed) {
    for (const char* state : {"", "absent", "present", "running", "stopped", "latest", "purged"}) {
      Desired wanted = desired;
      if (*state != '\0') wanted.attributes["state"] = state;
      (void)kind.provider->diff(wanted, observed);
      (void)kind.provider->restore(wanted, observed);
      (void)kind.provider->may_bring(wanted, observed, {"", "file", "/y"});
      (void)kind.provider->claims_on_host(wanted, observed);
      for (const std::string path : {"/etc/systemd/system/x.service", "/y"}) {
        (void)kind.provider->follows_from(wanted, observed, path, nullptr);
        (void)kind.provider->follows_from(wanted, observed, path, &path);
        (void)kind.provider->contradicted_by(wanted, observed, path, "[Service]");
      }
      for (const Op op : {Op::kRestart, Op::kReload, Op::kRun}) (void)kind.provider->triggered(wanted, observed, op);
    }
  };
  for (const std::string& name : names) {
    for (const Json& value : values) {
      Observed observed;
      observed.exists = true;
      for (const std::string& other : names) observed.attributes[other] = value;
      observed.attributes.erase(name);
      EXPECT_NO_THROW(ask(observed)) << name << " " << value;
      observed.attributes = {{name, value}};
      EXPECT_NO_THROW(ask(observed)) << name << " " << value;
    }
  }
}

std::vector<Kind> all_kinds() {
  const Registry kinds = described_builtin_kinds();
  return {kinds.all().begin(), kinds.all().end()};
}

INSTANTIATE_TEST_SUITE_P(Kinds, DescribedKind, testing::ValuesIn(all_kinds()),
                         [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace plumb
