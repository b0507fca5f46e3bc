// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "reportctl/cli/session.hpp"

namespace reportctl::cli {

/// A compiled-in text of share/demo, with each `{{name}}` replaced. Error(failed) for a name that is not there.
using Replacements = std::vector<std::pair<std::string, std::string>>;
std::string demo_text(const std::string& name, const Replacements& replacements);

/// A source of the demo: its name in the configuration, and the text of share/demo that makes it.
struct DemoSource {
  std::string name;
  std::string script;
};
const std::vector<DemoSource>& demo_sources();

/// `demo-NAME.db` beside the state file.
std::filesystem::path demo_source_path(const std::filesystem::path& state, const DemoSource& source);

/// Builds a source of the demo at `path`, whole or not at all; its data end at `now`. Error(output).
void build_demo_source(const DemoSource& source, const std::filesystem::path& path, Instant now);

/// Accounts, members and schedules of share/demo/demo.yaml, every schedule due at once. Error(conflict) when the state has
/// accounts already or mail would leave this host.
struct DemoCounts {
  std::size_t accounts = 0;
  std::size_t schedules = 0;
};
DemoCounts add_demo(Session& session);

}  // namespace reportctl::cli
