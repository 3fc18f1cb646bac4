#include <cerrno>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/digest.h"
#include "engine/base/platform.h"
#include "engine/exec/undo.h"

namespace plumb::exec {
namespace {

constexpr const char* kUndoFormat = "undo/v1";
constexpr const char* kWaiting = "undo.json";
constexpr const char* kUndoing = "undoing.json";
constexpr const char* kConfirmed = "undo.confirmed";
constexpr const char* kContents = "undo";
constexpr const char* kCopy = "new";  // in it
constexpr std::size_t kMaxList = std::size_t{64} << 20;

// Gives the digest of what was copied.
Result<std::string> copy_and_hash(int from, int to, const std::string& path) {
  constexpr std::size_t kCopyPiece = std::size_t{256} << 10;
  const auto piece = std::make_unique_for_overwrite<char[]>(kCopyPiece);
  Sha256 hash;
  while (true) {
    const ssize_t count = ::read(from, piece.get(), kCopyPiece);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return os_error("read", path);
    if (count == 0) return hash.finish();
    const std::string_view bytes(piece.get(), static_cast<std::size_t>(count));
    hash.add(bytes);
    PLUMB_TRY(write_all(to, bytes, "a copy of " + path));
  }
}

std::string file_name(const std::string& digest) {
  return digest.substr(digest.find(':') + 1);
}

Json steps_to_json(const std::vector<UndoStep>& steps) {
  Json list = Json::array();
  for (const UndoStep& step : steps) {
    Json operations = Json::array();
    for (const Operation& operation : step.operations) operations.push_back(to_json(operation));
    Json item = {{"address", step.address}, {"op", name(step.op)}};
    item["operations"] = std::move(operations);
    for (const Sealed& value : step.sealed) item["sealed"].push_back(value.encode());
    if (step.recorded) item["recorded"] = *step.recorded;
    if (!step.inodes.empty()) item["inodes"] = step.inodes;
    list.push_back(std::move(item));
  }
  return list;
}

bool steps_from_json(const Json& list, std::vector<UndoStep>& steps) {
  if (!list.is_array()) return false;
  for (const Json& item : list) {
    if (!item.is_object() || !item.value("address", Json()).is_string() || !item.value("op", Json()).is_string()) {
      return false;
    }
    UndoStep& step = steps.emplace_back();
    step.address = item["address"].get<std::string>();
    const std::optional<Op> op = op_from_name(item["op"].get<std::string>());
    const Json operations = item.value("operations", Json());
    if (!op || !operations.is_array()) return false;
    step.op = *op;
    for (const Json& one : operations) {
      Result<Operation> operation = operation_from_json(one);
      if (!operation) return false;
      step.operations.push_back(std::move(*operation));
    }
    for (const Json& one : item.value("sealed", Json::array())) {
      const auto value = one.is_string() ? Sealed::decode(one.get<std::string>()) : std::nullopt;
      if (!value) return false;
      step.sealed.insert(*value);
    }
    if (item.contains("recorded")) step.recorded = item["recorded"];
    const Json inodes = item.value("inodes", Json::object());
    if (!inodes.is_object()) return false;
    for (const auto& [path, inode] : inodes.items()) {
      if (!inode.is_number_integer()) return false;
      step.inodes[path] = inode.get<std::uint64_t>();
    }
  }
  return true;
}

}  // namespace

Json to_json(const UndoList& list) {
  Json json = {{"plumb", kUndoFormat},
               {"run", list.run},
               {"plan", list.plan},
               {"within", list.within},
               {"complete", list.complete}};
  json["steps"] = steps_to_json(list.steps);
  json["again"] = steps_to_json(list.again);
  return json;
}

std::optional<UndoList> undo_from_json(const Json& json) {
  if (!json.is_object() || json.value("plumb", Json()) != kUndoFormat) return std::nullopt;
  for (const char* text : {"run", "plan"}) {
    if (!json.value(text, Json()).is_string()) return std::nullopt;
  }
  if (!json.value("within", Json()).is_number_integer() || !json.value("complete", Json()).is_boolean()) {
    return std::nullopt;
  }
  UndoList list;
  list.run = json["run"].get<std::string>();
  list.plan = json["plan"].get<std::string>();
  list.within = json["within"].get<int>();
  list.complete = json["complete"].get<bool>();
  if (!steps_from_json(json.value("steps", Json()), list.steps)) return std::nullopt;
  if (!steps_from_json(json.value("again", Json()), list.again)) return std::nullopt;
  return list;
}

Result<> UndoFolder::save(const UndoList& list) const {
  PLUMB_TRY(folder_->make());
  return replace_file(folder_->files(), folder_->path() + "/" + kWaiting, canonical(to_json(list)));
}

Result<std::string> UndoFolder::keep(int file, const std::string& path) const {
  PLUMB_TRY(folder_->make());
  const std::string contents = folder_->path() + "/" + kContents;
  PLUMB_TRY(make_folders(folder_->files(), contents, 0700));
  const UniqueFd folder = folder_->files().open(contents, O_RDONLY | O_DIRECTORY);
  if (!folder) return os_error("open the folder", contents);
  const auto attempt = [&]() -> Result<std::string> {
    const UniqueFd copy(::openat(folder.get(), kCopy, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!copy) return os_error("create a file in", contents);
    PLUMB_TRY_ASSIGN(std::string digest, copy_and_hash(file, copy.get(), path));
    if (sync_file(copy.get()) != 0) return os_error("sync a copy of", path);
    if (::renameat(folder.get(), kCopy, folder.get(), file_name(digest).c_str()) != 0)
      return os_error("keep a copy of", path);
    if (sync_file(folder.get()) != 0) return os_error("sync the folder", contents);
    return digest;
  };
  Result<std::string> digest = attempt();
  if (!digest) ::unlinkat(folder.get(), kCopy, 0);
  return digest;
}

Result<> UndoFolder::bring(const std::string& digest, BlobStore& blobs) const {
  const std::string path = folder_->path() + "/" + kContents + "/" + file_name(digest);
  UniqueFd file = folder_->files().open(path, O_RDONLY | O_NOFOLLOW);
  if (!file) return os_error("read", path);
  return blobs.add_file(digest, std::move(file), path);
}

bool UndoFolder::has(const char* name) const {
  struct stat info {};
  return folder_->files().stat(folder_->path() + "/" + name, false, info) == 0;
}

bool UndoFolder::is_waiting() const {
  return has(kWaiting);
}

bool UndoFolder::is_being_undone() const {
  return has(kUndoing);
}

Result<std::optional<UndoList>> UndoFolder::read(const char* name) const {
  const std::string path = folder_->path() + "/" + name;
  const UniqueFd file = folder_->files().open(path, O_RDONLY);
  if (!file && errno == ENOENT) return std::optional<UndoList>();
  Result<std::string> text = file ? read_all(file.get(), kMaxList, path) : Result<std::string>(os_error("read", path));
  Result<Json> json = text ? parse_json(*text, Code::kDamagedRecord) : Result<Json>(std::move(text.error()));
  std::optional<UndoList> list = json ? undo_from_json(*json) : std::nullopt;
  if (list) return list;
  return fail(Code::kDamagedRecord,
              "the host cannot undo the changes of an earlier run that nobody confirmed: " + path + " cannot be read")
      .hint("what they replaced lies in " + folder_->path() + "/" + kContents +
            ": put back on the host what has to be, then remove " + path + " there");
}

std::optional<UndoList> UndoFolder::waiting() const {
  return read(kWaiting).value_or(std::nullopt);
}

Result<std::optional<UndoList>> UndoFolder::being_undone() const {
  return read(kUndoing);
}

bool UndoFolder::rename(const char* from, const char* to) const {
  const UniqueFd fd = folder_->files().open(folder_->path(), O_RDONLY | O_DIRECTORY);
  if (!fd || ::renameat(fd.get(), from, fd.get(), to) != 0) return false;
  sync_file(fd.get());
  return true;
}

bool UndoFolder::take() const {
  return rename(kWaiting, kUndoing);
}

bool UndoFolder::confirm() const {
  if (!rename(kWaiting, kConfirmed)) return false;
  clear();
  return true;
}

void UndoFolder::clear() const {
  remove_contents();
  const UniqueFd fd = folder_->files().open(folder_->path(), O_RDONLY | O_DIRECTORY);
  if (!fd) return;
  for (const char* name : {kUndoing, kConfirmed}) ::unlinkat(fd.get(), name, 0);
  sync_file(fd.get());
}

void UndoFolder::remove_contents() const {
  const std::string path = folder_->path() + "/" + kContents;
  UniqueFd fd = folder_->files().open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (!fd) return;
  const int contents = fd.get();
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(::fdopendir(fd.release()), ::closedir);
  while (const dirent* entry = entries ? ::readdir(entries.get()) : nullptr) {
    if (entry->d_name[0] != '.') ::unlinkat(contents, entry->d_name, 0);
  }
  if (const Result<Place> place = folder_->files().place(path)) {
    ::unlinkat(place->folder.get(), place->name.c_str(), AT_REMOVEDIR);
  }
}

}  // namespace plumb::exec
