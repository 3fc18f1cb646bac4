#include "engine/import/fact_paths.h"

#include <algorithm>

#include "engine/base/ascii.h"
#include "engine/import/names.h"

namespace plumb::imports {
namespace {

std::string fact_in(const Expr& expr) {
  using Of = Expr::Kind;
  if (expr.is(Of::kFilter) && (expr.text == "lower" || expr.text == "default" || expr.text == "string"))
    return fact_in(*expr.children[0]);
  // distribution_version.split('.')[0]
  if (expr.is(Of::kIndex) && expr.children[0]->is(Of::kCall) && expr.children[1]->is(Of::kInt) &&
      expr.children[1]->text == "0") {
    const Expr& callee = *expr.children[0]->children[0];
    if (callee.is(Of::kAttribute) && callee.text == "split" &&
        fact_named(*callee.children[0]) == "distribution_version")
      return "distribution_major_version";
  }
  return fact_named(expr);
}

// `a + '-' + b` in one expression is three parts.
void add_parts(const Expr& expr, const std::string& source, std::vector<PathPart>& parts) {
  const std::string fact = fact_in(expr);
  parts.push_back({"", source, fact.empty() || fact_expression(fact).empty() ? std::string() : fact});
}

bool match_from(const std::vector<PathPart>& parts, std::size_t part, std::string_view name,
                std::vector<std::string>& found) {
  if (part == parts.size()) return name.empty();
  if (parts[part].source.empty()) {
    if (!name.starts_with(parts[part].literal)) return false;
    return match_from(parts, part + 1, name.substr(parts[part].literal.size()), found);
  }
  for (std::size_t size = 1; size <= name.size(); ++size) {
    found.emplace_back(name.substr(0, size));
    if (found.back().find('/') == std::string::npos && fact_may_be(parts[part].fact, found.back()) &&
        match_from(parts, part + 1, name.substr(size), found))
      return true;
    found.pop_back();
  }
  return false;
}

std::string in_quotes(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

}  // namespace

std::vector<PathPart> path_parts(std::string_view text) {
  std::vector<PathPart> parts;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t open = std::min(text.find("{{", at), text.size());
    if (open > at) parts.push_back({std::string(text.substr(at, open - at)), "", ""});
    if (open == text.size()) break;
    const std::size_t end = text.find("}}", open);
    if (end == std::string_view::npos) return {};
    const std::string source(text.substr(open + 2, end - open - 2));
    try {
      // `a + '-' + b` in one expression: each of them is a part.
      std::vector<ExprPtr> pieces{parse_expression(source)};
      while (pieces.front()->is(Expr::Kind::kBinary) && (pieces.front()->text == "+" || pieces.front()->text == "~")) {
        const ExprPtr whole = pieces.front();
        pieces.front() = whole->children[1];
        pieces.insert(pieces.begin(), whole->children[0]);
      }
      const bool of_facts = pieces.size() > 1 && std::all_of(pieces.begin(), pieces.end(), [](const ExprPtr& one) {
                              return one->is(Expr::Kind::kText) || !fact_expression(fact_named(*one)).empty();
                            });
      if (!of_facts) {
        add_parts(*parse_expression(source), source, parts);
      } else {
        for (const ExprPtr& one : pieces) {
          if (one->is(Expr::Kind::kText)) {
            parts.push_back({one->text, "", ""});
          } else {
            add_parts(*one, "ansible_" + fact_named(*one), parts);
          }
        }
      }
    } catch (const Untranslatable&) {
      return {};
    }
    at = end + 2;
  }
  return parts;
}

bool of_facts_alone(const std::vector<PathPart>& parts) {
  return std::all_of(parts.begin(), parts.end(),
                     [](const PathPart& part) { return part.source.empty() || !part.fact.empty(); });
}

std::optional<std::vector<std::string>> matched_parts(const std::vector<PathPart>& parts, std::string_view name) {
  constexpr int kMostExpressions = 3;
  std::vector<std::string> found;
  const auto expressions =
      std::count_if(parts.begin(), parts.end(), [](const PathPart& one) { return !one.source.empty(); });
  const bool ends = parts.empty() || !parts.back().source.empty() || name.ends_with(parts.back().literal);
  if (expressions > kMostExpressions || !ends || !match_from(parts, 0, name, found)) return std::nullopt;
  return found;
}

std::string path_condition(const std::vector<PathPart>& parts, const std::vector<std::string>& values) {
  const auto bracketed = [](const std::string& source) {
    const bool simple = source.find_first_of("+-~*/<>=(") == std::string::npos &&
                        source.find(" if ") == std::string::npos && source.find(" or ") == std::string::npos &&
                        source.find(" and ") == std::string::npos && source.find("not ") == std::string::npos;
    return simple ? source : "(" + source + ")";
  };
  const auto count = std::count_if(parts.begin(), parts.end(), [](const PathPart& one) { return !one.source.empty(); });
  std::string condition;
  if (count == 1 || of_facts_alone(parts)) {
    std::size_t at = 0;
    for (const PathPart& part : parts) {
      if (part.source.empty()) continue;
      condition += (condition.empty() ? "" : " and ") + bracketed(part.source) + " == " + in_quotes(values.at(at++));
    }
    return condition;
  }
  // Where one ends and the next begins the name alone does not tell.
  std::string whole;
  std::size_t at = 0;
  for (const PathPart& part : parts) {
    condition +=
        (condition.empty() ? "" : " ~ ") + (part.source.empty() ? in_quotes(part.literal) : "(" + part.source + ")");
    whole += part.source.empty() ? part.literal : values.at(at++);
  }
  return "(" + condition + ") == " + in_quotes(whole);
}

bool never_reached(std::string value) {
  static constexpr std::string_view kNot[] = {"freebsd", "openbsd", "netbsd", "dragonfly", "smartos",
                                              "solaris", "windows", "sunos",  "aix",       "hp-ux"};
  value = lowered(value);
  return std::any_of(std::begin(kNot), std::end(kNot), [&](std::string_view one) { return value.starts_with(one); });
}

std::string without_leads(std::string path, std::initializer_list<std::string_view> leads) {
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view lead : leads) {
      if (!path.starts_with(lead)) continue;
      path.erase(0, lead.size());
      again = true;
    }
  }
  return path;
}

}  // namespace plumb::imports
