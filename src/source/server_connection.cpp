// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "server_connection.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "refused_by_query.hpp"
#include "reportctl/base/file.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::source {

ServerSettings server_settings(ServerUrl url, const SourceSettings& settings, EngineSettings common) {
  // Whoever can change the file of authorities can pose as any server. The library itself reports a file that is missing.
  const auto* const authorities = url.find("sslrootcert");
  if (authorities != nullptr && ::access(authorities->c_str(), F_OK) == 0) require_trusted(*authorities, ErrorKind::config);
  return {std::move(common), std::move(url), settings.password};
}

void ServerConnection::begin() {
  constexpr std::chrono::milliseconds kGrace{500};  // for the server to end a statement by itself, with its own words
  if (in_use_) fail("a query is still open", "close its rows first");
  started_ = Clock::now();
  silence_.begin();
  for (bool fresh = false;;) {
    deadline_ = settings_.timeout.count() > 0 ? started_ + settings_.timeout + kGrace : Clock::time_point::max();
    if (!is_open()) {
      connect();
      fresh = true;
    }
    in_use_ = true;
    try {
      return start_transaction();
    } catch (...) {
      // That a server was restarted since the last query is known only after asking it.
      const bool gone = !is_open();
      end();
      if (fresh || !gone) throw;
    }
  }
}

void ServerConnection::look() {
  throw_if_stopped();
  if (Clock::now() >= deadline_) settings_.fail_late();
  if (in_use_ && silence_.is_over()) fail(silence_.words(), Silence::kHint);
}

bool ServerConnection::past_timeout() const {
  return settings_.timeout.count() > 0 && Clock::now() >= started_ + settings_.timeout;
}

std::chrono::seconds ServerConnection::connect_timeout() const {
  const std::string* const written = settings_.url.find("connect_timeout");
  const auto limit = written == nullptr ? std::nullopt : parse_integer(*written);
  return std::chrono::seconds{limit && *limit > 0 ? std::min(*limit, 3600LL) : 10};
}

void ServerConnection::fail_lost(std::string_view words) const {
  fail(fmt::format("the connection was lost: {}", one_line(words)), "see the server's log, then run the report again");
}

}  // namespace reportctl::source
