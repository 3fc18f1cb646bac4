// The files of the shadow suite as rows of fields: passwd, shadow, group, gshadow, subuid, subgid; and login.defs.
//
// Rows keep their order, fields that are not understood keep their text, and lines that are no rows (comments, NIS
// marks) stay where they are.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace plumb {

using AccountRow = std::vector<std::string>;

// Places in the rows, as passwd(5), shadow(5), group(5) and gshadow(5) have them.
namespace passwd_field {
inline constexpr std::size_t kUid = 2, kGid = 3, kComment = 4, kHome = 5, kShell = 6, kCount = 7;
}
namespace shadow_field {
inline constexpr std::size_t kHash = 1, kLastChange = 2, kMinDays = 3, kMaxDays = 4, kWarnDays = 5, kInactiveDays = 6,
                             kExpires = 7, kCount = 9;
}
namespace group_field {
inline constexpr std::size_t kGid = 2, kMembers = 3, kCount = 4;
}

// One of these files.
class AccountTable {
 public:
  // There is no such file.
  AccountTable() = default;
  explicit AccountTable(std::string_view text);

  bool exists() const { return exists_; }
  bool changed() const { return changed_; }
  std::string text() const;

  // The row of this name; the caller says with touch() that it changes it.
  AccountRow* find(const std::string& name);
  void add(AccountRow row);
  void remove(const std::string& name);
  // One row in the place of all of this name, of which there is one.
  void replace(const std::string& name, AccountRow row);
  void touch() { changed_ = true; }
  void set_saved() { changed_ = false; }
  // Rows with at least `fields` fields.
  std::vector<AccountRow*> rows(std::size_t fields);
  // The numbers in a field of the rows that have so many.
  std::set<std::uint32_t> numbers(std::size_t field, std::size_t fields);

 private:
  bool exists_ = false;
  bool changed_ = false;
  std::vector<AccountRow> rows_;
};

struct AccountTables {
  AccountTable passwd, shadow, group, gshadow, subuid, subgid;
};

// /etc/login.defs: the first word of a line names, the second is the value.
class LoginDefinitions {
 public:
  LoginDefinitions() = default;
  explicit LoginDefinitions(std::string_view text);
  std::uint32_t number(const std::string& name, std::uint32_t otherwise) const;
  bool flag(const std::string& name, bool otherwise) const;
  // Octal.
  std::optional<std::uint32_t> mode(const std::string& name) const;
  // Of a home that is made.
  std::uint32_t mode_of_homes() const;

 private:
  std::map<std::string, std::string> values_;
};

// The shell of new accounts that /etc/default/useradd names.
std::string default_shell(std::string_view useradd);

std::vector<std::string> account_fields(std::string_view text, char mark);
// Decimal digits alone.
std::optional<std::uint32_t> account_number(std::string_view text);

}  // namespace plumb
