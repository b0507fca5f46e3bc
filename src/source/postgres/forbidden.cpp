// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "postgres/forbidden.hpp"

#include <array>
#include <vector>

#include "reportctl/base/text.hpp"
#include "reportctl/rows/sql_lexer.hpp"

namespace reportctl::source {
namespace {

/// Functions of PostgreSQL and of the extensions that come with it; `*` stands for any end.
struct ForbiddenFunctions {
  std::string_view names;  ///< between blanks
  const char* problem;
};
constexpr std::array<ForbiddenFunctions, 8> kForbiddenFunctions{
    {{" query_to_xml* cursor_to_xml* table_to_xml* schema_to_xml* database_to_xml* ts_stat ts_rewrite crosstab* connectby "
      "xpath_table ",
      "the query runs SQL that stands in a text or a name, where nobody sees what it reads"},
     {" dblink* postgres_fdw_* ", "the query reaches for other connections or servers"},
     {" pg_read_* pg_ls_* pg_stat_file pg_file_* pg_logdir_ls pg_hba_file_rules pg_ident_file_mappings "
      "pg_show_all_file_settings pg_extension_config_dump ",
      "the query reads or writes files of the server"},
     {" lo_* loread lowrite ", "the query reads or writes large objects"},
     {" set_config ", "the query changes a setting"},
     {" pg_sleep* ", "the query waits"},
     {" pg_advisory_* pg_try_advisory_* ", "the query takes or gives back a lock"},
     {" nextval setval pg_notify pg_terminate_backend pg_cancel_backend pg_log_backend_memory_contexts pg_reload_conf "
      "pg_rotate_logfile* pg_promote pg_switch_wal pg_backup_* pg_start_backup pg_stop_backup pg_wal_replay_* pg_stat_reset* "
      "pg_stat_statements_reset pg_export_snapshot pg_import_system_collations brin_summarize_* brin_desummarize_range "
      "gin_clean_pending_list pg_prewarm autoprewarm_* pg_buffercache_evict* pg_truncate_visibility_map heap_force_* "
      "binary_upgrade_* pg_logical_* pg_replication_* pg_create_* pg_drop_replication_slot pg_copy_* ",
      "the query changes something of the server"}}};

bool is_listed_function(std::string_view list, std::string_view name) {
  for (const std::string& one : split(trim(list), ' '))
    if (one.ends_with('*') ? name.starts_with(std::string_view(one).substr(0, one.size() - 1)) : name == one) return true;
  return false;
}

}  // namespace

std::string forbidden_in(std::string_view sql) {
  using Kind = rows::SqlToken::Kind;
  const std::vector<rows::SqlToken> tokens = rows::sql_tokens(sql, rows::Dialect::postgresql);
  const auto is_sign = [&](std::size_t i, std::string_view text) {
    return i < tokens.size() && tokens[i].kind == Kind::sign && tokens[i].text == text;
  };
  const auto is_name = [&](std::size_t i) { return tokens[i].kind == Kind::word || tokens[i].kind == Kind::quoted_name; };
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    // `pg_sleep(5)`, or as PostgreSQL also reads it: `(5).pg_sleep`. Behind a name, it is a column's.
    const bool of_value = i > 1 && is_sign(i - 1, ".") && !is_name(i - 2);
    if (!is_sign(i + 1, "(") && !of_value) continue;
    std::string name;
    if (tokens[i].kind == Kind::word) name = to_lower(tokens[i].text);
    if (tokens[i].kind == Kind::quoted_name && tokens[i].text.size() > 1)
      name = tokens[i].text.substr(1, tokens[i].text.size() - 2);
    if (name.empty()) continue;
    for (const ForbiddenFunctions& one : kForbiddenFunctions)
      if (is_listed_function(one.names, name)) return one.problem;
  }
  return {};
}

}  // namespace reportctl::source
