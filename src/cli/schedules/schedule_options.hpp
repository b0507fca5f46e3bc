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

/// The fields of a request that are options alike of `run`, `schedule add` and `schedule edit`.
struct RequestOptions {
  std::optional<std::string> scope, timezone, lookback, window, cadence, on, day, format, columns;
  std::vector<std::string> params;
  validation::CsvRequest csv;
};
void add_request_options(CLI::App&, RequestOptions&, catalog::Surface);
/// Puts what was given over the request; what was not given stays.
validation::Request with_options(validation::Request base, const RequestOptions&, const catalog::Report* report);

/// The options of `schedule add` and `schedule edit`.
struct DraftOptions {
  RequestOptions request;
  std::optional<std::string> report, description, at, subject, extra, no_data, rename;
  std::vector<std::string> to, add_to, remove_to;
};
void add_draft_options(CLI::App&, DraftOptions&);
validation::Draft with_options(validation::Draft base, const DraftOptions&, const catalog::Report* report);

}  // namespace reportctl::cli
