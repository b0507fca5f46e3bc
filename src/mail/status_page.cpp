// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/mail/status_page.hpp"

#include <fmt/format.h>

#include "template_data.hpp"

namespace reportctl::mail {

namespace {

mustache::data runs_data(const std::vector<StatusPage::Run>& runs) {
  mustache::data list(mustache::data::type::list);
  for (const auto& run : runs) {
    mustache::data one;
    set_text(one, "id", run.id);
    set_text(one, "schedule", run.schedule);
    set_text(one, "due", run.due);
    set_text(one, "outcome", run.outcome);
    set_text(one, "why", run.why, kLongSentence);
    one.set("look", run.look);
    list.push_back(one);
  }
  return list;
}

mustache::data schedules_data(const std::vector<StatusPage::Schedule>& schedules) {
  mustache::data list(mustache::data::type::list);
  for (const auto& schedule : schedules) {
    mustache::data one;
    set_text(one, "name", schedule.name);
    set_text(one, "account", schedule.account);
    set_text(one, "report", schedule.report);
    set_text(one, "rhythm", schedule.rhythm);
    set_text(one, "next", schedule.next);
    set_text(one, "last_success", schedule.last_success);
    set_text(one, "duration", schedule.duration);
    set_text(one, "strip_text", schedule.strip_text, kLongSentence);
    one.set("paused", schedule.paused);
    mustache::data strip(mustache::data::type::list);
    for (const auto& mark : schedule.strip) {
      mustache::data data;
      data.set("look", mark.look);
      set_text(data, "title", mark.title, kLongSentence);
      strip.push_back(data);
    }
    one.set("strip", strip);
    list.push_back(one);
  }
  return list;
}

}  // namespace

std::string render_status_page(const StatusPage& page) {
  mustache::data data;
  set_text(data, "title", page.title);
  set_text(data, "made_at", page.made_at);
  data.set("made_at_seconds", fmt::format("{}", page.made_at_seconds));
  data.set("stale_after_seconds", fmt::format("{}", page.stale_after_seconds));
  data.set("look", page.look);
  set_text(data, "verdict", page.verdict);
  mustache::data concerns(mustache::data::type::list);
  for (const auto& concern : page.concerns) {
    mustache::data one;
    set_text(one, "what", concern.what, kLongSentence);
    set_text(one, "next", concern.next);
    concerns.push_back(one);
  }
  data.set("concerns", concerns);
  data.set("has_concerns", !page.concerns.empty());
  Pairs facts;
  for (const auto& fact : page.facts) facts.emplace_back(fact.label, fact.value);
  set_table(data, "facts", facts);
  data.set("waiting", runs_data(page.waiting));
  data.set("has_waiting", !page.waiting.empty());
  data.set("night", runs_data(page.night));
  data.set("has_night", !page.night.empty());
  set_text(data, "night_text", page.night_text);
  data.set("schedules", schedules_data(page.schedules));
  data.set("has_schedules", !page.schedules.empty());
  return render("status.html.mustache", data, Escaping::html);
}

}  // namespace reportctl::mail
