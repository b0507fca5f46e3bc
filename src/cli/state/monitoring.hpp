// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <filesystem>
#include <string>

#include "reportctl/cli/session.hpp"
#include "reportctl/manage/overview.hpp"

namespace reportctl::cli {

/// The page of `status --html`.
std::string status_page(Session&, const manage::Overview&);
/// Prometheus' text format.
std::string metrics_text(Session&, const manage::Overview&);
/// Written whole or not at all; a file that is replaced keeps its mode, a new one has 0644.
void write_for_readers(const std::filesystem::path&, const std::string& text);

enum class Ping { start, success, failure };
/// Asks `monitor.ping_url`, where there is one and the clock is the host's. Takes ten seconds at most and never fails.
void ping(const settings::Monitor&, Ping);
/// The page and the metrics that the configuration asks for. What goes wrong is logged.
void leave_word(Session&);

}  // namespace reportctl::cli
