// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>

#include "reportctl/cli/session.hpp"
#include "reportctl/schedule/schedule.hpp"

namespace reportctl::cli {

/// What is shown of a schedule: of one with parts one of them, and what the list says of all.
struct Previewed {
  schedule::Schedule schedule;
  Instant at{};
  std::string parts = {};
};
/// `at`: an instant as text; none: now. `part`: its key; none: the first that has an address.
Previewed to_preview(Session&, const std::string& name, const std::optional<std::string>& account,
                     const std::optional<std::string>& at, const std::optional<std::string>& part);

}  // namespace reportctl::cli
