// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reportctl/artifact/artifact.hpp"
#include "reportctl/base/address.hpp"
#include "reportctl/delivery/destination.hpp"
#include "reportctl/delivery/transport.hpp"
#include "reportctl/delivery/webhook.hpp"
#include "reportctl/schedule/schedule.hpp"
#include "reportctl/source/source.hpp"

namespace reportctl::settings {

using schedule::Missed;
enum class OnUnknown { hold, resend };
/// What becomes of a message that is too large.
enum class Oversize {
  fail,  ///< the delivery is refused
  link,  ///< it goes out with a link to the stored file instead
};

struct Policy {
  Missed missed = Missed::coalesce;
  std::int64_t grace_seconds = 12 * 3600;  ///< for Missed::skip
  OnUnknown on_unknown = OnUnknown::hold;
  int retries = 5;           ///< of a run whose source or mail server fails: after 5, 10, 20, 40, 67 minutes, then every 67
  int auto_pause_after = 0;  ///< consecutive failures; 0: never
  schedule::NoData no_data = schedule::NoData::send;
  std::int64_t max_running = 0;     ///< over all processes; 0: no limit
  int least_interval_minutes = 15;  ///< between two times of a schedule's day
};

struct MailSettings {
  delivery::TransportSettings transport;
  std::optional<Mailbox> from;
  std::uint64_t max_message_bytes = 25'000'000;
  Oversize oversize = Oversize::fail;
  std::vector<std::string> allowed_domains;  ///< empty: any
  std::optional<EmailAddress> list_unsubscribe;
  bool in_rehearsals = false;  ///< `--really`: sent under REPORTCTL_NOW too
};

struct PdfSettings {
  std::string paper = "a4";        ///< a4 or letter
  std::int64_t max_rows = 20'000;  ///< a PDF prints at most this many, and says so; 0: all
};

/// When root and the owner of the state file are system admins without a membership.
enum class Operators { always, until_first_login };

/// How long things are kept; none: for ever.
struct Retention {
  using Keep = std::optional<std::chrono::seconds>;
  Keep runs = std::chrono::days(400);          ///< finished runs and exports with all that belongs to them
  Keep artifacts = std::chrono::days(30);      ///< the files of runs
  Keep exports = std::chrono::days(7);         ///< the files of exports
  Keep notifications = std::chrono::days(90);  ///< acknowledged ones
  Keep audit;
};

/// What run-due leaves behind for those who watch it; empty: nothing.
struct Monitor {
  std::string ping_url;                ///< is asked at the start and the end of run-due; whoever knows it can ping
  std::filesystem::path status_page;   ///< HTML
  std::filesystem::path metrics_file;  ///< for Prometheus' node_exporter
};

/// Everything a pipe needs to know that is infrastructure. A plain value: read once, passed whole.
struct Settings {
  std::filesystem::path state;
  std::string instance;  ///< whose the state file is; empty: the machine's
  MailSettings mail;
  delivery::WebhookSettings webhooks;
  std::map<std::string, source::SourceSettings> sources;
  artifact::StoreSettings artifacts;
  std::map<std::string, delivery::DestinationSettings> destinations;
  std::vector<std::filesystem::path> catalog_directories;
  Policy policy;
  Retention retention;
  PdfSettings pdf;
  Monitor monitor;
  Operators operators = Operators::always;
};

}  // namespace reportctl::settings
