// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/account_move.hpp"

#include <fmt/format.h>

#include "account_verbs.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/for_people.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/manage/account_rules.hpp"
#include "reportctl/manage/records.hpp"
#include "reportctl/store/accounts.hpp"
#include "reportctl/store/ownership.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {
namespace {

struct MoveOptions {
  std::string account;
  std::string file;
  bool yes = false;
};

nlohmann::ordered_json moved_json(const std::string& account, const std::string& file, const store::MovedRows& moved) {
  return {{"account", account},
          {"file", file},
          {"schedules", moved.schedules},
          {"runs", moved.runs},
          {"deliveries", moved.deliveries},
          {"exports", moved.exports}};
}

std::string words(const store::MovedRows& moved) {
  return fmt::format("{}, {}, {}", counted(moved.schedules, "schedule", "schedules"), counted(moved.runs, "run", "runs"),
                     counted(moved.exports, "export", "exports"));
}

int move(Session& session, const MoveOptions& options) {
  access::require(session.actor(), access::Action::administer, "", {});
  const auto account = session.account(options.account);
  const auto file = std::filesystem::absolute(options.file).lexically_normal();
  store::require_own(session.state());
  session.confirm(
      fmt::format("Move the account {} ({}) into {}? Its schedules stop here.", account.id, account.name, visible(file.string())),
      options.yes);
  const auto moved = store::move_account(
      session.state(), account.id, file,
      manage::audit_of(session.actor(), {"AccountMoved", account.id, account.id, nullptr, {{"file", file.string()}}}),
      session.now());
  store::write_mark(session.state());
  session.out().done(fmt::format("account {} is in {} ({}); on its new host: reportctl account receive {}", account.id,
                                 visible(file.string()), words(moved), shell_word(file.filename().string())),
                     moved_json(account.id, file.string(), moved));
  return 0;
}

int receive(Session& session, const MoveOptions& options) {
  access::require(session.actor(), access::Action::administer, "", {});
  store::require_own(session.state());
  if (!std::filesystem::exists(options.file))
    throw Error(ErrorKind::not_found, fmt::format("{} does not exist", visible(options.file)),
                "name a file that `reportctl account move` wrote");
  auto file = store::State::open(options.file, store::OpenMode::existing);
  const auto id = store::moved_account(file);
  if (const auto problems = file.check(); !problems.empty())
    throw Error(ErrorKind::invalid, fmt::format("{} is damaged: {}", visible(options.file), problems.front()),
                "copy it again from where it was made");
  auto account = store::find_account(file, id);
  if (!account) throw Error(ErrorKind::invalid, fmt::format("{} is damaged: its account is missing", visible(options.file)));
  account->calendar.clear();  // comes with it
  const auto others = store::list_accounts(session.state());
  manage::refuse_problems(fmt::format("account {} was not received", id),
                          manage::account_problems(*account, {session.config().settings, session.parts().calendars(), others}));
  const auto moved = store::receive_account(
      session.state(), file, manage::audit_of(session.actor(), {"AccountReceived", id, id, nullptr, {{"file", options.file}}}),
      session.now());
  store::write_mark(session.state());
  session.out().done(fmt::format("account {} is here now ({}); what is due goes out with the next run-due", id, words(moved)),
                     moved_json(id, options.file, moved));
  return 0;
}

}  // namespace

void bind_account_move(CLI::App& command, Session& session) {
  const auto options = std::make_shared<MoveOptions>();
  CLI::App& verb = add_verb(command, {"move", "let another installation have an account with its whole history",
                                      "reportctl account move acme --to acme.account\n"
                                      "reportctl account move acme --to /backup/acme.account --yes"});
  verb.add_option("ID", options->account, "the account")->required();
  verb.add_option("--to", options->file, "a new file; bring it to the other host and receive it there")
      ->type_name("FILE")
      ->required();
  add_yes_option(verb, options->yes);
  when_chosen(verb, session, [&session, options] { return move(session, *options); });
}

void bind_account_receive(CLI::App& command, Session& session) {
  const auto options = std::make_shared<MoveOptions>();
  CLI::App& verb =
      add_verb(command, {"receive", "take in an account that was moved here, or back", "reportctl account receive acme.account"});
  verb.add_option("FILE", options->file, "what `account move` wrote")->required();
  when_chosen(verb, session, [&session, options] { return receive(session, *options); });
}

}  // namespace reportctl::cli
