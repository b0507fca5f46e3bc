// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
// Debian has cctz as a shared library only, and it needs the shared libstdc++: together they more than double the start-up time
// of a program that has its own. So it is not linked. What base/zone.cpp calls of it is defined here, and calls the real
// functions by their names in the Itanium C++ ABI, where a member function takes its object as the first argument. The soname
// pins those names.
#include <cctz/time_zone.h>

#include "reportctl/base/lazy_library.hpp"

namespace {

using cctz::time_zone;
using Second = cctz::time_point<cctz::seconds>;

template <typename Function>
Function real(const char* name) {
  static reportctl::LazyLibrary library("libcctz.so.2");
  return library.function<Function>(name);
}

using FindTransition = bool (*)(const time_zone*, const Second&, time_zone::civil_transition*);

#define TIME_POINT "RKNSt6chrono10time_pointINS1_3_V212system_clockENS1_8durationIlSt5ratioILl1ELl1EEEEEE"

}  // namespace

namespace cctz {

bool load_time_zone(const std::string& name, time_zone* zone) {
  static const auto kReal = real<bool (*)(const std::string&, time_zone*)>(
      "_ZN4cctz14load_time_zoneERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEEPNS_9time_zoneE");
  return kReal(name, zone);
}

time_zone::absolute_lookup time_zone::lookup(const time_point<seconds>& instant) const {
  static const auto kReal = real<absolute_lookup (*)(const time_zone*, const Second&)>("_ZNK4cctz9time_zone6lookupE" TIME_POINT);
  return kReal(this, instant);
}

time_zone::civil_lookup time_zone::lookup(const civil_second& civil) const {
  static const auto kReal = real<civil_lookup (*)(const time_zone*, const civil_second&)>(
      "_ZNK4cctz9time_zone6lookupERKNS_6detail10civil_timeINS1_10second_tagEEE");
  return kReal(this, civil);
}

bool time_zone::next_transition(const time_point<seconds>& instant, civil_transition* transition) const {
  static const auto kReal = real<FindTransition>("_ZNK4cctz9time_zone15next_transitionE" TIME_POINT "PNS0_16civil_transitionE");
  return kReal(this, instant, transition);
}

bool time_zone::prev_transition(const time_point<seconds>& instant, civil_transition* transition) const {
  static const auto kReal = real<FindTransition>("_ZNK4cctz9time_zone15prev_transitionE" TIME_POINT "PNS0_16civil_transitionE");
  return kReal(this, instant, transition);
}

}  // namespace cctz
