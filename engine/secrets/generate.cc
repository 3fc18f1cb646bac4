#include "engine/secrets/generate.h"

#include "engine/base/random.h"

namespace plumb::secrets {

std::string new_value(const config::Generation& rule) {
  const std::size_t count = rule.characters.size();
  // A byte from here on would favour the first characters.
  const std::size_t fair = 256 - 256 % count;
  std::string value;
  value.reserve(rule.length);
  while (value.size() < rule.length) {
    for (const char drawn : random_bytes(rule.length)) {
      const auto number = static_cast<unsigned char>(drawn);
      if (number < fair && value.size() < rule.length) value += rule.characters[number % count];
    }
  }
  return value;
}

std::string stand_in(const config::Generation& rule, std::size_t first) {
  std::string value;
  value.reserve(rule.length);
  for (std::size_t i = 0; i < rule.length; ++i) value += rule.characters[(first + i) % rule.characters.size()];
  return value;
}

}  // namespace plumb::secrets
