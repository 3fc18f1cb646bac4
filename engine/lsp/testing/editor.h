// An editor that converses with the server about a project in memory. The place where its cursor stands is marked with
// ‸ in the texts.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "engine/base/memory_files.h"
#include "engine/history/sqlite_history.h"
#include "engine/lsp/server.h"
#include "engine/testing/kinds.h"

namespace plumb::lsp {

inline constexpr std::string_view kCursor = "‸";

// Texts by their names in the project's folder.
using Disk = std::map<std::string, std::string>;

class Editor {
 public:
  explicit Editor(const Disk& disk) {
    for (const auto& [name, text] : disk) files_.add("/p/" + name, text);
  }

  // Opens a file whose text may hold the cursor, and waits for what is found.
  void open(const std::string& name, const std::string& text) {
    start();
    Json document = {{"uri", uri(name)}, {"languageId", "yaml"}, {"version", 1}, {"text", take_cursor(name, text)}};
    notify("textDocument/didOpen", {{"textDocument", std::move(document)}});
  }

  void change(const std::string& name, const std::string& text) {
    const Json changes = {{{"text", take_cursor(name, text)}}};
    notify("textDocument/didChange",
           {{"textDocument", {{"uri", uri(name)}, {"version", ++version_}}}, {"contentChanges", changes}});
  }

  void notify(const std::string& method, Json params) {
    receive(server().take({{"jsonrpc", "2.0"}, {"method", method}, {"params", std::move(params)}}));
    work();
  }

  void work() {
    while (server().has_work()) receive(server().work());
  }

  // The result; where there is none, the error.
  Json ask(const std::string& method, Json params) {
    const std::vector<Json> answers =
        server().take({{"jsonrpc", "2.0"}, {"id", ++id_}, {"method", method}, {"params", std::move(params)}});
    EXPECT_EQ(answers.size(), 1U);
    if (answers.size() != 1) return {};
    EXPECT_EQ(answers[0]["id"], id_);
    return answers[0].contains("result") ? answers[0]["result"] : answers[0]["error"];
  }

  Json ask_here(const std::string& method, Json more = Json::object()) {
    more["textDocument"] = {{"uri", uri(name_)}};
    more["position"] = to_json(cursor_);
    return ask(method, std::move(more));
  }

  Json told(const std::string& name) { return told_[uri(name)]; }

  // "LINE: MESSAGE" of each finding in a file; lines from 1.
  std::vector<std::string> findings(const std::string& name) {
    std::vector<std::string> all;
    for (const Json& one : told_[uri(name)]) {
      const std::string message = one["message"];
      all.push_back(std::to_string(one["range"]["start"]["line"].get<int>() + 1) + ": " +
                    message.substr(0, message.find('\n')));
    }
    return all;
  }

  std::vector<std::string> offered() {
    std::vector<std::string> labels;
    const Json found = ask_here("textDocument/completion");
    for (const Json& item : found["items"]) labels.push_back(item["label"]);
    return labels;
  }

  // The text of the cursor's file once this is chosen.
  std::string with_offered(const std::string& label) {
    const Json found = ask_here("textDocument/completion");
    for (const Json& item : found["items"]) {
      if (item["label"] == label) return edited(texts_.at(name_), Json::array({item["textEdit"]}));
    }
    return "nothing offers " + label;
  }

  std::string hover() {
    const Json found = ask_here("textDocument/hover");
    return found.is_null() ? "" : found["contents"]["value"].get<std::string>();
  }

  std::map<std::string, std::string> renamed(const std::string& wanted) {
    const Json edit = ask_here("textDocument/rename", {{"newName", wanted}});
    std::map<std::string, std::string> texts;
    if (!edit.contains("changes")) return {{"refused", edit.value("message", "")}};
    for (const auto& [where, edits] : edit["changes"].items()) {
      const std::string name = where.substr(std::string("file:///p/").size());
      texts[name] = edited(texts_.contains(name) ? texts_.at(name) : *files_.read("/p/" + name, 1 << 20), edits);
    }
    return texts;
  }

  static std::string edited(const std::string& text, Json edits) {
    // From the last to the first, so that places stay.
    std::sort(edits.begin(), edits.end(), [](const Json& a, const Json& b) {
      const Position one = position_of(a["range"]["start"]);
      const Position other = position_of(b["range"]["start"]);
      return std::pair(one.line, one.character) > std::pair(other.line, other.character);
    });
    Text result(text);
    for (const Json& edit : edits) {
      const Range range = range_of(edit["range"]);
      const std::string with = edit["newText"];
      result = Text(result.replaced(result.offset(range.begin, Encoding::kUtf16),
                                    result.offset(range.end, Encoding::kUtf16), with));
    }
    return result.str();
  }

  Server& server() {
    if (server_ == nullptr) server_ = std::make_unique<Server>(around_, [] { return false; });
    return *server_;
  }

  void start(Json capabilities = Json::object()) {
    if (std::exchange(started_, true)) return;
    ask("initialize", {{"capabilities", std::move(capabilities)}});
    notify("initialized", Json::object());
  }

  static std::string uri(const std::string& name) { return "file:///p/" + name; }
  const std::string& text(const std::string& name) const { return texts_.at(name); }

 private:
  std::string take_cursor(const std::string& name, std::string text) {
    const std::size_t at = text.find(kCursor);
    if (at != std::string::npos) {
      text.erase(at, kCursor.size());
      cursor_ = Text(text).position(at, Encoding::kUtf16);
      name_ = name;
    }
    texts_[name] = text;
    return text;
  }

  void receive(const std::vector<Json>& messages) {
    for (const Json& one : messages) {
      if (one.value("method", "") == "textDocument/publishDiagnostics")
        told_[one["params"]["uri"]] = one["params"]["diagnostics"];
    }
  }

  Registry kinds_ = testing::made_up_kinds();
  MemoryFiles files_;
  Surroundings around_{kinds_, files_, [](const std::filesystem::path&) -> std::unique_ptr<history::RunStore> {
                         return std::make_unique<history::SqliteHistory>("/nowhere/history.db");
                       }};
  std::unique_ptr<Server> server_;
  bool started_ = false;
  int id_ = 0;
  int version_ = 1;
  std::map<std::string, Json> told_;
  std::map<std::string, std::string> texts_;
  std::string name_;
  Position cursor_;
};

// A project with something of everything; `resources` is what stands under that key.
inline std::string project(const std::string& resources) {
  return R"(plumb: v1
project: p
inputs:
  port: {type: integer, default: 80, description: Where it listens.}
  sites:
    type: array
    default: []
    items: {type: object, properties: {root: {type: string, description: Its folder.}}, required: [root]}
values:
  double: ${inputs.port * 2}
resources:
)" + resources;
}

}  // namespace plumb::lsp
