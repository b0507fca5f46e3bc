// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <sstream>

#include "reportctl/base/error.hpp"
#include "reportctl/base/file.hpp"
#include "reportctl/base/lock_holder.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// How long a stop request may go unseen.
constexpr milliseconds kLongestNap{250};

std::string first_line_of(const char* path) {
  try {
    const std::string text = read_file(path, 4096);
    return std::string(trim(text.substr(0, text.find('\n'))));
  } catch (const Error&) {
    return {};
  }
}

/// Two containers may share a machine id, never a pid namespace; the host's own namespace (whose inode is fixed) adds nothing.
std::string host_identity() {
  std::string host = first_line_of("/etc/machine-id");
  if (host.empty()) {
    std::array<char, 256> name{};
    ::gethostname(name.data(), name.size() - 1);
    host = name.data();
  }
  std::array<char, 64> space{};
  const ssize_t size = ::readlink("/proc/self/ns/pid", space.data(), space.size());
  const std::string_view name(space.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  constexpr std::string_view kInitial = "pid:[4026531836]";
  return name.empty() || name == kInitial ? host : fmt::format("{}/{}", host, name);
}

struct ProcessStatus {
  char state = '?';
  long long start_time = 0;
};

std::optional<ProcessStatus> status_of(long pid) {
  const std::string line = first_line_of(fmt::format("/proc/{}/stat", pid).c_str());
  const std::size_t name_end = line.rfind(')');  // the name before it may hold anything, spaces and brackets too
  if (name_end == std::string::npos || name_end + 2 > line.size()) return std::nullopt;
  const auto fields = split(std::string_view(line).substr(name_end + 2), ' ');
  constexpr std::size_t kStartTime = 22 - 3;  // the first field here is the third of proc(5)
  if (fields.size() <= kStartTime || fields[0].size() != 1) return std::nullopt;
  const auto start = parse_integer(fields[kStartTime]);
  if (!start) return std::nullopt;
  return ProcessStatus{fields[0][0], *start};
}

/// glibc 2.36 declares its own wrapper without extern "C".
int watch_process(pid_t pid) { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }

/// A child in a process group of its own; killed and reaped with this object.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid), watch_(watch_process(pid)) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ < 0) return;
    ::kill(-pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  /// Becomes readable when the child has ended; -1 on kernels without pidfd.
  [[nodiscard]] int watch() const { return watch_.get(); }
  /// The exit code once it has ended, 128+N for signal N.
  std::optional<int> poll_exit() {
    int status = 0;
    const pid_t found = ::waitpid(pid_, &status, WNOHANG);
    if (found == 0 || (found < 0 && errno == EINTR)) return std::nullopt;
    const bool lost = found < 0;
    ::kill(-pid_, SIGKILL);  // what it left running in its group
    pid_ = -1;
    if (lost) return 127;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }

 private:
  pid_t pid_;
  Fd watch_;
};

class SpawnSettings {
 public:
  explicit SpawnSettings(int output) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    sigset_t signals;
    ::posix_spawnattr_init(&attributes_);
    ::sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&attributes_, &signals);
    ::sigaddset(&signals, SIGPIPE);
    ::sigaddset(&signals, SIGXFSZ);
    ::posix_spawnattr_setsigdefault(&attributes_, &signals);  // ignored signals stay ignored across exec
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  [[nodiscard]] const posix_spawn_file_actions_t* actions() const { return &actions_; }
  [[nodiscard]] const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

/// The file that posix_spawnp() would take, or the name where it finds none.
std::string program_of(const std::string& name) {
  const char* const path = std::getenv("PATH");
  if (name.find('/') != std::string::npos || path == nullptr) return name;
  for (const auto& directory : split(path, ':')) {
    auto program = fmt::format("{}/{}", directory.empty() ? "." : directory, name);
    if (::access(program.c_str(), X_OK) == 0) return program;
  }
  return name;
}

Child spawn(const std::vector<std::string>& argv, int output) {
  const auto program = program_of(argv[0]);
  if (::access(program.c_str(), F_OK) == 0) require_trusted(program, ErrorKind::config);
  std::vector<char*> words;
  for (const std::string& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const SpawnSettings settings(output);
  pid_t pid = -1;
  const int error = ::posix_spawnp(&pid, program.c_str(), settings.actions(), settings.attributes(), words.data(), environ);
  if (error != 0) throw system_error(ErrorKind::config, fmt::format("cannot run {}", visible(argv[0])), error);
  return Child(pid);
}

/// Reads what is there. False at the end of the stream.
bool drain(int fd, std::string& output, std::size_t limit) {
  std::array<char, 4096> block{};
  while (output.size() <= limit) {
    const ssize_t count = ::read(fd, block.data(), std::min(block.size(), limit + 1 - output.size()));
    if (count > 0) output.append(block.data(), static_cast<std::size_t>(count));
    if (count == 0) return false;
    if (count < 0 && errno != EINTR) return errno == EAGAIN;
  }
  return true;
}

const passwd* user_entry(uid_t user, passwd& entry, std::array<char, 4096>& buffer) {
  passwd* found = nullptr;
  return ::getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found) == 0 ? found : nullptr;
}

}  // namespace

ProcessIdentity this_process() {
  const long pid = ::getpid();
  const auto status = status_of(pid);
  return {host_identity(), first_line_of("/proc/sys/kernel/random/boot_id"), pid, status ? status->start_time : 0};
}

std::optional<LockHolder> lock_holder(const std::filesystem::path& path) {
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0) return std::nullopt;
  const auto where = fmt::format("{:02x}:{:02x}:{}", major(file.st_dev), minor(file.st_dev), file.st_ino);
  std::string table;
  try {
    table = read_file("/proc/locks", 1U << 20U);
  } catch (const Error&) {
    return std::nullopt;
  }
  std::optional<LockHolder> holder;
  for (const auto& line : split(table, '\n')) {
    // `1: POSIX  ADVISORY  WRITE 812 08:01:131 0 EOF`; a reader is named only if nobody writes.
    std::istringstream fields(line);
    std::string number, kind, mode, access, place;
    long pid = 0;
    if (!(fields >> number >> kind >> mode >> access >> pid >> place) || place != where || pid <= 0 || pid == ::getpid())
      continue;
    if (holder && access != "WRITE") continue;
    const auto status = status_of(pid);
    holder = {.pid = pid,
              .name = first_line_of(fmt::format("/proc/{}/comm", pid).c_str()),
              .stopped = status && (status->state == 'T' || status->state == 't')};
  }
  return holder;
}

bool is_alive(const ProcessIdentity& identity) {
  if (identity.host != host_identity()) return true;
  if (identity.pid <= 0 || identity.boot_id != first_line_of("/proc/sys/kernel/random/boot_id")) return false;
  if (const auto status = status_of(identity.pid))
    return status->start_time == identity.start_time && status->state != 'Z' && status->state != 'X';
  // No entry in /proc: gone, or hidden from us (mount option hidepid), and then the safe answer is that it lives.
  return ::kill(static_cast<pid_t>(identity.pid), 0) == 0 || errno == EPERM;
}

std::string login_of(unsigned user) {
  if (user == 0) return "root";  // to look it up takes a tenth of an idle run-due
  std::array<char, 4096> buffer{};
  passwd entry{};
  const passwd* const found = user_entry(user, entry, buffer);
  return found != nullptr ? found->pw_name : fmt::format("#{}", user);
}

std::string current_login() { return login_of(::getuid()); }

std::string home_directory() {
  const char* const named = std::getenv("HOME");
  if (named != nullptr && *named == '/') return named;
  if (named != nullptr && *named != '\0')
    throw Error(ErrorKind::config, fmt::format("HOME is \"{}\", not an absolute path", visible(named)),
                "set HOME, or name the files: --config FILE --state FILE");
  std::array<char, 4096> buffer{};
  passwd entry{};
  const passwd* const found = user_entry(::geteuid(), entry, buffer);
  return found != nullptr && *found->pw_dir == '/' ? found->pw_dir : "";
}

std::string sudo_claim() {
  const char* name = std::getenv("SUDO_USER");
  return name == nullptr ? std::string() : visible(name);
}

CommandResult run_command(const std::vector<std::string>& argv, std::chrono::seconds timeout, std::size_t limit) {
  if (argv.empty() || argv[0].empty()) throw Error(ErrorKind::config, "cannot run a command without a name");
  const std::string name = visible(argv[0]);
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw system_error(ErrorKind::config, "cannot run " + name, errno);
  const Fd reader(ends[0]);
  Fd writer(ends[1]);
  ::fcntl(reader.get(), F_SETFL, O_NONBLOCK);
  const auto deadline = Clock::now() + timeout;
  Child child = spawn(argv, writer.get());
  writer = Fd();

  CommandResult result;
  result.output.reserve(std::min(limit, std::size_t{1} << 16U) + 1);  // a secret leaves no copies behind by growing
  bool open = true;
  while (true) {
    const auto exited = child.poll_exit();
    if (open)
      open = drain(reader.get(), result.output, limit);  // after the exit: all that the child itself wrote is in the pipe by now
    if (result.output.size() > limit) throw Error(ErrorKind::config, fmt::format("{} printed more than {} bytes", name, limit));
    if (exited) {
      result.exit_code = *exited;
      return result;
    }
    throw_if_stopped();
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
    if (left <= milliseconds::zero())
      throw Error(ErrorKind::config, fmt::format("{} took longer than {} s and was ended", name, timeout.count()));
    const milliseconds nap = std::min(left, child.watch() < 0 ? milliseconds{10} : kLongestNap);
    std::array<pollfd, 2> events{{{open ? reader.get() : -1, POLLIN, 0}, {child.watch(), POLLIN, 0}}};
    ::poll(events.data(), events.size(), static_cast<int>(nap.count()));
  }
}

}  // namespace reportctl
