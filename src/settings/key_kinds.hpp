// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "config_keys.hpp"
#include "reportctl/base/member_path.hpp"
#include "reportctl/base/secret.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::settings {

constexpr long long kDay = 86400;
inline constexpr const char* kNotRepeated = " (not repeated here: it may hold a password)";

/// A word that is near to none may be a password that stands at the wrong key.
inline std::string one_of(const std::string& written, const std::vector<std::string>& words) {
  const std::string near = did_you_mean(written, words);
  const std::string choice = "must be " + join(words, " or ");
  return near.empty() ? choice : fmt::format("{}, not \"{}\"{}", choice, visible(written), near);
}

inline std::string set_path(std::filesystem::path& target, const std::string& written) {
  if (written.find("://") != std::string::npos) return fmt::format("must be an absolute path{}", kNotRepeated);
  if (!written.starts_with('/')) return fmt::format("must be an absolute path, not \"{}\"", visible(written));
  target = std::filesystem::path(written).lexically_normal();
  return {};
}

struct Range {
  long long low;
  long long high;
};
template <typename Number>
std::string set_number(Number& target, const std::string& written, Range range) {
  const auto number = parse_integer(written);
  if (!number || *number < range.low || *number > range.high)
    return fmt::format("must be a whole number from {} to {}, not \"{}\"", range.low, range.high, visible(written));
  target = static_cast<Number>(*number);
  return {};
}

template <typename Number>
std::string set_seconds(Number& target, const std::string& written, Range range) {
  const auto seconds = parse_duration_seconds(written);
  if (!seconds || *seconds < range.low || *seconds > range.high) {
    return fmt::format("must be a duration such as 60s, 10m, 12h or 30d, from {} to {}, not \"{}\"", duration_text(range.low),
                       duration_text(range.high), visible(written));
  }
  target = Number(*seconds);
  return {};
}

/// The last one that is written wins over a lower layer's, whatever its kind.
inline std::string set_secret_file(SecretSource& target, const Written& written) {
  if (!written.front().starts_with('/'))
    return fmt::format("must be the absolute path of a file that holds the secret{}", kNotRepeated);
  target = {};
  return set_path(target.file, written.front());
}

inline std::string set_secret_command(SecretSource& target, const Written& written) {
  if (written.front().find(' ') != std::string::npos && ::access(written.front().c_str(), F_OK) != 0)
    return fmt::format("must be a list, [PROGRAM, ARGUMENT, ...]: it runs without a shell{}", kNotRepeated);
  target = {};
  target.command = written;
  return {};
}

inline std::string set_credential(SecretSource& target, const Written& written) {
  if (written.front().empty() || written.front().find('/') != std::string::npos)
    return "must be the name of a systemd credential, without a slash";
  target = {};
  target.credential = written.front();
  return {};
}

/// A setting with a word for each of its values.
template <typename Value>
struct Choice {
  const char* word;
  Value value;
};

template <const auto& kChoices, typename Field>
std::string set_choice(Field& target, const std::string& written) {
  std::vector<std::string> words;
  for (const auto& choice : kChoices) {
    words.emplace_back(choice.word);
    if (written != choice.word) continue;
    target = choice.value;
    return {};
  }
  return one_of(written, words);
}
template <const auto& kChoices, typename Field>
std::string choice_text(const Field& value) {
  for (const auto& choice : kChoices)
    if (value == choice.value) return choice.word;
  return {};
}

inline std::string set_endpoint(artifact::S3Settings& settings, const Written& written) {
  if (written.front().find('@') != std::string::npos) return "must not hold keys; write access_key_file";
  settings.endpoint = written.front();
  return {};
}

/// Its arguments may hold what it takes to get the secret.
inline std::string secret_command(const SecretSource& secret) {
  if (secret.command.empty()) return {};
  return secret.command.front() + (secret.command.size() > 1 ? " ..." : "");
}

// Keys by the kind of their value, with the way to it: pointers to members, each of what the one before points to.

template <typename Class, typename Field, typename... Rest>
Class class_of(Field Class::*, Rest...);

template <auto... kWay, typename Target = decltype(class_of(kWay...))>
ConfigKey<Target> text_key(const char* name) {
  return {name, false,
          [](Target& s, const Written& w) {
            member<kWay...>(s) = w.front();
            return std::string();
          },
          [](const Target& s) { return member<kWay...>(s); }};
}

template <auto... kWay, typename Target = decltype(class_of(kWay...))>
ConfigKey<Target> path_key(const char* name) {
  return {name, false, [](Target& s, const Written& w) { return set_path(member<kWay...>(s), w.front()); },
          [](const Target& s) { return member<kWay...>(s).string(); }};
}

template <Range kRange, auto... kWay, typename Target = decltype(class_of(kWay...))>
ConfigKey<Target> number_key(const char* name) {
  return {name, false, [](Target& s, const Written& w) { return set_number(member<kWay...>(s), w.front(), kRange); },
          [](const Target& s) { return std::to_string(member<kWay...>(s)); }};
}

constexpr Range kAnswerTime{1, 3600};
template <Range kRange, auto... kWay, typename Target = decltype(class_of(kWay...))>
ConfigKey<Target> seconds_key(const char* name) {
  return {name, false, [](Target& s, const Written& w) { return set_seconds(member<kWay...>(s), w.front(), kRange); },
          [](const Target& s) { return duration_text(std::chrono::seconds(member<kWay...>(s)).count()); }};
}

template <const auto& kChoices, auto... kWay, typename Target = decltype(class_of(kWay...))>
ConfigKey<Target> choice_key(const char* name) {
  return {name, false, [](Target& s, const Written& w) { return set_choice<kChoices>(member<kWay...>(s), w.front()); },
          [](const Target& s) { return choice_text<kChoices>(member<kWay...>(s)); }};
}

template <auto... kWay, typename Target = decltype(class_of(kWay...))>
ConfigKey<Target> secret_file_key(const char* name) {
  return {name, false, [](Target& s, const Written& w) { return set_secret_file(member<kWay...>(s), w); },
          [](const Target& s) { return member<kWay...>(s).file.string(); }};
}
template <auto... kWay, typename Target = decltype(class_of(kWay...))>
ConfigKey<Target> secret_command_key(const char* name) {
  return {name, true, [](Target& s, const Written& w) { return set_secret_command(member<kWay...>(s), w); },
          [](const Target& s) { return secret_command(member<kWay...>(s)); }};
}
template <auto... kWay, typename Target = decltype(class_of(kWay...))>
ConfigKey<Target> credential_key(const char* name) {
  return {name, false, [](Target& s, const Written& w) { return set_credential(member<kWay...>(s), w); },
          [](const Target& s) { return member<kWay...>(s).credential; }};
}

}  // namespace reportctl::settings
