// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>

#include <string>

#include "query_inputs.hpp"
#include "reportctl/catalog/catalog.hpp"
#include "reportctl/catalog/contract.hpp"
#include "reportctl/catalog/query.hpp"

using namespace reportctl;
using namespace reportctl::catalog;
using reportctl::testing::inputs;
using rows::Dialect;

TEST_CASE("a fact is held to the scope by the columns that its source declares, and by nothing where it has none") {
  const Report report =
      load_module(
          "id: probe\nlabel: Probe\nfamily: demo\ndescription: A probe.\nscope: [account, depot]\n"
          "window: {kind: lookback, max_days: 9}\ncadences: [daily]\n"
          "columns: [{name: n, label: N, type: integer}]\nquery: |\n"
          "  SELECT n FROM depots d JOIN chargers c ON c.depot_id = d.id JOIN fleet.Charger_Power r ON r.charger_id = c.id\n"
          "  WHERE d.account_id = :account AND {{in_depot(d.id)}} AND r.kw = 1 AND {{in_scope(R)}} AND r.kwh = 2\n"
          "    AND :from = :to\n",
          "probe.yaml")
          .report;
  const auto scope = [&](const rows::SourceForms& forms, const QueryInputs& in = inputs()) {
    const rows::Query query = build_query(report, in, forms);
    CHECK((query.scoped == std::vector<rows::ScopedTable>{{"fleet.Charger_Power", "charger_power"}}) ==
          !forms.scope_columns.empty());
    const std::size_t at = query.sql.find("r.kw = 1 AND ") + 13;
    return query.sql.substr(at, query.sql.find(" AND r.kwh = 2") - at);
  };
  for (const Dialect dialect : rows::kDialects) {
    const std::string always = dialect == Dialect::sqlite ? "1=1" : "TRUE";
    // A parameter that stands at two places may have two types there.
    const std::string again = dialect == Dialect::postgresql || dialect == Dialect::duckdb ? "_2" : "";
    rows::SourceForms forms(dialect);
    CHECK(scope(forms) == always);
    forms.scope_columns["charger_power"] = {"depot_id"};
    CHECK(scope(forms) == "((R.depot_id) = :depot" + again + ")");
    QueryInputs account = inputs();
    account.scope = {schedule::ScopeKind::account, ""};
    CHECK(scope(forms, account) == always);
    forms.scope_columns["charger_power"] = {"account_id", "depot_id"};
    CHECK(scope(forms, account) == "((R.account_id) = :account" + again + ")");
    const std::string both = scope(forms);
    CHECK(both.find("(R.account_id) = :account" + again) != std::string::npos);
    CHECK(both.find("(R.depot_id) = :depot" + again) != std::string::npos);
    CHECK(both.size() == ("((R.account_id) = :account AND (R.depot_id) = :depot)" + again + again).size());
    QueryInputs number = inputs();
    number.account_key = "7";  // SQLite does not know whether the column has text
    forms.scope_columns["charger_power"] = {"account_id"};
    CHECK(scope(forms, number) == (dialect == Dialect::sqlite ? "((R.account_id) IN (:account, :account_number))"
                                                              : "((R.account_id) = :account" + again + ")"));
  }
}

TEST_CASE("only what a joined table says can be declared") {
  rows::SourceForms forms(Dialect::sqlite);
  forms.scope_columns = {
      {"charger_power", {"account_id", "depot_id"}}, {"leads", {"account_id"}}, {"domain_daily", {"workspace_id"}}};
  CHECK(scope_columns_problem(forms) == "");
  forms.scope_columns["order_items"] = {"account_id", "depot_id"};
  CHECK(scope_columns_problem(forms) ==
        "scope_columns: depot_id is declared for order_items, which may have account_id (reportctl-source(1))");
  forms.scope_columns = {{"readings", {"depot_id"}}};
  CHECK(scope_columns_problem(forms) ==
        "scope_columns: depot_id is declared for readings, which may have no such column (reportctl-source(1))");
}
