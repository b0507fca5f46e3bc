// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "duckdb/database.hpp"

#include <fmt/format.h>
#include <stdlib.h>

#include <set>

#include "duckdb/words.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::source {
namespace {

using std::chrono::milliseconds;
namespace fs = std::filesystem;

constexpr milliseconds kPatience{3000};  ///< with a writer that has the file
constexpr milliseconds kWatchStep{50};   ///< how often the watch looks whether to go on

const DuckdbApi& opened_library(const DuckdbSettings& settings) try {
  return duckdb_api(settings.library.string());
} catch (const Error& error) {
  throw Error(ErrorKind::source, fmt::format("source {}: {}", settings.name, error.what()),
              settings.library.empty()
                  ? "install libduckdb.so of DuckDB (duckdb.org, \"C/C++\"), or name its file: sources.NAME.library"
                  : "check sources.NAME.library: the file libduckdb.so of DuckDB 1.2 or later");
}

std::string quoted_name(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) out.append(c == '"' ? 2 : 1, c);
  return out + '"';
}

/// What the catalog's macros call (rows/dialect.cpp). A double becomes the decimal of 15 digits that it stands for, as
/// PostgreSQL's numeric does; whole(x) takes integers of any type and text, and no fraction, not even .00. DuckDB waits with the
/// first row until its buffer is full: with its own default of 1 MB, that may be for good.
constexpr const char* kMacros = R"(
CREATE TEMP MACRO rc_decimal(x) AS
  CASE WHEN typeof(x) IN ('DOUBLE', 'FLOAT') THEN CAST(format('{:.15g}', CAST(x AS DOUBLE)) AS DECIMAL(38, 12)) ELSE CAST(x AS DECIMAL(38, 12)) END;
CREATE TEMP MACRO rc_whole(x) AS
  CASE WHEN typeof(x) IN ('BIGINT', 'HUGEINT', 'INTEGER', 'SMALLINT', 'TINYINT') OR x IS NULL THEN CAST(x AS BIGINT)
       WHEN regexp_full_match(CAST(x AS VARCHAR), '[+-]?[0-9]+') THEN CAST(CAST(x AS VARCHAR) AS BIGINT)
       ELSE CAST(error('rc_whole|' || CAST(x AS VARCHAR)) AS BIGINT) END;
CREATE TEMP MACRO rc_minor_units(x) AS
  CASE WHEN x % 1 = 0 OR x IS NULL THEN CAST(x AS BIGINT) ELSE CAST(error('rc_whole|' || CAST(x AS VARCHAR)) AS BIGINT) END;
SET integer_division = true;
SET TimeZone = 'UTC';
SET streaming_buffer_size = '64KB';
)";

}  // namespace

DuckdbDatabase::DuckdbDatabase(DuckdbSettings settings)
    : settings_(std::move(settings)),
      api_(opened_library(settings_)),
      deadline_(settings_.timeout.count() > 0 ? Clock::now() + settings_.timeout : Clock::time_point::max()) {
  try {
    std::string place = (fs::temp_directory_path() / "reportctl-duckdb-XXXXXX").string();
    if (::mkdtemp(place.data()) == nullptr)
      fail(fmt::format("cannot make a directory in {}", fs::temp_directory_path().string()));
    spill_ = place;
    open();
    run(kMacros);
    if (!settings_.url.parquet.empty()) add_views();
    lock();
    watch_ = std::thread([this] { watch(); });
  } catch (...) {
    close();
    throw;
  }
}

DuckdbDatabase::~DuckdbDatabase() { close(); }

void DuckdbDatabase::close() noexcept {
  if (watch_.joinable()) {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    ended_.notify_one();
    watch_.join();
  }
  if (connection_ != nullptr) api_.disconnect(&connection_);
  if (database_ != nullptr) api_.close(&database_);
  std::error_code ignored;
  if (!spill_.empty()) fs::remove_all(spill_, ignored);
}

void DuckdbDatabase::open() {
  for (const auto until = Clock::now() + kPatience;;) {
    const std::string error = try_to_open();
    if (error.empty()) return;
    throw_if_stopped();
    // A reader and a writer of another process exclude each other.
    if (error.find("Could not set lock") == std::string::npos) fail_with(error.c_str());
    if (Clock::now() >= until)
      fail("another process has the database open for writing, and DuckDB then lets nobody read it",
           "load into another file and rename it over this one, or give Parquet files: duckdb:?parquet=/srv/facts/*.parquet");
    std::this_thread::sleep_for(milliseconds{100});
  }
}

std::string DuckdbDatabase::try_to_open() {
  duckdb_config config = nullptr;
  if (api_.create_config(&config) != duckdb_success) return "out of memory";
  const auto set = [&](const char* name, const std::string& value) {
    return api_.set_config(config, name, value.c_str()) == duckdb_success;
  };
  const DuckdbUrl& url = settings_.url;
  bool known = set("temp_directory", spill_.string()) && set("memory_limit", url.memory_limit) &&
               set("autoinstall_known_extensions", "false") && set("autoload_known_extensions", "false") &&
               (url.threads.empty() || set("threads", url.threads));
  if (!url.path.empty()) known = known && set("access_mode", "READ_ONLY") && set("enable_external_access", "false");
  char* words = nullptr;
  std::string error;
  if (!known) {
    error = "IO Error: this version of DuckDB does not know what a source sets";
  } else if (api_.open_ext(url.path.empty() ? nullptr : url.path.c_str(), &database_, config, &words) != duckdb_success) {
    error = words == nullptr ? "IO Error: no reason given" : words;
    database_ = nullptr;
  } else if (api_.connect(database_, &connection_) != duckdb_success) {
    error = "IO Error: no connection";
  }
  if (words != nullptr) api_.free(words);
  api_.destroy_config(&config);
  return error;
}

/// Statements of our own.
void DuckdbDatabase::run(const std::string& sql) {
  duckdb_result result{};
  const bool done = api_.query(connection_, sql.c_str(), &result) == duckdb_success;
  const char* const words = done ? nullptr : api_.result_error(&result);
  const std::string error = words == nullptr ? "" : words;
  api_.destroy_result(&result);
  if (!done) fail_with(error.c_str());
}

/// /srv/facts/*.parquet, /srv/facts/*/*.parquet: the first * is the name of a table.
void DuckdbDatabase::add_views() {
  const std::string& glob = settings_.url.parquet;
  const std::size_t star = glob.find('*');
  const std::size_t slash = glob.rfind('/', star);
  const std::size_t end = std::min(glob.find('/', star), glob.size());
  const std::string directory = glob.substr(0, slash + 1);
  const std::string before = glob.substr(slash + 1, star - slash - 1);
  const std::string after = glob.substr(star + 1, end - star - 1);
  if (after.find('*') != std::string::npos) fail("parquet in the url has two * in the name of a table");
  std::error_code error;
  std::set<std::string> names;
  for (fs::directory_iterator entry(directory, error), none; !error && entry != none; entry.increment(error)) {
    const std::string file = entry->path().filename().string();
    if (entry->is_directory(error) != (end < glob.size())) continue;
    if (file.size() > before.size() + after.size() && file.starts_with(before) && file.ends_with(after))
      names.insert(file.substr(before.size(), file.size() - before.size() - after.size()));
  }
  if (error)
    fail(fmt::format("cannot read the directory {}: {}", directory, error.message()), "check parquet in the source's url");
  if (names.empty()) fail(fmt::format("no file is like {}", glob), "check parquet in the source's url");
  for (const std::string& name : names)
    run(fmt::format("CREATE VIEW {} AS SELECT * FROM read_parquet({})", quoted_name(name),
                    rows::sql_literal(directory + before + name + after + glob.substr(end))));
  run(fmt::format("SET allowed_directories = [{}]; SET enable_external_access = false", rows::sql_literal(directory)));
}

void DuckdbDatabase::lock() { run("SET lock_configuration = true"); }

void DuckdbDatabase::watch() {
  std::unique_lock lock(mutex_);
  while (!ended_.wait_for(lock, kWatchStep, [this] { return over_; })) {
    was_silent_ = was_silent_ || (waits_ && silence_.is_over());
    if (!was_silent_ && !stop_requested() && Clock::now() < deadline_) continue;
    cut_ = true;
    api_.interrupt(connection_);  // again and again, should the next step have begun meanwhile
  }
}

void DuckdbDatabase::throw_if_cut() {
  const std::lock_guard lock(mutex_);
  if (!cut_) return;
  throw_if_stopped();
  if (was_silent_ && Clock::now() < deadline_) fail(silence_.words(), Silence::kHint);
  settings_.fail_late();
}

void DuckdbDatabase::fail_with(const char* error) {
  throw_if_cut();
  throw_if_stopped();
  fail(duckdb_problem(settings_.name, error == nullptr ? "" : error));
}

}  // namespace reportctl::source
