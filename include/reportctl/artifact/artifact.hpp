// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "reportctl/base/file.hpp"

namespace reportctl::artifact {

/// Where finished files live, by content: the name is the SHA-256 of the bytes, so storing twice is storing once.
class Directory {
 public:
  /// Created 0700 when missing; sharded by the first two hex digits. Error(config) for anything but `file:/path`.
  static Directory open(const std::string& url);
  /// A nameless spool on the same file system.
  [[nodiscard]] TempFile spool() const;
  [[nodiscard]] const std::filesystem::path& root() const { return root_; }
  /// Durable when it returns (file and directory fsynced).
  void put(TempFile& file, const std::string& sha256);
  /// Opens for reading and checks the hash of the whole file first. Error(not_found) when it was pruned, Error(failed) when the
  /// bytes changed.
  [[nodiscard]] Fd get(const std::string& sha256) const;
  [[nodiscard]] std::filesystem::path path_of(const std::string& sha256) const;

 private:
  explicit Directory(std::filesystem::path root) : root_(std::move(root)) {}
  std::filesystem::path root_;
};

}  // namespace reportctl::artifact
