// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>

#include "reportctl/run/parts.hpp"
#include "reportctl/store/webhooks.hpp"

namespace reportctl::run {

/// A deferred delivery is tried again so often, or policy.retries where that is more.
inline constexpr int kWebhookRetries = 5;

/// Sends what is due, after the reports and never in their way: at least once each, under ids by which receivers drop doubles. An
/// endpoint that does not answer is asked once; nothing that happens here changes how a run ended. Ends after two minutes: the
/// rest is the next run-due's.
void send_webhooks(Parts&);

/// One delivery of event `test`, tried now and only once; as it is recorded.
store::WebhookDelivery test_webhook(Parts&, const store::Webhook&, const std::string& actor);

/// Where the secret of a webhook comes from: the directory of its account, or a credential that nothing else in the configuration
/// has. An account cannot sign with what belongs to another, or to the program.
SecretSource webhook_secret(const settings::Settings&, const store::Webhook&);

}  // namespace reportctl::run
