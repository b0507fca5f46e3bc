// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "duckdb_files.hpp"

#include <stdlib.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>

namespace reportctl::testing {

const std::string& duckdb_library() {
  static const std::string path = [] {
    std::string found;
    if (std::FILE* const answer = ::popen("/usr/bin/python3 " REPORTCTL_ROOT "/tests/support/duckdb.py library", "r")) {
      std::array<char, 4096> line{};
      if (std::fgets(line.data(), line.size(), answer) != nullptr) found = line.data();
      ::pclose(answer);
    }
    while (found.ends_with('\n')) found.pop_back();
    if (found.empty()) std::printf("skipped: DuckDB's library cannot be had\n");
    return found;
  }();
  return path;
}

DuckdbFile::DuckdbFile() {
  std::string pattern = (std::filesystem::temp_directory_path() / "reportctl-duck-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  folder_ = pattern;
  execute("SELECT 1");
}

DuckdbFile::~DuckdbFile() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void DuckdbFile::execute(const std::string& sql) {
  const auto& api = source::duckdb_api(duckdb_library());
  const std::filesystem::path made = folder_ / "new.duckdb";
  if (std::filesystem::exists(file())) std::filesystem::copy_file(file(), made);
  duckdb_config config = nullptr;
  api.create_config(&config);
  duckdb_database database = nullptr;
  duckdb_connection connection = nullptr;
  char* words = nullptr;
  std::string error;
  if (api.open_ext(made.c_str(), &database, config, &words) != duckdb_success) error = words;
  if (error.empty() && api.connect(database, &connection) == duckdb_success) {
    duckdb_result result{};
    if (api.query(connection, sql.c_str(), &result) != duckdb_success) error = api.result_error(&result);
    api.destroy_result(&result);
    api.disconnect(&connection);
  }
  if (database != nullptr) api.close(&database);
  api.destroy_config(&config);
  if (!error.empty()) throw std::runtime_error(error + ": " + sql);
  std::filesystem::rename(made, file());
}

std::string DuckdbFile::fingerprint() const {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
    if (entry.is_directory()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    files[entry.path().string()] = {std::istreambuf_iterator<char>(in), {}};
  }
  std::string all;
  for (const auto& [name, bytes] : files) all += name + " " + bytes + " ";
  return all;
}

}  // namespace reportctl::testing
