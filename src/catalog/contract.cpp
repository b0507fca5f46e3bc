// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/catalog/contract.hpp"

#include <algorithm>

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
  std::string text;
  for (const auto& [variant, shape] : report.shapes) {
    text += shape.query + "\n";
    for (const auto& [dialect, query] : shape.query_by_dialect) text += query + "\n";
  }
  for (const Parameter& parameter : report.parameters) text += parameter.choices + "\n" + parameter.filter + "\n";
  return text;
}

}  // namespace

std::span<const ContractTable> source_contract() {
  static const std::vector<ContractTable> kTables = {
      {"commerce", "customers", {"id", "account_id", "name", "email"}},
      {"commerce", "products", {"id", "account_id", "sku", "name", "price_cents", "currency", "stock"}},
      {"commerce", "orders", {"id", "account_id", "number", "customer_id", "status", "currency", "placed_at", "total_cents"}},
      {"commerce",
       "order_items",
       {"id", "order_id", "line_no", "product_id", "sku", "name", "quantity", "unit_price_cents", "total_cents"}},
      {"fleet", "depots", {"id", "account_id", "name", "timezone"}},
      {"fleet", "circuits", {"id", "depot_id", "name", "capacity_kw"}},
      {"fleet", "chargers", {"id", "depot_id", "circuit_id", "name", "model", "max_kw"}},
      {"fleet", "site_power", {"depot_id", "read_at", "import_kw", "export_kw"}},
      {"fleet", "charger_power", {"charger_id", "read_at", "kw", "kwh"}},
      {"fleet", "connectivity_events", {"id", "charger_id", "at", "status", "reason"}},
      {"fleet", "ocpp_messages", {"id", "charger_id", "at", "direction", "action", "message_id", "payload"}},
      {"fleet", "sensors", {"id", "depot_id", "name", "kind", "unit"}},
      {"fleet", "sensor_reads", {"sensor_id", "read_at", "value"}},
      {"fleet", "circuit_allocations", {"circuit_id", "at", "allocated_kw", "used_kw"}},
      {"fleet", "users", {"id", "account_id", "name", "email", "role"}},
      {"fleet", "access_events", {"id", "user_id", "at", "event", "outcome", "ip", "user_agent"}},
      {"fleet", "vehicle_groups", {"id", "account_id", "name"}},
      {"fleet", "cost_centres", {"id", "account_id", "name"}},
      {"fleet", "vehicles", {"id", "account_id", "depot_id", "name", "registration", "vehicle_group_id", "cost_centre_id"}},
      {"fleet",
       "charging_sessions",
       {"id", "charger_id", "vehicle_id", "user_id", "started_at", "ended_at", "energy_wh", "peak_kw", "cost_cents", "currency",
        "stop_reason"}},
      {"outreach", "workspaces", {"id", "account_id", "name"}},
      {"outreach", "campaigns", {"id", "workspace_id", "name", "status", "created_at", "started_at"}},
      {"outreach",
       "campaign_daily",
       {"campaign_id", "day", "sent", "delivered", "opened", "clicked", "replied", "bounced", "unsubscribed", "spam_reports"}},
      {"outreach", "sending_domains", {"id", "workspace_id", "domain"}},
      {"outreach",
       "domain_daily",
       {"domain_id", "day", "sent", "delivered", "hard_bounces", "soft_bounces", "spam_reports", "inbox", "spam_folder"}},
      {"outreach",
       "leads",
       {"id", "workspace_id", "campaign_id", "email", "first_name", "last_name", "company", "status", "created_at",
        "updated_at"}},
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

}  // namespace reportctl::catalog
