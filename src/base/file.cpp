// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "reportctl/base/directory.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/hash.hpp"
#include "reportctl/base/leftovers.hpp"
#include "reportctl/base/process.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kBlock = 64U << 10U;
constexpr std::size_t kLeast = 512;

std::string name_of(const fs::path& path) { return visible(path.string()); }

fs::path directory_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

struct NamedFile {
  fs::path path;
  Fd fd;
};

/// A new file of our own beside `target`.
NamedFile create_beside(const fs::path& target) {
  std::string name = (directory_of(target) / kTemporary).string() + "XXXXXX";
  Fd fd(::mkostemp(name.data(), O_CLOEXEC));
  if (!fd) throw system_error(ErrorKind::output, "cannot create a file in " + name_of(directory_of(target)), errno);
  return {name, std::move(fd)};
}

void set_mode(int fd, mode_t mode, const fs::path& path) {
  if (::fchmod(fd, mode) != 0) throw system_error(ErrorKind::output, "cannot set the mode of " + name_of(path), errno);
}

/// Gives a whole file its name, unless that exists: EEXIST. The other name is gone in any case. Returns the errno, or 0.
int name_copy(const fs::path& copy, const fs::path& path) {
  int error = ::link(copy.c_str(), path.c_str()) == 0 ? 0 : errno;
  if (error == EPERM || error == EOPNOTSUPP || error == ENOSYS || error == EINVAL) {  // exFAT, FUSE: no hard links
    error = ::renameat2(AT_FDCWD, copy.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) == 0 ? 0 : errno;
    if (error == EINVAL || error == ENOSYS || error == EOPNOTSUPP) {
      struct stat status {};
      error = ::lstat(path.c_str(), &status) == 0 ? EEXIST : ::rename(copy.c_str(), path.c_str()) == 0 ? 0 : errno;
    }
  }
  ::unlink(copy.c_str());
  return error;
}

void sync_file(const Fd& fd, const fs::path& path) {
  if (::fsync(fd.get()) != 0) throw system_error(ErrorKind::output, "cannot write " + name_of(path), errno);
}

}  // namespace

Fd::~Fd() {
  if (fd_ >= 0) ::close(fd_);
}

Fd::Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void Fd::close(const std::string& what) {
  // On Linux the descriptor is gone even after EINTR.
  if (fd_ >= 0 && ::close(std::exchange(fd_, -1)) != 0 && errno != EINTR)
    throw system_error(ErrorKind::output, "cannot write " + what, errno);
}

TempFile TempFile::create(const fs::path& directory) {
  Fd fd(::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  std::string name = "a file in " + name_of(directory);
  if (fd) return {std::move(fd), std::move(name)};
  if (errno != EOPNOTSUPP && errno != EISDIR) throw system_error(ErrorKind::output, "cannot create " + name, errno);
  NamedFile named = create_beside(directory / "x");  // NFS, FUSE: no O_TMPFILE
  ::unlink(named.path.c_str());
  return {std::move(named.fd), std::move(name)};
}

void TempFile::write(std::string_view bytes) {
  FdSink(fd_.get(), name_).write(bytes);
  size_ += bytes.size();
}

std::size_t read_at(int fd, std::uint64_t offset, char* out, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count = ::pread(fd, out + done, size - done, static_cast<off_t>(offset + done));
    if (count == 0) break;
    if (count > 0) done += static_cast<std::size_t>(count);
    if (count < 0 && errno != EINTR) throw system_error(ErrorKind::output, "cannot read back a temporary file", errno);
  }
  return done;
}

std::size_t TempFile::read_at(std::uint64_t offset, char* out, std::size_t size) const {
  return reportctl::read_at(fd_.get(), offset, out, size);
}

bool TempFile::link_as(const fs::path& path) {
  sync_file(fd_, path);
  const std::string self = fmt::format("/proc/self/fd/{}", fd_.get());
  if (::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) != 0) {
    if (errno == EEXIST) return false;
    // Another file system, a file that had to be unlinked at birth, or no /proc: the content is copied, and only its whole copy
    // gets the name.
    NamedFile copy = create_beside(path);
    try {
      struct stat status {};
      if (::fstat(fd_.get(), &status) == 0) set_mode(copy.fd.get(), status.st_mode & 0777U, path);
      FdSink sink(copy.fd.get(), name_of(path));
      std::string block(kBlock, '\0');
      for (std::uint64_t at = 0; const std::size_t count = read_at(at, block.data(), block.size()); at += count)
        sink.write({block.data(), count});
      sync_file(copy.fd, path);
    } catch (...) {
      ::unlink(copy.path.c_str());
      throw;
    }
    const int error = name_copy(copy.path, path);
    if (error == EEXIST) return false;
    if (error != 0) throw system_error(ErrorKind::output, "cannot create " + name_of(path), error);
  }
  fsync_directory(directory_of(path));
  return true;
}

AtomicFile::AtomicFile(fs::path target, mode_t mode)
    : target_(std::move(target)), file_(TempFile::create(directory_of(target_))) {
  set_mode(file_.fd(), mode, target_);
}

void AtomicFile::write(std::string_view bytes) { FdSink(file_.fd(), name_of(target_)).write(bytes); }

void AtomicFile::keep_attributes() {
  struct stat old {};
  struct stat own {};
  if (::stat(target_.c_str(), &old) != 0 || ::fstat(file_.fd(), &own) != 0) return;
  mode_t mode = old.st_mode & 0777U;
  if (::fchown(file_.fd(), old.st_uid, old.st_gid) != 0 && old.st_gid != own.st_gid &&
      ::fchown(file_.fd(), static_cast<uid_t>(-1), old.st_gid) != 0)
    mode &= ~mode_t{0070};  // what one group was allowed is not for another
  set_mode(file_.fd(), mode, target_);
}

void remove_old_temporaries(const fs::path& directory, const char* beginning) {
  std::error_code ignored;
  const auto old = fs::file_time_type::clock::now() - std::chrono::hours(1);
  each_entry(directory, [&](const fs::directory_entry& entry) {
    if (!entry.path().filename().string().starts_with(beginning)) return;
    const auto written = entry.last_write_time(ignored);
    if (!ignored && written < old && entry.is_regular_file(ignored)) fs::remove(entry.path(), ignored);
  });
}

void AtomicFile::commit() {
  fs::path temporary;
  do temporary = directory_of(target_) / (kTemporary + new_id().substr(0, 12));
  while (!file_.link_as(temporary));
  if (::rename(temporary.c_str(), target_.c_str()) != 0) {
    const int error = errno;
    ::unlink(temporary.c_str());
    throw system_error(ErrorKind::output, "cannot create " + name_of(target_), error);
  }
  fsync_directory(directory_of(target_));
}

namespace {

void require_trusted(const struct stat& status, const std::string& name, ErrorKind kind) {
  const auto user = ::geteuid();
  if (status.st_uid != 0 && status.st_uid != user) {
    const std::string owner = login_of(status.st_uid);
    throw Error(kind, fmt::format("{} belongs to another user ({}), so it cannot be trusted", name, owner),
                fmt::format("run this as its owner (sudo -u {} reportctl …), or after looking at it: chown {} {}",
                            shell_word(owner), user, name));
  }
  const bool is_kept_apart = S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX) != 0;
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0 && !is_kept_apart)
    throw Error(kind, fmt::format("others may write {}, so it cannot be trusted", name), fmt::format("chmod go-w {}", name));
}

/// Modes mean nothing on a file system that is mounted read-only, such as a ConfigMap's.
bool is_read_only(const fs::path& directory) {
  struct statvfs system {};
  return ::statvfs(directory.c_str(), &system) == 0 && (system.f_flag & ST_RDONLY) != 0;
}

/// Whoever may write the directory, or owns a symbolic link on the way, chooses the file.
void require_trusted_way(fs::path path, ErrorKind kind) {
  constexpr int kMostLinks = 40;  // as the kernel
  for (int links = 0; links <= kMostLinks; ++links) {
    struct stat status {};
    const fs::path directory = directory_of(path);
    if (!is_read_only(directory) && ::stat(directory.c_str(), &status) == 0) require_trusted(status, name_of(directory), kind);
    if (::lstat(path.c_str(), &status) != 0 || !S_ISLNK(status.st_mode)) return;
    status.st_mode &= ~mode_t{S_IWGRP | S_IWOTH};  // a link's own mode means nothing
    require_trusted(status, name_of(path), kind);
    std::error_code ignored;
    path = directory / fs::read_symlink(path, ignored);
  }
}

Fd open_to_read(const fs::path& path, FileKind kind) {
  const int flags =
      O_RDONLY | O_CLOEXEC | (kind == FileKind::regular ? O_NONBLOCK : 0);  // a FIFO without a writer must not hang us
  Fd fd(::open(path.c_str(), flags));
  while (!fd && errno == EINTR) {
    throw_if_stopped();
    fd = Fd(::open(path.c_str(), flags));
  }
  if (!fd)
    throw system_error(errno == ENOENT || errno == ENOTDIR ? ErrorKind::not_found : ErrorKind::config,
                       "cannot open " + name_of(path), errno);
  return fd;
}

}  // namespace

void require_trusted(const fs::path& path, ErrorKind kind) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) throw system_error(kind, "cannot look at " + name_of(path), errno);
  require_trusted(status, name_of(path), kind);
  require_trusted_way(path, kind);
}

std::string read_trusted_file(const fs::path& path, std::uint64_t limit) {
  const Fd fd = open_to_read(path, FileKind::any);
  require_trusted_way(path, ErrorKind::config);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) throw system_error(ErrorKind::config, "cannot read " + name_of(path), errno);
  require_trusted(status, name_of(path), ErrorKind::config);
  return read_descriptor(fd.get(), name_of(path), limit);
}

std::string read_file(const fs::path& path, std::uint64_t limit, FileKind kind) {
  const Fd fd = open_to_read(path, kind);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) throw system_error(ErrorKind::config, "cannot read " + name_of(path), errno);
  if (kind == FileKind::regular && !S_ISREG(status.st_mode))
    throw Error(ErrorKind::config, "cannot read " + name_of(path) + ": it is not a regular file");
  return read_descriptor(fd.get(), name_of(path), limit);
}

std::string read_descriptor(int fd, const std::string& name, std::uint64_t limit) {
  std::string text;
  struct stat status {};
  const bool has_size = ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
  const auto expected = has_size ? static_cast<std::uint64_t>(status.st_size) : limit;
  // One byte more than stat() promises finds the end of the file without another round; files in /proc promise 0, and are short.
  for (std::size_t room = expected < limit ? expected + 1 : kLeast; text.size() <= limit;
       room = std::clamp(text.size(), kLeast, kBlock)) {
    const std::size_t size = text.size();
    text.resize(size + room);
    const ssize_t count = ::read(fd, text.data() + size, room);
    const int error = errno;
    text.resize(size + static_cast<std::size_t>(count > 0 ? count : 0));
    if (count == 0) return text;
    if (count < 0 && error != EINTR) throw system_error(ErrorKind::config, "cannot read " + name, error);
    if (count < 0) throw_if_stopped();
  }
  throw Error(ErrorKind::invalid, fmt::format("{} is larger than {} bytes", name, limit));
}

void remove_leftovers(const fs::path& directory, Instant before) {
  std::error_code gone;  // whatever another process removes meanwhile
  for (const auto& entry : fs::directory_iterator(directory, gone)) {
    struct stat status {};
    const bool ours = entry.path().filename().string().starts_with(kTemporary) && ::lstat(entry.path().c_str(), &status) == 0;
    if (ours && S_ISREG(status.st_mode) && status.st_mtim.tv_sec < before.time_since_epoch().count())
      ::unlink(entry.path().c_str());
  }
}

void ensure_directory(const fs::path& path) {
  std::error_code ignored;
  if (path.empty() || fs::is_directory(path, ignored)) return;
  if (path.has_parent_path() && path.parent_path() != path) ensure_directory(path.parent_path());
  if (::mkdir(path.c_str(), 0700) == 0) return;
  const int error = errno;
  if (error == EEXIST && fs::is_directory(path, ignored)) return;
  throw system_error(ErrorKind::output, "cannot create the directory " + name_of(path), error == EEXIST ? ENOTDIR : error);
}

void fsync_directory(const fs::path& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) throw system_error(ErrorKind::output, "cannot open the directory " + name_of(path), errno);
  // Some file systems (FUSE, SMB) cannot sync a directory and say EINVAL: nothing better exists there.
  if (::fsync(fd.get()) != 0 && errno != EINVAL)
    throw system_error(ErrorKind::output, "cannot write the directory " + name_of(path), errno);
}

bool on_network_file_system(const fs::path& path) {
  // statfs(2). FUSE (0x65735546) is left out: it is as often a container's local overlay.
  constexpr std::array<std::uint32_t, 11> kNetwork{0x6969 /* NFS */,
                                                   0x517B /* SMB */,
                                                   0xFF534D42 /* CIFS */,
                                                   0xFE534D42 /* SMB2 */,
                                                   0x01021997 /* 9p */,
                                                   0x00C36400 /* Ceph */,
                                                   0x5346414F /* AFS */,
                                                   0x6B414653 /* kAFS */,
                                                   0x73757245 /* Coda */,
                                                   0x0BD00BD0 /* Lustre */,
                                                   0x786F4256 /* vboxsf */};
  std::error_code error;
  fs::path existing = fs::absolute(path, error);
  struct statfs status {};
  while (::statfs(existing.c_str(), &status) != 0) {
    if ((errno != ENOENT && errno != ENOTDIR) || existing == existing.parent_path()) return false;
    existing = existing.parent_path();
  }
  const auto type = static_cast<std::uint32_t>(status.f_type);
  for (const std::uint32_t network : kNetwork)
    if (type == network) return true;
  return false;
}

}  // namespace reportctl
