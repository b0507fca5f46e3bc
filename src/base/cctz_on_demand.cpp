// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
// Debian has cctz as a shared library only, and it needs the shared libstdc++: together they more than double the start-up time
// of a program that has its own. So it is not linked. What base/zone.cpp calls of it is defined here, and calls the real
// functions by the names that CMake found for them in the library; a member function takes its object as the first argument.
// Without REPORTCTL_LAZY this file is not compiled.
#include <cctz/time_zone.h>

#include "reportctl/base/lazy_library.hpp"

namespace {

using cctz::time_zone;
using Second = cctz::time_point<cctz::seconds>;

template <typename Function>
Function real(const char* name) {
  static reportctl::LazyLibrary library(reportctl::kCctz);
  return library.function<Function>(name);
}

using FindTransition = bool (*)(const time_zone*, const Second&, time_zone::civil_transition*);

}  // namespace

namespace cctz {

bool load_time_zone(const std::string& name, time_zone* zone) {
  static const auto kReal = real<bool (*)(const std::string&, time_zone*)>(reportctl::kLoadTimeZone);
  return kReal(name, zone);
}

time_zone::absolute_lookup time_zone::lookup(const time_point<seconds>& instant) const {
  static const auto kReal = real<absolute_lookup (*)(const time_zone*, const Second&)>(reportctl::kLookupInstant);
  return kReal(this, instant);
}

time_zone::civil_lookup time_zone::lookup(const civil_second& civil) const {
  static const auto kReal = real<civil_lookup (*)(const time_zone*, const civil_second&)>(reportctl::kLookupCivil);
  return kReal(this, civil);
}

bool time_zone::next_transition(const time_point<seconds>& instant, civil_transition* transition) const {
  static const auto kReal = real<FindTransition>(reportctl::kNextTransition);
  return kReal(this, instant, transition);
}

bool time_zone::prev_transition(const time_point<seconds>& instant, civil_transition* transition) const {
  static const auto kReal = real<FindTransition>(reportctl::kPrevTransition);
  return kReal(this, instant, transition);
}

}  // namespace cctz
