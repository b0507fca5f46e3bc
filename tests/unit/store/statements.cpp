// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "statements.hpp"

#include <doctest/doctest.h>
#include <sqlite3.h>

namespace reportctl::store::test {
namespace {

// Kept for the whole program: connections are opened by the code under test, which knows nothing of this.
std::set<std::string> seen;
std::size_t steps = 0;
std::size_t cases = 0;

extern "C" int reportctl_test_trace(unsigned, void*, void* statement, void*) {
  auto* const prepared = static_cast<sqlite3_stmt*>(statement);
  if (const char* const sql = sqlite3_sql(prepared)) seen.insert(sql);
  steps += static_cast<std::size_t>(sqlite3_stmt_status(prepared, SQLITE_STMTSTATUS_VM_STEP, 1));
  return 0;
}

extern "C" int reportctl_test_opened(sqlite3* connection, char**, const void*) {
  return sqlite3_trace_v2(connection, SQLITE_TRACE_PROFILE, reportctl_test_trace, nullptr);
}

struct Listener : doctest::IReporter {
  explicit Listener(const doctest::ContextOptions&) {}
  void test_run_start() override { sqlite3_auto_extension(reinterpret_cast<void (*)()>(reportctl_test_opened)); }
  void test_case_start(const doctest::TestCaseData&) override { ++cases; }
  void report_query(const doctest::QueryData&) override {}
  void test_run_end(const doctest::TestRunStats&) override {}
  void test_case_reenter(const doctest::TestCaseData&) override {}
  void test_case_end(const doctest::CurrentTestCaseStats&) override {}
  void test_case_exception(const doctest::TestCaseException&) override {}
  void subcase_start(const doctest::SubcaseSignature&) override {}
  void subcase_end() override {}
  void log_assert(const doctest::AssertData&) override {}
  void log_message(const doctest::MessageData&) override {}
  void test_case_skipped(const doctest::TestCaseData&) override {}
};
REGISTER_LISTENER("statements", 1, Listener);

}  // namespace

const std::set<std::string>& statements_seen() { return seen; }
std::size_t steps_taken() { return steps; }
std::size_t cases_begun() { return cases; }

}  // namespace reportctl::store::test
