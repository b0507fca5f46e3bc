// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/rows/boolean_form.hpp"

#include <fmt/format.h>

#include <array>

#include "reportctl/base/text.hpp"

namespace reportctl::rows {

std::variant<BooleanForm, std::string> parse_boolean_form(std::string_view written) {
  const std::size_t slash = written.find('/');
  if (slash == std::string_view::npos || written.find('/', slash + 1) != std::string_view::npos)
    return fmt::format("\"{}\" is not a form of booleans; write the word for true and the one for false, like Y/N",
                       visible(written));
  BooleanForm form{std::string(trim(written.substr(0, slash))), std::string(trim(written.substr(slash + 1)))};
  if (form.yes.empty() || form.yes == form.no || form.yes == "0" || form.no == "1")
    return fmt::format("\"{}\" does not tell true from false; the word for true comes first, as in 1/0", visible(written));
  return form;
}

std::string usual_boolean_form(std::string_view word) {
  struct Pair {
    std::string_view yes;
    std::string_view no;
  };
  for (const Pair& pair : std::array{Pair{"t", "f"}, Pair{"T", "F"}, Pair{"true", "false"}, Pair{"True", "False"},
                                     Pair{"TRUE", "FALSE"}, Pair{"y", "n"}, Pair{"Y", "N"}, Pair{"yes", "no"}, Pair{"Yes", "No"},
                                     Pair{"YES", "NO"}, Pair{"on", "off"}, Pair{"-1", "0"}, Pair{"X", ""}})
    if (word == pair.yes || (word == pair.no && word != "0" && !word.empty())) return fmt::format("{}/{}", pair.yes, pair.no);
  return {};
}

}  // namespace reportctl::rows
