// The JSON form of edits: one row each.
#pragma once

#include "providers/sdk/edit.h"
#include "providers/sdk/members.h"

namespace plumb {

template <>
struct Row<LineEdit> {
  static constexpr std::string_view kName = "line";
  template <class Sink, class Value>
  static void members(Sink& sink, Value& value, const LineEdit& defaults) {
    sink.optional("text", value.text, defaults.text);
    sink.optional("match", value.match, defaults.match);
    sink.optional("absent", value.absent, defaults.absent);
    sink.optional("first", value.first, defaults.first);
    sink.optional("back_references", value.back_references, defaults.back_references);
    sink.optional("insert_after", value.insert_after, defaults.insert_after);
    sink.optional("insert_before", value.insert_before, defaults.insert_before);
    sink.optional("at_beginning", value.at_beginning, defaults.at_beginning);
  }
};

template <>
struct Row<ReplaceEdit> {
  static constexpr std::string_view kName = "replace";
  template <class Sink, class Value>
  static void members(Sink& sink, Value& value, const ReplaceEdit& defaults) {
    sink.required("match", value.match);
    sink.optional("text", value.text, defaults.text);
    sink.optional("back_references", value.back_references, defaults.back_references);
    sink.optional("only_after", value.only_after, defaults.only_after);
    sink.optional("only_before", value.only_before, defaults.only_before);
  }
};

template <>
struct Row<BlockEdit> {
  static constexpr std::string_view kName = "block";
  template <class Sink, class Value>
  static void members(Sink& sink, Value& value, const BlockEdit& defaults) {
    sink.optional("content", value.content, defaults.content);
    sink.required("begin", value.begin);
    sink.required("end", value.end);
    sink.optional("absent", value.absent, defaults.absent);
    sink.optional("first", value.first, defaults.first);
    sink.optional("insert_after", value.insert_after, defaults.insert_after);
    sink.optional("insert_before", value.insert_before, defaults.insert_before);
    sink.optional("at_beginning", value.at_beginning, defaults.at_beginning);
  }
};

template <>
struct Row<TextEdit> {
  static constexpr std::string_view kName = "text";
  template <class Sink, class Value>
  static void members(Sink& sink, Value& value, const TextEdit& defaults) {
    sink.optional("text", value.text, defaults.text);
  }
};

}  // namespace plumb
