// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "findings.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "reportctl/artifact/artifact.hpp"
#include "reportctl/base/libraries.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/delivery/transport.hpp"
#include "reportctl/run/webhooks.hpp"
#include "reportctl/source/source.hpp"
#include "reportctl/store/webhooks.hpp"

namespace reportctl::cli {

namespace {

namespace fs = std::filesystem;

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

}  // namespace

std::vector<Finding> config_findings(Session& session) {
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
      return fmt::format("{}, good for {}", settings.artifacts.link_base, duration_text(settings.artifacts.link_expiry.count()));
    }));
  }
  all.push_back(look_at("mail transport", [&] { return delivery::open_transport(settings.mail.transport)->describe(); }));
  for (const auto& [name, destination] : settings.destinations)
    all.push_back(look_at(fmt::format("destination {}", name), [&destination = destination] {
      return fmt::format("{}, for {}", delivery::open_destination(destination)->describe(), join(destination.accounts, ", "));
    }));
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
  all.push_back(look_at("libraries", [] {
    require_libraries();
    return std::string("all can be loaded");
  }));
  all.push_back(look_at("report modules", [&] {
    const yaml::Problems problems = session.catalog().problems();
    if (!problems.empty()) throw Error(ErrorKind::config, yaml::describe(problems), "reportctl catalog lint FILE");
    return fmt::format("{} reports", session.catalog().ids().size());
  }));
  return all;
}

Listing finding_table(const std::vector<Finding>& findings) {
  Listing listing;
  listing.columns = {{"check"}, {"ok", "RESULT"}, {"detail", "DETAIL", Align::left, Show::cut}};
  listing.more_keys = {"hint"};
  listing.findings = true;
  for (const Finding& finding : findings) {
    const bool good = finding.problem.empty();
    listing.rows.push_back(
        {{finding.subject}, {good ? "ok" : "problem", good ? Tone::good : Tone::bad}, {good ? finding.detail : "see below"}});
    listing.records.push_back({{"check", finding.subject},
                               {"ok", good},
                               {"detail", good ? finding.detail : finding.problem},
                               {"hint", good ? "" : finding.detail}});
  }
  return listing;
}

std::string advice_on(const std::vector<Finding>& findings) {
  std::string advice;
  for (const Finding& finding : findings) {
    if (finding.problem.empty()) continue;
    advice += fmt::format("\n{}: {}{}\n", visible(finding.subject), visible_lines(finding.problem),
                          finding.detail.empty() ? "" : "\n  → " + visible_lines(finding.detail));
  }
  return advice;
}

bool show_findings(Session& session, const std::vector<Finding>& findings) {
  session.out().list(finding_table(findings));
  const auto advice = advice_on(findings);
  if (!advice.empty() && session.out().format() == Format::table) session.out().text(advice);
  return advice.empty();
}

}  // namespace reportctl::cli
