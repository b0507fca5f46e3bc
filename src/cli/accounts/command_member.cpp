// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>

#include "binds.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/hash.hpp"
#include "reportctl/base/log.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/manage/account_rules.hpp"
#include "reportctl/manage/members.hpp"
#include "reportctl/manage/visibility.hpp"
#include "reportctl/store/accounts.hpp"
#include "reportctl/store/schedules.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {

namespace {

using access::Member;

struct MemberOptions {
  std::string who;  ///< add: the name; edit, remove: name, address, login or id
  std::optional<std::string> account, name, email, role, login;
  std::vector<std::string> sites;
  bool no_sites = false;
  bool yes = false;
};

void add_fields(CLI::App& verb, MemberOptions& options) {
  verb.add_option("--email", options.email, "where news of failures goes, for owners and admins")->type_name("ADDRESS");
  verb.add_option("--role", options.role, "system_admin, owner, admin, depot_admin, manager or viewer")->type_name("ROLE");
  add_repeated_option(verb, options.sites,
                      {"--site", "SITE", "depot:ID or workspace:ID that the member reaches (may be repeated)"});
  verb.add_option("--login", options.login, "Unix login with which the member uses reportctl")->type_name("LOGIN");
}

Member changed(Member member, const MemberOptions& options) {
  std::vector<std::string> problems;
  if (options.name) member.name = *options.name;
  if (options.login) member.login = *options.login;
  if (options.email) {
    std::string why;
    member.email = EmailAddress::parse(*options.email, &why);
    if (!member.email && !options.email->empty()) problems.push_back(fmt::format("email: \"{}\": {}", *options.email, why));
  }
  if (options.role) {
    const auto role = access::parse_role(*options.role);
    const auto names = access::role_names();
    if (role)
      member.role = *role;
    else
      problems.push_back(fmt::format("role: no role \"{}\"{}; there are {}", *options.role, did_you_mean(*options.role, names),
                                     join(names, ", ")));
  }
  if (options.no_sites || !options.sites.empty()) member.sites.clear();
  for (const std::string& text : options.sites) {
    const auto site = schedule::Scope::parse(text);
    if (site)
      member.sites.push_back(*site);
    else
      problems.push_back(fmt::format("site: \"{}\" is not of the form depot:ID or workspace:ID", text));
  }
  const auto more = manage::member_problems(member);
  problems.insert(problems.end(), more.begin(), more.end());
  manage::refuse_problems(fmt::format("member {}", member.name), problems);
  return member;
}

/// Who sees the members of an account: its owners and admins. System admins see everyone.
std::vector<Member> seen_members(Session& session, const std::optional<std::string>& account) {
  const access::Actor& actor = session.actor();
  if (account) {
    const auto id = session.account(account).id;
    access::require(actor, access::Action::manage_account, id, {});
    return store::list_members(session.state(), id);
  }
  std::vector<Member> members = store::list_members(session.state(), "");
  std::erase_if(members, [&](const Member& member) {
    return member.account.empty() ? !actor.is_system_admin()
                                  : !access::may(actor, access::Action::manage_account, member.account, {});
  });
  return members;
}

Member find_one(Session& session, const MemberOptions& options) {
  return manage::only_member(seen_members(session, options.account), options.who);
}

/// With access.operators: until_first_login, whoever set things up should not be surprised.
void warn_at_first_login(Session& session, bool there_were_logins) {
  if (session.config().settings.operators == settings::Operators::always) return;
  if (there_were_logins || !store::any_login(session.state())) return;
  log(LogLevel::notice,
      "from now on rights come from memberships; root and the owner of the state file keep all of theirs with --as and their own "
      "login");
}

int add(Session& session, const MemberOptions& options) {
  Member member;
  member.id = new_id();
  member.name = options.who;
  member.role = access::Role::viewer;
  const bool of_no_account = !options.account && options.role && access::parse_role(*options.role) == access::Role::system_admin;
  if (!of_no_account) member.account = session.account(options.account).id;
  member = changed(member, options);
  manage::require_member_change(session.actor(), nullptr, &member);
  const bool there_were_logins = store::any_login(session.state());
  store::add_member(session.state(), member,
                    manage::audit_of(session.actor(), {"MemberAdded", member.account, member.id, nullptr, to_json(member)}),
                    session.now());
  session.out().done(member.account.empty()
                         ? fmt::format("member {} added ({})", member.name, access::role_name(member.role))
                         : fmt::format("member {} added to {} ({})", member.name, member.account, access::role_name(member.role)),
                     to_json(member));
  warn_at_first_login(session, there_were_logins);
  return 0;
}

int edit(Session& session, const MemberOptions& options) {
  const Member before = find_one(session, options);
  const Member after = changed(before, options);
  manage::require_member_change(session.actor(), &before, &after);
  if (after == before) throw Error(ErrorKind::usage, "nothing to change was given", "see reportctl member edit --help");
  const bool there_were_logins = store::any_login(session.state());
  store::edit_member(
      session.state(), after,
      manage::audit_of(session.actor(), {"MemberEdited", after.account, after.id, to_json(before), to_json(after)}),
      session.now());
  session.out().done(fmt::format("member {} changed", after.name), to_json(after));
  warn_at_first_login(session, there_were_logins);
  return 0;
}

int list(Session& session, const MemberOptions& options) {
  Listing listing;
  listing.columns = {
      {"account"}, {"name", "NAME", Align::left, Show::cut},   {"role"}, {"email", "EMAIL", Align::left, Show::cut},
      {"login"},   {"sites", "SITES", Align::left, Show::cut}, {"id"}};
  const auto managed = manage::sight_of(session.actor(), access::Action::manage_account);
  listing.empty = managed && managed->empty()
                      ? fmt::format("{} manages no account and sees no members", session.actor().str())
                      : "no members yet; add one: reportctl member add NAME --account ID --role owner --email ADDRESS";
  for (const Member& member : seen_members(session, options.account)) {
    std::vector<std::string> sites;
    for (const schedule::Scope& site : member.sites) sites.push_back(site.str());
    const auto or_dash = [](const std::string& text) { return text.empty() ? Field{"–", Tone::dim} : Field{text}; };
    listing.rows.push_back({or_dash(member.account),
                            {member.name},
                            {std::string(access::role_name(member.role))},
                            or_dash(member.email ? member.email->str() : ""),
                            or_dash(member.login),
                            or_dash(join(sites, ", ")),
                            {member.id.substr(0, 8), Tone::dim}});
    listing.records.push_back(to_json(member));
  }
  session.out().list(listing);
  return 0;
}

int remove(Session& session, const MemberOptions& options) {
  const Member member = find_one(session, options);
  manage::require_member_change(session.actor(), &member, nullptr);
  const auto left = orphans(session.viewer(), member);
  session.confirm(fmt::format("Remove {} from {}?{}", member.name, member.account.empty() ? "reportctl" : member.account,
                              left.empty() ? "" : " " + left + "."),
                  options.yes);
  store::remove_member(session.state(), member.id,
                       manage::audit_of(session.actor(), {"MemberRemoved", member.account, member.id, to_json(member), nullptr}),
                       session.now());
  session.out().done(fmt::format("member {} removed", member.name), to_json(member));
  if (!left.empty()) log(LogLevel::notice, left + ": " + manage::reassign_command(member));
  return 0;
}

constexpr const char* kWho = "name, address, login or id";

}  // namespace

void bind_member(CLI::App& root, Session& session) {
  CLI::App& command = add_command(root, {"member", "",
                                         "reportctl member add Ann --account acme --role owner --email ann@example.com\n"
                                         "reportctl member list --account acme\n"
                                         "reportctl member edit Ann --login ann"});
  {
    const auto options = std::make_shared<MemberOptions>();
    CLI::App& verb = add_verb(command, {"add", "add a member to an account",
                                        "reportctl member add Ann --role owner --email ann@example.com --login ann\n"
                                        "reportctl member add Bo --account acme --role manager --site depot:north\n"
                                        "reportctl member add Ops --role system_admin --login ops"});
    verb.add_option("NAME", options->who, "the person's name")->required();
    add_account_option(verb, options->account);
    add_fields(verb, *options);
    when_chosen(verb, session, [&session, options] { return add(session, *options); });
  }
  {
    const auto options = std::make_shared<MemberOptions>();
    CLI::App& verb = add_verb(command, {"edit", "change some of a member's fields",
                                        "reportctl member edit Bo --role depot_admin\n"
                                        "reportctl member edit bo@example.com --site depot:north --site depot:south\n"
                                        "reportctl member edit Ann --login ''"});
    verb.add_option("MEMBER", options->who, kWho)->required();
    add_account_option(verb, options->account);
    verb.add_option("--name", options->name, "another name")->type_name("NAME");
    add_fields(verb, *options);
    verb.add_flag("--no-sites", options->no_sites, "takes all sites away");
    when_chosen(verb, session, [&session, options] { return edit(session, *options); });
  }
  {
    const auto options = std::make_shared<MemberOptions>();
    CLI::App& verb = add_verb(command, {"list", "members of the accounts that you manage",
                                        "reportctl member list\n"
                                        "reportctl member list --account acme --json"});
    add_account_option(verb, options->account);
    when_chosen(verb, session, [&session, options] { return list(session, *options); });
  }
  {
    const auto options = std::make_shared<MemberOptions>();
    CLI::App& verb = add_verb(command, {"remove", "remove a member",
                                        "reportctl member remove Bo --account acme\n"
                                        "reportctl member remove bo@example.com --yes"});
    verb.add_option("MEMBER", options->who, kWho)->required();
    add_account_option(verb, options->account);
    add_yes_option(verb, options->yes);
    when_chosen(verb, session, [&session, options] { return remove(session, *options); });
  }
}

}  // namespace reportctl::cli
