// Which arguments of a filter are known here: any other is refused, since it would be lost.
#include <algorithm>

#include "engine/import/filters.h"

namespace plumb::imports::filters {
namespace {

using Kind = Expr::Kind;

// What a filter takes into account here, besides its value: how many arguments in order, and which by name. Any other
// would be lost.
struct Takes {
  std::string_view filters;
  std::size_t in_order;
  std::string_view named;
};

constexpr Takes kTakes[] = {
    {"default d", 2, "default_value boolean"},
    {"join", 2, "d attribute"},
    {"ternary", 3, "true_val false_val none_val"},
    {"round", 2, "precision method"},
    {"indent", 2, "width first indentfirst"},
    {"sort", 1, "attribute reverse"},
    {"dict2items items2dict", 0, "key_name value_name"},
    {"regex_replace", 2, "pattern replacement ignorecase multiline"},
    {"regex_search", 9, "ignorecase multiline"},
    {"regex_findall", 1, "ignorecase multiline"},
    {"comment", 1, "style decoration prefix postfix beginning end"},
    {"hash checksum", 1, "hashtype"},
    {"truncate", 4, "length killwords end leeway"},
    {"sum", 1, "attribute start"},
    {"flatten", 1, "levels skip_nulls"},
    {"to_uuid", 1, "namespace"},
    {"urlsplit", 1, ""},
    {"difference union intersect symmetric_difference product zip ipaddr split", 1, ""},
    {"replace", 2, ""},
    {"mandatory", 1, "msg"},
    {"b64encode b64decode", 0, "encoding"},
    // What is of another form than Ansible's is told where it is made.
    {"to_json to_nice_json to_yaml to_nice_yaml", 1,
     "indent sort_keys width default_flow_style allow_unicode ensure_ascii explicit_start line_break encoding"},
    {"combine", 20, "recursive"},
    {"map selectattr rejectattr select reject format", 20, "attribute default ignorecase multiline"},
};

bool has_word(std::string_view list, std::string_view word) {
  for (std::size_t at = list.find(word); at != std::string_view::npos; at = list.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || list[at - 1] == ' ') && (end == list.size() || list[end] == ' ')) return true;
  }
  return false;
}

}  // namespace

void refuse_what_is_lost(const Expr& expr, const std::string& filter) {
  const auto* takes = std::find_if(std::begin(kTakes), std::end(kTakes),
                                   [&](const Takes& one) { return has_word(one.filters, filter); });
  const bool known = takes != std::end(kTakes);
  for (const auto& [key, value] : expr.named) {
    const bool taken = known && has_word(takes->named, key);
    // Said outright what goes for it anyway.
    const bool same = key == "list_merge" && value->is(Kind::kText) && value->text == "replace";
    if (!taken && !same) throw Untranslatable{"`" + filter + "` with `" + key + "`"};
  }
  if (expr.children.size() - 1 > (known ? takes->in_order : 0))
    throw Untranslatable{"the filter `" + filter + "` with more arguments than are known here"};
}

}  // namespace plumb::imports::filters
