// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config_keys.hpp"
#include "reportctl/base/yaml.hpp"
#include "reportctl/settings/config.hpp"

namespace reportctl::settings {

/// One setting under two names.
inline constexpr const char* kKeep = "artifacts.keep";
inline constexpr const char* kKeepOfRuns = "retention.artifacts";

/// Settings of which there are several, by name: `sources`, `destinations`.
template <typename Entry>
struct Group {
  const char* name;     ///< `sources`
  const char* one;      ///< `source`
  const char* example;  ///< of an entry
  std::map<std::string, Entry> Settings::*entries;
  const std::vector<ConfigKey<Entry>>& keys;
};
inline const Group<source::SourceSettings>& sources() {
  static const Group<source::SourceSettings> kGroup{"sources", "source", "{url: \"sqlite:/srv/shop.db\"}", &Settings::sources,
                                                    source_keys()};
  return kGroup;
}
inline const Group<delivery::DestinationSettings>& destinations() {
  static const Group<delivery::DestinationSettings> kGroup{
      "destinations", "destination", "{url: \"file:/srv/in\", accounts: [ID]}", &Settings::destinations, destination_keys()};
  return kGroup;
}

/// Collects the layers, lowest first: what comes later wins. Everything wrong is kept, so that it can be shown at once.
class Builder {
 public:
  void read_file_layer(const std::filesystem::path& path);
  void read_environment();
  void read_flags(const ConfigInputs&);
  void fill_defaults(const ConfigInputs&);
  Config finish();

 private:
  yaml::Document read_yaml(const std::filesystem::path& path);
  void read_views(source::SourceSettings&);
  void read_group(const yaml::Node& map, const std::string& prefix, const std::string& file);
  /// A key in a file, and those that may stand beside it.
  struct Found {
    const yaml::Node& key;
    const yaml::Node& value;
    const std::string& file;
    const std::vector<std::string>& names;
  };
  template <typename Target, typename Set>
  void read_key(const std::vector<ConfigKey<Target>>&, const Found&, const std::string& prefix, Set);
  template <typename Entry>
  void read_entries(const Group<Entry>&, const yaml::Node& map, const std::string& file);
  template <typename Entry>
  void read_entry(const Group<Entry>&, const std::string& name, const yaml::Node& map, const std::string& file);
  void refuse_two_passwords(const yaml::Node& map, const std::string& file);
  void refuse_two_keeps(const yaml::Node& root, const std::string& file);
  std::optional<Written> written(const yaml::Node& value, bool list, const std::string& file);
  void problem(const yaml::Node& at, const std::string& file, const std::string& message) {
    problems_.push_back(yaml::Problem{file, at.line, at.column, message}.str());
  }
  bool set_from_environment(const std::string& name, const std::string& value);
  template <typename Entry>
  bool set_entry_from_environment(const Group<Entry>&, const std::string& name, const std::string& value);
  /// Empty, or what is wrong.
  std::string set(const std::string& dotted_key, const Written&, const std::string& origin);
  template <typename Entry>
  std::string set_in_entry(const Group<Entry>&, const std::array<std::string, 2>& entry_and_key, const Written&,
                           const std::string& origin);
  void set_default(const std::string& dotted_key, const std::string& value, const std::string& origin);
  void require_links();
  void require_destinations();

  Config config_;
  std::map<std::string, std::string> origins_;  ///< by dotted key
  std::vector<std::string> problems_;
};

template <typename Entry>
std::string Builder::set_in_entry(const Group<Entry>& group, const std::array<std::string, 2>& entry_and_key,
                                  const Written& value, const std::string& origin) {
  const auto& [name, key_name] = entry_and_key;
  for (const auto& key : group.keys) {
    if (key_name != key.name) continue;
    Entry& entry = (config_.settings.*group.entries)[name];
    entry.name = name;
    origins_[fmt::format("{}.{}.{}", group.name, name, key_name)] = origin;
    return key.set(entry, value);
  }
  return "unknown";
}

}  // namespace reportctl::settings
