// What libfyaml, which reads YAML as the standard has it, makes of a text.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <libfyaml.h>

#include "engine/lang/testing/yaml_notation.h"

namespace plumb::lang {

// A null token is an empty value. Of a block text that holds nothing libfyaml makes a NUL. Its other ways to a value
// (fy_token_get_text() and the like) write past what they measured.
inline void write_token(fy_token* token, bool key, std::string& out) {
  static constexpr char kStyles[] = {':', '\'', '"', '|', '>'};
  if (token == nullptr) return write_scalar("", key ? '?' : ':', out);
  const fy_scalar_style style = fy_token_scalar_style(token);
  std::string text;
  const std::unique_ptr<fy_token_iter, void (*)(fy_token_iter*)> reader(fy_token_iter_create(token),
                                                                        fy_token_iter_destroy);
  int error = 0;
  for (const fy_iter_chunk* chunk = fy_token_iter_chunk_next(reader.get(), nullptr, &error); chunk != nullptr;
       chunk = fy_token_iter_chunk_next(reader.get(), chunk, &error)) {
    text.append(chunk->str, chunk->len);
  }
  write_scalar(text, key ? '?' : kStyles[style], out);
}

// In the notation of write_events(); nothing where it is refused. More than one document is refused too.
inline std::optional<std::string> standard_events(std::string_view text) {
  const std::unique_ptr<fy_diag, void (*)(fy_diag*)> diagnostics(
      [] {
        fy_diag_cfg config;
        fy_diag_cfg_default(&config);
        fy_diag* diag = fy_diag_create(&config);
        fy_diag_set_collect_errors(diag, true);
        return diag;
      }(),
      fy_diag_destroy);
  fy_parse_cfg config{};
  config.diag = diagnostics.get();
  const std::unique_ptr<fy_parser, void (*)(fy_parser*)> parser(fy_parser_create(&config), fy_parser_destroy);
  if (fy_parser_set_string(parser.get(), text.data(), text.size()) != 0) return std::nullopt;
  std::string out;
  struct Open {
    bool map = false;
    bool flow = false;
    bool key_next = false;
  };
  std::vector<Open> open;
  int documents = 0;
  bool ended = false;
  for (fy_event* event; (event = fy_parser_parse(parser.get())) != nullptr; fy_parser_event_free(parser.get(), event)) {
    // Of a map of one entry that stands in a list without brackets of its own there is no mark.
    const auto bracket = [&](fy_token* token) {
      const fy_mark* mark = token != nullptr ? fy_token_start_mark(token) : nullptr;
      if (!open.empty() && open.back().flow) return true;
      if (mark == nullptr || mark->input_pos >= text.size()) return false;
      return text[mark->input_pos] == '[' || text[mark->input_pos] == '{';
    };
    switch (event->type) {
      case FYET_DOCUMENT_START:
        ++documents;
        continue;
      case FYET_STREAM_END:
        ended = true;
        continue;
      case FYET_SEQUENCE_END:
      case FYET_MAPPING_END:
        out += event->type == FYET_SEQUENCE_END ? "-SEQ\n" : "-MAP\n";
        open.pop_back();
        break;
      case FYET_SEQUENCE_START:
        open.push_back({false, bracket(event->sequence_start.sequence_start), false});
        out += open.back().flow ? "+SEQ []\n" : "+SEQ\n";
        continue;
      case FYET_MAPPING_START:
        open.push_back({true, bracket(event->mapping_start.mapping_start), true});
        out += open.back().flow ? "+MAP {}\n" : "+MAP\n";
        continue;
      case FYET_SCALAR:
        write_token(event->scalar.value, !open.empty() && open.back().key_next, out);
        break;
      default:
        continue;
    }
    if (!open.empty() && open.back().map) open.back().key_next = !open.back().key_next;
  }
  if (!ended || documents > 1) return std::nullopt;
  return out;
}

}  // namespace plumb::lang
