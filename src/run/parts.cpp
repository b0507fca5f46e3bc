// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/run/parts.hpp"

#include <fmt/format.h>

#include "reportctl/base/error.hpp"
#include "reportctl/run/signing.hpp"
#include "reportctl/store/calendars.hpp"
#include "reportctl/store/ownership.hpp"

namespace reportctl::run {

bool is_rehearsal(const settings::MailSettings& mail) { return clock_is_replaced() && !mail.in_rehearsals; }

void require_real_clock(const settings::Settings& settings) {
  if (!is_rehearsal(settings.mail)) return;
  if (!delivery::stays_in_a_directory(settings.mail.transport))
    throw Error(ErrorKind::usage, "REPORTCTL_NOW replaces the clock, so no mail is sent",
                "unset it, use a maildir: transport for rehearsals, or add --really");
  for (const auto& [name, destination] : settings.destinations)
    if (!delivery::stays_on_this_host(destination))
      throw Error(ErrorKind::usage, fmt::format("REPORTCTL_NOW replaces the clock, so no file is sent to destination {}", name),
                  "unset it, use a file: url for rehearsals, or add --really");
}

Parts::Parts(const settings::Settings& settings, store::State& state, const catalog::Catalog& catalog, Instant now,
             Openers openers)
    : settings_(settings), state_(state), catalog_(catalog), now_(now), openers_(std::move(openers)) {}

const ProcessIdentity& Parts::self() {
  if (!self_) {
    self_ = this_process();
    state_.hold(*self_);
  }
  return *self_;
}

Instant Parts::moment() const { return now_ + std::chrono::floor<std::chrono::seconds>(openers_.ticks() - started_); }

source::Source& Parts::source(const std::string& name) {
  if (const auto open = sources_.find(name); open != sources_.end()) return *open->second;
  const auto configured = settings_.sources.find(name);
  if (configured == settings_.sources.end()) {
    throw Error(
        ErrorKind::config, fmt::format("no source named \"{}\" is configured", name),
        "add it under `sources:` in reportctl.yaml, or point the account elsewhere: reportctl account edit ID --source NAME");
  }
  return *sources_.emplace(name, openers_.open_source(configured->second)).first->second;
}

schedule::Calendars& Parts::calendars() {
  if (!calendars_) {
    calendars_.emplace();
    for (const auto& calendar : store::list_calendars(state_))
      calendars_->emplace(calendar.name, store::calendar_in_use(calendar.text));
  }
  return *calendars_;
}

void Parts::require_own() {
  if (!own_) store::require_own(state_);
  own_ = true;
}

delivery::Transport& Parts::transport() {
  if (transport_) return *transport_;
  require_own();
  store::write_mark(state_);  // before anything is sent: what is claimed by now is not to be sent again
  auto settings = settings_.mail.transport;
  settings.turns_file = turns_file_;
  transport_ = openers_.open_transport(settings);
  return *transport_;
}

delivery::Destination& Parts::destination(const std::string& name) {
  if (const auto open = destinations_.find(name); open != destinations_.end()) return *open->second;
  const auto configured = settings_.destinations.find(name);
  if (configured == settings_.destinations.end())
    throw Error(ErrorKind::config, fmt::format("no destination named \"{}\" is configured", name),
                "add it under `destinations:` in reportctl.yaml");
  require_own();
  store::write_mark(state_);  // as before mail is sent
  return *destinations_.emplace(name, openers_.open_destination(configured->second)).first->second;
}

artifact::Store& Parts::artifacts() {
  if (!artifacts_) {
    auto settings = settings_.artifacts;
    settings.spool = settings_.state.parent_path();
    artifacts_ = openers_.open_artifacts(settings);
  }
  return *artifacts_;
}

artifact::Store& Parts::own_artifacts() {
  auto& store = artifacts();
  if (own_artifacts_) return store;
  require_own();
  sign_artifacts(store, state_, Signing::where_nobody_did);
  own_artifacts_ = true;
  return store;
}

delivery::WebhookAnswer Parts::post_webhook(const delivery::WebhookPost& post) {
  require_own();
  return openers_.post_webhook(settings_.webhooks, post);
}

}  // namespace reportctl::run
