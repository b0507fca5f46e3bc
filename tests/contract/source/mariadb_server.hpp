// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <mysql.h>
#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>

namespace reportctl::testing {

/// A MariaDB server of this program's own: new data in a temporary directory, on a socket there and on a loopback port, gone with
/// this object. The login `root` has no password; the time zone tables hold Europe/Berlin and UTC for the year 2026.
class MariadbServer {
 public:
  MariadbServer();
  ~MariadbServer();
  MariadbServer(const MariadbServer&) = delete;
  MariadbServer& operator=(const MariadbServer&) = delete;

  /// The one of this program, started when first asked for; nullptr where MariaDB is not installed.
  static MariadbServer* shared();

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  /// `mysql://USER@127.0.0.1:PORT/DATABASE`; more is appended, like `?sslmode=disable`.
  [[nodiscard]] std::string url(const std::string& user, const std::string& database, const std::string& more = {}) const;
  /// The owner's connection. Several statements are allowed; the answer is every value, in order, separated by spaces.
  std::string execute(const std::string& sql);

 private:
  std::filesystem::path folder_;
  int port_ = 0;
  pid_t server_ = 0;
  std::unique_ptr<MYSQL, void (*)(MYSQL*)> owner_;
};

}  // namespace reportctl::testing
