// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/cli/session.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>

#include "reportctl/base/error.hpp"
#include "reportctl/base/json.hpp"
#include "reportctl/base/process.hpp"
#include "reportctl/base/sink.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/manage/visibility.hpp"
#include "reportctl/store/accounts.hpp"
#include "reportctl/store/audit.hpp"

namespace reportctl::cli {

namespace {

Format format_of(const Globals& globals) {
  std::set<std::string> asked;
  if (globals.json) asked.insert("json");
  if (globals.csv) asked.insert("csv");
  if (!globals.output_format.empty()) asked.insert(globals.output_format);
  if (asked.size() > 1)
    throw Error(ErrorKind::usage,
                fmt::format("the output cannot be {} at the same time",
                            join(std::vector<std::string>(asked.begin(), asked.end()), " and ")),
                "choose one of --json, --csv and --output-format");
  if (asked.contains("json")) return Format::json;
  if (asked.contains("csv")) return Format::csv;
  if (asked.contains("plain")) return Format::plain;
  return Format::table;
}

bool wants_color(const Globals& globals) {
  if (globals.color != "auto") return globals.color == "always";
  const char* no_color = std::getenv("NO_COLOR");
  if (no_color != nullptr && *no_color != '\0') return false;
  return takes_escapes(STDOUT_FILENO);
}

/// Root, or who owns the state file.
bool is_operator(const std::filesystem::path& state) {
  struct stat status {};
  return ::geteuid() == 0 || (::stat(state.c_str(), &status) == 0 && status.st_uid == ::geteuid());
}

}  // namespace

Session::Session(Instant now) : now_(now) {}
Session::~Session() = default;

const settings::Config& Session::config() {
  if (!config_) config_ = std::make_unique<settings::Config>(settings::load_config({globals.config, globals.state}));
  config_->settings.mail.in_rehearsals = globals.really;
  return *config_;
}

store::State& Session::state() {
  if (!state_) {
    state_ = std::make_unique<store::State>(store::State::open(config().settings.state, store::OpenMode::existing));
    state_->set_home(config().settings.instance);
  }
  return *state_;
}

const catalog::Catalog& Session::catalog() {
  if (!catalog_) catalog_ = std::make_unique<catalog::Catalog>(catalog::Catalog::open(config().settings.catalog_directories));
  return *catalog_;
}

const access::Actor& Session::actor() {
  if (actor_) return *actor_;
  auto actor = std::make_unique<access::Actor>();
  actor->login = current_login();
  actor->sudo_user = sudo_claim();
  const bool operates = is_operator(state().path());
  const bool always = config().settings.operators == settings::Operators::always;
  actor->is_operator = operates && (always || !store::any_login(state()));
  actor->memberships = store::members_with_login(state(), actor->login);
  if (!globals.as.empty()) {
    if (!operates && !actor->is_system_admin()) {
      throw Error(ErrorKind::not_permitted, fmt::format("{} may not act as someone else", actor->login),
                  "--as is for system admins, root and the owner of the state file");
    }
    // With their own login, root and the owner of the file have every right whatever is configured: nobody can be locked out.
    actor->is_operator = operates && globals.as == actor->login;
    actor->memberships = store::members_with_login(state(), globals.as);
    if (actor->memberships.empty() && !actor->is_operator) {
      throw Error(ErrorKind::not_found, fmt::format("no member has the login \"{}\"", globals.as),
                  "see who there is: reportctl member list");
    }
    actor->as = globals.as;
  }
  actor_ = std::move(actor);
  state().set_actor(actor_->str());
  return *actor_;
}

access::Actor Session::login() const {
  access::Actor who;
  who.login = current_login();
  who.as = globals.as;
  who.sudo_user = sudo_claim();
  return who;
}

void Session::record_refusal(const Error& refused, const std::string& command) {
  try {
    const auto who = login();
    const nlohmann::ordered_json payload = {{"command", command}, {"reason", refused.what()}};
    store::append_audit(
        state(), {{.name = "AccessRefused", .account = {}, .subject = {}, .actor = who.str(), .payload = json_text(payload)}},
        now_);
  } catch (const Error&) {  // the user sees the refusal itself
  }
}

run::Parts& Session::parts() {
  actor();  // so that what the parts record names who started them
  if (!parts_) parts_ = std::make_unique<run::Parts>(config().settings, state(), catalog(), now_);
  return *parts_;
}

Output& Session::out() {
  if (!out_)
    out_ = std::make_unique<Output>(Output::Look{.format = format_of(globals),
                                                 .color = wants_color(globals),
                                                 .quiet = globals.quiet,
                                                 .wide = globals.wide,
                                                 .paged = !globals.no_pager});
  return *out_;
}

access::Account Session::account(const std::optional<std::string>& id) { return manage::visible_account(viewer(), id); }

void Session::confirm(const std::string& question, bool yes) {
  if (yes) return;
  if (::isatty(STDIN_FILENO) != 1 || ::isatty(STDERR_FILENO) != 1) {
    throw Error(ErrorKind::usage, "confirmation required, and there is no terminal to ask on", "add --yes");
  }
  FdSink(STDERR_FILENO, "standard error").write(visible(question) + " [y/N] ");
  char answer[16] = {};
  const bool answered = std::fgets(answer, sizeof answer, stdin) != nullptr;
  throw_if_stopped();
  const std::string word = answered ? to_lower(trim(answer)) : std::string();
  if (word != "y" && word != "yes") throw Error(ErrorKind::failed, "nothing was done");
}

}  // namespace reportctl::cli
