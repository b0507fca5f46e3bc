// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <cstddef>
#include <cstdint>

#include "expect.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/catalog/catalog.hpp"
#include "reportctl/catalog/query.hpp"
#include "sql_scan.hpp"

using namespace reportctl;
using namespace reportctl::catalog;

namespace {

bool uses(std::string_view sql, std::string_view bind, rows::Dialect dialect) {
  const SqlScan scan = scan_sql(sql, dialect);
  for (const SqlPiece* mark : marks(scan.pieces))
    if (mark->kind == SqlPiece::Kind::bind && mark->text == bind) return true;
  return false;
}

void check_query(const Report& report, const rows::Query& query, rows::Dialect dialect) {
  EXPECT(!query.columns.empty());
  EXPECT(report.single_tenant || uses(query.sql, "account", dialect));
  for (const rows::Bind& bind : query.binds) EXPECT(uses(query.sql, bind.name, dialect));
  for (const SqlPiece& piece : scan_sql(query.sql, dialect).pieces) EXPECT(piece.kind != SqlPiece::Kind::macro);
}

/// A module without problems keeps every promise, however its source keeps instants: its queries can be built, name the account,
/// and have no macro left.
void check_report(const Report& report) {
  for (const auto& [key, shape] : report.shapes) {
    QueryInputs inputs;
    inputs.account_key = "a";
    inputs.timezone = "UTC";
    if (!report.variant_parameter.empty()) inputs.parameters[report.variant_parameter] = {key};
    for (const schedule::ScopeKind scope : report.scopes) {
      inputs.scope = {scope, scope == schedule::ScopeKind::account ? "" : "s"};
      for (const rows::Dialect dialect : {rows::Dialect::sqlite, rows::Dialect::postgresql}) {
        const char* name = dialect == rows::Dialect::sqlite ? "sqlite" : "postgresql";
        if (shape.query.empty() && !shape.query_by_dialect.contains(name)) continue;
        for (const char* usual : {"", "epoch", "sql-text Europe/Berlin", "offset-text", "timestamp Europe/Berlin"}) {
          rows::SourceForms forms(dialect);
          forms.single_tenant = true;
          if (*usual != '\0') forms.usual = std::get<rows::InstantForm>(rows::parse_instant_form(usual));
          const auto& facts = forms.usual.facts();
          if (dialect == rows::Dialect::sqlite ? !facts.sqlite : !facts.postgresql) continue;
          check_query(report, build_query(report, inputs, forms), dialect);
        }
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Loaded loaded = load_module(text, "module.yaml");
  for (const yaml::Problem& problem : loaded.problems) {
    EXPECT(problem.line >= 1 && problem.column >= 1);
    EXPECT(is_valid_utf8(problem.message) && !has_control(problem.message));
  }
  if (loaded.problems.empty()) check_report(loaded.report);
  return 0;
}
