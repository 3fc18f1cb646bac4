#include "testdata/meet/case.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "engine/base/shell_word.h"

namespace plumb::meet {
namespace {

std::string octal(mode_t mode) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%04o", static_cast<unsigned>(mode));
  return text.data();
}

std::string made(const Entry& entry) {
  const std::string path = shell_word("." + entry.path);
  switch (entry.type) {
    case EntryType::kDirectory:
      return "mkdir -p " + path;
    case EntryType::kLink:
      return "ln -s " + shell_word(entry.text) + " " + path;
    case EntryType::kFifo:
      return "mkfifo " + path;
    case EntryType::kName:
      return "ln " + shell_word("." + entry.text) + " " + path;
    case EntryType::kFile:
      break;
  }
  return "printf %s " + shell_word(entry.text) + " > " + path;
}

std::string rows(const char* file, const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += "echo " + shell_word(line) + " >> ./etc/" + file + "\n";
  return text;
}

std::string item_text(const Resource& resource, const std::string& indent, bool reversed) {
  std::string text = indent + "- " + resource.kind + ": " + Json(resource.name).dump() + "\n";
  std::vector<std::string> lines;
  for (const auto& [name, value] : resource.attributes.items())
    lines.push_back(indent + "  " + name + ": " + value.dump() + "\n");
  if (reversed) std::reverse(lines.begin(), lines.end());
  for (const std::string& line : lines) text += line;
  return text;
}

}  // namespace

std::string project_text(const Case& one, bool reversed) {
  std::string text = "plumb: v1\nproject: " + one.project + "\n";
  if (!one.readings.empty()) text += "readings:\n";
  for (const auto& [name, source] : one.readings) text += "  " + name + ": " + source.dump() + "\n";
  if (!one.moved.empty()) text += "moved:\n";
  for (const auto& [from, to] : one.moved)
    text += "  - {from: " + Json(from).dump() + ", to: " + Json(to).dump() + "}\n";
  text += "resources:\n";
  Part around = Part::kOfProject;
  for (const Resource& resource : one.resources) {
    // Without a block there is nothing that could fail.
    const bool apart = resource.part == Part::kOfRescue && around == Part::kOfProject;
    const Part part = apart ? Part::kOfProject : resource.part;
    if (part != around && part == Part::kOfBlock) text += "  - resources:\n";
    if (part != around && part == Part::kOfRescue) text += "    rescue:\n";
    around = part;
    text += item_text(resource, part == Part::kOfProject ? "  " : "      ", reversed);
  }
  return text;
}

std::string start_text(const Start& start) {
  std::string text;
  for (const Entry& entry : start.entries) {
    text += made(entry);
    const std::string path = shell_word("." + entry.path);
    if (entry.type == EntryType::kName) {
      text += "\n";
      continue;
    }
    if (entry.type != EntryType::kLink) text += " && chmod " + octal(entry.mode) + " " + path;
    if (entry.access_list) text += " && setfacl -m u:4242:r " + path;
    if (entry.uid != 0 || entry.gid != 0)
      text += " && chown -h " + std::to_string(entry.uid) + ":" + std::to_string(entry.gid) + " " + path;
    text += "\n";
  }
  for (const std::string& package : start.packages) text += "# installed: " + package + "\n";
  return text + rows("passwd", start.passwd) + rows("shadow", start.shadow) + rows("group", start.group) +
         rows("gshadow", start.gshadow);
}

}  // namespace plumb::meet
