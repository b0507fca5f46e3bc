// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "foreign_type.hpp"
#include "mariadb/mariadb_link.hpp"
#include "reportctl/rows/query.hpp"
#include "server_connection.hpp"

namespace reportctl::source {

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
class MariadbConnection final : public ServerConnection {
 public:
  /// Connects.
  explicit MariadbConnection(ServerSettings);
  ~MariadbConnection() override;

  void end() noexcept override;

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

  using ServerConnection::fail;

 private:
  [[nodiscard]] bool is_open() const override { return link_.is_open(); }
  void connect() override;
  void set_up();
  /// Where the server is one of several: learns what has it give what all of them have, or why it cannot.
  MariadbError join_others();
  void start_transaction() override;
  void close_statement() noexcept;
  void end_on_server() noexcept;
  void check_warnings();
  [[noreturn]] void fail(const MariadbError&);
  /// What the library says of the statement, or of the connection.
  [[nodiscard]] MariadbError statement_error() const;

  MariadbLink link_;
  ServerPlace place_;  ///< of the server that was connected to
  MYSQL_STMT* statement_ = nullptr;
  std::string of_several_;  ///< settings of a server that is one of several, each behind a comma
  bool is_mariadb_ = true;
  bool running_ = false;  ///< a statement was executed whose last row has not come
  std::uint64_t fetched_ = 0;
};

}  // namespace reportctl::source
