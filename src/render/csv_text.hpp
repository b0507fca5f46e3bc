// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstddef>
#include <string_view>

namespace reportctl::render {

/// RFC 4180, and `\.` and `NULL` alone.
bool needs_quotes(std::string_view, char delimiter);

/// Writes with quotes doubled and NULs left out; at most twice the size. Returns the end.
char* put_escaped(std::string_view, char* out);

enum class Guard { on, off };
/// Where the first guard goes; npos: nowhere.
std::size_t first_guard(std::string_view, Guard);

/// The room that put_field() may use: a guard takes one byte, and stands between two.
constexpr std::size_t field_room(std::size_t size) { return 2 * size + 3; }
/// Writes the text as a field, guarded and quoted where needed. Returns the end. The delimiter is one of rows::kCsvDelimiters; it
/// is known at compile time because this is where the time of a CSV file goes.
template <char kDelimiter>
char* put_field(std::string_view, char* out, Guard);

}  // namespace reportctl::render
