#include "engine/base/json_reader.h"

#include <cstdint>

namespace plumb {
namespace {

class PlainReader {
 public:
  explicit PlainReader(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  bool document(Json& root, int depth) {
    if (!value(root, depth)) return false;
    skip_space();
    return at_ == end_;
  }

 private:
  bool value(Json& slot, int depth) {
    skip_space();
    if (at_ == end_) return false;
    switch (*at_) {
      case '{':
        ++at_;
        return depth > 0 && object(slot, depth - 1);
      case '[':
        ++at_;
        return depth > 0 && array(slot, depth - 1);
      case '"':
        ++at_;
        slot = std::string();
        return string(slot.get_ref<std::string&>());
      case 't':
        slot = true;
        return word("true");
      case 'f':
        slot = false;
        return word("false");
      case 'n':
        slot = nullptr;
        return word("null");
      default:
        return integer(slot);
    }
  }

  bool object(Json& slot, int depth) {
    slot = Json::object();
    auto& members = slot.get_ref<Json::object_t&>();
    if (take('}')) return true;
    do {
      std::string name;
      if (!take('"') || !string(name) || !take(':')) return false;
      const std::size_t known = members.size();
      // Written in order, most objects grow at their end.
      const auto member = members.emplace_hint(members.end(), std::move(name), nullptr);
      if (members.size() == known || !value(member->second, depth)) return false;
    } while (take(','));
    return take('}');
  }

  bool array(Json& slot, int depth) {
    slot = Json::array();
    auto& items = slot.get_ref<Json::array_t&>();
    if (take(']')) return true;
    do {
      if (!value(items.emplace_back(), depth)) return false;
    } while (take(','));
    return take(']');
  }

  // What stands behind the opening quote, up to the closing one.
  bool string(std::string& out) {
    bool ascii = true;
    while (true) {
      const char* const begin = at_;
      while (at_ != end_ && *at_ != '"' && *at_ != '\\' && static_cast<unsigned char>(*at_) >= 0x20) {
        ascii = ascii && static_cast<unsigned char>(*at_) < 0x80;
        ++at_;
      }
      out.append(begin, at_);
      if (at_ == end_) return false;
      const char stop = *at_++;
      if (stop == '"') return ascii || valid_utf8(out);
      if (stop != '\\' || !escape(out)) return false;
    }
  }

  bool escape(std::string& out) {
    if (at_ == end_) return false;
    const char sign = *at_++;
    constexpr std::string_view kSigns = "\"\\/bfnrt";
    constexpr std::string_view kMeant = "\"\\/\b\f\n\r\t";
    if (const std::size_t known = kSigns.find(sign); known != std::string_view::npos) {
      out += kMeant[known];
      return true;
    }
    std::uint32_t point = 0;
    if (sign != 'u' || !hex(point) || (point >= 0xd800 && point <= 0xdfff)) return false;
    if (point < 0x80) {
      out += static_cast<char>(point);
    } else if (point < 0x800) {
      out += static_cast<char>(0xc0 | point >> 6);
      out += static_cast<char>(0x80 | (point & 0x3f));
    } else {
      out += static_cast<char>(0xe0 | point >> 12);
      out += static_cast<char>(0x80 | (point >> 6 & 0x3f));
      out += static_cast<char>(0x80 | (point & 0x3f));
    }
    return true;
  }

  bool hex(std::uint32_t& point) {
    for (int i = 0; i < 4; ++i) {
      if (at_ == end_) return false;
      const char c = *at_++;
      const int digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
      if (digit < 0) return false;
      point = point << 4 | static_cast<std::uint32_t>(digit);
    }
    return true;
  }

  bool integer(Json& slot) {
    constexpr std::ptrdiff_t kMostDigits = 18;
    const bool negative = *at_ == '-';
    if (negative) ++at_;
    const char* const begin = at_;
    std::int64_t number = 0;
    for (; at_ != end_ && *at_ >= '0' && *at_ <= '9' && at_ - begin <= kMostDigits; ++at_)
      number = number * 10 + (*at_ - '0');
    const std::ptrdiff_t digits = at_ - begin;
    if (digits == 0 || digits > kMostDigits || (digits > 1 && *begin == '0')) return false;
    if (at_ != end_ && (*at_ == '.' || *at_ == 'e' || *at_ == 'E')) return false;
    if (negative) {
      slot = -number;
    } else {
      slot = static_cast<std::uint64_t>(number);
    }
    return true;
  }

  bool word(std::string_view expected) {
    if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(expected)) return false;
    at_ += expected.size();
    return true;
  }

  bool take(char sign) {
    skip_space();
    if (at_ == end_ || *at_ != sign) return false;
    ++at_;
    return true;
  }

  void skip_space() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }

  const char* at_;
  const char* end_;
};

}  // namespace

std::optional<Json> read_plain_json(std::string_view text, int depth) {
  std::optional<Json> root(std::in_place);
  if (!PlainReader(text).document(*root, depth)) return std::nullopt;
  return root;
}

}  // namespace plumb
