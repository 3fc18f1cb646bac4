// Replays what a fuzz target has been given before: every file of the named folders, whole and cut short at each byte.
// With PLUMB_FUZZ_ROUNDS, so many times also with something changed in it, by chance; with PLUMB_LONG, 200 times. The
// target aborts where a promise does not hold, so the file is said before, and what it could not take is written to
// `found` in this folder.
#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr unsigned kSeconds = 20;  // that one input may take
constexpr std::size_t kLargest = std::size_t{64} << 10;

std::vector<std::filesystem::path> files_of(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

const std::uint8_t* at_hand = nullptr;
std::size_t at_hand_size = 0;

void keep(int number) {
  const int file = ::open("found", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file >= 0) (void)!::write(file, at_hand, at_hand_size);
  std::signal(number, SIG_DFL);
  std::raise(number);
}

// The first `size` bytes in memory of their own, so that reading past them is seen by a sanitizer.
void replay(const std::string& bytes, std::size_t size) {
  const std::vector<std::uint8_t> part(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
  at_hand = part.data();
  at_hand_size = part.size();
  ::alarm(kSeconds);
  LLVMFuzzerTestOneInput(part.data(), part.size());
  ::alarm(0);
}

// One thing or a few changed: a byte, a part that goes, comes twice or stands elsewhere, or a part of another file.
std::string changed(std::string bytes, const std::string& other, std::mt19937& random) {
  const auto pick = [&random](std::size_t count) { return count == 0 ? 0 : random() % count; };
  for (std::size_t times = 1 + pick(4); times > 0; --times) {
    const std::size_t at = pick(bytes.size() + 1);
    const std::size_t length = pick(std::min<std::size_t>(bytes.size() - at, 40) + 1);
    const std::string part = bytes.substr(at, length);
    switch (pick(6)) {
      case 0:
        if (at < bytes.size()) bytes[at] = static_cast<char>(random());
        break;
      case 1:
        bytes.erase(at, length);
        break;
      case 2:
        for (std::size_t i = 1 + pick(pick(8) == 0 ? 300 : 3); i > 0; --i) bytes.insert(at, part);
        break;
      case 3:
        bytes.insert(pick(bytes.size() + 1), part);
        break;
      case 4: {
        const std::size_t from = pick(other.size() + 1);
        bytes.insert(at, other, from, pick(std::min<std::size_t>(other.size() - from, 60) + 1));
        break;
      }
      default: {
        constexpr std::string_view kSigns = "{}[]()'\"\\:#%$-+*/|&!?<>=,;.~@^`\n\r\t 0:9\x7f";
        bytes.insert(at, 1, kSigns[pick(kSigns.size())]);
      }
    }
    if (bytes.size() > kLargest) bytes.resize(kLargest);
  }
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  for (const int number : {SIGABRT, SIGALRM, SIGBUS, SIGFPE, SIGILL, SIGSEGV}) std::signal(number, keep);
  const char* told = std::getenv("PLUMB_FUZZ_ROUNDS");
  const int rounds = told != nullptr ? std::atoi(told) : std::getenv("PLUMB_LONG") != nullptr ? 200 : 0;
  std::vector<std::string> all;
  std::size_t inputs = 0;
  for (int i = 1; i < argc; ++i) {
    for (const std::filesystem::path& file : files_of(argv[i])) {
      std::ifstream in(file, std::ios::binary);
      all.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
      std::fprintf(stderr, "%s\n", file.c_str());
      for (std::size_t size = 0; size <= all.back().size(); ++size) replay(all.back(), size);
      inputs += all.back().size() + 1;
    }
  }
  std::mt19937 random(7);
  for (int round = 0; round < rounds; ++round) {
    for (const std::string& bytes : all) {
      const std::string one = changed(bytes, all[random() % all.size()], random);
      replay(one, one.size());
      ++inputs;
    }
  }
  std::printf("%zu files, %zu inputs\n", all.size(), inputs);
  return all.empty() ? 1 : 0;
}
