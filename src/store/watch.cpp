// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/watch.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "names.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/json.hpp"
#include "run_row.hpp"
#include "schedule_row.hpp"
#include "watch_row.hpp"

namespace reportctl::store {
namespace {

constexpr std::array<std::string_view, 3> kVerdicts{"send", "quiet", "all_clear"};

bool was_told(Connection& connection, const Run& run) {
  return Query(connection, R"sql(
    SELECT 1 FROM deliveries WHERE run_id = ? AND notification_id IS NULL AND by_hand = 0 AND state IN ('accepted', 'unknown'))sql")
      .bind(run.id)
      .next();
}

/// Does the schedule still ask what the occurrence asked? A definition has the rows of thousands of parts, so it is not read once
/// for each of them: as long as nobody edits the schedule both texts are the same.
bool asks_the_same(Connection& connection, const Claim& claim) {
  const auto& occurrence = claim.run.parent.empty() ? claim.run.id : claim.run.parent;
  if (Query(connection, R"sql(
        SELECT 1 FROM runs r JOIN schedules s ON s.id = r.schedule_id
        WHERE r.id = ? AND r.report = s.report AND r.definition = s.definition)sql")
          .bind(occurrence)
          .next())
    return true;
  const auto schedule = find_schedule(connection, claim.run.schedule_id);
  const auto run = find_run(connection, occurrence);
  return schedule && run && schedule::same_question(schedule->definition, claim_of(connection, *run).schedule.definition);
}

}  // namespace

std::string_view verdict_name(Decision::Verdict verdict) { return name_in(kVerdicts, verdict); }

nlohmann::ordered_json decision_record(const std::optional<Decision>& decision) {
  if (!decision) return nullptr;
  return {{"holds", decision->holds}, {"decision", verdict_name(decision->verdict)}, {"why", decision->why}};
}

std::string decision_json(const Decision& decision) {
  return json_text(nlohmann::ordered_json{{"verdict", verdict_name(decision.verdict)},
                                          {"holds", decision.holds},
                                          {"why", decision.why},
                                          {"fingerprint", decision.fingerprint}});
}

std::optional<Decision> read_decision(std::string_view text) {
  if (text.empty()) return std::nullopt;
  try {
    const auto json = json_from(text);
    Decision decision;
    const auto verdict = parse_name<Decision::Verdict>(kVerdicts, json.at("verdict").get<std::string>());
    if (verdict) {
      decision.verdict = *verdict;
      json.at("holds").get_to(decision.holds);
      json.at("why").get_to(decision.why);
      json.at("fingerprint").get_to(decision.fingerprint);
      return decision;
    }
  } catch (const nlohmann::ordered_json::exception&) {  // told below
  }
  throw Error(ErrorKind::state, "the state file holds a decision that reportctl did not write",
              "run `reportctl state check`; restore a backup if another program changed the file");
}

Watch watch_of(State& state, std::string_view schedule_id, std::string_view part) {
  Query query(state.connection(),
              R"sql(SELECT raised_since, last_sent_slot, fingerprint FROM watch WHERE schedule_id = ? AND part = ?)sql");
  if (!query.bind(schedule_id, part).next()) return {};
  Watch watch;
  watch.raised_since = query.optional_instant();
  watch.last_sent_slot = query.optional_instant();
  watch.fingerprint = query.text();
  return watch;
}

void move_watch(Connection& connection, const Claim& claim) {
  const auto stored = find_run(connection, claim.run.id);
  if (!stored || !stored->run.decision || !stored->run.slot) return;
  if (!asks_the_same(connection, claim)) return;
  const auto& decision = *stored->run.decision;
  const bool told = decision.verdict == Decision::Verdict::send && was_told(connection, stored->run);
  // ?3 raised, ?4 lowered; an occurrence that is neither leaves all but its slot as it was.
  Query(connection, R"sql(
    INSERT INTO watch (schedule_id, part, decided_slot, raised_since, last_sent_slot, fingerprint)
    VALUES (?1, ?6, ?2, iif(?3, ?2, NULL), iif(?3, ?2, NULL), iif(?3, ?5, ''))
    ON CONFLICT (schedule_id, part) DO UPDATE SET decided_slot = ?2,
    raised_since = CASE WHEN ?4 THEN NULL WHEN ?3 THEN ifnull(raised_since, ?2) ELSE raised_since END,
    last_sent_slot = iif(?3, ?2, last_sent_slot), fingerprint = iif(?3, ?5, fingerprint)
    WHERE ?2 >= decided_slot)sql")
      .bind(stored->run.schedule_id, *stored->run.slot, told, !decision.holds, decision.fingerprint, stored->run.part)
      .run();
}

void clear_watch(Connection& connection, std::string_view schedule_id) {
  Query(connection, R"sql(DELETE FROM watch WHERE schedule_id = ?)sql").bind(schedule_id).run();
}

void clear_watch(Connection& connection, std::string_view schedule_id, std::string_view part) {
  Query(connection, R"sql(DELETE FROM watch WHERE schedule_id = ? AND part = ?)sql").bind(schedule_id, part).run();
}

}  // namespace reportctl::store
