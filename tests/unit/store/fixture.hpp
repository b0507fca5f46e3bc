// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "connection.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/hash.hpp"
#include "reportctl/base/process.hpp"
#include "reportctl/store/accounts.hpp"
#include "reportctl/store/claims.hpp"
#include "reportctl/store/deliveries.hpp"
#include "reportctl/store/endings.hpp"
#include "reportctl/store/exports.hpp"
#include "reportctl/store/notifications.hpp"
#include "reportctl/store/retention.hpp"
#include "reportctl/store/runs.hpp"
#include "reportctl/store/schedules.hpp"
#include "reportctl/store/state.hpp"
#include "reportctl/store/state_check.hpp"

namespace reportctl::store::test {

namespace fs = std::filesystem;

inline Instant at(const char* text) { return parse_instant(text).value(); }
inline const Instant kNow = at("2026-03-17T06:00:00Z");
inline constexpr std::chrono::hours kDay{24};

/// In memory where that is possible: what these tests ask of the disk is order, not endurance, and every commit syncs four times.
class TempDirectory {
 public:
  TempDirectory() {
    const fs::path memory = "/dev/shm";
    std::string name =
        ((::access(memory.c_str(), W_OK) == 0 ? memory : fs::temp_directory_path()) / "reportctl-store-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TempDirectory() { fs::remove_all(path_); }
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }
  [[nodiscard]] fs::path file(const char* name = "state.db") const { return path_ / name; }

 private:
  fs::path path_;
};

/// The error a call throws; the test fails when it throws none, or none of ours.
template <typename Call>
Error error_of(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  FAIL("no error was thrown");
  return {ErrorKind::failed, ""};
}

template <typename Call>
ErrorKind kind_of(const Call& call) {
  return error_of(call).kind();
}

inline bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// Runs `work` in a process of its own; true when it returned normally. Nothing of SQLite may be open in the caller's hands
/// inside it.
inline pid_t start_child(const std::function<void()>& work) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child != 0) return child;
  try {
    work();
    ::_exit(0);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "child: %s\n", problem.what());
    ::_exit(1);
  }
}

inline bool ended_well(pid_t child) {
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

inline void demand(bool condition, const char* what) {
  if (!condition) throw std::runtime_error(what);
}

inline mode_t mode_of(const fs::path& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777U;
}

inline std::vector<fs::path> files_like(const fs::path& directory, const std::string& part) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (contains(entry.path().filename().string(), part)) found.push_back(entry.path());
  }
  return found;
}

inline Mailbox mailbox(const char* text) { return Mailbox::parse(text).value(); }

inline access::Account an_account(std::string id = "acme") {
  access::Account account;
  account.id = std::move(id);
  account.name = "Acme Ltd";
  return account;
}

inline schedule::Schedule a_schedule(std::string name = "morning", std::string account = "acme") {
  schedule::Schedule schedule;
  schedule.id = new_id();
  schedule.definition.name = std::move(name);
  schedule.definition.account = std::move(account);
  schedule.definition.report = "sales";
  schedule.definition.at = {TimeOfDay{.hour = 6, .minute = 0}};
  schedule.definition.recipients.mailboxes = {mailbox("Ann <ann@example.com>")};
  schedule.next_run_at = kNow;
  return schedule;
}

inline ProcessIdentity dead_process() {
  auto identity = this_process();
  identity.start_time += 1;  // the same pid, started at another time: gone
  return identity;
}

inline ClaimRequest a_request(const schedule::Schedule& schedule) {
  ClaimRequest request;
  request.schedule_id = schedule.id;
  request.as_read = *schedule.next_run_at;
  request.next = *schedule.next_run_at + kDay;
  request.slot = *schedule.next_run_at;
  request.owner = this_process();
  request.lease_until = kNow + std::chrono::hours(1);
  request.now = kNow;
  return request;
}

inline NewDelivery a_delivery(std::string id, std::string address) {
  NewDelivery delivery{.id = std::move(id), .recipient = mailbox(address.c_str())};
  delivery.message_id = "<" + delivery.id + "@reportctl>";
  delivery.message_sha256 = std::string(64, 'a');
  delivery.message_bytes = 1000;
  delivery.message_date = kNow;
  return delivery;
}

inline schedule::Period a_day(const char* day) {
  return {.snapshot = false, .first = parse_date(day).value(), .last = parse_date(day).value()};
}

inline Generated a_file(std::vector<NewDelivery> deliveries) {
  Generated generated;
  generated.period = a_day("2026-03-16");
  generated.timezone = "UTC";
  generated.format = "csv";
  generated.rows = 3;
  generated.bytes = 120;
  generated.generation_ms = 5;
  generated.artifact_sha256 = std::string(64, 'b');
  generated.artifact_name = "sales.csv";
  generated.mail = "{}";
  generated.deliveries = std::move(deliveries);
  return generated;
}

inline DeliveryOutcome an_outcome(std::string id, DeliveryState state, std::string answer = "250 OK") {
  DeliveryOutcome outcome;
  outcome.delivery_id = std::move(id);
  outcome.state = state;
  outcome.answer = std::move(answer);
  return outcome;
}

inline Finish an_ending(RunState state, std::string reason = {}) {
  Finish ending;
  ending.state = state;
  ending.reason = std::move(reason);
  return ending;
}

/// A state file with one account and one due schedule.
struct Fixture {
  TempDirectory directory;
  State state = State::open(directory.file(), OpenMode::create);
  schedule::Schedule schedule = a_schedule();

  Fixture() {
    add_account(state, an_account(), {}, kNow);
    add_schedule(state, schedule, {}, kNow);
  }
  Claim claim(const ProcessIdentity& owner = this_process()) {
    auto request = a_request(find_schedule(state, schedule.id).value());
    request.owner = owner;
    return claim_due(state, request).claim.value();
  }
  Claim generated(std::vector<NewDelivery> deliveries, const ProcessIdentity& owner = this_process()) {
    auto made = claim(owner);
    record_generated(state, made, a_file(std::move(deliveries)), kNow);
    return made;
  }
  /// One delivery, brought to this state.
  Claim delivering(DeliveryState wanted, const ProcessIdentity& owner = this_process()) {
    auto made = generated({a_delivery("d1", "ann@example.com")}, owner);
    if (wanted == DeliveryState::queued) return made;
    mark_handing_over(state, made, "d1");
    if (wanted != DeliveryState::handing_over) record_outcome(state, made, an_outcome("d1", wanted), kNow);
    return made;
  }
  Run run() { return list_runs(state, {}).at(0); }
  Delivery delivery(std::size_t index = 0) { return list_deliveries(state, run().id).at(index); }
  schedule::Schedule stored() { return find_schedule(state, schedule.id).value(); }
  void sql(const std::string& script) { state.connection().execute(script); }
  void require_sound() {
    CHECK(state.check() == std::vector<std::string>{});
    CHECK(verify_audit(state, "").problem == "");
  }
};

}  // namespace reportctl::store::test
