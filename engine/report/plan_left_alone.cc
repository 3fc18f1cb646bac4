// What a plan leaves as it is: what comes of readings that it may change, what is locked, what need not run, and what
// the configuration holds no longer.
#include <map>
#include <vector>

#include "engine/base/outside_text.h"
#include "engine/report/host_list.h"
#include "engine/report/plan_text.h"
#include "engine/report/plan_values.h"
#include "engine/report/style.h"

namespace plumb::report {
namespace {

constexpr std::size_t kOrphansShown = 10;

std::string waiting_line(const plan::HeldBack& held) {
  return "    " + held.address + "  waits for the next plan" +
         (held.reading.empty() ? ", since it needs " + held.needs : std::string()) +
         (held.op == Op::kNone ? std::string() : "; as things are, " + std::string(name(held.op)) + " is due") + "\n";
}

std::string held_back_line(const plan::HeldBack& held) {
  std::string line = "    " + held.address + "  ";
  line += held.op == Op::kNone ? "could not be looked at" : "is left alone; " + std::string(name(held.op)) + " was due";
  if (!held.needs.empty()) line += ", and needs " + held.needs;
  return line + "\n";
}

}  // namespace

std::string passed_over_text(const plan::Plan& plan, bool color) {
  std::map<std::string, std::vector<std::string>> by_text;
  for (const auto& [host, host_plan] : plan.hosts) {
    std::string text;
    for (const plan::PassedOver& one : host_plan.passed_over)
      text += "  " + tint("· " + visible(one.address), Tone::kDim, color) + "  not run: " + visible(one.why) + "\n";
    if (!text.empty()) by_text[text].push_back(host);
  }
  std::string out;
  for (const auto& [text, hosts] : by_text) out += tint(host_list(hosts), Tone::kBold, color) + "\n" + text + "\n";
  return out;
}

std::string elsewhere_text(const plan::Plan& plan, bool color) {
  std::map<std::string, std::vector<std::string>> by_text;
  for (const auto& [host, host_plan] : plan.hosts) {
    std::string text;
    for (const plan::Elsewhere& one : host_plan.elsewhere) {
      const bool known = plan.hosts.contains(one.host) || plan.unplanned.contains(one.host);
      text += "  " + tint("· " + visible(one.address), Tone::kDim, color) + "  " +
              (known ? "waits until " + visible(one.host) + " has done it for all"
                     : "not done: it is " + visible(one.host) + " that does it for all, which the plan leaves out") +
              "\n";
    }
    if (!text.empty()) by_text[text].push_back(host);
  }
  std::string out;
  for (const auto& [text, hosts] : by_text) out += tint(host_list(hosts), Tone::kBold, color) + "\n" + text + "\n";
  return out;
}

std::map<std::string, std::string> waiting_for_readings(const plan::HostPlan& host) {
  std::map<std::string, std::string> waiting;
  for (const plan::HeldBack& held : host.held_back) {
    const auto need = waiting.find(held.needs);
    if (!held.reading.empty()) {
      waiting.emplace(held.address, held.reading);
    } else if (need != waiting.end()) {
      waiting.emplace(held.address, need->second);
    }
  }
  return waiting;
}

std::string moving_text(const plan::Plan& plan, bool color) {
  std::map<std::string, std::vector<std::string>> by_text;
  for (const auto& [host, host_plan] : plan.hosts) {
    std::string text;
    const std::map<std::string, std::string> waiting = waiting_for_readings(host_plan);
    for (const auto& [name, by] : host_plan.moving) {
      text += "= " +
              tint("the reading " + visible(name) + " may be another after " + visible(by), Tone::kYellow, color) +
              ": what comes of it is for the next plan\n";
      for (const plan::HeldBack& held : host_plan.held_back) {
        if (const auto one = waiting.find(held.address); one != waiting.end() && one->second == name)
          text += waiting_line(held);
      }
    }
    if (!text.empty()) by_text[text].push_back(host);
  }
  std::string out;
  for (const auto& [text, hosts] : by_text) out += tint(host_list(hosts), Tone::kBold, color) + "\n" + text + "\n";
  return out;
}

std::string locks_text(const plan::Plan& plan, bool color) {
  std::map<std::string, std::vector<std::string>> by_text;
  for (const auto& [host, host_plan] : plan.hosts) {
    std::string text;
    for (const plan::Lock& lock : host_plan.locks) {
      text += "= " + lock.items + tint("  locked by " + lock.owner + " until " + lock.until, Tone::kYellow, color) +
              (lock.reason.empty() ? "" : ": " + lock.reason) + "\n";
      for (const plan::HeldBack& held : host_plan.held_back) {
        if (held.lock == lock.items) text += held_back_line(held);
      }
    }
    const std::map<std::string, std::string> waiting = waiting_for_readings(host_plan);
    for (const plan::HeldBack& held : host_plan.held_back) {
      if (held.lock.empty() && !waiting.contains(held.address)) text += held_back_line(held);
    }
    if (!text.empty()) by_text[text].push_back(host);
  }
  std::string out;
  for (const auto& [text, hosts] : by_text) out += tint(host_list(hosts), Tone::kBold, color) + "\n" + text + "\n";
  return out;
}

std::string orphans_text(const plan::Plan& plan, const PlanTextOptions& options) {
  std::map<std::string, std::vector<std::string>> by_address;
  std::size_t count = 0;
  for (const auto& [host, host_plan] : plan.hosts) {
    count += host_plan.orphans.size();
    for (const std::string& address : host_plan.orphans) by_address[address].push_back(host);
  }
  if (by_address.empty()) return {};
  std::string out = counted(count, "resource on the hosts is", "resources on the hosts are") +
                    " no longer in the configuration and left as " + (count == 1 ? "it is" : "they are") + ":\n";
  std::size_t shown = 0;
  for (const auto& [address, hosts] : by_address) {
    if (++shown > kOrphansShown && !options.full) continue;
    out += "  " + tint("o " + visible(address), Tone::kDim, options.color) + "  on " + host_list(hosts) + "\n";
  }
  if (shown > kOrphansShown && !options.full)
    out += "  … and " + std::to_string(shown - kOrphansShown) + " more; --full names them\n";
  const bool pruned = plan.scope.prune;
  return out + (pruned ? "" : "With --prune, " + std::string(count == 1 ? "it goes.\n" : "they go.\n"));
}

}  // namespace plumb::report
