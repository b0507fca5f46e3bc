// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
// One column asked of a source, and what came of it.
#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "reportctl/base/error.hpp"
#include "reportctl/source/source.hpp"

namespace reportctl::testing {

/// `instants`: how the source stores them; empty: as it usually does.
inline std::unique_ptr<source::Source> connect(const std::string& url, const std::string& instants = "",
                                               std::chrono::seconds timeout = std::chrono::seconds(60),
                                               const std::string& library = "") {
  source::SourceSettings settings{.name = "shop", .url = url, .password = {}, .library = library, .statement_timeout = timeout};
  if (!instants.empty()) settings.instants[source::kUsual] = std::get<rows::InstantForm>(rows::parse_instant_form(instants));
  return source::open_source(settings);
}

/// A query of one column `v`.
inline rows::Query asking(const std::string& sql, rows::ColumnType type = rows::ColumnType::text, int scale = 0) {
  return {sql, {}, {{.name = "v", .label = "v", .type = type, .scale = scale}}};
}

/// The cells of such a query, as text that tells all of them, with a blank between two.
inline std::string cells(source::Source& source, const rows::Query& wanted) {
  const auto rows = source.open(wanted);
  std::string all;
  bool any = false;
  while (const rows::Row* row = rows->next()) {
    all += std::exchange(any, true) ? " " : "";
    all += (*row)[0].null                                     ? "null"
           : wanted.columns[0].type == rows::ColumnType::text ? std::string((*row)[0].text)
                                                              : std::to_string((*row)[0].number);
  }
  return any ? all : "no row";
}

struct Refused {
  ErrorKind kind = ErrorKind::failed;
  std::string message = "nothing was refused";
  std::string hint;
};
inline Refused refused(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return {error.kind(), error.what(), error.hint()};
  }
  return {};
}
inline bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace reportctl::testing
