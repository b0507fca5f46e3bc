// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <cstdlib>

#include "binds.hpp"
#include "reportctl/base/error.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {

namespace {

namespace fs = std::filesystem;

struct CrontabOptions {
  int every = 5;
  std::string user;
};

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

/// A word for the shell that cron starts; cron itself takes a bare % for the end of the line (crontab(5)).
std::string cron_word(const std::string& text) {
  constexpr const char* kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+:@,";
  std::string word;
  for (const char c : text) {
    if (c == '\n') throw Error(ErrorKind::usage, "a path with a line end cannot stand in a crontab", "rename it");
    if (c == '%') {
      word += "\\%";
    } else if (c == '\'') {
      word += "'\\''";
    } else {
      word += c;
    }
  }
  return text.find_first_not_of(kPlain) == std::string::npos ? word : "'" + word + "'";
}

/// Cron knows neither this shell's directory nor its XDG variables: what they decide is written out.
std::string command_line(Session& session) {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  std::string line = cron_word(error ? "reportctl" : self.string());
  const settings::Config& config = session.config();
  const bool own_config = !session.globals.config.empty() || is_set("REPORTCTL_CONFIG") || is_set("XDG_CONFIG_HOME");
  if (own_config && !config.files.empty()) line += " --config " + cron_word(config.files.back().string());
  for (const settings::Origin& origin : config.origins) {
    const bool from_here = origin.origin == "--state" || origin.origin == "REPORTCTL_STATE" || origin.origin == "STATE_DIRECTORY";
    if (origin.key == "state" && (from_here || (origin.origin == "default" && is_set("XDG_STATE_HOME"))))
      line += " --state " + cron_word(origin.value);
  }
  return line + " run-due";
}

int crontab(Session& session, const CrontabOptions& options) {
  const std::string user = options.user.empty() ? "" : " " + cron_word(options.user);
  const std::string when = options.every == 1 ? "*" : fmt::format("*/{}", options.every);
  const std::string line = fmt::format("{} * * * *{} {}", when, user, command_line(session));
  if (session.out().format() == Format::json) {
    session.out().done("", {{"line", line}});
  } else {
    session.out().text(line + "\n");
  }
  return 0;
}

}  // namespace

void bind_crontab(CLI::App& root, Session& session) {
  CLI::App& command = add_command(root, {"crontab", "",
                                         "reportctl crontab\n"
                                         "(crontab -l; reportctl crontab) | crontab -\n"
                                         "reportctl crontab --user reportctl > /etc/cron.d/reportctl"});
  const auto options = std::make_shared<CrontabOptions>();
  command.add_option("--every", options->every, "minutes between two runs, 1 to 30; default: 5")
      ->type_name("N")
      ->check(CLI::Range(1, 30).description(""));
  command.add_option("--user", options->user, "for /etc/cron.d, whose lines name a user")->type_name("LOGIN");
  when_chosen(command, session, [&session, options] { return crontab(session, *options); });
}

}  // namespace reportctl::cli
