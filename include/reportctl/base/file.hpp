// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "reportctl/base/error.hpp"
#include "reportctl/base/sink.hpp"

namespace reportctl {

/// Owns a descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd();
  Fd(Fd&& other) noexcept;
  Fd& operator=(Fd&& other) noexcept;
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] explicit operator bool() const { return fd_ >= 0; }
  /// close() whose failure is an Error(output) naming `what`.
  void close(const std::string& what);

 private:
  int fd_ = -1;
};

/// Reads at an offset, which the descriptor's own is not; returns the count, less than `size` only at the end. Error(output).
std::size_t read_at(int fd, std::uint64_t offset, char* out, std::size_t size);

/// A nameless file (O_TMPFILE, 0600) in a directory: gone with its descriptor, whatever happens.
class TempFile final : public Sink {
 public:
  /// Throws Error(output) when the directory is missing or full.
  static TempFile create(const std::filesystem::path& directory);
  void write(std::string_view bytes) override;
  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// Reads at an offset; returns the count, 0 at the end.
  std::size_t read_at(std::uint64_t offset, char* out, std::size_t size) const;
  /// fsync, then gives the file a name that does not exist yet. False when the name exists. Directory is fsynced.
  bool link_as(const std::filesystem::path& path);

 private:
  TempFile(Fd fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}
  Fd fd_;
  std::string name_;  // for messages
  std::uint64_t size_ = 0;
};

/// Writes a file that appears whole or not at all: a nameless file in its directory, fsync, link, rename, fsync of the directory.
/// Without commit() nothing is left behind, even after SIGKILL.
class AtomicFile final : public Sink {
 public:
  explicit AtomicFile(std::filesystem::path target, mode_t mode = 0600);
  void write(std::string_view bytes) override;
  /// A file that is replaced passes on its mode, and its owner and group where this user may give them.
  void keep_attributes();
  void commit();

 private:
  std::filesystem::path target_;
  TempFile file_;
};

enum class FileKind {
  regular,
  any  ///< also what people name: a pipe of the shell (`<(…)`), a device
};
/// Whole content of a file of at most `limit` bytes. Error(not_found), Error(invalid) when larger, Error(config) otherwise.
std::string read_file(const std::filesystem::path& path, std::uint64_t limit = 16U << 20U, FileKind = FileKind::regular);
/// The same of an open descriptor; `name` is for messages.
std::string read_descriptor(int fd, const std::string& name, std::uint64_t limit);
/// Refuses a file or directory whose content decides what this program does, unless root or this user owns it and nobody else may
/// write it: Error(kind) with its name and what to do. The same holds for its directory, and for symbolic links and theirs. A
/// directory with the sticky bit keeps its files from others.
void require_trusted(const std::filesystem::path& path, ErrorKind kind);
/// As read_file(), of a file that is trusted: what is read is what was looked at.
std::string read_trusted_file(const std::filesystem::path& path, std::uint64_t limit);
/// Creates missing directories with 0700. Error(output).
void ensure_directory(const std::filesystem::path& path);
void fsync_directory(const std::filesystem::path& path);
/// True on NFS, CIFS, 9p and their like, where SQLite's locks cannot be trusted.
bool on_network_file_system(const std::filesystem::path& path);

}  // namespace reportctl
