// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <map>

#include "account_verbs.hpp"
#include "binds.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/manage/account_rules.hpp"
#include "reportctl/manage/logo_file.hpp"
#include "reportctl/manage/slot_changes.hpp"
#include "reportctl/manage/visibility.hpp"
#include "reportctl/store/account_move.hpp"
#include "reportctl/store/accounts.hpp"
#include "reportctl/store/images.hpp"
#include "reportctl/store/schedules.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {

namespace {

using access::Account;

struct AccountOptions {
  std::string id;
  std::map<std::string_view, std::string> given;  ///< texts by field
  std::optional<std::string> logo;
  std::vector<std::string> features, no_features, allowed_domains;
  std::optional<std::string> named;  ///< show, edit: which one, when there are several
  bool any_domain = false;
  bool no_logo = false;
  bool yes = false;
};

struct FieldOption {
  const char* field;
  const char* name;
  const char* value;
  const char* help;
};
constexpr FieldOption kFieldOptions[] = {
    {"timezone", "--timezone", "ZONE", "IANA name, such as Europe/Berlin; default: UTC"},
    {"language", "--language", "CODE", "language of mails and documents: de, en, es or fr; default: en"},
    {"calendar", "--calendar", "NAME", "holidays and worked days: reportctl calendar list; default: Monday to Friday"},
    {"source", "--source", "NAME", "name of a configured source (reportctl source list)"},
    {"key", "--key", "KEY", "the account's id inside the source; default: the same id"},
    {"brand.name", "--brand-name", "NAME", "name at the head of mails; default: the account's name"},
    {"brand.color", "--brand-color", "COLOR", "colour of mails, #rrggbb"},
};

void add_field(CLI::App& verb, AccountOptions& options, const FieldOption& field) {
  verb.add_option_function<std::string>(
          field.name, [&options, name = field.field](const std::string& text) { options.given[name] = text; }, field.help)
      ->type_name(field.value);
}

void add_fields(CLI::App& verb, AccountOptions& options) {
  for (const auto& field : kFieldOptions) add_field(verb, options, field);
  add_repeated_option(verb, options.features, {"--feature", "FLAG", "feature flag that some reports ask for (may be repeated)"});
  verb.add_option("--logo", options.logo, "PNG or JPEG at the head of mails, at most 200 kB; kept in the state")
      ->type_name("FILE");
  add_repeated_option(verb, options.allowed_domains,
                      {"--allow-domain", "DOMAIN", "only these may receive mail (may be repeated)"});
}

/// The account with what the options say laid over it.
Account changed(Account account, const AccountOptions& options) {
  for (const auto& field : access::account_fields()) {
    if (const auto text = options.given.find(field.name); text != options.given.end()) field.read({{text->second}, {}}, account);
  }
  account.features.insert(options.features.begin(), options.features.end());
  for (const std::string& feature : options.no_features) account.features.erase(feature);
  if (options.any_domain) account.allowed_domains.clear();
  if (!options.allowed_domains.empty()) account.allowed_domains = options.allowed_domains;
  return account;
}

/// Kept before the account is: a picture that nobody uses does no harm.
void set_logo(Session& session, Account& account, const AccountOptions& options) {
  if (options.no_logo && options.logo)
    throw Error(ErrorKind::usage, "--logo and --no-logo contradict each other", "give one of them");
  if (options.no_logo) account.brand.logo.clear();
  if (options.logo) account.brand.logo = store::keep_image(session.state(), manage::read_logo(*options.logo));
}

void refuse_problems(Session& session, const std::string& what, const Account& account) {
  const auto others = store::list_accounts(session.state());
  manage::refuse_problems(what,
                          manage::account_problems(account, {session.config().settings, session.parts().calendars(), others}));
}

int add(Session& session, const AccountOptions& options) {
  access::require(session.actor(), access::Action::administer, "", {});
  Account account;
  account.id = options.id;
  account.name = options.id;
  account = changed(account, options);
  const auto& sources = session.config().settings.sources;
  if (!options.given.contains("source") && sources.size() == 1) account.source = sources.begin()->first;
  refuse_problems(session, fmt::format("account {} was not added", options.id), account);
  set_logo(session, account, options);
  store::add_account(session.state(), account,
                     manage::audit_of(session.actor(), {"AccountAdded", account.id, account.id, nullptr, to_json(account)}),
                     session.now());
  session.out().done(fmt::format("account {} added", account.id), to_json(account));
  return 0;
}

int edit(Session& session, const AccountOptions& options) {
  const Account before = session.account(options.id);
  Account after = changed(before, options);
  manage::require_account_change(session.actor(), before, after);
  set_logo(session, after, options);
  if (after == before) throw Error(ErrorKind::usage, "nothing to change was given", "see reportctl account edit --help");
  refuse_problems(session, fmt::format("account {} was not changed", before.id), after);
  store::ScheduleChanges changes;
  changes.edit_accounts = {after};
  for (auto& [schedule, stored, slots] : moved_schedules(session.editor(), before, after, session.parts().calendars())) {
    for (const auto& words : slots.words)
      if (session.out().format() == Format::table && !session.out().quiet())
        session.out().text(fmt::format("! {}: {}\n", visible(schedule.definition.name), words));
    std::move(slots.skipped.begin(), slots.skipped.end(), std::back_inserter(changes.skipped));
    changes.edit.push_back(std::move(schedule));
  }
  session.out().flush();  // before anything is saved
  store::apply_changes(session.state(), changes,
                       manage::audit_of(session.actor(), {"AccountEdited", after.id, after.id, to_json(before), to_json(after)}),
                       session.now());
  session.out().done(fmt::format("account {} changed", after.id), to_json(after));
  return 0;
}

int list_accounts(Session& session) {
  Listing listing;
  listing.columns = {{"id"},
                     {"name", "NAME", Align::left, Show::cut},
                     {"timezone", "TIME ZONE"},
                     {"source"},
                     {"features", "FEATURES", Align::left, Show::cut}};
  listing.empty = session.actor().is_system_admin()
                      ? "no accounts yet; add one: reportctl account add ID --name NAME --source SOURCE"
                      : "you are a member of no account";
  for (const Account& account : store::list_accounts(session.state())) {
    if (!manage::sees(session.actor(), account.id)) continue;
    const std::vector<std::string> features(account.features.begin(), account.features.end());
    listing.rows.push_back({{account.id},
                            {account.name},
                            {account.timezone.empty() ? "UTC" : account.timezone},
                            {account.source},
                            {features.empty() ? "–" : join(features, ", "), features.empty() ? Tone::dim : Tone::none}});
    listing.records.push_back(to_json(account));
  }
  session.out().list(listing);
  return 0;
}

int show(Session& session, const AccountOptions& options) {
  const Account account = session.account(options.named);
  const auto members = store::list_members(session.state(), account.id);
  const auto schedules = store::list_schedules(session.state(), {account.id, std::nullopt, std::nullopt});
  const std::vector<std::string> features(account.features.begin(), account.features.end());
  const auto or_none = [](const std::string& text, const char* none) {
    return text.empty() ? Field{none, Tone::dim} : Field{text};
  };
  Sheet sheet;
  sheet.lines = {
      {"Account", {account.id}},
      {"Name", {account.name}},
      {"Time zone", {account.timezone.empty() ? "UTC" : account.timezone}},
      {"Language", {account.language.empty() ? "en" : account.language}},
      {"Calendar", or_none(account.calendar, "none: Monday to Friday are workdays")},
      {"Source", {account.source}},
      {"Key in source", {account.source_key()}},
      {"Features", or_none(join(features, ", "), "none")},
      {"Brand",
       or_none(account.brand.name + (account.brand.color.empty() ? "" : " " + account.brand.color), "the account's name")},
      {"Logo", or_none(account.brand.logo.empty() ? "" : "a picture, SHA-256 " + account.brand.logo.substr(0, 12) + "…", "none")},
      {"Mail may go to", or_none(join(account.allowed_domains, ", "), "any domain that the configuration allows")},
      {"Members", {fmt::format("{}", members.size())}},
      {"Schedules", {fmt::format("{}", schedules.size())}}};
  const auto away = store::moved_away(session.state(), account.id);
  if (away) sheet.lines.push_back({"Moved away", {*away, Tone::warn}});
  sheet.record = to_json(account);
  sheet.record["members"] = members.size();
  sheet.record["schedules"] = schedules.size();
  sheet.record["moved_away"] = text_or_null(away.value_or(""));
  session.out().sheet(sheet);
  return 0;
}

int remove(Session& session, const AccountOptions& options) {
  access::require(session.actor(), access::Action::administer, "", {});
  const Account account = session.account(options.id);
  session.confirm(fmt::format("Remove the account {} ({}) and its members?", account.id, account.name), options.yes);
  store::remove_account(session.state(), account.id,
                        manage::audit_of(session.actor(), {"AccountRemoved", account.id, account.id, to_json(account), nullptr}),
                        session.now());
  session.out().done(fmt::format("account {} removed", account.id), to_json(account));
  return 0;
}

}  // namespace

void bind_account(CLI::App& root, Session& session) {
  CLI::App& command = add_command(root, {"account", "",
                                         "reportctl account add acme --name \"Acme Ltd\" --source shop --timezone Europe/Berlin\n"
                                         "reportctl account list\n"
                                         "reportctl account edit acme --feature ocpp-logs"});
  {
    const auto options = std::make_shared<AccountOptions>();
    CLI::App& verb = add_verb(command, {"add", "add an account",
                                        "reportctl account add acme --name \"Acme Ltd\" --source shop\n"
                                        "reportctl account add north --key 7f3c --source fleet --timezone Australia/Sydney\n"
                                        "reportctl account add acme --source shop --allow-domain acme.example"});
    verb.add_option("ID", options->id, "short and permanent: letters, digits, . _ -")->required();
    add_field(verb, *options, {"name", "--name", "NAME", "for people; default: the id"});
    add_fields(verb, *options);
    when_chosen(verb, session, [&session, options] { return add(session, *options); });
  }
  {
    const auto options = std::make_shared<AccountOptions>();
    CLI::App& verb = add_verb(command, {"edit", "change some of an account's fields",
                                        "reportctl account edit acme --timezone Europe/Vienna\n"
                                        "reportctl account edit acme --feature ocpp-logs --no-feature beta\n"
                                        "reportctl account edit acme --brand-name Acme --brand-color '#1a6b3c'\n"
                                        "reportctl account edit acme --logo acme.png"});
    verb.add_option("ID", options->id, "the account")->required();
    add_field(verb, *options, {"name", "--name", "NAME", "for people"});
    add_fields(verb, *options);
    add_repeated_option(verb, options->no_features, {"--no-feature", "FLAG", "takes a feature away (may be repeated)"});
    verb.add_flag("--no-logo", options->no_logo, "mails without a logo");
    verb.add_flag("--any-domain", options->any_domain, "lifts the account's list of allowed domains");
    when_chosen(verb, session, [&session, options] { return edit(session, *options); });
  }
  {
    CLI::App& verb = add_verb(command, {"list", "all accounts that you may see",
                                        "reportctl account list\n"
                                        "reportctl account list --json | jq -r '.[].id'"});
    when_chosen(verb, session, [&session] { return list_accounts(session); });
  }
  {
    const auto options = std::make_shared<AccountOptions>();
    CLI::App& verb = add_verb(command, {"show", "one account with everything about it",
                                        "reportctl account show acme\n"
                                        "reportctl account show acme --json"});
    verb.add_option("ID", options->named, "the account; may be omitted if there is only one");
    when_chosen(verb, session, [&session, options] { return show(session, *options); });
  }
  {
    const auto options = std::make_shared<AccountOptions>();
    CLI::App& verb = add_verb(command, {"remove", "remove an account that has no schedules",
                                        "reportctl account remove acme\n"
                                        "reportctl account remove acme --yes"});
    verb.add_option("ID", options->id, "the account")->required();
    add_yes_option(verb, options->yes);
    when_chosen(verb, session, [&session, options] { return remove(session, *options); });
  }
  bind_account_move(command, session);
  bind_account_receive(command, session);
}

}  // namespace reportctl::cli
