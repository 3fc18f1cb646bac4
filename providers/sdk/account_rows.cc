#include "providers/sdk/account_rows.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <iterator>

namespace plumb {
namespace {

bool is_account(const AccountRow& row) {
  return row.size() > 1 && !row[0].empty() && row[0][0] != '#' && row[0][0] != '+' && row[0][0] != '-';
}

}  // namespace

AccountTable::AccountTable(std::string_view text) : exists_(true) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.empty()) return;
  for (const std::string& line : account_fields(text, '\n')) rows_.push_back(account_fields(line, ':'));
}

std::string AccountTable::text() const {
  std::string text;
  for (const AccountRow& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) text += (i == 0 ? "" : ":") + row[i];
    text += '\n';
  }
  return text;
}

AccountRow* AccountTable::find(const std::string& name) {
  for (AccountRow& row : rows_) {
    if (is_account(row) && row[0] == name) return &row;
  }
  return nullptr;
}

void AccountTable::add(AccountRow row) {
  // What follows a NIS mark would be shadowed by it.
  const auto mark =
      std::find_if(rows_.begin(), rows_.end(), [](const AccountRow& one) { return one[0].starts_with('+'); });
  rows_.insert(mark, std::move(row));
  changed_ = true;
}

void AccountTable::remove(const std::string& name) {
  const auto is_one = [&name](const AccountRow& row) { return is_account(row) && row[0] == name; };
  changed_ = std::erase_if(rows_, is_one) > 0 || changed_;
}

void AccountTable::replace(const std::string& name, AccountRow row) {
  const auto is_one = [&name](const AccountRow& one) { return is_account(one) && one[0] == name; };
  const auto first = std::find_if(rows_.begin(), rows_.end(), is_one);
  rows_.erase(std::remove_if(std::next(first), rows_.end(), is_one), rows_.end());
  *first = std::move(row);
  changed_ = true;
}

std::vector<AccountRow*> AccountTable::rows(std::size_t fields) {
  std::vector<AccountRow*> out;
  for (AccountRow& row : rows_) {
    if (is_account(row) && row.size() >= fields) out.push_back(&row);
  }
  return out;
}

std::set<std::uint32_t> AccountTable::numbers(std::size_t field, std::size_t fields) {
  std::set<std::uint32_t> out;
  for (const AccountRow* row : rows(fields)) {
    if (const auto number = account_number((*row)[field])) out.insert(*number);
  }
  return out;
}

LoginDefinitions::LoginDefinitions(std::string_view text) {
  for (const std::string& line : account_fields(text, '\n')) {
    constexpr const char* kBlank = " \t\r";
    const std::size_t name = line.find_first_not_of(kBlank);
    if (name == std::string::npos || line[name] == '#') continue;
    const std::size_t name_end = std::min(line.find_first_of(kBlank, name), line.size());
    const std::size_t value = line.find_first_not_of(kBlank, name_end);
    if (value == std::string::npos) continue;
    values_[line.substr(name, name_end - name)] = line.substr(value, line.find_first_of(kBlank, value) - value);
  }
}

std::uint32_t LoginDefinitions::number(const std::string& name, std::uint32_t otherwise) const {
  const auto found = values_.find(name);
  return found == values_.end() ? otherwise : account_number(found->second).value_or(otherwise);
}

bool LoginDefinitions::flag(const std::string& name, bool otherwise) const {
  const auto found = values_.find(name);
  return found == values_.end() ? otherwise : found->second == "yes";
}

std::optional<std::uint32_t> LoginDefinitions::mode(const std::string& name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return std::nullopt;
  char* end = nullptr;
  const unsigned long value = std::strtoul(found->second.c_str(), &end, 8);
  if (*end != '\0' || value > 07777) return std::nullopt;
  return static_cast<std::uint32_t>(value);
}

std::uint32_t LoginDefinitions::mode_of_homes() const {
  return mode("HOME_MODE").value_or(0777U & ~mode("UMASK").value_or(022));
}

std::string default_shell(std::string_view useradd) {
  for (const std::string& line : account_fields(useradd, '\n')) {
    if (line.starts_with("SHELL=") && line.size() > 6) return line.substr(6);
  }
  return "/bin/sh";
}

std::vector<std::string> account_fields(std::string_view text, char mark) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t end = text.find(mark);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::optional<std::uint32_t> account_number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

}  // namespace plumb
