// What becomes of the hosts' records without an action: what has another name now, and what they hold no longer.
#include <map>
#include <vector>

#include "engine/base/outside_text.h"
#include "engine/report/host_list.h"
#include "engine/report/plan_text.h"
#include "engine/report/plan_values.h"
#include "engine/report/style.h"

namespace plumb::report {

std::string record_text(const plan::Plan& plan, bool color) {
  std::map<std::string, std::vector<std::string>> by_text;
  for (const auto& [host, host_plan] : plan.hosts) {
    std::string text;
    for (const auto& [to, from] : host_plan.moved)
      text += "  " + tint("> " + visible(to), Tone::kCyan, color) + "  moved from " + visible(from) + "\n";
    for (const plan::Forgotten& one : host_plan.forgotten)
      text +=
          "  " + tint("o " + visible(one.address), Tone::kDim, color) + "  only forgotten: " + visible(one.why) + "\n";
    if (!text.empty()) by_text[text].push_back(host);
  }
  std::string out;
  for (const auto& [text, hosts] : by_text) out += tint(host_list(hosts), Tone::kBold, color) + "\n" + text + "\n";
  return out;
}

}  // namespace plumb::report
