// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/cli/main.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <new>
#include <nlohmann/json.hpp>

#include "reportctl/base/error.hpp"
#include "reportctl/base/json.hpp"
#include "reportctl/base/log.hpp"
#include "reportctl/base/secret.hpp"
#include "reportctl/base/sink.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/cli/session.hpp"
#include "reportctl/validation/refusal.hpp"
#include "terminal/command_line.hpp"
#include "terminal/completion.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/json_records.hpp"

namespace reportctl::cli {

namespace {

constexpr const char* kComplete = "__complete";  ///< asked by the shells' completion scripts

/// A reader that went away (`| head`) knows that it did.
bool stdout_is_closed_pipe() {
  pollfd ready{STDOUT_FILENO, POLLOUT, 0};
  return ::poll(&ready, 1, 0) == 1 && (ready.revents & POLLERR) != 0;
}

/// The sentence, then one line each for what belongs to it; a value cannot forge a line of its own.
void speak(const Error& error) {
  const std::vector<std::string> lines = split(error.what(), '\n');
  log(LogLevel::error, lines.front());
  std::string rest;
  for (std::size_t i = 1; i < lines.size(); ++i) rest += "  " + visible(lines[i]) + "\n";
  for (const std::string& line : split(error.hint(), '\n'))
    if (!line.empty()) rest += "  → " + visible(line) + "\n";
  FdSink(STDERR_FILENO, "standard error").write(rest);
}

void speak_json(const Error& error) {
  nlohmann::ordered_json record = {{"type", "error"},
                                   {"code", error_word(error.kind())},
                                   {"exit_code", exit_code_of(error.kind())},
                                   {"message", error.what()},
                                   {"hint", error.hint()}};
  if (const auto* refusal = dynamic_cast<const validation::Refusal*>(&error)) {
    record["violations"] = refusal->violations;
  }
  FdSink(STDERR_FILENO, "standard error").write(json_text(record) + "\n");
}

int answer(const Error& error, const Arguments& arguments) {
  const bool silent = error.kind() == ErrorKind::output && stdout_is_closed_pipe();
  if (!silent) asks_for_json(arguments) ? speak_json(error) : speak(error);
  return exit_code_of(error.kind());
}

int run_chosen(Session& session, const std::string& command) {
  try {
    return session.chosen();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::not_permitted) session.record_refusal(error, command);
    throw;
  }
}

int dispatch(const Arguments& arguments) {
  Session session(read_clock());
  if (!arguments.empty() && arguments.front() == kComplete) {
    session.out().text(complete(session, Arguments(arguments.begin() + 1, arguments.end())));
    session.out().flush();
    return exit_code::kDone;
  }
  const std::string command = chosen_command(arguments);
  const auto parser = make_parser(session, command);
  if (const auto text = parse(*parser, arguments)) {
    session.out().text(*text);
    session.out().flush();
    return exit_code::kDone;
  }
  if (session.globals.verbose > 0) set_log_level(session.globals.verbose > 1 ? LogLevel::debug : LogLevel::info);
  if (session.globals.quiet) set_log_level(LogLevel::error);
  const int code = run_chosen(session, command);
  session.out().flush();
  return code;
}

}  // namespace

int run(int argc, char** argv) {
  const Arguments typed(argv + std::min(argc, 1), argv + argc);
  const Arguments arguments = !typed.empty() && typed.front() == kComplete ? typed : normalized(typed);
  try {
    keep_out_of_dumps();
    install_signal_handlers();
    return dispatch(arguments);
  } catch (const Error& error) {
    try {
      return answer(error, arguments);
    } catch (const std::exception&) {  // standard error is closed
      return exit_code_of(error.kind());
    }
  } catch (const std::bad_alloc&) {
    log(LogLevel::error, "there is not enough memory (ulimit -d, ulimit -v, or the service's MemoryMax)");
    return exit_code::kFailed;
  } catch (const std::filesystem::filesystem_error& error) {
    log(LogLevel::error, fmt::format("cannot reach {}: {}", visible(error.path1().string()), error.code().message()));
    return exit_code_of(ErrorKind::output);
  } catch (const std::exception& error) {
    log(LogLevel::error, fmt::format("internal error: {}", error.what()));
    return exit_code::kFailed;
  }
}

}  // namespace reportctl::cli
