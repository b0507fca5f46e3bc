// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "reportctl/access/access.hpp"
#include "reportctl/run/parts.hpp"
#include "reportctl/validation/validate.hpp"

namespace reportctl::run {

/// A depot or workspace of an account, as its source knows it.
struct Site {
  schedule::Scope scope;
  std::string name;
  std::string timezone;  ///< empty: none of its own
};

/// nullopt when the account has no such site. Throws as Parts::source(). Precondition: the scope is a site.
std::optional<Site> find_site(Parts&, const access::Account&, const schedule::Scope&);
/// All sites of a kind that the account has, by id; at most `limit`.
std::vector<Site> list_sites(Parts&, const access::Account&, schedule::ScopeKind, std::size_t limit);

/// scope_unknown.
validation::Violation unknown_site(const access::Account&, const schedule::Scope&);

/// What the data say about the scope of a request that holds otherwise: its own zone, or that the account has no such site.
struct SiteCheck {
  std::string name;      ///< for people; empty for the whole account
  std::string timezone;  ///< empty: the scope has none of its own
  validation::Violations violations;
};
SiteCheck check_site(Parts&, const validation::Resolved&, const access::Account&);

/// The sites of an account, for a list whose rows name many: read once a kind, where they are not too many for that.
class Sites {
 public:
  Sites(Parts&, const access::Account&);
  /// scope_unknown; none for the whole account. Throws as Parts::source().
  [[nodiscard]] validation::Violations problems(const schedule::Scope&);

 private:
  Parts& parts_;
  const access::Account& account_;
  std::map<schedule::ScopeKind, std::set<std::string>> known_;
};

/// What the data say of a request whose rules do not hold (`known`), so that everything wrong is told at once. A source that
/// cannot be asked says nothing: the broken rules are enough.
validation::Violations data_findings(Parts&, const validation::Request&, const access::Account&,
                                     const validation::Violations& known);

}  // namespace reportctl::run
