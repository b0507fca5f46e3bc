// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/store/audit.hpp"
#include "reportctl/store/sight.hpp"
#include "reportctl/store/state.hpp"

namespace reportctl::store {

struct Notification {
  std::string id, account, member_id, member_name, kind, run_id, subject, body;
  Instant created_at{};
  std::optional<Instant> acknowledged_at;
  std::string acknowledged_by;
  std::string mail_state;  ///< delivery state of its mail, empty when none
  std::string mail_answer;
};
struct NotificationFilter {
  std::optional<std::string> account = std::nullopt;
  bool all = false;            ///< acknowledged ones too
  int limit = 50;              ///< newest first; 0: all
  Sight sight = std::nullopt;  ///< `only` is the member that was told
};
std::vector<Notification> list_notifications(State&, const NotificationFilter&);
/// Those that nobody has acknowledged.
std::int64_t count_open_notifications(State&, const Sight&);
/// By id or an unambiguous prefix (≥ 4) among what is in sight. Error(not_found), Error(conflict).
Notification get_notification(State&, std::string_view id, const Sight&, const std::optional<std::string>& account);
/// By its whole id. Acknowledging twice is no error.
void acknowledge(State&, std::string_view id, std::string_view by, const AuditEvents&, Instant now);
/// NewNotification::mail; empty for those that an older version queued.
std::string notification_mail(State&, std::string_view id);

}  // namespace reportctl::store
