// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "filters.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "reportctl/base/address.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::cli {

namespace {

Instant parse_time(const char* option, std::string_view text, Instant now) {
  if (const auto instant = parse_instant(text)) return *instant;
  if (const auto day = parse_date(text)) return std::chrono::sys_days(*day);
  constexpr long long kLongestSeconds = 100LL * 366 * 86400;
  if (const auto ago = parse_duration_seconds(text); ago && *ago <= kLongestSeconds) return now - std::chrono::seconds(*ago);
  throw Error(ErrorKind::usage, fmt::format("{} {}: not a time", option, visible(text)),
              "write an instant (2026-03-17T06:00:00Z), a day (2026-03-17), or how long ago (12h, 7d)");
}

}  // namespace

Instant parse_since(std::string_view text, Instant now) { return parse_time("--since", text, now); }

Instant parse_until(std::string_view text, Instant now) {
  const auto until = parse_time("--until", text, now);
  return parse_date(text) ? until + std::chrono::days(1) : until;
}

std::string address_named(std::string_view text) {
  std::string why;
  const auto mailbox = Mailbox::parse(text, &why);
  if (!mailbox) throw Error(ErrorKind::usage, fmt::format("\"{}\" is not an address: {}", visible(text), why));
  return mailbox->address.normalized();
}

void add_limit_option(CLI::App& app, int& limit) {
  app.add_option("--limit", limit, fmt::format("show at most N, newest first; default: {}", limit))
      ->type_name("N")
      ->check(CLI::Range(1, 100'000).description(""));
}

}  // namespace reportctl::cli
