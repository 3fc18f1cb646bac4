// Arbitrary bytes as what systemd tells of units, and as their files. The first byte chooses.
#include <cstdint>
#include <string>
#include <string_view>

#include "providers/sdk/fake_system.h"
#include "providers/service/systemd/units.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plumb::providers::service::systemd;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  static plumb::FakeSystem host;
  if (data[0] % 2 == 0) {
    const std::string units[] = {"a.service", "b@x.timer"};
    (void)parse_show(text, units, host_place(), host);
  } else {
    const UnitFile file = parse_unit_file(text);
    (void)links_asked_for({&file, 1}, "a.service");
    (void)links_asked_for({&file, 1}, "b@x.timer");
    (void)ends_by_itself(file);
    (void)names_in_files(full_name(text.substr(0, 64)));
  }
  return 0;
}
