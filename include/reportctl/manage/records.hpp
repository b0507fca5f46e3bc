// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "reportctl/access/access.hpp"
#include "reportctl/base/json.hpp"
#include "reportctl/run/run_due.hpp"
#include "reportctl/schedule/schedule.hpp"
#include "reportctl/schedule/window.hpp"
#include "reportctl/store/audit.hpp"
#include "reportctl/store/deliveries.hpp"
#include "reportctl/store/notifications.hpp"
#include "reportctl/store/runs.hpp"
#include "reportctl/store/webhooks.hpp"
#include "reportctl/validation/violation_json.hpp"

namespace reportctl::manage {

using Json = nlohmann::ordered_json;

// The shapes of the man pages' JSON sections: snake_case, instants in RFC 3339 UTC, null for what is not there. Keys are added,
// never renamed.

/// The account's zone counts where the definition names none.
Json to_json(const schedule::Definition&, std::string_view account_timezone);
Json to_json(const schedule::Schedule&, std::string_view account_timezone);
Json to_json(const schedule::Parameters&);
Json to_json(const schedule::Window&);
Json to_json(const store::Run&);
Json to_json(const store::Delivery&);
Json to_json(const store::Notification&);
/// Never the secret, only where it is kept.
Json to_json(const store::Webhook&);
/// Without the body; the endpoint without path.
Json to_json(const store::WebhookDelivery&);
Json to_json(const store::AuditRecord&);
Json to_json(const run::Ended&);
/// What to_json() wrote; Json::exception for anything else.
run::Ended ended_from_json(const Json&);
Json to_json(const run::Planned&);

Json to_json(const access::Account&);
Json to_json(const access::Member&);
Json to_json(const std::optional<Instant>&);

/// A stored JSON text as a value; null when it is empty, the text itself when it is no JSON.
Json parsed_or_text(const std::string&);
/// null for an empty text.
Json text_or_null(const std::string&);

/// A change by a person, as the audit log keeps it: `{"before": …, "after": …}`; null where there is none.
struct Change {
  std::string name;  ///< `AccountAdded`
  std::string account;
  std::string subject;  ///< id of what changed
  Json before;
  Json after;
};
store::AuditEvents audit_of(const access::Actor&, const Change&);

}  // namespace reportctl::manage
