#include "engine/exec/interpreter/kernel.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/random.h"
#include "engine/exec/interpreter/programs.h"
#include "engine/exec/interpreter/tree_operations.h"
#include "engine/exec/system/disk.h"
#include "providers/sdk/kernel_files.h"

namespace plumb::exec {
namespace {

constexpr int kProgramSeconds = 300;

Result<> check_runs(LocalSystem& system, const std::string& what) {
  if (!system.is_image()) return {};
  return fail(Code::kOperation, "cannot " + what + ": no kernel of an image runs");
}

Result<> run_program(LocalSystem& system, std::vector<std::string> words, std::string& output) {
  Run run;
  run.argv = std::move(words);
  run.timeout_seconds = kProgramSeconds;
  return run_operation(system, run, output);
}

Error unknown_verb(const std::string& operation, const std::string& verb) {
  return fail(Code::kProtocol, "`" + verb + "` is no verb of " + operation);
}

// All of it on the disk, since the kernel takes no holes.
Result<> fill(int file, std::size_t mebibytes, const std::string& path) {
  const auto size = static_cast<off_t>(std::uint64_t{mebibytes} << 20U);
  if (::posix_fallocate(file, 0, size) == 0) return {};
  const std::vector<char> zeros(std::size_t{1} << 20U);
  for (std::size_t i = 0; i < mebibytes; ++i) {
    for (std::size_t done = 0; done < zeros.size();) {
      const ssize_t written = ::write(file, zeros.data() + done, zeros.size() - done);
      if (written < 0 && errno != EINTR) return os_error("write", path);
      done += written > 0 ? static_cast<std::size_t>(written) : 0;
    }
  }
  return {};
}

// What the kernel knows swap space by, in its first page (union swap_header in linux/swap.h). Written here, since
// mkswap(8) goes by a name, where another file may lie by then.
Result<> sign(int file, std::uint64_t mebibytes, const std::string& path) {
  constexpr std::size_t kHeader = 1024;  // a boot loader's, before it
  constexpr std::string_view kMagic = "SWAPSPACE2";
  constexpr std::uint32_t kVersion = 1;
  constexpr std::uint32_t kBadPages = 0;
  const auto page_size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const auto last_page = static_cast<std::uint32_t>((mebibytes << 20U) / page_size - 1);
  const std::array<std::uint32_t, 3> numbers = {kVersion, last_page, kBadPages};
  std::string uuid = random_bytes(16);  // RFC 4122, version 4
  uuid[6] = static_cast<char>((uuid[6] & 0x0f) | 0x40);
  uuid[8] = static_cast<char>((uuid[8] & 0x3f) | 0x80);
  std::string page(page_size, '\0');
  std::memcpy(page.data() + kHeader, numbers.data(), sizeof numbers);
  page.replace(kHeader + sizeof numbers, uuid.size(), uuid);
  page.replace(page_size - kMagic.size(), kMagic.size(), kMagic);
  const ssize_t written = ::pwrite(file, page.data(), page.size(), 0);
  return written == static_cast<ssize_t>(page.size()) ? Result<>() : os_error("write", path);
}

Result<> make_swap(LocalSystem& system, const std::string& temporary, const ChangeSwap& operation,
                   FolderSync& folders) {
  if (operation.mebibytes <= 0) return fail(Code::kProtocol, "a swap file has a size");
  PLUMB_TRY_ASSIGN(const Place place, system.files().place(operation.device));
  const UniqueFd file(::openat(place.folder.get(), temporary.c_str(),
                               O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!file) return os_error("create", operation.device);
  Result<> made = fill(file.get(), static_cast<std::size_t>(operation.mebibytes), operation.device);
  if (made) made = sign(file.get(), static_cast<std::uint64_t>(operation.mebibytes), operation.device);
  if (made && ::fsync(file.get()) != 0) made = os_error("write", operation.device);
  if (made && rename_new(place.folder.get(), temporary.c_str(), place.name.c_str()) != 0)
    made = os_error("create", operation.device);
  if (!made) (void)::unlinkat(place.folder.get(), temporary.c_str(), 0);
  folders.add(place.folder.get());
  return made;
}

}  // namespace

Result<> set_kernel_value(LocalSystem& system, const SetKernelValue& operation) {
  PLUMB_TRY(check_runs(system, "set " + operation.key));
  const std::string path = kernel_value_path(operation.key);
  if (path.empty()) return fail(Code::kProtocol, "`" + operation.key + "` is no value of a kernel");
  const UniqueFd file = system.files().open(path, O_WRONLY);
  if (!file) {
    // In a container, whose name is its own all the same.
    const bool named = errno == EROFS && operation.key == "kernel.hostname" &&
                       ::sethostname(operation.value.data(), operation.value.size()) == 0;
    return named ? Result<>() : os_error("open", path);
  }
  const std::string text = operation.value + "\n";
  if (::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size())) return {};
  const std::string refused = "the kernel does not take the value for " + operation.key;
  return errno == EINVAL || errno == ERANGE ? Error(fail(Code::kOperation, refused)) : os_error("write", path);
}

Result<> change_mount(LocalSystem& system, FileWriter& writer, const ChangeMount& operation, FolderSync& folders,
                      std::string& output) {
  PLUMB_TRY(check_runs(system, operation.verb + " " + operation.point));
  std::vector<std::string> words = {"mount"};
  if (operation.verb == "unmount") return run_program(system, {"umount", "--", operation.point}, output);
  if (operation.verb == "remount") {
    const std::string options = "remount" + (operation.options.empty() ? "" : "," + operation.options);
    return run_program(system, {"mount", "-o", options, "--", operation.point}, output);
  }
  if (operation.verb != "mount") return unknown_verb("change_mount", operation.verb);
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> there, system.stat(operation.point, true));
  if (!there) PLUMB_TRY(make_directory(system, writer, MakeDirectory{operation.point, {}, true}, folders));
  if (!operation.type.empty()) words.insert(words.end(), {"-t", operation.type});
  if (!operation.options.empty()) words.insert(words.end(), {"-o", operation.options});
  words.insert(words.end(), {"--", operation.source, operation.point});
  return run_program(system, std::move(words), output);
}

Result<> change_swap(LocalSystem& system, FileWriter& writer, const ChangeSwap& operation, FolderSync& folders,
                     std::string& output) {
  if (operation.verb == "make") return make_swap(system, writer.temporary_name(), operation, folders);
  PLUMB_TRY(check_runs(system, "change swap on " + operation.device));
  if (operation.verb == "off") return run_program(system, {"swapoff", operation.device}, output);
  if (operation.verb != "on") return unknown_verb("change_swap", operation.verb);
  std::vector<std::string> words = {"swapon"};
  if (operation.priority >= 0) words.insert(words.end(), {"-p", std::to_string(operation.priority)});
  words.push_back(operation.device);
  return run_program(system, std::move(words), output);
}

Result<> change_module(LocalSystem& system, const ChangeModule& operation, std::string& output) {
  PLUMB_TRY(check_runs(system, operation.verb + " " + operation.name));
  if (operation.verb != "load" && operation.verb != "unload") return unknown_verb("change_module", operation.verb);
  std::vector<std::string> words = {"modprobe"};
  if (operation.verb == "unload") words.emplace_back("-r");
  words.insert(words.end(), {"--", operation.name});
  words.insert(words.end(), operation.parameters.begin(), operation.parameters.end());
  return run_program(system, std::move(words), output);
}

}  // namespace plumb::exec
