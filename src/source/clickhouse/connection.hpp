// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clickhouse/words.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/secret.hpp"
#include "reportctl/http/stream.hpp"
#include "reportctl/rows/query.hpp"
#include "silence.hpp"
#include "url.hpp"

namespace reportctl::source {

struct ClickhouseSettings {
  std::string name;  ///< of the source, for messages
  ServerUrl url;
  SecretSource password;
  std::chrono::seconds timeout{60};  ///< of one operation; zero or less: none
  rows::SourceForms forms{rows::Dialect::clickhouse};
  std::chrono::seconds silence{0};  ///< while the next row is waited for; zero: the same
};

/// The type of a parameter, and its value as the server reads it.
std::string_view clickhouse_parameter_type(const decltype(rows::Bind::value)&);
std::string clickhouse_parameter(const decltype(rows::Bind::value)&);

/// Statements over HTTP, each a request with all the settings that its answer depends on, so that no profile of the login decides
/// what a report holds. Every wait for the server ends at the deadline and on a stop request.
class ClickhouseConnection {
 public:
  /// Asks the server who it is.
  explicit ClickhouseConnection(ClickhouseSettings);
  ClickhouseConnection(const ClickhouseConnection&) = delete;
  ClickhouseConnection& operator=(const ClickhouseConnection&) = delete;

  /// Starts the time that one operation of Source may take.
  void begin();
  /// Gives up what has not come; the server ends the query then. Quick, and never fails.
  void end() noexcept;

  using Parameters = std::map<std::string, std::string>;
  enum class Rights { read_only, of_login };
  /// Sends a statement; its rows (RowBinaryWithNamesAndTypes) come from more().
  void execute(const std::string& sql, const Parameters& = {}, Rights = Rights::read_only);
  /// Appends what has come. False at the end, when nothing was lost on the way: an error that came behind rows is thrown.
  bool more(std::string& bytes);
  /// A statement of our own whose columns are all of type String, with all its rows.
  std::vector<std::vector<std::string>> run(const std::string& sql, const Parameters& = {}, Rights = Rights::read_only);

  [[noreturn]] void fail(const std::string& what, const std::string& hint = {});
  [[nodiscard]] const ClickhouseSettings& settings() const { return settings_; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Place {
    std::string host;
    std::string port;
  };
  void look();
  [[nodiscard]] std::vector<Place> places() const;
  [[nodiscard]] http::Settings transport() const;
  [[nodiscard]] http::Request request(const std::string& sql, const Parameters&, Rights) const;
  void send(const std::string& sql, const Parameters&, Rights);
  void check_start();
  void check_end();
  [[noreturn]] void fail(const ClickhouseError&);
  [[noreturn]] void fail_late();
  [[noreturn]] void fail_unreached(const std::string& words, http::Trouble);

  ClickhouseSettings settings_;
  http::Stream stream_;
  std::optional<Secret> password_;
  Place place_;                ///< of the server that answered last
  bool marks_errors_ = false;  ///< it says behind rows that an error has followed, so that rows need not wait for the end
  std::string mark_;           ///< what such an error begins with
  std::string held_;           ///< what came and may be the beginning of one
  bool ended_ = true;
  bool in_use_ = false;  ///< between begin() and end()
  Clock::time_point deadline_ = Clock::time_point::max();
  Silence silence_{settings_.silence};
};

}  // namespace reportctl::source
