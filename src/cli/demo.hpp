// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <filesystem>
#include <string>

#include "reportctl/cli/session.hpp"

namespace reportctl::cli {

/// A compiled-in text of share/demo, with each `{{name}}` replaced. Error(failed) for a name that is not there.
using Replacements = std::vector<std::pair<std::string, std::string>>;
std::string demo_text(const std::string& name, const Replacements& replacements);

/// Builds the source of the demo at `path`, whole or not at all; four months of trade that end at `now`. Error(output).
void build_demo_source(const std::filesystem::path& path, Instant now);

/// Accounts, members and schedules of share/demo/demo.yaml, every schedule due at once. Error(conflict) when the state has
/// accounts already or mail would leave this host. Returns how many schedules there are now.
std::size_t add_demo(Session& session);

}  // namespace reportctl::cli
