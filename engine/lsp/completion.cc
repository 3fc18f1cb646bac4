#include "engine/lsp/completion.h"

#include <algorithm>
#include <set>
#include <utility>

#include "engine/lsp/expression_text.h"

namespace plumb::lsp {
namespace {

// The text of the expression that is open at the end of `before`; nothing where none is.
std::optional<std::string> open_expression(const std::string& before, const std::string& after, Writing writing) {
  const std::string text = before + after;
  for (const ExpressionPlace& place : expressions_in(text, writing)) {
    if (place.begin <= before.size() && before.size() <= place.end) return before.substr(place.begin);
  }
  return std::nullopt;
}

bool is_list(const std::vector<View>& values) {
  return std::any_of(values.begin(), values.end(), [](const View& one) {
    return one.role == View::Role::kPlain && one.schema != nullptr && one.schema->contains("items");
  });
}

bool is_scalar(const std::vector<View>& values) {
  return std::any_of(values.begin(), values.end(), [](const View& one) {
    if (one.role != View::Role::kPlain || one.schema == nullptr) return false;
    const auto type = one.schema->find("type");
    if (type == one.schema->end()) return one.schema->contains("enum") || one.schema->contains("const");
    const auto scalar = [](const Json& word) { return word != "array" && word != "object"; };
    return type->is_array() ? std::any_of(type->begin(), type->end(), scalar) : scalar(*type);
  });
}

bool is_map(const std::vector<View>& values) {
  return std::any_of(values.begin(), values.end(), [](const View& one) {
    return one.role != View::Role::kPlain || (one.schema != nullptr && (one.schema->contains("properties") ||
                                                                        one.schema->contains("additionalProperties")));
  });
}

// `key: `, or the line break and dash or indentation with which a list or map begins.
std::string inserted(const KeyView& key, const Typed& typed, std::size_t indent) {
  if (typed.ends_key) return key.key;
  const bool scalar = is_scalar(key.values);
  if (typed.in_brackets || scalar || key.values.empty()) return key.key + ": ";
  const std::string deeper = "\n" + std::string(indent + 2, ' ');
  if (is_list(key.values)) return key.key + ":" + deeper + "- ";
  return is_map(key.values) ? key.key + ":" + deeper : key.key + ": ";
}

void complete_key(const SchemaViews& views, const Typed& typed, std::size_t indent,
                  std::vector<Candidate>& candidates) {
  const std::vector<Step>& steps = typed.spot.steps;
  const std::vector<View> around = views.at(steps, steps.size() - 1);
  std::set<std::string> there;
  for (const lang::Entry& entry : steps.back().within->entries) {
    if (&entry != steps.back().entry) there.insert(entry.key);
  }
  const plumb::Kind* kind = nullptr;
  bool resource = false;
  for (const View& view : around) {
    if (view.role == View::Role::kKind) kind = view.kind;
    resource = resource || view.role == View::Role::kResource || view.role == View::Role::kStep;
  }
  for (const KeyView& key : views.keys(around)) {
    if (there.contains(key.key) || (kind != nullptr && key.key == kind->name)) continue;
    Candidate candidate;
    candidate.label = key.key;
    candidate.insert = inserted(key, typed, indent);
    candidate.kind = resource ? CandidateKind::kKind : CandidateKind::kAttribute;
    for (const View& value : key.values) {
      if (!candidate.detail.empty() || value.role != View::Role::kPlain || value.schema == nullptr) continue;
      candidate.detail = value_words(*value.schema);
    }
    if (resource) candidate.detail.clear();
    if (key.required) candidate.detail += candidate.detail.empty() ? "required" : " (required)";
    candidate.description = key.description;
    candidate.rank = key.required ? 0 : 1;
    candidates.push_back(std::move(candidate));
  }
}

// Of an item that is no map yet: a list of maps is to begin with one of their keys, which is what a key would be.
void in_template(const Look* look, const std::string& file, const Text& text, std::size_t offset,
                 Completion& completion) {
  const std::string before = text.str().substr(0, offset);
  const std::optional<std::string> open = open_expression(before, text.str().substr(offset), Writing::kTemplate);
  if (!open) return;
  const std::size_t begin = complete_expression(look, file, {}, *open, completion.candidates);
  completion.begin = offset - open->size() + begin;
}

}  // namespace

Completion complete(const Registry& kinds, const Look* look, const std::string& file, const Text& text,
                    std::size_t offset) {
  Completion completion;
  completion.begin = offset;
  const SchemaViews views(kinds, look, file);
  if (views.shape() == Shape::kTemplate) {
    in_template(look, file, text, offset, completion);
    return completion;
  }
  const std::unique_ptr<Typed> typed = typed_at(file, text.str(), offset);
  if (typed == nullptr) return completion;
  const std::vector<Step>& steps = typed->spot.steps;
  if (typed->spot.scalar == nullptr) {
    completion.begin = offset - std::min(typed->before.size(), offset);
    const auto [line, column] = text.place(completion.begin);
    complete_key(views, *typed, static_cast<std::size_t>(column - 1), completion.candidates);
    // What has no colon yet may be a text of a list as well.
    if (!typed->ends_key && steps.size() > 1 && steps[steps.size() - 2].entry == nullptr) {
      const std::size_t begin = complete_value(views, look, file, *typed, completion.candidates);
      completion.begin = offset - (typed->before.size() - std::min(begin, typed->before.size()));
    }
    return completion;
  }
  const Writing writing = writing_of(steps) == Writing::kBare ? Writing::kBare : Writing::kTemplate;
  if (const auto open = open_expression(typed->before, typed->after, writing)) {
    const std::size_t begin = complete_expression(look, file, steps, *open, completion.candidates);
    completion.begin = offset - (open->size() - begin);
    return completion;
  }
  const std::size_t begin = complete_value(views, look, file, *typed, completion.candidates);
  completion.begin = offset - std::min(typed->before.size() - begin, offset);
  return completion;
}

}  // namespace plumb::lsp
