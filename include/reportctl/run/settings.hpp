// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reportctl/base/address.hpp"
#include "reportctl/delivery/transport.hpp"
#include "reportctl/schedule/schedule.hpp"
#include "reportctl/source/source.hpp"

namespace reportctl::run {

/// What happens to occurrences that were missed while nothing ran.
enum class Missed {
  coalesce,  ///< the newest runs, the older ones become visible `skipped` runs
  all,       ///< each runs, the newest 24 at most
  skip,      ///< those later than `grace` become `skipped`; the rest as coalesce
};
enum class OnUnknown { hold, resend };

struct Policy {
  Missed missed = Missed::coalesce;
  std::int64_t grace_seconds = 12 * 3600;  ///< for Missed::skip
  OnUnknown on_unknown = OnUnknown::hold;
  int retries = 0;           ///< further tries of a deferred delivery: after 5, 10, 20, 40, 67 minutes, then every 67
  int auto_pause_after = 0;  ///< consecutive failures; 0: never
  schedule::NoData no_data = schedule::NoData::send;
  std::int64_t max_running = 0;  ///< over all processes; 0: no limit
};

struct MailSettings {
  delivery::TransportSettings transport;
  std::optional<Mailbox> from;
  std::uint64_t max_message_bytes = 25'000'000;
  std::vector<std::string> allowed_domains;  ///< empty: any
  std::optional<EmailAddress> list_unsubscribe;
};

/// Everything a pipe needs to know that is infrastructure. A plain value: read once, passed whole.
struct Settings {
  std::filesystem::path state;
  MailSettings mail;
  std::map<std::string, source::SourceSettings> sources;
  std::string artifacts_url;
  std::vector<std::filesystem::path> catalog_directories;
  Policy policy;
};

}  // namespace reportctl::run
