// What the server answers about a document.
#include <algorithm>
#include <tuple>
#include <utility>

#include "engine/base/joined.h"
#include "engine/lang/format.h"
#include "engine/lsp/completion.h"
#include "engine/lsp/finding.h"
#include "engine/lsp/hover.h"
#include "engine/lsp/server.h"

namespace plumb::lsp {
namespace {

constexpr int kRequestFailed = -32803;

Json markdown(const std::string& text) {
  return {{"kind", "markdown"}, {"value", text}};
}

Json edit(const Range& range, const std::string& text) {
  return {{"range", to_json(range)}, {"newText", text}};
}

Position position_in(const Json& params) {
  return position_of(params.is_object() ? params.value("position", Json()) : Json());
}

bool touches(const SourceSpan& span, int line, int column) {
  const auto at = std::tuple(line, column);
  return std::tuple(span.line, span.column) <= at && at <= std::tuple(span.end_line, span.end_column);
}

}  // namespace

Server::Answer Server::complete(const Document& document, const Json& params) {
  const std::shared_ptr<const Look> look = session_.names(document);
  const std::size_t offset = document.text.offset(position_in(params), encoding_);
  const Completion found = lsp::complete(kinds_of(look), look.get(), document.name, document.text, offset);
  const Range range = document.text.range(found.begin, offset, encoding_);
  Json items = Json::array();
  for (const Candidate& one : found.candidates) {
    Json item = {{"label", one.label},
                 {"kind", static_cast<int>(one.kind)},
                 {"sortText", std::to_string(one.rank) + one.label},
                 {"insertTextMode", 1},  // as it is: its lines are indented already
                 {"textEdit", edit(range, one.insert.empty() ? one.label : one.insert)}};
    if (!one.detail.empty()) item["detail"] = one.detail;
    if (!one.description.empty()) item["documentation"] = markdown(one.description);
    items.push_back(std::move(item));
  }
  return Json{{"isIncomplete", false}, {"items", std::move(items)}};
}

Server::Answer Server::hover(const Document& document, const Json& params) {
  const auto [line, column] = document.text.place(document.text.offset(position_in(params), encoding_));
  const std::shared_ptr<const Look> look = session_.names(document);
  std::string text = lsp::hover(kinds_of(look), look.get(), document.name, document.text, line, column).value_or("");
  const std::shared_ptr<const Look> current = session_.current(document);
  if (current != nullptr) {
    std::set<Code> told;
    for (const Diagnostic& one : current->findings()) {
      if (!one.span || one.span->file != document.name || !touches(*one.span, line, column)) continue;
      if (told.insert(one.code).second) append_item(text, explained(one.code), "\n\n---\n\n");
    }
  }
  if (text.empty()) return Json();
  return Json{{"contents", markdown(text)}};
}

std::optional<Name> Server::name_at(const Document& document, const Json& params) {
  const std::shared_ptr<const NameIndex> index = session_.index(document);
  if (index == nullptr) return std::nullopt;
  const auto [line, column] = document.text.place(document.text.offset(position_in(params), encoding_));
  return index->at(document.name, line, column);
}

Json Server::location(const Document& document, const NameIndex& index, const SourceSpan& span) const {
  const std::filesystem::path path = (document.root.folder / span.file).lexically_normal();
  return {{"uri", session_.uri_of(path)}, {"range", to_json(index.text(span.file).range(span, encoding_))}};
}

Server::Answer Server::definition(const Document& document, const Json& params) {
  Json list = Json::array();
  if (const std::optional<Name> found = name_at(document, params)) {
    const std::shared_ptr<const NameIndex> index = session_.index(document);
    for (const Mention& one : index->mentions(*found)) {
      if (one.declares) list.push_back(location(document, *index, one.span));
    }
  }
  return list;
}

Server::Answer Server::references(const Document& document, const Json& params) {
  Json list = Json::array();
  if (const std::optional<Name> found = name_at(document, params)) {
    const Json context = params.value("context", Json::object());
    const bool with_declarations = !context.is_object() || context.value("includeDeclaration", true);
    const std::shared_ptr<const NameIndex> index = session_.index(document);
    for (const Mention& one : index->mentions(*found)) {
      if (with_declarations || !one.declares) list.push_back(location(document, *index, one.span));
    }
  }
  return list;
}

// What has no name of its own, as a file has its path, is not renamed by its address.
Server::Answer Server::prepare_rename(const Document& document, const Json& params) {
  const std::optional<Name> found = name_at(document, params);
  if (!found) return Json();
  const std::shared_ptr<const NameIndex> index = session_.index(document);
  const auto [line, column] = document.text.place(document.text.offset(position_in(params), encoding_));
  const std::vector<Mention> mentions = index->mentions(*found);
  const bool renames = std::all_of(mentions.begin(), mentions.end(), [](const Mention& one) { return one.renames; });
  const bool declared = std::any_of(mentions.begin(), mentions.end(), [](const Mention& one) { return one.declares; });
  if (!renames || !declared) return Json();
  for (const Mention& one : mentions) {
    if (one.span.file == document.name && touches(one.span, line, column))
      return to_json(document.text.range(one.span, encoding_));
  }
  return Json();
}

Server::Answer Server::rename(const Document& document, const Json& params) {
  const auto refused = [](std::string text) { return tl::make_unexpected(Fault{kRequestFailed, std::move(text)}); };
  const Answer place = prepare_rename(document, params);
  if (!place || place->is_null()) return refused("there is nothing here that can be renamed");
  const Name found = *name_at(document, params);
  const std::string wanted = params.value("newName", std::string());
  if (const std::optional<std::string> why = why_no_name(found, wanted)) return refused(*why);
  const std::shared_ptr<const NameIndex> index = session_.index(document);
  const std::vector<std::string> taken = index->declared(found.kind, found.module);
  const std::string own =
      found.kind == NameKind::kResource ? found.name.substr(0, found.name.find(':') + 1) + wanted : wanted;
  if (std::find(taken.begin(), taken.end(), own) != taken.end()) return refused("`" + wanted + "` is declared already");
  Json changes = Json::object();
  for (const Mention& one : index->mentions(found)) {
    const Json at = location(document, *index, one.span);
    changes[at["uri"].get<std::string>()].push_back({{"range", at["range"]}, {"newText", wanted}});
  }
  return Json{{"changes", std::move(changes)}};
}

Server::Answer Server::actions(const Document& document, const Json& params) {
  Json list = Json::array();
  const std::shared_ptr<const Look> look = session_.current(document);
  if (look == nullptr) return list;
  const Range asked = range_of(params.value("range", Json()));
  const std::size_t begin = document.text.offset(asked.begin, encoding_);
  const std::size_t end = document.text.offset(asked.end, encoding_);
  std::set<std::tuple<std::size_t, std::size_t, std::string>> given;
  for (const Diagnostic& one : look->findings()) {
    if (!one.span || one.span->file != document.name) continue;
    const std::size_t from = document.text.offset(one.span->line, one.span->column);
    const std::size_t to = document.text.offset(one.span->end_line, one.span->end_column);
    if (to < begin || from > end) continue;
    const std::optional<Fix> fix = fix_of(one, document.text);
    if (!fix || !given.emplace(fix->begin, fix->end, fix->replacement).second) continue;
    const Range range = document.text.range(fix->begin, fix->end, encoding_);
    list.push_back(
        {{"title", fix->title},
         {"kind", "quickfix"},
         {"isPreferred", true},
         {"diagnostics",
          {finding_json(one, document.text,
                        {[](const std::string&) { return Text(); }, [](const std::string&) { return std::string(); }},
                        encoding_)}},
         {"edit", {{"changes", {{document.uri, {edit(range, fix->replacement)}}}}}}});
  }
  return list;
}

Server::Answer Server::format(const Document& document) const {
  Diagnostics told_elsewhere;
  const std::string& text = document.text.str();
  const bool yaml = document.path.extension() == ".yaml" || document.path.extension() == ".yml";
  const std::optional<std::string> formatted =
      yaml ? lang::format_yaml(document.name, text, told_elsewhere) : std::nullopt;
  if (!formatted) return Json();
  if (*formatted == text) return Json::array();
  return Json{edit(document.text.range(0, text.size(), encoding_), *formatted)};
}

Server::Answer Server::lenses(const Document& document) {
  Json list = Json::array();
  const std::shared_ptr<const PlanPreview> preview = session_.preview(document, snapshot_);
  if (preview == nullptr) return list;
  const auto add = [&](std::size_t line, const std::string& title) {
    const Position start{line, 0};
    list.push_back({{"range", to_json(Range{start, start})}, {"command", {{"title", title}, {"command", ""}}}});
  };
  const std::string main = document.root.kind == RootKind::kProject ? "plumb.yaml" : "";
  if (document.name == main) add(0, preview->summary);
  for (const auto& [place, text] : preview->lines) {
    if (place.first == document.name) add(static_cast<std::size_t>(std::max(place.second, 1) - 1), text);
  }
  return list;
}

}  // namespace plumb::lsp
