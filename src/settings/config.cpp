// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/settings/config.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>

#include "config_builder.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/file.hpp"
#include "reportctl/base/process.hpp"
#include "reportctl/base/text.hpp"

extern char** environ;

namespace reportctl::settings {

namespace {

namespace fs = std::filesystem;

constexpr const char* kPrefix = "REPORTCTL_";

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

/// The one file that replaces the usual two.
std::string named_config(const ConfigInputs& inputs) {
  return inputs.config_flag.empty() ? environment("REPORTCTL_CONFIG") : inputs.config_flag;
}

/// A base directory: the variable when it holds an absolute path (the XDG rule), else below the home directory; empty without
/// one.
fs::path xdg_directory(const char* variable, const char* below_home) {
  const std::string value = environment(variable);
  if (value.starts_with('/')) return fs::path(value) / "reportctl";
  const std::string home = home_directory();
  return home.empty() ? fs::path() : fs::path(home) / below_home / "reportctl";
}

/// `mail.transport` → `REPORTCTL_MAIL_TRANSPORT`.
std::string variable_of(const std::string& dotted_key) {
  std::string name = kPrefix;
  for (const char c : dotted_key)
    name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c == '.' || c == '-' ? '_' : c;
  return name;
}

Written texts_of(const std::string& value, bool list) { return list ? split(value, ',') : Written{value}; }

}  // namespace

std::string Builder::set(const std::string& dotted_key, const Written& value, const std::string& origin) {
  for (const auto& key : config_keys()) {
    if (dotted_key != key.name) continue;
    origins_[dotted_key] = origin;
    if (dotted_key == kKeep || dotted_key == kKeepOfRuns) origins_[kKeep] = origins_[kKeepOfRuns] = origin;
    return key.set(config_.settings, value);
  }
  return "unknown";
}

template <typename Entry>
bool Builder::set_entry_from_environment(const Group<Entry>& group, const std::string& name, const std::string& value) {
  const std::string prefix = variable_of(group.name + std::string("."));
  const auto suffix_of = [](const auto& key) {
    return variable_of(key.name).substr(std::string_view(kPrefix).size() - 1);
  };                                        // _URL
  const ConfigKey<Entry>* found = nullptr;  // the longest: _ACCESS_KEY_FILE also ends with _KEY_FILE
  for (const auto& key : group.keys) {
    const std::string suffix = suffix_of(key);
    if (!name.starts_with(prefix) || !name.ends_with(suffix) || name.size() <= prefix.size() + suffix.size()) continue;
    if (found == nullptr || suffix.size() > suffix_of(*found).size()) found = &key;
  }
  if (found == nullptr) return false;
  std::string entry = to_lower(name.substr(prefix.size(), name.size() - prefix.size() - suffix_of(*found).size()));
  for (const auto& [known, settings] : config_.settings.*group.entries)
    if (variable_of(fmt::format("{}.{}.{}", group.name, known, found->name)) == name) entry = known;
  const std::string wrong = set_in_entry(group, {entry, found->name}, texts_of(value, found->list), name);
  if (!wrong.empty()) problems_.push_back(fmt::format("{}: {}", name, wrong));
  return true;
}

bool Builder::set_from_environment(const std::string& name, const std::string& value) {
  for (const auto& key : config_keys()) {
    if (name != variable_of(key.name)) continue;
    Written texts = texts_of(value, key.list);
    if (name == variable_of("state")) texts.front() = fs::absolute(texts.front()).string();
    const std::string wrong = set(key.name, texts, name);
    if (!wrong.empty()) problems_.push_back(fmt::format("{}: {} {}", name, key.name, wrong));
    return true;
  }
  return set_entry_from_environment(sources(), name, value) || set_entry_from_environment(destinations(), name, value);
}

void Builder::read_environment() {
  if (!environment(variable_of(kKeep).c_str()).empty() && !environment(variable_of(kKeepOfRuns).c_str()).empty())
    problems_.push_back(fmt::format("{} and {} are the same setting; keep one", variable_of(kKeepOfRuns), variable_of(kKeep)));
  const std::vector<std::string> elsewhere = {"REPORTCTL_NOW", "REPORTCTL_CONFIG", "REPORTCTL_PAGER"};
  std::vector<std::string> known = elsewhere;
  for (const auto& key : config_keys()) known.push_back(variable_of(key.name));
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (!text.starts_with(kPrefix) || equals == std::string_view::npos || equals + 1 == text.size()) continue;
    const std::string name(text.substr(0, equals));
    if (std::find(elsewhere.begin(), elsewhere.end(), name) != elsewhere.end()) continue;
    if (set_from_environment(name, std::string(text.substr(equals + 1)))) continue;
    // Other variables of that prefix may belong to scripts around reportctl; a slip is a mistake.
    const std::string near = did_you_mean(name, known);
    if (!near.empty()) problems_.push_back(fmt::format("{}: unknown variable{}", visible(name), near));
  }
}

void Builder::read_flags(const ConfigInputs& inputs) {
  if (inputs.state_flag.empty()) return;
  config_.settings.state = fs::absolute(inputs.state_flag).lexically_normal();
  origins_["state"] = "--state";
}

void Builder::set_default(const std::string& dotted_key, const std::string& value, const std::string& origin) {
  if (!origins_.contains(dotted_key)) set(dotted_key, {value}, origin);
}

void Builder::fill_defaults(const ConfigInputs& inputs) {
  const bool from_systemd = environment("STATE_DIRECTORY").starts_with('/');
  if (!origins_.contains("state"))  // the default wants a home directory, which a container's user may not have
    set("state", {default_state_path(inputs).string()}, from_systemd ? "STATE_DIRECTORY" : "default");
  const fs::path beside = config_.settings.state.parent_path();
  set_default("mail.transport", "maildir:" + (beside / "outbox").string(), "default");
  set_default("artifacts.url", "file:" + (beside / "artifacts").string(), "default");
  set_default("catalog.dirs", "/etc/reportctl/catalog.d", "default");
  if (config_.settings.mail.transport.url.starts_with("maildir:")) {
    char host[256] = {};
    ::gethostname(host, sizeof host - 1);
    const std::string name = host;
    const std::string domain = name.find('.') == std::string::npos ? name + ".localdomain" : name;
    set_default("mail.from", EmailAddress::parse("reports@" + domain) ? "reports@" + domain : "reports@localhost.localdomain",
                "default");
  } else if (!config_.settings.mail.from && problems_.empty()) {
    problems_.push_back(
        fmt::format("mail.from is required with {} ({})", config_.settings.mail.transport.url, origins_["mail.transport"]));
  }
}

/// A mail must not promise a link that nobody can open, or not until when it says.
void Builder::require_links() {
  const Settings& settings = config_.settings;
  const bool in_s3 = settings.artifacts.url.starts_with("s3://");
  const auto life = settings.artifacts.link_expiry;
  const auto origin = [&](const std::string& key) { return origins_.contains(key) ? origins_[key] + ": " : std::string(); };
  if (in_s3 && life.count() > 7 * 86400)
    problems_.push_back(fmt::format("{}artifacts.link_expiry is {}, and S3 lets a link live for 7d at most",
                                    origin("artifacts.link_expiry"), duration_text(life.count())));
  if (settings.mail.oversize != Oversize::link) return;
  if (!in_s3 && (settings.artifacts.link_base.empty() || settings.artifacts.link_secret.empty()))
    problems_.push_back(fmt::format(
        "{}mail.oversize: link needs links to the stored files; set artifacts.link_base and artifacts.link_secret_file, or keep "
        "the files in S3 (artifacts.url)",
        origin("mail.oversize")));
  if (settings.retention.artifacts && *settings.retention.artifacts < life)
    problems_.push_back(fmt::format(
        "{}artifacts.link_expiry is {}, and the files of runs are removed after {} (retention.artifacts)",
        origin("artifacts.link_expiry"), duration_text(life.count()), duration_text(settings.retention.artifacts->count())));
}

/// What each must have, said before anything is to go there.
void Builder::require_destinations() {
  for (const auto& [name, destination] : config_.settings.destinations) {
    if (destination.accounts.empty())
      problems_.push_back(fmt::format("destinations.{}.accounts is missing: the accounts whose reports may go there", name));
    try {
      static_cast<void>(delivery::open_destination(destination));
    } catch (const Error& error) {
      problems_.push_back(fmt::format("{}; {}", error.what(), error.hint()));
    }
  }
}

Config Builder::finish() {
  for (auto& [name, source] : config_.settings.sources)
    if (!source.views_file.empty()) read_views(source);
  if (problems_.empty()) require_links();
  if (problems_.empty()) require_destinations();
  if (!problems_.empty()) {
    const std::string hint = "correct it, then: reportctl config check";
    if (problems_.size() == 1) throw Error(ErrorKind::config, problems_.front(), hint);
    throw Error(ErrorKind::config, fmt::format("the configuration has {} problems\n{}", problems_.size(), join(problems_, "\n")),
                hint);
  }
  const auto origin_of = [&](const std::string& key) {
    const auto found = origins_.find(key);
    return found == origins_.end() ? std::string("default") : found->second;
  };
  for (const auto& key : config_keys()) config_.origins.push_back({key.name, key.show(config_.settings), origin_of(key.name)});
  const auto show_entries = [&](const auto& group) {
    for (const auto& [name, entry] : config_.settings.*group.entries) {
      for (const auto& key : group.keys) {
        const std::string dotted = fmt::format("{}.{}.{}", group.name, name, key.name);
        const std::string value = key.show(entry);
        if (!value.empty()) config_.origins.push_back({dotted, value, origin_of(dotted)});
      }
    }
  };
  show_entries(sources());
  show_entries(destinations());
  return std::move(config_);
}

fs::path user_config_path() { return xdg_directory("XDG_CONFIG_HOME", ".config") / "reportctl.yaml"; }
fs::path system_config_path() { return "/etc/reportctl/reportctl.yaml"; }

fs::path default_state_path(const ConfigInputs& inputs) {
  if (!inputs.state_flag.empty()) return fs::absolute(inputs.state_flag).lexically_normal();
  if (const std::string named = environment("REPORTCTL_STATE"); !named.empty()) return fs::absolute(named).lexically_normal();
  if (const std::string given = environment("STATE_DIRECTORY"); given.starts_with('/'))
    return given.substr(0, given.find(':')) + "/state.db";
  std::error_code ignored;
  const bool system_wide = named_config(inputs).empty() && fs::exists(system_config_path(), ignored);
  if (system_wide || ::geteuid() == 0) return "/var/lib/reportctl/state.db";
  if (const fs::path own = xdg_directory("XDG_STATE_HOME", ".local/state"); !own.empty()) return own / "state.db";
  throw Error(ErrorKind::config, "HOME is not set, and this user has no home directory",
              "set HOME, or name the file: --state FILE");
}

Config load_config(const ConfigInputs& inputs) {
  Builder builder;
  const std::string named = named_config(inputs);
  std::error_code ignored;
  if (!named.empty()) {
    if (!fs::exists(named, ignored)) {
      throw Error(ErrorKind::config, fmt::format("there is no configuration file {}", named),
                  fmt::format("create it: reportctl init --config {}", named));
    }
    builder.read_file_layer(fs::absolute(named).lexically_normal());
  } else {
    if (fs::exists(system_config_path(), ignored)) builder.read_file_layer(system_config_path());
    if (fs::exists(user_config_path(), ignored)) builder.read_file_layer(user_config_path());
  }
  builder.read_environment();
  builder.read_flags(inputs);
  builder.fill_defaults(inputs);
  return builder.finish();
}

}  // namespace reportctl::settings
