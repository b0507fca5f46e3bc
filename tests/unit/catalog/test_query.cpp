// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/catalog/query.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "query_inputs.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/time.hpp"
#include "reportctl/catalog/catalog.hpp"
#include "sql_scan.hpp"

using namespace reportctl;
using namespace reportctl::catalog;
using reportctl::testing::inputs;
using rows::Dialect;

namespace {

Report module_of(const std::string& parameters, const std::string& query) {
  Loaded loaded = load_module(
      "id: probe\nlabel: Probe\nfamily: demo\ndescription: A probe.\nscope: [account, depot]\n"
      "window: {kind: lookback, max_days: 9}\ncadences: [daily]\nparameters:\n" +
          parameters + "columns: [{name: n, label: N, type: integer}]\nquery: |\n" + query,
      "probe.yaml");
  REQUIRE(yaml::describe(loaded.problems) == "");
  return std::move(loaded.report);
}

const std::string kQuery = "  SELECT n FROM t WHERE a = :account AND d = :depot AND at >= :from AND at < :to AND {{filters}}\n";

std::string names_of(const rows::Query& query) {
  std::string names;
  for (const rows::Bind& bind : query.binds) names += bind.name + " ";
  return names;
}

decltype(rows::Bind::value) value_of(const rows::Query& query, const std::string& name) {
  const auto found =
      std::find_if(query.binds.begin(), query.binds.end(), [&](const rows::Bind& bind) { return bind.name == name; });
  REQUIRE(found != query.binds.end());
  return found->value;
}

std::string filters_of(const std::string& parameter, const std::string& given, Dialect dialect) {
  const std::string sql = build_query(module_of(parameter, kQuery), inputs({{"p", {given}}}), dialect).sql;
  const std::size_t at = sql.rfind(" AND (") + 5;
  return sql.substr(at, sql.size() - at - 1);  // without the line's end
}

}  // namespace

TEST_CASE("values are bound by name and never become text") {
  const Report report = module_of("  - {name: who, label: Who, type: text, filter: t.who}\n", kQuery);
  const rows::Query query = build_query(report, inputs({{"who", {"x' OR '1'='1"}}}), Dialect::sqlite);
  CHECK(query.sql ==
        "SELECT n FROM t WHERE a = :account AND d = :depot AND (at BETWEEN :from_below AND :to_above AND rc_in_period(at, "
        ":from_us, "
        ":to_us, 'utc-text', 't.at')) AND (CAST((t.who) AS text) = :who)\n");
  CHECK(names_of(query) == "account depot from_below to_above from_us to_us who ");
  CHECK(std::get<std::string>(value_of(query, "account")) == "k1");
  CHECK(std::get<std::string>(value_of(query, "depot")) == "north");
  CHECK(std::get<std::string>(value_of(query, "from_below")) == "2026-03-16");
  CHECK(std::get<std::int64_t>(value_of(query, "from_us")) == 1773666000000000);  // date -u -d 2026-03-16T13:00Z +%s
  CHECK(std::get<std::string>(value_of(query, "to_above")) == "2026-03-18");
  CHECK(std::get<std::int64_t>(value_of(query, "to_us")) == 1773752400000000);
  CHECK(std::get<std::string>(value_of(query, "who")) == "x' OR '1'='1");
  CHECK(query.columns.size() == 1);
}

TEST_CASE("an account's scope leaves the site's binds NULL, and the other kind of site too") {
  const Report report = module_of("  []\n",
                                  "  SELECT n FROM t WHERE a = :account AND (:depot IS NULL OR d = :depot) AND w = :workspace"
                                  " AND at BETWEEN :from AND :to\n");
  QueryInputs in = inputs();
  CHECK(std::holds_alternative<std::monostate>(value_of(build_query(report, in, Dialect::sqlite), "workspace")));
  in.scope = {};
  CHECK(std::holds_alternative<std::monostate>(value_of(build_query(report, in, Dialect::sqlite), "depot")));
  in.scope = {schedule::ScopeKind::workspace, "w7"};
  CHECK(std::get<std::string>(value_of(build_query(report, in, Dialect::sqlite), "workspace")) == "w7");
}

TEST_CASE("filters become predicates for what was given, by type and dialect") {
  const auto parameter = [](const std::string& rest) { return "  - {name: p, label: P, filter: t.c, " + rest + "}\n"; };
  CHECK(filters_of(parameter("type: id_list"), "7", Dialect::sqlite) ==
        "(CAST((t.c) AS TEXT) IN (SELECT value FROM json_each(:p)))");
  CHECK(filters_of(parameter("type: id_list"), "7", Dialect::postgresql) == "(CAST((t.c) AS text) = ANY(CAST(:p AS text[])))");
  CHECK(filters_of(parameter("type: id"), "7", Dialect::sqlite) == "(CAST((t.c) AS text) = :p)");
  CHECK(filters_of(parameter("type: enum, values: [a, b]"), "b", Dialect::postgresql) ==
        "(CAST((t.c) AS text) = CAST(:p AS text))");
  CHECK(filters_of(parameter("type: text"), "b", Dialect::sqlite) == "(CAST((t.c) AS text) = :p)");
  CHECK(filters_of(parameter("type: id"), "7", Dialect::postgresql) == "(CAST((t.c) AS text) = :p)");
  CHECK(filters_of(parameter("type: integer"), "7", Dialect::sqlite) == "((t.c) = :p)");
  CHECK(filters_of(parameter("type: integer"), "7", Dialect::postgresql) == "((t.c) = CAST(:p AS bigint))");
  CHECK(filters_of(parameter("type: decimal"), "7.5", Dialect::sqlite) == "((t.c) = CAST(:p AS numeric))");
  CHECK(filters_of(parameter("type: boolean"), "true", Dialect::sqlite) == "((rc_boolean(t.c, '1/0', 't.c')) = :p)");
  CHECK(filters_of(parameter("type: boolean"), "true", Dialect::postgresql) ==
        "(((CASE WHEN pg_typeof(t.c) = CAST('boolean' AS regtype) THEN CAST(CAST((t.c) AS text) AS boolean) WHEN "
        "rtrim(CAST((t.c) AS text)) = '1' THEN TRUE WHEN rtrim(CAST((t.c) AS text)) = '0' THEN FALSE ELSE CAST('t.c' || ' (' || "
        "'1/0' || '): ' || CAST((t.c) AS text) AS boolean) END)) = CAST(:p AS boolean))");
  CHECK(filters_of(parameter("type: date"), "2026-01-02", Dialect::sqlite) == "((t.c) = :p)");
  CHECK(filters_of(parameter("type: date"), "2026-01-02", Dialect::postgresql) == "((t.c) = CAST(:p AS date))");
}

TEST_CASE("several filters are joined by AND, and none is a condition that always holds") {
  const Report report = module_of(
      "  - {name: p, label: P, type: id, filter: t.p}\n"
      "  - {name: q, label: Q, type: date, filter: \"{{local_date(t.at)}}\"}\n"
      "  - {name: r, label: R, type: text}\n",
      kQuery);
  const auto tail = [](const rows::Query& query) { return query.sql.substr(query.sql.rfind(" AND ") + 5); };
  const auto pair = [](const rows::Query& query) { return query.sql.substr(query.sql.find(" AND (CAST") + 5); };
  const rows::Query both = build_query(report, inputs({{"p", {"1"}}, {"q", {"2026-03-17"}}, {"r", {"x"}}}), Dialect::sqlite);
  CHECK(pair(both) == "(CAST((t.p) AS text) = :p AND (rc_local_date(t.at, 'utc-text', 't.at', :timezone)) = :q)\n");
  CHECK(names_of(both) == "account depot from_below to_above from_us to_us p q timezone ");
  CHECK(tail(build_query(report, inputs(), Dialect::sqlite)) == "1=1\n");
  CHECK(tail(build_query(report, inputs(), Dialect::postgresql)) == "TRUE\n");
  CHECK(names_of(build_query(report, inputs(), Dialect::sqlite)) == "account depot from_below to_above from_us to_us ");
}

TEST_CASE("parameters are bound by their type, their default, or NULL") {
  const Report report = module_of(
      "  - {name: n, label: N, type: integer}\n"
      "  - {name: d, label: D, type: decimal, default: 0.5}\n"
      "  - {name: b, label: B, type: boolean}\n"
      "  - {name: ids, label: Ids, type: id_list}\n"
      "  - {name: unused, label: U, type: text}\n",
      "  SELECT :n, :d, :b, :ids FROM t WHERE :account = 1 AND :depot = 1 AND :from < :to\n");
  const rows::Query query = build_query(report, inputs({{"n", {"-7"}}, {"b", {"false"}}, {"ids", {"1", "b"}}}), Dialect::sqlite);
  CHECK(query.sql.starts_with("SELECT :n, CAST(:d AS numeric), :b, :ids FROM t"));
  CHECK(names_of(query) == "n d b ids account depot from to ");
  CHECK(std::get<std::int64_t>(value_of(query, "n")) == -7);
  CHECK(std::get<std::string>(value_of(query, "d")) == "0.5");
  CHECK(std::get<std::int64_t>(value_of(query, "b")) == 0);
  CHECK(std::get<std::vector<std::string>>(value_of(query, "ids")) == std::vector<std::string>{"1", "b"});
  const rows::Query unset = build_query(report, inputs(), Dialect::sqlite);
  CHECK(std::holds_alternative<std::monostate>(value_of(unset, "n")));
  CHECK(std::holds_alternative<std::monostate>(value_of(unset, "ids")));
}

TEST_CASE("macros expand per dialect, arguments of their own included") {
  const Report report =
      module_of("  []\n",
                "  SELECT {{local_date(t.at)}}, {{ local_timestamp( coalesce(t.at, '),}}') ) }}, {{seconds_between(t.a, :to)}}\n"
                "  FROM t WHERE :account = 1 AND :depot = 1 AND :from = 1 -- {{nothing}} :here\n");
  CHECK(build_query(report, inputs(), Dialect::sqlite).sql ==
        "SELECT rc_local_date(t.at, 'utc-text', 't.at', :timezone), "
        "rc_local_timestamp(coalesce(t.at, '),}}'), 'utc-text', 'coalesce(t.at, ''),}}'')', :timezone), "
        "rc_seconds_between(t.a, 'utc-text', 't.a', :to, 'utc-text', ':to')\n"
        "FROM t WHERE :account = 1 AND :depot = 1 AND (rc_instant(1, 'utc-text', '1') = :from_us) -- {{nothing}} :here\n");
  CHECK(build_query(report, inputs(), Dialect::postgresql).sql ==
        "SELECT CAST(((CASE WHEN (TRUE OR (t.at) <@ tstzrange 'empty' /*t.at*/) THEN t.at END)) AT TIME ZONE CAST(:timezone AS "
        "text) AS date), (((CASE WHEN (TRUE OR (coalesce(t.at, '),}}')) <@ tstzrange 'empty' /*coalesce(t.at, '),}}')*/) THEN "
        "coalesce(t.at, '),}}') END)) AT TIME ZONE CAST(:timezone AS text)), "
        "CAST(floor(extract(epoch FROM (CAST(:to AS timestamptz)) - "
        "((CASE WHEN (TRUE OR (t.a) <@ tstzrange 'empty' /*t.a*/) THEN t.a END)))) AS bigint)\n"
        "FROM t WHERE :account = 1 AND :depot = 1 AND (1 = CAST(:from AS timestamptz) AND (TRUE OR (1) <@ tstzrange 'empty' "
        "/*1*/)) -- "
        "{{nothing}} :here\n");
  CHECK(names_of(build_query(report, inputs(), Dialect::sqlite)) == "timezone to account depot from_us ");
}

TEST_CASE("the earlier and the later instant skip what is unknown, and macros nest") {
  const Report report = module_of("  []\n",
                                  "  SELECT {{seconds_between({{later(t.a, :from)}}, {{earlier(t.b, :to)}})}} AS n FROM t\n"
                                  "  WHERE t.x = :account AND {{in_depot(t.d)}}\n");
  CHECK(build_query(report, inputs(), Dialect::sqlite).sql ==
        "SELECT rc_seconds_between(coalesce(max(t.a, :from), t.a, :from), 'utc-text', '{{later}}', "
        "coalesce(min(t.b, :to), t.b, :to), 'utc-text', '{{earlier}}') AS n FROM t\n"
        "WHERE t.x = :account AND (t.d) = :depot\n");
  CHECK(build_query(report, inputs(), Dialect::postgresql).sql ==
        "SELECT CAST(floor(extract(epoch FROM (LEAST((CASE WHEN (TRUE OR (t.b) <@ tstzrange 'empty' /*t.b*/) THEN t.b END), "
        "CAST(:to AS timestamptz))) - (GREATEST((CASE WHEN (TRUE OR (t.a) <@ tstzrange 'empty' /*t.a*/) THEN t.a END), "
        "CAST(:from AS timestamptz))))) AS bigint) AS n FROM t\n"
        "WHERE t.x = :account AND (t.d) = :depot\n");
}

TEST_CASE("a site's macro holds for every row where the scope is no such site") {
  const Report report = module_of("  []\n",
                                  "  SELECT n FROM t WHERE a = :account AND {{in_depot(t.d)}} AND {{in_workspace(t.w)}}"
                                  " AND b BETWEEN 1 AND 2 AND :from = :to\n");
  const auto condition = [&](schedule::Scope scope, Dialect dialect) {
    QueryInputs in = inputs();
    in.scope = std::move(scope);
    const std::string sql = build_query(report, in, dialect).sql;
    const std::size_t start = sql.find(":account AND ") + 13;
    return sql.substr(start, sql.find(" AND b BETWEEN") - start);
  };
  using schedule::ScopeKind;
  CHECK(condition({ScopeKind::depot, "north"}, Dialect::sqlite) == "(t.d) = :depot AND 1=1");
  CHECK(condition({ScopeKind::workspace, "w7"}, Dialect::postgresql) == "TRUE AND (t.w) = :workspace");
  CHECK(condition({}, Dialect::sqlite) == "1=1 AND 1=1");
  CHECK(names_of(build_query(report, inputs(), Dialect::sqlite)) == "account depot from to ");
}

TEST_CASE("in PostgreSQL every use of an id is a parameter of its own, so that it can have the type of the column it meets") {
  const Report report = module_of(
      "  - {name: depot_2, label: D, type: id}\n",
      "  SELECT n FROM t WHERE a = :account AND b = :account AND (:depot IS NULL OR d = :depot) AND :depot\tis not NULL\n"
      "    AND at >= :from AND at < :to AND u < :to AND :depot_2 IS NULL\n");
  const rows::Query query = build_query(report, inputs(), Dialect::postgresql);
  CHECK(query.sql ==
        "SELECT n FROM t WHERE a = :account AND b = :account_2 AND (CAST(:depot AS text) IS NULL OR d = :depot_3) AND "
        "CAST(:depot_4 AS text)\tis not NULL\n"
        "  AND ((at >= CAST(:from AS timestamptz) AND (TRUE OR (at) <@ tstzrange 'empty' /*t.at*/)) AND "
        "(at < CAST(:to AS timestamptz) AND (TRUE OR (at) <@ tstzrange 'empty' /*t.at*/))) AND "
        "(u < CAST(:to AS timestamptz) AND (TRUE OR (u) <@ tstzrange 'empty' /*t.u*/)) AND CAST(:depot_2 AS text) IS NULL\n");
  CHECK(names_of(query) == "account account_2 depot depot_3 depot_4 from to depot_2 ");
  for (const char* name : {"depot", "depot_3", "depot_4"}) CHECK(std::get<std::string>(value_of(query, name)) == "north");
  CHECK(std::get<std::string>(value_of(query, "account_2")) == "k1");
  CHECK(std::holds_alternative<std::monostate>(value_of(query, "depot_2")));
  CHECK(names_of(build_query(report, inputs(), Dialect::sqlite)) == "account depot from_below to_above from_us to_us depot_2 ");
}

TEST_CASE("a comparison with a bound is made in the form in which the source keeps what is compared") {
  rows::SourceForms forms(Dialect::sqlite);
  forms.declared = {{"visits", std::get<rows::InstantForm>(rows::parse_instant_form("epoch"))},
                    {"visits.day", std::get<rows::InstantForm>(rows::parse_instant_form("day"))}};
  const auto condition = [&](const std::string& sql, const rows::SourceForms& of) {
    const Report report =
        module_of("  []\n", "  SELECT n FROM visits v JOIN gates g ON g.id = v.gate WHERE a = :account AND :depot = 1 AND " +
                                sql + " AND 1 = 1\n");
    std::string all = build_query(report, inputs(), of).sql;
    all = all.substr(all.find(":depot = 1 AND ") + 15);
    return all.substr(0, all.rfind(" AND 1 = 1"));
  };
  const std::string within =
      "(v.at BETWEEN :from_as_3 AND :to_as_3 AND rc_in_period(v.at, :from_us, :to_us, 'epoch', 'visits.at'))";
  const std::string since = "(v.at >= :from_as_3 AND rc_instant(v.at, 'epoch', 'visits.at') >= :from_us)";
  const std::string until = "(v.at <= :to_as_3 AND rc_instant(v.at, 'epoch', 'visits.at') < :to_us)";
  CHECK(condition("v.at >= :from AND v.at < :to", forms) == within);
  CHECK(condition("(:from <= v.at AND v.at < :to OR v.n = 1)", forms) == "(" + within + " OR v.n = 1)");
  CHECK(condition("sum(CASE WHEN v.at >= :from AND v.at < :to THEN 1 END) > 0", forms) ==
        "sum(CASE WHEN " + within + " THEN 1 END) > 0");
  for (const char* start : {"NOT ", "v.n BETWEEN 1 AND ", "1 = "})
    CHECK(condition(std::string(start) + "v.at >= :from AND v.at < :to", forms) == start + since + " AND " + until);
  CHECK(condition("v.at >= :from AND v.at < :to = 1", forms) == since + " AND " + until + " = 1");
  CHECK(condition("(v.at >= :from OR v.at < :to)", forms) == "(" + since + " OR " + until + ")");
  CHECK(condition("v.day >= :from AND v.day < :to", forms) == "(v.day >= :from_day AND v.day < :to_day)");
  CHECK(condition(":from <= g.at AND :to>g.at", forms) ==
        "(g.at >= :from_below AND rc_instant(g.at, 'utc-text', 'gates.at') >= :from_us) AND "
        "(g.at <= :to_above AND rc_instant(g.at, 'utc-text', 'gates.at') < :to_us)");
  CHECK(condition("(lower(g.at) = :from OR :to = 1)", forms) ==
        "((rc_instant(lower(g.at), 'utc-text', 'lower(g.at)') = :from_us) OR (rc_instant(1, 'utc-text', '1') = :to_us))");
  CHECK(
      condition("CASE WHEN g.at < :to THEN g.at ELSE v.day END >= :from", {Dialect::sqlite}) ==
      "(rc_instant(CASE WHEN (g.at <= :to_above AND rc_instant(g.at, 'utc-text', 'gates.at') < :to_us) THEN g.at ELSE v.day END, "
      "'utc-text', 'CASE WHEN g.at < :to THEN g.at ELSE v.day END') >= :from_us)");
  CHECK(condition("{{instant(v.at)}} >= :from AND {{instant(v.at)}} < :to", forms) ==
        "(rc_instant(rc_kept(v.at, 'epoch', 'visits.at', 'utc-text'), 'utc-text', '{{instant}}') >= :from_us) AND "
        "(rc_instant(rc_kept(v.at, 'epoch', 'visits.at', 'utc-text'), 'utc-text', '{{instant}}') < :to_us)");
  CHECK_THROWS_AS(condition("coalesce(v.at, :to) < :to AND g.at >= :from", forms), Error);
  CHECK(condition("g.at BETWEEN :from AND :to", forms) ==
        "((g.at >= :from_below AND rc_instant(g.at, 'utc-text', 'gates.at') >= :from_us) AND "
        "(g.at <= :to_above_too AND rc_instant(g.at, 'utc-text', 'gates.at') <= :to_us))");
  CHECK(condition("{{in_period(v.at)}}", forms) == within);
  CHECK(condition("{{in_period(g.at, epoch-ms)}}", forms) ==
        "(g.at BETWEEN :from_as_4 AND :to_as_4 AND rc_in_period(g.at, :from_us, :to_us, 'epoch-ms', 'gates.at'))");
  CHECK(condition("{{instant(v.at)}} >= {{instant(g.at)}} AND :from = :to", forms) ==
        "rc_kept(v.at, 'epoch', 'visits.at', 'utc-text') >= g.at AND :from = :to");
  rows::SourceForms server(Dialect::postgresql);
  server.usual = std::get<rows::InstantForm>(rows::parse_instant_form("timestamp Europe/Berlin"));
  CHECK(condition("{{in_period(v.at)}}", server) ==
        "((v.at >= ((CAST(:from AS timestamptz)) AT TIME ZONE 'Europe/Berlin') AND (TRUE OR (v.at) <@ tsrange 'empty' "
        "/*visits.at*/)) AND (v.at < ((CAST(:to AS timestamptz)) AT TIME ZONE 'Europe/Berlin') AND (TRUE OR (v.at) <@ tsrange "
        "'empty' /*visits.at*/)))");
  CHECK_THROWS_WITH_AS(condition("coalesce(v.at, g.at) >= :from AND :to = 1", forms),
                       "coalesce(v.at, g.at) mixes values that the source keeps as epoch and as utc-text", Error);
}

TEST_CASE("of days, the one in which a period ends counts whole, and none can begin in the middle of one") {
  for (const Dialect dialect : {Dialect::sqlite, Dialect::postgresql}) {
    rows::SourceForms forms(dialect);
    forms.usual = std::get<rows::InstantForm>(rows::parse_instant_form("day"));
    const Report report =
        module_of("  []\n", "  SELECT n FROM visits v WHERE a = :account AND :depot = 1 AND v.day >= :from AND v.day < :to\n");
    QueryInputs in = inputs();
    in.window.part = schedule::DayPart{{.hour = 0, .minute = 0}, {.hour = 8, .minute = 30}};
    in.window.to = *parse_instant("2026-03-16T21:30:00Z");  // 08:30 of the 17th in Sydney
    const auto query = build_query(report, in, forms);
    if (dialect == Dialect::sqlite)
      CHECK(std::get<std::string>(value_of(query, "to_edge_day")) == "2026-03-18");
    else
      CHECK(std::get<std::string>(value_of(query, "to_edge")) == "2026-03-17T13:00:00Z");
    in.window.from = *parse_instant("2026-03-16T20:00:00Z");
    CHECK_THROWS_AS(build_query(report, in, forms), Error);
  }
}

TEST_CASE("the period before is bound where there is one, and NULL where there is none") {
  const Report report =
      module_of("  []\n", "  SELECT :previous_from, :previous_to FROM t WHERE a = :account AND :depot = :from AND :to = 1\n");
  QueryInputs in = inputs();
  CHECK(build_query(report, in, Dialect::sqlite).sql.starts_with("SELECT NULL, NULL FROM"));
  in.previous = in.window;
  const rows::Query query = build_query(report, in, Dialect::sqlite);
  CHECK(query.sql.starts_with("SELECT :previous_from, :previous_to FROM"));
  CHECK(std::get<std::string>(value_of(query, "previous_to")) == "2026-03-17T13:00:00Z");
}

TEST_CASE("the word all filters nothing where the parameter knows it") {
  const Report report = module_of(
      "  - {name: p, label: P, type: id_list, required: true, all: true, filter: t.p}\n"
      "  - {name: q, label: Q, type: id_list, filter: t.q}\n",
      kQuery);
  const auto bound = [&](schedule::Parameters parameters) {
    return names_of(build_query(report, inputs(std::move(parameters)), Dialect::sqlite));
  };
  CHECK(bound({{"p", {"all"}}}) == "account depot from_below to_above from_us to_us ");
  CHECK(bound({{"p", {"all", "7"}}}) == "account depot from_below to_above from_us to_us p ");
  CHECK(bound({{"p", {"7"}}, {"q", {"all"}}}) == "account depot from_below to_above from_us to_us p q ");
  CHECK(means_all(report.parameters[0], {"all"}));
  CHECK_FALSE(means_all(report.parameters[0], {"ALL"}));
  CHECK_FALSE(means_all(report.parameters[0], {}));
  CHECK_FALSE(means_all(report.parameters[1], {"all"}));
}

TEST_CASE("a dialect without a query is refused by name") {
  Report report = module_of("  []\n", "  SELECT :account, :depot, :from, :to\n");
  Shape& shape = report.shapes.at("");
  shape.query_by_dialect["sqlite"] = shape.query;
  shape.query.clear();
  CHECK(build_query(report, inputs(), Dialect::sqlite).binds.size() == 4);
  CHECK_THROWS_WITH_AS(build_query(report, inputs(), Dialect::postgresql), "report probe has no query for postgresql sources",
                       Error);
}

TEST_CASE("choices are two text columns within the tenant wall") {
  const Report report = module_of(
      "  - name: p\n    label: P\n    type: id\n    choices: SELECT id, name FROM c WHERE a = :account AND "
      "(:depot IS NULL OR d = :depot)\n  - {name: q, label: Q, type: id}\n",
      kQuery);
  const rows::Query query = build_choices_query(report, report.parameters[0], inputs(), Dialect::sqlite);
  CHECK(query.sql == "SELECT id, name FROM c WHERE a = :account AND (:depot IS NULL OR d = :depot)");
  CHECK(names_of(query) == "account depot ");
  REQUIRE(query.columns.size() == 2);
  CHECK(query.columns[0].name == "id");
  CHECK(query.columns[1].name == "name");
  CHECK(query.columns[1].type == rows::ColumnType::text);
  CHECK_THROWS_AS(build_choices_query(report, report.parameters[1], inputs(), Dialect::sqlite), Error);
}

TEST_CASE("binds are found in code only, by each dialect's rules") {
  const auto binds = [](std::string_view sql, Dialect dialect) {
    std::string names;
    const SqlScan scan = scan_sql(sql, dialect);
    for (const SqlPiece* mark : marks(scan.pieces)) names += std::string(mark->text) + " ";
    return names + (scan.problems.empty() ? "" : "!");
  };
  for (const Dialect dialect : {Dialect::sqlite, Dialect::postgresql}) {
    CHECK(binds("a = :x AND b = ':y' AND c = 'it''s :z' AND \"d:e\" = :f", dialect) == "x f ");
    CHECK(binds("a::text = :x -- :y\n AND /* :z */ b = :w", dialect) == "x w ");
    CHECK(binds("a=:x||:y,(:z)", dialect) == "x y z ");
    CHECK(binds("", dialect) == "");
  }
  CHECK(binds("[a :b] = `c :d` AND :e", Dialect::sqlite) == "e ");
  CHECK(binds("a[1:2] = :e", Dialect::postgresql) == "e ");
  CHECK(binds("$$ :a $$ || $t$ :b $$ $t$ = :c", Dialect::postgresql) == "c ");
  CHECK(binds("E'\\' :a' = :b AND note'\\' = :c", Dialect::postgresql) == "b c ");
  CHECK(binds("/* a /* :b */ :c */ :d", Dialect::postgresql) == "d ");
  CHECK(binds("/* a /* :b */ :c", Dialect::sqlite) == "c ");
  CHECK(binds("data ? 'key' AND tags @> :x", Dialect::postgresql) == "x ");
  CHECK(binds("$1", Dialect::postgresql) == "!");
  CHECK(binds("?1", Dialect::sqlite) == "!");
  CHECK(binds(":1", Dialect::sqlite) == "!");
}
