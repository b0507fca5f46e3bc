// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace reportctl {

/// Where an apostrophe must stand so that no spreadsheet takes a part of the text for a formula; npos: nowhere at or after
/// `from`. That is at the beginning and behind each `, ; |` TAB LF VT FF CR (a spreadsheet may be told to split there), when = +
/// - @ % or a full-width = + - @ comes next, after any number of spaces, no-break spaces, zero-width spaces, byte order marks,
/// NULs, quotes and apostrophes. At the beginning | TAB LF VT FF CR count too; elsewhere the sign counts only if more than the
/// end or another separator follows it. Whoever removes one apostrophe from each such place has the text again.
std::size_t next_guard(std::string_view text, std::size_t from);

/// The text with those apostrophes.
std::string guarded(std::string_view text);

}  // namespace reportctl
