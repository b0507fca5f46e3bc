// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "csv_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "reportctl/base/formula.hpp"

namespace reportctl::render {
namespace {

using namespace std::string_view_literals;

/// Sixteen bytes at once, in whatever vector unit the machine has.
using Block = unsigned char __attribute__((vector_size(16)));
using Words = std::uint64_t __attribute__((vector_size(16)));

constexpr Words kPlain = {0x6161616161616161U, 0x6161616161616161U};  // letters, to fill up a short text

bool has_special(Block block) {
  const Words found = reinterpret_cast<Words>((block == '"') | (block == ',') | (block == ';') | (block == '|') | (block < 0x20));
  return (found[0] | found[1]) != 0;
}

template <typename Word>
Word load(const char* from) {
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}
template <typename Word>
void store(char* to, Word word) {
  std::memcpy(to, &word, sizeof word);
}

/// Copies and tells whether all of it was plain: no quote, separator or control character. Where not, what was copied is to be
/// written over. Short texts are covered by two loads that may overlap, so nothing outside of the text is read.
bool copy_plain(std::string_view text, char* out) {
  const char* const from = text.data();
  const std::size_t size = text.size();
  Words words = kPlain;
  if (size >= 16) {
    for (std::size_t at = 0; at + 16 <= size; at += 16) {
      const auto block = load<Block>(from + at);
      store(out + at, block);
      if (has_special(block)) return false;
    }
    const auto last = load<Block>(from + size - 16);
    store(out + size - 16, last);
    return !has_special(last);
  }
  if (size >= 8) {
    words[0] = load<std::uint64_t>(from);
    words[1] = load<std::uint64_t>(from + size - 8);
    store<std::uint64_t>(out, words[0]);
    store<std::uint64_t>(out + size - 8, words[1]);
  } else if (size >= 4) {
    const auto first = load<std::uint32_t>(from);
    const auto last = load<std::uint32_t>(from + size - 4);
    words[0] = first | std::uint64_t{last} << 32U;
    store(out, first);
    store(out + size - 4, last);
  } else if (size > 0) {
    for (const std::size_t at : {std::size_t{0}, size / 2, size - 1}) {
      out[at] = from[at];
      words[0] = words[0] << 8U | static_cast<unsigned char>(from[at]);
    }
  }
  return !has_special(reinterpret_cast<Block>(words));
}

/// First bytes of texts that need a guard, perhaps. Behind a separator copy_plain() finds what needs one.
constexpr std::array<bool, 256> kSuspicious = [] {
  std::array<bool, 256> table{};
  for (const char c : "=+-@|%\t\r\n\v\f '\"\0\\\xC2\xE2\xEF"sv) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

bool is_suspicious(std::string_view text) { return !text.empty() && kSuspicious[static_cast<unsigned char>(text.front())]; }

}  // namespace

bool needs_quotes(std::string_view text, char delimiter) {
  if (text == "\\.") return true;  // PostgreSQL's COPY takes a line of it for the end of the data
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
  if (!is_suspicious(text) && copy_plain(text, out)) return out + text.size();
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
