// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string_view>

namespace reportctl {

enum class LogLevel { error, warning, notice, info, debug };

/// People read stderr: plain lines `reportctl: …` on a terminal and under cron, `<N>` prefixes under the journal. Control
/// characters are made visible, so a hostile value cannot forge a line. Secrets have a type that prints `***`.
void set_log_level(LogLevel);
bool log_enabled(LogLevel);
void log(LogLevel, std::string_view message);

}  // namespace reportctl
