// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/manage/export_access.hpp"

#include <fmt/format.h>

#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/manage/visibility.hpp"

namespace reportctl::manage {

schedule::Scope scope_of(const store::Export& job) { return schedule::Scope::parse(job.scope).value_or(schedule::Scope{}); }

store::Export allowed_export(const Viewer& viewer, const std::string& id, access::Action action) {
  const auto& actor = viewer.actor;
  const auto job = [&] {
    try {
      return store::get_export(viewer.state, id, sight_of(actor, access::Action::view));
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::not_found || actor.is_system_admin()) throw;
      throw Error(ErrorKind::not_permitted, fmt::format("export \"{}\" is not one of yours", visible(id)),
                  "`reportctl export list` shows those that are");
    }
  }();
  access::require(actor, action, job.account, scope_of(job));
  return job;
}

std::vector<store::Export> visible_exports(const Viewer& viewer, store::ExportFilter filter) {
  filter.sight = sight_of(viewer.actor, access::Action::view);
  return store::list_exports(viewer.state, filter);
}

}  // namespace reportctl::manage
