#include "engine/lang/template.h"

#include <algorithm>
#include <optional>
#include <utility>

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
constexpr std::size_t kMostIncludes = 1000;  // in all, each time that a part is included

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
  Builder(const TemplateTexts& texts, Template::Tree& code) : texts_(texts), text_(texts.text), code_(code) {}

  // In the order in which they stand.
  std::vector<Fault> run(const cel::Environment& environment, const std::vector<cel::Guard>& proved) {
    whole_ = &environment;
    proved_ = &proved;
    code_.slot_count = environment.slot_count();
    read_text(0, environment, {}, 0, code_.block);
    std::stable_sort(faults_.begin(), faults_.end(), [](const Fault& a, const Fault& b) { return a.begin < b.begin; });
    // A part that is included twice has its faults twice.
    const auto same = [](const Fault& a, const Fault& b) { return a.begin == b.begin && a.summary == b.summary; };
    faults_.erase(std::unique(faults_.begin(), faults_.end(), same), faults_.end());
    return std::move(faults_);
  }

 private:
  using Guards = std::vector<cel::Guard>;

  // One of the texts: a whole in itself. `given` are the slots of names that it was given.
  void read_text(std::size_t index, const cel::Environment& environment, std::vector<int> given, int depth,
                 TemplateBlock& out) {
    const std::size_t begin = index == 0 ? 0 : texts_.ends[index - 1];
    ScannedTemplate scanned = scan_template(text_, begin, texts_.ends[index]);
    faults_.insert(faults_.end(), scanned.faults.begin(), scanned.faults.end());
    Reading outer = std::exchange(reading_, {begin, std::move(scanned.parts), scanned.known, 0, 0, std::move(given)});
    open_.push_back(index);
    while (block(environment, *proved_, depth, out) && reading_.next < reading_.parts.size()) {
      const TemplatePart& part = reading_.parts[reading_.next++];
      misfit(
          directive_fault(part, "`" + std::string(word(part.kind)) + "` closes nothing", "no directive is open here"));
    }
    open_.pop_back();
    reading_ = std::move(outer);
  }

  bool fail(Fault fault) {
    faults_.push_back(std::move(fault));
    return false;
  }

  // Of directives that do not fit together. Where one of them is not known, all may fit.
  bool misfit(Fault fault) { return reading_.known && fail(std::move(fault)); }

  // False where it has a fault. Where a name that a directive makes is not known nothing is asked.
  bool take(Outcome<Expression>& expression) {
    if (reading_.nameless > 0) return false;
    if (!expression) return fail(std::move(expression.error()));
    code_.calls_host = code_.calls_host || expression->program.calls_host();
    for (const cel::Reference& reference : expression->program.references()) {
      const std::vector<int>& own = reading_.own_slots;
      if (std::find(own.begin(), own.end(), reference.slot) != own.end()) continue;
      code_.references.push_back(reference);
      code_.references.back().begin += expression->begin;
    }
    return true;
  }

  // Up to the directive that ends it, which is left for the caller.
  bool block(const cel::Environment& environment, const Guards& proved, int depth, TemplateBlock& out) {
    Names names{&environment, {}, false};
    const std::size_t outer = reading_.own_slots.size();
    const bool done = block(names, proved, depth, out);
    reading_.own_slots.resize(outer);
    reading_.nameless -= names.lacks_one ? 1 : 0;
    return done;
  }

  // The names in a block, those that its `let` makes among them.
  struct Names {
    const cel::Environment* known;
    std::optional<cel::Environment> own;
    bool lacks_one;  // one that is not known was made

    const cel::Environment& get() const { return own ? *own : *known; }
    int add(const std::string& name, const cel::Type& type) {
      if (!own) own = *known;
      return own->add_variable(name, type);
    }
  };

  bool block(Names& names, const Guards& proved, int depth, TemplateBlock& out) {
    while (reading_.next < reading_.parts.size()) {
      TemplatePart& part = reading_.parts[reading_.next];
      if (part.kind == Kind::kText) {
        out.emplace_back().content = std::move(part.text);
        ++reading_.next;
      } else if (part.kind == Kind::kExpression) {
        cel::CompileOptions options;
        options.proved = proved;
        Outcome<Expression> expression = compile_text_part(text_, part.begin, part.end, names.get(), options);
        if (take(expression)) out.emplace_back().content = std::move(*expression);
        ++reading_.next;
      } else if (part.kind == Kind::kLet) {
        let(part, names, proved, out);
        ++reading_.next;
      } else if (part.kind == Kind::kInclude) {
        // A copy: what the part is made of is read in its place.
        include(TemplatePart(part), names.get(), proved, depth, out);
        ++reading_.next;
      } else if (part.kind == Kind::kIf || part.kind == Kind::kFor) {
        if (depth >= kMaxTemplateDepth) return fail(directive_fault(part, "directives nest too deeply"));
        if (!(part.kind == Kind::kIf ? conditional(names.get(), proved, depth + 1, out)
                                     : loop(names.get(), proved, depth + 1, out))) {
          return false;
        }
      } else {
        break;
      }
      if (faults_.size() >= kMostFaults) return false;
    }
    return true;
  }

  // A name is made once: whoever reads it need not look for where it changed.
  bool is_new(const TemplateAssignment& one, const cel::Environment& known, std::string_view where) {
    if (known.find_variable(one.name) < 0) return true;
    return fail({Code::kTemplateDirective, one.name_begin, one.name_begin + one.name.size(),
                 "`" + one.name + "` is known " + std::string(where) + " already", "a name is made once",
                 "choose another name"});
  }

  std::optional<Expression> value_of(const TemplateAssignment& one, const cel::Environment& environment,
                                     const Guards& proved) {
    cel::CompileOptions options;
    options.proved = proved;
    Outcome<Expression> value = compile_part(text_, one.begin, one.end, environment, options);
    return take(value) ? std::optional(std::move(*value)) : std::nullopt;
  }

  void let(const TemplatePart& part, Names& names, const Guards& proved, TemplateBlock& out) {
    if (part.broken) {
      reading_.nameless += names.lacks_one ? 0 : 1;
      names.lacks_one = true;
      return;
    }
    const TemplateAssignment& one = part.assigned.front();
    std::optional<Expression> value = value_of(one, names.get(), proved);
    if (!is_new(one, names.get(), "here")) return;
    const int slot = names.add(one.name, value ? value->program.type() : cel::Type());
    made(names.get(), slot);
    if (value) out.emplace_back().content = TemplateLet{std::move(*value), static_cast<std::size_t>(slot)};
  }

  void made(const cel::Environment& environment, int slot) {
    reading_.own_slots.push_back(slot);
    code_.has_names = true;
    code_.slot_count = std::max(code_.slot_count, environment.slot_count());
  }

  void include(const TemplatePart& part, const cel::Environment& environment, const Guards& proved, int depth,
               TemplateBlock& out) {
    if (part.broken) return;
    TemplateInclude result;
    result.first_slot = whole_->slot_count();
    cel::Environment inside = *whole_;
    std::vector<int> given;
    for (const TemplateAssignment& one : part.assigned) {
      std::optional<Expression> value = value_of(one, environment, proved);
      if (!is_new(one, inside, "in a part")) continue;
      given.push_back(inside.add_variable(one.name, value ? value->program.type() : cel::Type()));
      if (value) result.given.push_back({std::move(*value), static_cast<std::size_t>(given.back())});
    }
    const auto text = texts_.includes.find(part.opening);
    if (text == texts_.includes.end() || reading_.nameless > 0) return;
    if (std::find(open_.begin(), open_.end(), text->second) != open_.end()) {
      fail(directive_fault(part, "a part includes itself", "it is open already"));
      return;
    }
    if (depth >= kMaxTemplateDepth || ++included_ > kMostIncludes) {
      fail(directive_fault(part, depth >= kMaxTemplateDepth ? "parts nest too deeply" : "too many parts are included"));
      return;
    }
    code_.has_names = true;
    code_.slot_count = std::max(code_.slot_count, inside.slot_count());
    read_text(text->second, inside, std::move(given), depth + 1, result.block);
    out.emplace_back().content = std::move(result);
  }

  bool conditional(const cel::Environment& environment, Guards proved, int depth, TemplateBlock& out) {
    const TemplatePart opening = reading_.parts[reading_.next];
    TemplateIf result;
    while (true) {
      const TemplatePart part = reading_.parts[reading_.next++];
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
      if (reading_.next >= reading_.parts.size()) {
        return misfit(directive_fault(opening, "`if` is not closed", "no %{ endif } belongs to this",
                                      "close it with %{ endif }"));
      }
      const TemplatePart& end = reading_.parts[reading_.next];
      if (end.kind == Kind::kEndIf) break;
      const bool last = part.kind == Kind::kElse;
      if (end.kind == Kind::kEndFor || last) return misfit(misplaced(end, opening, "if", last));
    }
    ++reading_.next;
    out.emplace_back().content = std::move(result);
    return true;
  }

  Fault misplaced(const TemplatePart& end, const TemplatePart& opening, std::string_view open, bool after_else) const {
    const auto line = 1 + std::count(text_.begin() + static_cast<std::ptrdiff_t>(reading_.begin),
                                     text_.begin() + static_cast<std::ptrdiff_t>(opening.opening), '\n');
    const std::string found(word(end.kind));
    std::string summary = "`" + found + "` inside the `" + std::string(open) + "` of line " + std::to_string(line);
    if (after_else && end.kind != Kind::kEndFor) summary = "`" + found + "` behind the `else` of one `if`";
    return directive_fault(end, std::move(summary), "`end" + std::string(open) + "` was expected here");
  }

  bool loop(const cel::Environment& environment, Guards proved, int depth, TemplateBlock& out) {
    const TemplatePart part = reading_.parts[reading_.next++];
    cel::CompileOptions options;
    options.proved = proved;
    Outcome<Expression> range = compile_part(text_, part.begin, part.end, environment, options);
    cel::Type key;
    cel::Type value;
    // Of what cannot be walked over the elements may be anything.
    const bool walks = !part.broken && take(range) && range_types(part, range->program.type(), key, value);
    cel::Environment inside = environment;
    const std::size_t outer = reading_.own_slots.size();
    const auto declare = [&](const std::string& name, const cel::Type& type) {
      const int slot = inside.add_variable(name, type);
      made(inside, slot);
      std::erase_if(proved, [&](const cel::Guard& guard) { return guard.about(slot); });
      return static_cast<std::size_t>(slot);
    };
    const bool two = part.names.size() == 2;
    const std::size_t key_slot = two ? declare(part.names[0], key) : 0;
    const std::size_t value_slot = part.names.empty() ? 0 : declare(part.names.back(), value);
    TemplateBlock repeated;
    code_.has_names = true;
    reading_.nameless += part.names.empty() ? 1 : 0;
    if (!block(inside, proved, depth, repeated)) return false;
    reading_.nameless -= part.names.empty() ? 1 : 0;
    reading_.own_slots.resize(outer);
    if (reading_.next >= reading_.parts.size()) {
      return misfit(
          directive_fault(part, "`for` is not closed", "no %{ endfor } belongs to this", "close it with %{ endfor }"));
    }
    if (reading_.parts[reading_.next].kind != Kind::kEndFor)
      return misfit(misplaced(reading_.parts[reading_.next], part, "for", false));
    ++reading_.next;
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

  // How far one text is read.
  struct Reading {
    std::size_t begin = 0;  // of the text
    std::vector<TemplatePart> parts;
    bool known = true;  // see ScannedTemplate
    std::size_t next = 0;
    int nameless = 0;            // open directives that make a name that is not known
    std::vector<int> own_slots;  // of names that directives made
  };

  const TemplateTexts& texts_;
  std::string_view text_;
  Template::Tree& code_;
  const cel::Environment* whole_ = nullptr;  // what the template and all its parts know
  const Guards* proved_ = nullptr;
  Reading reading_;
  std::vector<std::size_t> open_;  // texts that are being read
  std::size_t included_ = 0;
  std::vector<Fault> faults_;
};

}  // namespace

std::vector<TemplateInclusion> inclusions_in(std::string_view text) {
  std::vector<TemplateInclusion> inclusions;
  if (text.find("include") == std::string_view::npos) return inclusions;
  for (TemplatePart& part : scan_template(text, 0, text.size()).parts) {
    if (part.kind == Kind::kInclude && !part.broken)
      inclusions.push_back({part.opening, part.begin, part.path_end, std::move(part.text)});
  }
  return inclusions;
}

Outcome<Template> Template::parse(std::string_view text, const cel::Environment& environment,
                                  const std::vector<cel::Guard>& proved, std::vector<Fault>* more) {
  return parse(TemplateTexts{text, {text.size()}, {}}, environment, proved, more);
}

Outcome<Template> Template::parse(const TemplateTexts& texts, const cel::Environment& environment,
                                  const std::vector<cel::Guard>& proved, std::vector<Fault>* more) {
  const std::string_view text = texts.text;
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
  std::vector<Fault> faults = Builder(texts, *code).run(environment, proved);
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
