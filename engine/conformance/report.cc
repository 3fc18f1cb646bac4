#include "engine/conformance/report.h"

namespace plumb::conformance {

Report::Report(const std::vector<std::string>& kinds) {
  for (const std::string& kind : kinds) {
    OfKind& made = kinds_[kind];
    for (const CheckInfo& one : all_checks()) made.checks[one.check];
  }
}

void Report::broken(const std::string& kind, Check check, std::string what) {
  kinds_[kind].checks[check].broken.push_back(std::move(what));
}

void Report::take(const std::string& kind, Check check, std::string fault) {
  if (fault.empty()) {
    held(kind, check);
  } else {
    broken(kind, check, std::move(fault));
  }
}

std::vector<std::string> Report::faults(bool whole) const {
  std::vector<std::string> faults;
  for (const auto& [kind, one] : kinds_) {
    for (const auto& [check, tally] : one.checks) {
      const std::string label = kind + ", " + std::string(info(check).name) + ": ";
      const bool excepted = one.exceptions.contains(check);
      if (excepted && tally.holds() && whole) faults.push_back(label + "there is an exception, and it holds");
      if (excepted || tally.holds()) continue;
      if (tally.broken.empty() && whole) faults.push_back(label + "never judged");
      for (const std::string& what : tally.broken) faults.push_back(label + what);
    }
  }
  return faults;
}

Json Report::json() const {
  Json document = {{"format", "plumb.conformance/1"}, {"checks", Json::array()}, {"kinds", Json::object()}};
  for (const CheckInfo& one : all_checks()) document["checks"].push_back({{"name", one.name}, {"means", one.means}});
  for (const auto& [kind, one] : kinds_) {
    for (const auto& [check, tally] : one.checks) {
      Json& entry = document["kinds"][kind][std::string(info(check).name)];
      entry = {{"judged", tally.judged()}, {"held", tally.held}};
      if (!tally.applies) entry["applies"] = false;
      if (!tally.broken.empty()) entry["broken"] = tally.broken;
      if (const auto found = one.exceptions.find(check); found != one.exceptions.end())
        entry["exception"] = found->second;
    }
  }
  const Tally again = total(Check::kConverges);
  document["idempotency"] = {{"judged", again.judged()}, {"held", again.held}};
  return document;
}

Tally Report::total(Check check) const {
  Tally sum;
  for (const auto& [kind, one] : kinds_) {
    const Tally& tally = one.checks.at(check);
    sum.held += tally.held;
    sum.broken.insert(sum.broken.end(), tally.broken.begin(), tally.broken.end());
  }
  return sum;
}

std::string document_of(const Report& report) {
  return report.json().dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string percent(std::size_t part, std::size_t whole) {
  if (whole == 0) return "—";
  const std::size_t thousandths = part * 1000 / whole;
  return std::to_string(thousandths / 10) + "." + std::to_string(thousandths % 10) + " %";
}

std::string text_of(const Report& report, const std::string& kind) {
  const auto found = report.kinds().find(kind);
  if (found == report.kinds().end()) return "";
  std::string text;
  for (const auto& [check, tally] : found->second.checks) {
    const auto exception = found->second.exceptions.find(check);
    const bool has_exception = exception != found->second.exceptions.end();
    const bool excepted = has_exception && !tally.holds();
    const bool needless = has_exception && tally.holds();
    const bool fails = !tally.holds() || needless;
    std::string line = excepted ? "-     " : fails ? "FAIL  " : tally.judged() == 0 ? "-     " : "ok    ";
    line += info(check).name;
    line.resize(22, ' ');
    if (excepted) {
      line += exception->second;
    } else if (needless) {
      line += "there is an exception, and it holds";
    } else if (tally.judged() > 0) {
      line += std::to_string(tally.held) + " of " + std::to_string(tally.judged());
    } else {
      line += tally.applies ? "never judged" : "does not apply";
    }
    text += line + "\n";
    if (excepted) continue;
    for (const std::string& what : tally.broken) {
      std::string indented = "        ";
      for (const char c : what) {
        indented += c;
        if (c == '\n') indented += "        ";
      }
      indented.erase(indented.find_last_not_of(" \n") + 1);
      text += indented + "\n";
    }
  }
  return text;
}

std::string tables_of(const Report& report) {
  std::string text = "## What is judged\n\n| check | | judged | held |\n|---|---|---|---|\n";
  for (const CheckInfo& one : all_checks()) {
    const Tally sum = report.total(one.check);
    text += "| " + std::string(one.name) + " | " + std::string(one.means) + " | " + std::to_string(sum.judged()) +
            " | " + percent(sum.held, sum.judged()) + " |\n";
  }
  std::string head = "| kind |";
  std::string line = "|---|";
  for (const CheckInfo& one : all_checks()) {
    head += " " + std::string(one.name) + " |";
    line += "---|";
  }
  std::string rows;
  std::string exceptions;
  for (const auto& [kind, one] : report.kinds()) {
    rows += "| " + kind + " |";
    for (const auto& [check, tally] : one.checks) {
      const auto exception = one.exceptions.find(check);
      const bool excepted = exception != one.exceptions.end();
      std::string cell = tally.judged() == 0 ? "" : std::to_string(tally.judged());
      if (excepted) cell += "\\*";
      rows += " " + cell + (cell.empty() ? "|" : " |");
      if (excepted)
        exceptions += "| " + kind + " | " + std::string(info(check).name) + " | " + exception->second + " |\n";
    }
    rows += "\n";
  }
  return text +
         "\n## Kinds\n\nHow often each was judged. An empty cell: the kind has no such thing. A star: an exception, "
         "below.\n\n" +
         head + "\n" + line + "\n" + rows + "\n## Exceptions\n\n| kind | check | why |\n|---|---|---|\n" + exceptions;
}

}  // namespace plumb::conformance
