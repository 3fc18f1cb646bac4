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

constexpr const char* kFormat = "undo/v1";
constexpr const char* kWaiting = "undo.json";
constexpr const char* kUndoing = "undoing.json";
constexpr const char* kConfirmed = "undo.confirmed";
constexpr const char* kContents = "undo";
constexpr std::size_t kMaxList = std::size_t{64} << 20;

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
  }
  return true;
}

}  // namespace

Json to_json(const UndoList& list) {
  Json json = {
      {"plumb", kFormat}, {"run", list.run}, {"plan", list.plan}, {"within", list.within}, {"complete", list.complete}};
  json["steps"] = steps_to_json(list.steps);
  json["again"] = steps_to_json(list.again);
  return json;
}

std::optional<UndoList> undo_from_json(const Json& json) {
  if (!json.is_object() || json.value("plumb", Json()) != kFormat) return std::nullopt;
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

Result<std::string> UndoFolder::keep(std::string_view bytes) const {
  PLUMB_TRY(folder_->make());
  const std::string contents = folder_->path() + "/" + kContents;
  PLUMB_TRY(make_folders(folder_->files(), contents, 0700));
  std::string name = digest(bytes);
  PLUMB_TRY(replace_file(folder_->files(), contents + "/" + file_name(name), bytes));
  return name;
}

Result<std::string> UndoFolder::kept(const std::string& digest) const {
  const std::string path = folder_->path() + "/" + kContents + "/" + file_name(digest);
  const UniqueFd fd = folder_->files().open(path, O_RDONLY | O_NOFOLLOW);
  if (!fd) return os_error("read", path);
  return read_all(fd.get(), kMaxList, path);
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

std::optional<UndoList> UndoFolder::read(const char* name) const {
  const std::string text = read_small(folder_->files(), folder_->path() + "/" + name, kMaxList);
  if (text.empty()) return std::nullopt;
  Result<Json> json = parse_json(text, Code::kDamagedRecord);
  return json ? undo_from_json(*json) : std::nullopt;
}

std::optional<UndoList> UndoFolder::waiting() const {
  return read(kWaiting);
}

std::optional<UndoList> UndoFolder::being_undone() const {
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
