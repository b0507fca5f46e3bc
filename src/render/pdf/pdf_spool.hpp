// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/base/file.hpp"

namespace reportctl::render {

/// A cell as it will be printed.
struct PrintedCell {
  std::string_view text;
  float width = 0;   ///< on one line
  float height = 0;  ///< of that line
  bool is_cut = false;
};

/// Printed rows, kept until the widths of the columns are known: small reports in memory, larger ones in a nameless file.
class Spool {
 public:
  explicit Spool(std::filesystem::path directory) : directory_(std::move(directory)) {}
  void add(const PrintedCell&);
  /// Behind the last cell of each row.
  void end_row() { ++rows_; }
  [[nodiscard]] std::int64_t rows() const { return rows_; }

 private:
  friend class SpoolReader;
  struct Head {
    std::uint32_t size = 0;
    std::uint32_t is_cut = 0;
    float width = 0;
    float height = 0;
  };
  static constexpr std::size_t kChunk = std::size_t{1} << 18U;
  std::filesystem::path directory_;
  std::string pending_;  ///< what the file does not have yet
  std::optional<TempFile> file_;
  std::int64_t rows_ = 0;
};

/// Reads a spool from its beginning. Texts are valid until the next row.
class SpoolReader {
 public:
  SpoolReader(const Spool& spool, std::size_t columns) : spool_(spool), heads_(columns), cells_(columns) {}
  /// The next row; there must be one.
  const std::vector<PrintedCell>& next();

 private:
  /// Makes at least `size` bytes of the spool present at at_.
  void need(std::size_t size);
  const Spool& spool_;
  std::vector<Spool::Head> heads_;
  std::vector<PrintedCell> cells_;
  std::string buffer_;
  std::size_t at_ = 0;
  std::uint64_t read_ = 0;
};

}  // namespace reportctl::render
