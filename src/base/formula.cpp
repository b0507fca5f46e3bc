// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/formula.hpp"

#include <algorithm>
#include <array>

namespace reportctl {

namespace {

using namespace std::string_view_literals;

constexpr std::string_view kSeparators = ",;|\t\n\v\f\r";
constexpr std::array kSkipped = {" "sv, "'"sv, "\""sv, "\0"sv, "\xEF\xBB\xBF"sv, "\xE2\x80\x8B"sv, "\xC2\xA0"sv};
constexpr std::array kSigns = {"="sv,           "+"sv, "-"sv, "@"sv, "%"sv, "\xEF\xBC\x9D"sv, "\xEF\xBC\x8B"sv, "\xEF\xBC\x8D"sv,
                               "\xEF\xBC\xA0"sv};
constexpr std::string_view kSeparatorsThatStart = "|\t\n\v\f\r";  ///< a formula, at the beginning of a field

bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

std::string_view without_skipped(std::string_view text) {
  for (bool skipped = true; skipped;) {
    skipped = false;
    for (const std::string_view skip : kSkipped) {
      if (!text.starts_with(skip)) continue;
      text.remove_prefix(skip.size());
      skipped = true;
    }
  }
  return text;
}

enum class Place { beginning, behind_separator };

bool starts_formula(std::string_view text, Place place) {
  text = without_skipped(text);
  if (place == Place::beginning && !text.empty() && is_one_of(text.front(), kSeparatorsThatStart)) return true;
  const auto sign = std::find_if(kSigns.begin(), kSigns.end(), [&](std::string_view one) { return text.starts_with(one); });
  if (sign == kSigns.end()) return false;
  text.remove_prefix(sign->size());
  return place == Place::beginning || (!text.empty() && !is_one_of(text.front(), kSeparators));  // `10,-` is a price
}

}  // namespace

std::size_t next_guard(std::string_view text, std::size_t from) {
  if (from == 0 && starts_formula(text, Place::beginning)) return 0;
  for (std::size_t at = from == 0 ? 0 : from - 1; (at = text.find_first_of(kSeparators, at)) != std::string_view::npos; ++at)
    if (starts_formula(text.substr(at + 1), Place::behind_separator)) return at + 1;
  return std::string_view::npos;
}

std::string guarded(std::string_view text) {
  std::string out;
  std::size_t done = 0;
  for (std::size_t at = next_guard(text, 0); at != std::string_view::npos; at = next_guard(text, at + 1)) {
    out.append(text.substr(done, at - done)).push_back('\'');
    done = at;
  }
  return out.append(text.substr(done));
}

}  // namespace reportctl
