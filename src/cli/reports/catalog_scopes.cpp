// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "catalog_scopes.hpp"

#include <memory>

#include "reportctl/manage/sites.hpp"
#include "reportctl/manage/visibility.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {
namespace {

int list_scopes(Session& session, const std::optional<std::string>& account_id) {
  const access::Account account = session.account(account_id);
  Listing listing;
  listing.columns = {{"scope"}, {"name", "NAME", Align::left, Show::cut}, {"timezone", "TIME ZONE"}};
  listing.empty = manage::nothing_seen(session.actor(), "no sites");
  for (const run::Site& site : visible_sites(session.editor(), account)) {
    listing.rows.push_back({{site.scope.str()}, {site.name}, {site.timezone}});
    listing.records.push_back({{"scope", site.scope.str()},
                               {"kind", schedule::scope_kind_name(site.scope.kind)},
                               {"id", site.scope.site},
                               {"name", site.name},
                               {"timezone", site.timezone}});
  }
  session.out().list(listing);
  return 0;
}

}  // namespace

void bind_catalog_scopes(CLI::App& command, Session& session) {
  const auto account = std::make_shared<std::optional<std::string>>();
  CLI::App& verb = add_verb(command, {"scopes", "the depots and workspaces of an account, to be used as --scope",
                                      "reportctl catalog scopes --account acme\n"
                                      "reportctl catalog scopes --account acme --json | jq -r '.[].scope'"});
  add_account_option(verb, *account);
  when_chosen(verb, session, [&session, account] { return list_scopes(session, *account); });
}

}  // namespace reportctl::cli
