#include "engine/base/host_text.h"

#include <algorithm>

#include "engine/base/outside_text.h"

namespace plumb {
namespace {

// U+10FE80 to U+10FEFF are these two bytes, BA or BB, and one more.
constexpr std::string_view kLead = "\xf4\x8f";
constexpr char kLower = '\xba';  // of 0x80 to 0xbf
constexpr char kUpper = '\xbb';  // of 0xc0 to 0xff
constexpr std::size_t kSize = 4;
constexpr char32_t kBase = 0x10fe00;

bool stands_for_byte(std::string_view text) {
  return text.size() >= kSize && text.starts_with(kLead) && (text[2] == kLower || text[2] == kUpper) &&
         (static_cast<unsigned char>(text[3]) & 0xc0) == 0x80;
}

void append_byte(std::string& out, char byte) {
  const auto value = static_cast<unsigned char>(byte);
  out.append(kLead);
  out += value < 0xc0 ? kLower : kUpper;
  out += static_cast<char>(0x80 | (value & 0x3f));
}

bool is_text(const Json& value) {
  if (value.is_string()) return valid_utf8(value.get_ref<const std::string&>());
  if (value.is_object()) {
    const auto& members = value.get_ref<const Json::object_t&>();
    return std::all_of(members.begin(), members.end(),
                       [](const auto& member) { return valid_utf8(member.first) && is_text(member.second); });
  }
  return !value.is_array() || std::all_of(value.begin(), value.end(), [](const Json& item) { return is_text(item); });
}

}  // namespace

int byte_behind(char32_t point) {
  return point >= kBase + 0x80 && point <= kBase + 0xff ? static_cast<int>(point - kBase) : -1;
}

std::string text_of_bytes(std::string_view bytes) {
  if (bytes.find(kLead[0]) == std::string_view::npos && valid_utf8(bytes)) return std::string(bytes);
  std::string out;
  out.reserve(bytes.size() + 2 * kSize);
  for (std::size_t at = 0; at < bytes.size();) {
    const CodePoint c = code_point_at(bytes, at);
    const bool invalid = c.size == 1 && static_cast<unsigned char>(bytes[at]) >= 0x80;
    const bool stands = stands_for_byte(bytes.substr(at));
    for (std::size_t i = at; i < at + c.size; ++i) {
      if (invalid || stands) {
        append_byte(out, bytes[i]);
      } else {
        out += bytes[i];
      }
    }
    at += c.size;
  }
  return out;
}

std::string bytes_of_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t lead = text.find(kLead);
    if (lead == std::string_view::npos) break;
    out += text.substr(0, lead);
    text.remove_prefix(lead);
    if (stands_for_byte(text)) {
      const unsigned high = text[2] == kLower ? 0x80U : 0xc0U;
      out += static_cast<char>(high | (static_cast<unsigned char>(text[3]) & 0x3fU));
      text.remove_prefix(kSize);
    } else {
      out += text.substr(0, kLead.size());
      text.remove_prefix(kLead.size());
    }
  }
  out += text;
  return out;
}

Json with_texts(const Json& value) {
  if (is_text(value)) return value;
  if (value.is_string()) return text_of_bytes(value.get_ref<const std::string&>());
  Json out = value.is_array() ? Json::array() : Json::object();
  if (value.is_array()) {
    for (const Json& item : value) out.push_back(with_texts(item));
  } else {
    for (const auto& [name, item] : value.get_ref<const Json::object_t&>()) out[text_of_bytes(name)] = with_texts(item);
  }
  return out;
}

}  // namespace plumb
