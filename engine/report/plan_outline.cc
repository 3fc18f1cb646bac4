#include "engine/report/plan_outline.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <tuple>
#include <vector>

#include "engine/base/digest.h"
#include "engine/plan/action_json.h"
#include "engine/report/host_list.h"
#include "engine/report/op_look.h"
#include "engine/report/plan_groups.h"
#include "engine/report/plan_risks.h"
#include "engine/report/plan_values.h"
#include "engine/report/style.h"
#include "engine/report/text_width.h"

namespace plumb::report {
namespace {

constexpr std::ptrdiff_t kScreen = 24;  // lines that anybody's terminal has
constexpr std::ptrdiff_t kScreens = 4;  // that nobody reads before knowing what is in them
constexpr std::size_t kRisksShown = 5;  // addresses of each risk
constexpr int kWidestName = 48;         // of a column of addresses
constexpr int kNoRisk = static_cast<int>(Risk::kUnforeseen) + 1;

// One address and what is done to it.
struct Entry {
  Op op = Op::kNone;
  std::string name;
  std::string kind;
  int risk = kNoRisk;
  std::size_t place = 0;  // the first that it has on a host
  std::vector<std::string> hosts;
  std::set<std::string> versions;  // digests; none where all hosts have the same actions
};

std::vector<Entry> entries_of(const plan::Plan& plan) {
  std::map<std::pair<std::string, Op>, Entry> entries;
  const std::vector<ActionsOfHosts> lists = distinct_lists(plan);
  for (const ActionsOfHosts& list : lists) {
    const std::shared_ptr<const plan::Actions> actions = list.actions->get();
    for (std::size_t place = 0; place < actions->size(); ++place) {
      const plan::Action& action = (*actions)[place];
      std::string name = action.desired.address.str();
      if (action.op == Op::kRestart || action.op == Op::kReload || action.op == Op::kVerify)
        name += "  " + std::string(plumb::name(action.op));
      if (action.fidelity != Fidelity::kExact) name += "  (" + std::string(plumb::name(action.fidelity)) + ")";
      const auto [at, is_new] = entries.try_emplace({name, action.op});
      Entry& entry = at->second;
      if (is_new) {
        entry.op = action.op;
        entry.name = clean(name);
        entry.kind = action.desired.address.kind;
        entry.place = place;
      }
      const std::set<Risk> risks = risks_of(action);
      if (!risks.empty()) entry.risk = std::min(entry.risk, static_cast<int>(*risks.begin()));
      entry.place = std::min(entry.place, place);
      entry.hosts.insert(entry.hosts.end(), list.hosts.begin(), list.hosts.end());
      if (lists.size() == 1) continue;
      std::string text;
      plan::append_action(text, action);
      entry.versions.insert(digest(text));
    }
  }
  std::vector<Entry> sorted;
  for (auto& [key, entry] : entries) sorted.push_back(std::move(entry));
  std::stable_sort(sorted.begin(), sorted.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.risk, a.place) < std::tie(b.risk, b.place);
  });
  return sorted;
}

// A line for each kind and operation, in the order of the entries: how many addresses, and their hosts.
std::string kinds_text(const std::vector<Entry>& entries, bool color) {
  struct OfKind {
    Op op = Op::kNone;
    std::string kind;
    std::size_t count = 0;
    std::set<std::string> hosts;
  };
  std::vector<OfKind> kinds;
  int widest = 0;
  for (const Entry& entry : entries) {
    auto found = std::find_if(kinds.begin(), kinds.end(),
                              [&](const OfKind& one) { return one.op == entry.op && one.kind == entry.kind; });
    if (found == kinds.end()) found = kinds.insert(kinds.end(), {entry.op, entry.kind, 0, {}});
    ++found->count;
    found->hosts.insert(entry.hosts.begin(), entry.hosts.end());
    widest = std::max(widest, columns(entry.kind));
  }
  std::string out;
  for (const OfKind& one : kinds) {
    const OpLook look = look_of(one.op);
    const std::string count = std::to_string(one.count);
    out += "  " + tint(look.sign + (" " + fit(one.kind, widest)), look.tone, color) + "  " +
           std::string(count.size() < 4 ? 4 - count.size() : 0, ' ') + count + "  " +
           tint("on " + host_list({one.hosts.begin(), one.hosts.end()}, 40), Tone::kDim, color) + "\n";
  }
  return out;
}

// A line for each entry.
std::string entries_text(const std::vector<Entry>& entries, bool color) {
  int width = 0;
  for (const Entry& entry : entries) width = std::max(width, std::min(columns(entry.name), kWidestName));
  std::string out;
  for (const Entry& entry : entries) {
    const OpLook look = look_of(entry.op);
    const int missing = std::max(0, width - columns(entry.name));
    out += "  " + tint(look.sign + (" " + entry.name), look.tone, color) +
           std::string(static_cast<std::size_t>(missing) + 2, ' ') + host_list(entry.hosts, 40);
    if (entry.versions.size() > 1)
      out += tint("  in " + std::to_string(entry.versions.size()) + " versions", Tone::kDim, color);
    out += "\n";
  }
  return out;
}

}  // namespace

std::string risk_text(const plan::Plan& plan, bool color) {
  const RiskyAddresses found = risky_addresses(plan);
  if (found.empty()) return {};
  int width = 0;
  for (const auto& [risk, unused] : found) width = std::max(width, columns(short_words(risk)));
  std::string out = tint("Look at these first", Tone::kBold, color) + "\n";
  for (const auto& [risk, addresses] : found) {
    const Tone tone = risk == Risk::kUnforeseen ? Tone::kCyan : Tone::kRed;
    std::string label = tint(fit(short_words(risk), width), tone, color);
    std::size_t count = 0;
    for (const auto& [address, hosts] : addresses) {
      if (++count > kRisksShown) break;
      out += "  " + label + "  " + clean(address) + "  " + tint("on " + host_list(hosts, 40), Tone::kDim, color) + "\n";
      label = std::string(static_cast<std::size_t>(width), ' ');
    }
    if (addresses.size() > kRisksShown)
      out += "  " + label + "  … and " + std::to_string(addresses.size() - kRisksShown) + " more\n";
  }
  return out;
}

std::string plan_outline(const plan::Plan& plan, const PlanTextOptions& options) {
  return entries_text(entries_of(plan), options.color);
}

std::string review_text(const plan::Plan& plan, const PlanTextOptions& options) {
  if (options.outline) {
    std::string out = scope_text(plan, options.color);
    for (const std::string& part : {risk_text(plan, options.color), plan_outline(plan, options)}) {
      if (!out.empty() && !part.empty()) out += "\n";
      out += part;
    }
    return out + (out.empty() ? "" : "\n") + plan_summary(plan, options);
  }
  const std::string whole = plan_text(plan, options);
  const auto line_count = [](const std::string& text) { return std::count(text.begin(), text.end(), '\n'); };
  std::string first;
  if (line_count(whole) > kScreen) {
    const std::string risks = risk_text(plan, options.color);
    first = plan_head(plan, options.color) + "\n" + risks + (risks.empty() ? "" : "\n");
  }
  // Of few changes on many hosts the first screen tells all of them, however long what comes below is; of many, how
  // many there are of each kind.
  if (line_count(whole) > kScreens * kScreen) {
    const std::vector<Entry> entries = entries_of(plan);
    const auto fits = [&](std::ptrdiff_t lines) { return line_count(first) + lines + 2 < kScreen; };
    const bool tells_all = fits(static_cast<std::ptrdiff_t>(entries.size()));
    const std::string outline = tells_all ? entries_text(entries, options.color) : kinds_text(entries, options.color);
    if (fits(line_count(outline))) first += tint("In short", Tone::kBold, options.color) + "\n" + outline + "\n";
  }
  return first + whole + plan_summary(plan, options);
}

}  // namespace plumb::report
