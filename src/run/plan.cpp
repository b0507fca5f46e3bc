// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/run/plan.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "comparison.hpp"
#include "plan_checks.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/run/preview.hpp"
#include "reportctl/run/sites.hpp"
#include "reportctl/store/accounts.hpp"
#include "texts.hpp"

namespace reportctl::run {
namespace {

bool can_be_read(Parts& parts, const std::string& source) {
  try {
    parts.source(source).tables();
    return true;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::source) throw;
    return false;
  }
}

Zone zone_of(const validation::Resolved& resolved) {
  auto zone = Zone::find(resolved.timezone);
  if (!zone) throw Error(ErrorKind::failed, fmt::format("time zone {} is gone from this system", resolved.timezone));
  return *zone;
}

/// A request that holds, what its source said of its site, and the schedule whose request it is.
struct Agreed {
  validation::Resolved resolved;
  std::string site_name;
  const schedule::Schedule* schedule = nullptr;
  std::optional<Instant> begins = std::nullopt;  ///< where its period was found to begin
};

/// `{data_until}`, asked of the source only for texts that say it.
std::optional<std::string> data_until_words(Parts& parts, const RunPlan& plan, const schedule::Definition* definition,
                                            Instant slot) {
  if (plan.resolved.report->ready.empty()) return std::nullopt;
  std::vector<std::string> texts{plan.resolved.title};
  if (definition != nullptr)
    texts.insert(texts.end(), {definition->subject, definition->intro, definition->file_name, definition->reply_to});
  const auto says_it = [](const std::string& text) {
    const auto parsed = TextTemplate::parse(text);
    const auto names = parsed ? parsed->variables() : std::vector<std::string>();
    return std::find(names.begin(), names.end(), "data_until") != names.end();
  };
  if (std::none_of(texts.begin(), texts.end(), says_it)) return std::nullopt;
  const auto until = readiness_of(parts, plan, slot).data_until;
  return until ? plan.resolved.language.minute_with_zone(*until, plan.zone) : "\u2013";
}

}  // namespace

std::vector<RunPlan::File> RunPlan::files() const {
  std::vector<File> all{{resolved.format, file_name}};
  all.insert(all.end(), more_files.begin(), more_files.end());
  for (const auto& one : also)
    if (const auto further = one.files(); !is_workbook) all.insert(all.end(), further.begin(), further.end());
  return all;
}

catalog::QueryInputs query_inputs(const validation::Resolved& resolved, const access::Account& account,
                                  const schedule::Window& window) {
  return {.account_key = account.source_key(),
          .scope = resolved.scope,
          .window = window,
          .timezone = resolved.timezone,
          .parameters = resolved.parameters};
}

catalog::QueryInputs query_inputs(const RunPlan& plan, const schedule::Window& window) {
  auto inputs = query_inputs(plan.resolved, plan.account, window);
  inputs.previous = previous_window(plan.resolved.window, window, plan.at, plan.zone);
  return inputs;
}

void require_only_account(Parts& parts, const access::Account& account) {
  if (!parts.source(account.source).forms().single_tenant) return;
  for (const access::Account& other : store::list_accounts(parts.state()))
    if (other.source == account.source && other.id != account.id)
      throw Error(ErrorKind::config,
                  fmt::format("source {} is declared as tenant: single, and accounts {} and {} read from it", account.source,
                              account.id, other.id),
                  "give one of them a source of its own, or remove it");
}

namespace {

std::variant<RunPlan, Rejection> complete(Parts& parts, Agreed agreed, const access::Account& account, Instant at) {
  auto& resolved = agreed.resolved;
  require_only_account(parts, account);
  ChoiceNames names;
  if (auto missing = check_choices(parts, resolved, account, at, &names); !missing.empty()) return Rejection{std::move(missing)};
  const Instant slot = at;
  RunPlan plan;
  plan.account = account;
  // What is true now is read now, however late the run: only a period can be that of its slot.
  if (resolved.report->window.kind == catalog::WindowKind::snapshot) at = parts.now();
  plan.at = at;
  plan.made_at = parts.now();
  plan.site_name = std::move(agreed.site_name);
  plan.zone = zone_of(resolved);
  plan.window = schedule::resolve(resolved.window, at, plan.zone, agreed.begins);
  plan.shape = &resolved.report->shape(resolved.parameters);
  plan.resolved = std::move(resolved);
  const auto inputs = query_inputs(plan, plan.window);
  plan.compared_with = inputs.previous;
  plan.query = catalog::build_query(*plan.resolved.report, inputs, parts.source(account.source).forms());
  const auto* const definition = agreed.schedule == nullptr ? nullptr : &agreed.schedule->definition;
  describe(plan, {names, agreed.schedule, slot, data_until_words(parts, plan, definition, slot)});
  return plan;
}

/// One finding however many ids are unknown: a list may have ten thousand.
validation::Violation not_found(const validation::Resolved& resolved, const catalog::Parameter& parameter,
                                const std::set<std::string>& unknown, const access::Account& account) {
  constexpr std::size_t kMostNamed = 5;
  std::vector<std::string> named;
  for (const auto& id : unknown) {
    if (named.size() == kMostNamed) break;
    named.push_back(fmt::format("\"{}\"", visible(id)));
  }
  std::string which = join(named, ", ");
  if (unknown.size() > named.size()) which += fmt::format(" and {} more", unknown.size() - named.size());
  const std::string whose = resolved.scope.site.empty() ? "account " + account.id : resolved.scope.str();
  return {.code = validation::Code::parameter_not_found,
          .field = "params." + parameter.name,
          .message = fmt::format("{} {} not among the {} of {}", which, unknown.size() == 1 ? "is" : "are",
                                 to_lower(parameter.label), whose),
          .hint = validation::choices_command(*resolved.report, parameter, account, resolved.scope) + " lists them"};
}

}  // namespace

validation::Context context(Parts& parts, const access::Account& account, const std::set<access::Role>& roles, Instant at) {
  std::map<std::string, std::vector<std::string>> destinations;
  for (const auto& [name, destination] : parts.settings().destinations) destinations[name] = destination.accounts;
  return {.catalog = parts.catalog(),
          .account = account,
          .roles = roles,
          .allowed_domains = parts.settings().mail.allowed_domains,
          .destinations = std::move(destinations),
          .mails_this_host = delivery::reaches_this_host(parts.settings().mail.transport),
          .now = at,
          .scope_timezone = {},
          .calendars = parts.calendars(),
          .least_minutes = parts.settings().policy.least_interval_minutes};
}

std::variant<RunPlan, Rejection> plan(Parts& parts, const validation::Request& request, const access::Account& account,
                                      const std::set<access::Role>& roles, Instant at) {
  auto world = context(parts, account, roles, at);
  auto check = validation::check_request(request, world);
  if (!check.resolved) {
    append(check.violations, data_findings(parts, request, account, check.violations));
    return Rejection{std::move(check.violations)};
  }
  auto site = check_site(parts, *check.resolved, account);
  if (!site.violations.empty()) return Rejection{std::move(site.violations)};
  if (!site.timezone.empty()) {
    world.scope_timezone = site.timezone;
    check = validation::check_request(request, world);
    if (!check.resolved) return Rejection{std::move(check.violations)};
  }
  return complete(parts, {std::move(*check.resolved), std::move(site.name), nullptr}, account, at);
}

validation::DraftCheck check_schedule(Parts& parts, const schedule::Schedule& schedule, const Standing& standing, Instant slot) {
  auto found = standing.broken;
  // The zone of the site was written into the definition when it was saved.
  auto draft = validation::draft_of(schedule.definition);
  draft.part = schedule.part;
  auto check = validation::check_draft(draft, context(parts, standing.account, standing.roles, slot));
  if (!found.empty()) {  // said already, in better words
    std::erase_if(check.violations, [](const auto& one) { return one.code == validation::Code::role_not_permitted; });
  }
  append(found, std::move(check.violations));
  if (found.empty() && standing.giver_roles) {
    for (const auto& id : schedule::reports_of(schedule.definition)) {
      const auto& report = parts.catalog().get(id);
      if (catalog::report_allows(report, *standing.giver_roles)) continue;
      found.push_back(
          {.code = validation::Code::role_not_permitted,
           .field = "to",
           .message = fmt::format("the role of the member who gave it its recipients does not include {} any more", id),
           .hint = fmt::format("roles that do: {}", fmt::join(report.roles, ", "))});
    }
  }
  check.violations = std::move(found);
  return check;
}

validation::Violations no_longer_allowed(Parts& parts, const schedule::Schedule& schedule, Instant slot) {
  using validation::Code;
  auto found = check_schedule(parts, schedule, standing_of(parts.state(), schedule), slot).violations;
  std::erase_if(found, [](const auto& one) {
    return one.code != Code::role_not_permitted && one.code != Code::recipient_not_allowed &&
           one.code != Code::destination_not_allowed;
  });
  return found;
}

namespace {

/// Where its period begins, as far as the occurrence before says so.
std::optional<Instant> begin_of_period(Parts& parts, const schedule::Schedule& schedule, Instant slot) {
  const bool follows = schedule.definition.window == schedule::NamedRange::since_previous;
  return !schedule.begins && follows ? begin_of(parts, schedule, slot) : schedule.begins;
}

/// The further reports of a schedule, with its site.
std::optional<Rejection> plan_also(Parts& parts, const schedule::Schedule& schedule, std::vector<validation::Resolved> resolved,
                                   Instant slot, RunPlan& plan) {
  const auto& definition = schedule.definition;
  for (std::size_t i = 0; i < resolved.size(); ++i) {
    auto asked = schedule;
    asked.definition.window = schedule::parse_range(definition.also[i].window);
    if (asked.definition.window != definition.window) asked.begins = begin_of(parts, asked, slot);
    auto planned = complete(parts, {std::move(resolved[i]), plan.site_name, nullptr, asked.begins}, plan.account, slot);
    if (auto* const rejection = std::get_if<Rejection>(&planned)) {
      for (auto& violation : rejection->violations) violation.field = fmt::format("also[{}].{}", i + 1, violation.field);
      return std::move(*rejection);
    }
    plan.also.push_back(std::move(std::get<RunPlan>(planned)));
    const auto& sheet = definition.also[i].sheet;
    plan.also.back().sheet = sheet.empty() ? validation::sheet_name(plan.also.back().resolved.report->label) : sheet;
  }
  return std::nullopt;
}

}  // namespace

std::variant<RunPlan, Rejection> plan_schedule(Parts& parts, const schedule::Schedule& schedule, Standing standing,
                                               Instant slot) {
  auto check = check_schedule(parts, schedule, standing, slot);
  if (!check.violations.empty()) return Rejection{std::move(check.violations)};
  auto site = check_site(parts, *check.resolved, standing.account);
  if (!site.violations.empty()) return Rejection{std::move(site.violations)};
  const auto& definition = schedule.definition;
  const auto begins = begin_of_period(parts, schedule, slot);
  auto planned = complete(parts, {std::move(*check.resolved), std::move(site.name), &schedule, begins}, standing.account, slot);
  auto* plan = std::get_if<RunPlan>(&planned);
  if (plan == nullptr) return planned;
  plan->member = std::move(standing.member);
  plan->is_workbook = definition.workbook.value_or(false);
  if (plan->is_workbook) plan->sheet = validation::sheet_name(plan->resolved.report->label);
  if (auto rejection = plan_also(parts, schedule, std::move(check.also), slot, *plan)) return std::move(*rejection);
  place_files(*plan, definition);
  if (definition.reply_to.empty()) return planned;
  validation::Violations found;
  plan->reply_to = validation::check_address(filled(definition.reply_to, plan->text_values), "reply_to",
                                             context(parts, standing.account, standing.roles, slot), found);
  if (!plan->reply_to) return Rejection{std::move(found)};
  return planned;
}

std::variant<RunPlan, Rejection> plan_schedule(Parts& parts, const schedule::Schedule& schedule, Instant slot) {
  return plan_schedule(parts, schedule, standing_of(parts.state(), schedule), slot);
}

void check_query(Parts& parts, const validation::Resolved& resolved, const access::Account& account, Instant at) {
  if (!parts.settings().sources.contains(account.source)) return;  // a problem of the account
  // Within a day, so that what cannot tell such a period is found when it is saved.
  const auto* const range = std::get_if<schedule::RangeChoice>(&resolved.window);
  const bool follows = range != nullptr && range->range == schedule::NamedRange::since_previous;
  const auto window = schedule::resolve(resolved.window, at, zone_of(resolved),
                                        follows ? std::optional(at - std::chrono::seconds{1}) : std::nullopt);
  try {
    auto& source = parts.source(account.source);
    source.prepare(catalog::build_query(*resolved.report, query_inputs(resolved, account, window), source.forms()));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::source || can_be_read(parts, account.source)) throw;
  }
}

validation::Violations check_choices(Parts& parts, const validation::Resolved& resolved, const access::Account& account,
                                     Instant at, ChoiceNames* names) {
  validation::Violations missing;
  for (const auto& parameter : resolved.report->parameters) {
    const auto given = resolved.parameters.find(parameter.name);
    if (parameter.choices.empty() || given == resolved.parameters.end()) continue;
    if (catalog::means_all(parameter, given->second)) continue;
    std::set<std::string> unseen(given->second.begin(), given->second.end());
    auto& source = parts.source(account.source);
    const auto window = schedule::resolve(resolved.window, at, zone_of(resolved));
    const auto query =
        catalog::build_choices_query(*resolved.report, parameter, query_inputs(resolved, account, window), source.forms());
    const auto stream = source.open(query);
    while (const auto* row = unseen.empty() ? nullptr : stream->next()) {
      const std::string id((*row)[0].text);
      if (unseen.erase(id) > 0 && names != nullptr) (*names)[parameter.name][id] = (*row)[1].text;
    }
    if (!unseen.empty()) missing.push_back(not_found(resolved, parameter, unseen, account));
  }
  return missing;
}

std::vector<Choice> list_choices(Parts& parts, const catalog::Report& report, const catalog::Parameter& parameter,
                                 const access::Account& account, const schedule::Scope& scope, std::size_t limit) {
  std::vector<Choice> choices;
  if (parameter.choices.empty()) {
    for (const auto& value : parameter.values) choices.push_back({value, value});
    return choices;
  }
  catalog::QueryInputs inputs;
  inputs.account_key = account.source_key();
  inputs.scope = scope;
  inputs.timezone = account.timezone.empty() ? "UTC" : account.timezone;
  auto& source = parts.source(account.source);
  const auto stream = source.open(catalog::build_choices_query(report, parameter, inputs, source.forms()));
  while (const auto* row = choices.size() < limit ? stream->next() : nullptr) {
    choices.push_back({std::string((*row)[0].text), std::string((*row)[1].text)});
  }
  return choices;
}

}  // namespace reportctl::run
