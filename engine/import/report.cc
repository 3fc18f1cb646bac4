#include "engine/import/report.h"

#include <algorithm>

#include "engine/base/markup.h"

namespace plumb::imports {
namespace {

constexpr Outcome kAll[] = {Outcome::kTranslated, Outcome::kOtherWay, Outcome::kPartly, Outcome::kNotNeeded,
                            Outcome::kByHand};

std::string percent(int tenths) {
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " %";
}

std::vector<const TaskOutcome*> to_do(const Report& report) {
  std::vector<const TaskOutcome*> tasks;
  for (const TaskOutcome& task : report.tasks) {
    if (task.outcome == Outcome::kByHand || task.outcome == Outcome::kPartly || task.effort > 0) tasks.push_back(&task);
  }
  std::stable_sort(tasks.begin(), tasks.end(),
                   [](const TaskOutcome* a, const TaskOutcome* b) { return a->effort > b->effort; });
  return tasks;
}

std::string notes_of(const TaskOutcome& task) {
  std::string text;
  for (const std::string& note : task.notes) text += (text.empty() ? "" : "; ") + note;
  return text;
}

}  // namespace

const char* words_for(Outcome outcome) {
  switch (outcome) {
    case Outcome::kTranslated:
      return "translated";
    case Outcome::kOtherWay:
      return "said another way";
    case Outcome::kPartly:
      return "translated in part";
    case Outcome::kByHand:
      return "by hand";
    case Outcome::kNotNeeded:
      return "not needed";
  }
  return "";
}

int Report::count(Outcome outcome, bool resources_alone) const {
  return static_cast<int>(std::count_if(tasks.begin(), tasks.end(), [&](const TaskOutcome& task) {
    return task.outcome == outcome && (!resources_alone || task.is_resource);
  }));
}

int Report::total(bool resources_alone) const {
  return static_cast<int>(std::count_if(tasks.begin(), tasks.end(),
                                        [&](const TaskOutcome& task) { return !resources_alone || task.is_resource; }));
}

int Report::share(bool resources_alone) const {
  const int all = total(resources_alone);
  if (all == 0) return 1000;
  return (all - count(Outcome::kByHand, resources_alone)) * 1000 / all;
}

std::string report_text(const Report& report) {
  std::string out = "From " + report.source + ": " + std::to_string(report.total()) + " tasks\n\n";
  for (const Outcome outcome : kAll) {
    const std::string words = words_for(outcome);
    const std::string number = std::to_string(report.count(outcome));
    out += "  " + words + std::string(20 - std::min<std::size_t>(words.size(), 19), ' ') +
           std::string(5 - std::min<std::size_t>(number.size(), 4), ' ') + number + "\n";
  }
  out += "\n" + percent(report.share()) + " of the tasks need nobody to write them anew";
  if (report.total(true) > 0)
    out += ", " + percent(report.share(true)) + " of those that declare something on the host";
  out += ".\n";
  const std::vector<const TaskOutcome*> left = to_do(report);
  if (!left.empty()) {
    out += "\nTo do, the largest first:\n";
    for (const TaskOutcome* task : left)
      out += "  " + task->file + ":" + std::to_string(task->line) + ": " + task->name + " (" + task->module + "), " +
             words_for(task->outcome) + "\n      " + notes_of(*task) + "\n";
  }
  if (!report.notes.empty()) {
    out += "\nBesides:\n";
    for (const std::string& note : report.notes) out += "  " + note + "\n";
  }
  return out;
}

std::string report_html(const Report& report) {
  std::string out =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Import of " +
      markup_text(report.source) +
      "</title>\n<style>\n:root{color-scheme:light dark}\nbody{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;"
      "max-width:70rem;padding:0 1rem}\ntable{border-collapse:collapse;width:100%}\nth,td{text-align:left;"
      "vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #8886}\ntd.number{text-align:right;"
      "font-variant-numeric:tabular-nums}\ncode{font:.9em "
      "ui-monospace,monospace}\n</style>\n</head>\n<body>\n<main>\n<h1>Import of " +
      markup_text(report.source) + "</h1>\n<p>" + percent(report.share()) + " of " + std::to_string(report.total()) +
      " tasks need nobody to write them anew, " + percent(report.share(true)) +
      " of those that declare something on the host.</p>\n<table>\n<thead><tr><th scope=\"col\">Outcome</th>"
      "<th scope=\"col\">Tasks</th></tr></thead>\n<tbody>\n";
  for (const Outcome outcome : kAll)
    out += "<tr><td>" + std::string(words_for(outcome)) + "</td><td class=\"number\">" +
           std::to_string(report.count(outcome)) + "</td></tr>\n";
  out += "</tbody>\n</table>\n";
  const auto rows = [&](const std::vector<const TaskOutcome*>& tasks) {
    out +=
        "<table>\n<thead><tr><th scope=\"col\">Task</th><th scope=\"col\">Module</th><th scope=\"col\">Outcome</th>"
        "<th scope=\"col\">Notes</th></tr></thead>\n<tbody>\n";
    for (const TaskOutcome* task : tasks)
      out += "<tr><td>" + markup_text(task->name) + "<br><code>" + markup_text(task->file) + ":" +
             std::to_string(task->line) + "</code></td><td>" + markup_text(task->module) + "</td><td>" +
             words_for(task->outcome) + "</td><td>" + markup_text(notes_of(*task)) + "</td></tr>\n";
    out += "</tbody>\n</table>\n";
  };
  const std::vector<const TaskOutcome*> left = to_do(report);
  if (!left.empty()) {
    out += "<h2>To do, the largest first</h2>\n";
    rows(left);
  }
  if (!report.notes.empty()) {
    out += "<h2>Besides</h2>\n<ul>\n";
    for (const std::string& note : report.notes) out += "<li>" + markup_text(note) + "</li>\n";
    out += "</ul>\n";
  }
  std::vector<const TaskOutcome*> all;
  for (const TaskOutcome& task : report.tasks) all.push_back(&task);
  out += "<h2>All tasks</h2>\n";
  rows(all);
  return out + "</main>\n</body>\n</html>\n";
}

}  // namespace plumb::imports
