// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "reportctl/base/file.hpp"
#include "reportctl/rows/cell.hpp"

namespace reportctl::render {

/// Counts different values in bounded memory: the values seen last are kept, older ones go sorted into a nameless file, and all
/// are merged in the end. Exact for numbers and texts up to 31 bytes; a longer text counts by 124 bits of its SHA-256.
class DistinctCounter {
 public:
  /// `directory`: of the file; empty: TMPDIR, else /tmp.
  explicit DistinctCounter(std::filesystem::path directory) : directory_(std::move(directory)) {}
  void add(const rows::Cell&);
  [[nodiscard]] std::int64_t count();

 private:
  using Key = std::array<char, 32>;
  struct Run {
    std::uint64_t at;
    std::uint64_t end;
  };
  class Reader;
  void settle();
  std::filesystem::path directory_;
  std::vector<Key> recent_;
  std::optional<TempFile> file_;
  std::vector<Run> runs_;
};

}  // namespace reportctl::render
