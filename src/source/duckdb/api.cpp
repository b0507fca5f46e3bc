// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "duckdb/api.hpp"

#include <map>
#include <memory>
#include <mutex>

namespace reportctl::source {

const DuckdbApi& duckdb_api(const std::string& file) {
  static std::mutex mutex;
  static std::map<std::string, std::unique_ptr<DuckdbApi>> opened;
  const std::lock_guard lock(mutex);
  const auto entry = opened.try_emplace(file).first;  // the key stays, and the library keeps a pointer to it
  if (entry->second == nullptr) entry->second = std::make_unique<DuckdbApi>(file.empty() ? "libduckdb.so" : entry->first.c_str());
  return *entry->second;
}

}  // namespace reportctl::source
