// Arbitrary bytes as ssh's own files and answers. The first byte chooses.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "engine/host/ssh/config_files.h"
#include "engine/host/ssh/known_hosts.h"
#include "engine/host/ssh/settings.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plumb::host::ssh;
  if (size == 0 || size > (std::size_t{16} << 10)) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  Query query;
  query.host = "web1";
  const Self self{"ada", "/home/ada", ""};
  switch (data[0] % 4) {
    case 0: {
      int included = 0;
      (void)scan_config(text, "web1", [&](std::string_view) {
        return ++included < 8 ? std::vector<std::string>{std::string(text)} : std::vector<std::string>();
      });
      break;
    }
    case 1:
      (void)parse_effective(text, query, self);
      break;
    case 2: {
      const KnownHostsFiles files = {std::make_shared<KnownHostsFile>("known_hosts", std::string(text))};
      // No key of this form is known to anybody.
      if (check_host_key(files, "web1", 22, "ssh-ed25519", "\x01").verdict == HostKeyVerdict::kKnown) std::abort();
      (void)known_key_types(files, "web1", 2222);
      (void)known_by_authority_alone(files, "web1", 22);
      break;
    }
    default: {
      const std::size_t middle = text.size() / 2;
      (void)pattern_list_match(text.substr(0, middle), ',', text.substr(middle));
    }
  }
  return 0;
}
