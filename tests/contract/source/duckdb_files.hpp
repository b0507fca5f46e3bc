// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <filesystem>
#include <string>

#include "duckdb/api.hpp"

namespace reportctl::testing {

/// libduckdb.so, which tests/support/duckdb.py fetches once; empty where it cannot be had, which has been said then.
const std::string& duckdb_library();

/// A DuckDB file in a folder of its own, gone with this object.
class DuckdbFile {
 public:
  DuckdbFile();
  ~DuckdbFile();
  DuckdbFile(const DuckdbFile&) = delete;
  DuckdbFile& operator=(const DuckdbFile&) = delete;
  /// On a copy, which then takes the place of the file: a writer and a reader of one file exclude each other.
  void execute(const std::string& sql);
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] std::filesystem::path file() const { return folder_ / "facts.duckdb"; }
  /// All files of the folder and what is in them.
  [[nodiscard]] std::string fingerprint() const;

 private:
  std::filesystem::path folder_;
};

}  // namespace reportctl::testing
