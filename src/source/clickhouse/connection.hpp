// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clickhouse/words.hpp"
#include "reportctl/base/secret.hpp"
#include "reportctl/http/stream.hpp"
#include "reportctl/rows/query.hpp"
#include "server_connection.hpp"

namespace reportctl::source {

/// The type of a parameter, and its value as the server reads it.
std::string_view clickhouse_parameter_type(const decltype(rows::Bind::value)&);
std::string clickhouse_parameter(const decltype(rows::Bind::value)&);

/// Statements over HTTP, each a request with all the settings that its answer depends on, so that no profile of the login decides
/// what a report holds. Every wait for the server ends at the deadline and on a stop request.
class ClickhouseConnection final : public ServerConnection {
 public:
  /// Asks the server who it is.
  explicit ClickhouseConnection(ServerSettings);

  /// Gives up what has not come; the server ends the query then.
  void end() noexcept override;

  using Parameters = std::map<std::string, std::string>;
  enum class Rights { read_only, of_login };
  /// Sends a statement; its rows (RowBinaryWithNamesAndTypes) come from more().
  void execute(const std::string& sql, const Parameters& = {}, Rights = Rights::read_only);
  /// Appends what has come. False at the end, when nothing was lost on the way: an error that came behind rows is thrown.
  bool more(std::string& bytes);
  /// A statement of our own whose columns are all of type String, with all its rows.
  std::vector<std::vector<std::string>> run(const std::string& sql, const Parameters& = {}, Rights = Rights::read_only);

  using ServerConnection::fail;

 private:
  [[nodiscard]] std::vector<ServerPlace> places() const;
  [[nodiscard]] http::Settings transport() const;
  [[nodiscard]] http::Request request(const std::string& sql, const Parameters&, Rights) const;
  void send(const std::string& sql, const Parameters&, Rights);
  void check_start();
  void check_end();
  [[noreturn]] void fail(const ClickhouseError&);
  [[noreturn]] void fail_unreached(const std::string& words, http::Trouble);

  http::Stream stream_;
  std::optional<Secret> password_;
  ServerPlace place_;          ///< of the server that answered last
  bool marks_errors_ = false;  ///< it says behind rows that an error has followed, so that rows need not wait for the end
  std::string mark_;           ///< what such an error begins with
  std::string held_;           ///< what came and may be the beginning of one
  bool ended_ = true;
};

}  // namespace reportctl::source
