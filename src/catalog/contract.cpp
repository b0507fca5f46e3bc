// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/catalog/contract.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "boolean_sql.hpp"
#include "instant_sql.hpp"
#include "reportctl/base/text.hpp"
#include "source_views.hpp"

namespace reportctl::catalog {
namespace {

bool is_word_char(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

bool names_word(std::string_view text, std::string_view word) {
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !is_word_char(text[at - 1])) && (end == text.size() || !is_word_char(text[end]))) return true;
  }
  return false;
}

std::string all_sql(const Report& report) {
  std::string text = report.ready + "\n";
  for (const auto& [variant, shape] : report.shapes) {
    text += shape.query + "\n";
    for (const auto& [dialect, query] : shape.query_by_dialect) text += query + "\n";
  }
  for (const Parameter& parameter : report.parameters) text += parameter.choices + "\n" + parameter.filter + "\n";
  return text;
}

const ContractTable* find_table(std::string_view name) {
  const auto all = source_contract();
  const auto found = std::find_if(all.begin(), all.end(), [&](const ContractTable& table) { return table.name == name; });
  return found == all.end() ? nullptr : &*found;
}

bool has_column(const ContractTable& table, std::string_view column) {
  return std::find(table.columns.begin(), table.columns.end(), column) != table.columns.end();
}

}  // namespace

std::span<const ContractTable> source_contract() {
  static const std::vector<ContractTable> kTables = {
      {"commerce", "customers", {"id", "account_id", "name", "email"}},
      {"commerce", "products", {"id", "account_id", "sku", "name", "price_cents", "currency", "stock"}},
      {"commerce", "orders", {"id", "account_id", "number", "customer_id", "status", "currency", "placed_at", "total_cents"}},
      {"commerce",
       "order_items",
       {"id", "order_id", "line_no", "product_id", "sku", "name", "quantity", "unit_price_cents", "total_cents"},
       "order_id",
       "orders"},
      {"fleet", "depots", {"id", "account_id", "name", "timezone"}},
      {"fleet", "circuits", {"id", "depot_id", "name", "capacity_kw"}, "depot_id", "depots"},
      {"fleet", "chargers", {"id", "depot_id", "circuit_id", "name", "model", "max_kw"}, "depot_id", "depots"},
      {"fleet", "site_power", {"depot_id", "read_at", "import_kw", "export_kw"}, "depot_id", "depots"},
      {"fleet", "charger_power", {"charger_id", "read_at", "kw", "kwh"}, "charger_id", "chargers"},
      {"fleet", "connectivity_events", {"id", "charger_id", "at", "status", "reason"}, "charger_id", "chargers"},
      {"fleet",
       "ocpp_messages",
       {"id", "charger_id", "at", "direction", "action", "message_id", "payload"},
       "charger_id",
       "chargers"},
      {"fleet", "sensors", {"id", "depot_id", "name", "kind", "unit"}, "depot_id", "depots"},
      {"fleet", "sensor_reads", {"sensor_id", "read_at", "value"}, "sensor_id", "sensors"},
      {"fleet", "circuit_allocations", {"circuit_id", "at", "allocated_kw", "used_kw"}, "circuit_id", "circuits"},
      {"fleet", "users", {"id", "account_id", "name", "email", "role"}},
      {"fleet", "access_events", {"id", "user_id", "at", "event", "outcome", "ip", "user_agent"}, "user_id", "users"},
      {"fleet", "vehicle_groups", {"id", "account_id", "name"}},
      {"fleet", "cost_centres", {"id", "account_id", "name"}},
      {"fleet", "vehicles", {"id", "account_id", "depot_id", "name", "registration", "vehicle_group_id", "cost_centre_id"}},
      {"fleet",
       "charging_sessions",
       {"id", "charger_id", "vehicle_id", "user_id", "started_at", "ended_at", "energy_wh", "peak_kw", "cost_cents", "currency",
        "stop_reason"},
       "charger_id",
       "chargers"},
      {"outreach", "workspaces", {"id", "account_id", "name"}},
      {"outreach",
       "campaigns",
       {"id", "workspace_id", "name", "status", "created_at", "started_at"},
       "workspace_id",
       "workspaces"},
      {"outreach",
       "campaign_daily",
       {"campaign_id", "day", "sent", "delivered", "opened", "clicked", "replied", "bounced", "unsubscribed", "spam_reports"},
       "campaign_id",
       "campaigns"},
      {"outreach", "sending_domains", {"id", "workspace_id", "domain"}, "workspace_id", "workspaces"},
      {"outreach",
       "domain_daily",
       {"domain_id", "day", "sent", "delivered", "hard_bounces", "soft_bounces", "spam_reports", "inbox", "spam_folder"},
       "domain_id",
       "sending_domains"},
      {"outreach",
       "leads",
       {"id", "workspace_id", "campaign_id", "email", "first_name", "last_name", "company", "status", "created_at", "updated_at"},
       "workspace_id",
       "workspaces"},
  };
  return kTables;
}

std::vector<ContractTable> tables_of(const Report& report) {
  const std::string sql = all_sql(report);
  std::vector<ContractTable> used;
  for (const ContractTable& table : source_contract()) {
    if (!names_word(sql, table.name)) continue;
    used.push_back(table);
    std::erase_if(used.back().columns, [&](std::string_view column) { return !names_word(sql, column); });
  }
  return used;
}

std::vector<std::string_view> scope_columns_of(std::string_view table) {
  std::vector<std::string_view> columns;
  const ContractTable* const own = find_table(table);
  for (const ContractTable* at = own; at != nullptr && !at->parent.empty();) {
    at = find_table(at->parent);
    for (const std::string_view column : {"account_id", "depot_id", "workspace_id"})
      if (has_column(*at, column) && !has_column(*own, column)) columns.push_back(column);
  }
  return columns;
}

std::string scope_columns_problem(const rows::SourceForms& forms) {
  for (const auto& [table, declared] : forms.scope_columns) {
    const auto known = scope_columns_of(table);
    for (const std::string& column : declared) {
      if (std::find(known.begin(), known.end(), column) != known.end()) continue;
      const std::string may =
          known.empty() ? "no such column" : join(std::vector<std::string>(known.begin(), known.end()), " and ");
      return fmt::format("scope_columns: {} is declared for {}, which may have {} (reportctl-source(1))", column, visible(table),
                         may);
    }
  }
  return {};
}

namespace {

bool is_in(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// What a column of the contract holds, which its name tells.
rows::ColumnType type_of(std::string_view column) {
  using rows::ColumnType;
  if (column == "at" || column.ends_with("_at")) return ColumnType::timestamp;
  if (column == "day") return ColumnType::date;
  if (column.ends_with("_cents")) return ColumnType::money;
  if (column.ends_with("kw") || is_in(column, {"kwh", "value", "energy_wh"})) return ColumnType::decimal;
  if (is_in(column, {"stock", "quantity", "line_no", "sent", "delivered", "opened", "clicked", "replied", "bounced",
                     "unsubscribed", "spam_reports", "hard_bounces", "soft_bounces", "inbox", "spam_folder"}))
    return ColumnType::integer;
  return ColumnType::text;
}

std::string sql_name(std::string_view name) { return fmt::format("\"{}\"", name); }

/// A column as the table has it, under its full name. `function`: min, max, or nothing.
void add_column(rows::Query& query, std::string_view table, std::string_view name, const rows::SourceForms& forms,
                std::string_view function) {
  rows::Column column;
  column.type = type_of(name);
  if (column.type == rows::ColumnType::timestamp && forms.form_of(table, name).kind == rows::InstantKind::day)
    column.type = rows::ColumnType::date;
  column.scale = column.type == rows::ColumnType::decimal ? 3 : 0;  // as the reports have it: more digits hold less
  column.name = column.label = fmt::format("{}.{}", table, name);
  std::string value = fmt::format("{}(t.{})", function, name);
  if (column.type == rows::ColumnType::timestamp) {
    const InstantSql instant{value, {forms.form_of(table, name), column.name, true, {}}, false};
    value = InstantWriter(forms, "UTC", nullptr).strict(instant);
  }
  query.sql += fmt::format("{}{} AS {}", query.columns.empty() ? "SELECT " : ", ", value, sql_name(column.name));
  query.columns.push_back(std::move(column));
}

void link_currencies(rows::Columns& columns, const std::vector<std::string_view>& names) {
  const auto currency = std::find(names.begin(), names.end(), "currency");
  for (rows::Column& column : columns) {
    if (column.type != rows::ColumnType::money) continue;
    if (currency == names.end())
      column.type = rows::ColumnType::integer;
    else
      column.currency_column = static_cast<int>(currency - names.begin());
  }
}

rows::Query sample(const ContractTable& table, const std::vector<std::string_view>& columns, std::string_view function,
                   const rows::SourceForms& forms, const std::string& from) {
  rows::Query query;
  for (const std::string_view column : columns) add_column(query, table.name, column, forms, function);
  link_currencies(query.columns, columns);
  query.sql += " FROM " + from;
  add_source_views(query, {std::string(table.name)}, "0", forms);
  return query;
}

/// Of one column: its values in order from either end, and by chance.
std::vector<rows::Query> samples(const std::string& value, const rows::Column& column, const std::string& table,
                                 const std::string& read, const rows::SourceForms& forms, const PageOf& page_of) {
  std::vector<rows::Query> queries;
  const std::string given = fmt::format("SELECT {} AS {} FROM ", read, sql_name(column.name));
  for (const std::string& from :
       {fmt::format("{0} t WHERE {1} IS NOT NULL ORDER BY {1} ASC LIMIT 50", table, value),
        fmt::format("{0} t WHERE {1} IS NOT NULL ORDER BY {1} DESC LIMIT 50", table, value), page_of(table) + " t"}) {
    rows::Query query{.sql = given + from, .binds = {}, .columns = {column}};
    add_source_views(query, {column.name.substr(0, column.name.find('.'))}, "0", forms);
    queries.push_back(std::move(query));
  }
  return queries;
}

}  // namespace

std::vector<rows::Query> contract_samples(const Report& report, const rows::SourceForms& forms, const PageOf& page_of) {
  std::vector<rows::Query> queries;
  for (const ContractTable& table : tables_of(report)) {
    if (table.columns.empty()) continue;
    const std::string name(table.name);
    for (const std::string& from : {name + " t LIMIT 200", name + " t ORDER BY 1 DESC LIMIT 200", page_of(name) + " t"})
      queries.push_back(sample(table, table.columns, "", forms, from));
    std::vector<std::string_view> ordered;
    for (const std::string_view column : table.columns)
      if (type_of(column) != rows::ColumnType::text) ordered.push_back(column);
    for (const char* function : {"min", "max"})
      if (!ordered.empty()) queries.push_back(sample(table, ordered, function, forms, name + " t"));
  }
  return queries;
}

std::vector<rows::Query> samples_of(const rows::InstantColumn& column, const rows::SourceForms& forms, const PageOf& page_of) {
  const std::string value = "t." + column.column;
  const InstantSql instant{value, {column.form, column.name, true, {}}, false};
  return samples(value, {.name = column.name, .label = column.name, .type = rows::ColumnType::timestamp}, column.table,
                 InstantWriter(forms, "UTC", nullptr).strict(instant), forms, page_of);
}

std::vector<rows::Query> samples_of(const rows::ScopedTable& scoped, const std::string& account_key,
                                    const rows::SourceForms& forms, const PageOf& page_of) {
  std::string joins;
  std::string parent = "t";
  std::set<std::string> tables{scoped.name};
  rows::Query query{.sql = "SELECT count(*) AS \"rows\"", .binds = {}, .columns = {{.name = "rows", .label = "rows"}}};
  for (const ContractTable* at = find_table(scoped.name); !at->parent.empty();) {
    const std::string child = std::exchange(parent, std::string(at->parent));
    joins += fmt::format(" JOIN {0} ON {0}.id = {1}.{2}", parent, child, at->key);
    tables.insert(parent);
    at = find_table(parent);
    for (const std::string_view column : scope_columns_of(scoped.name)) {
      if (!has_column(*at, column) || !forms.scope_columns.at(scoped.name).contains(column)) continue;
      const auto exact = [&](const std::string& table) {
        return fmt::format(fmt::runtime(rules_of(forms.dialect).text_order.text),
                           fmt::format("CAST({}.{} AS text)", table, column));
      };
      const std::string name = fmt::format("{}.{}", scoped.name, column);
      query.sql += fmt::format(", count(CASE WHEN t.{} IS NULL OR {} <> {} THEN 1 END) AS {}", column, exact("t"), exact(parent),
                               sql_name(name));
      query.columns.push_back({.name = name, .label = name});
    }
  }
  for (rows::Column& column : query.columns) column.type = rows::ColumnType::integer;
  std::vector<rows::Query> queries;
  for (const std::string& from : {scoped.table, page_of(scoped.table)}) {
    rows::Query sample = query;
    sample.sql += " FROM " + from + " t" + joins;
    add_source_views(sample, tables, account_key, forms);
    queries.push_back(std::move(sample));
  }
  return queries;
}

std::vector<rows::Query> samples_of(const rows::BooleanColumn& column, const rows::SourceForms& forms, const PageOf& page_of) {
  const std::string value = "t." + column.column;
  return samples(value, {.name = column.name, .label = column.name, .type = rows::ColumnType::boolean}, column.table,
                 truth_sql(value, column.name, column.form, forms.dialect), forms, page_of);
}

std::vector<rows::Query> samples_of(const rows::ComparedColumn& column, const rows::SourceForms& forms, const PageOf& page_of) {
  const std::string value = "t." + column.column;
  return samples(value, {.name = column.name, .label = column.name, .type = rows::ColumnType::integer}, column.table,
                 fmt::format("{} = {}", value, column.constant), forms, page_of);
}

}  // namespace reportctl::catalog
