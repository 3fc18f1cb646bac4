#include "engine/lsp/server.h"

#include <utility>

#include "engine/lsp/finding.h"
#include "engine/lsp/outline.h"

namespace plumb::lsp {
namespace {

// Of JSON-RPC and the protocol.
constexpr int kParseError = -32700;
constexpr int kInvalidRequest = -32600;
constexpr int kMethodNotFound = -32601;
constexpr int kInvalidParams = -32602;
constexpr int kNotInitialized = -32002;
constexpr int kRequestCancelled = -32800;

constexpr int kIncremental = 2;

Json error_message(const Json& id, int code, const std::string& text) {
  return {{"jsonrpc", "2.0"}, {"id", id}, {"error", {{"code", code}, {"message", text}}}};
}

// A member, null where there is none.
const Json& member(const Json& json, const char* key) {
  static const Json kNull;
  const auto found = json.is_object() ? json.find(key) : json.end();
  return !json.is_object() || found == json.end() ? kNull : *found;
}

std::string text_in(const Json& json, const char* key) {
  const Json& found = member(json, key);
  return found.is_string() ? found.get<std::string>() : std::string();
}

std::string uri_in(const Json& params) {
  return text_in(member(params, "textDocument"), "uri");
}

Encoding chosen_encoding(const Json& capabilities) {
  Encoding encoding = Encoding::kUtf16;
  for (const Json& offered : member(member(capabilities, "general"), "positionEncodings")) {
    if (offered == "utf-8") return Encoding::kUtf8;
    if (offered == "utf-32") encoding = Encoding::kUtf32;
  }
  return encoding;
}

const char* name_of(Encoding encoding) {
  return encoding == Encoding::kUtf8 ? "utf-8" : encoding == Encoding::kUtf16 ? "utf-16" : "utf-32";
}

Json capabilities(Encoding encoding) {
  return {{"positionEncoding", name_of(encoding)},
          {"textDocumentSync", {{"openClose", true}, {"change", kIncremental}, {"save", true}}},
          {"completionProvider", {{"triggerCharacters", {".", ":", " ", "/", "-", "{", ",", "\""}}}},
          {"hoverProvider", true},
          {"definitionProvider", true},
          {"referencesProvider", true},
          {"renameProvider", {{"prepareProvider", true}}},
          {"codeActionProvider", {{"codeActionKinds", {"quickfix"}}}},
          {"codeLensProvider", {{"resolveProvider", false}}},
          {"documentFormattingProvider", true},
          {"documentSymbolProvider", true},
          {"foldingRangeProvider", true},
          {"semanticTokensProvider",
           {{"legend", {{"tokenTypes", token_types()}, {"tokenModifiers", Json::array()}}}, {"full", true}}}};
}

}  // namespace

Server::Server(const Surroundings& around, std::function<bool()> waiting)
    : around_(around), session_(around, std::move(waiting)) {}

std::vector<Json> Server::refuse(const Error& problem) {
  return {error_message(nullptr, kParseError, problem.summary())};
}

std::vector<Json> Server::cancel(const Json& message) {
  return {error_message(member(message, "id"), kRequestCancelled, "cancelled")};
}

std::vector<Json> Server::take(const Json& message) {
  out_.clear();
  const Json& id = member(message, "id");
  const bool asks = id.is_string() || id.is_number();
  const Json& method = member(message, "method");
  // What has none answers a request of ours; there is nothing in it.
  if (!method.is_string()) {
    const bool answers = asks && (message.contains("result") || message.contains("error"));
    if (!answers) out_.push_back(error_message(asks ? id : Json(), kInvalidRequest, "no request, and no notification"));
    return std::exchange(out_, {});
  }
  try {
    if (!asks) {
      notify(method.get<std::string>(), member(message, "params"));
    } else {
      Answer answer = request(method.get<std::string>(), member(message, "params"));
      out_.push_back(answer ? Json{{"jsonrpc", "2.0"}, {"id", id}, {"result", std::move(*answer)}}
                            : error_message(id, answer.error().code, answer.error().message));
    }
  } catch (const Json::exception& problem) {
    // A parameter of another type than the protocol gives it.
    if (asks) out_.push_back(error_message(id, kInvalidParams, problem.what()));
  }
  return std::exchange(out_, {});
}

Server::Answer Server::request(const std::string& method, const Json& params) {
  const auto refused = [](int code, std::string text) { return tl::make_unexpected(Fault{code, std::move(text)}); };
  if (method == "initialize") {
    if (running_ || shut_down_) return refused(kInvalidRequest, "initialized already");
    return initialize(params);
  }
  if (!running_) return refused(shut_down_ ? kInvalidRequest : kNotInitialized, "not running");
  if (method == "shutdown") {
    running_ = false;
    shut_down_ = true;
    return Json();
  }
  if (!method.starts_with("textDocument/")) return refused(kMethodNotFound, "no method " + method);
  const Document* document = session_.find(uri_in(params));
  if (document == nullptr) return refused(kInvalidParams, "no open document of this name");
  if (method == "textDocument/completion") return complete(*document, params);
  if (method == "textDocument/hover") return hover(*document, params);
  if (method == "textDocument/definition") return definition(*document, params);
  if (method == "textDocument/references") return references(*document, params);
  if (method == "textDocument/prepareRename") return prepare_rename(*document, params);
  if (method == "textDocument/rename") return rename(*document, params);
  if (method == "textDocument/codeAction") return actions(*document, params);
  if (method == "textDocument/codeLens") return lenses(*document);
  if (method == "textDocument/formatting") return format(*document);
  if (method == "textDocument/documentSymbol")
    return symbols(kinds_of(session_.names(*document)), document->name, document->text, encoding_);
  if (method == "textDocument/foldingRange") return folds(document->name, document->text);
  if (method == "textDocument/semanticTokens/full")
    return Json{{"data", semantic_tokens(document->name, document->text, encoding_)}};
  return refused(kMethodNotFound, "no method " + method);
}

Json Server::initialize(const Json& params) {
  running_ = true;
  const Json& client = member(params, "capabilities");
  encoding_ = chosen_encoding(client);
  watches_ = member(member(member(client, "workspace"), "didChangeWatchedFiles"), "dynamicRegistration") == true;
  const std::string snapshot = text_in(member(params, "initializationOptions"), "snapshot");
  if (!snapshot.empty()) snapshot_ = snapshot;
  return {{"capabilities", capabilities(encoding_)}, {"serverInfo", {{"name", "plumb"}, {"version", PLUMB_VERSION}}}};
}

void Server::notify(const std::string& method, const Json& params) {
  if (method == "exit") {
    ended_ = true;
    return;
  }
  if (!running_) return;
  if (method == "initialized" && watches_) {
    // Files that are not open, and those of templates.
    const Json watchers = {{"watchers", {{{"globPattern", "**/*"}}}}};
    const Json registration = {
        {"id", "files"}, {"method", "workspace/didChangeWatchedFiles"}, {"registerOptions", watchers}};
    out_.push_back({{"jsonrpc", "2.0"},
                    {"id", "watch"},
                    {"method", "client/registerCapability"},
                    {"params", {{"registrations", {registration}}}}});
  } else if (method == "textDocument/didOpen") {
    const Json& document = member(params, "textDocument");
    (void)session_.add(text_in(document, "uri"), text_in(document, "text"), member(document, "version"));
  } else if (method == "textDocument/didChange") {
    change(params);
  } else if (method == "textDocument/didClose") {
    session_.close(uri_in(params));
  } else if (method == "textDocument/didSave" || method == "workspace/didChangeWatchedFiles") {
    session_.changed_on_disk();
  }
}

void Server::change(const Json& params) {
  const std::string uri = uri_in(params);
  const Document* document = session_.find(uri);
  if (document == nullptr) return;
  Text text = document->text;
  for (const Json& one : member(params, "contentChanges")) {
    if (!member(one, "text").is_string()) continue;
    const Json& where = member(one, "range");
    if (where.is_null()) {
      text = Text(text_in(one, "text"));
      continue;
    }
    const Range range = range_of(where);
    text = Text(
        text.replaced(text.offset(range.begin, encoding_), text.offset(range.end, encoding_), text_in(one, "text")));
  }
  session_.change(uri, text.str(), member(member(params, "textDocument"), "version"));
}

std::vector<Json> Server::work() {
  std::vector<Json> messages;
  if (!session_.has_news()) session_.drop_old_looks();
  for (const FileFindings& file : session_.refresh()) {
    const Document* open = session_.find(file.uri);
    FindingFiles files;
    files.uri_of = [&](const std::string& other) { return session_.uri_of((file.folder / other).lexically_normal()); };
    files.text_of = [&](const std::string& other) {
      if (const Document* one = session_.find(files.uri_of(other))) return one->text;
      Result<std::string> text = around_.disk.read(file.folder / other, lang::kMaxYamlBytes);
      return Text(text ? std::move(*text) : std::string());
    };
    Json list = Json::array();
    for (const Diagnostic& one : file.findings) list.push_back(finding_json(one, file.text, files, encoding_));
    Json params = {{"uri", file.uri}, {"diagnostics", std::move(list)}};
    if (open != nullptr && open->version.is_number()) params["version"] = open->version;
    messages.push_back(
        {{"jsonrpc", "2.0"}, {"method", "textDocument/publishDiagnostics"}, {"params", std::move(params)}});
  }
  return messages;
}

}  // namespace plumb::lsp
