// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace reportctl::mail {

/// How something looks on the page: `good`, `warn`, `bad`, `none`.
using Look = std::string;

/// What the status page shows; ready texts, of any content.
struct StatusPage {
  struct Concern {
    std::string what, next;
  };
  struct Fact {
    std::string label, value;
  };
  /// One occurrence in the strip of a schedule.
  struct Mark {
    Look look;
    std::string title;
  };
  struct Schedule {
    std::string name, account, report, rhythm, next, last_success, duration;
    bool paused = false;
    std::string strip_text;   ///< the strip in words
    std::vector<Mark> strip;  ///< oldest first
  };
  struct Run {
    std::string id, schedule, due, outcome, why;
    Look look;
  };
  std::string title;  ///< `Reports of shop.example.com`
  std::string made_at;
  std::int64_t made_at_seconds = 0;
  std::int64_t stale_after_seconds = 0;  ///< from then on the page says that run-due no longer writes it; 0: never
  Look look;
  std::string verdict;
  std::vector<Concern> concerns;
  std::vector<Fact> facts;
  std::vector<Run> waiting, night;
  std::string night_text;
  std::vector<Schedule> schedules;
};

/// A page of its own: no other file is needed and nothing is fetched.
std::string render_status_page(const StatusPage&);

}  // namespace reportctl::mail
