// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <exception>
#include <future>
#include <set>

#include "binds.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/log.hpp"
#include "reportctl/run/signing.hpp"
#include "reportctl/store/ownership.hpp"
#include "reportctl/store/state_check.hpp"
#include "state_verbs.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"
#include "terminal/progress_line.hpp"

namespace reportctl::cli {

namespace {

struct StateOptions {
  std::string file;
  bool artifacts = false;
  bool yes = false;
};

void require_operator(Session& session) { access::require(session.actor(), access::Action::administer, "", {}); }

int backup(Session& session, const StateOptions& options) {
  require_operator(session);
  if (options.file == "-")
    throw Error(ErrorKind::usage, "a backup is a file, not a stream", "name a new file: reportctl state backup FILE");
  const std::filesystem::path target = std::filesystem::absolute(options.file).lexically_normal();
  session.state().backup(target);
  store::append_audit(session.state(),
                      manage::audit_of(session.actor(), {"StateBackedUp", "", "", nullptr, {{"file", target.string()}}}),
                      session.now());
  const auto& artifacts = session.config().settings.artifacts.url;
  session.out().done(fmt::format("{} is a copy of {}, without the files of reports: back up {} too", target.string(),
                                 session.state().path().string(), artifacts),
                     {{"file", target.string()},
                      {"bytes", std::filesystem::file_size(target)},
                      {"artifacts_included", false},
                      {"artifacts", artifacts}});
  return 0;
}

/// Stored files that nobody removed and that are not there. A copy of a state file is not asked for them: it may be older.
std::vector<std::string> lost_files(Session& session) {
  std::vector<std::string> lost;
  const auto whose = store::ownership(session.state());
  const auto kept = store::kept_files(session.state());
  if (kept.empty() || (whose != store::Ownership::own && whose != store::Ownership::fresh)) return lost;
  std::set<std::string> there;
  auto& artifacts = session.parts().artifacts();
  artifacts.each([&](const artifact::StoredFile& file) { there.insert(file.sha256); });
  for (const auto& file : kept)
    if (!there.contains(file.sha256))
      lost.push_back(fmt::format("the file of {} is lost: {} is not in {}", file.whose, file.sha256, artifacts.place()));
  return lost;
}

/// Of the file and of its rows, each looked at through a connection of its own: in a large state one takes as long as the other.
std::vector<std::string> state_problems(Session& session) {
  ProgressLine line(session);
  // Opened before anything is read: to open a file may take away the locks that this process has on it.
  auto second = store::State::open(session.state().path(), store::OpenMode::existing);
  auto structure = std::async(std::launch::async, [&second] { return second.check(); });
  std::vector<std::string> unreadable;
  std::exception_ptr failure;
  try {
    unreadable = store::unreadable_rows(session.state(), line.rows_left());
  } catch (const Error&) {
    failure = std::current_exception();
  }
  if (auto broken = structure.get(); !broken.empty()) return broken;  // what is broken cannot be read either
  if (failure) std::rethrow_exception(failure);
  return unreadable;
}

int check_state(Session& session) {
  require_operator(session);
  Listing listing;
  listing.columns = {{"problem"}};
  auto problems = state_problems(session);
  if (problems.empty()) problems = lost_files(session);
  for (const std::string& problem : problems) {
    listing.rows.push_back({{problem, Tone::bad}});
    listing.records.push_back({{"problem", problem}});
  }
  listing.empty = fmt::format("{} is sound (schema {})", session.state().path().string(), session.state().schema_version());
  session.out().list(listing);
  return listing.rows.empty() ? exit_code::kDone : exit_code::kState;
}

std::string adopt_question(store::Ownership whose, std::int64_t left) {
  if (whose == store::Ownership::own)
    return fmt::format("Another machine took {} and did not end {}. Is it switched off, so that this one may go on?",
                       left == 1 ? "a run" : fmt::format("{} runs", left), left == 1 ? "it" : "them");
  return fmt::format("Mails will be sent from here from now on. Is the other {} switched off for good?",
                     whose == store::Ownership::other_host ? "host" : "installation");
}

/// The state file is adopted whether or not its files can be reached now.
void take_files_along(Session& session, const std::string& former) {
  try {
    if (run::take_artifacts_along(session.parts().artifacts(), session.state(), former)) return;
    log(LogLevel::warning,
        fmt::format("the files in {} belong to another state file ({}); next: reportctl state adopt --artifacts",
                    session.parts().artifacts().place(), run::signer_of(session.parts().artifacts())));
  } catch (const Error& error) {
    log(LogLevel::warning,
        fmt::format("the stored files were not adopted: {}; next: reportctl state adopt --artifacts", error.what()));
  }
}

int adopt_artifacts(Session& session, const StateOptions& options) {
  session.parts().require_own();
  auto& artifacts = session.parts().artifacts();
  const auto before = run::signer_of(artifacts);
  session.confirm(
      fmt::format("The files in {} belong to {}. From now on retention removes those that this state file does not know. "
                  "Is the other installation gone for good?",
                  artifacts.place(), before.empty() ? "nobody" : before),
      options.yes);
  run::sign_artifacts(artifacts, session.state(), run::Signing::anew);
  store::append_audit(session.state(),
                      manage::audit_of(session.actor(),
                                       {"ArtifactsAdopted", "", "", Json{{"owner", before}}, Json{{"place", artifacts.place()}}}),
                      session.now());
  session.out().done(fmt::format("{} belongs to this state file now", artifacts.place()),
                     {{"host", store::home_of(session.state())}, {"adopted", true}});
  return 0;
}

int adopt(Session& session, const StateOptions& options) {
  require_operator(session);
  auto& state = session.state();
  if (options.artifacts) return adopt_artifacts(session, options);
  const auto whose = store::ownership(state);
  const auto home = [&state] {
    return Json{{"host", state.fact("host").value_or("")}, {"path", state.fact("path").value_or("")}};
  };
  const auto told = [&](bool adopted) { return Json{{"host", store::home_of(session.state())}, {"adopted", adopted}}; };
  const auto left = store::left_elsewhere(state);
  if (whose == store::Ownership::own && left == 0) {
    session.out().done("this state file belongs to this installation already", told(false));
    return 0;
  }
  if (whose == store::Ownership::older)
    throw Error(ErrorKind::conflict,
                "this is an older copy of the state file that worked here: reports sent since would be sent again",
                fmt::format("reportctl state restore {}", state.path().string()));
  if (whose != store::Ownership::fresh) session.confirm(adopt_question(whose, left), options.yes);
  const auto before = home();
  const auto former = store::signature(state).id;
  store::adopt_state(state);
  store::append_audit(state, manage::audit_of(session.actor(), {"StateAdopted", "", "", before, home()}), session.now());
  store::write_mark(state);
  take_files_along(session, former);
  session.out().done("this installation owns the state file now; run-due will send from here", told(true));
  return 0;
}

}  // namespace

void bind_state(CLI::App& root, Session& session) {
  CLI::App& command = add_command(root, {"state", "",
                                         "reportctl state backup /backup/reportctl-$(date +%F).db\n"
                                         "reportctl state restore /backup/reportctl-2026-03-17.db\n"
                                         "reportctl state check\n"
                                         "reportctl state adopt"});
  {
    const auto options = std::make_shared<StateOptions>();
    CLI::App& verb = add_verb(command, {"backup", "a consistent copy of the state file, also while others work",
                                        "reportctl state backup /backup/state.db\n"
                                        "reportctl state backup /backup/reportctl-$(date +%F).db --quiet"});
    verb.add_option("FILE", options->file, "the copy; must not exist yet")->required();
    when_chosen(verb, session, [&session, options] { return backup(session, *options); });
  }
  bind_state_restore(command, session);
  {
    CLI::App& verb = add_verb(command, {"check", "is the state file sound? exit code 12 when it is not",
                                        "reportctl state check\n"
                                        "reportctl state check --state /backup/state.db"});
    when_chosen(verb, session, [&session] { return check_state(session); });
  }
  {
    const auto options = std::make_shared<StateOptions>();
    CLI::App& verb =
        add_verb(command, {"adopt", "let this installation send from a state file that was copied, moved or restored",
                           "reportctl state adopt\n"
                           "reportctl state adopt --artifacts --yes"});
    verb.add_flag("--artifacts", options->artifacts, "take over the stored files of another state file, which is gone");
    add_yes_option(verb, options->yes);
    when_chosen(verb, session, [&session, options] { return adopt(session, *options); });
  }
}

}  // namespace reportctl::cli
