// Contents: the bytes behind the digests of a compiled project, and the secrets behind its keyed digests. What is large
// is never in memory: files of the project are read again when they are needed, and a large text that was rendered lies
// in a nameless temporary file; a sensitive one is in memory all the same, since it is written nowhere.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "engine/base/byte_sink.h"
#include "engine/base/digest_check.h"
#include "engine/base/files.h"
#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

namespace plumb::ir {

// The bytes of one content from its beginning, checked against its digest on the way.
class ContentReader {
 public:
  // `key`: of a keyed digest. A text outlives this.
  ContentReader(std::string digest, std::string_view key, std::string_view text);
  // `name` is what a user knows the file by.
  ContentReader(std::string digest, std::string_view key, std::unique_ptr<FileStream> stream, std::string name);
  // `size` of the file's bytes, from `offset` on.
  ContentReader(std::string digest, std::string_view key, UniqueFd file, std::string name, std::uint64_t offset,
                std::uint64_t size);

  // The next piece of at most so many bytes, valid until the next call; empty at the end. Errors: kFileUnreadable, and
  // kContentChanged at the end where all of it together is another content.
  Result<std::string_view> next(std::uint64_t most = std::numeric_limits<std::uint64_t>::max());

 private:
  Result<std::string_view> next_of_stream(std::uint64_t most);
  Result<std::string_view> next_of_file(std::uint64_t most);
  // Of a file; an empty one is the end.
  Result<std::string_view> checked(std::string_view piece);

  DigestCheck check_;
  std::string_view text_;
  std::unique_ptr<FileStream> stream_;
  UniqueFd file_;
  std::string name_;
  std::uint64_t at_ = 0;
  std::uint64_t left_ = 0;
  std::size_t room_ = 0;
  std::unique_ptr<char[]> piece_;
};

// All of a reader's bytes, a piece at a time.
Result<> read_all(ContentReader&& reader, const ByteSink& take);

struct ContentInfo {
  std::uint64_t size = 0;
  std::string source;  // the project's file that it comes from; "" for a text
};

// Added to by one thread, which also adds to those beside it; read by many at the same time.
class Contents {
 public:
  // Texts above it are not kept in memory.
  static constexpr std::size_t kLarge = std::size_t{1} << 20;

  // Sources are files of `project`. Where `stopped` is true, adding one ends with kInterrupted.
  explicit Contents(Folder project = std::filesystem::path(), std::function<bool()> stopped = {})
      : common_(std::make_shared<Common>(std::move(project), std::move(stopped))) {}
  // Further contents, for texts of templates of other hosts. What is the same on every host they have in common.
  std::shared_ptr<Contents> beside() const { return std::shared_ptr<Contents>(new Contents(common_)); }

  // Each returns the digest under which the content is known from then on. Texts of templates are one host's, and are
  // not had in common unless they are large; all else is often the same on every host, and is not much.
  std::string add_text(std::string text);
  Result<std::string> add_file(const std::string& source);
  std::string add_secret_text(const std::string& key, std::string text);
  Result<std::string> add_secret_file(const std::string& key, const std::string& source);
  std::string add_secret_value(const std::string& key, Json value);
  std::string add_template_text(std::string text);
  std::string add_secret_template_text(const std::string& key, std::string text);

  // Texts of templates that a plan holds: what is left is sensitive. Not while others read.
  void forget_planned_texts();

  bool holds(const std::string& digest) const;
  // Nothing where no content is known by it.
  std::optional<ContentInfo> info(const std::string& digest) const;
  // Errors: kSecretUnresolved where no content is known by the digest.
  Result<ContentReader> open(const std::string& digest) const;
  // All of a content that has at most `limit` bytes; a larger one is an error.
  Result<std::string> bytes(const std::string& digest, std::size_t limit = kLarge) const;
  // Of a secret attribute that is no content from a file; null where there is none.
  Json secret(const std::string& digest) const;

 private:
  // A large text in the file that holds all of them.
  struct Spooled {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
  };
  struct Entry {
    std::string text;
    std::string source;  // not "": the file has the bytes
    std::optional<Spooled> spooled;
    std::uint64_t size = 0;
    bool secret = false;
    std::string key;  // of a secret
    Json value;       // of a secret that is no text
  };
  using Entries = std::unordered_map<std::string, Entry>;  // looked into, never walked
  void add(Entries& to, const std::string& digest, Entry&& entry);
  struct Common {
    Common(Folder folder, std::function<bool()> stop) : project(std::move(folder)), stopped(std::move(stop)) {}

    Folder project;
    std::function<bool()> stopped;
    std::mutex mutex;
    Entries entries;  // guarded by it
    // For who adds.
    std::map<std::string, std::string> file_digests;
    std::map<std::string, std::string> secret_file_digests;
    UniqueFd spool;
    std::uint64_t spool_size = 0;
  };
  explicit Contents(std::shared_ptr<Common> common) : common_(std::move(common)) {}

  // With the mutex held. Only the source of an entry changes after it was added.
  const Entry* find(const std::string& digest) const;
  std::string add_plain(Entries& to, std::string&& text);
  std::optional<Spooled> spool(std::string_view text);
  Result<std::string> add_source(const std::string& source, const std::string* key);

  std::shared_ptr<Common> common_;
  Entries template_texts_;  // guarded by the mutex
};

}  // namespace plumb::ir
