// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <array>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/schedule/schedule.hpp"

namespace reportctl::schedule {

/// A field's value as text: one value or several, or several by name. Nothing at all is the field's default.
struct FieldText {
  std::vector<std::string> values;
  Parameters named;
  [[nodiscard]] bool empty() const { return values.empty() && named.empty(); }
  bool operator==(const FieldText&) const = default;
};

enum class FieldKind {
  text,      ///< in JSON "" when empty
  optional,  ///< a text; null when empty
  words,     ///< the same; in files it may be a list of them
  number,    ///< null when empty
  flag,
  list,
  map,      ///< {NAME: [VALUE]}
  options,  ///< {NAME: VALUE}
  json,     ///< an object as text
  parts,    ///< the id of a list, or its rows: {KEY: [COLUMN=VALUE]}
  also,     ///< further reports, by their place from 1: {PLACE: [KEY=VALUE]}
};

enum class Presence { optional, required };
/// Has a request on demand this field too?
enum class Belongs { schedule, request };

/// One field of a schedule: its one name in files, options, differences and the state, and its ways from and to text.
struct Field {
  std::string_view name;
  FieldKind kind;
  Presence presence;
  Belongs belongs;
  std::string_view record;  ///< its key in JSON records
  FieldText (*text)(const Definition&);
  bool (*read)(const FieldText&, Definition&);  ///< false: not a value of this field
  FieldText (*written)(const Draft&);
  void (*write)(const FieldText&, Draft&);
  void (*carry)(const Definition&, Draft&);  ///< as text() and write(), where the draft keeps texts
};

/// In the order in which people see them.
std::span<const Field> fields();
const Field& field(std::string_view name);

/// A stored definition as it would be written: what `edit` starts from, and how a run checks the rules again.
Draft draft_of(const Definition&);

/// The options of CSV: switches, and words.
struct CsvSwitch {
  std::string_view name;
  std::optional<bool> CsvRequest::*value;
};
inline constexpr std::array<CsvSwitch, 4> kCsvSwitches = {
    {{"bom", &CsvRequest::bom}, {"crlf", &CsvRequest::crlf}, {"labels", &CsvRequest::labels}, {"guard", &CsvRequest::guard}}};
struct CsvWord {
  std::string_view name;
  std::optional<std::string> CsvRequest::*value;
};
inline constexpr std::array<CsvWord, 2> kCsvWords = {{{"delimiter", &CsvRequest::delimiter}, {"decimal", &CsvRequest::decimal}}};

/// The form in the state and in JSON records.
nlohmann::ordered_json to_json(FieldKind, const FieldText&);
/// Of to_json(); a JSON exception when it is not such a form.
FieldText read_json(const nlohmann::ordered_json&);

}  // namespace reportctl::schedule
