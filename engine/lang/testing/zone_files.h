// A time zone database of a test's own, in a temporary folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "engine/testing/scratch_folder.h"

namespace plumb::lang {

class ZoneFiles {
 public:
  const std::filesystem::path& folder() const { return folder_.path(); }

  // A TZif file as RFC 8536 has it: `offset` at any time, and after 1970 by the rule, where there is one.
  static std::string file(std::string_view rule, std::int32_t offset = 0, std::uint32_t leap_seconds = 0) {
    const std::uint32_t times = rule.empty() ? 0 : 1;
    std::string text = header(0, 0) + std::string(6 + 4, '\0');  // the block that readers of this form skip
    text += header(times, leap_seconds);
    text += std::string(std::size_t{9} * times, '\0');
    text += number(static_cast<std::uint32_t>(offset)) + std::string(2, '\0') + std::string("UTC\0", 4);
    text += std::string(std::size_t{12} * leap_seconds, '\0');
    return text + "\n" + std::string(rule) + "\n";
  }

  void add(const std::string& zone, std::string_view rule) const { write(zone, file(rule)); }

  void write(const std::string& zone, std::string_view bytes) const { folder_.write(zone, bytes); }

 private:
  static std::string number(std::uint32_t value) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xff);
    return bytes;
  }

  static std::string header(std::uint32_t times, std::uint32_t leap_seconds) {
    return "TZif2" + std::string(15, '\0') + number(0) + number(0) + number(leap_seconds) + number(times) + number(1) +
           number(4);
  }

  testing::ScratchFolder folder_;
};

}  // namespace plumb::lang
