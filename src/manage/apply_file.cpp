// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/manage/apply_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "reportctl/base/json.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/manage/records.hpp"
#include "reportctl/schedule/fields.hpp"

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
      auto value = json_or_discarded(node.text);
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

schedule::FieldText single_text(std::string text) {
  return text.empty() ? schedule::FieldText{} : schedule::FieldText{{std::move(text)}, {}};
}

class FileReader {
 public:
  FileReader(const std::string& file, ApplyInput& input) : file_(file), input_(input) {}

  void root(const Node& node) {
    MapReader reader(node, "the file", file_, input_.problems);
    each(reader, "calendars", [this](const Node& item) { calendar(item); });
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

  void calendar(const Node& node) {
    MapReader reader(node, "a calendar", file_, input_.problems);
    CalendarEntry entry{.place = place(node), .name = reader.required_text("name"), .file = {}};
    entry.file = reader.required_text("file");
    reader.finish();
    for (const auto& other : input_.calendars)
      if (other.name == entry.name)
        reader.problem_at("name", fmt::format("calendar \"{}\" is in {} already", entry.name, other.place.str()));
    input_.calendars.push_back(std::move(entry));
  }

  void account(const Node& node) {
    MapReader reader(node, "an account", file_, input_.problems);
    AccountEntry entry;
    entry.place = place(node);
    auto& account = entry.account;
    account.id = reader.required_text("id");
    account.name = account.id;
    std::optional<MapReader> brand;
    if (const auto* look = reader.child("brand")) brand.emplace(*look, "brand", file_, input_.problems);
    for (const auto& field : access::account_fields()) {
      const auto dot = field.name.find('.');
      auto* const from = dot == std::string_view::npos ? &reader : brand ? &*brand : nullptr;
      if (from == nullptr) continue;
      const auto key = dot == std::string_view::npos ? field.name : field.name.substr(dot + 1);
      const bool is_list = field.kind == schedule::FieldKind::list;
      const auto text = is_list ? schedule::FieldText{from->text_list(key), {}} : single_text(from->text(key));
      if (!text.empty()) field.read(text, account);
    }
    if (brand) brand->finish();
    entry.logo = std::exchange(account.brand.logo, {});  // a file here, a hash in the state
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
      if (!member.email) reader.problem_at("email", fmt::format("\"{}\" is not an address: {}", *email, why));
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

  schedule::Parameters parameters(MapReader& reader, std::string_view key) {
    const auto* node = reader.child(key);
    if (node == nullptr) return {};
    if (node->kind != Node::Kind::map) {
      reader.problem(*node, fmt::format("{}: a map of names and values is expected", key));
      return {};
    }
    schedule::Parameters parameters;
    MapReader values(*node, std::string(key), file_, input_.problems);
    for (const auto& [name, value] : node->entries) {
      auto list = values.text_list(name.text);
      if (!list.empty()) parameters[name.text] = std::move(list);
    }
    values.finish();
    return parameters;
  }

  schedule::Parameters csv(MapReader& reader, std::string_view key) {
    const auto* node = reader.child(key);
    if (node == nullptr) return {};
    schedule::Parameters options;
    MapReader values(*node, std::string(key), file_, input_.problems);
    for (const auto& [name, value] : schedule::kCsvSwitches) {
      if (values.has(name)) options[std::string(name)] = {values.boolean(name, false) ? "true" : "false"};
    }
    for (const auto& [name, value] : schedule::kCsvWords)
      if (auto word = values.optional_text(name)) options[std::string(name)] = {std::move(*word)};
    values.finish();
    return options;
  }

  void row(const Node& node, schedule::PartList::Rows& rows) {
    MapReader reader(node, "a row", file_, input_.problems);
    std::map<std::string, std::string> columns;
    for (const auto& [name, value] : node.entries)
      if (name.text != schedule::kToColumn) columns[name.text] = reader.text(name.text);
    auto to = reader.text_list(schedule::kToColumn);
    if (to.empty()) to.emplace_back();
    for (auto& address : to) {
      auto written = columns;
      written[std::string(schedule::kToColumn)] = std::move(address);
      if (const auto problem = schedule::add_row(rows, std::move(written)); !problem.empty())
        return reader.problem(node, problem);
    }
    if (const auto key = rows.find(std::string(trim(columns[std::string(schedule::kKeyColumn)])));
        key != rows.end() && !key->second.problem.empty())
      reader.problem(node, std::exchange(key->second.problem, {}));
  }

  /// `{list: ID}`, `{file: CSV}` or rows.
  void parts(MapReader& reader, ScheduleEntry& entry) {
    constexpr const char* kKey = "recipients";
    const auto* node = reader.child(kKey);
    if (node == nullptr) return;
    auto& written = entry.draft.parts;
    if (node->kind == Node::Kind::map) {
      MapReader choice(*node, kKey, file_, input_.problems);
      written.module = choice.text("list");
      entry.rows_file = choice.text("file");
      choice.finish();
      if (written.module.empty() == entry.rows_file.empty())
        reader.problem(*node, "recipients: {list: ID} or {file: NAME.csv} is expected, or a list of rows");
      return;
    }
    each(reader, kKey, [&](const Node& item) { row(item, written.rows); });
    if (node->kind == Node::Kind::sequence && node->items.empty()) reader.problem(*node, "recipients: there are no rows");
  }

  schedule::Also also(const Node& node) {
    MapReader reader(node, "a further report", file_, input_.problems);
    schedule::Also also{.report = reader.required_text("report"),
                        .window = reader.text("window"),
                        .format = join(reader.text_list("format"), ","),
                        .sheet = reader.text("sheet"),
                        .parameters = parameters(reader, "params"),
                        .columns = reader.text_list("columns")};
    reader.finish();
    return also;
  }

  schedule::FieldText field_text(MapReader& reader, const schedule::Field& field) {
    using schedule::FieldKind;
    switch (field.kind) {
      case FieldKind::parts:
      case FieldKind::also:
        return {};
      case FieldKind::flag:
        return reader.has(field.name) ? single_text(reader.boolean(field.name, true) ? "true" : "false") : schedule::FieldText{};
      case FieldKind::list:
        return {reader.text_list(field.name), {}};
      case FieldKind::map:
        return {{}, parameters(reader, field.name)};
      case FieldKind::options:
        return {{}, csv(reader, field.name)};
      case FieldKind::json: {
        const auto* node = reader.child(field.name);
        if (node == nullptr) return {};
        return single_text(node->kind == Node::Kind::scalar ? node->text : json_of(*node));
      }
      case FieldKind::words: {
        const auto* node = reader.child(field.name);
        if (node != nullptr && node->kind == Node::Kind::sequence) return single_text(join(reader.text_list(field.name), ","));
        break;
      }
      case FieldKind::text:
      case FieldKind::optional:
      case FieldKind::number:
        break;
    }
    return single_text(field.presence == schedule::Presence::required ? reader.required_text(field.name)
                                                                      : reader.text(field.name));
  }

  void schedule(const Node& node) {
    MapReader reader(node, "a schedule", file_, input_.problems);
    ScheduleEntry entry;
    entry.place = place(node);
    auto& draft = entry.draft;
    draft.request.surface = catalog::Surface::schedule;
    for (const auto& field : schedule::fields()) {
      const auto text = field_text(reader, field);
      if (!text.empty()) field.write(text, draft);
    }
    parts(reader, entry);
    each(reader, "also", [&](const Node& item) { draft.also.push_back(also(item)); });
    if (reader.has("active")) entry.active = draft.active;
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
