// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "postgres/places.hpp"
#include "postgres/postgres_refusal.hpp"
#include "postgres/pq_api.hpp"
#include "reportctl/base/secret.hpp"
#include "reportctl/rows/cell.hpp"
#include "reportctl/rows/instant_form.hpp"
#include "server_connection.hpp"

namespace reportctl::source {

/// A connection on which everything happens inside `BEGIN … READ ONLY` and ends with ROLLBACK. Nothing here blocks: every wait
/// for the server ends at the deadline and on a stop request, also where the server is gone without a word.
class PostgresConnection final : public ServerConnection {
 public:
  /// Connects.
  explicit PostgresConnection(ServerSettings);

  /// A connection whose state is in doubt is dropped.
  void end() noexcept override;

  /// Parses the unnamed statement and returns what it will give.
  PqResult prepare(const std::string& sql);
  /// Runs the unnamed statement; its rows come one by one from next_result(). Null pointers are NULL.
  void execute(const std::vector<const char*>& values);
  /// One statement of our own, with all its rows.
  PqResult run(const std::string& sql, const std::vector<const char*>& values);
  /// The next row or the end of the running statement; an error of the server is thrown.
  PqResult next_result();

  /// As the server said when it was connected to.
  [[nodiscard]] bool is_superuser() const;

  using ServerConnection::fail;
  /// After the last result of a statement that was executed, so that another can be run in the same snapshot.
  void finish_results();

 private:
  void connect() override;
  void connect_to(const PostgresPlace&, const std::optional<Secret>& password);
  /// Empty when connected.
  [[nodiscard]] std::optional<Refusal> connect_and_wait();
  void start_transaction() override;
  void set(const std::string& name, const std::string& value);
  [[nodiscard]] bool is_open() const override;
  /// Until the socket is ready or some time has passed; throws on a stop request and past the deadline.
  void wait(short events);
  void send_all(int accepted);
  /// What the server sends next; null when it has answered.
  PqResult receive();
  PqResult only_result();
  PqResult checked(PqResult);
  bool cancel() noexcept;
  bool drain(std::chrono::milliseconds limit) noexcept;
  [[noreturn]] void fail_late();
  [[noreturn]] void fail_lost();
  [[noreturn]] void fail(const PGresult*);

  std::string sql_;  ///< of the unnamed statement
  std::unique_ptr<PGconn, FinishConnection> connection_;
  Clock::time_point sent_;        ///< the last statement
  Clock::time_point last_heard_;  ///< the last bytes of the server
  bool running_ = false;          ///< something was sent whose last result has not come
  bool cancelled_ = false;        ///< the server confirmed a cancel
};

}  // namespace reportctl::source
