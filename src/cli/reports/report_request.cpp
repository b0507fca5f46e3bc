// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "report_request.hpp"

#include <fmt/format.h>

#include "reportctl/manage/schedule_save.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {
namespace {

validation::Request request_of(Session& session, const ReportRequest& wanted) {
  validation::Request request;
  request.surface = catalog::Surface::run;
  request.report = wanted.report;
  request.from = wanted.from;
  request.to = wanted.to;
  return with_options(std::move(request), wanted.options, session.catalog().find(wanted.report));
}

}  // namespace

void add_report_request(CLI::App& command, ReportRequest& wanted) {
  add_account_option(command, wanted.account);
  add_text_option(command, wanted.from, "--from", "DATE", "first local day, with --to");
  add_text_option(command, wanted.to, "--to", "DATE", "last local day, included");
  add_request_options(command, wanted.options, catalog::Surface::run);
}

run::RunPlan plan_of(Session& session, const ReportRequest& wanted) {
  const auto account = session.account(wanted.account);
  const auto request = request_of(session, wanted);
  manage::require_in_scope(session.actor(), access::Action::run, account, request.scope);
  auto planned =
      run::plan(session.parts(), request, account, manage::acting_roles(session.actor(), account, request.scope), session.now());
  if (const auto* rejection = std::get_if<run::Rejection>(&planned)) {
    manage::refuse(fmt::format("{} was not run", wanted.report), rejection->violations);
  }
  return std::move(std::get<run::RunPlan>(planned));
}

}  // namespace reportctl::cli
