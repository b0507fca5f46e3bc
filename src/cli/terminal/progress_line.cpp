// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "progress_line.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "reportctl/base/for_people.hpp"
#include "reportctl/cli/session.hpp"
#include "reportctl/manage/overview.hpp"

namespace reportctl::cli {
namespace {

constexpr std::chrono::milliseconds kBetween{250};
constexpr std::chrono::milliseconds kFirst{500};  ///< short work shows nothing

}  // namespace

std::string progress_line(std::int64_t rows, std::int64_t bytes, std::chrono::milliseconds elapsed) {
  const auto seconds = static_cast<double>(std::max<std::int64_t>(elapsed.count(), 1)) / 1e3;
  const auto each_second = static_cast<std::int64_t>(static_cast<double>(bytes) / seconds);
  return fmt::format("{} rows, {}, {}/s", grouped(rows), size_text(bytes), size_text(each_second));
}

std::string rows_left_line(std::int64_t done, std::int64_t of, std::chrono::milliseconds elapsed) {
  if (done <= 0 || of < done) return fmt::format("{} rows", grouped(done));
  const auto left = static_cast<double>(elapsed.count()) * static_cast<double>(of - done) / static_cast<double>(done);
  return fmt::format("{} of {} rows, {} left", grouped(done), grouped(of),
                     manage::span_text(std::chrono::seconds{static_cast<std::int64_t>(left / 1e3) + 1}));
}

ProgressLine::ProgressLine(Session& session) : visible_(!session.globals.quiet && takes_escapes(STDERR_FILENO)) {}

ProgressLine::~ProgressLine() {
  if (drawn_) fmt::print(stderr, "\r\033[K");
}

run::Progress ProgressLine::callback() {
  if (!visible_) return {};
  return
      [this](std::int64_t rows, std::int64_t bytes) { show([&](auto elapsed) { return progress_line(rows, bytes, elapsed); }); };
}

store::RowsDone ProgressLine::rows_left() {
  if (!visible_) return {};
  return [this](std::int64_t done, std::int64_t of) { show([&](auto elapsed) { return rows_left_line(done, of, elapsed); }); };
}

template <typename Words>
void ProgressLine::show(Words words) {
  const auto now = Clock::now();
  if (now - started_ < kFirst || now - last_ < kBetween) return;
  last_ = now;
  drawn_ = true;
  fmt::print(stderr, "\r{}\033[K", words(std::chrono::duration_cast<std::chrono::milliseconds>(now - started_)));
  std::fflush(stderr);
}

}  // namespace reportctl::cli
