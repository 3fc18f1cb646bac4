#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "engine/base/unique_fd.h"
#include "engine/exec/system/confinement.h"

namespace plumb::exec {
namespace {

// Rights and scopes that are younger than the headers this may be built with.
constexpr std::uint64_t kRefer = std::uint64_t{1} << 13;
constexpr std::uint64_t kTruncate = std::uint64_t{1} << 14;
constexpr std::uint64_t kScopeSignal = std::uint64_t{1} << 1;

constexpr std::array kWritableDevices = {"/dev/null",   "/dev/zero",    "/dev/full", "/dev/tty",
                                         "/dev/random", "/dev/urandom", "/dev/ptmx", "/dev/pts"};

struct RulesetAttributes {
  std::uint64_t handled_access_fs;
  std::uint64_t handled_access_net;
  std::uint64_t scoped;
};

std::uint64_t write_rights(int abi) {
  std::uint64_t rights = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                         LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |
                         LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                         LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;
  if (abi >= 2) rights |= kRefer;
  if (abi >= 3) rights |= kTruncate;
  return rights;
}

void allow(int ruleset, const char* path, std::uint64_t rights) {
  const UniqueFd fd(::open(path, O_PATH | O_CLOEXEC));
  if (!fd) return;
  landlock_path_beneath_attr rule{};
  rule.allowed_access = rights;
  rule.parent_fd = fd.get();
  ::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

// The ABI version that is now in force, 0 for none.
int restrict_files(const std::string& scratch) {
  const long abi = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi <= 0) return 0;
  RulesetAttributes attributes{};
  attributes.handled_access_fs = write_rights(static_cast<int>(abi));
  if (abi >= 6) attributes.scoped = kScopeSignal;
  const std::size_t size = abi >= 6 ? sizeof attributes : abi >= 4 ? 16 : 8;
  const UniqueFd ruleset(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, size, 0)));
  if (!ruleset) return 0;
  for (const char* device : kWritableDevices) {
    allow(ruleset.get(), device, LANDLOCK_ACCESS_FS_WRITE_FILE | (abi >= 3 ? kTruncate : 0));
  }
  if (!scratch.empty()) allow(ruleset.get(), scratch.c_str(), attributes.handled_access_fs);
  if (::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) == 0) return static_cast<int>(abi);
  if (errno != EPERM || ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return 0;
  return ::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) == 0 ? static_cast<int>(abi) : 0;
}

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#elif defined(__riscv) && __riscv_xlen == 64
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_RISCV64;
#else
constexpr std::uint32_t kArchitecture = 0;
#endif

// Calls without a number in the headers have the same one on every architecture.
constexpr int kFchmodat2 = 452;
constexpr int kSetxattrat = 463;
constexpr int kRemovexattrat = 466;
constexpr int kFileSetattr = 469;

// What Landlock knows nothing of.
constexpr std::array kDenied = {
#ifdef __x86_64__
    SYS_chmod,          SYS_chown,
    SYS_lchown,         SYS_utime,
    SYS_utimes,         SYS_futimesat,
#endif
    SYS_fchmod,         SYS_fchmodat,
    SYS_fchown,         SYS_fchownat,
    SYS_utimensat,      SYS_setxattr,
    SYS_lsetxattr,      SYS_fsetxattr,
    SYS_removexattr,    SYS_lremovexattr,
    SYS_fremovexattr,   SYS_mount,
    SYS_umount2,        SYS_pivot_root,
    SYS_open_tree,      SYS_move_mount,
    SYS_fsopen,         SYS_fsconfig,
    SYS_fsmount,        SYS_fspick,
    SYS_swapon,         SYS_swapoff,
    SYS_quotactl,       SYS_acct,
    SYS_sethostname,    SYS_setdomainname,
    SYS_settimeofday,   SYS_clock_settime,
    SYS_adjtimex,       SYS_clock_adjtime,
    SYS_reboot,         SYS_init_module,
    SYS_finit_module,   SYS_delete_module,
    SYS_kexec_load,     SYS_bpf,
    SYS_io_uring_setup, static_cast<int>(SYS_open_by_handle_at),
    SYS_ptrace,         SYS_process_vm_writev,
    kFchmodat2,         kSetxattrat,
    kRemovexattrat,     kFileSetattr};

// What Landlock denies more exactly where it is there (truncate from its third version on).
constexpr std::array kDeniedWithoutLandlock = {
#ifdef __x86_64__
    SYS_unlink,   SYS_rmdir,   SYS_mkdir,     SYS_rename, SYS_link,      SYS_symlink, SYS_mknod, SYS_creat,
#endif
#ifdef SYS_renameat
    SYS_renameat,
#endif
    SYS_unlinkat, SYS_mkdirat, SYS_renameat2, SYS_linkat, SYS_symlinkat, SYS_mknodat};
constexpr int kYoungLandlock = 3;

constexpr std::array<std::uint32_t, 4> kDeniedIoctls = {FS_IOC_SETFLAGS, FS_IOC32_SETFLAGS, FS_IOC_FSSETXATTR,
                                                        FS_IOC_SET_ENCRYPTION_POLICY};

sock_filter statement(unsigned code, std::uint32_t k) {
  return {static_cast<std::uint16_t>(code), 0, 0, k};
}
sock_filter jump(unsigned code, std::uint32_t k, std::size_t yes, std::size_t no) {
  return {static_cast<std::uint16_t>(code), static_cast<std::uint8_t>(yes), static_cast<std::uint8_t>(no), k};
}

// Laid out as: check the architecture; one comparison a call, each followed by its own refusal (jumps reach only 255
// instructions far); then the arguments of ioctl; then leave.
std::vector<sock_filter> make_filter(int landlock) {
  const std::uint32_t refuse = SECCOMP_RET_ERRNO | (EPERM & SECCOMP_RET_DATA);
  std::vector<sock_filter> out;
  out.push_back(statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)));
  // Another architecture's calls have other numbers; none of them is known to be harmless.
  out.push_back(jump(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0));
  out.push_back(statement(BPF_RET | BPF_K, refuse));
  out.push_back(statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
#ifdef __x86_64__
  out.push_back(jump(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1));  // x32
  out.push_back(statement(BPF_RET | BPF_K, refuse));
#endif
  const auto deny = [&out](long number) {
    out.push_back(jump(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(number), 0, 1));
    out.push_back(statement(BPF_RET | BPF_K, refuse));
  };
  for (const auto number : kDenied) deny(number);
  if (landlock == 0) {
    for (const auto number : kDeniedWithoutLandlock) deny(number);
  }
  if (landlock < kYoungLandlock) deny(SYS_truncate);
  out.push_back(jump(BPF_JMP | BPF_JEQ | BPF_K, SYS_ioctl, 0, 1 + kDeniedIoctls.size() * 2));
  out.push_back(statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[1])));
  for (const std::uint32_t request : kDeniedIoctls) {
    out.push_back(jump(BPF_JMP | BPF_JEQ | BPF_K, request, 0, 1));
    out.push_back(statement(BPF_RET | BPF_K, refuse));
  }
  out.push_back(statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  return out;
}

bool filter_calls(int landlock) {
  if (kArchitecture == 0) return false;
  std::vector<sock_filter> filter = make_filter(landlock);
  sock_fprog program{};
  program.len = static_cast<unsigned short>(filter.size());
  program.filter = filter.data();
  const auto install = [&program] { return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0; };
  if (install()) return true;
  return errno == EACCES && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && install();
}

}  // namespace

// Landlock denies every write to the file system (devices such as /dev/null aside), and a seccomp filter what Landlock
// leaves out. Root is confined without no_new_privs, so that a guard may use sudo to become somebody less.
Result<Confinement> confine(const std::string& scratch) {
  const int landlock = restrict_files(scratch);
  const bool filters = filter_calls(landlock);
  return Confinement{landlock > 0 || filters, filters};
}

}  // namespace plumb::exec
