// The files of the shadow suite as rows of fields: passwd, shadow, group, gshadow, subuid, subgid.
//
// Rows keep their order, fields that are not understood keep their text, and lines that are no rows (comments, NIS
// marks) stay where they are. A file is replaced atomically with the owner, mode and labels of the old one.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/exec/root_files.h"

namespace plumb::exec {

using Row = std::vector<std::string>;

class AccountFile {
 public:
  // A missing file is an empty one.
  static Result<AccountFile> read(const RootFiles& files, const std::string& path);

  bool exists() const { return exists_; }
  // The row of this name; the caller says with touch() that it changes it.
  Row* find(const std::string& name);
  void add(Row row);
  void remove(const std::string& name);
  // One row in the place of all of this name, of which there is one.
  void replace(const std::string& name, Row row);
  void touch() { changed_ = true; }
  // Rows with at least `fields` fields.
  std::vector<Row*> rows(std::size_t fields);

  // Does nothing where nothing changed. A new file gets `mode` and `group`.
  Result<> save(const RootFiles& files, mode_t mode = 0644, gid_t group = 0);

 private:
  std::string path_;
  bool exists_ = false;
  bool changed_ = false;
  std::vector<Row> rows_;
};

// /etc/.pwd.lock as lckpwdf(3) takes it, so that useradd, passwd and the like wait for us and we for them.
class AccountLock {
 public:
  // Waits up to 15 seconds, then names the process that holds it.
  static Result<AccountLock> take(const RootFiles& files);

 private:
  UniqueFd file_;
};

// /etc/login.defs: the first word of a line names, the second is the value.
class LoginDefinitions {
 public:
  explicit LoginDefinitions(const RootFiles& files);
  std::uint32_t number(const std::string& name, std::uint32_t otherwise) const;
  bool flag(const std::string& name, bool otherwise) const;
  // Octal.
  std::optional<mode_t> mode(const std::string& name) const;

 private:
  std::map<std::string, std::string> values_;
};

}  // namespace plumb::exec
