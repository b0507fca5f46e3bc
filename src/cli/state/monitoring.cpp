// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "monitoring.hpp"

#include <fmt/format.h>

#include "reportctl/base/error.hpp"
#include "reportctl/base/file.hpp"
#include "reportctl/base/log.hpp"
#include "reportctl/delivery/ping.hpp"

namespace reportctl::cli {

namespace {

const char* suffix_of(Ping ping) {
  switch (ping) {
    case Ping::start:
      return "/start";
    case Ping::success:
      return "";
    case Ping::failure:
      break;
  }
  return "/fail";
}

/// A result for others is not worth the report that was just sent.
template <typename Work>
void without_failing(const char* what, Work work) {
  try {
    work();
  } catch (const Error& error) {
    log(LogLevel::warning, fmt::format("{}: {}", what, error.what()));
  }
}

}  // namespace

void write_for_readers(const std::filesystem::path& path, const std::string& text) {
  AtomicFile file(path, 0644);
  file.write(text);
  file.keep_attributes();
  file.commit();
}

void ping(const settings::Monitor& monitor, Ping ping) {
  if (monitor.ping_url.empty() || clock_is_replaced()) return;
  if (const auto problem = delivery::ping(monitor.ping_url + suffix_of(ping)); !problem.empty())
    log(LogLevel::warning, "monitor.ping_url " + problem);
}

void leave_word(Session& session) {
  const auto& monitor = session.config().settings.monitor;
  if (monitor.status_page.empty() && monitor.metrics_file.empty()) return;
  without_failing("monitor", [&] {
    const auto seen = manage::gather(session.viewer(), session.now());
    if (!monitor.status_page.empty())
      without_failing("monitor.status_page", [&] { write_for_readers(monitor.status_page, status_page(session, seen)); });
    if (!monitor.metrics_file.empty())
      without_failing("monitor.metrics_file", [&] { write_for_readers(monitor.metrics_file, metrics_text(session, seen)); });
  });
}

}  // namespace reportctl::cli
