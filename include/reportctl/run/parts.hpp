// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <type_traits>

#include "reportctl/artifact/artifact.hpp"
#include "reportctl/base/process.hpp"
#include "reportctl/catalog/catalog.hpp"
#include "reportctl/delivery/destination.hpp"
#include "reportctl/delivery/transport.hpp"
#include "reportctl/delivery/webhook.hpp"
#include "reportctl/schedule/work_calendar.hpp"
#include "reportctl/settings/settings.hpp"
#include "reportctl/source/source.hpp"
#include "reportctl/store/ownership.hpp"
#include "reportctl/store/state.hpp"

namespace reportctl::run {

/// How everything outside the state file is reached. As it stands, for real; tests put others in place.
struct Openers {
  std::function<std::unique_ptr<source::Source>(const source::SourceSettings&)> open_source = source::open_source;
  std::function<std::unique_ptr<delivery::Transport>(const delivery::TransportSettings&)> open_transport =
      delivery::open_transport;
  std::function<std::unique_ptr<delivery::Destination>(const delivery::DestinationSettings&)> open_destination =
      delivery::open_destination;
  std::function<std::unique_ptr<artifact::Store>(const artifact::StoreSettings&)> open_artifacts = artifact::open_store;
  std::function<delivery::WebhookAnswer(const delivery::WebhookSettings&, const delivery::WebhookPost&)> post_webhook =
      delivery::post_webhook;
  std::function<std::chrono::steady_clock::time_point()> ticks = std::chrono::steady_clock::now;
};

/// REPORTCTL_NOW replaces the clock and nobody said `--really`: what would leave this host stays.
bool is_rehearsal(const settings::MailSettings&);
/// Error(usage) where mail or files would leave in a rehearsal: asked before anything is begun.
void require_real_clock(const settings::Settings&);

/// The parts of the pipe, opened when first needed and kept for the whole command. One per process; not for sharing between
/// threads.
class Parts {
 public:
  /// `now` is the clock, read once by the caller.
  Parts(const settings::Settings& settings, store::State& state, const catalog::Catalog& catalog, Instant now,
        Openers openers = {});

  [[nodiscard]] const settings::Settings& settings() const { return settings_; }
  [[nodiscard]] store::State& state() const { return state_; }
  [[nodiscard]] const catalog::Catalog& catalog() const { return catalog_; }
  [[nodiscard]] const ProcessIdentity& self();
  /// The instant of the command: every decision about what is due or which period is meant.
  [[nodiscard]] Instant now() const { return now_; }
  /// now() plus the time that has passed since: for the record only.
  [[nodiscard]] Instant moment() const;
  /// For durations.
  [[nodiscard]] std::chrono::steady_clock::time_point ticks() const { return openers_.ticks(); }

  /// By name, as the state has them, unless they were changed since.
  [[nodiscard]] schedule::Calendars& calendars();
  /// Error(state) unless the state file is this installation's own: asked before anything leaves the program.
  void require_own();
  /// Error(config) when no source of that name is configured, Error(source) when it cannot be reached.
  source::Source& source(const std::string& name);
  /// Error(config) when mail is not configured.
  delivery::Transport& transport();
  /// Error(config) when no destination of that name is configured.
  delivery::Destination& destination(const std::string& name);
  /// Other processes use the mail server at the same time; see delivery::TransportSettings. Before transport().
  void take_turns(int turns_file) { turns_file_ = turns_file; }
  artifact::Store& artifacts();
  /// The same, for storing and removing: Error(config) when the files there are another state file's.
  artifact::Store& own_artifacts();
  delivery::WebhookAnswer post_webhook(const delivery::WebhookPost&);

  /// What becomes part of the transaction in which a run ends well; undone: there was none.
  enum class WithEnd { done, undone };
  std::function<void(WithEnd)> with_end;

  /// Set when the transport said that the next message would fare the same: nothing more is tried in this process.
  std::optional<delivery::Outcome> broken_transport;
  std::map<std::string, delivery::Outcome> broken_destinations;  ///< the same, by name

 private:
  const settings::Settings& settings_;
  int turns_file_ = -1;
  store::State& state_;
  const catalog::Catalog& catalog_;
  Instant now_;
  Openers openers_;
  std::chrono::steady_clock::time_point started_ = openers_.ticks();
  std::optional<ProcessIdentity> self_;
  std::optional<schedule::Calendars> calendars_;
  bool own_ = false, own_artifacts_ = false;
  std::map<std::string, std::unique_ptr<source::Source>> sources_;
  std::unique_ptr<delivery::Transport> transport_;
  std::map<std::string, std::unique_ptr<delivery::Destination>> destinations_;
  std::unique_ptr<artifact::Store> artifacts_;
};

/// Around everything that a command sends, stores or removes: only with a state file of this installation's own, and what was
/// done is noted beside it.
template <typename Work>
auto acting(Parts& parts, Work work) {
  parts.require_own();
  if constexpr (std::is_void_v<decltype(work())>) {
    work();
    store::write_mark(parts.state());
  } else {
    auto result = work();
    store::write_mark(parts.state());
    return result;
  }
}

}  // namespace reportctl::run
