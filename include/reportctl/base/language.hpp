// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reportctl/base/time.hpp"
#include "reportctl/base/zone.hpp"

namespace reportctl {

/// How numbers are written for people.
struct NumberForm {
  std::string_view point = ".";
  std::string_view thousands = ",";
};

/// A language of mails, PDF files and workbooks: the words, numbers and dates of one file of share/languages, which is read when
/// it is first needed. Files for programs know none.
class Language {
 public:
  using Values = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  Language() = default;  ///< English
  static std::optional<Language> find(std::string_view code);
  static std::vector<std::string> codes();

  [[nodiscard]] std::string_view code() const { return code_; }
  [[nodiscard]] NumberForm numbers() const;
  /// The words of this key, each `{name}` replaced by its value.
  [[nodiscard]] std::string say(std::string_view key, Values = {}) const;
  /// The same of a number of things, in its grammatical number; `{count}` is the number itself.
  [[nodiscard]] std::string count(std::string_view key, std::int64_t number, Values = {}) const;
  /// All words without values, by key: what a template may say.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> plain_words() const;

  [[nodiscard]] std::string date(Date) const;          ///< `2026-03-17`
  [[nodiscard]] std::string month(Date) const;         ///< `2026-03`
  [[nodiscard]] std::string day_of_month(Date) const;  ///< `17 Mar`
  [[nodiscard]] std::string_view date_form() const;    ///< `YYYY-MM-DD`
  /// `2026-03-17 06:00`, where what surrounds it tells the zone.
  [[nodiscard]] std::string minute(Instant, const Zone&) const;
  [[nodiscard]] std::string minute_with_zone(Instant, const Zone&) const;
  [[nodiscard]] std::string size(std::int64_t bytes) const;  ///< `1.5 kB`

  bool operator==(const Language& other) const { return code_ == other.code_; }

 private:
  struct Table;
  [[nodiscard]] const Table& table() const;
  std::string_view code_ = "en";
  mutable const Table* table_ = nullptr;
};

/// For whom values are written: whose clock, and which language.
struct Locale {
  Locale(Zone of, Language speaks = {}) : zone(std::move(of)), language(speaks) {}  // NOLINT: a zone alone means English
  Zone zone;
  Language language;
};

}  // namespace reportctl
