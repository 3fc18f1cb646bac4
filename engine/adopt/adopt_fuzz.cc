// Arbitrary bytes as what a host tells of a survey: what is read is written as a project whose files stay in its
// folder.
#include <cstdint>
#include <cstdlib>

#include "engine/adopt/written_project.h"
#include "engine/testing/kinds.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plumb;
  static const Registry kinds = testing::made_up_kinds();
  Result<adopt::Told> told = adopt::read_survey({reinterpret_cast<const char*>(data), size}, kinds);
  if (!told) return 0;
  const adopt::WrittenProject project = adopt::write_project(*told, kinds, {"web1", "web1", Json::object()});
  for (const auto& [path, unused] : project.files) {
    if (path.starts_with('/') || ("/" + path + "/").find("/../") != std::string::npos) std::abort();
  }
  for (const adopt::Place& place : project.places) {
    if (adopt::things_at(project, *told, place.file, place.first_line, "").empty()) std::abort();
  }
  for (std::size_t i = 0; i < told->things.size(); ++i) adopt::refuse(*told, i, "it is refused");
  if (!adopt::write_project(*told, kinds, {"web1", "web1", Json::object()}).taken.empty()) std::abort();
  return 0;
}
