// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/spool.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "reportctl/base/error.hpp"

namespace reportctl {
namespace {

constexpr std::size_t kPiece = 64U << 10U;

/// On a disk, even where /tmp is in memory.
std::filesystem::path spool_directory() {
  const char* const named = std::getenv("TMPDIR");
  return named != nullptr && *named == '/' ? named : "/var/tmp";
}

}  // namespace

SpoolingSink::SpoolingSink(int fd, std::string what) : fd_(fd), direct_(fd, std::move(what)), kind_(Kind::other) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return;  // writing to it will say why
  if (S_ISFIFO(status.st_mode)) kind_ = Kind::pipe;
  if (S_ISREG(status.st_mode) || S_ISBLK(status.st_mode) || (S_ISCHR(status.st_mode) && ::isatty(fd) == 0)) kind_ = Kind::file;
}

std::size_t SpoolingSink::room() {
  if (kind_ == Kind::other) return 0;
  pollfd ready{fd_, POLLOUT, 0};
  if (::poll(&ready, 1, 0) <= 0) {
    if (patience_ <= patience_.zero()) return 0;
    const auto started = std::chrono::steady_clock::now();
    const auto most = std::chrono::ceil<std::chrono::milliseconds>(patience_);
    const int found = ::poll(&ready, 1, static_cast<int>(most.count()));
    patience_ -= std::chrono::steady_clock::now() - started;
    if (found <= 0) return 0;
  }
  // A pipe that can be written takes PIPE_BUF bytes at once, and an empty one all that it holds; so does one whose reader has
  // gone.
  int waiting = 0;
  const int capacity = ::fcntl(fd_, F_GETPIPE_SZ);
  const bool empty = ::ioctl(fd_, FIONREAD, &waiting) == 0 && waiting == 0 && capacity > PIPE_BUF;
  return empty ? static_cast<std::size_t>(capacity) : PIPE_BUF;
}

void SpoolingSink::write(std::string_view bytes) {
  if (kind_ == Kind::file) return direct_.write(bytes);
  while (!bytes.empty() && is_caught_up()) {
    const std::string_view part = bytes.substr(0, room());
    if (part.empty()) break;
    direct_.write(part);
    bytes.remove_prefix(part.size());
  }
  if (bytes.empty()) return;
  keep(bytes);
  while (!is_caught_up()) {
    const std::size_t free = room();
    if (free == 0) return;
    direct_.write(next_piece(free));
  }
}

void SpoolingSink::keep(std::string_view bytes) {
  try {
    if (!spool_) spool_ = TempFile::create(spool_directory());
    spool_->write(bytes);
  } catch (const Error& error) {
    throw Error(error.kind(),
                fmt::format("the reader is slower than the source, and what it has not read cannot be kept: {}", error.what()),
                "set TMPDIR to a directory with room, or write to a file: --output FILE");
  }
}

std::string_view SpoolingSink::next_piece(std::size_t most) {
  piece_.resize(most);
  const std::size_t size = spool_->read_at(sent_, piece_.data(), piece_.size());
  sent_ += size;
  return std::string_view(piece_).substr(0, size);
}

void SpoolingSink::finish() {
  while (!is_caught_up()) direct_.write(next_piece(kPiece));
}

}  // namespace reportctl
