#include "engine/report/plan_markdown.h"

#include <algorithm>
#include <set>
#include <vector>

#include "engine/base/joined.h"
#include "engine/report/host_list.h"
#include "engine/report/markdown_text.h"
#include "engine/report/plan_risks.h"
#include "engine/report/plan_text.h"
#include "engine/report/plan_values.h"
#include "engine/report/terminal_text.h"
#include "engine/report/told_groups.h"

namespace plumb::report {
namespace {

// By which whoever writes the comment anew finds the one of before.
constexpr const char* kMark = "<!-- plumb plan -->\n";
constexpr std::size_t kAddressesOfRisk = 10;
constexpr std::size_t kMostRisks = std::size_t{12} << 10;
constexpr std::size_t kReserve = 512;  // for what is said of what was left out
constexpr std::size_t kLongestName = 200;

// Signs stand first in a line where a difference is coloured.
std::string as_difference(const std::string& text) {
  constexpr std::size_t kDiffColumn = 8;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    const bool is_change = line.size() > kDiffColumn && line.find_first_not_of(' ') == kDiffColumn &&
                           (line[kDiffColumn] == '+' || line[kDiffColumn] == '-');
    if (is_change) {
      out += line[kDiffColumn] + std::string(kDiffColumn - 3, ' ') + line.substr(kDiffColumn + 1) + "\n";
    } else {
      out += (line.starts_with("  ") ? line.substr(2) : line) + "\n";
    }
  }
  return out;
}

std::string short_code(const std::string& text) {
  return markdown_code(terminal_text(text.size() <= kLongestName ? text : text.substr(0, kLongestName) + "…", false));
}

// Whole lines, up to `room` bytes, and what is missing.
std::string first_lines(const std::string& text, std::size_t room) {
  if (text.size() <= room) return text;
  const std::size_t end = text.rfind('\n', room);
  const std::size_t kept = end == std::string::npos ? 0 : end + 1;
  const auto rest =
      static_cast<std::size_t>(std::count(text.begin() + static_cast<std::ptrdiff_t>(kept), text.end(), '\n'));
  return text.substr(0, kept) + "… and " + counted(rest, "line", "lines") + " more\n";
}

class MarkdownWriter {
 public:
  MarkdownWriter(const plan::Plan& plan, const std::string& id, const PlanMarkdownOptions& options)
      : plan_(plan), id_(id), note_(options.note), errors_(options.errors), most_(options.most_bytes) {
    text_options_.kinds = options.kinds;
  }

  std::string run() {
    out_ = kMark + title() + table() + risks() + summary();
    foot_ = "\nProject " + short_code(plan_.project) + (id_.empty() ? "" : ", plan " + short_code(id_)) +
            ", made by plumb " + markdown_text(plan_.engine) + ".\n";
    groups();
    left_alone();
    return out_ + left_out() + foot_;
  }

 private:
  std::size_t room() const {
    const std::size_t taken = out_.size() + foot_.size() + kReserve;
    return taken < most_ ? most_ - taken : 0;
  }

  std::string title() const {
    std::size_t hosts = 0;
    std::size_t actions = 0;
    for (const auto& [host, host_plan] : plan_.hosts) {
      hosts += host_plan.actions.empty() ? 0 : 1;
      actions += host_plan.actions.size();
    }
    const std::string missing = plan_.unplanned.empty() ? "" : counted(plan_.unplanned.size(), "host", "hosts");
    if (plan_.hosts.empty() && !missing.empty()) return "### No plan for " + missing + "\n\n";
    const std::string rest = (missing.empty() ? "" : ", no plan for " + missing) + "\n\n";
    if (actions == 0) return "### Plan: nothing to change on " + counted(plan_.hosts.size(), "host", "hosts") + rest;
    return "### Plan: " + counted(actions, "action", "actions") + " on " + counted(hosts, "host", "hosts") + rest;
  }

  std::string table() const {
    const std::vector<OpCount> counts = op_counts(plan_);
    if (counts.empty()) return {};
    std::string rows = "| | actions | hosts |\n|---|---:|---:|\n";
    for (const OpCount& one : counts) {
      rows += "| " + std::string(name(one.op)) + " | " + std::to_string(one.actions) + " | " +
              std::to_string(one.hosts) + " |\n";
    }
    return rows + "\n";
  }

  std::string risks() const {
    const RiskyAddresses found = risky_addresses(plan_);
    if (found.empty()) return {};
    std::string lines = "**Look at these first**\n\n";
    for (const auto& [risk, addresses] : found) {
      lines += "- **" + std::string(words(risk)) + ":**\n";
      std::size_t shown = 0;
      for (const auto& [address, hosts] : addresses) {
        if (shown == kAddressesOfRisk || lines.size() > kMostRisks) break;
        ++shown;
        lines += "  - " + short_code(address) + " on " + short_code(host_list(hosts)) + "\n";
      }
      if (shown < addresses.size())
        lines += "  - and " + counted(addresses.size() - shown, "other address", "other addresses") + "\n";
    }
    return lines + "\n";
  }

  std::string summary() const {
    constexpr std::size_t kMostSummary = 4096;
    const std::string text = scope_text(plan_, false) + note_ + plan_summary(plan_, text_options_) + errors_;
    return markdown_block(first_lines(terminal_text(text, false), kMostSummary), "text") + "\n";
  }

  // Those with the greatest risk first.
  void groups() {
    const std::vector<ToldGroup> all = told_groups(plan_, distinct_lists(plan_), text_options_);
    for (std::size_t i = 0; i < all.size(); ++i) {
      // One that is long leaves room for others.
      const std::size_t most = i + 1 == all.size() ? room() : room() / 2;
      section(all[i], most);
    }
  }

  // Of many hosts the list ends with their number.
  static std::string named(const ToldGroup& group) {
    const std::string hosts = host_list(group.hosts);
    std::string count = hosts.ends_with(" hosts)") ? "" : counted(group.hosts.size(), "host", "hosts");
    if (group.versions > 1) append_item(count, versions_text(group));
    return short_code(hosts) + (count.empty() ? "" : " (" + count + ")");
  }

  void section(const ToldGroup& group, std::size_t most) {
    const std::string begin = "<details><summary>" + named(group) + ": " +
                              counted(group.actions.size(), "action", "actions") + "</summary>\n\n";
    constexpr const char* kEnd = "\n</details>\n";
    constexpr std::size_t kFrame = 256;  // fences, the end, and what is said of the rest
    std::string lines;
    std::size_t shown = 0;
    std::size_t folded = 0;
    const bool fits = begin.size() + kFrame < most;
    for (const ToldAction& action : group.actions) {
      if (!fits) break;
      const std::string text = as_difference(terminal_text(action.text, false));
      const std::string head = text.substr(0, text.find('\n') + 1);
      const std::size_t taken = begin.size() + kFrame + lines.size();
      if (taken + text.size() <= most) {
        lines += text;
      } else if (taken + head.size() <= most) {
        lines += head;
        folded += text.size() > head.size() ? 1 : 0;
      } else {
        break;
      }
      ++shown;
    }
    const std::size_t missing = group.actions.size() - shown;
    missing_actions_ += missing;
    if (missing > 0) missing_hosts_.insert(group.hosts.begin(), group.hosts.end());
    folded_ += folded;
    if (shown == 0) return;
    if (missing > 0) lines += "… and " + counted(missing, "action", "actions") + " more\n";
    out_ += begin + markdown_block(lines, "diff") + kEnd;
  }

  void left_alone() {
    const std::string text = around_text(plan_, text_options_) + moving_text(plan_, false) + locks_text(plan_, false) +
                             record_text(plan_, false) + passed_over_text(plan_, false) + elsewhere_text(plan_, false);
    constexpr std::size_t kFrame = 256;
    if (text.empty()) return;
    if (room() < 2 * kFrame) {
      left_alone_missing_ = true;
      return;
    }
    out_ +=
        "<details><summary>" +
        std::string(plan::step_count(plan_) > 0 ? "What is done around the turns of hosts, is left" : "What is left") +
        " as it is, waits, or has another name now</summary>\n\n" +
        markdown_block(first_lines(terminal_text(text, false), room() - kFrame), "text") + "\n</details>\n";
  }

  std::string left_out() {
    std::string text;
    const auto add = [&](const std::string& what) { append_item(text, what); };
    if (missing_actions_ > 0) {
      add(counted(missing_actions_, "action", "actions") + " (equal ones counted once) of " +
          short_code(host_list({missing_hosts_.begin(), missing_hosts_.end()})));
    }
    if (folded_ > 0) add("the details of " + counted(folded_, "action", "actions"));
    if (left_alone_missing_) add("what is left as it is");
    if (text.empty()) return {};
    return "\n**Left out here for its length:** " + text + ". `plumb show` has all of it.\n";
  }

  const plan::Plan& plan_;
  const std::string& id_;
  const std::string& note_;
  const std::string& errors_;
  std::size_t most_;
  PlanTextOptions text_options_;
  std::string out_;
  std::string foot_;
  std::size_t missing_actions_ = 0;
  std::size_t folded_ = 0;
  std::set<std::string> missing_hosts_;
  bool left_alone_missing_ = false;
};

}  // namespace

std::string plan_markdown(const plan::Plan& plan, const std::string& id, const PlanMarkdownOptions& options) {
  return MarkdownWriter(plan, id, options).run();
}

}  // namespace plumb::report
