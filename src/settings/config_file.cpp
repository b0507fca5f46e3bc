// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
// What a file says, YAML of one layer.
#include <sys/stat.h>

#include <algorithm>
#include <set>
#include <type_traits>

#include "config_builder.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/file.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::settings {
namespace {

namespace fs = std::filesystem;

/// A key that resembles none is not repeated: the file may be another's, and not a configuration at all.
std::string unknown_key(const std::string& key, const std::string& last, const std::vector<std::string>& known) {
  const auto near = did_you_mean(last, known);
  return near.empty() ? std::string("unknown key (not repeated: it resembles none)")
                      : fmt::format("unknown key {}{}", yaml::shown_key(key), near);
}

}  // namespace

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

/// `prefix`: what stands before the key in its dotted name; of an entry's own, the table of keys has none.
template <typename Target, typename Set>
void Builder::read_key(const std::vector<ConfigKey<Target>>& keys, const Found& found, const std::string& prefix, Set set) {
  const std::string dotted = prefix + found.key.text;
  const auto known = std::find_if(keys.begin(), keys.end(), [&](const auto& one) {
    return (std::is_same_v<Target, Settings> ? dotted : found.key.text) == one.name;
  });
  if (known == keys.end()) {
    const std::string why = why_not(dotted);
    return problem(found.key, found.file, why.empty() ? unknown_key(dotted, found.key.text, found.names) : why);
  }
  if (found.value.kind == yaml::Node::Kind::null) return;
  const auto texts = written(found.value, known->list, found.file);
  if (!texts) return;
  const std::string wrong = set(*known, *texts, fmt::format("{}:{}", found.file, found.value.line));
  if (!wrong.empty()) problem(found.value, found.file, fmt::format("{} {}", dotted, wrong));
}

template <typename Entry>
void Builder::read_entry(const Group<Entry>& group, const std::string& name, const yaml::Node& map, const std::string& file) {
  std::vector<std::string> names;
  for (const auto& key : group.keys) names.emplace_back(key.name);
  refuse_two_passwords(map, file);
  for (const auto& [key, value] : map.entries)
    read_key(group.keys, {key, value, file, names}, fmt::format("{}.{}.", group.name, name),
             [&, &own = key.text](const auto&, const Written& texts, const std::string& origin) {
               return set_in_entry(group, {name, own}, texts, origin);
             });
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
      read_key(config_keys(), {key, value, file, names}, prefix, [&](const auto& of, const Written& texts, const auto& origin) {
        if (!of.list && texts.front().empty()) return std::string("must not be empty");
        return texts.empty() && dotted == "mail.password_command" ? std::string() : set(dotted, texts, origin);
      });
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

}  // namespace reportctl::settings
