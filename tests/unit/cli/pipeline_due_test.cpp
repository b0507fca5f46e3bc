// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>

#include <sstream>

#include "reportctl/store/runs.hpp"
#include "runs/due_workers.hpp"
#include "runs/run_endings.hpp"

using namespace reportctl;
using store::RunState;

namespace {

run::Ended ended(RunState state, const std::string& reason = {}) {
  run::Ended one;
  one.run_id = "0123456789abcdef";
  one.account = "acme";
  one.schedule = "morning-power";
  one.state = state;
  one.reason = reason;
  return one;
}

cli::DueOutcome through_a_pipe(const cli::DueOutcome& outcome) {
  cli::DueOutcome read;
  std::string text;
  for (const auto& ended : outcome.result.ended) text += cli::to_line(ended);
  for (const auto& job : outcome.result.exports) text += cli::to_line(job);
  std::istringstream lines(text + cli::to_lines(outcome));
  for (std::string line; std::getline(lines, line);) cli::add_line(read, {}, line);
  return read;
}

}  // namespace

TEST_CASE("a run's own ending has its exit code; among many it is 3") {
  CHECK(cli::exit_code_of(ended(RunState::delivered)) == 0);
  CHECK(cli::exit_code_of(ended(RunState::no_data)) == 0);
  CHECK(cli::exit_code_of(ended(RunState::skipped)) == 0);
  CHECK(cli::exit_code_of(ended(RunState::rejected)) == 7);
  CHECK(cli::exit_code_of(ended(RunState::failed)) == 1);
  for (const auto state : {RunState::partial, RunState::delivery_failed}) CHECK(cli::exit_code_of(ended(state)) == 3);
  for (const auto state : {RunState::partial, RunState::delivery_failed, RunState::rejected, RunState::failed}) {
    CHECK(cli::due_exit_code_of(ended(state)) == 3);
  }
  CHECK(cli::exit_code_of(ended(RunState::unknown)) == 14);
  CHECK(cli::due_exit_code_of(ended(RunState::unknown)) == 14);
  auto waiting = ended(RunState::generated);
  waiting.deferred = true;
  CHECK(cli::exit_code_of(waiting) == 75);
}

TEST_CASE("of two exit codes the worse one counts: signal, 12, 11, 78, 14, 3, 75, 0") {
  const std::vector<int> worst_first = {143, 12, 11, 78, 14, 3, 75, 0};
  for (std::size_t i = 0; i < worst_first.size(); ++i) {
    for (std::size_t j = i; j < worst_first.size(); ++j) {
      CHECK(cli::worse(worst_first[i], worst_first[j]) == worst_first[i]);
      CHECK(cli::worse(worst_first[j], worst_first[i]) == worst_first[i]);
    }
  }
  CHECK(cli::worse(0, 1) == 1);
  CHECK(cli::worse(1, 75) == 75);
}

TEST_CASE("an ending is one sentence, with the command that mends it") {
  const auto failed = ended(RunState::delivery_failed, "550 no such user");
  CHECK(cli::sentence(failed) == "acme/morning-power: delivery failed: 550 no such user");
  CHECK(run::next_command(failed) == "reportctl runs resend 0123456789abcdef --only failed");
  CHECK(run::next_command(ended(RunState::unknown)) == "reportctl runs resend 0123456789abcdef --only unknown");
  CHECK(run::next_command(ended(RunState::rejected)) == "reportctl schedule validate morning-power --account acme");
  CHECK(run::next_command(ended(RunState::failed)) == "reportctl runs retry 0123456789abcdef");
  CHECK(run::next_command(ended(RunState::delivered)).empty());
  auto taken = failed;
  CHECK(run::next_step(taken) == run::next_command(taken));
  taken.first = "move away the file";
  CHECK(run::next_step(taken) == "move away the file, then: reportctl runs resend 0123456789abcdef --only failed");
}

TEST_CASE("what a worker tells is what the parent hears") {
  cli::DueOutcome outcome;
  outcome.result.ended = {ended(RunState::delivered), ended(RunState::failed, "source: line one\nline \"two\"")};
  outcome.result.ended[0].deferred = true;
  outcome.result.ended[1].first = "correct the rows of s02";
  outcome.result.errors = {"shop/spend: the account is gone"};
  outcome.result.config_problem = true;
  outcome.ended_by = Error(ErrorKind::state, "state.db is busy", "try again");

  const auto heard = through_a_pipe(outcome);
  REQUIRE(heard.result.ended.size() == 2);
  CHECK(heard.result.ended[0].deferred);
  CHECK(heard.result.ended[0].run_id == "0123456789abcdef");
  CHECK(heard.result.ended[1].state == RunState::failed);
  CHECK(heard.result.ended[0].first.empty());
  CHECK(heard.result.ended[1].first == "correct the rows of s02");
  CHECK(heard.result.ended[1].reason == "source: line one\nline \"two\"");
  CHECK(heard.result.errors == outcome.result.errors);
  CHECK(heard.result.config_problem);
  REQUIRE(heard.ended_by.has_value());
  CHECK(heard.ended_by->kind() == ErrorKind::state);
  CHECK(heard.ended_by->hint() == "try again");
}

TEST_CASE("half a line from a worker that died is no result and no crash") {
  cli::DueOutcome outcome;
  cli::add_line(outcome, {}, R"({"ended": {"run": "01)");
  cli::add_line(outcome, {}, "");
  cli::add_line(outcome, {}, "[]");
  CHECK(outcome.result.ended.empty());
  cli::add_line(outcome, {}, R"({"ended": {"run": 5}})");
  CHECK(outcome.result.errors.size() == 1);
}
