// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "owner_locks.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "reportctl/base/error.hpp"
#include "reportctl/base/hash.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::store {
namespace {

/// One byte of the 2^60 that a lock can be on.
struct flock lock_of(const ProcessIdentity& process) {
  constexpr std::size_t kDigits = 15;
  const auto whole = fmt::format("{}\n{}\n{}\n{}", process.host, process.boot_id, process.pid, process.start_time);
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = static_cast<off_t>(std::stoull(sha256_hex(whole).substr(0, kDigits), nullptr, 16));
  lock.l_len = 1;
  return lock;
}

}  // namespace

OwnerLocks::OwnerLocks(std::filesystem::path state) : path_(state.string() + "-owners") {}

const Fd& OwnerLocks::file(int flags) {
  if (file_) return file_;
  file_ = Fd(::open(path_.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | flags, 0600));
  if (!file_ && errno != ENOENT)
    throw system_error(ErrorKind::state, fmt::format("cannot open {}", visible(path_.string())), errno,
                       "it belongs beside the state file, to the same user");
  return file_;
}

void OwnerLocks::hold(const ProcessIdentity& self) {
  auto lock = lock_of(self);
  if (::fcntl(file(O_CREAT).get(), F_SETLK, &lock) != 0)
    throw system_error(ErrorKind::state, fmt::format("cannot lock {}", visible(path_.string())), errno,
                       "the state file belongs on a local file system");
}

bool OwnerLocks::is_held(const ProcessIdentity& process) {
  const Fd& open = file(0);
  if (!open) return false;  // nobody ever held one
  auto lock = lock_of(process);
  if (::fcntl(open.get(), F_GETLK, &lock) != 0)
    throw system_error(ErrorKind::state, fmt::format("cannot look at the locks of {}", visible(path_.string())), errno,
                       "the state file belongs on a local file system");
  return lock.l_type != F_UNLCK;
}

}  // namespace reportctl::store
