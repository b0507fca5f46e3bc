// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include "binds.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/process.hpp"
#include "reportctl/store/ownership.hpp"
#include "reportctl/store/state_check.hpp"
#include "state_verbs.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {

namespace {

struct StateOptions {
  std::string file;
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

int check_state(Session& session) {
  require_operator(session);
  Listing listing;
  listing.columns = {{"problem"}};
  auto problems = session.state().check();
  if (problems.empty()) problems = store::unreadable_rows(session.state());  // what is broken cannot be read either
  for (const std::string& problem : problems) {
    listing.rows.push_back({{problem, Tone::bad}});
    listing.records.push_back({{"problem", problem}});
  }
  listing.empty = fmt::format("{} is sound (schema {})", session.state().path().string(), session.state().schema_version());
  session.out().list(listing);
  return listing.rows.empty() ? exit_code::kDone : exit_code::kState;
}

std::string adopt_question(store::Ownership whose) {
  return fmt::format("Mails will be sent from here from now on. Is the other {} switched off for good?",
                     whose == store::Ownership::other_host ? "host" : "installation");
}

int adopt(Session& session, const StateOptions& options) {
  require_operator(session);
  auto& state = session.state();
  const auto whose = store::ownership(state);
  const auto home = [&state] {
    return Json{{"host", state.fact("host").value_or("")}, {"path", state.fact("path").value_or("")}};
  };
  const auto told = [&](bool adopted) { return Json{{"host", this_process().host}, {"adopted", adopted}}; };
  if (whose == store::Ownership::own) {
    session.out().done("this state file belongs to this installation already", told(false));
    return 0;
  }
  if (whose == store::Ownership::older)
    throw Error(ErrorKind::conflict,
                "this is an older copy of the state file that worked here: reports sent since would be sent again",
                fmt::format("reportctl state restore {}", state.path().string()));
  if (whose != store::Ownership::fresh) session.confirm(adopt_question(whose), options.yes);
  const auto before = home();
  store::adopt_state(state);
  store::append_audit(state, manage::audit_of(session.actor(), {"StateAdopted", "", "", before, home()}), session.now());
  store::write_mark(state);
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
                           "reportctl state adopt --yes"});
    add_yes_option(verb, options->yes);
    when_chosen(verb, session, [&session, options] { return adopt(session, *options); });
  }
}

}  // namespace reportctl::cli
