// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/manage/export_access.hpp"

#include <fmt/format.h>

#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::manage {
namespace {

constexpr int kMostExports = 1'000'000;

bool may_see_export(const access::Actor& actor, const store::Export& job) {
  return actor.is_system_admin() || access::may(actor, access::Action::view, job.account, scope_of(job));
}

Error no_export(const access::Actor& actor, const std::string& id) {
  if (actor.is_system_admin()) {
    return {ErrorKind::not_found, fmt::format("export \"{}\" does not exist", visible(id)), "`reportctl export list` shows them"};
  }
  return {ErrorKind::not_permitted, fmt::format("export \"{}\" is not one of yours", visible(id)),
          "`reportctl export list` shows those that are"};
}

}  // namespace

schedule::Scope scope_of(const store::Export& job) { return schedule::Scope::parse(job.scope).value_or(schedule::Scope{}); }

store::Export allowed_export(const Viewer& viewer, const std::string& id, access::Action action) {
  const auto& actor = viewer.actor;
  auto found = store::exports_by_id(viewer.state, id, kMostExports);
  std::erase_if(found, [&](const store::Export& job) { return !may_see_export(actor, job); });
  if (found.empty()) throw no_export(actor, id);
  if (found.size() > 1) {
    throw Error(ErrorKind::conflict, fmt::format("{} exports begin with \"{}\"", found.size(), visible(id)),
                "give more of the id");
  }
  access::require(actor, action, found[0].account, scope_of(found[0]));
  return std::move(found[0]);
}

std::vector<store::Export> visible_exports(const Viewer& viewer, store::ExportFilter filter) {
  const auto& actor = viewer.actor;
  const auto limit = static_cast<std::size_t>(filter.limit);
  if (actor.is_system_admin()) return store::list_exports(viewer.state, filter);
  filter.limit = kMostExports;
  auto jobs = store::list_exports(viewer.state, filter);
  std::erase_if(jobs, [&](const store::Export& job) { return !may_see_export(actor, job); });
  if (jobs.size() > limit) jobs.resize(limit);
  return jobs;
}

}  // namespace reportctl::manage
