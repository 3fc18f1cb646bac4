// A plan as a comment and as a page, over plans that are made up.
#include <gmock/gmock.h>

#include "engine/base/digest.h"
#include "engine/report/plan_html.h"
#include "engine/report/plan_markdown.h"

namespace plumb::report {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kId = "sha256:0123";

plan::Action planned(const std::string& address, Op op) {
  plan::Action made;
  made.desired.address = *Address::parse(address);
  made.op = op;
  made.source = "plumb.yaml:3:5";
  return made;
}

class PlanDocuments : public testing::Test {
 protected:
  PlanDocuments() {
    plan_.project = "shop";
    plan_.engine = "0.1.0";
    plan_.scope.on = "all";
  }

  // A file whose content changes, as the plan has both.
  plan::Action content(const std::string& path, const std::string& before, const std::string& after) {
    plan::Action made = planned("file:" + path, Op::kUpdate);
    for (const std::string& text : {before, after}) plan_.blobs[digest(text)] = text;
    made.before["content"] = digest(before);
    made.after["content"] = digest(after);
    made.because["content"] = "drift";
    return made;
  }
  void give(const std::string& host, const plan::Actions& actions) {
    plan_.hosts[host].actions = plan::ActionList(actions);
  }
  std::string markdown(std::size_t most = std::size_t{60} << 10) const {
    return plan_markdown(plan_, kId, {.most_bytes = most});
  }
  std::string html() const {
    std::string page;
    plan_html(plan_, kId, {}, [&](std::string_view piece) { page += piece; });
    return page;
  }
  Json data() const {
    const std::string page = html();
    const std::string begin = "<script type=\"application/json\" id=\"plan\">";
    const std::size_t at = page.find(begin) + begin.size();
    return Json::parse(page.substr(at, page.find("</script>", at) - at));
  }

  plan::Plan plan_;
};

TEST_F(PlanDocuments, MarkdownTellsRisksFirstAndEqualHostsOnce) {
  const plan::Action update = content("/etc/motd", "a\nold\n", "a\nnew\n");
  give("web1", {update});
  give("web2", {update});
  give("web3", {update});
  give("db1", {update, planned("file:/etc/gone", Op::kDelete)});
  EXPECT_EQ(markdown(), R"(<!-- plumb plan -->
### Plan: 5 actions on 4 hosts

| | actions | hosts |
|---|---:|---:|
| delete | 1 | 1 |
| update | 4 | 4 |

**Look at these first**

- **Removes:**
  - <code>file&#58;/etc/gone</code> on <code>db1</code>

```text
Plan: 4 to update, 1 to delete on 4 hosts. 0 resources unchanged.
```

<details><summary><code>db1</code> (1 host): 1 action</summary>

```diff
- file:/etc/gone  plumb.yaml:3:5
```

</details>
<details><summary><code>db1, web&#91;1&#58;3&#93;</code> (4 hosts): 1 action</summary>

```diff
~ file:/etc/motd  plumb.yaml:3:5
    content  sha256:)" + digest("a\nold\n").substr(7, 12) +
                            "… → sha256:" + digest("a\nnew\n").substr(7, 12) +
                            R"(…  (drift)
       a
-     old
+     new
```

</details>

Project <code>shop</code>, plan <code>sha256&#58;0123</code>, made by plumb 0.1.0.
)");
}

TEST_F(PlanDocuments, ChangesThatDifferByTheHostsNameStandOnce) {
  for (const std::string host : {"web1", "web2"}) give(host, {content("/etc/id", "me\n", "me " + host + "\n")});
  EXPECT_THAT(markdown(), HasSubstr("(2 hosts, in 2 versions): 1 action"));
  const Json group = data()["groups"].at(0);
  EXPECT_EQ(data()["groups"].size(), 1U);
  EXPECT_EQ(group["versions"], 2);
  EXPECT_THAT(group["actions"].at(0)["text"].get<std::string>(), HasSubstr("+me <host>\n"));
}

TEST_F(PlanDocuments, TheNumberOfHostsStandsOnce) {
  for (int i = 0; i < 40; ++i) give("h" + std::to_string(3 * i) + "x", {planned("file:/etc/motd", Op::kCreate)});
  EXPECT_THAT(markdown(), HasSubstr("&#40;40 hosts&#41;</code>: 1 action</summary>"));
}

TEST_F(PlanDocuments, ThePageBeginsWithWhatToLookAt) {
  give("web1", {planned("file:/etc/gone", Op::kDelete)});
  EXPECT_THAT(html(), HasSubstr("Look at these first\n  removes  file:/etc/gone  on web1\n\nPlan: 1 to delete"));
}

TEST_F(PlanDocuments, ValuesOfSeveralLinesAreComparedByThem) {
  plan::Action update = planned("ini:/etc/app.ini#web", Op::kUpdate);
  update.before = {{"settings", "port = 1\nuser = app"}};
  update.after = {{"settings", "port = 1\nuser = web"}};
  give("web1", {update});
  EXPECT_THAT(markdown(), HasSubstr(R"(
~ ini:/etc/app.ini#web  plumb.yaml:3:5
    settings  2 lines → 2 lines
       port = 1
-     user = app
+     user = web
)"));
}

TEST_F(PlanDocuments, MarkdownOfNothing) {
  plan_.hosts["web1"].unchanged = 3;
  EXPECT_THAT(markdown(), HasSubstr("### Plan: nothing to change on 1 host"));
}

TEST_F(PlanDocuments, WhereThereIsNoPlanTheHeadlineSaysSo) {
  for (const char* host : {"web1", "web2"}) plan_.unplanned[host] = "PL3001";
  const std::string errors = "  web[1:2]\n    PL3001: ssh said </pre><img src=x> *no*\n";
  std::string text = plan_markdown(plan_, "", {.errors = errors});
  EXPECT_THAT(text, HasSubstr("\n### No plan for 2 hosts\n"));
  EXPECT_THAT(text, HasSubstr("```text\nNo plan for 2 hosts: web1, web2\n" + errors + "```\n"));
  text = plan_markdown(plan_, "", {.errors = std::string(100000, 'x') + "\n" + std::string(100000, '\n')});
  EXPECT_LE(text.size(), std::size_t{60} << 10);
  std::string page;
  plan_html(plan_, "", {nullptr, "", errors}, [&](std::string_view piece) { page += piece; });
  EXPECT_THAT(page, HasSubstr("<title>No plan of shop</title>"));
  EXPECT_THAT(page, HasSubstr("ssh said &lt;/pre&gt;&lt;img src=x&gt;"));
  plan_.hosts["db1"].unchanged = 3;
  EXPECT_THAT(markdown(), HasSubstr("### Plan: nothing to change on 1 host, no plan for 2 hosts\n"));
  give("db2", {planned("file:/etc/a", Op::kDelete)});
  EXPECT_THAT(markdown(), HasSubstr("### Plan: 1 action on 1 host, no plan for 2 hosts\n"));
}

TEST_F(PlanDocuments, MarkdownTakesNothingOfAHostForMarkup) {
  plan_.project = "</details>@all";
  give("web1", {content("/etc/a", "", "```\n</details>\n<img src=x onerror=alert(1)>\n@all #1\n"),
                planned("command:a|b`<b>*x*", Op::kDelete)});
  const std::string text = markdown();
  EXPECT_THAT(text, Not(HasSubstr("</details>@all")));
  EXPECT_THAT(text, HasSubstr("<code>command&#58;a&#124;b&#96;&#60;b&#62;&#42;x&#42;</code>"));
  // The fence around the content is longer than the one in it.
  EXPECT_THAT(text, HasSubstr("````diff\n"));
  const std::size_t block = text.find("````diff\n");
  const std::size_t end = text.find("\n````\n", block);
  EXPECT_LT(text.find("<img"), end);
  EXPECT_GT(text.find("<img"), block);
  EXPECT_EQ(text.find("<img", end), std::string::npos);
}

TEST_F(PlanDocuments, MarkdownIsBoundedAndSaysWhatIsMissing) {
  for (int i = 100; i < 400; ++i) {
    const std::string name = std::to_string(i);
    give("web" + name,
         {content("/etc/" + name, "", std::string(2000, 'x') + name), planned("file:/x" + name, Op::kDelete)});
  }
  for (const std::size_t most : {std::size_t{60} << 10, std::size_t{24} << 10}) {
    const std::string text = markdown(most);
    EXPECT_LE(text.size(), most);
    EXPECT_THAT(text, HasSubstr("**Left out here for its length:** "));
    EXPECT_THAT(text, HasSubstr("and 290 other addresses"));
    EXPECT_THAT(text, HasSubstr("made by plumb 0.1.0.\n"));
  }
  // One long action is folded to its line, and that is said.
  plan_.hosts.clear();
  give("web1", {content("/etc/long", "", std::string(200, 'y') + "\n" + std::string(100000, 'z'))});
  const std::string text = markdown();
  EXPECT_LE(text.size(), std::size_t{60} << 10);
  EXPECT_THAT(text, HasSubstr("~ file:/etc/long"));
  EXPECT_THAT(text, HasSubstr("the details of 1 action"));
}

TEST_F(PlanDocuments, MarkdownIsBoundedWhateverNamesAre) {
  plan::Actions actions;
  for (int i = 0; i < 200; ++i)
    actions.push_back(planned("command:" + std::string(3000, '<') + std::to_string(i), Op::kDelete));
  give("web1", actions);
  plan_.project = std::string(100000, '<');
  EXPECT_LE(markdown().size(), std::size_t{60} << 10);
}

TEST_F(PlanDocuments, NeitherShowsASecret) {
  plan::Action secret = planned("file:/etc/token", Op::kUpdate);
  secret.desired.sensitive.insert("content");
  secret.before["content"] = "hmac-sha256:" + std::string(64, 'a');
  secret.after["content"] = "correct-horse";
  give("web1", {secret});
  for (const std::string& text : {markdown(), html()}) {
    EXPECT_THAT(text, HasSubstr("(sensitive)"));
    EXPECT_THAT(text, Not(HasSubstr("correct-horse")));
    EXPECT_THAT(text, Not(HasSubstr("hmac-sha256")));
  }
}

TEST_F(PlanDocuments, HtmlHasRisksFirstAndEqualHostsOnce) {
  const plan::Action update = content("/etc/motd", "old\n", "new\n");
  for (const char* host : {"web1", "web2", "web4"}) give(host, {update});
  give("web3", {planned("service:nginx", Op::kRestart)});
  const Json plan = data();
  EXPECT_EQ(plan["hosts"], Json({"web1", "web2", "web3", "web4"}));
  ASSERT_EQ(plan["groups"].size(), 2U);
  const Json& group = plan["groups"][1];
  EXPECT_EQ(group["hosts"], Json({0, 1, 3, 3}));
  EXPECT_EQ(group["count"], 3);
  ASSERT_EQ(group["actions"].size(), 1U);
  const Json& one = group["actions"][0];
  EXPECT_EQ(one["address"], "file:/etc/motd");
  EXPECT_EQ(one["kind"], "file");
  EXPECT_EQ(one["op"], "update");
  EXPECT_EQ(one["reasons"], Json::array({"drift"}));
  EXPECT_EQ(one["source"], "plumb.yaml:3:5");
  EXPECT_THAT(one["text"].get<std::string>(), HasSubstr("\n        -old\n        +new\n"));
  EXPECT_EQ(plan["groups"][0]["actions"][0]["risks"], Json::array({"restarts"}));
}

TEST_F(PlanDocuments, HtmlLoadsNothingAndEscapesEverything) {
  plan_.project = "<script>alert(1)</script>";
  give("web1", {content("/etc/a", "", "</script><!--<script>alert(2)\n&amp;\n")});
  plan_.hosts["web1"].passed_over = {{"command:x", "</pre><script>alert(3)</script>"}};
  const std::string page = html();
  EXPECT_THAT(page, HasSubstr("<title>Plan of &lt;script&gt;alert(1)&lt;/script&gt;</title>"));
  EXPECT_THAT(page, Not(HasSubstr("<script>alert(")));
  EXPECT_THAT(page, Not(HasSubstr("<!--")));
  EXPECT_THAT(page, Not(HasSubstr("http:")));
  EXPECT_THAT(page, Not(HasSubstr("https:")));
  EXPECT_THAT(page, Not(HasSubstr("src=")));
  EXPECT_THAT(page, HasSubstr("default-src 'none'; style-src 'sha256-"));
  EXPECT_THAT(page, Not(HasSubstr("unsafe-inline")));
  EXPECT_THAT(data()["groups"][0]["actions"][0]["text"].get<std::string>(), HasSubstr("</script><!--<script>"));
}

}  // namespace
}  // namespace plumb::report
