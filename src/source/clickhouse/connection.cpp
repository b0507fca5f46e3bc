// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "clickhouse/connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

#include "clickhouse/answer.hpp"
#include "refused_by_query.hpp"
#include "reportctl/base/base64.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/http/uri.hpp"

namespace reportctl::source {
namespace {

constexpr std::size_t kLongestError = 65536;
constexpr const char* kTagHeader = "x-clickhouse-exception-tag";
constexpr const char* kFormat = "RowBinaryWithNamesAndTypes";

/// What an answer depends on. A profile may have any of them otherwise, and the server would then leave out rows, or add others,
/// with status 200.
constexpr std::array<std::pair<const char*, const char*>, 34> kForced{{
    {"additional_result_filter", ""},
    {"additional_table_filters", "{}"},
    {"aggregate_functions_null_for_empty", "1"},  // sum() of no rows is null
    {"any_join_distinct_right_table_keys", "0"},
    {"cancel_http_readonly_queries_on_client_close", "1"},
    {"cast_keep_nullable", "1"},
    {"count_distinct_implementation", "uniqExact"},
    {"date_time_overflow_behavior", "throw"},
    {"decimal_check_overflow", "1"},
    {"distinct_overflow_mode", "throw"},
    {"distributed_group_by_no_merge", "0"},
    {"distributed_product_mode", "global"},
    {"enable_positional_arguments", "1"},
    {"group_by_overflow_mode", "throw"},
    {"join_default_strictness", "ALL"},
    {"join_overflow_mode", "throw"},
    {"join_use_nulls", "1"},
    {"limit", "0"},
    {"max_recursive_cte_evaluation_depth", "4294967295"},
    {"offset", "0"},
    {"output_format_binary_encode_types_in_binary_format", "0"},
    {"prefer_column_name_to_alias", "1"},  // else `SELECT :account AS account_id … WHERE account_id = :account` is always true
    {"read_overflow_mode", "throw"},
    {"read_overflow_mode_leaf", "throw"},
    {"result_overflow_mode", "throw"},
    {"session_timezone", "UTC"},
    {"set_overflow_mode", "throw"},
    {"skip_unavailable_shards", "0"},
    {"sort_overflow_mode", "throw"},
    {"timeout_overflow_mode", "throw"},
    {"timeout_overflow_mode_leaf", "throw"},
    {"transfer_overflow_mode", "throw"},
    {"transform_null_in", "0"},
    {"union_default_mode", "DISTINCT"},
}};

/// As in a line of tab-separated values; within the quotes of a list, quotes too.
std::string escaped(std::string_view text, bool quotes) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '\\':
        out += "\\\\";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\'':
        out += quotes ? "\\'" : "'";
        break;
      default:
        out += c;
    }
  }
  return out;
}

struct ParameterType {
  std::string_view operator()(std::monostate) const { return "Nullable(String)"; }
  std::string_view operator()(std::int64_t) const { return "Int64"; }
  std::string_view operator()(const std::string&) const { return "String"; }
  std::string_view operator()(const std::vector<std::string>&) const { return "Array(String)"; }
};

struct ParameterText {
  std::string operator()(std::monostate) const { return "\\N"; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(const std::string& value) const { return escaped(value, false); }
  std::string operator()(const std::vector<std::string>& values) const {
    std::string list = "[";
    for (const std::string& value : values) list += fmt::format("{}'{}'", list.size() > 1 ? "," : "", escaped(value, true));
    return list + "]";
  }
};

}  // namespace

std::string_view clickhouse_parameter_type(const decltype(rows::Bind::value)& value) {
  return std::visit(ParameterType(), value);
}
std::string clickhouse_parameter(const decltype(rows::Bind::value)& value) { return std::visit(ParameterText(), value); }

ClickhouseConnection::ClickhouseConnection(ServerSettings settings)
    : ServerConnection(std::move(settings)),
      stream_(transport(), [this] { look(); }),
      password_(read_secret(settings_.password)) {
  begin();
  try {
    run("SELECT version()");
  } catch (...) {
    end();
    throw;
  }
  marks_errors_ = stream_.answer().headers.contains(kTagHeader);
  end();
}

http::Settings ClickhouseConnection::transport() const {
  http::Settings transport;
  if (const std::string* const authority = settings_.url.find("sslrootcert")) transport.ca_file = *authority;
  transport.connect_timeout = connect_timeout();
  transport.response_timeout = std::chrono::seconds{86400 * 365};  // look() knows how long
  return transport;
}

std::vector<ServerPlace> ClickhouseConnection::places() const {
  auto places = settings_.url.places({"", *settings_.url.find("sslmode") == "disable" ? "8123" : "8443"});
  // The one that answered last comes first: it has what was read before.
  std::stable_partition(places.begin(), places.end(),
                        [&](const ServerPlace& one) { return one.host == place_.host && one.port == place_.port; });
  return places;
}

void ClickhouseConnection::end() noexcept {
  in_use_ = false;
  deadline_ = Clock::time_point::max();
  if (!ended_) stream_.close();
  ended_ = true;
  held_.clear();
}

http::Request ClickhouseConnection::request(const std::string& sql, const Parameters& parameters, Rights rights) const {
  std::map<std::string, std::string> query(kForced.begin(), kForced.end());
  if (const std::string* const database = settings_.url.find("dbname")) query["database"] = *database;
  query["default_format"] = kFormat;
  query["max_execution_time"] = std::to_string(std::max<std::int64_t>(0, settings_.timeout.count()));
  query["wait_end_of_query"] = marks_errors_ ? "0" : "1";
  if (rights == Rights::read_only) query["readonly"] = "2";
  for (const auto& [name, value] : parameters) query["param_" + name] = value;
  const std::string* const user = settings_.url.find("user");
  const std::string host = place_.host.find(':') == std::string::npos ? place_.host : "[" + place_.host + "]";
  http::Request request{.method = "POST",
                        .url = fmt::format("{}://{}:{}/?{}", *settings_.url.find("sslmode") == "disable" ? "http" : "https", host,
                                           place_.port, http::encoded_query(query))};
  request.headers["authorization"] =
      "Basic " + base64((user == nullptr ? "default" : *user) + ":" + (password_ ? password_->reveal() : std::string()));
  request.headers["content-type"] = "text/plain; charset=UTF-8";
  request.body.text = sql;
  request.slow_answer = true;
  return request;
}

void ClickhouseConnection::send(const std::string& sql, const Parameters& parameters, Rights rights) {
  std::string words;
  http::Trouble trouble = http::Trouble::none;
  for (const ServerPlace& place : places()) {
    place_ = place;
    stream_.send(request(sql, parameters, rights));
    trouble = stream_.answer().trouble;
    // A server that has answered, whatever it said, has said what the others would say.
    if (trouble == http::Trouble::none || stream_.answer().status != 0) return;
    words += (words.empty() ? "" : "; ") + stream_.answer().words;
  }
  fail_unreached(words, trouble);
}

void ClickhouseConnection::execute(const std::string& sql, const Parameters& parameters, Rights rights) {
  held_.clear();
  ended_ = false;
  send(sql, parameters, rights);
  const auto tag = stream_.answer().headers.find(kTagHeader);
  const bool marks = tag != stream_.answer().headers.end() && !tag->second.empty();
  if (stream_.answer().status == 200 && marks_errors_ && !marks) {
    // Another server has answered, an older one: it has to know the end before it sends the beginning.
    marks_errors_ = false;
    stream_.close();
    send(sql, parameters, rights);
  }
  mark_ = marks ? "__exception__\r\n" + tag->second : "";
  check_start();
}

void ClickhouseConnection::check_start() {
  const http::Answer& answer = stream_.answer();
  const auto header = [&](const char* name) {
    const auto found = answer.headers.find(name);
    return found == answer.headers.end() ? std::string() : found->second;
  };
  if (answer.status == 200 && header("x-clickhouse-exception-code").empty()) {
    const std::string format = header("x-clickhouse-format");
    if (!format.empty() && format != kFormat) fail("the query decides in which form its rows come", "leave out FORMAT");
    return;
  }
  std::string rest;
  while (answer.status == 200 && rest.size() < kLongestError && stream_.read(rest)) {
  }
  const std::string text = answer.status == 200 ? rest : answer.text;
  if (const ClickhouseError error = clickhouse_error(text); error.code != 0) fail(error);
  if (answer.trouble != http::Trouble::none) check_end();
  fail(fmt::format("the server answers with status {}, and not as ClickHouse does", answer.status),
       "check host and port in the source's url: they are those of ClickHouse's HTTP interface (8443, or 8123 without TLS)");
}

bool ClickhouseConnection::more(std::string& bytes) {
  if (ended_) return false;
  const std::size_t before = bytes.size();
  while (bytes.size() == before) {
    const bool any = stream_.read(held_);
    silence_.row();
    if (const std::size_t at = mark_.empty() ? std::string::npos : held_.find(mark_); at != std::string::npos) {
      std::string error = held_.substr(at);
      while (error.size() < kLongestError && stream_.read(error)) {
      }
      fail(clickhouse_error(error));
    }
    if (!any) {
      check_end();
      ended_ = true;
      bytes += std::exchange(held_, {});
      return bytes.size() > before;
    }
    const std::size_t may_begin_one = std::min(held_.size(), mark_.size());
    bytes.append(held_, 0, held_.size() - may_begin_one);
    held_.erase(0, held_.size() - may_begin_one);
  }
  return true;
}

/// Whether all that was sent has come.
void ClickhouseConnection::check_end() {
  const http::Answer& answer = stream_.answer();
  if (answer.trouble == http::Trouble::none) return;
  // An older server that was told to wait for the end does not send an error behind rows, but one on the way may.
  if (const ClickhouseError error = clickhouse_error(held_); error.code != 0) fail(error);
  fail_lost(answer.words);
}

std::vector<std::vector<std::string>> ClickhouseConnection::run(const std::string& sql, const Parameters& parameters,
                                                                Rights rights) {
  execute(sql, parameters, rights);
  ClickhouseAnswer answer(*this);
  std::vector<std::vector<std::string>> rows;
  while (answer.next()) {
    std::vector<std::string> texts;
    for (const ClickhousePlace& place : answer.places())
      texts.emplace_back(place.null ? "" : std::string(place.data, place.size));
    rows.push_back(std::move(texts));
  }
  return rows;
}

void ClickhouseConnection::fail(const ClickhouseError& error) {
  throw_if_stopped();
  if (is_clickhouse_timeout(error)) settings_.fail_late();
  fail(clickhouse_problem(settings_.name, error));
}

void ClickhouseConnection::fail_unreached(const std::string& words, http::Trouble trouble) {
  fail(fmt::format("cannot connect: {}", one_line(words)),
       trouble == http::Trouble::tls
           ? "check sslrootcert in the source's url, and that the certificate is for the host that it names"
           : kCheckHost);
}

}  // namespace reportctl::source
