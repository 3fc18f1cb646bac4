#include "engine/lang/template.h"

#include <algorithm>

#include "engine/base/json.h"
#include "engine/lang/cel/lexer.h"
#include "engine/lang/template_code.h"
#include "engine/lang/template_scanner.h"

namespace plumb::lang {

using cel::Fault;
using cel::Outcome;
using Kind = TemplatePart::Kind;
using TypeKind = cel::Type::Kind;

namespace {

constexpr std::size_t kMostFaults = 20;

Fault directive_fault(const TemplatePart& part, std::string summary, std::string label = {}, std::string hint = {}) {
  return {Code::kTemplateDirective, part.opening, part.closing, std::move(summary), std::move(label), std::move(hint)};
}

std::string_view word(Kind kind) {
  switch (kind) {
    case Kind::kElseIf:
      return "else if";
    case Kind::kElse:
      return "else";
    case Kind::kEndIf:
      return "endif";
    default:
      return "endfor";
  }
}

// Parts to tree. A function that answers false can make no sense of what follows, and has left its fault in `faults_`.
// A fault of an expression stands there too, and the reading goes on.
class Builder {
 public:
  Builder(std::string_view text, ScannedTemplate scanned, Template::Tree& code)
      : text_(text),
        parts_(std::move(scanned.parts)),
        known_(scanned.known),
        code_(code),
        faults_(std::move(scanned.faults)) {}

  // In the order in which they stand.
  std::vector<Fault> run(const cel::Environment& environment, const std::vector<cel::Guard>& proved) {
    code_.slot_count = environment.slot_count();
    while (block(environment, proved, 0, code_.block) && next_ < parts_.size()) {
      misfit(directive_fault(parts_[next_], "`" + std::string(word(parts_[next_].kind)) + "` closes nothing",
                             "no directive is open here"));
      ++next_;
    }
    std::stable_sort(faults_.begin(), faults_.end(), [](const Fault& a, const Fault& b) { return a.begin < b.begin; });
    return std::move(faults_);
  }

 private:
  using Guards = std::vector<cel::Guard>;

  bool fail(Fault fault) {
    faults_.push_back(std::move(fault));
    return false;
  }

  // Of directives that do not fit together. Where one of them is not known, all may fit.
  bool misfit(Fault fault) { return known_ && fail(std::move(fault)); }

  // False where it has a fault. Inside a loop whose variable is not known nothing is asked.
  bool take(Outcome<Expression>& expression) {
    if (nameless_loops_ > 0) return false;
    if (!expression) return fail(std::move(expression.error()));
    code_.calls_host = code_.calls_host || expression->program.calls_host();
    for (const cel::Reference& reference : expression->program.references()) {
      if (std::find(loop_slots_.begin(), loop_slots_.end(), reference.slot) != loop_slots_.end()) continue;
      code_.references.push_back(reference);
      code_.references.back().begin += expression->begin;
    }
    return true;
  }

  // Up to the directive that ends it, which is left for the caller.
  bool block(const cel::Environment& environment, const Guards& proved, int depth, TemplateBlock& out) {
    while (next_ < parts_.size()) {
      const TemplatePart& part = parts_[next_];
      if (part.kind == Kind::kText) {
        out.emplace_back().content = std::move(parts_[next_++].text);
      } else if (part.kind == Kind::kExpression) {
        cel::CompileOptions options;
        options.proved = proved;
        Outcome<Expression> expression = compile_text_part(text_, part.begin, part.end, environment, options);
        if (take(expression)) out.emplace_back().content = std::move(*expression);
        ++next_;
        if (faults_.size() >= kMostFaults) return false;
      } else if (part.kind == Kind::kIf || part.kind == Kind::kFor) {
        if (depth >= kMaxTemplateDepth) return fail(directive_fault(part, "directives nest too deeply"));
        if (!(part.kind == Kind::kIf ? conditional(environment, proved, depth + 1, out)
                                     : loop(environment, proved, depth + 1, out))) {
          return false;
        }
      } else {
        break;
      }
    }
    return true;
  }

  bool conditional(const cel::Environment& environment, Guards proved, int depth, TemplateBlock& out) {
    const TemplatePart opening = parts_[next_];
    TemplateIf result;
    while (true) {
      const TemplatePart part = parts_[next_++];
      TemplateBranch branch;
      Guards inside = proved;
      if (part.kind != Kind::kElse && !part.broken) {
        cel::CompileOptions options;
        options.wanted = cel::Type(TypeKind::kBool);
        options.proved = proved;
        Outcome<Expression> condition = compile_part(text_, part.begin, part.end, environment, options);
        if (take(condition)) {
          const Guards& yes = condition->program.proves(true);
          const Guards& no = condition->program.proves(false);
          inside.insert(inside.end(), yes.begin(), yes.end());
          proved.insert(proved.end(), no.begin(), no.end());
          branch.condition = std::move(*condition);
        }
      }
      if (!block(environment, inside, depth, branch.block)) return false;
      result.branches.push_back(std::move(branch));
      if (next_ >= parts_.size()) {
        return misfit(directive_fault(opening, "`if` is not closed", "no %{ endif } belongs to this",
                                      "close it with %{ endif }"));
      }
      const TemplatePart& end = parts_[next_];
      if (end.kind == Kind::kEndIf) break;
      const bool last = part.kind == Kind::kElse;
      if (end.kind == Kind::kEndFor || last) return misfit(misplaced(end, opening, "if", last));
    }
    ++next_;
    out.emplace_back().content = std::move(result);
    return true;
  }

  Fault misplaced(const TemplatePart& end, const TemplatePart& opening, std::string_view open, bool after_else) const {
    const auto line = 1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(opening.opening), '\n');
    const std::string found(word(end.kind));
    std::string summary = "`" + found + "` inside the `" + std::string(open) + "` of line " + std::to_string(line);
    if (after_else && end.kind != Kind::kEndFor) summary = "`" + found + "` behind the `else` of one `if`";
    return directive_fault(end, std::move(summary), "`end" + std::string(open) + "` was expected here");
  }

  bool loop(const cel::Environment& environment, Guards proved, int depth, TemplateBlock& out) {
    const TemplatePart part = parts_[next_++];
    cel::CompileOptions options;
    options.proved = proved;
    Outcome<Expression> range = compile_part(text_, part.begin, part.end, environment, options);
    cel::Type key;
    cel::Type value;
    // Of what cannot be walked over the elements may be anything.
    const bool walks = !part.broken && take(range) && range_types(part, range->program.type(), key, value);
    cel::Environment inside = environment;
    const std::size_t outer = loop_slots_.size();
    const auto declare = [&](const std::string& name, const cel::Type& type) {
      const int slot = inside.add_variable(name, type);
      loop_slots_.push_back(slot);
      std::erase_if(proved, [&](const cel::Guard& guard) { return guard.about(slot); });
      return static_cast<std::size_t>(slot);
    };
    const bool two = part.names.size() == 2;
    const std::size_t key_slot = two ? declare(part.names[0], key) : 0;
    const std::size_t value_slot = part.names.empty() ? 0 : declare(part.names.back(), value);
    TemplateBlock repeated;
    code_.has_loops = true;
    code_.slot_count = std::max(code_.slot_count, inside.slot_count());
    nameless_loops_ += part.names.empty() ? 1 : 0;
    if (!block(inside, proved, depth, repeated)) return false;
    nameless_loops_ -= part.names.empty() ? 1 : 0;
    loop_slots_.resize(outer);
    if (next_ >= parts_.size()) {
      return misfit(
          directive_fault(part, "`for` is not closed", "no %{ endfor } belongs to this", "close it with %{ endfor }"));
    }
    if (parts_[next_].kind != Kind::kEndFor) return misfit(misplaced(parts_[next_], part, "for", false));
    ++next_;
    if (walks)
      out.emplace_back().content = TemplateFor{std::move(*range), key_slot, value_slot, two, std::move(repeated)};
    return true;
  }

  // One variable takes elements of a list or keys of a map, two take index and element or key and value.
  bool range_types(const TemplatePart& part, const cel::Type& type, cel::Type& key, cel::Type& value) {
    const bool two = part.names.size() == 2;
    switch (type.kind()) {
      case TypeKind::kDyn:
        return true;
      case TypeKind::kList:
        key = cel::Type(TypeKind::kInt);
        value = type.parameter(0);
        return true;
      case TypeKind::kMap:
        key = type.parameter(0);
        value = two ? type.parameter(1) : type.parameter(0);
        return true;
      case TypeKind::kRecord:
        key = cel::Type(TypeKind::kString);
        value = two ? cel::Type() : key;
        return true;
      case TypeKind::kNullable:
        return fail({Code::kMayBeNull, part.begin, part.end, "what `for` walks over may be null",
                     "a list or a map was expected", "put the loop inside %{ if x != null }"});
      default:
        return fail({Code::kExpressionType,
                     part.begin,
                     part.end,
                     "`for` cannot walk over " + type.str(),
                     "a list or a map was expected",
                     {}});
    }
  }

  std::string_view text_;
  std::vector<TemplatePart> parts_;
  bool known_;
  std::size_t next_ = 0;
  int nameless_loops_ = 0;  // that are open
  Template::Tree& code_;
  std::vector<int> loop_slots_;
  std::vector<Fault> faults_;
};

}  // namespace

Outcome<Template> Template::parse(std::string_view text, const cel::Environment& environment,
                                  const std::vector<cel::Guard>& proved, std::vector<Fault>* more) {
  if (text.size() > kMaxTemplateBytes) {
    return tl::make_unexpected(Fault{Code::kExpressionTooLarge,
                                     0,
                                     1,
                                     "the template is larger than " + std::to_string(kMaxTemplateBytes) + " bytes",
                                     {},
                                     {}});
  }
  if (!valid_utf8(text)) return tl::make_unexpected(cel::syntax_fault(0, 1, "the template is not UTF-8"));
  auto code = std::make_shared<Tree>();
  std::vector<Fault> faults = Builder(text, scan_template(text), *code).run(environment, proved);
  if (!faults.empty()) {
    if (more != nullptr) more->assign(std::next(faults.begin()), faults.end());
    return tl::make_unexpected(std::move(faults.front()));
  }
  tidy(code->references);
  Template result;
  result.code_ = std::move(code);
  return result;
}

const std::vector<cel::Reference>& Template::references() const {
  return code_->references;
}

bool Template::calls_host() const {
  return code_->calls_host;
}

}  // namespace plumb::lang
