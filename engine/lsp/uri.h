// How editors name files: file:///home/me/a%20b.yaml.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace plumb::lsp {

std::string uri_of(const std::filesystem::path& path);
// Nothing where it names no file of this machine.
std::optional<std::filesystem::path> path_of(std::string_view uri);

}  // namespace plumb::lsp
