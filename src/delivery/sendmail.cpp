// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <vector>

#include "exit_status.hpp"
#include "letter_feed.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/file.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/base/text.hpp"
#include "transports.hpp"

extern char** environ;

namespace reportctl::delivery {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kPiped = 64U << 10U;
constexpr std::size_t kLongestAnswer = 4096;
constexpr int kTick = 200;  // ms between two looks at the clock and at a stop

struct Pipe {
  Fd read_end;
  Fd write_end;
  static Pipe open() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw system_error(ErrorKind::config, "cannot make a pipe", errno);
    return {Fd(ends[0]), Fd(ends[1])};
  }
};

/// The program with its own process group, so that a wrapper's children end with it: one that outlived its parent would take the
/// end of the pipe for the end of the letter.
class Child {
 public:
  explicit Child(const std::vector<std::string>& arguments) : in_(Pipe::open()), out_(Pipe::open()) {
    std::vector<char*> argv;
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, in_.read_end.get(), STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, out_.write_end.get(), STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, out_.write_end.get(), STDERR_FILENO);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    sigset_t signals;
    ::sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&attributes, &signals);
    for (const int number : {SIGPIPE, SIGXFSZ, SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&signals, number);
    ::posix_spawnattr_setsigdefault(&attributes, &signals);
    const int error = ::posix_spawn(&pid_, argv[0], &actions, &attributes, argv.data(), environ);
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0) throw system_error(ErrorKind::config, "cannot run " + visible(arguments.front()), error);
    end_ = Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));  // glibc 2.36 declares pidfd_open without extern "C"
    in_.read_end = Fd();
    out_.write_end = Fd();
    ::fcntl(in_.write_end.get(), F_SETFL, O_NONBLOCK);
    ::fcntl(out_.read_end.get(), F_SETFL, O_NONBLOCK);
  }
  ~Child() {
    kill();
    wait();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] int in() const { return in_.write_end.get(); }
  [[nodiscard]] int out() const { return out_.read_end.get(); }
  [[nodiscard]] int end() const { return end_.get(); }
  void close_in() { in_.write_end = Fd(); }
  void close_out() { out_.read_end = Fd(); }
  void kill() const {
    if (pid_ > 0) ::kill(-pid_, SIGKILL);
  }
  [[nodiscard]] bool ended() {
    if (pid_ > 0 && ::waitpid(pid_, &status_, WNOHANG) == pid_) pid_ = -1;
    return pid_ < 0;
  }
  /// The wait status. Waits for the end: kill() first when that may take long.
  int wait() {
    while (pid_ > 0)
      if (::waitpid(pid_, &status_, 0) == pid_ || errno != EINTR) pid_ = -1;
    return status_;
  }

 private:
  Pipe in_;
  Pipe out_;
  Fd end_;
  pid_t pid_ = -1;
  int status_ = 0;
};

/// sendmail reads lines that end in LF; CR is dropped where LF follows, also across two reads.
class LineEnds {
 public:
  std::string converted(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size());
    for (const char c : bytes) {
      if (pending_cr_ && c != '\n') out.push_back('\r');
      pending_cr_ = c == '\r';
      if (!pending_cr_) out.push_back(c);
    }
    return out;
  }

 private:
  bool pending_cr_ = false;
};

class Sendmail final : public Transport {
 public:
  Sendmail(std::filesystem::path program, std::chrono::seconds timeout, std::chrono::seconds grace)
      : program_(std::move(program)), timeout_(timeout), grace_(grace) {}

  Outcome send(const Letter& letter, const HandingOver& handing_over) override try {
    require_trusted_program();
    Child child({program_.string(), "-i", "-f", letter.from.str(), "--", letter.to.str()});
    return talk(child, letter, handing_over);
  } catch (const Error& error) {
    return {OutcomeKind::deferred, error.what(), "config", 0, true};
  }

  [[nodiscard]] std::string describe() const override { return fmt::format("sendmail:{}", visible(program_.string())); }

  Outcome probe() override try {
    require_trusted_program();
    if (::access(program_.c_str(), X_OK) == 0)
      return {OutcomeKind::accepted, fmt::format("{} can be run", visible(program_.string())), {}, 0, false};
    const std::string why = std::generic_category().message(errno);
    return {OutcomeKind::deferred, fmt::format("cannot run {}: {}", visible(program_.string()), why), "config", 0, true};
  } catch (const Error& error) {
    return {OutcomeKind::deferred, error.what(), "config", 0, true};
  }

 private:
  void require_trusted_program() const {
    if (::access(program_.c_str(), F_OK) == 0) require_trusted(program_, ErrorKind::config);
  }
  Outcome talk(Child& child, const Letter& letter, const HandingOver& handing_over);

  std::filesystem::path program_;
  std::chrono::seconds timeout_;
  std::chrono::seconds grace_;
};

void read_words(Child& child, std::string& words) {
  std::array<char, 1024> buffer{};
  const ssize_t got = ::read(child.out(), buffer.data(), buffer.size());
  if (got > 0 && words.size() < kLongestAnswer) words.append(buffer.data(), static_cast<std::size_t>(got));
  if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) child.close_out();
}

Outcome Sendmail::talk(Child& child, const Letter& letter, const HandingOver& handing_over) {
  LetterFeed feed(letter, handing_over);
  LineEnds lines;
  SendmailEnding ending;
  std::string chunk;
  std::vector<char> buffer(kPiped);
  Clock::time_point deadline = Clock::now() + timeout_;
  bool stopping = false;
  bool killed = false;
  // Ends when the program has ended, so that no child of a wrapper that keeps our pipe open can hold us up.
  while (!child.ended()) {
    if (stop_requested() && !stopping) {
      stopping = true;
      deadline = std::min(deadline, feed.handed_over() ? Clock::now() + grace_ : Clock::now());
    }
    if (Clock::now() >= deadline) {
      child.kill();
      killed = true;
      break;
    }
    std::array<pollfd, 3> polled{{{child.in(), POLLOUT, 0}, {child.out(), POLLIN, 0}, {child.end(), POLLIN, 0}}};
    ::poll(polled.data(), polled.size(), kTick);
    if (polled[1].revents != 0) read_words(child, ending.words);
    if (polled[0].revents == 0) continue;
    if (chunk.empty()) {
      const std::optional<std::size_t> got = feed.read(buffer.data(), buffer.size());
      if (!got) {
        child.kill();  // before the pipe is closed: its end would complete the letter
        child.wait();
        return not_handed_over(feed.failure());
      }
      if (*got == 0) {
        child.close_in();
        continue;
      }
      chunk = lines.converted({buffer.data(), *got});
    }
    const ssize_t put = ::write(child.in(), chunk.data(), chunk.size());
    if (put > 0) {
      chunk.erase(0, static_cast<std::size_t>(put));
      if (!stopping) deadline = Clock::now() + timeout_;
    } else if (put < 0 && errno != EAGAIN && errno != EINTR) {
      child.close_in();  // it reads no more; its exit code says why
    }
  }
  const int status = child.wait();
  if (child.out() >= 0) read_words(child, ending.words);
  // Whole only when every byte went into the pipe: a program that ended early has not got the letter.
  ending.handed_over = feed.handed_over() && (killed || chunk.empty());
  if (killed && !feed.handed_over())
    return {OutcomeKind::deferred,
            stopping ? "stopped before the message was complete" : "sendmail did not read the message in time",
            stopping ? "stopped" : "connection", 0, stopping};
  if (WIFSIGNALED(status))
    ending.signal = WTERMSIG(status);
  else
    ending.exit_code = WEXITSTATUS(status);
  return decide(ending);
}

}  // namespace

std::unique_ptr<Transport> make_sendmail(const Endpoint& endpoint, const TransportSettings& settings) {
  return std::make_unique<Sendmail>(endpoint.path, settings.response_timeout, settings.stop_grace);
}

}  // namespace reportctl::delivery
