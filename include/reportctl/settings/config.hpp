// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "reportctl/base/yaml.hpp"
#include "reportctl/settings/settings.hpp"

namespace reportctl::settings {

/// One setting and where its value came from: `default`, `/etc/reportctl/reportctl.yaml:12`, `REPORTCTL_STATE`, `--state`.
struct Origin {
  std::string key;    ///< `mail.transport`
  std::string value;  ///< for people; secrets only ever appear as the place they are kept in
  std::string origin;
};

struct Config {
  Settings settings;
  std::vector<Origin> origins;               ///< every setting, in the order of reportctl.conf.5
  std::vector<std::filesystem::path> files;  ///< those that were read
};

struct ConfigInputs {
  std::string config_flag;  ///< --config; replaces both files
  std::string state_flag;   ///< --state
};

/// flags > REPORTCTL_* > user file > system file > defaults. Error(config) with every problem, line and column; nothing is half
/// read.
Config load_config(const ConfigInputs&);

/// Where a person's own files go when there is no system configuration: $XDG_CONFIG_HOME, $XDG_STATE_HOME.
std::filesystem::path user_config_path();
std::filesystem::path system_config_path();
/// Where the state file is when no file names one: --state, REPORTCTL_STATE, systemd's STATE_DIRECTORY, else the system's or the
/// person's place.
std::filesystem::path default_state_path(const ConfigInputs&);

/// Does a setting take its password or key from this systemd credential?
bool names_credential(const Settings&, const std::string& credential);

}  // namespace reportctl::settings
