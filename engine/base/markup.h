// Text in HTML and XML.
#pragma once

#include <string>
#include <string_view>

namespace plumb {

// As it stands between tags and in quoted attributes. Control characters stay: outside_text() takes them away.
inline std::string markup_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace plumb
