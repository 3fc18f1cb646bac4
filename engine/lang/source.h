// The texts that configuration was read from, so that a diagnostic can show the line it speaks of.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/diagnostic.h"

namespace plumb::lang {

class SourceMap {
 public:
  // `file` as in the spans that refer to it. Adding a file again replaces it.
  void add(std::string file, std::string text);
  // Takes all that is in the other.
  void extend(SourceMap other);
  // Lines that this span touches hold a sensitive value and are never shown.
  void hide(const SourceSpan& span);
  // None of its lines is shown.
  void hide_file(const std::string& file);

  bool has(const std::string& file) const { return files_.contains(file); }
  // A line without its line break, 1-based; nothing where the file or the line is not there.
  std::optional<std::string_view> line(const std::string& file, int number) const;
  bool hidden(const std::string& file, int number) const;
  // The whole text; empty where the file is not there.
  std::string_view text(const std::string& file) const;

 private:
  struct File {
    std::string text;
    std::vector<std::size_t> starts;
  };
  std::map<std::string, File> files_;
  std::vector<SourceSpan> hidden_;
};

}  // namespace plumb::lang
