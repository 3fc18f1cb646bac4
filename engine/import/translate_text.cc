#include "engine/import/translate_text.h"

#include "engine/import/expression.h"

namespace plumb::imports {

std::string escaped(std::string_view literal) {
  std::string out;
  for (std::size_t at = 0; at < literal.size(); ++at) {
    if (literal.substr(at).starts_with("${")) out += '$';
    out += literal[at];
  }
  return out;
}

Text translate_text(std::string_view text, Names& names) {
  const std::vector<TextPart> parts = parse_text(text);
  Text result;
  if (parts.size() == 1 && parts[0].expression != nullptr) {
    result.whole = true;
    result.value = translate(*parts[0].expression, names);
    const std::optional<std::string> literal = literal_text(result.value);
    result.text = literal && result.value.type == Type::kText ? escaped(*literal) : "${" + result.value.text + "}";
    return result;
  }
  for (const TextPart& part : parts) {
    if (part.expression == nullptr) {
      result.text += escaped(part.literal);
      continue;
    }
    const Cel value = translate(*part.expression, names);
    if (value.type == Type::kMap) throw Untranslatable{"a map inside a text"};
    const std::optional<std::string> literal = literal_text(value);
    result.text += literal ? escaped(*literal) : "${" + printed(value) + "}";
  }
  result.value.type = Type::kText;
  return result;
}

std::string word_text(std::string_view text, Names& names) {
  const Text word = translate_text(text, names);
  const bool number = word.whole && (word.value.type == Type::kInt || word.value.type == Type::kFloat);
  return number && !literal_text(word.value) ? "${string(" + word.value.text + ")}" : word.text;
}

Cel text_expression(std::string_view text, Names& names) {
  const std::vector<TextPart> parts = parse_text(text);
  if (parts.size() == 1)
    return parts[0].expression != nullptr ? translate(*parts[0].expression, names)
                                          : made(cel_text(parts[0].literal), Type::kText);
  std::string out;
  for (const TextPart& part : parts) {
    std::string one;
    if (part.expression == nullptr) {
      one = cel_text(part.literal);
    } else {
      one = printed_text(translate(*part.expression, names));
    }
    out += (out.empty() ? "" : " + ") + one;
  }
  return made(out, Type::kText, rank::kSum);
}

}  // namespace plumb::imports
