// What a source says of hosts and groups, each with its place, before the project gives the values their types.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/inventory/group_tree.h"
#include "engine/lang/source.h"
#include "engine/lang/yaml.h"

namespace plumb::inventory {

struct Said {
  std::vector<lang::Entry> settings;   // how to connect, by the keys of hosts.yaml
  std::vector<lang::Entry> variables;  // by the source's own names
};

// Each key stands once; what comes later takes the place of what was there.
void put(std::vector<lang::Entry>& entries, lang::Entry entry);
// Null where there is none.
const lang::Entry* find(const std::vector<lang::Entry>& entries, std::string_view key);

struct FoundGroup {
  GroupLinks links;
  Said said;
  // In files beside the inventory. They count more than what any group says in the inventory itself.
  Said beside;
};

struct FoundHost {
  SourceSpan span;
  std::string written;  // the name in the source, where it is another one
  std::string port;     // behind the name, until settle_ports()
  std::set<std::string> groups;
  Said said;
};

inline constexpr const char* kAll = "all";

struct Found {
  std::map<std::string, FoundGroup> groups;  // `all`: of every host of this source, and no group
  std::map<std::string, FoundHost> hosts;

  // The group, made where it is not there; a name that no pattern could hold is written with `_`.
  FoundGroup& group(std::string name, const SourceSpan& span);
  FoundHost& host(const std::string& name, const SourceSpan& span);
};

// A name as groups have them: what is no letter, digit, `-`, `.` or `_` becomes `_`.
std::string group_name(std::string text);

// Where readers say what they find wrong, and hide what is secret.
struct Reading {
  Diagnostics& diagnostics;
  lang::SourceMap& sources;
};

inline constexpr std::size_t kMostFindings = 100;  // of one source

// Without the byte order mark that some editors begin a file with.
std::string_view without_mark(std::string_view text);
// Whether it is text in UTF-8; told where it is not.
bool is_text(const std::string& file_name, std::string_view text, Reading& reading);

lang::Node scalar(std::string text, const SourceSpan& span, lang::Style style = lang::Style::kPlain);
lang::Entry entry(std::string key, const SourceSpan& key_span, lang::Node value);

}  // namespace plumb::inventory
