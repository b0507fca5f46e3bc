// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
// Over 400 lines: one test for every rule of the format, in the order of the format.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "reportctl/base/text.hpp"
#include "reportctl/catalog/catalog.hpp"
#include "reportctl/catalog/figure.hpp"

using namespace reportctl;
using namespace reportctl::catalog;

namespace {

/// Lines are counted from the `id` line, which is line 1.
const std::string kModule = R"(id: site-visits
aliases: [SITE_VISITS]
label: Site visits
family: fleet
description: Who came.
visibility: available
surfaces: [run, schedule]
scope: [account, depot]
roles: [owner, admin]
feature: visits
window: {kind: lookback, default_days: 2, max_days: 31}
cadences: [daily, monthly]
day_of_month_max: 31
formats: [csv, xlsx]
parameters:
  - {name: gates, label: Gates, type: id_list, filter: v.gate_id, choices: "SELECT id, name FROM gates WHERE account_id = :account"}
  - {name: kind, label: Kind, type: enum, values: [in, out], default: in}
columns:
  - {name: at, label: At, type: timestamp}
  - {name: fee, label: Fee, type: money, total: sum}
  - {name: currency, label: Currency, type: text}
  - {name: weight, label: Weight, type: decimal, scale: 3}
summary: [{label: Visits, value: count}, {label: Fee, value: total(fee)}]
chart: {type: bar, x: day(at), y: sum(fee)}
query: |
  SELECT v.at, v.fee, v.currency, v.weight
  FROM visits v
  WHERE v.account_id = :account AND (:depot IS NULL OR v.depot_id = :depot)
    AND v.at >= :from AND v.at < :to AND v.kind = :kind AND {{filters}}
)";

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string problems_of(const std::string& text) { return yaml::describe(load_module(text, "m").problems); }

struct Rule {
  std::string from;
  std::string to;
  std::string problem;  ///< how the first problem starts
};

void check(const std::vector<Rule>& rules) {
  for (const Rule& rule : rules) {
    CAPTURE(rule.from);
    CAPTURE(rule.to);
    const std::string found = problems_of(replaced(kModule, rule.from, rule.to));
    CHECK_MESSAGE(found.starts_with(rule.problem), found);
  }
}

}  // namespace

TEST_CASE("a module becomes plain data") {
  const Loaded loaded = load_module(kModule, "visits.yaml");
  REQUIRE(yaml::describe(loaded.problems) == "");
  const Report& report = loaded.report;
  CHECK(report.id == "site-visits");
  CHECK(report.aliases == std::vector<std::string>{"SITE_VISITS"});
  CHECK(report.label == "Site visits");
  CHECK(report.origin == "visits.yaml");
  CHECK_FALSE(report.hidden);
  CHECK(report.surfaces == std::set<Surface>{Surface::run, Surface::schedule});
  CHECK(report.scopes == std::set<schedule::ScopeKind>{schedule::ScopeKind::account, schedule::ScopeKind::depot});
  CHECK(report.roles == std::set<std::string>{"admin", "owner"});
  CHECK(report.feature == "visits");
  CHECK(report.window.kind == WindowKind::lookback);
  CHECK(report.window.default_days == 2);
  CHECK(report.window.max_days == 31);
  CHECK(report.cadences == std::set<schedule::CadenceKind>{schedule::CadenceKind::daily, schedule::CadenceKind::monthly});
  CHECK(report.day_of_month_max == 31);
  CHECK(report.formats == std::vector<std::string>{"csv", "xlsx"});
  REQUIRE(report.parameters.size() == 2);
  CHECK(report.parameters[0].type == ParameterType::id_list);
  CHECK(report.parameters[0].filter == "v.gate_id");
  CHECK(report.parameters[0].choices == "SELECT id, name FROM gates WHERE account_id = :account");
  CHECK(report.parameters[1].values == std::vector<std::string>{"in", "out"});
  CHECK(report.parameters[1].fallback == "in");
  const Shape& shape = report.shape({});
  REQUIRE(shape.columns.size() == 4);
  CHECK(shape.columns[1].type == rows::ColumnType::money);
  CHECK(shape.columns[1].total);
  CHECK(shape.columns[1].currency_column == 2);
  CHECK(shape.columns[3].scale == 3);
  REQUIRE(shape.summary.size() == 2);
  CHECK(shape.summary[1].value.kind == Aggregate::Kind::total);
  CHECK(shape.summary[1].value.column == 1);
  REQUIRE(shape.chart);
  CHECK(shape.chart->x == "day(at)");
}

TEST_CASE("what a module leaves out has a default") {
  const Report report = load_module(R"(id: tiny
label: Tiny
family: demo
description: A list.
scope: [account]
window: {kind: snapshot}
feature: null
cadences: daily
columns: [{name: n, label: N, type: percent}]
query: SELECT n FROM t WHERE account_id = :account
)",
                                    "m")
                            .report;
  CHECK(report.surfaces.size() == 3);
  CHECK(report.roles.empty());
  CHECK(report.feature.empty());
  CHECK(report.formats == std::vector<std::string>{"csv"});
  CHECK(report.day_of_month_max == 28);
  CHECK(report.shape({}).columns[0].scale == 2);
}

TEST_CASE("names and words are held to their grammar, with line and column") {
  check({
      {"id: site-visits", "id: Site-Visits", "m:1:5: id \"Site-Visits\" must be lower-case words"},
      {"id: site-visits", "id: site--visits", "m:1:5: id"},
      {"id: site-visits", "id: -visits", "m:1:5: id"},
      {"id: site-visits\n", "", "m:1:1: a report module needs the key \"id\""},
      {"aliases: [SITE_VISITS]", "aliases: [9LIVES]", "m:2:11: alias \"9LIVES\" must be"},
      {"aliases: [SITE_VISITS]", "aliases: [VISITS, visits]", "m:2:19: alias \"visits\" names the module twice"},
      {"aliases: [SITE_VISITS]", "aliases: [site-visits]", "m:2:11: alias \"site-visits\" names the module twice"},
      {"aliases: [SITE_VISITS]", "aliases: [VISITS, VISITS]", "m:2:19: \"VISITS\" stands in aliases twice"},
      {"label: Site visits", "label: \"Site\\nvisits\"", "m:3:8: label must be one line"},
      {"family: fleet", "family: The Fleet", "m:4:9: family"},
      {"description: Who came.", "description: ''", "m:5:14: description must not be empty"},
      {"visibility: available", "visibility: secret", "m:6:13: visibility must be available or hidden"},
      {"visibility: available", "visibility: hidden", "m:6:13: a hidden module needs \"reason:\""},
      {"visibility: available", "reason: because", "m:6:9: \"reason\" belongs to a hidden module only"},
      {"surfaces: [run, schedule]", "surfaces: [run, shedule]",
       "m:7:17: unknown surface \"shedule\" (did you mean \"schedule\"?)"},
      {"surfaces: [run, schedule]", "surfaces: []", "m:7:11: surfaces must be a list of at least one word"},
      {"scope: [account, depot]", "scope: [account, site]", "m:8:18: unknown scope \"site\""},
      {"scope: [account, depot]\n", "", "m:1:1: a report module needs the key \"scope\""},
      {"roles: [owner, admin]", "roles: [owner, amdin]", "m:9:16: unknown role \"amdin\" (did you mean \"admin\"?)"},
      {"feature: visits", "feature: Site Visits", "m:10:10: feature"},
      {"cadences: [daily, monthly]", "cadences: [daily, hourly]", "m:12:19: unknown cadence \"hourly\""},
      {"cadences: [daily, monthly]\n", "", "m:1:1: a module that can be scheduled needs \"cadences\""},
      {"surfaces: [run, schedule]", "surfaces: [run, export]",
       "m:12:11: a module without the surface \"schedule\" has no cadences"},
      {"day_of_month_max: 31", "day_of_month_max: 32", "m:13:19: day_of_month_max must be a whole number from 1 to 31"},
      {"formats: [csv, xlsx]", "formats: [csv, excel]", "m:14:16: a module writes the format \"excel\" as xlsx"},
      {"formats: [csv, xlsx]", "formats: [CSV]", "m:14:11: a module writes the format \"CSV\" as csv"},
      {"formats: [csv, xlsx]", "formats: [csv, docx]", "m:14:16: unknown format \"docx\""},
      {"formats: [csv, xlsx]", "formats: [csv, csv]", "m:14:16: \"csv\" stands in formats twice"},
      {"label: Site visits", "lable: Site visits",
       "m:1:1: a report module needs the key \"label\"\nm:3:1: unknown key \"lable\" (did you mean \"label\"?)"},
  });
}

TEST_CASE("a module compares with the previous period, or with nothing") {
  const std::string window = "window: {kind: lookback, default_days: 2, max_days: 31}";
  CHECK_FALSE(load_module(kModule, "m").report.compares);
  const Loaded loaded = load_module(replaced(kModule, window, window + "\ncompare: previous_period"), "m");
  CHECK(loaded.problems.empty());
  CHECK(loaded.report.compares);
  check({
      {window, window + "\ncompare: last_year", "m:12:10: compare must be previous_period, not \"last_year\""},
      {window, "window: {kind: snapshot}\ncompare: previous_period", "m:12:10: a snapshot has no period before it"},
  });
}

TEST_CASE("a window is one of four kinds with the keys of its kind") {
  const std::string window = "window: {kind: lookback, default_days: 2, max_days: 31}";
  check({
      {window + "\n", "", "m:1:1: a report module needs the key \"window\""},
      {window, "window: lookback", "m:11:9: window must be a map"},
      {window, "window: {kind: rolling}", "m:11:16: unknown kind of window \"rolling\""},
      {window, "window: {kind: lookback}", "m:11:9: a lookback window needs \"max_days\""},
      {window, "window: {kind: lookback, max_days: 0}", "m:11:36: max_days must be a whole number from 1 to 3660"},
      {window, "window: {kind: lookback, default_days: 9, max_days: 7}", "m:11:40: default_days 9 is more than max_days 7"},
      {window, "window: {kind: cadence, max_days: 7}", "m:11:25: unknown key \"max_days\""},
      {window, "window: {kind: cadence, ranges: [last_8d]}", "m:11:34: unknown range \"last_8d\""},
      {window, "window: {kind: range}", "m:11:9: a range window needs \"allowed\""},
      {window, "window: {kind: range, allowed: [last_7d], default: last_30d}",
       "m:11:52: default \"last_30d\" is not among the allowed"},
  });
  const auto policy = [&](const std::string& text) { return load_module(replaced(kModule, window, text), "m").report.window; };
  using schedule::NamedRange;
  CHECK(policy("window: {kind: range, allowed: [yesterday, last_7d]}").default_range == NamedRange::last_7d);
  CHECK(policy("window: {kind: range, allowed: [this_month, last_month]}").default_range == NamedRange::this_month);
  CHECK(policy("window: {kind: range, allowed: [last_7d, last_30d], default: last_30d}").default_range == NamedRange::last_30d);
  CHECK(policy("window: {kind: cadence}").ranges.empty());
  CHECK(policy("window: {kind: cadence, ranges: [last_14d]}").ranges == std::vector{NamedRange::last_14d});
}

TEST_CASE("parameters are typed and cannot hide a bind that every query has") {
  const std::string kind = "{name: kind, label: Kind, type: enum, values: [in, out], default: in}";
  const std::string filter = "filter: v.gate_id";
  check({
      {kind, "{name: from, label: Kind, type: text}", "m:17:12: parameter \"from\" has the name of a bind that every query has"},
      {kind, "{name: timezone, label: Kind, type: text}", "m:17:12: parameter \"timezone\""},
      {kind, "{name: Kind, label: Kind, type: text}", "m:17:12: parameter \"Kind\" must be lower-case"},
      {kind, "{name: gates, label: Kind, type: text}", "m:17:12: there are two parameters \"gates\""},
      {kind, "{name: kind, label: Kind, type: list}", "m:17:37: unknown parameter type \"list\""},
      {kind, "{name: kind, label: Kind, type: enum}", "m:17:5: an enum parameter needs \"values\""},
      {kind, "{name: kind, label: Kind, type: text, values: [in]}",
       "m:17:51: values belong to parameters of type enum and id_list"},
      {kind, "{name: kind, label: Kind, type: enum, values: [in, in]}", "m:17:56: \"in\" stands in values twice"},
      {kind, "{name: kind, label: Kind, type: enum, values: ['a,b']}", "m:17:52: a value has no comma"},
      {kind, "{name: kind, label: Kind, type: enum, values: [in], default: up}",
       "m:17:66: default \"up\" is not a valid enum value"},
      {kind, "{name: kind, label: Kind, type: integer, default: 1.5}", "m:17:55: default \"1.5\" is not a valid integer"},
      {kind, "{name: kind, label: Kind, type: decimal, default: 1.}", "m:17:55: default \"1.\" is not a valid decimal"},
      {kind, "{name: kind, label: Kind, type: boolean, default: yes}", "m:17:55: default \"yes\" is not a valid boolean"},
      {kind, "{name: kind, label: Kind, type: date, default: 2026-02-30}", "m:17:52: default \"2026-02-30\" is not a valid date"},
      {kind, "{name: kind, label: Kind, type: text, required: true, default: x}", "m:17:68: a required parameter has no default"},
      {kind, "{name: kind, label: Kind, type: text, required: yes}", "m:17:53: required must be true or false"},
      {kind, "{name: kind, label: Kind, type: integer, choices: SELECT 1 WHERE :account = 1}", "m:17:55: choices belong to"},
      {"WHERE account_id = :account\"", "\"", "m:16:76: choices never uses :account"},
      {"WHERE account_id = :account\"", "WHERE a = :account AND b = :gates\"", "m:16:76: choices: unknown bind :gates"},
      {"SELECT id, name FROM gates", "DELETE FROM gates", "m:16:76: choices must start with SELECT or WITH"},
      {kind, "{name: kind, label: Kind, type: id, all: true}", "m:17:46: all belongs to parameters of type id_list"},
      {kind, "{name: kind, label: Kind, type: id_list, all: maybe}", "m:17:51: all must be true or false"},
      {kind, "{name: kind, label: Kind, type: id, scope: [workspace]}",
       "m:17:49: \"workspace\" is not a scope of this report; its scopes: account, depot"},
      {kind, "{name: kind, label: Kind, type: id, scope: [depto]}",
       "m:17:49: \"depto\" is not a scope of this report (did you mean \"depot\"?)"},
      {kind, "{name: kind, label: Kind, type: id, scope: []}", "m:17:48: scope must be a list of at least one word"},
      {filter, "filter: v.gate_id) OR (1=1", "m:16:65: filter: this parenthesis was never opened"},
      {filter, "filter: 'v.gate_id --'", "m:16:56: filter is one expression without comments"},
      {filter, "filter: v.gate_id = :nobody", "m:16:68: filter: unknown bind :nobody"},
      {filter, "filter: \"{{filters}}\"", "m:16:56: filter: {{filters}} belongs to the query"},
      {filter, "filter: ''", "m:16:56: filter must not be empty"},
      {"  - " + kind, "  - kind", "m:17:5: a parameter is a map"},
  });
}

TEST_CASE("a parameter may know the word all and belong to some scopes only") {
  const Report report =
      load_module(replaced(kModule, "type: id_list,", "type: id_list, all: true, scope: [account],"), "m").report;
  CHECK(report.parameters[0].accepts_all);
  CHECK(report.parameters[0].scopes == std::set<schedule::ScopeKind>{schedule::ScopeKind::account});
  CHECK_FALSE(report.parameters[1].accepts_all);
  CHECK(report.parameters[1].scopes.empty());
}

TEST_CASE("a site's macro counts as a use of its bind") {
  CHECK(problems_of(replaced(kModule, "(:depot IS NULL OR v.depot_id = :depot)", "{{in_depot(v.depot_id)}}")) == "");
  CHECK(problems_of(replaced(kModule, "(:depot IS NULL OR v.depot_id = :depot)", "{{in_workspace(v.depot_id)}}"))
            .starts_with("m:25:8: query never uses :depot"));
  // In an account's scope the macro is no condition at all, and the wall would go with it.
  check({{"v.account_id = :account AND (:depot IS NULL OR v.depot_id = :depot)", "{{in_depot(v.depot_id || :account)}}",
          "m:28:9: query: {{in_depot}} takes a column, without binds and macros"},
         {"(:depot IS NULL OR v.depot_id = :depot)", "{{in_depot({{local_date(v.at)}})}}",
          "m:28:37: query: {{in_depot}} takes a column, without binds and macros"}});
}

TEST_CASE("a fact's macro names one table that may have columns of the scope, and is no wall and no use of a bind") {
  const std::string where = "v.account_id = :account AND (:depot IS NULL OR v.depot_id = :depot)";
  const auto with = [&](const std::string& from, const std::string& condition) {
    return problems_of(replaced(replaced(kModule, "FROM visits v", "FROM " + from), where, condition));
  };
  CHECK(with("visits v JOIN charger_power r ON r.n = v.n", where + " AND {{in_scope(r)}}") == "");
  CHECK(with("visits v JOIN site_power ON n = v.n", where + " AND {{in_scope(site_power)}}") == "");
  CHECK(with("charger_power v", "{{in_scope(v)}}").starts_with("m:25:8: query never uses :account"));
  CHECK(with("charger_power v", "v.account_id = :account AND {{in_scope(v)}}").starts_with("m:25:8: query never uses :depot"));
  CHECK(with("charger_power v", "n = :account || n AND :depot = n AND {{in_scope(v)}}").find("(the tenant wall)") !=
        std::string::npos);
  const auto refused = [&](const std::string& from, const std::string& argument) {
    const std::string problems = with(from, where + " AND {{in_scope(" + argument + ")}}");
    return problems.find("query: {{in_scope}} takes one table of the query") != std::string::npos;
  };
  CHECK(refused("visits v", "v"));                             // no table of ours
  CHECK(refused("visits v JOIN orders o ON o.n = v.n", "o"));  // it has its account
  CHECK(refused("visits v JOIN leads l ON l.n = v.n", "leads"));
  CHECK(refused("visits v JOIN leads l ON l.n = v.n", "l.id"));
  CHECK(refused("visits v JOIN leads l ON l.n = v.n, (SELECT 1 FROM order_items l) x", "l"));
  check({{"filter: v.gate_id", "filter: \"{{in_scope(v)}}\"", "m:16:56: filter: {{in_scope}} takes one table of the query"}});
}

TEST_CASE("columns have known types, and money names its currency") {
  check({
      {"type: timestamp", "type: instant", "m:19:33: unknown column type \"instant\""},
      {"{name: at,", "{name: At,", "m:19:12: column \"At\" must be lower-case"},
      {"{name: currency,", "{name: at,", "m:20:5: money column \"fee\" needs a text column that names its currency"},
      {"label: At,", "", "m:19:5: a column needs the key \"label\""},
      {"type: timestamp}", "type: timestamp, scale: 2}", "m:19:51: scale belongs to decimal columns, not to timestamp"},
      {", scale: 3", "", "m:22:5: a decimal column needs \"scale\""},
      {"scale: 3", "scale: 10", "m:22:57: scale must be a whole number from 0 to 9"},
      {"total: sum", "total: average", "m:20:49: total must be sum"},
      {"type: timestamp}", "type: timestamp, total: sum}", "m:19:51: a timestamp column cannot be added up"},
      {"type: money,", "type: money, currency: weight,", "m:20:52: currency column \"weight\" must be text"},
      {"type: money,", "type: money, currency: coin,", "m:20:52: money column \"fee\" needs a text column"},
      {"type: timestamp}", "type: timestamp, currency: currency}", "m:19:54: a timestamp column has no currency"},
      {"type: timestamp}", "type: timestamp, widht: 3}", "m:19:44: unknown key \"widht\""},
  });
  CHECK(problems_of(replaced(kModule, "{name: currency,", "{name: at,")).find("m:21:12: there are two columns \"at\"") !=
        std::string::npos);
  CHECK(problems_of(replaced(kModule, "label: Currency", "label: AT")).find("there are two columns with the label \"AT\"") !=
        std::string::npos);
}

TEST_CASE("metrics and the chart speak of columns that exist") {
  const std::string chart = "chart: {type: bar, x: day(at), y: sum(fee)}";
  check({
      {"value: count", "value: counts", "m:23:34: \"counts\" is not a metric"},
      {"total(fee)", "total(fees)", "m:23:62: there is no column \"fees\" (did you mean \"fee\"?)"},
      {"total(fee)", "total(at)", "m:23:62: a timestamp column cannot be added up"},
      {"total(fee)", "maximum(currency)", "m:23:62: a text column has no maximum"},
      {"total(fee)", "total", "m:23:62: \"total\" is not a metric"},
      {"{label: Visits, value: count}", "{value: count}", "m:23:11: a metric needs the key \"label\""},
      {chart, "chart: {type: pie, x: day(at), y: sum(fee)}", "m:24:15: chart type must be"},
      {chart, "chart: {type: bar, x: day(when), y: sum(fee)}", "m:24:23: there is no column \"when\""},
      {chart, "chart: {type: bar, x: day(fee), y: sum(fee)}", "m:24:23: day() needs a timestamp or date column, not money"},
      {chart, "chart: {type: bar, x: week(at), y: sum(fee)}", "m:24:23: \"week(at)\" is not an x"},
      {chart, "chart: {type: bar, x: at, y: median(fee)}",
       "m:24:30: \"median(fee)\" is not a y: count, or sum, average or maximum"},
      {chart, "chart: {type: bar, x: at, y: average(at)}", "m:24:30: a chart cannot have the average of a timestamp column"},
      {chart, "chart: {type: bar, x: at, y: count, series: who}", "m:24:45: there is no column \"who\""},
      {chart, "chart: {type: bar, x: at, y: count, series: fee}", "m:24:45: series needs a text or boolean column, not money"},
      {chart, "chart: {type: bar, x: at, y: sum(currency)}", "m:24:30: a text column cannot be added up"},
  });
}

TEST_CASE("the tenant wall: every table is read under a condition on :account, or with one that is") {
  const auto judged = [](const std::string& query) {
    std::string text = kModule;
    text.replace(text.find("query: "), std::string::npos, "query: |\n  " + query + " -- :from :to\n");
    return problems_of(text).find("the tenant wall") == std::string::npos;
  };
  for (const char* fenced :
       {"SELECT 1 FROM t WHERE t.account_id = :account AND x > 1", "SELECT 1 FROM t WHERE (:account = t.a) AND (x = 1 OR y = 2)",
        "SELECT 1 FROM t WHERE CAST(a AS text) = :account AND x BETWEEN 1 AND 2 GROUP BY a", "SELECT 1 WHERE :account <> ''",
        "SELECT 1 FROM t WHERE a IN (:account)", "SELECT 1 FROM t WHERE :account = 'acme'",
        "SELECT 1 FROM u JOIN t ON t.u = u.id AND u.account_id = :account",
        "SELECT 1 FROM (SELECT * FROM t WHERE a = :account) s LEFT JOIN u ON u.id = s.u",
        "WITH own AS (SELECT id FROM t WHERE a = :account), e AS (SELECT 1 FROM own o JOIN u ON u.t = o.id) SELECT 1 FROM e",
        "SELECT 1 FROM t WHERE EXISTS (SELECT 1 FROM m WHERE m.t = t.id AND m.a = :account)",
        "SELECT 1 FROM t WHERE t.company = (SELECT id FROM companies WHERE key = :account)",
        "SELECT 1 FROM t WHERE a = :account UNION ALL SELECT 2 FROM u WHERE a = :account",
        "SELECT 1 FROM generate_series(1, 2) WHERE :account IS NOT NULL",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i FROM n WHERE :account IS NOT "
        "NULL"}) {
    CAPTURE(fenced);
    CHECK(judged(fenced));
  }
  for (const char* open :
       {"SELECT 1 FROM t WHERE :account IS NOT NULL", "SELECT 1 FROM t WHERE a = :account OR 1 = 1",
        "SELECT 1 FROM t WHERE (a = :account OR b) AND c", "SELECT 1 FROM t WHERE NOT a = :account",
        "SELECT 1 FROM t WHERE a <> :account", "SELECT 1 FROM t WHERE :account = :account",
        "SELECT 1 FROM t WHERE coalesce(:account, a) = a", "SELECT 1 FROM t WHERE a LIKE :account", "SELECT :account FROM t",
        "SELECT 1 FROM t WHERE CASE WHEN a = :account THEN 1 ELSE 1 END",
        "SELECT 1 FROM t LEFT JOIN u ON u.t = t.id AND u.account_id = :account",
        "SELECT 1 FROM t LEFT JOIN (SELECT * FROM u WHERE a = :account) s ON s.t = t.id",
        "SELECT 1 FROM u RIGHT JOIN t ON u.account_id = :account", "SELECT 1 FROM t WHERE a = :account UNION ALL SELECT 2 FROM u",
        "SELECT 1 FROM t WHERE NOT EXISTS (SELECT 1 FROM m WHERE m.a = :account)",
        "WITH own AS (SELECT id FROM t WHERE a = :account) SELECT 1 FROM t",
        "SELECT 1 FROM (SELECT * FROM t) s WHERE '= :account' = 'a' AND :account > ''"}) {
    CAPTURE(open);
    CHECK_FALSE(judged(open));
  }
  // Each showed every account's rows on one of the databases.
  for (const char* open : {"SELECT 1 FROM t WHERE :account = a NOTNULL",
                           "SELECT 1 FROM t WHERE a = :account::text NOTNULL",
                           "SELECT 1 FROM t WHERE :account = a GLOB '*'",
                           "SELECT 1 FROM t WHERE TRUE XOR a = :account",
                           "SELECT 1 FROM t WHERE a = :account AND TRUE XOR TRUE",
                           "SELECT 1 FROM t WHERE CASE WHEN x AND a = :account AND y THEN 1 ELSE 1 END = 1",
                           "SELECT 1 FROM t WHERE 0 BETWEEN 0 AND a = :account",
                           "SELECT 1 FROM t WHERE ARRAY[x AND a = :account AND y] IS NOT NULL",

                           "SELECT b, x AS where, x AND a = :account AND y AS z FROM t",
                           "SELECT 1 IS DISTINCT FROM (SELECT 2), b FROM t WHERE :account > ''",
                           "WITH t AS (SELECT * FROM t) SELECT 1 FROM t WHERE :account > ''",
                           "WITH c AS (TABLE t) SELECT 1 FROM c WHERE :account > ''",
                           "WITH c AS (UNPIVOT t ON b) SELECT 1 FROM c WHERE :account > ''",
                           "WITH T AS (SELECT 1) SELECT 1 FROM t WHERE :account > ''",
                           "WITH (SELECT 1) AS x SELECT 1 FROM t WHERE :account > ''",
                           "WITH b AS i SELECT (1), b FROM t WHERE :account > ''",
                           "SELECT * EXCEPT (b) FROM t WHERE :account > ''",
                           "SELECT 1 FROM query('SELECT * FROM t') WHERE :account > ''",
                           "SELECT 1 FROM 'facts.parquet' WHERE :account > ''",
                           "SELECT 1 FROM (SELECT 1) x STRAIGHT_JOIN t WHERE :account > ''",
                           "SELECT 1 FROM t ANTI JOIN (SELECT u FROM u WHERE a = :account) s ON s.u = t.u",
                           "SELECT 1 FROM t POSITIONAL JOIN (SELECT u FROM u WHERE a = :account) s",
                           "SELECT 1 FROM t ARRAY JOIN (SELECT [1] FROM u WHERE a = :account) AS s",
                           "SELECT 1 FROM t WHERE (SELECT 1 FROM u WHERE a = :account) IS NULL",
                           "SELECT 1 FROM t WHERE a = :account AND {{instant(x OR y)}} IS NULL",
                           "SELECT 1 FROM t WHERE {{instant(0 BETWEEN 0)}} AND a = :account"}) {
    CAPTURE(open);
    CHECK_FALSE(judged(open));
  }
  for (const char* fenced :
       {"SELECT 1 FROM sales_of(:account)", "SELECT 1 FROM t WHERE b BETWEEN 1 AND 2 AND a = :account::text",
        "SELECT CASE WHEN x = 1 AND y = 2 THEN 3 END AS end FROM t WHERE a || '' = :account",
        "SELECT x IS NOT DISTINCT FROM y AS same FROM t WHERE data ->> 'a' = :account AND x = ANY (SELECT 1)"}) {
    CAPTURE(fenced);
    CHECK(judged(fenced));
  }
}

TEST_CASE("the tenant wall: what a database may read as another word is refused") {
  const auto problem = [](const std::string& condition) {
    std::string text = kModule;
    text.replace(text.find("query: "), std::string::npos,
                 "query: |\n  SELECT 1 FROM t WHERE " + condition + " AND a = :account -- :from :to\n");
    return problems_of(text);
  };
  for (const char* glued : {"1OR 1", "1.OR 1", "1=1.5e0OR 1", "x = 0x1G", "x = 1e"}) {
    CAPTURE(glued);
    CHECK(problem(glued).find("a number and a word need a space between them") != std::string::npos);
  }
  for (const char* spaced :
       {"TRUE\u00a0OR TRUE", "TRUE \ufeffOR TRUE", "TRUE\u3000OR\u3000TRUE", "x = \u2018y\u2019", "gr\u00f6\u00dfe = 1"}) {
    CAPTURE(spaced);
    CHECK(problem(spaced).find("names with other characters than those of ASCII are written in double quotes") !=
          std::string::npos);
  }
  // SQLite reads ['] as a name, PostgreSQL as the beginning of a text.
  CHECK(problem("j[']  '] IS NULL OR true OR j['  ['] IS NULL").find("the tenant wall") != std::string::npos);
  const std::string fine = problem("\"gr\u00f6\u00dfe\" = '\u00a0' AND x IN (1_000, .5, 2e-3, 0x1F, 10.)");
  for (const char* words : {"ASCII", "a space", "the tenant wall"}) CHECK(fine.find(words) == std::string::npos);
}

TEST_CASE("a cast that cuts the fraction of a sum is refused, and so is a sum of binary numbers") {
  const auto problem = [](const std::string& column) {
    std::string text = kModule;
    text.replace(text.find("query: "), std::string::npos,
                 "query: |\n  SELECT " + column +
                     " FROM t WHERE a = :account AND (:depot = b) AND c >= :from AND c < :to AND {{filters}}\n");
    return problems_of(text);
  };
  for (const char* cast : {"CAST(sum(x) AS bigint)", "cast ( coalesce(sum(x), 0) AS integer )", "CAST(avg(x + 1) AS int)",
                           "sum(x)::bigint", "CAST(sum({{seconds_between(x, y)}}) AS bigint)"}) {
    CAPTURE(cast);
    CHECK(problem(cast).find("a cast cuts the fraction of a sum without a word") != std::string::npos);
  }
  for (const char* sum : {"sum(CAST(x AS real))", "avg(x::float8)", "sum(y * CAST(x AS double precision))"}) {
    CAPTURE(sum);
    CHECK(problem(sum).find("binary numbers do not add up exactly") != std::string::npos);
  }
  for (const char* fine : {"{{whole(sum(x))}}", "sum(x)", "CAST(round(avg(x)) AS bigint)", "sum({{decimal(x)}})",
                           "CAST(x AS bigint)", "CAST(sum(x) AS numeric)", "count(*)"}) {
    CAPTURE(fine);
    CHECK(problem(fine) == "");
  }
}

TEST_CASE("the tenant wall: a query that does not use :account is refused") {
  check({
      {"v.account_id = :account AND ", "", "m:25:8: query never uses :account: it would show one account the rows of another"},
      {"v.account_id = :account", "v.account_id = ':account'", "m:25:8: query never uses :account"},
      {"v.account_id = :account", "1=1 /* :account */", "m:25:8: query never uses :account"},
      {"v.account_id = :account", "v.\":account\" = 1 -- :account\n    ", "m:25:8: query never uses :account"},
      {"(:depot IS NULL OR v.depot_id = :depot)", "1=1", "m:25:8: query never uses :depot"},
      {"v.at >= :from AND ", "", "m:25:8: query never uses :from"},
      {"v.at < :to AND ", "", "m:25:8: query never uses :to"},
      {"{{filters}}", "1=1", "m:25:8: query has no {{filters}}: parameter gates would filter nothing"},
      {"scope: [account, depot]", "scope: [account, workspace, depot]", "m:25:8: query never uses :workspace"},
  });
  CHECK(problems_of(replaced(replaced(kModule, "v.at >= :from AND v.at < :to AND ", ""),
                             "{kind: lookback, default_days: 2, max_days: 31}", "{kind: snapshot}")) == "");
}

TEST_CASE("days that are counted in UTC are warned of") {
  const auto warned = [](const std::string& from, const std::string& to) {
    const Loaded loaded = load_module(replaced(kModule, from, to), "m");
    CHECK(yaml::describe(loaded.problems) == "");
    return yaml::describe(loaded.warnings);
  };
  CHECK(warned("AND {{filters}}", "AND {{filters}}") == "");
  CHECK(warned("AND {{filters}}", "AND {{filters}} AND date(v.at) > '2'").starts_with("m:29:77: query: date() counts in UTC"));
  CHECK(warned("AND {{filters}}", "AND {{filters}} AND v.at::date > '2'").find("query: a cast to date counts in UTC") !=
        std::string::npos);
  CHECK(warned("AND {{filters}}", "AND {{filters}} AND CAST(v.at AS date) > '2'").find("a cast to date") != std::string::npos);
  CHECK(warned("AND {{filters}}", "AND {{filters}} AND v.date > 1") == "");
}

TEST_CASE("a bound is compared with what can be looked at, and an id with what may be text or a number") {
  const auto problems_with = [](const char* condition) {
    return problems_of(replaced(kModule, "AND {{filters}}", "AND {{filters}} AND " + std::string(condition)));
  };
  for (const char* good : {"v.at >= :from", ":to > v.at", "CASE WHEN v.kind = 1 THEN v.at ELSE v.ended END >= :from",
                           "{{instant(v.at)}} < :to", "coalesce({{instant(v.at)}}, :to) < :to", "v.at BETWEEN :from AND :to",
                           ":from < :to", "(SELECT max(at) FROM x WHERE a = :account) >= :from", "v.a IN ('x', :account)",
                           ":account = CAST(v.a AS text)", "v.a <> :account", "coalesce(v.at, :from) IS NULL",
                           "{{seconds_between(v.at, :to)}} > 5", "{{local_date(v.at)}} >= {{local_date(:from)}}"})
    CHECK_MESSAGE(problems_with(good) == "", good);
  for (const char* bad :
       {"v.at + 1 >= :from", ":from <= v.at || 'Z'", "v.at IN (:from, :to)", "v.at NOT BETWEEN :from AND :to", "v.at LIKE :from",
        "v.at IS :from", "(v.at, 1) > (:from, 1)", "v.at >= (:from)", ":from BETWEEN v.at AND v.ended",
        "v.at BETWEEN '2026' AND :to", "v.at COLLATE x >= :from", "v.at >= :from || ''"})
    CHECK_MESSAGE(problems_with(bad).find("nothing checks what is compared with :") != std::string::npos, bad);
  for (const char* bad : {":account IN (v.a, v.b)", ":account = v.a || ''", ":account = v.a + 1"})
    CHECK_MESSAGE(problems_with(bad).find("an id may be text or a number") != std::string::npos, bad);
}

TEST_CASE("what is wrong in a query has its own line and column") {
  check({
      {":kind", ":kinds", "m:29:51: query: unknown bind :kinds (did you mean \"kind\"?)"},
      {"{{filters}}", "{{filter}}", "m:25:8: query has no {{filters}}"},
      {"AND {{filters}}", "AND {{filters}} AND {{local_date(v.at)}} >= :from",
       "m:29:101: query: a day is compared with an instant; write {{local_date(:from)}}"},
      {"AND {{filters}}", "AND {{filters}} AND {{local_day(v.at)}} IS NULL", "m:29:77: query: unknown macro {{local_day}}"},
      {"AND {{filters}}", "AND {{filters}} AND {{local_date(v.at, epoch, 1)}} = 1",
       "m:29:77: query: {{local_date}} has 1 argument, not 3"},
      {"AND {{filters}}", "AND {{filters}} AND {{local_date(v.at, sql-text)}} = 1",
       "m:29:77: query: {{local_date}}: sql-text needs the time zone in which it is written, like sql-text UTC"},
      {"AND {{filters}}", "AND {{filters}} AND {{local_date v}}", "m:29:77: query: a macro is written"},
      {"AND {{filters}}", "AND {{filters}};", "m:29:72: query: one statement only"},
      {"AND {{filters}}", "AND ({{filters}}", "m:29:61: query: this parenthesis is never closed"},
      {"FROM visits v", "FROM visits v, 'x", "m:27:18: query: this quote is never closed"},
      {"FROM visits v", "FROM visits v /* never", "m:27:17: query: this comment is never closed"},
      {":kind", "?", "m:29:51: query: a value is written as a named parameter"},
      {":kind", "@kind", "m:29:51: query: a value is written as a named parameter"},
      {":kind", "$kind", "m:29:51: query: a value is written as a named parameter"},
      {"SELECT v.at", "UPDATE v.at", "m:25:8: query must start with SELECT or WITH"},
      {"FROM visits v", "FROM visits v /* /* :a */ :from */",
       "m:27:29: query: SQLite and PostgreSQL read the text before this differently"},
      {"query: |", "queries: |", "m:1:1: there is no \"query\""},
  });
  CHECK(problems_of(replaced(kModule, "FROM visits v", "FROM visits v /* é ÿ */ WHERE :gate"))
            .starts_with("m:27:33: query: unknown bind"));
}

TEST_CASE("a query may be given per dialect, and each is checked by the rules of its own") {
  const std::string text = replaced(kModule, "query: |\n", "query:\n  postgresql: |\n  ");
  const std::string own = text.substr(0, text.find("  SELECT")) + R"(
    SELECT v.at, v.fee, v.currency, E'\'' || $$ :not_a_bind ?$$ FROM visits v /* /* nested */ :not_a_bind */
    WHERE v.account_id = :account AND :depot::text IS NULL AND v.at BETWEEN :from AND :to AND {{filters}}
)";
  CHECK(problems_of(own) == "");
  const Shape shape = load_module(own, "m").report.shape({});
  CHECK(shape.query.empty());
  CHECK(shape.query_by_dialect.size() == 1);
  CHECK(problems_of(replaced(own, "postgresql: |", "sqlite: |")).find("query for sqlite: ") != std::string::npos);
  CHECK(problems_of(replaced(own, "postgresql: |", "mysql: |")).find("unknown key \"mysql\"") != std::string::npos);
}

TEST_CASE("a text that two databases read differently is refused for both") {
  // In PostgreSQL the backslash escapes the quote, so that :account is inside the literal.
  const std::string found =
      problems_of(replaced(kModule, "v.account_id = :account", R"(E'\' || :account || ' ' = '' AND v.a = :account)"));
  CHECK_MESSAGE(found.find("query: ") != std::string::npos, found);
  CHECK(problems_of(replaced(kModule, "v.weight", "[v :x]")).find("query: ") != std::string::npos);
}

TEST_CASE("variants give each value of an enum its own columns and query") {
  const std::string text = R"(id: pair
label: Pair
family: demo
description: Two shapes.
scope: [account]
window: {kind: snapshot}
cadences: [daily]
parameters:
  - {name: mode, label: Mode, type: enum, values: [a, b-c], required: true}
variants:
  parameter: mode
  shapes:
    a:
      columns: [{name: x, label: X, type: text}]
      query: SELECT x FROM t WHERE account_id = :account
    b-c:
      columns: [{name: y, label: Y, type: integer}, {name: z, label: Z, type: text}]
      summary: [{label: Sum, value: total(y)}]
      query: SELECT y, z FROM t WHERE account_id = :account
)";
  const Loaded loaded = load_module(text, "m");
  REQUIRE(yaml::describe(loaded.problems) == "");
  CHECK(loaded.report.variant_parameter == "mode");
  CHECK(loaded.report.shape({{"mode", {"a"}}}).columns.size() == 1);
  CHECK(loaded.report.shape({{"mode", {"b-c"}}}).columns.size() == 2);
  CHECK(problems_of(replaced(text, "parameter: mode", "parameter: mod")).starts_with("m:11:14: there is no parameter \"mod\""));
  CHECK(problems_of(replaced(text, "    a:\n", "    d:\n")).starts_with("m:13:5: \"d\" is not a value of mode"));
  CHECK(problems_of(replaced(text, "    a:\n", "    d:\n")).find("there is no variant for mode = a") != std::string::npos);
  CHECK(problems_of(replaced(text, ", required: true", ""))
            .starts_with("m:11:14: parameter \"mode\" must be required or have a default"));
  CHECK(problems_of(replaced(text, "type: enum, values: [a, b-c]", "type: text"))
            .starts_with("m:11:14: parameter \"mode\" must be an enum"));
  CHECK(problems_of(text + "query: SELECT 1\n").starts_with("m:20:8: a module with variants has its query in the variants"));
  CHECK(problems_of(replaced(text, "WHERE account_id = :account\n    b-c", "\n    b-c"))
            .starts_with("m:15:14: query never uses :account"));
  CHECK(problems_of(replaced(text, "total(y)", "total(z)")).starts_with("m:18:37: a text column cannot be added up"));
}

TEST_CASE("a hidden module needs only a reason, and keeps it") {
  const std::string text = R"(id: charge-point
label: Charge point
family: fleet
description: Legacy.
visibility: hidden
reason: Replaced by charger-performance.
)";
  const Loaded loaded = load_module(text, "m");
  CHECK(yaml::describe(loaded.problems) == "");
  CHECK(loaded.report.hidden);
  CHECK(loaded.report.hidden_reason == "Replaced by charger-performance.");
  CHECK_THROWS(static_cast<void>(loaded.report.shape({})));
  CHECK(problems_of(text + "columns: [{name: n, label: N, type: text}]\n").find("there is no \"query\"") != std::string::npos);
}

TEST_CASE("everything wrong is told at once, in the order of the file") {
  const std::string found = problems_of(replaced(replaced(kModule, "type: bar", "type: pie"), "family: fleet", "family: F"));
  const auto lines = split(found, '\n');
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].starts_with("m:4:9: family"));
  CHECK(lines[1].starts_with("m:24:15: chart type"));
}

TEST_CASE("no text is too strange for the loader") {
  CHECK(problems_of("") != "");
  CHECK(problems_of("- a\n- b\n").starts_with("m:1:1: a report module is a map"));
  CHECK(problems_of("id: [1, 2]\n").find("m:1:5: id must be text") != std::string::npos);
  CHECK(problems_of("id: a\nid: b\n").find("duplicate key \"id\"") != std::string::npos);
  CHECK(problems_of("id: \xff\n").find("UTF-8") != std::string::npos);
  CHECK(problems_of(std::string(2U << 20U, 'x')) != "");
  CHECK(problems_of("query: \"" + std::string(200000, '(') + "\"\n") != "");
  CHECK(problems_of("query: \"" + std::string(200000, '{') + "\"\n") != "");
  for (std::size_t cut = 0; cut < kModule.size(); ++cut) load_module(kModule.substr(0, cut), "m");
}

TEST_CASE("a module's roles decide who may use it") {
  using access::Role;
  Report report;
  CHECK(report_allows(report, {Role::viewer}));
  CHECK_FALSE(report_allows(report, {}));
  report.roles = {"system_admin", "owner"};
  CHECK(report_allows(report, {Role::owner}));
  CHECK(report_allows(report, {Role::manager, Role::system_admin}));
  CHECK_FALSE(report_allows(report, {Role::admin, Role::manager}));
  CHECK_FALSE(report_allows(report, {}));
}

TEST_CASE("ready is one query within the tenant wall, with the binds of the query and nothing of its parameters") {
  const auto with = [](const std::string& ready) { return replaced(kModule, "columns:\n", "ready: " + ready + "\ncolumns:\n"); };
  const auto loaded =
      load_module(with("SELECT max(l.at) AS data_until FROM l WHERE l.account_id = :account AND l.until >= :to"), "m");
  CHECK(yaml::describe(loaded.problems) == "");
  CHECK(loaded.report.ready == "SELECT max(l.at) AS data_until FROM l WHERE l.account_id = :account AND l.until >= :to");
  CHECK(load_module(kModule, "m").report.ready == "");
  CHECK(problems_of(with("SELECT max(at) FROM l")).find("ready never uses :account") != std::string::npos);
  CHECK(problems_of(with("SELECT max(at) FROM l WHERE x = :account OR y")).find("ready reads this table without a condition") !=
        std::string::npos);
  CHECK(problems_of(with("DELETE FROM l WHERE a = :account")).find("ready must start with SELECT or WITH") != std::string::npos);
  CHECK(problems_of(with("SELECT max(at) FROM l WHERE a = :account AND k = :kind")).find("ready: unknown bind :kind") !=
        std::string::npos);
  CHECK(problems_of(with("SELECT max(at) FROM l WHERE a = :account AND {{filters}}")).find("{{filters}} belongs to the query") !=
        std::string::npos);
  CHECK(problems_of(with("\"  \"")).find("ready must be a query that gives one instant") != std::string::npos);
}

TEST_CASE("a figure is written as it is read, and a ratio is what the summary of the shape says") {
  const auto loaded = load_module(
      replaced(kModule, "{label: Fee, value: total(fee)}",
               "{label: Fee, value: total(fee)}, {label: Per kilo, value: \"ratio(weight, weight)\", format: percent}"),
      "m");
  REQUIRE(yaml::describe(loaded.problems) == "");
  const Shape& shape = loaded.report.shapes.at("");
  for (const char* text : {"count", "total(fee)", "distinct(currency)", "minimum(at)", "ratio(weight,weight)"}) {
    CAPTURE(text);
    const auto parsed = parse_figure(text, shape);
    REQUIRE(std::holds_alternative<Aggregate>(parsed));
    CHECK(figure_name(std::get<Aggregate>(parsed), shape.columns) == text);
  }
  CHECK(figure_names(shape) == std::vector<std::string>{"count", "total(fee)", "ratio(weight,weight)"});
  CHECK(std::get<Aggregate>(parse_figure("ratio(weight, weight)", shape)).is_percent);
  CHECK_FALSE(std::get<Aggregate>(parse_figure("ratio(weight, weight)", shape.columns)).is_percent);
  CHECK(figure_type(std::get<Aggregate>(parse_figure("average(fee)", shape)), shape.columns) == rows::ColumnType::money);
  CHECK(figure_type(std::get<Aggregate>(parse_figure("distinct(currency)", shape)), shape.columns) == rows::ColumnType::integer);
  CHECK(std::get<std::string>(parse_figure("total(currncy)", shape)) ==
        "there is no column \"currncy\" (did you mean \"currency\"?)");
}

TEST_CASE("a list is a module without a period or parameters, within the tenant wall, and no report") {
  const std::string list =
      "id: managers\nkind: list\ncolumns: [key, to, store]\n"
      "query: SELECT s.id AS key, s.mail AS \"to\", s.id AS store FROM stores s WHERE s.account_id = :account\n";
  const Loaded loaded = load_module(list, "m");
  REQUIRE(yaml::describe(loaded.problems) == "");
  const Report& report = loaded.report;
  CHECK(report.is_list);
  CHECK(report.hidden);
  CHECK(report.surfaces.empty());
  CHECK(report.label == "managers");
  CHECK(report.scopes == std::set{schedule::ScopeKind::account});
  CHECK(report.list_columns() == std::vector<std::string>{"key", "to", "store"});
  CHECK_FALSE(load_module(kModule, "m").report.is_list);
  CHECK(problems_of(replaced(kModule, "label:", "kind: lists\nlabel:")) == "m:3:7: kind must be report or list, not \"lists\"");
  const std::vector<Rule> rules = {
      {"[key, to, store]", "[key, store]", "m:3:10: a list needs the column \"to\""},
      {"[key, to, store]", "[key, to, to]", "m:3:20: \"to\" stands in columns twice"},
      {"[key, to, store]", "[key, to, Store]", "m:3:20: column \"Store\" must be lower-case letters, digits and \"_\""},
      {"columns:", "scope: [depot]\ncolumns:", "m:5:8: query never uses :depot: a depot's list would show every depot"},
      {"columns:", "window: {kind: snapshot}\ncolumns:", "m:3:1: unknown key \"window\""},
      {" WHERE s.account_id = :account", "", "m:4:8: query never uses :account"},
      {"= :account", "= :account OR 1 = 1", "m:4:"},
      {":account", ":account AND s.at >= :from", "m:4:"},
      {"SELECT s.id", "DELETE s.id", "m:4:8: query must start with SELECT or WITH"}};
  for (const Rule& rule : rules) {
    CAPTURE(rule.to);
    const std::string found = problems_of(replaced(list, rule.from, rule.to));
    CHECK_MESSAGE(found.starts_with(rule.problem), found);
  }
}
