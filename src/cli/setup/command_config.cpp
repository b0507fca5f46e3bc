// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "binds.hpp"
#include "reportctl/artifact/artifact.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/delivery/transport.hpp"
#include "reportctl/run/webhooks.hpp"
#include "reportctl/source/source.hpp"
#include "reportctl/store/webhooks.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {

namespace {

namespace fs = std::filesystem;

struct ConfigOptions {
  bool changed = false;
};

int show(Session& session, const ConfigOptions& options) {
  Listing listing;
  listing.columns = {{"key"}, {"value", "VALUE", Align::left, true}, {"origin", "ORIGIN", Align::left, true}};
  for (const settings::Origin& origin : session.config().origins) {
    const bool is_default = origin.origin == "default";
    if (options.changed && is_default) continue;
    const Tone tone = is_default ? Tone::dim : Tone::none;
    listing.rows.push_back(
        {{origin.key}, origin.value.empty() ? Field{"–", Tone::dim} : Field{origin.value, tone}, {origin.origin, tone}});
    listing.records.push_back({{"key", origin.key}, {"value", origin.value}, {"origin", origin.origin}});
  }
  listing.empty = "every setting has its default";
  session.out().list(listing);
  return 0;
}

/// One thing that was looked at.
struct Finding {
  std::string subject;
  std::string problem;  ///< empty: all is well
  std::string detail;   ///< what was found, or what to do
};

/// A problem is what is reported here, whatever it is.
template <typename Look>
Finding look_at(const std::string& subject, Look look) {
  try {
    return {subject, "", look()};
  } catch (const Error& error) {
    return {subject, error.what(), error.hint()};
  }
}

std::string usable_directory(const fs::path& directory) {
  std::error_code error;
  if (!fs::is_directory(directory, error))
    throw Error(ErrorKind::config, fmt::format("{} does not exist", directory.string()), "reportctl init");
  if (::access(directory.c_str(), W_OK | X_OK) != 0)
    throw Error(ErrorKind::config, fmt::format("{} cannot be written by this user", directory.string()),
                "run as the user that owns it");
  return directory.string();
}

std::string secret_words(const SecretSource& source) {
  if (source.empty()) return "none is configured";
  return read_secret(source) ? "can be read" : "the service manager passed none to this process";
}

std::vector<Finding> findings(Session& session) {
  const settings::Config& config = session.config();
  const settings::Settings& settings = config.settings;
  std::vector<std::string> files;
  for (const fs::path& file : config.files) files.push_back(file.string());
  std::vector<Finding> all;
  all.push_back({"files", "", files.empty() ? "none; every value is a default or from the environment" : join(files, ", ")});
  all.push_back(look_at("state directory", [&] { return usable_directory(settings.state.parent_path()); }));
  all.push_back(look_at("state file", [&] {
    return fmt::format("{} (schema {})", session.state().path().string(), session.state().schema_version());
  }));
  all.push_back(look_at("artifacts", [&] {
    const std::string_view scheme = "file:";
    std::error_code ignored;
    // looking makes nothing: a directory that is still to come is judged by the one it will lie in
    const fs::path directory = settings.artifacts.url.starts_with(scheme) ? settings.artifacts.url.substr(scheme.size()) : "";
    if (directory.empty() || fs::exists(directory, ignored)) return artifact::open_store(settings.artifacts)->check();
    return usable_directory(directory.parent_path());
  }));
  if (std::error_code ignored; !settings.artifacts.link_base.empty() && settings.artifacts.url.starts_with("file:") &&
                               fs::exists(settings.artifacts.url.substr(5), ignored)) {
    all.push_back(look_at("links", [&] {
      const std::string any_file(64, '0');
      static_cast<void>(
          artifact::open_store(settings.artifacts)->link({.sha256 = any_file, .file_name = "report.csv", .now = session.now()}));
      return fmt::format("{}, good for {}", settings.artifacts.link_base,
                         settings::duration_text(settings.artifacts.link_expiry.count()));
    }));
  }
  all.push_back(look_at("mail transport", [&] { return delivery::open_transport(settings.mail.transport)->describe(); }));
  all.push_back(look_at("mail password", [&] { return secret_words(settings.mail.transport.password); }));
  for (const auto& [name, source] : settings.sources) {
    all.push_back(look_at(fmt::format("source {}", name), [&source = source] {
      return fmt::format("{} ({} tables)", source.url, source::open_source(source)->tables().size());
    }));
    if (!source.password.empty())
      all.push_back(
          look_at(fmt::format("source {} password", name), [&source = source] { return secret_words(source.password); }));
  }
  try {
    if (session.actor().is_system_admin()) {
      for (const auto& webhook : store::list_webhooks(session.state(), std::nullopt, std::nullopt)) {
        all.push_back(look_at(fmt::format("webhook {} secret", webhook.id),
                              [&] { return secret_words(run::webhook_secret(settings, webhook)); }));
      }
    }
  } catch (const Error&) {  // what is wrong with the state file is said above
  }
  all.push_back(look_at("report modules", [&] {
    const yaml::Problems problems = session.catalog().problems();
    if (!problems.empty()) throw Error(ErrorKind::config, yaml::describe(problems), "reportctl catalog lint FILE");
    return fmt::format("{} reports", session.catalog().ids().size());
  }));
  return all;
}

int check_config(Session& session) {
  Listing listing;
  listing.columns = {{"check"}, {"ok", "RESULT"}, {"detail", "DETAIL", Align::left, true}};
  listing.more_keys = {"hint"};
  listing.findings = true;
  int code = exit_code::kDone;
  std::string advice;
  for (const Finding& finding : findings(session)) {
    const bool good = finding.problem.empty();
    if (!good) code = exit_code::kConfig;
    listing.rows.push_back(
        {{finding.subject}, {good ? "ok" : "problem", good ? Tone::good : Tone::bad}, {good ? finding.detail : "see below"}});
    listing.records.push_back({{"check", finding.subject},
                               {"ok", good},
                               {"detail", good ? finding.detail : finding.problem},
                               {"hint", good ? "" : finding.detail}});
    if (!good)
      advice +=
          fmt::format("\n{}: {}{}\n", finding.subject, finding.problem, finding.detail.empty() ? "" : "\n  → " + finding.detail);
  }
  session.out().list(listing);
  if (!advice.empty() && session.out().format() == Format::table) session.out().text(advice);
  return code;
}

}  // namespace

void bind_config(CLI::App& root, Session& session) {
  CLI::App& command = add_command(root, {"config", "",
                                         "reportctl config show\n"
                                         "reportctl config show --changed\n"
                                         "reportctl config check"});
  {
    const auto options = std::make_shared<ConfigOptions>();
    CLI::App& verb = add_verb(command, {"show", "every setting, its value and where it came from",
                                        "reportctl config show\n"
                                        "reportctl config show --changed\n"
                                        "REPORTCTL_POLICY_RETRIES=2 reportctl config show --json"});
    verb.add_flag("--changed", options->changed, "only what is not a default");
    when_chosen(verb, session, [&session, options] { return show(session, *options); });
  }
  {
    CLI::App& verb = add_verb(command, {"check", "load everything, open everything, say what is wrong; exit code 78",
                                        "reportctl config check\n"
                                        "reportctl config check --config ./new.yaml --json"});
    when_chosen(verb, session, [&session] { return check_config(session); });
  }
}

}  // namespace reportctl::cli
