// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/spool.hpp"

#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

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

/// True when PIPE_BUF bytes can be written at once, or when writing will fail.
bool SpoolingSink::has_room() const {
  if (kind_ == Kind::other) return false;
  pollfd ready{fd_, POLLOUT, 0};
  return ::poll(&ready, 1, 0) > 0;
}

void SpoolingSink::write(std::string_view bytes) {
  if (kind_ == Kind::file) return direct_.write(bytes);
  while (!bytes.empty() && is_caught_up() && has_room()) {
    const std::string_view part = bytes.substr(0, PIPE_BUF);
    direct_.write(part);
    bytes.remove_prefix(part.size());
  }
  if (bytes.empty()) return;
  if (!spool_) spool_ = TempFile::create(spool_directory());
  spool_->write(bytes);
  while (!is_caught_up() && has_room()) direct_.write(next_piece(PIPE_BUF));
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
