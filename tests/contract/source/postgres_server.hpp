// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <libpq-fe.h>
#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace reportctl::testing {

struct FinishOwner {
  void operator()(PGconn* connection) const;
};

/// A PostgreSQL server of this program's own: a new cluster in a temporary directory, on a socket there and on a loopback port,
/// trusted logins, gone with this object. Runs as `postgres` or `nobody` when we are root, because PostgreSQL refuses root.
class PostgresServer {
 public:
  PostgresServer();
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  /// The one of this program, started when first asked for; nullptr where PostgreSQL is not installed.
  static PostgresServer* shared();
  static bool installed();

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  /// `postgresql://USER@127.0.0.1:PORT/postgres`; more is appended, like `?sslmode=disable`.
  [[nodiscard]] std::string url(const std::string& user = "postgres", const std::string& more = {}) const;
  /// The owner's connection. Several statements are allowed; the answer is every value, in order, separated by spaces.
  std::string execute(const std::string& sql);

 private:
  std::filesystem::path folder_;
  int port_ = 0;
  pid_t server_ = 0;
  std::unique_ptr<PGconn, FinishOwner> owner_;
};

}  // namespace reportctl::testing
