// The JSON form of edits: one row each.
#pragma once

#include "providers/sdk/edit.h"
#include "providers/sdk/members.h"

namespace plumb {

template <class Sink, class Value>
void insertion_members(Sink& sink, Value& value, const Insertion& defaults) {
  sink.optional("first", value.first, defaults.first);
  sink.optional("insert_after", value.insert_after, defaults.insert_after);
  sink.optional("insert_before", value.insert_before, defaults.insert_before);
  sink.optional("at_beginning", value.at_beginning, defaults.at_beginning);
}

template <>
struct Row<LineEdit> {
  static constexpr std::string_view kName = "line";
  template <class Sink, class Value>
  static void members(Sink& sink, Value& value, const LineEdit& defaults) {
    sink.optional("text", value.text, defaults.text);
    sink.optional("match", value.match, defaults.match);
    sink.optional("absent", value.absent, defaults.absent);
    sink.optional("back_references", value.back_references, defaults.back_references);
    insertion_members(sink, value, defaults);
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
    sink.optional("unless", value.unless, defaults.unless);
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
    insertion_members(sink, value, defaults);
  }
};

template <>
struct Row<EntryEdit> {
  static constexpr std::string_view kName = "entry";
  template <class Sink, class Value>
  static void members(Sink& sink, Value& value, const EntryEdit& defaults) {
    sink.optional("text", value.text, defaults.text);
    sink.required("match", value.match);
    sink.optional("same", value.same, defaults.same);
    sink.optional("mark", value.mark, defaults.mark);
    sink.optional("marks", value.marks, defaults.marks);
    sink.optional("any_marks", value.any_marks, defaults.any_marks);
    sink.optional("hashed", value.hashed, defaults.hashed);
    sink.optional("absent", value.absent, defaults.absent);
    sink.optional("others", value.others, defaults.others);
    sink.optional("keeps", value.keeps, defaults.keeps);
    insertion_members(sink, value, defaults);
  }
};

template <>
struct Row<IniEdit> {
  static constexpr std::string_view kName = "ini";
  template <class Sink, class Value>
  static void members(Sink& sink, Value& value, const IniEdit& defaults) {
    sink.optional("section", value.section, defaults.section);
    sink.optional("options", value.options, defaults.options);
    sink.optional("remove", value.remove, defaults.remove);
    sink.optional("absent", value.absent, defaults.absent);
    sink.optional("delimiter", value.delimiter, defaults.delimiter);
  }
};

template <>
struct Row<TreeEdit> {
  static constexpr std::string_view kName = "tree";
  template <class Sink, class Value>
  static void members(Sink& sink, Value& value, const TreeEdit& defaults) {
    sink.required("format", value.format);
    sink.optional("set", value.set, defaults.set);
    sink.optional("merge", value.merge, defaults.merge);
    sink.optional("remove", value.remove, defaults.remove);
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
