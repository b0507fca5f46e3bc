// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "csv_text.hpp"

#include <algorithm>
#include <array>

#include "plain_text.hpp"
#include "reportctl/base/formula.hpp"

namespace reportctl::render {
namespace {

using namespace std::string_view_literals;

/// A quote, a separator or a control character.
constexpr auto kHasSpecial = [](Block block) {
  return any_of_block((block == '"') | (block == ',') | (block == ';') | (block == '|') | (block < 0x20));
};

constexpr auto kNull = "NULL"sv;  // MariaDB's LOAD DATA takes the bare word for no value

/// First bytes of texts that need a guard, perhaps. Behind a separator the scan finds what needs one.
constexpr std::array<bool, 256> kSuspicious = [] {
  std::array<bool, 256> table{};
  for (const char c : "=+-@|%\t\r\n\v\f '\"\0\\\xC2\xE2\xEF"sv) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

bool is_suspicious(std::string_view text) { return !text.empty() && kSuspicious[static_cast<unsigned char>(text.front())]; }

}  // namespace

bool needs_quotes(std::string_view text, char delimiter) {
  if (text == "\\." || text == kNull) return true;  // PostgreSQL's COPY takes a line of \. for the end of the data
  return std::any_of(text.begin(), text.end(),
                     [delimiter](char c) { return c == '"' || c == delimiter || c == '\n' || c == '\r'; });
}

char* put_escaped(std::string_view text, char* out) {
  for (const char c : text) {
    if (c == '\0') continue;
    if (c == '"') *out++ = '"';
    *out++ = c;
  }
  return out;
}

std::size_t first_guard(std::string_view text, Guard guard) {
  return guard == Guard::on ? next_guard(text, 0) : std::string_view::npos;
}

template <char kDelimiter>
char* put_field(std::string_view text, char* out, Guard guard) {
  if (text != kNull && !is_suspicious(text) && is_plain<Scan::copy>(text, out, kHasSpecial)) return out + text.size();
  const bool quotes = needs_quotes(text, kDelimiter);
  if (quotes) *out++ = '"';
  std::size_t done = 0;
  for (std::size_t at = first_guard(text, guard); at != std::string_view::npos; at = next_guard(text, at + 1)) {
    out = put_escaped(text.substr(done, at - done), out);
    *out++ = '\'';
    done = at;
  }
  out = put_escaped(text.substr(done), out);
  if (quotes) *out++ = '"';
  return out;
}

template char* put_field<','>(std::string_view, char*, Guard);
template char* put_field<';'>(std::string_view, char*, Guard);
template char* put_field<'\t'>(std::string_view, char*, Guard);
template char* put_field<'|'>(std::string_view, char*, Guard);

}  // namespace reportctl::render
