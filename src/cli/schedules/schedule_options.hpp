// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/catalog/report.hpp"
#include "reportctl/validation/validate.hpp"

namespace CLI {
class App;
}

namespace reportctl::cli {

/// What `--to` was given: each an address, or several with commas between them.
std::vector<schedule::Recipient> recipients_of(const std::vector<std::string>& texts);

/// One `--param name=value`: values of a list are separated by commas.
struct ParameterText {
  std::string name;
  std::string value;
};
/// Error(usage) when there is no name.
ParameterText parse_parameter(std::string_view text);
/// Sets what is given in `texts`: a name given again adds to a list, `name=` takes the parameter away. Only id lists are split at
/// commas; everything is when the report is unknown.
schedule::Parameters with_parameters(schedule::Parameters base, const std::vector<std::string>& texts,
                                     const catalog::Report* report);

/// The fields of a request or a schedule as options of `run`, `export create`, `schedule add` and `schedule edit`.
struct FieldOptions {
  std::map<std::string, std::string, std::less<>> given;  ///< by the field's name; empty: back to the default
  std::vector<std::string> params;
  validation::CsvRequest csv;
  std::vector<std::string> to, add_to, remove_to;
};
/// The option of one field, which may have names of its own here.
void add_request_options(CLI::App&, FieldOptions&, catalog::Surface);
/// Those of a request and the rest of a schedule.
void add_draft_options(CLI::App&, FieldOptions&);
/// Puts what was given over the request or draft; what was not given stays.
validation::Request with_options(validation::Request base, const FieldOptions&, const catalog::Report* report);
validation::Draft with_options(validation::Draft base, const FieldOptions&, const catalog::Report* report);

}  // namespace reportctl::cli
