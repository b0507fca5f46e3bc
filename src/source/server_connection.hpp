// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "engine.hpp"
#include "reportctl/base/secret.hpp"
#include "silence.hpp"
#include "url.hpp"

namespace reportctl::source {

struct ServerSettings : EngineSettings {
  ServerUrl url;
  SecretSource password;
};
ServerSettings server_settings(ServerUrl, const SourceSettings&, EngineSettings);

/// Of an engine whose urls name servers.
template <ServerUrl (&parse)(std::string_view), typename Opened>
struct AtServer {
  static std::string url_problem(std::string_view url) { return parse(url).problem; }
  static std::unique_ptr<Source> open(const SourceSettings& settings, EngineSettings common) {
    return std::make_unique<Opened>(server_settings(parse(settings.url), settings, std::move(common)));
  }
};

/// What connections to servers have in common: how long an operation of Source may take, and how it fails.
class ServerConnection {
 public:
  ServerConnection(const ServerConnection&) = delete;
  ServerConnection& operator=(const ServerConnection&) = delete;

  /// Starts the time that one operation of Source may take, and a read-only transaction that sees one moment. Connects again
  /// where the server has closed the connection since.
  void begin();
  /// Ends what begin() began; what still runs is ended on the server, too. Quick, and never fails: a reader has nothing to lose.
  virtual void end() noexcept = 0;

  [[noreturn]] void fail(const Problem& problem) const { settings_.fail(problem); }
  [[noreturn]] void fail(const std::string& what, const std::string& hint = {}) const { settings_.fail({what, hint}); }
  [[nodiscard]] const ServerSettings& settings() const { return settings_; }

 protected:
  using Clock = std::chrono::steady_clock;
  explicit ServerConnection(ServerSettings settings) : settings_(std::move(settings)) {}
  virtual ~ServerConnection() = default;
  // With HTTP there is nothing to begin.
  [[nodiscard]] virtual bool is_open() const { return true; }
  virtual void connect() {}
  virtual void start_transaction() {}

  /// Throws on a stop request, past the deadline, and where no row has come for too long.
  void look();
  [[nodiscard]] bool past_timeout() const;
  [[nodiscard]] std::chrono::seconds connect_timeout() const;
  [[noreturn]] void fail_lost(std::string_view words) const;

  ServerSettings settings_;
  Clock::time_point started_;
  Clock::time_point deadline_ = Clock::time_point::max();
  Silence silence_{settings_.silence};
  bool in_use_ = false;  ///< between begin() and end()
};

}  // namespace reportctl::source
