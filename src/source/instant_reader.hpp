// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "columns.hpp"
#include "decode.hpp"
#include "reportctl/base/zone.hpp"
#include "reportctl/rows/instant_form.hpp"

namespace reportctl::source {

/// Reads moments that are kept in one form, strictly: nullopt for what is not of it. Microseconds since 1970 UTC, the rest of a
/// fraction is cut off. A local time that exists twice is its first occurrence.
class InstantReader {
 public:
  explicit InstantReader(rows::InstantForm);
  [[nodiscard]] const rows::InstantForm& form() const { return form_; }

  std::optional<std::int64_t> micros(std::string_view text) {
    // What most rows have, without looking further.
    if (is_zoned_text_ && text.size() == 20 && text[19] == 'Z')
      if (const auto seconds = times_.instant(text)) return *seconds * kMicros;
    return other_text(text);
  }
  std::optional<std::int64_t> micros(std::int64_t number) const;
  std::optional<std::int64_t> micros(double number) const;

 private:
  std::optional<std::int64_t> other_text(std::string_view);

  rows::InstantForm form_;
  bool is_zoned_text_;        ///< Z or an offset behind it
  std::optional<Zone> zone_;  ///< of text that is written in one other than UTC
  TimeReader times_;
};

/// Of what has no type that tells the moment. A timestamp without zone is written as SQL writes it.
InstantReader untyped_reader(const rows::InstantForm& usual);

/// What a value is that was taken for an instant.
struct FoundInstant {
  std::string words;  ///< what kind it is of, and itself where it looks like a time or a number
  std::string form;   ///< how it may be kept, as it would be declared; empty: no idea
};
FoundInstant found_instant(std::string_view text);
FoundInstant found_instant(double number);

/// `name`: `orders.placed_at`, or an expression; `source`: its name in the configuration.
Problem instant_problem(std::string_view source, std::string_view name, const FoundInstant&, const rows::InstantForm& expected);

}  // namespace reportctl::source
