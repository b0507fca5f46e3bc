// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/run/heartbeat.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "reportctl/base/file.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::run {
namespace {

constexpr std::size_t kKept = 9;  ///< eight intervals
constexpr std::size_t kLineBytes = sizeof "2026-03-17T06:00:00Z";
constexpr std::chrono::seconds kOneBeat{5};
constexpr std::chrono::minutes kPatience{2};
constexpr std::chrono::hours kWithoutInterval{1};

}  // namespace

std::optional<Instant> Heartbeat::last() const { return beats.empty() ? std::nullopt : std::optional(beats.front()); }

std::optional<std::chrono::seconds> Heartbeat::usual() const {
  if (beats.size() < 3) return std::nullopt;
  std::vector<std::chrono::seconds> intervals;
  for (std::size_t i = 1; i < beats.size(); ++i) intervals.push_back(beats[i - 1] - beats[i]);
  std::sort(intervals.begin(), intervals.end());
  return intervals[intervals.size() / 2];
}

std::optional<Instant> Heartbeat::expected_by() const {
  if (beats.empty()) return std::nullopt;
  const auto interval = usual();
  if (!interval) return beats.front() + kWithoutInterval;
  return beats.front() + *interval + std::max<std::chrono::seconds>(kPatience, *interval / 4);
}

std::filesystem::path heartbeat_file(const std::filesystem::path& state) { return state.string() + "-heartbeat"; }

Heartbeat read_heartbeat(const std::filesystem::path& state, Instant now) {
  Heartbeat heartbeat;
  const Fd file(::open(heartbeat_file(state).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  std::array<char, kKept * kLineBytes> buffer{};
  const auto size = file ? ::read(file.get(), buffer.data(), buffer.size()) : 0;
  if (size <= 0) return heartbeat;
  for (const auto& line : split({buffer.data(), static_cast<std::size_t>(size)}, '\n')) {
    const auto instant = parse_instant(line);
    const bool in_order = instant && *instant <= now && (heartbeat.beats.empty() || *instant <= heartbeat.beats.back());
    if (in_order) heartbeat.beats.push_back(*instant);
  }
  return heartbeat;
}

void beat(const std::filesystem::path& state, Instant now) {
  auto beats = read_heartbeat(state, now).beats;
  // The processes of one run-due are one beat.
  if (!beats.empty() && now - beats.front() < kOneBeat) beats.erase(beats.begin());
  beats.insert(beats.begin(), now);
  beats.resize(std::min(beats.size(), kKept));
  std::string text;
  for (const auto instant : beats) text += format_utc(instant) + "\n";
  // Written over in place: a reader that meets half of it reads whole lines, in order, or fewer of them.
  const Fd file(::open(heartbeat_file(state).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
  if (!file) return;
  const auto written = ::pwrite(file.get(), text.data(), text.size(), 0);
  if (written != static_cast<ssize_t>(text.size()) || ::ftruncate(file.get(), written) != 0) return;
}

}  // namespace reportctl::run
