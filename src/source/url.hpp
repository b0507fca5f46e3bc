// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reportctl::source {

/// nullopt for a % without two hex digits, and for a NUL.
std::optional<std::string> percent_decoded(std::string_view text);

struct PostgresParameter {
  std::string keyword;  ///< as libpq names it
  std::string value;    ///< not empty
};

struct PostgresUrl {
  std::vector<PostgresParameter> parameters;
  std::vector<PostgresParameter> settings = {};  ///< of the server, from `options`: in force in every transaction
  std::string problem = {};                      ///< why it is none; never quotes the url, which may hold a password
  [[nodiscard]] const std::string* find(std::string_view keyword) const;
};

/// `postgresql://USER@HOST:PORT/DATABASE?sslmode=verify-full`, as libpq reads it (several hosts, IPv6 in brackets, a socket's
/// directory as host), without passwords and without what would take settings from elsewhere.
PostgresUrl parse_postgres_url(std::string_view url);

}  // namespace reportctl::source
