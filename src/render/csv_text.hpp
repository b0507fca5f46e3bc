// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstddef>
#include <string_view>

namespace reportctl::render {

/// Would a spreadsheet that opens the file take this text for a formula? True when, after byte order marks, zero-width spaces,
/// spaces and no-break spaces, it begins with = + - @ | % TAB CR LF or a full-width = + - @. NULs count for nothing: they are
/// never written.
bool reads_as_formula(std::string_view);

/// What a text needs to be a CSV field.
struct FieldNeeds {
  bool guard = false;   ///< a leading ' so that no spreadsheet runs it
  bool quotes = false;  ///< RFC 4180
};
FieldNeeds needs_of(std::string_view, char delimiter);

/// Writes with quotes doubled and NULs left out; at most twice the size. Returns the end.
char* put_escaped(std::string_view, char* out);

/// The room that put_field() may use.
constexpr std::size_t field_room(std::size_t size) { return 2 * size + 3; }
/// Writes the text as a field, guarded and quoted where needed. Returns the end. The delimiter is one of rows::kCsvDelimiters; it
/// is known at compile time because this is where the time of a CSV file goes.
template <char kDelimiter>
char* put_field(std::string_view, char* out);

}  // namespace reportctl::render
