// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <sqlite3.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>

namespace reportctl::testing {

/// An SQLite file in a folder of its own, gone with this object. Its connection is the program that owns the data.
class ScratchDatabase {
 public:
  ScratchDatabase() {
    std::string pattern = (std::filesystem::temp_directory_path() / "reportctl-source-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    folder_ = pattern;
    sqlite3* connection = nullptr;
    if (sqlite3_open(file().c_str(), &connection) != SQLITE_OK) throw std::runtime_error("cannot create " + file().string());
    connection_.reset(connection);
  }
  ~ScratchDatabase() {
    connection_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  ScratchDatabase(const ScratchDatabase&) = delete;
  ScratchDatabase& operator=(const ScratchDatabase&) = delete;

  void execute(const std::string& sql) {
    char* words = nullptr;
    if (sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, &words) == SQLITE_OK) return;
    const std::string why = words == nullptr ? "?" : words;
    sqlite3_free(words);
    throw std::runtime_error(why + ": " + sql);
  }
  void disconnect() { connection_.reset(); }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] std::filesystem::path file() const { return folder_ / "shop.db"; }
  [[nodiscard]] std::string bytes() const {
    std::ifstream in(file(), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

 private:
  struct Close {
    void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
  };
  std::filesystem::path folder_;
  std::unique_ptr<sqlite3, Close> connection_;
};

}  // namespace reportctl::testing
