// A tree in the notation of the YAML test suite's events.
#pragma once

#include <string>
#include <string_view>

#include "engine/lang/yaml.h"

namespace plumb::lang {

inline void write_scalar(std::string_view text, char style, std::string& out) {
  out += std::string("=VAL ") + style;
  for (const char c : text) {
    switch (c) {
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        out += c;
    }
  }
  out += '\n';
}

// A key has the style `?`: the tree does not keep how it was quoted.
inline void write_events(const Node& node, std::string& out) {
  static constexpr char kStyles[] = {':', '\'', '"', '|', '>'};
  switch (node.kind) {
    case Node::Kind::kNull:
      out += "=VAL :\n";
      break;
    case Node::Kind::kScalar:
      write_scalar(node.text, kStyles[static_cast<int>(node.style)], out);
      break;
    case Node::Kind::kSequence:
      out += node.flow ? "+SEQ []\n" : "+SEQ\n";
      for (const Node& item : node.items) write_events(item, out);
      out += "-SEQ\n";
      break;
    case Node::Kind::kMap:
      out += node.flow ? "+MAP {}\n" : "+MAP\n";
      for (const Entry& entry : node.entries) {
        write_scalar(entry.key, '?', out);
        write_events(entry.value, out);
      }
      out += "-MAP\n";
      break;
  }
}

}  // namespace plumb::lang
