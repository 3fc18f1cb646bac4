// Arbitrary bytes as what firewalls print and keep. The first byte chooses.
#include <cstdint>
#include <string_view>

#include "providers/firewall/firewalld/zones.h"
#include "providers/firewall/nftables/texts.h"
#include "providers/firewall/ufw/rows.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plumb::providers::firewall;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      for (const ufw::Row& row : ufw::rows_in(text)) {
        (void)row.matched();
        (void)ufw::rule_words(ufw::with_comment(row.text(), row.comment), true);
        (void)ufw::rule_of_row(row);
        (void)ufw::is_named(row, "ssh");
      }
      break;
    case 1:
      for (const std::string& rule : firewalld::zone_in(text).rules) (void)firewalld::rule_of_text(rule);
      (void)firewalld::named_in(text, "ssh");
      break;
    case 2:
      (void)nftables::rules_in(text);
      (void)nftables::policies_in(text);
      (void)nftables::listed_in(text).has_rule_of("ssh");
      break;
    default:
      if (const auto address = usual_address(text)) {
        if (usual_address(*address) != address) __builtin_trap();
        (void)is_ipv6(*address);
        (void)lies_in(*address, {"10.0.0.0/8", "fe80::/10"});
      }
      (void)ports_in(text);
      (void)ports_of_service(text);
  }
  return 0;
}
