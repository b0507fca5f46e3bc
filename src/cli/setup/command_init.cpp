// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "binds.hpp"
#include "demo.hpp"
#include "reportctl/artifact/artifact.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/file.hpp"
#include "reportctl/base/hash.hpp"
#include "reportctl/store/ownership.hpp"
#include "service_user.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {

namespace {

namespace fs = std::filesystem;

struct InitOptions {
  bool demo = false;
  std::string user;  ///< empty: whoever runs it
};

/// What was made and what was there, for the reader.
struct Deeds {
  std::vector<std::string> created;
  std::vector<std::string> kept;
};

std::string yaml_text(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? "''" : std::string(1, c);
  return quoted + "'";
}

fs::path config_path(const Session& session) {
  if (!session.globals.config.empty()) return fs::absolute(session.globals.config).lexically_normal();
  const char* named = std::getenv("REPORTCTL_CONFIG");
  if (named != nullptr && *named != '\0') return fs::absolute(named).lexically_normal();
  std::error_code ignored;
  const bool system_wide = ::geteuid() == 0 || fs::exists(settings::system_config_path(), ignored);
  return system_wide ? settings::system_config_path() : settings::user_config_path();
}

std::string source_url(const fs::path& state, const DemoSource& source) {
  return "sqlite:" + demo_source_path(state, source).string();
}

std::string source_lines(const fs::path& state) {
  std::string lines = "sources:\n";
  for (const DemoSource& source : demo_sources())
    lines += fmt::format("  {}: {{url: {}}}\n", source.name, yaml_text(source_url(state, source)));
  return lines;
}

/// Writes the file when there is none. Others may read it: it holds no secret.
void make_config(const Session& session, const InitOptions& options, Deeds& deeds) {
  const fs::path path = config_path(session);
  if (fs::exists(path)) {
    deeds.kept.push_back(path.string());
    return;
  }
  const fs::path state = settings::default_state_path({session.globals.config, session.globals.state});
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  AtomicFile file(path, 0644);
  file.write(demo_text("reportctl.yaml", {{"state", yaml_text(state.string())},
                                          {"transport", yaml_text("maildir:" + (state.parent_path() / "outbox").string())},
                                          {"sources", options.demo ? source_lines(state) : std::string()},
                                          {"artifacts", yaml_text("file:" + (state.parent_path() / "artifacts").string())}}));
  file.commit();
  deeds.created.push_back(path.string());
}

void make_state(Session& session, Deeds& deeds) {
  const fs::path path = session.config().settings.state;
  (fs::exists(path) ? deeds.kept : deeds.created).push_back(path.string());
  store::State state = store::State::open(path, store::OpenMode::create);
  if (!state.fact("instance")) state.set_fact("instance", new_id());
  state.set_home(session.config().settings.instance);
  if (!state.fact("host")) state.set_fact("host", store::home_of(state));
}

void make_artifacts(Session& session, Deeds& deeds) {
  const artifact::StoreSettings& settings = session.config().settings.artifacts;
  const std::string_view scheme = "file:";
  if (settings.url.starts_with(scheme)) {
    const std::string path = settings.url.substr(scheme.size());
    (fs::exists(path) ? deeds.kept : deeds.created).push_back(path);
  }
  artifact::open_store(settings);
}

/// The configuration stays root's; everything that is written later is made by the user who will write it.
void go_on_as(Session& session, const ServiceUser& user, const fs::path& config) {
  make_directory_of(user, session.config().settings.state.parent_path());
  become(user);
  if (::access(config.c_str(), R_OK) != 0)
    throw Error(ErrorKind::config, fmt::format("{} cannot be read by {}", config.string(), user.name),
                fmt::format("chgrp {} {} && chmod 640 {}", user.name, config.string(), config.string()));
}

/// Nothing is made unless every source is configured.
void check_sources(Session& session) {
  const settings::Settings& settings = session.config().settings;
  std::string missing;
  for (const DemoSource& source : demo_sources()) {
    const auto found = settings.sources.find(source.name);
    if (found == settings.sources.end() || found->second.url != source_url(settings.state, source))
      missing += fmt::format("{}{}: {{url: {}}}", missing.empty() ? "" : ", ", source.name,
                             yaml_text(source_url(settings.state, source)));
  }
  if (missing.empty()) return;
  throw Error(ErrorKind::conflict, fmt::format("{} exists and lacks sources of the demo", config_path(session).string()),
              fmt::format("add to it:  sources: {{{}}}\nor give the demo files of its own: reportctl init --demo --config "
                          "DIR/reportctl.yaml --state DIR/state.db",
                          missing));
}

void make_demo(Session& session, Deeds& deeds) {
  check_sources(session);
  for (const DemoSource& source : demo_sources()) {
    const fs::path path = demo_source_path(session.config().settings.state, source);
    const bool exists = fs::exists(path);
    if (!exists) build_demo_source(source, path, session.now());
    (exists ? deeds.kept : deeds.created).push_back(path.string());
  }
  if (const auto since = session.state().fact("demo")) {
    deeds.kept.push_back(fmt::format("the demo's accounts and schedules, from {}", *since));
    return;
  }
  const DemoCounts counts = add_demo(session);
  deeds.created.push_back(
      fmt::format("{} accounts with members, and {} schedules, all due now", counts.accounts, counts.schedules));
}

/// How the commands below must be typed to mean the same files.
std::string same_files(const Session& session) {
  std::string words = "reportctl";
  if (!session.globals.config.empty()) return words + " --config " + session.globals.config;
  if (!session.globals.state.empty()) words += " --state " + session.globals.state;
  return words;
}

void tell(Session& session, const InitOptions& options, const Deeds& deeds) {
  const std::string program = same_files(session);
  const std::string next = options.demo ? program + " run-due" : program + " account add ID --name NAME --source SOURCE";
  if (session.out().format() == Format::json) {
    session.out().done("", {{"created", deeds.created}, {"kept", deeds.kept}, {"next", next}});
    return;
  }
  if (session.out().quiet()) return;
  session.out().note_replaced_clock();
  for (const std::string& what : deeds.created) session.out().text(fmt::format("created  {}\n", what));
  for (const std::string& what : deeds.kept) session.out().text(fmt::format("kept     {}\n", what));
  if (options.demo) {
    const std::string outbox = session.config().settings.mail.transport.url.substr(std::string_view("maildir:").size());
    session.out().text(
        fmt::format("\nNext: {}            sends what is due; the mails land in\n      {}/new\n"
                    "then: {} status\n      {} run sales --account kissa --window last_7d\n",
                    next, outbox, program, program));
  } else {
    session.out().text(fmt::format("\nNext: name a source and the way mail leaves in {}\nthen: {} config check\n      {}\n",
                                   config_path(session).string(), program, next));
  }
}

int init(Session& session, const InitOptions& options) {
  Deeds deeds;
  const auto user = options.user.empty() ? std::nullopt : std::optional(find_service_user(options.user));
  const auto config = config_path(session);
  make_config(session, options, deeds);
  if (user) go_on_as(session, *user, config);
  make_state(session, deeds);
  make_artifacts(session, deeds);
  if (options.demo) make_demo(session, deeds);
  tell(session, options, deeds);
  return 0;
}

}  // namespace

void bind_init(CLI::App& root, Session& session) {
  CLI::App& command = add_command(root, {"init", "",
                                         "reportctl init\n"
                                         "reportctl init --demo\n"
                                         "reportctl init --user reportctl                  # as root\n"
                                         "reportctl init --demo --config /tmp/d/reportctl.yaml --state /tmp/d/state.db"});
  const auto options = std::make_shared<InitOptions>();
  command.add_flag("--demo", options->demo,
                   "a demo: a shop, a fleet and outreach, every report scheduled and due now, mail into a directory");
  command.add_option("--user", options->user, "as root: for this user, who will run reportctl and own its files")
      ->type_name("LOGIN");
  when_chosen(command, session, [&session, options] { return init(session, *options); });
}

}  // namespace reportctl::cli
