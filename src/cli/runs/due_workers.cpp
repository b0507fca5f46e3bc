// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "due_workers.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "reportctl/base/file.hpp"
#include "reportctl/base/json.hpp"
#include "reportctl/base/stop.hpp"
#include "run_endings.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/json_records.hpp"

namespace reportctl::cli {
namespace {

constexpr int kNapMilliseconds = 250;

// What a signal handler calls has to be found without an argument.
void (*ask_to_stop)(int) = nullptr;

/// A terminal, a service manager and the parent may all ask: for a child the second signal means no more than the first.
extern "C" void on_child_signal(int number) {
  if (!stop_requested() && ask_to_stop != nullptr) ask_to_stop(number);
}

void take_signals_as_child() {
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    struct sigaction action {};
    if (::sigaction(number, nullptr, &action) != 0 || action.sa_handler == SIG_IGN || action.sa_handler == SIG_DFL) continue;
    ask_to_stop = action.sa_handler;
    action.sa_handler = on_child_signal;
    ::sigaction(number, &action, nullptr);
  }
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
}

struct Child {
  pid_t pid = 0;
  Fd lines;
  std::string pending;
};

[[noreturn]] void be_child(const Session& parent, const run::DueOptions& options, int out) {
  int code = 1;
  try {
    take_signals_as_child();
    Session session(parent.now());
    session.globals = parent.globals;
    FdSink parent_process(out, "the parent process");
    auto telling = options;
    telling.tell = [&](const run::Ended& ended) { parent_process.write(to_line(ended)); };
    telling.tell_export = [&](const store::Export& job) { parent_process.write(to_line(job)); };
    parent_process.write(to_lines(work_here(session, telling)));
    code = 0;
  } catch (const std::exception&) {  // the parent sees the exit code and says so
  }
  ::_exit(code);  // what the parent has opened is the parent's to close
}

Child start_child(const Session& parent, const run::DueOptions& options) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw system_error(ErrorKind::failed, "cannot make a pipe", errno);
  Child child;
  child.lines = Fd(ends[0]);
  Fd write_end(ends[1]);
  const pid_t parent_pid = ::getpid();
  child.pid = ::fork();
  if (child.pid < 0) throw system_error(ErrorKind::failed, "cannot start a process", errno, "fewer --jobs");
  if (child.pid == 0) {
    if (::getppid() != parent_pid) ::_exit(1);
    be_child(parent, options, write_end.get());
  }
  return child;
}

/// False at the end of the child's lines.
bool read_lines(Child& child, const run::DueOptions& options, DueOutcome& outcome) {
  std::array<char, 65536> buffer{};
  const auto got = ::read(child.lines.get(), buffer.data(), buffer.size());
  if (got < 0) return errno == EINTR;
  child.pending.append(buffer.data(), static_cast<std::size_t>(got));
  for (auto end = child.pending.find('\n'); end != std::string::npos; end = child.pending.find('\n')) {
    add_line(outcome, options, std::string_view(child.pending).substr(0, end));
    child.pending.erase(0, end + 1);
  }
  return got > 0;
}

void pass_on_stop(const std::vector<Child>& children) {
  for (const auto& child : children) {
    if (child.lines) ::kill(child.pid, stop_signal());
  }
}

void reap(Child& child, DueOutcome& outcome) {
  int status = 0;
  while (::waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {
  }
  child.lines = Fd();
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  const auto how = WIFSIGNALED(status) ? fmt::format("was killed by signal {}", WTERMSIG(status))
                                       : fmt::format("ended with code {}", WEXITSTATUS(status));
  outcome.result.errors.push_back(fmt::format("a worker {}; the next run-due resumes what it had begun", how));
}

void keep_worse(std::optional<Error>& kept, Error error) {
  if (!kept || worse(exit_code_of(kept->kind()), exit_code_of(error.kind())) != exit_code_of(kept->kind()))
    kept = std::move(error);
}

}  // namespace

DueOutcome work_here(Session& session, const run::DueOptions& options) {
  DueOutcome outcome;
  try {
    run::run_due(session.parts(), options, outcome.result);
  } catch (const Error& error) {
    outcome.ended_by = error;
  }
  return outcome;
}

DueOutcome work_in_children(Session& session, run::DueOptions options, int jobs) {
  DueOutcome outcome;
  const auto turns = TempFile::create(session.config().settings.state.parent_path());
  options.turns_file = turns.fd();
  std::vector<Child> children;
  for (int i = 0; i < jobs; ++i) children.push_back(start_child(session, options));
  bool passed_on = false;
  for (auto open = children.size(); open > 0;) {
    if (stop_requested() && !passed_on) {
      pass_on_stop(children);
      passed_on = true;
    }
    std::vector<pollfd> waiting;
    for (const auto& child : children)
      waiting.push_back({child.lines.get(), POLLIN, 0});  // a closed one is -1: poll() passes over it
    if (::poll(waiting.data(), waiting.size(), kNapMilliseconds) <= 0) continue;
    for (std::size_t i = 0; i < children.size(); ++i) {
      if (waiting[i].revents == 0 || read_lines(children[i], options, outcome)) continue;
      reap(children[i], outcome);
      --open;
    }
  }
  return outcome;
}

std::string to_line(const run::Ended& ended) {
  const Json line = {{"ended", to_json(ended)}};
  return json_text(line) + "\n";
}

std::string to_line(const store::Export& job) {
  const Json line = {{"export",
                      {{"id", job.id},
                       {"account", job.account},
                       {"report", job.report},
                       {"state", store::export_state_name(job.state)},
                       {"reason", job.reason}}}};
  return json_text(line) + "\n";
}

std::string to_lines(const DueOutcome& outcome) {
  std::string lines;
  const auto line = [&](const Json& json) { lines += json_text(json) + "\n"; };
  for (const auto& error : outcome.result.errors) line({{"error", error}});
  if (outcome.result.config_problem) line({{"config_problem", true}});
  if (outcome.ended_by) {
    line({{"ended_by",
           {{"kind", error_word(outcome.ended_by->kind())},
            {"message", outcome.ended_by->what()},
            {"hint", outcome.ended_by->hint()}}}});
  }
  return lines;
}

void add_line(DueOutcome& outcome, const run::DueOptions& heard, std::string_view line) {
  const auto json = json_or_discarded(line);
  if (!json.is_object()) return;
  try {
    if (const auto ended = json.find("ended"); ended != json.end()) {
      outcome.result.ended.push_back(ended_from_json(*ended));
      if (heard.tell) heard.tell(outcome.result.ended.back());
    } else if (const auto job = json.find("export"); job != json.end()) {
      store::Export worked;
      worked.id = job->at("id");
      worked.account = job->at("account");
      worked.report = job->at("report");
      worked.state = store::parse_export_state(job->at("state").get<std::string>()).value_or(store::ExportState::failed);
      worked.reason = job->at("reason");
      if (heard.tell_export) heard.tell_export(worked);
      outcome.result.exports.push_back(std::move(worked));
    } else if (const auto error = json.find("error"); error != json.end()) {
      outcome.result.errors.push_back(error->get<std::string>());
    } else if (json.contains("config_problem")) {
      outcome.result.config_problem = true;
    } else if (const auto by = json.find("ended_by"); by != json.end()) {
      keep_worse(outcome.ended_by, Error(error_kind(by->at("kind").get<std::string>()), by->at("message").get<std::string>(),
                                         by->at("hint").get<std::string>()));
    }
  } catch (const Json::exception&) {
    outcome.result.errors.emplace_back("a worker's result could not be read");
  }
}

}  // namespace reportctl::cli
