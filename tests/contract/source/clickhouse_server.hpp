// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>

namespace reportctl::testing {

/// ClickHouse's engine behind its HTTP interface (tests/support/clickhouse_server.py), for this program: new data in a temporary
/// directory, on a loopback port, gone with this object.
class ClickhouseServer {
 public:
  ClickhouseServer();
  ~ClickhouseServer();
  ClickhouseServer(const ClickhouseServer&) = delete;
  ClickhouseServer& operator=(const ClickhouseServer&) = delete;

  /// The one of this program, started when first asked for; nullptr where the engine cannot be had.
  static ClickhouseServer* shared();

  /// `clickhouse+http://USER@127.0.0.1:PORT/DATABASE`. `user`: `reports`, whose profile is read-only; `writer`, who may do
  /// everything; `strict`, whose profile has readonly = 1; `loose`, whose profile has much that changes
  /// figures; `limited`, whose profile would cut rows off; `secret`, with the password correct-horse; `restarted`, whose
  /// connection is closed after the first request; and those for what goes wrong on the way: `old` (an older server), `cut` (the
  /// connection ends after 200,000 bytes of rows), `endless` (an answer whose end nothing announces), `old_cut`.
  [[nodiscard]] std::string url(const std::string& user, const std::string& database, const std::string& more = {}) const;
  /// As the owner; the answer is what the server sends, values separated by tabs.
  [[nodiscard]] std::string execute(const std::string& database, const std::string& sql) const;

 private:
  std::filesystem::path folder_;
  int port_ = 0;
  pid_t server_ = 0;
};

}  // namespace reportctl::testing
