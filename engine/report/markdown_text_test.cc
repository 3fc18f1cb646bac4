#include "engine/report/markdown_text.h"

#include <gtest/gtest.h>

namespace plumb::report {
namespace {

TEST(MarkdownText, StaysText) {
  EXPECT_EQ(markdown_text("web[01:40] of a-b, 1.5 GB"), "web&#91;01&#58;40&#93; of a-b, 1.5 GB");
  EXPECT_EQ(markdown_text("</details><script>alert(1)</script>"),
            "&#60;/details&#62;&#60;script&#62;alert&#40;1&#41;&#60;/script&#62;");
  EXPECT_EQ(markdown_text("@everybody see http://evil.example www.evil.example #12"),
            "&#64;everybody see http&#58;//evil.example www&#46;evil.example &#35;12");
  EXPECT_EQ(markdown_text("- a\n# b | c `d` ![x](y) \x1b[31m"),
            "&#45; a &#35; b &#124; c &#96;d&#96; &#33;&#91;x&#93;&#40;y&#41;");
  EXPECT_EQ(markdown_code("a<b"), "<code>a&#60;b</code>");
}

TEST(MarkdownText, ABlockIsEndedByItsFenceAlone) {
  EXPECT_EQ(markdown_block("a\n```\n</details>\n````", "diff"), "`````diff\na\n```\n</details>\n````\n`````\n");
  EXPECT_EQ(markdown_block("a\x1b]0;x\xe2\x80\xae", ""), "```\na\\x1b]0;x\\u{202e}\n```\n");
}

TEST(MarkdownText, HtmlHasNoTagOfOthers) {
  EXPECT_EQ(html_text("<b a='1' c=\"2\">&\n"), "&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;\n");
}

}  // namespace
}  // namespace plumb::report
