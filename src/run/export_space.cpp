// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>
#include <sys/statvfs.h>

#include <algorithm>

#include "reportctl/base/error.hpp"
#include "reportctl/base/for_people.hpp"
#include "reportctl/run/export.hpp"

namespace reportctl::run {
namespace {

constexpr int kRemembered = 20;
/// Smaller files are not worth a refusal: whether they fit shows at once.
constexpr std::int64_t kLargeFile = 1'000'000;
/// Writers spool beside the file, and the next one may be larger.
constexpr std::int64_t kMargin = 2;

}  // namespace

std::optional<Estimate> estimate(Parts& parts, const std::string& account, const std::string& report) {
  auto found = store::measured(parts.state(), account, report, kRemembered);
  if (found.empty()) return std::nullopt;
  const auto middle = found.begin() + static_cast<std::ptrdiff_t>(found.size() / 2);
  std::nth_element(found.begin(), middle, found.end(),
                   [](const auto& a, const auto& b) { return a.milliseconds < b.milliseconds; });
  return Estimate{.time = std::chrono::milliseconds(middle->milliseconds), .measured = found.size()};
}

void require_space(Parts& parts, const RunPlan& plan) {
  const auto found = store::measured(parts.state(), plan.account.id, plan.resolved.report->id, kRemembered);
  const auto last = std::find_if(found.begin(), found.end(), [&](const auto& one) { return one.format == plan.resolved.format; });
  if (last == found.end() || last->bytes < kLargeFile) return;
  const auto& root = parts.artifacts().root();
  struct statvfs space {};
  if (::statvfs(root.c_str(), &space) != 0) return;  // what is wrong with it, writing will tell
  const auto free = static_cast<std::int64_t>(space.f_bavail) * static_cast<std::int64_t>(space.f_frsize);
  if (free / kMargin >= last->bytes) return;
  throw Error(ErrorKind::output,
              fmt::format("{}: {} are free, and this report needs about {}: its last file had {}", root.string(), size_text(free),
                          size_text(last->bytes * kMargin), size_text(last->bytes)),
              "free space there (reportctl prune), or move artifacts.url to a larger disk");
}

}  // namespace reportctl::run
