// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
// Over 400 lines: every layer of the configuration, and what its settings must be together.
#include "reportctl/settings/config.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>

#include "config_keys.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/file.hpp"
#include "reportctl/base/process.hpp"
#include "reportctl/base/text.hpp"

extern char** environ;

namespace reportctl::settings {

namespace {

namespace fs = std::filesystem;

constexpr const char* kPrefix = "REPORTCTL_";
/// One setting under two names.
constexpr const char* kKeep = "artifacts.keep";
constexpr const char* kKeepOfRuns = "retention.artifacts";

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

/// Settings of which there are several, by name: `sources`, `destinations`.
template <typename Entry>
struct Group {
  const char* name;     ///< `sources`
  const char* one;      ///< `source`
  const char* example;  ///< of an entry
  std::map<std::string, Entry> Settings::*entries;
  const std::vector<ConfigKey<Entry>>& keys;
};
const Group<source::SourceSettings>& sources() {
  static const Group<source::SourceSettings> kGroup{"sources", "source", "{url: \"sqlite:/srv/shop.db\"}", &Settings::sources,
                                                    source_keys()};
  return kGroup;
}
const Group<delivery::DestinationSettings>& destinations() {
  static const Group<delivery::DestinationSettings> kGroup{
      "destinations", "destination", "{url: \"file:/srv/in\", accounts: [ID]}", &Settings::destinations, destination_keys()};
  return kGroup;
}

/// A key that resembles none is not repeated: the file may be another's, and not a configuration at all.
std::string unknown_key(const std::string& key, const std::string& last, const std::vector<std::string>& known) {
  const auto near = did_you_mean(last, known);
  return near.empty() ? std::string("unknown key (not repeated: it resembles none)")
                      : fmt::format("unknown key {}{}", yaml::shown_key(key), near);
}

/// Collects the layers, lowest first: what comes later wins. Everything wrong is kept, so that it can be shown at once.
class Builder {
 public:
  void read_file_layer(const fs::path& path);
  void read_environment();
  void read_flags(const ConfigInputs&);
  void fill_defaults(const ConfigInputs&);
  Config finish();

 private:
  yaml::Document read_yaml(const fs::path& path);
  void read_views(source::SourceSettings&);
  void read_group(const yaml::Node& map, const std::string& prefix, const std::string& file);
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

std::optional<Written> Builder::written(const yaml::Node& value, bool list, const std::string& file) {
  if (value.kind == yaml::Node::Kind::scalar) return Written{value.text};
  if (value.kind == yaml::Node::Kind::sequence && list) {
    Written texts;
    for (const yaml::Node& item : value.items) {
      if (item.kind == yaml::Node::Kind::scalar) {
        texts.push_back(item.text);
      } else {
        problem(item, file, "must be a text");
        return std::nullopt;
      }
    }
    return texts;
  }
  if (value.kind == yaml::Node::Kind::map && list) {
    Written texts;
    for (const auto& [key, item] : value.entries) {
      std::vector<std::string> items;
      for (const yaml::Node& one : item.items) items.push_back(one.text);
      texts.push_back(fmt::format("{}={}", key.text, item.items.empty() ? item.text : join(items, ",")));
    }
    return texts;
  }
  problem(value, file, list ? "must be a list of texts" : "must be one value");
  return std::nullopt;
}

void Builder::refuse_two_passwords(const yaml::Node& map, const std::string& file) {
  const yaml::Node* first = nullptr;
  for (const char* key : {"password_file", "password_command", "password_credential"}) {
    const yaml::Node* found = map.find(key);
    if (found == nullptr) continue;
    if (first != nullptr) problem(*found, file, fmt::format("{} and another password key contradict each other; keep one", key));
    first = found;
  }
}

void Builder::refuse_two_keeps(const yaml::Node& root, const std::string& file) {
  const yaml::Node* artifacts = root.find("artifacts");
  const yaml::Node* retention = root.find("retention");
  if (artifacts == nullptr || retention == nullptr || artifacts->find("keep") == nullptr) return;
  if (const yaml::Node* twice = retention->find("artifacts"))
    problem(*twice, file, fmt::format("{} and {} are the same setting; keep one", kKeepOfRuns, kKeep));
}

template <typename Entry>
void Builder::read_entry(const Group<Entry>& group, const std::string& name, const yaml::Node& map, const std::string& file) {
  std::vector<std::string> names;
  for (const auto& key : group.keys) names.emplace_back(key.name);
  refuse_two_passwords(map, file);
  for (const auto& [key, value] : map.entries) {
    const std::string dotted = fmt::format("{}.{}.{}", group.name, name, key.text);
    const auto known =
        std::find_if(group.keys.begin(), group.keys.end(), [&wanted = key](const auto& k) { return wanted.text == k.name; });
    if (known == group.keys.end()) {
      const std::string why = why_not(dotted);
      problem(key, file, why.empty() ? unknown_key(dotted, key.text, names) : why);
      continue;
    }
    if (value.kind == yaml::Node::Kind::null) continue;
    const auto texts = written(value, known->list, file);
    if (!texts) continue;
    const std::string wrong = set_in_entry(group, {name, key.text}, *texts, fmt::format("{}:{}", file, value.line));
    if (!wrong.empty()) problem(value, file, fmt::format("{} {}", dotted, wrong));
  }
  if (map.find("url") == nullptr && (config_.settings.*group.entries)[name].url.empty())
    problem(map, file, fmt::format("{} {} needs the key \"url\"", group.one, name));
}

template <typename Entry>
void Builder::read_entries(const Group<Entry>& group, const yaml::Node& map, const std::string& file) {
  for (const auto& [key, value] : map.entries) {
    if (!is_entry_name(key.text)) {
      problem(
          key, file,
          fmt::format("{} is not a name for a {}: lower-case letters, digits, - and _", yaml::shown_key(key.text), group.one));
    } else if (value.kind != yaml::Node::Kind::map) {
      problem(value, file, fmt::format("{} {} must be a map such as {}", group.one, key.text, group.example));
    } else {
      read_entry(group, key.text, value, file);
    }
  }
}

void Builder::read_group(const yaml::Node& map, const std::string& prefix, const std::string& file) {
  std::vector<std::string> names;
  std::set<std::string> groups;
  if (prefix.empty()) groups = {sources().name, destinations().name};
  names.assign(groups.begin(), groups.end());
  for (const auto& key : config_keys()) {
    const std::string name = key.name;
    if (!name.starts_with(prefix)) continue;
    const std::string rest = name.substr(prefix.size());
    names.push_back(rest.substr(0, rest.find('.')));
    if (rest.find('.') != std::string::npos) groups.insert(names.back());
  }
  refuse_two_passwords(map, file);
  for (const auto& [key, value] : map.entries) {
    const std::string dotted = prefix + key.text;
    if (value.kind == yaml::Node::Kind::null && std::find(names.begin(), names.end(), key.text) != names.end()) continue;
    const bool is_group = groups.contains(key.text);
    if (is_group && value.kind != yaml::Node::Kind::map) {
      problem(value, file, fmt::format("{} must be a map", dotted));
    } else if (dotted == sources().name) {
      read_entries(sources(), value, file);
    } else if (dotted == destinations().name) {
      read_entries(destinations(), value, file);
    } else if (is_group) {
      read_group(value, dotted + ".", file);
    } else {
      const auto known =
          std::find_if(config_keys().begin(), config_keys().end(), [&](const auto& k) { return dotted == k.name; });
      if (known == config_keys().end()) {
        const std::string why = why_not(dotted);
        problem(key, file, why.empty() ? unknown_key(dotted, key.text, names) : why);
        continue;
      }
      const auto texts = written(value, known->list, file);
      if (!texts) continue;
      if (texts->empty() || (!known->list && texts->front().empty())) {
        if (!known->list) problem(value, file, fmt::format("{} must not be empty", dotted));
        if (!known->list || dotted == "mail.password_command") continue;
      }
      const std::string wrong = set(dotted, *texts, fmt::format("{}:{}", file, value.line));
      if (!wrong.empty()) problem(value, file, fmt::format("{} {}", dotted, wrong));
    }
  }
}

yaml::Document Builder::read_yaml(const fs::path& path) {
  constexpr std::size_t kLargest = 1U << 20U;
  struct stat status {};
  const bool there = ::stat(path.c_str(), &status) == 0;
  if (there && S_ISREG(status.st_mode) && static_cast<std::uintmax_t>(status.st_size) > kLargest) {
    throw Error(ErrorKind::config, fmt::format("{} is larger than {} bytes", path.string(), kLargest),
                "correct it, then: reportctl config check");
  }
  yaml::Document document = yaml::parse(read_trusted_file(path, kLargest), path.string());
  for (const yaml::Problem& found : document.problems) problems_.push_back(found.str());
  return document;
}

void Builder::read_views(source::SourceSettings& source) {
  const std::string file = source.views_file.string();
  const yaml::Document document = read_yaml(source.views_file);
  if (!document.problems.empty()) return;
  if (document.root.kind != yaml::Node::Kind::map)
    return problem(document.root, file, "the file must be a map of names to SELECTs");
  for (const auto& [name, sql] : document.root.entries) {
    const std::string table = to_lower(name.text);
    if (table.empty() || table.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != std::string::npos)
      problem(name, file, fmt::format("{} is not a name for a view: letters, digits and _", yaml::shown_key(name.text)));
    else if (sql.kind != yaml::Node::Kind::scalar || trim(sql.text).empty())
      problem(sql, file, fmt::format("{} must be a SELECT", table));
    else
      source.views[table] = std::string(trim(sql.text));
  }
}

void Builder::read_file_layer(const fs::path& path) {
  const yaml::Document document = read_yaml(path);
  config_.files.push_back(path);
  if (!document.problems.empty() || document.root.kind == yaml::Node::Kind::null) return;
  if (document.root.kind != yaml::Node::Kind::map) {
    problem(document.root, path.string(), "the file must be a map of settings");
    return;
  }
  refuse_two_keeps(document.root, path.string());
  read_group(document.root, "", path.string());
}

Written texts_of(const std::string& value, bool list) { return list ? split(value, ',') : Written{value}; }

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

}  // namespace

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
