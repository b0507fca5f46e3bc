// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/manage/webhook_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "reportctl/base/text.hpp"
#include "reportctl/settings/config.hpp"

namespace reportctl::manage {
namespace {

const std::vector<std::string>& webhook_event_names() {
  static const std::vector<std::string> kNames = {"run", "export"};
  return kNames;
}

/// A name in the directory, or the whole path of it. Nobody learns whether the file exists, or what is in it.
bool may_be_in(const std::filesystem::path& directory, const std::filesystem::path& file) {
  const auto path = (directory / "account" / file).lexically_normal();
  const auto [end, rest] = std::mismatch(directory.begin(), directory.end(), path.begin(), path.end());
  return end == directory.end() && rest != path.end() && path.has_filename();
}

void check_secret(const WrittenWebhook& written, const settings::Settings& settings, std::vector<std::string>& problems) {
  if (written.secret_file.empty() == written.secret_credential.empty()) {
    problems.emplace_back("secret: one of secret_file and secret_credential is needed; the secret itself is never written here");
    return;
  }
  const auto& directory = settings.webhooks.secret_dir;
  if (!written.secret_file.empty() && (has_control(written.secret_file) || !may_be_in(directory, written.secret_file)))
    problems.push_back(
        fmt::format("secret_file: must be the name of a file in {}/ACCOUNT (webhooks.secret_dir)", directory.string()));
  if (settings::names_credential(settings, written.secret_credential))
    problems.emplace_back("secret_credential: the configuration uses it for something else");
  if (written.secret_credential.find('/') != std::string::npos || has_control(written.secret_credential))
    problems.push_back(fmt::format("secret_credential: \"{}\" is not the name of a credential", written.secret_credential));
}

}  // namespace

std::vector<std::string> webhook_problems(const WrittenWebhook& written, const settings::Settings& settings) {
  std::vector<std::string> problems;
  if (const auto problem = delivery::webhook_url_problem(written.url, settings.webhooks.allow_private); !problem.empty())
    problems.push_back("url: " + problem);
  for (const auto& event : written.events) {
    if (event == "run" || event == "export") continue;
    problems.push_back(
        fmt::format("events: no event \"{}\"{}; there are run and export", event, did_you_mean(event, webhook_event_names())));
  }
  if (!written.outcomes.empty() && !store::parse_webhook_outcomes(written.outcomes))
    problems.push_back(fmt::format("outcomes: must be all or failures, not \"{}\"", written.outcomes));
  check_secret(written, settings, problems);
  return problems;
}

store::Webhook webhook_of(const WrittenWebhook& written) {
  store::Webhook webhook;
  webhook.url = written.url;
  const auto& events = written.events.empty() ? webhook_event_names() : written.events;
  webhook.events.insert(events.begin(), events.end());
  webhook.outcomes = store::parse_webhook_outcomes(written.outcomes).value_or(store::WebhookOutcomes::all);
  webhook.secret_file = written.secret_file;
  webhook.secret_credential = written.secret_credential;
  return webhook;
}

FieldTexts fields_of(const store::Webhook& webhook) {
  const auto one = [](const std::string& text) {
    return text.empty() ? std::vector<std::string>{} : std::vector<std::string>{text};
  };
  return {{"events", {webhook.events.begin(), webhook.events.end()}},
          {"outcomes", one(std::string(store::webhook_outcomes_name(webhook.outcomes)))},
          {"secret_file", one(webhook.secret_file)},
          {"secret_credential", one(webhook.secret_credential)}};
}

}  // namespace reportctl::manage
