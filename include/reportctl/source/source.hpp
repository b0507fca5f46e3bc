// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/base/secret.hpp"
#include "reportctl/rows/instant_form.hpp"
#include "reportctl/rows/query.hpp"
#include "reportctl/rows/row_stream.hpp"

namespace reportctl::source {

/// A configured place where data lives.
struct SourceSettings {
  std::string name;
  std::string url;  ///< `sqlite:/srv/shop/shop.db`, `postgresql://reports@db.example.com/shop?sslmode=verify-full`
  SecretSource password;
  std::filesystem::path library = {};                      ///< DuckDB's; empty: as the system finds it
  std::chrono::seconds statement_timeout{60};              ///< of a query as a whole
  std::chrono::seconds silence_timeout{0};                 ///< while it gives no row; zero: none of its own
  std::map<std::string, rows::InstantForm> instants = {};  ///< how moments are kept: by `table`, `table.column`, and kUsual
  std::map<std::string, rows::BooleanForm> booleans = {};  ///< how booleans are kept, in the same way
  std::filesystem::path views_file = {};                   ///< empty: none
  std::map<std::string, std::string> views = {};           ///< its contents: SELECTs that stand for tables, by name in lower case
  bool single_tenant = false;                              ///< all of it belongs to one account
  rows::WordsByMeaning words = {};
  rows::UnitDigits currencies = {};  ///< beside those of ISO 4217
  rows::ScopeColumns scope_columns = {};
};
inline constexpr const char* kUsual = "default";

/// A table or view as the source has it, for `source check`.
struct TableInfo {
  std::string name;
  std::vector<std::string> columns;
};

/// The columns that a query gives, whatever it promises, with the types that fit best: text where nothing tells.
struct Described {
  rows::Columns columns;
  bool by_values = true;  ///< false: there was no row, and only its values would tell what a calculated column holds
};

/// One connection to a source, read-only by construction. Not for sharing between threads.
/// Every failure is Error(source) with the source's name. No SQL is in a message, and no value of a row except a number or a
/// currency that has to be corrected.
class Source {
 public:
  virtual ~Source() = default;
  /// What queries for it are built with.
  [[nodiscard]] virtual const rows::SourceForms& forms() const = 0;
  /// One streaming query at a time, in a consistent snapshot. The deadline (statement_timeout) covers the whole stream,
  /// silence_timeout the wait for each row; a stop
  /// request interrupts it. The number, names and order of result columns must be those of the query, else Error(source).
  virtual std::unique_ptr<rows::RowStream> open(const rows::Query&) = 0;
  /// Prepares without running; Error(source) with the database's own words when it does not hold (for the catalog's tests and
  /// `source check`).
  virtual void prepare(const rows::Query&) = 0;
  virtual std::vector<TableInfo> tables() = 0;
  /// No columns where this kind of source does not tell.
  virtual Described describe(const rows::Query&) { return {}; }
  /// What an operator should know of the login: that it may do more than a report needs, or sees less than there is.
  virtual std::vector<std::string> warnings() { return {}; }
  /// What makes reports from here wrong, whichever they are; `source check` fails with it. May look through tables.
  virtual std::vector<std::string> problems() { return {}; }
  /// Some rows of a table or view from places taken by chance, for FROM: a SELECT in parentheses. What it costs does not grow
  /// with the table. `table`: as a query writes it.
  virtual std::string random_page(const std::string& table) { return table; }
};

/// Why open_source() would refuse this url, without opening anything; empty when it would not. Repeats nothing of what may be a
/// password, and urls in the form of another tool hold one anywhere.
std::string url_problem(std::string_view url);
/// Why the declared instants do not go with the url; empty when they do. Precondition: url_problem() is empty.
std::string instants_problem(const SourceSettings&);

/// Opens by the url's scheme. Error(config) for an unknown scheme or a malformed url, Error(source) when it cannot be reached.
std::unique_ptr<Source> open_source(const SourceSettings&);

}  // namespace reportctl::source
