// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>

namespace reportctl::rows {

/// How a source keeps booleans: as declared in the configuration (`sources.NAME.booleans`, reportctl.conf.5), never guessed. The
/// word for true and the one for false, as text or as integers; a type of the database's own is always read.
struct BooleanForm {
  std::string yes = "1";
  std::string no = "0";
  bool operator==(const BooleanForm&) const = default;
  [[nodiscard]] std::string str() const { return yes + "/" + no; }  ///< `Y/N`
};

/// What str() writes; else what is wrong, as words that follow the written text.
std::variant<BooleanForm, std::string> parse_boolean_form(std::string_view written);
/// The form of which an application's word probably is, as it would be declared; empty: no idea.
std::string usual_boolean_form(std::string_view word);

}  // namespace reportctl::rows
