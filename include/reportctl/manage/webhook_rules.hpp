// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <vector>

#include "reportctl/manage/field_diff.hpp"
#include "reportctl/settings/settings.hpp"
#include "reportctl/store/webhooks.hpp"

namespace reportctl::manage {

// Webhooks for `webhook` and `apply` alike.

/// A webhook as someone wrote it.
struct WrittenWebhook {
  std::string url;
  std::vector<std::string> events;  ///< empty: both
  std::string outcomes;             ///< empty: all
  std::string secret_file, secret_credential;
};
/// Url, events, outcomes, exactly one place of the secret. Every problem as a sentence; empty when all is well.
std::vector<std::string> webhook_problems(const WrittenWebhook&, const settings::Settings&);
/// Without id, account and time. Precondition: no problems.
store::Webhook webhook_of(const WrittenWebhook&);

FieldTexts fields_of(const store::Webhook&);

}  // namespace reportctl::manage
