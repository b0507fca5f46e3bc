// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "key_kinds.hpp"

#include <algorithm>

#include "reportctl/base/text.hpp"

namespace reportctl::settings {
namespace {

using source::SourceSettings;

constexpr Choice<bool> kTenant[] = {{"several", false}, {"single", true}};

std::string set_source_url(SourceSettings& settings, const Written& written) {
  const std::string& url = written.front();
  std::string problem = source::url_problem(url);
  if (problem.empty() && to_lower(url).starts_with("sqlite:") && url[std::string_view("sqlite:").size()] != '/')
    problem = "must be sqlite:/PATH, with an absolute path";
  if (problem.empty()) settings.url = url;
  return problem;
}

/// `sql-text UTC`, for the whole source, or `orders=…` and `orders.placed_at=…`.
template <typename Form, typename Parse>
std::string set_forms(std::map<std::string, Form>& forms, const Written& written, Parse parse) {
  forms.clear();
  for (const std::string& one : written) {
    const std::size_t sign = one.find('=');
    const std::string name = sign == std::string::npos ? std::string(source::kUsual) : to_lower(one.substr(0, sign));
    auto form = parse(sign == std::string::npos ? one : one.substr(sign + 1));
    if (const auto* wrong = std::get_if<std::string>(&form)) return fmt::format("({}): {}", visible(name), *wrong);
    forms[name] = std::get<Form>(std::move(form));
  }
  return {};
}

template <typename Form>
std::string forms_text(const std::map<std::string, Form>& forms) {
  std::vector<std::string> texts;
  for (const auto& [name, form] : forms) texts.push_back(fmt::format("{}: {}", name, form.str()));
  return join(texts, ", ");
}

/// `fault=GroundFailure,EmergencyStop`
std::string set_words(SourceSettings& settings, const Written& written) {
  rows::WordsByMeaning words;
  for (const std::string& one : written) {
    const std::size_t sign = one.find('=');
    const std::string meaning = one.substr(0, sign);
    if (sign == std::string::npos || !rows::usual_words().contains(meaning)) {
      std::vector<std::string> known;
      for (const auto& [name, usual] : rows::usual_words()) known.push_back(name);
      return fmt::format("must be a map of {} to words, such as {{fault: [GroundFailure, EmergencyStop]}}, not \"{}\"",
                         join(known, " and "), visible(one));
    }
    for (const std::string& word : split(one.substr(sign + 1), ','))
      if (!trim(word).empty()) words[meaning].push_back(to_lower(trim(word)));
  }
  settings.words = std::move(words);
  return {};
}

std::string words_text(const SourceSettings& settings) {
  std::vector<std::string> texts;
  for (const auto& [meaning, words] : settings.words) texts.push_back(fmt::format("{}: {}", meaning, join(words, ",")));
  return join(texts, "; ");
}

/// `PTS=0`, `BTC=8`
std::string set_currencies(SourceSettings& settings, const Written& written) {
  rows::UnitDigits currencies;
  for (const std::string& one : written) {
    const std::size_t sign = one.rfind('=');
    const std::string code = one.substr(0, sign);
    const long long digits = sign == std::string::npos ? -1 : parse_integer(one.substr(sign + 1)).value_or(-1);
    const bool is_code = !code.empty() && code.size() <= 16 && trim(code) == code && !has_control(code);
    if (!is_code || digits < 0 || digits > 9)
      return fmt::format("must be codes with their digits after the point, 0 to 9, such as {{PTS: 0, BTC: 8}}, not \"{}\"",
                         visible(one));
    currencies[code] = static_cast<int>(digits);
  }
  settings.currencies = std::move(currencies);
  return {};
}

std::string currencies_text(const SourceSettings& settings) {
  std::vector<std::string> texts;
  for (const auto& [code, digits] : settings.currencies) texts.push_back(fmt::format("{}: {}", code, digits));
  return join(texts, ", ");
}

/// `charging_sessions=account_id,depot_id`
std::string set_scope_columns(SourceSettings& settings, const Written& written) {
  rows::ScopeColumns tables;
  for (const std::string& one : written) {
    const std::size_t sign = std::min(one.find('='), one.size());
    const std::vector<std::string> columns = split(one.substr(std::min(sign + 1, one.size())), ',');
    for (const std::string& column : columns) {
      const std::string name = to_lower(trim(column));
      if (name != "account_id" && name != "depot_id" && name != "workspace_id")
        return fmt::format(
            "must be a map of tables to account_id, depot_id or workspace_id, such as {{leads: [account_id]}}, not \"{}\"",
            visible(one));
      tables[to_lower(trim(one.substr(0, sign)))].insert(name);
    }
  }
  settings.scope_columns = std::move(tables);
  return {};
}

std::string scope_columns_text(const SourceSettings& settings) {
  std::vector<std::string> texts;
  for (const auto& [table, columns] : settings.scope_columns)
    texts.push_back(fmt::format("{}: {}", table, join(std::vector<std::string>(columns.begin(), columns.end()), ",")));
  return join(texts, "; ");
}

}  // namespace

const std::vector<ConfigKey<SourceSettings>>& source_keys() {
  static const std::vector<ConfigKey<SourceSettings>> kKeys = {
      {"url", false, set_source_url, [](const SourceSettings& s) { return s.url; }},
      secret_file_key<&SourceSettings::password>("password_file"),
      secret_command_key<&SourceSettings::password>("password_command"),
      credential_key<&SourceSettings::password>("password_credential"),
      path_key<&SourceSettings::library>("library"),
      seconds_key<Range{1, kDay}, &SourceSettings::statement_timeout>("statement_timeout"),
      {"silence_timeout", false,
       [](SourceSettings& s, const Written& w) {
         return set_seconds(s.silence_timeout, w.front(), {1, kDay});
       },
       [](const SourceSettings& s) {
         return s.silence_timeout.count() == 0 ? std::string() : duration_text(s.silence_timeout.count());
       }},
      {"instants", true, [](SourceSettings& s, const Written& w) { return set_forms(s.instants, w, rows::parse_instant_form); },
       [](const SourceSettings& s) { return forms_text(s.instants); }},
      {"booleans", true, [](SourceSettings& s, const Written& w) { return set_forms(s.booleans, w, rows::parse_boolean_form); },
       [](const SourceSettings& s) { return forms_text(s.booleans); }},
      path_key<&SourceSettings::views_file>("views"),
      {"tenant", false, [](SourceSettings& s, const Written& w) { return set_choice<kTenant>(s.single_tenant, w.front()); },
       [](const SourceSettings& s) { return s.single_tenant ? choice_text<kTenant>(true) : ""; }},
      {"currencies", true, set_currencies, currencies_text},
      {"scope_columns", true, set_scope_columns, scope_columns_text},
      {"words", true, set_words, words_text},
  };
  return kKeys;
}

}  // namespace reportctl::settings
