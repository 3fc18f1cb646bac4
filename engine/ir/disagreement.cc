#include "engine/ir/disagreement.h"

#include <vector>

#include "engine/ir/unite.h"

namespace plumb::ir {
namespace {

// Longer values would hide what is said of them.
constexpr std::size_t kLongestSaid = 60;

// One difference, and what each place says.
struct Point {
  std::string name;  // as it stands in a project
  Related first;
  Related second;
};

// As it stands in a project, where the kind's own name stands for what a resource is about.
std::string written_name(const std::string& attribute, const Kind& kind) {
  const bool own = kind.schema.is_given() && text_of(kind.schema.json(), "x-identity") == attribute;
  return own ? kind.name : attribute;
}

// "`mode` is 0644 here". What a content is its digest does not say, and a sensitive value is not shown.
Related said_of(const std::string& attribute, const Node& node, const Kind& kind) {
  const std::string quoted = "`" + written_name(attribute, kind) + "`";
  const SourceSpan& span = node.span_of(attribute);
  const Json& value = node.desired.attribute(attribute);
  if (value.is_null()) return {span, quoted + " is not given here"};
  if (node.desired.sensitive.contains(attribute)) return {span, quoted + " is sensitive here, and not shown"};
  const std::string text = value.is_string() ? value.get<std::string>() : canonical(value);
  const bool shown = kind.content(attribute) == nullptr && text.size() <= kLongestSaid && !text.empty();
  return {span, shown ? quoted + " is " + text + " here" : quoted + " is another one here"};
}

std::vector<Point> points_of(const Differences& all, const Node& first, const Node& second, const Kind& kind) {
  std::vector<Point> points;
  for (const std::string& name : all.attributes)
    points.push_back({written_name(name, kind), said_of(name, first, kind), said_of(name, second, kind)});
  const auto add = [&](const char* name, const auto& says) {
    points.push_back({name, {first.span, says(first)}, {second.span, says(second)}});
  };
  if (all.variables) add("env", [](const Node&) { return std::string("its programs have other variables here"); });
  if (all.ignored) {
    add("ignore", [](const Node& node) {
      return std::string(node.ignore.empty() ? "nothing is ignored here" : "other attributes are ignored here");
    });
  }
  if (all.rescue) {
    add("rescue", [](const Node& node) {
      return std::string(node.rescues.empty() ? "it is there in any case here"
                                              : "it is there after a failure alone here");
    });
  }
  if (all.turn) {
    add("when", [](const Node& node) {
      return std::string(node.in_turn == nullptr ? "it is there in any case here" : "this is decided in its turn here");
    });
  }
  return points;
}

std::string list_in_words(const std::vector<Point>& points) {
  std::string list;
  for (std::size_t i = 0; i < points.size(); ++i)
    list += (i == 0 ? "`" : i + 1 == points.size() ? " and `" : ", `") + points[i].name + "`";
  return list;
}

std::string way_out(const std::vector<Point>& points, const Differences& all, const Node& first, const Node& second) {
  for (const std::string& name : all.attributes) {
    if (first.desired.sensitive.contains(name) == second.desired.sensitive.contains(name)) continue;
    return "what is sensitive in one place has to be so in all: give `" + name +
           "` from a sensitive input, or with `sensitive: [" + name + "]`, in each of them";
  }
  return "what several modules declare is one resource where they ask for the same: say the same of " +
         list_in_words(points) + " in each, by an input of a module if need be, or declare it in one place alone";
}

// The place of another declaration in the same module as `second`; that of `first` where there is none.
AlsoDeclared beside(const Node& first, const Node& second) {
  for (const AlsoDeclared& one : first.also) {
    const Result<Address> address = Address::parse(one.address);
    if (address && address->module == second.desired.address.module) return one;
  }
  return {first.desired.address.str(), first.span};
}

std::string both_manage(const std::string& first, const std::string& second, const std::string& thing) {
  return "`" + first + "` and `" + second + "` both manage " + thing;
}

}  // namespace

Diagnostic disagreement(const Node& first, const Node& second, const std::string& thing, const Kind& kind) {
  const Differences all = differences(first, second, kind);
  const std::string address = second.desired.address.str();
  if (!all.any()) {
    const AlsoDeclared other = beside(first, second);
    return Diagnostic(Code::kConflict, both_manage(other.address, address, thing))
        .at(second.span, "manages " + thing + " too")
        .with_related(other.span, "the other one")
        .with_hint("in one module a thing is declared once: remove one of them");
  }
  const std::vector<Point> points = points_of(all, first, second, kind);
  Diagnostic problem(Code::kConflict, both_manage(first.desired.address.str(), address, thing) + ", and differ in " +
                                          list_in_words(points));
  problem.span = points.front().second.span;
  problem.label = points.front().second.note;
  for (const Point& point : points) {
    if (&point != &points.front()) problem.related.push_back(point.second);
    problem.related.push_back(point.first);
  }
  for (const Node* node : {&first, &second}) {
    for (const AlsoDeclared& one : node->also)
      problem.related.push_back({one.span, "asks for the same as `" + node->desired.address.str() + "`"});
  }
  problem.hint = way_out(points, all, first, second);
  return problem;
}

}  // namespace plumb::ir
