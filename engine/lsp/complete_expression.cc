#include <algorithm>
#include <set>

#include "engine/config/types.h"
#include "engine/lsp/completion.h"
#include "engine/lsp/expression_names.h"
#include "engine/lsp/expression_text.h"

namespace plumb::lsp {
namespace {

using cel::Type;

// What stands at the end of the beginning of an expression: `inputs.site.po` is the path inputs, site and the word po.
struct Ending {
  std::vector<std::string> path;
  std::string word;
  std::size_t begin = 0;  // of the word
  bool of_value = false;  // a dot behind what is no path
  bool in_text = false;   // in quotes, where nothing is a name
};

Ending ending_of(std::string_view before) {
  const std::vector<cel::Token> tokens = tokens_in(before, {0, before.size(), false});
  Ending ending;
  ending.begin = before.size();
  // What the lexer could not go past is a text that nothing closes, or a sign that is none.
  const std::size_t read = tokens.empty() ? 0 : tokens.back().end;
  const std::size_t left = before.find_first_not_of(" \t\n", read);
  if (left != std::string_view::npos) {
    ending.in_text = before.find_first_of("\"'", left) != std::string_view::npos;
    if (ending.in_text) return ending;
  }
  std::size_t at = tokens.size();
  const auto is_word = [&](std::size_t i) {
    return tokens[i].kind == cel::TokenKind::kName || tokens[i].kind == cel::TokenKind::kKeyword;
  };
  if (at > 0 && is_word(at - 1) && tokens[at - 1].end == before.size()) {
    --at;
    ending.word = std::string(tokens[at].source);
    ending.begin = tokens[at].begin;
  }
  // Backwards over `.name` and `["name"]`.
  std::vector<std::string> path;
  while (at > 0 && (tokens[at - 1].is(".") || tokens[at - 1].is(".?"))) {
    std::size_t name = at - 1;
    std::vector<std::string> parts;
    while (name > 2 && tokens[name - 1].is("]") && tokens[name - 2].kind == cel::TokenKind::kString &&
           tokens[name - 3].is("[")) {
      parts.insert(parts.begin(), tokens[name - 2].text);
      name -= 3;
    }
    if (name == 0 || !is_word(name - 1)) {
      ending.of_value = true;
      return ending;
    }
    parts.insert(parts.begin(), std::string(tokens[name - 1].source));
    path.insert(path.begin(), parts.begin(), parts.end());
    at = name - 1;
  }
  ending.path = std::move(path);
  return ending;
}

// "string.split(string) -> list(string)" of split is a function of a `string`; "" for one that stands alone.
std::string receiver_of(const std::string& signature, const std::string& function) {
  const std::size_t at = signature.find("." + function + "(");
  return at == std::string::npos ? "" : signature.substr(0, at);
}

bool may_receive(const std::string& receiver, const std::optional<Type>& type) {
  if (!type || type->is_dyn()) return true;
  const Type& inner = type->is(Type::Kind::kNullable) ? type->parameter(0) : *type;
  std::string word = inner.str();
  if (inner.is(Type::Kind::kRecord)) word = "map";
  word = word.substr(0, word.find('('));
  return receiver.starts_with(word) || receiver == "…" || receiver.size() == 1;
}

class ExpressionCompleter {
 public:
  ExpressionCompleter(const config::Module* module, const std::vector<Step>& steps, const Ending& ending,
                      std::vector<Candidate>& candidates)
      : ending_(ending), candidates_(candidates) {
    if (module != nullptr) names_.emplace(*module, steps);
  }

  void run() {
    if (ending_.in_text) return;
    if (ending_.of_value) return add_functions_of(std::nullopt);
    if (ending_.path.empty()) return add_first();
    add_qualified();
    const std::optional<Type> type = names_ ? names_->type_of(ending_.path) : std::nullopt;
    if (!type) return;
    // What takes a map takes a record, too, but hardly anybody wants it there.
    if (type->is(Type::Kind::kRecord)) return add_fields(*type);
    add_fields(*type);
    add_functions_of(type);
  }

 private:
  void add(std::string label, CandidateKind kind, std::string detail, std::string description, int rank,
           std::string insert = {}) {
    candidates_.push_back({std::move(label), std::move(insert), kind, std::move(detail), std::move(description), rank});
  }

  void add_first() {
    if (names_) {
      for (const cel::Variable& variable : names_->environment().variables())
        add(variable.name, CandidateKind::kVariable, config::words_for(variable.type), "", 0);
    }
    for (const cel::FunctionDoc& function : known_functions()) {
      const auto alone = [&](const std::string& signature) { return receiver_of(signature, function.name).empty(); };
      if (std::any_of(function.signatures.begin(), function.signatures.end(), alone))
        add_function(function, function.name);
    }
    for (const char* word : {"true", "false", "null"}) add(word, CandidateKind::kKeyword, "", "", 2);
  }

  // `math.` of `math.greatest`.
  void add_qualified() {
    std::string prefix;
    for (const std::string& part : ending_.path) prefix += part + ".";
    for (const cel::FunctionDoc& function : known_functions()) {
      if (function.name.starts_with(prefix)) add_function(function, function.name.substr(prefix.size()));
    }
  }

  void add_fields(const Type& type) {
    const Type& inner = type.is(Type::Kind::kNullable) || type.is(Type::Kind::kOptional) ? type.parameter(0) : type;
    if (!inner.is(Type::Kind::kRecord)) return;
    std::vector<std::string> path = ending_.path;
    path.emplace_back();
    for (const cel::Field& field : inner.record_fields().fields) {
      path.back() = field.name;
      add(field.name, CandidateKind::kField, config::words_for(field.type) + (field.optional ? ", may be missing" : ""),
          names_->description_of(path), 0);
    }
  }

  void add_functions_of(const std::optional<Type>& type) {
    for (const cel::FunctionDoc& function : known_functions()) {
      const auto takes = [&](const std::string& signature) {
        const std::string receiver = receiver_of(signature, function.name);
        return !receiver.empty() && may_receive(receiver, type);
      };
      if (std::any_of(function.signatures.begin(), function.signatures.end(), takes))
        add_function(function, function.name);
    }
  }

  void add_function(const cel::FunctionDoc& function, const std::string& label) {
    const auto same = [&](const Candidate& one) { return one.label == label; };
    if (std::any_of(candidates_.begin(), candidates_.end(), same)) return;
    std::string description = function.doc + ".";
    if (!function.example.empty()) description += "\n\n```cel\n" + function.example + "\n```";
    add(label, CandidateKind::kFunction, function.signatures.empty() ? "" : function.signatures.front(),
        std::move(description), 1, label + "(");
  }

  const Ending& ending_;
  std::vector<Candidate>& candidates_;
  std::optional<ExpressionNames> names_;
};

}  // namespace

std::size_t complete_expression(const Look* look, const std::string& file, const std::vector<Step>& steps,
                                std::string_view before, std::vector<Candidate>& candidates) {
  const Ending ending = ending_of(before);
  ExpressionCompleter(look == nullptr ? nullptr : look->module_of(file), steps, ending, candidates).run();
  return ending.begin;
}

}  // namespace plumb::lsp
