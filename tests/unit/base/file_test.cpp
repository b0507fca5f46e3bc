// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/file.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scratch.hpp"

using namespace reportctl;
namespace fs = std::filesystem;

namespace {

mode_t mode_of(const fs::path& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777U;
}

/// No file of this process may grow over the limit, as on a full disk: EFBIG instead of ENOSPC.
class SizeLimit {
 public:
  explicit SizeLimit(rlim_t bytes) : old_handler_(::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &old_);
    const rlimit limit{bytes, old_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~SizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    ::signal(SIGXFSZ, old_handler_);
  }
  SizeLimit(const SizeLimit&) = delete;
  SizeLimit& operator=(const SizeLimit&) = delete;

 private:
  rlimit old_{};
  void (*old_handler_)(int);
};

std::string text_of(const TempFile& file) {
  std::string text(file.size(), '\0');
  text.resize(file.read_at(0, text.data(), text.size()));
  return text;
}

}  // namespace

TEST_CASE("a temporary file has no name and is read back at any offset") {
  const Scratch scratch;
  TempFile file = TempFile::create(scratch.path());
  file.write("hello ");
  file.write("world");
  CHECK(scratch.entries() == 0);
  CHECK(file.size() == 11);
  CHECK(text_of(file) == "hello world");
  char buffer[16];
  CHECK(std::string(buffer, file.read_at(6, buffer, sizeof buffer)) == "world");
  CHECK(file.read_at(11, buffer, sizeof buffer) == 0);
  CHECK(file.read_at(1000, buffer, sizeof buffer) == 0);
  CHECK((::fcntl(file.fd(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("a temporary file gets a name once, never over another file") {
  const Scratch scratch;
  TempFile file = TempFile::create(scratch.path());
  file.write("first");
  CHECK(file.link_as(scratch / "a"));
  CHECK(read_file(scratch / "a") == "first");
  CHECK(mode_of(scratch / "a") == 0600);
  TempFile other = TempFile::create(scratch.path());
  other.write("second");
  CHECK_FALSE(other.link_as(scratch / "a"));
  CHECK(read_file(scratch / "a") == "first");
  CHECK(other.link_as(scratch / "b"));
  CHECK(scratch.entries() == 2);
}

TEST_CASE("a temporary file of another file system is copied under its name") {
  if (!fs::is_directory("/dev/shm")) return;
  const Scratch scratch;
  TempFile file = TempFile::create("/dev/shm");
  const std::string text(200000, 'x');
  file.write(text);
  CHECK(file.link_as(scratch / "a"));
  CHECK_FALSE(file.link_as(scratch / "a"));
  CHECK(read_file(scratch / "a") == text);
  CHECK(mode_of(scratch / "a") == 0600);
  CHECK(scratch.entries() == 1);
}

TEST_CASE("a name in a directory that is missing is an output error, and the file is still good") {
  const Scratch scratch;
  TempFile file = TempFile::create(scratch.path());
  file.write("x");
  CHECK(error_of([&] { file.link_as(scratch / "absent/a"); }).kind() == ErrorKind::output);
  CHECK(file.link_as(scratch / "a"));
  CHECK(error_of([&] { TempFile::create(scratch / "absent"); }).kind() == ErrorKind::output);
  CHECK(error_of([&] { TempFile::create(scratch / "a"); }).kind() == ErrorKind::output);
}

TEST_CASE("without commit an atomic file leaves nothing behind and the old content in place") {
  const Scratch scratch;
  scratch.put("target", "old");
  {
    AtomicFile file(scratch / "target");
    file.write("new");
    CHECK(scratch.entries() == 1);  // a kill leaves nothing, either
  }
  CHECK(scratch.entries() == 1);
  CHECK(read_file(scratch / "target") == "old");
}

TEST_CASE("a committed atomic file replaces the old one whole, with its mode") {
  const Scratch scratch;
  scratch.put("target", "old");
  {
    AtomicFile file(scratch / "target", 0640);
    file.write("ne");
    file.write("w");
    file.commit();
  }
  CHECK(read_file(scratch / "target") == "new");
  CHECK(mode_of(scratch / "target") == 0640);
  AtomicFile secret(scratch / std::string(250, 'n'));  // longest names leave no room for a longer temporary one
  secret.commit();
  CHECK(mode_of(scratch / std::string(250, 'n')) == 0600);
  CHECK(scratch.entries() == 2);
}

TEST_CASE("a file that is replaced passes on its mode") {
  const Scratch scratch;
  fs::permissions(scratch.put("target", "old"), static_cast<fs::perms>(0644));
  AtomicFile file(scratch / "target", 0600);
  file.keep_attributes();
  file.write("new");
  file.commit();
  CHECK(mode_of(scratch / "target") == 0644);
  AtomicFile first(scratch / "first", 0600);
  first.keep_attributes();
  first.commit();
  CHECK(mode_of(scratch / "first") == 0600);
}

TEST_CASE("a full disk is an output error that names the file, and leaves nothing behind") {
  const Scratch scratch;
  scratch.put("target", "old");
  const std::string big(100000, 'x');
  {
    const SizeLimit limit(4096);
    AtomicFile file(scratch / "target");
    const Error error = error_of([&] { file.write(big); });
    CHECK(error.kind() == ErrorKind::output);
    CHECK(std::string(error.what()) == "cannot write " + (scratch / "target").string() + ": File too large");
    TempFile temporary = TempFile::create(scratch.path());
    CHECK(error_of([&] { temporary.write(big); }).kind() == ErrorKind::output);
  }
  CHECK(scratch.entries() == 1);
  CHECK(read_file(scratch / "target") == "old");
}

TEST_CASE("a copy that does not fit leaves nothing behind") {
  if (!fs::is_directory("/dev/shm")) return;
  const Scratch scratch;
  TempFile file = TempFile::create("/dev/shm");
  file.write(std::string(100000, 'x'));
  {
    const SizeLimit limit(4096);
    CHECK(error_of([&] { file.link_as(scratch / "a"); }).kind() == ErrorKind::output);
  }
  CHECK(scratch.entries() == 0);
}

TEST_CASE("a target that cannot be replaced is an output error") {
  const Scratch scratch;
  fs::create_directories(scratch / "target/inside");
  {
    AtomicFile file(scratch / "target");
    CHECK(error_of([&] { file.commit(); }).kind() == ErrorKind::output);
  }
  CHECK(scratch.entries() == 1);
  CHECK(error_of([&] { AtomicFile(scratch / "absent/target"); }).kind() == ErrorKind::output);
}

TEST_CASE("a full device and a closed pipe are output errors that say what was written") {
  const Fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  FdSink sink(full.get(), "the report");
  CHECK(std::string(error_of([&] { sink.write("x"); }).what()) == "cannot write the report: No space left on device");

  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  ::close(ends[0]);
  const Fd writer(ends[1]);
  auto* const old = ::signal(SIGPIPE, SIG_IGN);
  FdSink pipe(writer.get(), "standard output");
  const Error error = error_of([&] { pipe.write("x"); });
  ::signal(SIGPIPE, old);
  CHECK(error.kind() == ErrorKind::output);
  CHECK(std::string(error.what()) == "cannot write standard output: Broken pipe");
}

TEST_CASE("a slow reader behind a non-blocking descriptor gets every byte") {
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
  Fd writer(ends[1]);
  const Fd reader(ends[0]);
  constexpr std::size_t kSize = 300000;
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(reader.get());
    FdSink sink(writer.get(), "a pipe");
    sink.write(std::string(kSize, 'x'));
    ::_exit(0);
  }
  writer = Fd();
  std::size_t total = 0;
  char buffer[1000];
  while (true) {
    const ssize_t count = ::read(reader.get(), buffer, sizeof buffer);
    if (count > 0) total += static_cast<std::size_t>(count);
    if (count == 0) break;
  }
  ::waitpid(child, nullptr, 0);
  CHECK(total == kSize);
}

TEST_CASE("closing a descriptor twice is harmless, and one that is not open is an error") {
  Fd fd(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  CHECK(fd);
  fd.close("x");
  CHECK_FALSE(fd);
  fd.close("x");
  Fd wrong(1000000);
  CHECK(error_of([&] { wrong.close("the file"); }).kind() == ErrorKind::output);
}

TEST_CASE("reading a file tells absent, too large and unreadable apart") {
  const Scratch scratch;
  scratch.put("a", std::string("x\0y", 3));
  scratch.put("empty", "");
  CHECK(read_file(scratch / "a") == std::string("x\0y", 3));
  CHECK(read_file(scratch / "empty").empty());
  CHECK(read_file(scratch / "a", 3).size() == 3);
  CHECK_FALSE(read_file("/proc/self/status").empty());
  CHECK(error_of([&] { read_file(scratch / "a", 2); }).kind() == ErrorKind::invalid);
  CHECK(error_of([&] { read_file("/proc/self/status", 10); }).kind() == ErrorKind::invalid);
  CHECK(error_of([&] { read_file(scratch / "absent"); }).kind() == ErrorKind::not_found);
  CHECK(error_of([&] { read_file(scratch / "a/b"); }).kind() == ErrorKind::not_found);
  CHECK(error_of([&] { read_file(scratch.path()); }).kind() == ErrorKind::config);
  CHECK(error_of([&] { read_file("/dev/zero"); }).kind() == ErrorKind::config);
  REQUIRE(::mkfifo((scratch / "fifo").c_str(), 0600) == 0);
  CHECK(error_of([&] { read_file(scratch / "fifo"); }).kind() == ErrorKind::config);
  CHECK(error_of([&] { read_file("/dev/zero", 100, FileKind::any); }).kind() == ErrorKind::invalid);
  CHECK(error_of([&] { read_file(scratch.path(), 100, FileKind::any); }).kind() == ErrorKind::config);
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  const Fd reader(ends[0]);
  {
    const Fd writer(ends[1]);
    FdSink(writer.get(), "a pipe").write("through a pipe");
  }
  CHECK(read_file(fmt::format("/dev/fd/{}", reader.get()), 100, FileKind::any) == "through a pipe");
  const std::string big(300000, 'z');
  CHECK(read_file(scratch.put("big", big)) == big);
}

TEST_CASE("missing directories are made for us alone") {
  const Scratch scratch;
  const mode_t old = ::umask(0);
  ensure_directory(scratch / "a/b/c/");
  ::umask(old);
  CHECK(mode_of(scratch / "a") == 0700);
  CHECK(mode_of(scratch / "a/b/c") == 0700);
  ensure_directory(scratch / "a/b/c");
  scratch.put("file", "x");
  CHECK(error_of([&] { ensure_directory(scratch / "file"); }).kind() == ErrorKind::output);
  CHECK(error_of([&] { ensure_directory(scratch / "file/below"); }).kind() == ErrorKind::output);
}

TEST_CASE("a local file system is not a network one, even for a path that does not exist yet") {
  const Scratch scratch;
  CHECK_FALSE(on_network_file_system(scratch.path()));
  CHECK_FALSE(on_network_file_system(scratch / "not/yet/state.db"));
  CHECK_FALSE(on_network_file_system("relative"));
}
