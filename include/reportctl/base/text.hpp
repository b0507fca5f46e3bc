// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace reportctl {

bool is_valid_utf8(std::string_view);
/// Replaces every invalid sequence by U+FFFD.
std::string repair_utf8(std::string_view);
/// The beginning of valid UTF-8: at most so many bytes, that end with a whole character.
std::string_view cut_at_character(std::string_view, std::size_t bytes);
/// Columns that a terminal gives the text (wide and combining characters counted right). Input must be valid UTF-8.
std::size_t display_width(std::string_view);
/// As one word of a shell's command line: as it is, or quoted.
std::string shell_word(std::string_view);
/// Cuts to at most `width` columns and ends in `…` when it cut.
std::string fit_width(std::string_view, std::size_t width);
/// Control characters (C0, DEL, C1, line and paragraph separators, bidi overrides) and code points that are no characters become
/// visible `\x1b` escapes: safe to print on a terminal, in a log or in XML, always one line.
std::string visible(std::string_view);
/// The same for several lines: line ends and tabs stay.
std::string visible_lines(std::string_view);
/// True when the text has a control character that visible() would show.
bool has_control(std::string_view);

std::string_view trim(std::string_view);
std::vector<std::string> split(std::string_view, char separator);
std::string join(std::span<const std::string>, std::string_view separator);
/// ASCII only.
std::string to_lower(std::string_view);

/// The name of an entry of the configuration: 1 to 40 lower-case letters, digits, `-` and `_`.
bool is_entry_name(std::string_view);
/// Steps of letters, digits and `._-` with slashes between them, at most 512 characters: no step is empty, `.` or `..`.
bool is_plain_path(std::string_view);

/// Whole-string conversions; nullopt for anything else, overflow included.
std::optional<long long> parse_integer(std::string_view);
/// `30s`, `10m`, `2h30m`, `30d`, in seconds.
std::optional<long long> parse_duration_seconds(std::string_view);
/// The same as text, in the largest unit that has no fraction, or in hours and minutes.
std::string duration_text(long long seconds);

/// The nearest of the candidates when it is near enough to be a slip, for "did you mean".
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);
/// ` (did you mean "region"?)`, or empty.
std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);

}  // namespace reportctl
