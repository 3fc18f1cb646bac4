#include "engine/exec/kept_answers.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <vector>

#include <sys/mman.h>
#include <sys/stat.h>

#include "engine/base/digest.h"
#include "engine/exec/local_system.h"
#include "engine/exec/system/attributes.h"

namespace plumb::exec {
namespace {

constexpr std::size_t kMemory = std::size_t{4} << 20;
constexpr std::size_t kMostFiles = 4096;
constexpr int kDeepest = 3;

struct Entry {
  std::array<char, 80> key{};
  std::int32_t exit_code = 0;
  std::uint32_t output = 0;  // bytes, which follow
  std::uint32_t errors = 0;  // bytes, which follow them
};

// A line for each file and folder. A change of any kind changes the time of its change, which nobody can set.
bool describe(LocalSystem& system, const std::string& path, int depth, std::size_t& count, std::string& text) {
  if (++count > kMostFiles || depth > kDeepest) return false;
  struct stat info {};
  if (system.files().stat(path, true, info) != 0) {
    text += path + " -\n";
    return true;
  }
  text += path + ' ' + std::to_string(info.st_ino) + ' ' + std::to_string(info.st_size) + ' ' +
          std::to_string(changed_at(info)) + '\n';
  if (!S_ISDIR(info.st_mode)) return true;
  const Result<std::vector<std::string>> names = system.list(path);
  return names && std::all_of(names->begin(), names->end(), [&](const std::string& name) {
           return describe(system, path + '/' + name, depth + 1, count, text);
         });
}

}  // namespace

struct KeptAnswers::Memory {
  std::size_t used = 0;
  std::array<char, kMemory> bytes;
};

void KeptAnswers::Unmap::operator()(Memory* memory) const {
  ::munmap(memory, sizeof(Memory));
}

KeptAnswers::KeptAnswers() {
  void* pages = ::mmap(nullptr, sizeof(Memory), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  // The pages are zero, as a new Memory is; to make one would touch all of them.
  if (pages != MAP_FAILED) memory_.reset(static_cast<Memory*>(pages));
}

std::optional<std::string> KeptAnswers::key_of(LocalSystem& system, const ProcessRequest& request) {
  if (request.decided_by.empty() || !request.stdin_text.empty() || !request.user.empty()) return std::nullopt;
  std::string text;
  std::size_t count = 0;
  for (const std::string& path : request.decided_by) {
    if (!describe(system, path, 0, count, text)) return std::nullopt;
  }
  for (const std::string& word : request.argv) text += word + '\0';
  for (const auto& [name, value] : request.env) text += name + '=' + value + '\0';
  return digest(text);
}

std::optional<ProcessResult> KeptAnswers::find(const std::string& key) const {
  if (!memory_) return std::nullopt;
  for (std::size_t at = 0; at + sizeof(Entry) <= memory_->used;) {
    Entry entry;
    std::memcpy(&entry, memory_->bytes.data() + at, sizeof entry);
    at += sizeof entry;
    const char* answer = memory_->bytes.data() + at;
    at += std::size_t{entry.output} + entry.errors;
    if (at > memory_->used) break;
    if (key != entry.key.data()) continue;
    return ProcessResult{entry.exit_code, std::string(answer, entry.output),
                         std::string(answer + entry.output, entry.errors), false};
  }
  return std::nullopt;
}

void KeptAnswers::keep(const std::string& key, const ProcessResult& result) {
  Entry entry;
  const std::size_t size = sizeof entry + result.output.size() + result.errors.size();
  if (!memory_ || result.timed_out || key.size() >= entry.key.size() || size > kMemory - memory_->used) return;
  std::copy(key.begin(), key.end(), entry.key.begin());
  entry.exit_code = result.exit_code;
  entry.output = static_cast<std::uint32_t>(result.output.size());
  entry.errors = static_cast<std::uint32_t>(result.errors.size());
  char* place = memory_->bytes.data() + memory_->used;
  std::memcpy(place, &entry, sizeof entry);
  place = std::copy(result.output.begin(), result.output.end(), place + sizeof entry);
  std::copy(result.errors.begin(), result.errors.end(), place);
  memory_->used += size;
}

}  // namespace plumb::exec
