// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>

namespace reportctl::cli {

/// Shows a text in the user's pager (REPORTCTL_PAGER, PAGER, less) and waits until it is closed. False, and nothing was shown,
/// when standard output is not a terminal, when the text fits on its screen, when no pager is wanted (`cat` or empty), and when
/// it cannot be started.
bool show_in_pager(const std::string& text);

}  // namespace reportctl::cli
