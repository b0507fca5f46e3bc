// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/run/source_values.hpp"

#include <fmt/format.h>

#include "reportctl/base/error.hpp"
#include "reportctl/base/log.hpp"
#include "reportctl/catalog/contract.hpp"
#include "reportctl/catalog/query.hpp"
#include "source_samples.hpp"

namespace reportctl::run {
namespace {

bool is_too_long(const Error& error) { return error.hint().find("statement_timeout") != std::string::npos; }

}  // namespace

std::string SourceValues::why_wrong(const catalog::Report& report) {
  const catalog::PageOf page_of = [this](const std::string& table) {
    const auto [found, fresh] = pages_.try_emplace(table);
    if (fresh) found->second = "(SELECT * FROM " + table + " LIMIT 1)";
    try {
      if (fresh) found->second = source_.random_page(table);
    } catch (const Error& error) {  // what is wrong with the table is said by who reads it
      if (error.kind() != ErrorKind::source) throw;
    }
    return found->second;
  };
  for (const rows::Query& query : catalog::contract_samples(report, source_.forms(), page_of))
    if (const std::string& why = looked_at(query); !why.empty()) return why;
  for (const catalog::QueryInputs& inputs : sample_inputs(report, account_key_, now_)) {
    const rows::Query query = catalog::build_query(report, inputs, source_.forms());
    for (const rows::InstantColumn& column : query.instants)
      for (const rows::Query& sample : catalog::samples_of(column, source_.forms(), page_of))
        if (const std::string& why = looked_at(sample); !why.empty()) return why;
    for (const rows::BooleanColumn& column : query.booleans)
      for (const rows::Query& sample : catalog::samples_of(column, source_.forms(), page_of))
        if (const std::string& why = looked_at(sample); !why.empty()) return why;
    for (const rows::ComparedColumn& column : query.compared)
      for (const rows::Query& sample : catalog::samples_of(column, source_.forms(), page_of))  // of what is such a column
        if (const std::string& why = looked_at(sample); why.find(", compared with ") != std::string::npos) return why;
    for (const rows::ScopedTable& table : query.scoped)
      if (const std::string& why = left_out(table, page_of); !why.empty()) return why;
    // A compiled-in report gives what its tables have.
    if (report.origin != catalog::kBuiltIn && !account_key_.empty())
      if (const std::string& why = looked_at(query); !why.empty()) return why;
  }
  return {};
}

const std::string& SourceValues::looked_at(const rows::Query& query) {
  constexpr int kMost = 200;
  std::string key = query.sql;  // two reports may want other types of the same values
  for (const rows::Column& column : query.columns) key += fmt::format("\n{}", rows::column_type_name(column.type));
  const auto [found, fresh] = seen_.try_emplace(std::move(key));
  if (!fresh) return found->second;
  try {
    const auto stream = source_.open(query);
    for (int rows = 0; rows < kMost && stream->next() != nullptr; ++rows) {
    }
  } catch (const Error& error) {                   // what does not fit is the answer
    if (is_too_long(error)) return found->second;  // a look tells nothing then; the run has its own time
    found->second = error.hint().empty() ? error.what() : fmt::format("{}; {}", error.what(), error.hint());
  }
  return found->second;
}

const std::string& SourceValues::left_out(const rows::ScopedTable& table, const catalog::PageOf& page_of) {
  const auto [found, fresh] = scoped_.try_emplace(table.table);
  if (!fresh) return found->second;
  const auto samples = catalog::samples_of(table, account_key_, source_.forms(), page_of);
  std::size_t too_long = 0;  // all rows, then some of them
  for (const rows::Query& query : samples) {
    try {
      const auto stream = source_.open(query);
      const rows::Row* row = stream->next();
      for (std::size_t i = 1; row != nullptr && i < row->size() && found->second.empty(); ++i)
        if ((*row)[i].number > 0)
          found->second = fmt::format(
              "{} is NULL or differs from what the joined tables say in {} of {} rows, which reports would leave out; correct "
              "them, or take the column out of scope_columns",
              query.columns[i].name, (*row)[i].number, (*row)[0].number);
      break;
    } catch (const Error& error) {
      if (!is_too_long(error)) {
        found->second = error.what();
        break;
      }
      ++too_long;
    }
  }
  if (too_long > 0)
    log(LogLevel::warning,
        too_long == samples.size()
            ? fmt::format("scope_columns: no rows of {} were compared, since even a few of them take too long", table.name)
            : fmt::format("scope_columns: only some rows of {} were compared, since all take too long", table.name));
  return found->second;
}

}  // namespace reportctl::run
