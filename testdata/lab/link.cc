// lab_link NAMESPACE MILLISECONDS PERCENT: a slow and lossy wire between this network namespace and another one. Makes
// the devices `lab-near` here and `lab-far` there, and carries packets between them until it is killed: each arrives
// MILLISECONDS later, and PERCENT of them never. For kernels without netem.
#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <random>
#include <string>
#include <vector>

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;

// As much as a busy router would hold; what comes beyond is lost, as there.
constexpr std::size_t kQueueLimit = 10'000;
constexpr std::size_t kPacketLimit = 65'536;

struct Packet {
  Clock::time_point due;
  std::vector<char> bytes;
};

[[noreturn]] void die(const std::string& what) {
  std::fprintf(stderr, "lab_link: %s: %s\n", what.c_str(), std::strerror(errno));
  std::exit(1);
}

// A device that hands packets to this program, in the namespace that the thread is in.
int open_device(const char* name) {
  const int device = ::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (device < 0) die("/dev/net/tun");
  ifreq request{};
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  std::strncpy(request.ifr_name, name, IFNAMSIZ - 1);
  if (::ioctl(device, TUNSETIFF, &request) != 0) die(name);
  return device;
}

void enter(const std::string& space) {
  const int file = ::open(("/run/netns/" + space).c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0 || ::setns(file, CLONE_NEWNET) != 0) die("the namespace " + space);
  ::close(file);
}

class Direction {
 public:
  Direction(int from, int to) : from_(from), to_(to) {}

  int from() const { return from_; }

  template <typename Lost>
  void take(std::chrono::milliseconds delay, Lost&& lost) {
    for (;;) {
      const ssize_t size = ::read(from_, buffer_.data(), buffer_.size());
      if (size <= 0) return;
      if (lost() || queue_.size() >= kQueueLimit) continue;
      queue_.push_back({Clock::now() + delay, {buffer_.begin(), buffer_.begin() + size}});
    }
  }

  void deliver(Clock::time_point now) {
    for (; !queue_.empty() && queue_.front().due <= now; queue_.pop_front()) {
      // A packet that the kernel does not take is a lost one.
      (void)!::write(to_, queue_.front().bytes.data(), queue_.front().bytes.size());
    }
  }

  Clock::time_point next(Clock::time_point otherwise) const {
    return queue_.empty() ? otherwise : std::min(otherwise, queue_.front().due);
  }

 private:
  int from_;
  int to_;
  std::deque<Packet> queue_;
  std::array<char, kPacketLimit> buffer_{};
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: lab_link NAMESPACE MILLISECONDS PERCENT\n");
    return 2;
  }
  const std::chrono::milliseconds delay(std::atoi(argv[2]));
  const int near = open_device("lab-near");
  enter(argv[1]);
  const int far = open_device("lab-far");

  std::mt19937 random(1);
  std::bernoulli_distribution dropped(std::atof(argv[3]) / 100);
  const auto lost = [&] { return dropped(random); };

  Direction out(near, far);
  Direction back(far, near);
  for (;;) {
    const Clock::time_point now = Clock::now();
    const Clock::time_point next = back.next(out.next(now + std::chrono::seconds(1)));
    const auto pause = std::max(Clock::duration::zero(), next - now);
    const timespec timeout{
        std::chrono::duration_cast<std::chrono::seconds>(pause).count(),
        std::chrono::duration_cast<std::chrono::nanoseconds>(pause % std::chrono::seconds(1)).count()};
    std::array<pollfd, 2> ready{pollfd{out.from(), POLLIN, 0}, pollfd{back.from(), POLLIN, 0}};
    if (::ppoll(ready.data(), ready.size(), &timeout, nullptr) < 0 && errno != EINTR) die("poll");
    out.take(delay, lost);
    back.take(delay, lost);
    out.deliver(Clock::now());
    back.deliver(Clock::now());
  }
}
