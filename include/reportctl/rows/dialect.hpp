// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reportctl::rows {

enum class Dialect { sqlite, postgresql, duckdb, mariadb, clickhouse };

/// A rule that every dialect has to give: a row that lacks one does not compile.
struct Phrase {
  constexpr Phrase(const char* given) : text(given) {}  // NOLINT: rows of a table
  constexpr operator std::string_view() const { return text; }
  std::string_view text;
};
struct Answer {
  constexpr Answer(bool given) : yes(given) {}  // NOLINT: rows of a table
  constexpr operator bool() const { return yes; }
  bool yes;
};

/// All that differs between the dialects of SQL, and what people are told of their sources.
struct DialectRules {
  Dialect dialect;
  Phrase name;         ///< as modules write it
  Phrase label;        ///< as people read it
  Phrase scheme;       ///< of urls
  Phrase old_scheme;   ///< another word for it; empty: none
  Phrase url_form;     ///< of urls in a configuration
  Phrase url_example;  ///< of urls
  Phrase kin;          ///< whose query serves where a module has none for this one; empty: none

  // What its lexer reads differently.
  Answer escape_strings;         ///< `E'…'`, where a backslash escapes
  Answer dollar_quotes;          ///< `$tag$ … $tag$`
  Answer foreign_quotes;         ///< names in backticks and in brackets
  Answer nested_comments;        ///< comments within comments
  Answer positional_parameters;  ///< `?`, `@name` and `:1` are parameters too

  // How a bind is cast, so that it compares by its type; empty: it stands as it is.
  Answer untyped_ids;     ///< an id as text and the same id as a number differ, where no column says the type
  Answer types_from_use;  ///< a parameter without a cast has the type of the place where it stands first
  Phrase text_cast;
  Phrase list_cast;
  Phrase integer_cast;
  Phrase decimal_cast;
  Phrase boolean_cast;
  Phrase date_cast;
  Phrase instant_cast;

  // Conditions and macros: {0} and {1} are the arguments, {2} (of in_list: {1}) the bind.
  Phrase always;
  Phrase in_list;
  Phrase earlier;
  Phrase later;
  Phrase local_date;
  Phrase local_timestamp;
  Phrase seconds_between;
  Phrase text_order;
  Phrase decimal;
  Phrase difference;
  Phrase whole;
  Phrase money;  ///< {1}: how many minor units one unit has

  // What a source has to give, where it is not the same everywhere.
  Phrase truths;
  Phrase instants;
  Phrase days;
};

/// How the error of DuckDB, MariaDB or ClickHouse begins where a query refuses a value or a type: what is refused, and its parts,
/// separated by |.
inline constexpr std::string_view kRefusedInstant = "rc_instant|";    ///< name, form, type
inline constexpr std::string_view kRefusedBoolean = "rc_boolean|";    ///< name, form, value
inline constexpr std::string_view kRefusedWhole = "rc_whole|";        ///< value
inline constexpr std::string_view kRefusedSum = "rc_sum|";            ///< the sum
inline constexpr std::string_view kRefusedZone = "rc_zone|";          ///< time that MariaDB cannot convert
inline constexpr std::string_view kRefusedDivision = "rc_division|";  ///< what was written

const DialectRules& rules_of(Dialect);
inline constexpr std::array kDialects{Dialect::sqlite, Dialect::postgresql, Dialect::duckdb, Dialect::mariadb,
                                      Dialect::clickhouse};

/// `'…'`, in every dialect.
std::string sql_literal(std::string_view);

/// `sqlite`, `postgresql`, `mysql`, `clickhouse+https` or another word for it, in lower case.
std::optional<Dialect> dialect_of_scheme(std::string_view scheme);

/// The same of every dialect, for messages: `dialect_phrases(&DialectRules::label)`.
std::vector<std::string> dialect_phrases(Phrase DialectRules::*);

}  // namespace reportctl::rows
