// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>

#include "duckdb/api.hpp"
#include "duckdb/duckdb_url.hpp"
#include "engine.hpp"
#include "silence.hpp"

namespace reportctl::source {

struct DuckdbSettings : EngineSettings {
  DuckdbUrl url;
  std::filesystem::path library;  ///< empty: as the system finds it
};

/// A database that is open for one operation of Source: read-only, without any other file of this machine, with a configuration
/// that no statement changes. What takes too long, or is to stop, is interrupted from a thread of its own.
class DuckdbDatabase {
 public:
  /// Waits a little where a writer has the file.
  explicit DuckdbDatabase(DuckdbSettings);
  ~DuckdbDatabase();
  DuckdbDatabase(const DuckdbDatabase&) = delete;
  DuckdbDatabase& operator=(const DuckdbDatabase&) = delete;

  [[nodiscard]] const DuckdbApi& api() const { return api_; }
  [[nodiscard]] duckdb_connection connection() const { return connection_; }
  [[nodiscard]] const DuckdbSettings& settings() const { return settings_; }
  [[noreturn]] void fail(const Problem& problem) const { settings_.fail(problem); }
  [[noreturn]] void fail(const std::string& what, const std::string& hint = {}) const { settings_.fail({what, hint}); }
  /// With DuckDB's words; null: none.
  [[noreturn]] void fail_with(const char* error);
  /// The watch has interrupted it: what comes now is not the whole.
  void throw_if_cut();
  /// While the next rows are waited for, or no longer.
  void wait_for_rows(bool waits) {
    silence_.row();
    waits_ = waits;
  }

 private:
  using Clock = std::chrono::steady_clock;
  void open();
  /// Empty when opened.
  std::string try_to_open();
  void run(const std::string& sql);
  void add_views();
  void lock();
  void watch();
  void close() noexcept;

  DuckdbSettings settings_;
  const DuckdbApi& api_;
  Clock::time_point deadline_;
  Silence silence_{settings_.silence};
  std::atomic<bool> waits_ = true;  ///< for rows: whoever takes them may take his time
  bool was_silent_ = false;         ///< why the watch has interrupted
  std::filesystem::path spill_;     ///< a directory of our own, gone with the database
  duckdb_database database_ = nullptr;
  duckdb_connection connection_ = nullptr;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool over_ = false;
  bool cut_ = false;  ///< the watch has interrupted
  std::thread watch_;
};

}  // namespace reportctl::source
