// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/base/text.hpp"
#include "reportctl/validation/validate.hpp"

/// Modules of every kind, in a family of their own so that no rule of a real report can change what these tests mean.
class TestCatalog {
 public:
  TestCatalog() {
    std::string name = (std::filesystem::temp_directory_path() / "reportctl-validation-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    directory_ = name;
    put("x-power", "scope: [depot]\nwindow: {kind: lookback, default_days: 1, max_days: 31}\ncadences: [daily]");
    put("x-logins",
        "scope: [account]\nroles: [system_admin, owner]\nwindow: {kind: lookback, default_days: 7, max_days: 92}\ncadences: "
        "[daily]\n"
        "parameters:\n"
        "  - {name: users, label: Users, type: id_list, required: true, filter: t.name, choices: 'SELECT id, name FROM u WHERE "
        "account_id = :account'}");
    put("x-sessions",
        "scope: [depot, account]\nwindow: {kind: lookback, default_days: 1, max_days: 92}\ncadences: [daily]\n"
        "parameters:\n"
        "  - {name: depots, label: Depots, type: id_list, scope: [account], required: true, all: true, filter: t.depot_id, "
        "choices: "
        "'SELECT id, name FROM depots WHERE account_id = :account'}");
    put("x-logs",
        "scope: [depot, account]\nfeature: raw-logs\nwindow: {kind: lookback, default_days: 1, max_days: 14}\ncadences: [daily]");
    put("x-turnover",
        "aliases: [X_TURNOVER]\nscope: [account]\nwindow: {kind: cadence, ranges: [last_7d, last_month]}\n"
        "cadences: [daily, weekly, monthly]\nday_of_month_max: 28\nformats: [csv, xlsx, pdf]");
    put("x-campaign",
        "scope: [account, workspace]\nwindow: {kind: range, allowed: [last_7d, last_30d], default: last_30d}\n"
        "cadences: [daily, weekly, monthly]\nday_of_month_max: 31\nformats: [csv, xlsx, pdf]");
    put("x-stock", "scope: [account]\nwindow: {kind: snapshot}\ncadences: [weekly, monthly]");
    put("x-figures", "scope: [account]\nwindow: {kind: snapshot}\ncadences: [daily]\nformats: [csv, xlsx, json, jsonl]");
    put("x-leads", "surfaces: [run, export]\nscope: [account]\nwindow: {kind: range, allowed: [last_7d]}\nformats: [csv, json]");
    put("x-hidden",
        "visibility: hidden\nreason: the charge point pages are not public yet\nscope: [depot]\nwindow: {kind: snapshot}\n"
        "cadences: [daily]");
    put("x-typed",
        "scope: [account]\nwindow: {kind: snapshot}\ncadences: [daily]\n"
        "parameters:\n"
        "  - {name: device, label: Device, type: id, filter: t.name}\n"
        "  - {name: vehicles, label: Vehicles, type: id_list, filter: t.name}\n"
        "  - {name: level, label: Level, type: enum, values: [low, very-high], default: low, filter: t.name}\n"
        "  - {name: limit, label: Limit, type: integer, filter: t.value}\n"
        "  - {name: ratio, label: Ratio, type: decimal, filter: t.value}\n"
        "  - {name: active, label: Active, type: boolean, filter: t.value}\n"
        "  - {name: search, label: Search, type: text, filter: t.name}\n"
        "  - {name: since, label: Since, type: date, filter: t.name}");
    std::ofstream(directory_ / "x-detail.yaml")
        << "id: x-detail\nlabel: Detail\nfamily: tests\ndescription: Two shapes.\nscope: [account]\nwindow: {kind: "
           "snapshot}\ncadences: [daily]\n"
           "parameters:\n  - {name: shape, label: Shape, type: enum, values: [summary, line-items], required: true}\n"
           "variants:\n  parameter: shape\n  shapes:\n"
           "    summary:\n      columns: [{name: day, label: Day, type: text}, {name: total, label: Total, type: integer}]\n"
           "      query: SELECT t.name, t.value FROM t WHERE t.account_id = :account ORDER BY t.name\n"
           "    line-items:\n      columns: [{name: line, label: Line, type: text}]\n"
           "      query: SELECT t.name FROM t WHERE t.account_id = :account ORDER BY t.name\n";
    std::ofstream(directory_ / "x-alerts.yaml")
        << "id: x-alerts\nlabel: Alerts\nfamily: tests\ndescription: Figures of every kind.\nscope: [account]\n"
           "window: {kind: lookback, default_days: 1, max_days: 31}\ncadences: [daily]\ncompare: previous_period\n"
           "ready: SELECT max(l.at) AS data_until FROM l WHERE l.account_id = :account\n"
           "columns:\n  - {name: at, label: At, type: timestamp}\n  - {name: paid, label: Paid, type: money}\n"
           "  - {name: currency, label: Currency, type: text}\n  - {name: stay, label: Stay, type: duration}\n"
           "  - {name: share, label: Share, type: percent}\n"
           "summary: [{label: Paid in all, value: total(paid)}]\n"
           "query: SELECT t.at, t.paid, t.currency, t.stay, t.share FROM t WHERE t.account_id = :account AND t.at >= :from AND "
           "t.at < :to ORDER BY t.at\n";
    catalog_ = reportctl::catalog::Catalog::open({directory_});
    REQUIRE_MESSAGE(catalog_->problems().empty(), reportctl::yaml::describe(catalog_->problems()));
  }
  ~TestCatalog() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  TestCatalog(const TestCatalog&) = delete;
  TestCatalog& operator=(const TestCatalog&) = delete;

  [[nodiscard]] const reportctl::catalog::Catalog& get() const { return *catalog_; }

 private:
  void put(const std::string& id, const std::string& rules) {
    const bool ranged = rules.find("snapshot") == std::string::npos;
    const bool filtered = rules.find("filter:") != std::string::npos;
    std::ofstream(directory_ / (id + ".yaml"))
        << "id: " << id << "\nlabel: " << id << "\nfamily: tests\ndescription: A module for tests.\n"
        << rules << "\ncolumns: [{name: name, label: Name, type: text}, {name: value, label: Value, type: integer}]\n"
        << "query: |\n  SELECT t.name, t.value FROM t WHERE t.account_id = :account"
        << (rules.find("depot") != std::string::npos ? " AND (:depot IS NULL OR t.depot_id = :depot)" : "")
        << (rules.find("workspace") != std::string::npos ? " AND (:workspace IS NULL OR t.workspace_id = :workspace)" : "")
        << (ranged ? " AND t.at >= :from AND t.at < :to" : "") << (filtered ? " AND {{filters}}" : "") << " ORDER BY t.name\n";
  }

  std::filesystem::path directory_;
  std::optional<reportctl::catalog::Catalog> catalog_;
};

/// An account on 17 March 2026 (a Tuesday), 12:00 UTC, asked by its owner.
struct World {
  TestCatalog catalog;
  reportctl::access::Account account;
  reportctl::validation::Context context{.catalog = catalog.get(), .account = account};

  World() {
    account.id = "acme";
    context.roles = {reportctl::access::Role::owner};
    context.now = *reportctl::parse_instant("2026-03-17T12:00:00Z");
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// What is wrong with the request, as people see it; empty when it holds.
  [[nodiscard]] std::string wrong(const reportctl::validation::Request& request) const {
    const auto check = check_request(request, context);
    CHECK(check.resolved.has_value() == check.violations.empty());
    return describe(check.violations);
  }
  [[nodiscard]] std::string wrong(const reportctl::validation::Draft& draft) const {
    const auto check = check_draft(draft, context);
    CHECK(check.definition.has_value() == check.violations.empty());
    CHECK(check.resolved.has_value() == check.violations.empty());
    return describe(check.violations);
  }
  [[nodiscard]] reportctl::validation::Resolved resolved(const reportctl::validation::Request& request) const {
    auto check = check_request(request, context);
    REQUIRE_MESSAGE(check.resolved, describe(check.violations));
    return *check.resolved;
  }
  [[nodiscard]] reportctl::schedule::Definition definition(const reportctl::validation::Draft& draft) const {
    auto check = check_draft(draft, context);
    REQUIRE_MESSAGE(check.definition, describe(check.violations));
    return *check.definition;
  }
  /// The days that a request covers.
  [[nodiscard]] std::string days(const reportctl::validation::Request& request) const {
    const auto held = resolved(request);
    return describe(reportctl::schedule::resolve(held.window, context.now, reportctl::Zone::find(held.timezone).value()));
  }
};

/// A request that holds as it is.
inline reportctl::validation::Request request_of(const std::string& report) {
  reportctl::validation::Request request;
  request.report = report;
  if (report == "x-power") request.scope = "depot:north";
  if (report == "x-logins") request.parameters["users"] = {"u1"};
  if (report == "x-detail") request.parameters["shape"] = {"summary"};
  return request;
}

/// A schedule that holds as it is.
inline reportctl::validation::Draft draft_for(const std::string& report) {
  reportctl::validation::Draft draft;
  draft.name = "morning";
  draft.request = request_of(report);
  draft.request.cadence = report == "x-stock" ? "weekly" : "daily";
  if (report == "x-stock") draft.request.on = "mon";
  draft.at = "06:00";
  draft.recipients = {"ops@example.com"};
  return draft;
}

/// What is wrong with one field of a draft that holds otherwise.
inline std::string told_of(const World& world, std::string reportctl::validation::Draft::*field, std::string value) {
  auto draft = draft_for("x-turnover");
  draft.*field = std::move(value);
  return world.wrong(draft);
}
