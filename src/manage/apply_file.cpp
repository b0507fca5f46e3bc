// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/manage/apply_file.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reportctl/base/text.hpp"
#include "reportctl/manage/records.hpp"

namespace reportctl::manage {
namespace {

using yaml::MapReader;
using yaml::Node;
using yaml::Problems;

Json value_of(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
      return nullptr;
    case Node::Kind::scalar: {
      if (node.quoted) return node.text;
      auto value = Json::parse(node.text, nullptr, false);
      const bool plain = !value.is_discarded() && (value.is_number() || value.is_boolean() || value.is_null());
      return plain ? value : Json(node.text);
    }
    case Node::Kind::sequence: {
      Json list = Json::array();
      for (const auto& item : node.items) list.push_back(value_of(item));
      return list;
    }
    case Node::Kind::map: {
      Json object = Json::object();
      for (const auto& [key, value] : node.entries) object[key.text] = value_of(value);
      return object;
    }
  }
  return nullptr;
}

class FileReader {
 public:
  FileReader(const std::string& file, ApplyInput& input) : file_(file), input_(input) {}

  void root(const Node& node) {
    MapReader reader(node, "the file", file_, input_.problems);
    each(reader, "accounts", [this](const Node& item) { account(item); });
    each(reader, "schedules", [this](const Node& item) { schedule(item); });
    reader.finish();
  }

 private:
  template <typename Read>
  void each(MapReader& reader, std::string_view key, const Read& read) {
    const auto* list = reader.child(key);
    if (list == nullptr) return;
    if (list->kind != Node::Kind::sequence) return reader.problem(*list, fmt::format("{}: a list is expected", key));
    for (const auto& item : list->items) {
      if (item.kind == Node::Kind::map) {
        read(item);
      } else {
        reader.problem(item, fmt::format("{}: each item is a map", key));
      }
    }
  }

  [[nodiscard]] Place place(const Node& node) const { return {file_, node.line, node.column}; }

  void account(const Node& node) {
    MapReader reader(node, "an account", file_, input_.problems);
    AccountEntry entry;
    entry.place = place(node);
    auto& account = entry.account;
    account.id = reader.required_text("id");
    account.name = reader.text("name", account.id);
    account.timezone = reader.text("timezone");
    account.source = reader.text("source");
    account.key = reader.text("key");
    for (auto& feature : reader.text_list("features")) account.features.insert(std::move(feature));
    account.allowed_domains = reader.text_list("allowed_domains");
    if (const auto* brand = reader.child("brand")) {
      MapReader look(*brand, "brand", file_, input_.problems);
      account.brand.name = look.text("name");
      account.brand.color = look.text("color");
      entry.logo = look.text("logo");
      look.finish();
    }
    if (reader.has("members")) {
      entry.members.emplace();
      each(reader, "members", [&](const Node& item) { member(item, account.id, *entry.members); });
    }
    if (reader.has("webhooks")) {
      entry.webhooks.emplace();
      each(reader, "webhooks", [&](const Node& item) { webhook(item, *entry.webhooks); });
    }
    reader.finish();
    const auto same = [&](const AccountEntry& other) { return other.account.id == account.id; };
    const auto twice = std::find_if(input_.accounts.begin(), input_.accounts.end(), same);
    if (twice != input_.accounts.end()) {
      reader.problem_at("id", fmt::format("account \"{}\" is in {} already", account.id, twice->place.str()));
    }
    input_.accounts.push_back(std::move(entry));
  }

  void member(const Node& node, const std::string& account, std::vector<MemberEntry>& members) {
    MapReader reader(node, "a member", file_, input_.problems);
    MemberEntry entry;
    entry.place = place(node);
    auto& member = entry.member;
    member.account = account;
    member.name = reader.required_text("name");
    member.login = reader.text("login");
    if (const auto email = reader.optional_text("email")) {
      std::string why;
      member.email = EmailAddress::parse(*email, &why);
      if (!member.email) reader.problem_at("email", fmt::format("\"{}\" is no address: {}", *email, why));
    }
    const auto word = reader.required_text("role");
    const auto role = access::parse_role(word);
    const auto names = access::role_names();
    if (role == access::Role::system_admin) {
      reader.problem_at("role", "a system_admin belongs to no account: reportctl member add NAME --role system_admin");
    } else if (role) {
      member.role = *role;
    } else if (!word.empty()) {
      reader.problem_at("role",
                        fmt::format("no role \"{}\"{}; there are {}", word, did_you_mean(word, names), join(names, ", ")));
    }
    for (const auto& text : reader.text_list("sites")) {
      if (const auto site = schedule::Scope::parse(text)) {
        member.sites.push_back(*site);
      } else {
        reader.problem_at("sites", fmt::format("\"{}\" is not of the form depot:ID or workspace:ID", text));
      }
    }
    reader.finish();
    for (const auto& other : members) {
      const bool login = !member.login.empty() && other.member.login == member.login;
      const bool email = member.email && other.member.email == member.email;
      if (login || email)
        reader.problem_at(login ? "login" : "email", fmt::format("another member has it already ({})", other.place.str()));
    }
    members.push_back(std::move(entry));
  }

  void webhook(const Node& node, std::vector<WebhookEntry>& webhooks) {
    MapReader reader(node, "a webhook", file_, input_.problems);
    WebhookEntry entry;
    entry.place = place(node);
    entry.webhook.url = reader.required_text("url");
    entry.webhook.events = reader.text_list("events");
    entry.webhook.outcomes = reader.text("outcomes");
    entry.webhook.secret_file = reader.text("secret_file");
    entry.webhook.secret_credential = reader.text("secret_credential");
    reader.finish();
    for (const auto& other : webhooks) {
      if (other.webhook.url == entry.webhook.url)
        reader.problem_at("url", fmt::format("another webhook has it already ({})", other.place.str()));
    }
    webhooks.push_back(std::move(entry));
  }

  void parameters(MapReader& reader, schedule::Parameters& parameters) {
    const auto* node = reader.child("params");
    if (node == nullptr) return;
    if (node->kind != Node::Kind::map) return reader.problem(*node, "params: a map of names and values is expected");
    MapReader values(*node, "params", file_, input_.problems);
    for (const auto& [name, value] : node->entries) {
      auto list = values.text_list(name.text);
      if (!list.empty()) parameters[name.text] = std::move(list);
    }
    values.finish();
  }

  void extra(MapReader& reader, std::string& extra) {
    const auto* node = reader.child("extra");
    if (node == nullptr) return;
    extra = node->kind == Node::Kind::scalar ? node->text : json_of(*node);
  }

  void csv(MapReader& reader, validation::CsvRequest& csv) {
    const auto* node = reader.child("csv");
    if (node == nullptr) return;
    MapReader values(*node, "csv", file_, input_.problems);
    if (values.has("bom")) csv.bom = values.boolean("bom", false);
    if (values.has("crlf")) csv.crlf = values.boolean("crlf", false);
    if (values.has("labels")) csv.labels = values.boolean("labels", false);
    csv.delimiter = values.optional_text("delimiter");
    values.finish();
  }

  void schedule(const Node& node) {
    MapReader reader(node, "a schedule", file_, input_.problems);
    ScheduleEntry entry;
    entry.place = place(node);
    auto& draft = entry.draft;
    auto& request = draft.request;
    request.surface = catalog::Surface::schedule;
    draft.name = reader.required_text("name");
    draft.account = reader.required_text("account");
    draft.description = reader.text("description");
    request.report = reader.required_text("report");
    request.scope = reader.text("scope", "account");
    request.cadence = reader.required_text("cadence");
    request.weekday = reader.optional_text("on");
    request.day_of_month = reader.optional_text("day");
    draft.at = reader.required_text("at");
    request.timezone = reader.text("timezone");
    request.range = reader.optional_text("window");
    request.lookback = reader.optional_text("lookback");
    request.format = reader.text("format");
    request.columns = reader.text_list("columns");
    csv(reader, request.csv);
    parameters(reader, request.parameters);
    extra(reader, draft.extra);
    draft.recipients = reader.text_list("to");
    draft.subject = reader.text("subject");
    draft.no_data = reader.text("no_data");
    if (reader.has("active")) entry.active = reader.boolean("active", true);
    reader.finish();
    const auto same = [&](const ScheduleEntry& other) {
      return other.draft.account == draft.account && other.draft.name == draft.name && !draft.name.empty();
    };
    const auto twice = std::find_if(input_.schedules.begin(), input_.schedules.end(), same);
    if (twice != input_.schedules.end()) {
      reader.problem_at(
          "name", fmt::format("account {} has a schedule \"{}\" in {} already", draft.account, draft.name, twice->place.str()));
    }
    input_.schedules.push_back(std::move(entry));
  }

  const std::string& file_;
  ApplyInput& input_;
};

}  // namespace

std::string json_of(const Node& node) { return json_text(value_of(node)); }

void read_apply_file(std::string_view text, const std::string& file, ApplyInput& input) {
  const auto document = yaml::parse(text, file);
  input.problems.insert(input.problems.end(), document.problems.begin(), document.problems.end());
  if (!document.problems.empty()) return;
  if (document.root.kind == Node::Kind::null) return;  // an empty file says nothing
  if (document.root.kind != Node::Kind::map) {
    input.problems.push_back({file, document.root.line, document.root.column, "a map with accounts: and schedules: is expected"});
    return;
  }
  FileReader(file, input).root(document.root);
}

}  // namespace reportctl::manage
