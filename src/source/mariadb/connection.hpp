// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "foreign_type.hpp"
#include "mariadb/link.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/rows/query.hpp"
#include "silence.hpp"

namespace reportctl::source {

struct MariadbSettings {
  std::string name;  ///< of the source, for messages
  ServerUrl url;
  SecretSource password;
  std::chrono::seconds timeout{60};  ///< of one operation; zero or less: none
  rows::SourceForms forms{rows::Dialect::mariadb};
  std::chrono::seconds silence{0};  ///< while the next row is waited for; zero: the same
};

/// A column of a statement's result, as the server describes it.
struct MariadbField {
  std::string name;
  enum_field_types type;
  ForeignType foreign;
  bool is_unsigned;
  bool is_flag;  ///< TINYINT(1) or BIT(1), as which booleans are kept
};

/// A connection on which everything happens inside `START TRANSACTION READ ONLY` and ends with ROLLBACK. Every wait for the
/// server ends at the deadline and on a stop request, also where the server is gone without a word.
class MariadbConnection {
 public:
  /// Connects.
  explicit MariadbConnection(MariadbSettings);
  ~MariadbConnection();
  MariadbConnection(const MariadbConnection&) = delete;
  MariadbConnection& operator=(const MariadbConnection&) = delete;

  /// Starts the time that one operation of Source may take, and a read-only transaction that sees one moment. Connects again
  /// where the server has closed the connection since.
  void begin();
  /// Ends the transaction; what still runs is ended on the server, too. Quick, and never fails.
  void end() noexcept;

  /// Parses a statement and returns what it will give.
  std::vector<MariadbField> prepare(const std::string& sql);
  /// Runs the statement that was prepared; its rows come one by one from fetch().
  using Values = std::vector<decltype(rows::Bind::value)>;
  void execute(const Values& values);
  /// Where the values of a row go; as many as there are fields.
  void bind(std::vector<MYSQL_BIND>& places);
  /// The next row. False at the end, when nothing was lost on the way.
  bool fetch();
  /// Of the current row, a value for which the buffer was too small.
  void fetch_column(MYSQL_BIND& place, unsigned column);
  /// One statement of our own, with all its rows as text.
  MariadbLink::Texts run(const std::string& sql);
  /// Whether the server can convert times of that zone.
  bool knows_zone(const std::string& zone);

  [[noreturn]] void fail(const std::string& what, const std::string& hint = {});
  [[nodiscard]] const MariadbSettings& settings() const { return settings_; }

 private:
  using Clock = std::chrono::steady_clock;
  void connect();
  void set_up();
  void start_transaction();
  void look();
  void close_statement() noexcept;
  void end_on_server() noexcept;
  void check_warnings();
  [[nodiscard]] std::chrono::seconds connect_timeout() const;
  [[nodiscard]] bool past_timeout() const;
  [[noreturn]] void fail(const MariadbError&);
  [[noreturn]] void fail_late();
  /// What the library says of the statement, or of the connection.
  [[nodiscard]] MariadbError statement_error() const;

  MariadbSettings settings_;
  MariadbLink link_;
  MariadbPlace place_{};  ///< of the server that was connected to
  MYSQL_STMT* statement_ = nullptr;
  bool is_mariadb_ = true;
  Clock::time_point started_;
  Clock::time_point deadline_ = Clock::time_point::max();
  Silence silence_{settings_.silence};
  bool in_use_ = false;   ///< between begin() and end()
  bool running_ = false;  ///< a statement was executed whose last row has not come
  std::uint64_t fetched_ = 0;
};

}  // namespace reportctl::source
