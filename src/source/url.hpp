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
inline std::string_view behind_scheme(std::string_view url) { return url.substr(url.find(':') + 1); }

/// Of the url of a server.
struct UrlParameter {
  std::string keyword;  ///< as libpq names it
  std::string value;    ///< not empty
};

/// Where one server of a url is: a host or the path of a socket.
struct ServerPlace {
  std::string host;
  std::string port;
};

struct ServerUrl {
  std::vector<UrlParameter> parameters;
  std::vector<UrlParameter> settings = {};  ///< of the server, from `options`: in force in every transaction
  std::string problem = {};                 ///< why it is none; never quotes the url, which may hold a password
  [[nodiscard]] const std::string* find(std::string_view keyword) const;
  /// The parts between commas; an empty one where it is not given.
  [[nodiscard]] std::vector<std::string> list(std::string_view keyword) const;
  /// In its order. What a place does not say is as `usual`.
  [[nodiscard]] std::vector<ServerPlace> places(const ServerPlace& usual) const;
};

/// `postgresql://USER@HOST:PORT/DATABASE?sslmode=verify-full`, as libpq reads it (several hosts, IPv6 in brackets, a socket's
/// directory as host), without passwords and without what would take settings from elsewhere.
ServerUrl parse_postgres_url(std::string_view url);
/// `mysql://USER@HOST:PORT/DATABASE?sslmode=verify-full`, in the same form and the same words; a socket's path is a host.
ServerUrl parse_mariadb_url(std::string_view url);
/// `clickhouse+https://USER@HOST:PORT/DATABASE`, in the same form; `sslmode` is `verify-full` with https and `disable` with http,
/// where that goes no further than this machine or the url says so.
ServerUrl parse_clickhouse_url(std::string_view url);

}  // namespace reportctl::source
