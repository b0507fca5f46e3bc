// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/text.hpp"

#include <fmt/format.h>
#include <utf8proc.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <cstring>

namespace reportctl {

namespace {

struct CodePoint {
  std::int32_t value;  ///< negative: the bytes are no character
  std::size_t size;    ///< bytes to take; of an invalid sequence its longest prefix that could have become a character
};

/// How many bytes of `text` look like the beginning of one character: what a repairer replaces by one U+FFFD (Unicode 15, 3.9).
std::size_t ill_formed_prefix(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0xC2 || lead > 0xF4 || text.size() < 2) return 1;
  const unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (byte(1) < low || byte(1) > high) return 1;
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  std::size_t size = 2;
  while (size < length && size < text.size() && (byte(size) & 0xC0U) == 0x80) ++size;
  return size;
}

CodePoint first_code_point(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {lead, 1};
  utf8proc_int32_t value = -1;
  const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                     static_cast<utf8proc_ssize_t>(text.size()), &value);
  if (size <= 0) return {-1, ill_formed_prefix(text)};
  return {value, static_cast<std::size_t>(size)};
}

/// Bytes at the front that are plain ASCII, eight at a time.
std::size_t ascii_prefix(std::string_view text) {
  std::size_t size = 0;
  for (std::uint64_t word = 0; size + sizeof word <= text.size(); size += sizeof word) {
    std::memcpy(&word, text.data() + size, sizeof word);
    if ((word & 0x8080808080808080U) != 0) break;
  }
  while (size < text.size() && static_cast<unsigned char>(text[size]) < 0x80) ++size;
  return size;
}

std::size_t width_of(std::int32_t code_point) { return static_cast<std::size_t>(std::max(0, utf8proc_charwidth(code_point))); }

bool is_hidden_control(std::int32_t value) {
  return value < 0x20 || (value >= 0x7F && value <= 0x9F) || value == 0x2028 || value == 0x2029 ||
         (value >= 0x202A && value <= 0x202E) || (value >= 0x2066 && value <= 0x2069);
}

/// Code points that Unicode keeps for no character; XML and cairo refuse some or all of them.
bool is_no_character(std::int32_t value) { return (value & 0xFFFE) == 0xFFFE || (value >= 0xFDD0 && value <= 0xFDEF); }

/// Optimal string alignment: insertions, deletions, substitutions and swapped neighbours count one each.
std::size_t slips_between(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last;
  std::vector<std::size_t> last(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::vector<std::size_t> row(b.size() + 1);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last = std::move(last);
    last = std::move(row);
  }
  return last[b.size()];
}

}  // namespace

bool is_valid_utf8(std::string_view text) {
  while (true) {
    text.remove_prefix(ascii_prefix(text));
    if (text.empty()) return true;
    const CodePoint point = first_code_point(text);
    if (point.value < 0) return false;
    text.remove_prefix(point.size);
  }
}

std::string repair_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    out.append(point.value < 0 ? "\xEF\xBF\xBD" : text.substr(0, point.size));
    text.remove_prefix(point.size);
  }
  return out;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    width += width_of(point.value);
    text.remove_prefix(point.size);
  }
  return width;
}

std::string shell_word(std::string_view text) {
  constexpr std::string_view kPlain = "-_./:@%+,";
  const auto is_plain = [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || kPlain.find(c) != std::string_view::npos || (c & 0x80) != 0;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_plain)) return std::string(text);
  std::string word = "'";
  for (const char c : text) c == '\'' ? word += R"('\'')" : word += c;
  return word + "'";
}

std::string fit_width(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  if (width == 0) return {};
  std::size_t used = 0;
  std::size_t bytes = 0;
  while (bytes < text.size()) {
    const CodePoint point = first_code_point(text.substr(bytes));
    if (used + width_of(point.value) > width - 1) break;
    used += width_of(point.value);
    bytes += point.size;
  }
  return std::string(text.substr(0, bytes)) + "…";
}

std::string_view cut_at_character(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U) --bytes;
  return text.substr(0, bytes);
}

std::string visible(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    if (point.value < 0) {
      for (const char byte : text.substr(0, point.size))
        fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(byte));
    } else if (is_hidden_control(point.value) || is_no_character(point.value)) {
      const auto value = static_cast<unsigned>(point.value);
      out += value < 0x100     ? fmt::format("\\x{:02x}", value)
             : value < 0x10000 ? fmt::format("\\u{:04x}", value)
                               : fmt::format("\\U{:08x}", value);
    } else {
      out.append(text.substr(0, point.size));
    }
    text.remove_prefix(point.size);
  }
  return out;
}

std::string visible_lines(std::string_view text) {
  std::string out;
  for (bool more = true; more;) {
    const std::size_t end = text.find_first_of("\t\n");
    more = end != std::string_view::npos;
    std::string_view part = text.substr(0, end);
    const bool crlf = more && text[end] == '\n' && part.ends_with('\r');
    if (crlf) part.remove_suffix(1);
    out += visible(part);
    if (crlf) out += '\r';
    if (!more) return out;
    out += text[end];
    text.remove_prefix(end + 1);
  }
  return out;
}

bool has_control(std::string_view text) {
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    if (point.value >= 0 && is_hidden_control(point.value)) return true;
    text.remove_prefix(point.size);
  }
  return false;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\f\v";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string join(std::span<const std::string> parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts.begin(), parts.end(), separator));
}

std::string to_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool is_entry_name(std::string_view name) {
  return !name.empty() && name.size() <= 40 &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string_view::npos;
}

bool is_plain_path(std::string_view path) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/";
  constexpr std::size_t kLongest = 512;
  if (path.find_first_not_of(kPlain) != std::string_view::npos || path.size() > kLongest) return false;
  const auto steps = split(path, '/');
  return std::none_of(steps.begin(), steps.end(),
                      [](const std::string& step) { return step.empty() || step == "." || step == ".."; });
}

std::optional<long long> parse_integer(std::string_view text) {
  long long value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

namespace {

struct DurationUnit {
  char letter;
  long long seconds;
};
constexpr DurationUnit kDurationUnits[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};

}  // namespace

std::optional<long long> parse_duration_seconds(std::string_view text) {
  if (text.empty()) return std::nullopt;
  long long total = 0;
  for (const auto& unit : kDurationUnits) {
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == text.size() || text[digits] != unit.letter) continue;
    const auto count = parse_integer(text.substr(0, digits));
    long long part = 0;
    if (!count || __builtin_mul_overflow(*count, unit.seconds, &part) || __builtin_add_overflow(total, part, &total))
      return std::nullopt;
    text.remove_prefix(digits + 1);
  }
  return text.empty() ? std::optional(total) : std::nullopt;
}

std::string duration_text(long long seconds) {
  if (seconds > 3600 && seconds % 3600 != 0 && seconds % 60 == 0) return fmt::format("{}h{}m", seconds / 3600, seconds / 60 % 60);
  for (const auto& unit : kDurationUnits)
    if (seconds != 0 && seconds % unit.seconds == 0) return fmt::format("{}{}", seconds / unit.seconds, unit.letter);
  return "0s";
}

std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates) {
  constexpr std::size_t kLongestWord = 64;
  if (word.size() > kLongestWord) return std::nullopt;
  const std::string folded = to_lower(word);
  std::size_t limit = word.size() < 3 ? 0 : std::max<std::size_t>(1, word.size() / 3);
  const std::string* best = nullptr;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > word.size() + limit || candidate.size() + limit < word.size()) continue;
    const std::size_t distance = slips_between(folded, to_lower(candidate));
    if (distance > limit || (best != nullptr && distance == limit)) continue;
    best = &candidate;
    limit = distance;
  }
  if (best == nullptr) return std::nullopt;
  return *best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> candidates) {
  const auto near = nearest(word, candidates);
  return near ? fmt::format(" (did you mean \"{}\"?)", *near) : std::string();
}

}  // namespace reportctl
