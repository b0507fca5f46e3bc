// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "pq_api.hpp"

#include "reportctl/base/lazy_library.hpp"

namespace reportctl::source {
namespace {

Pq open_libpq() {
  static LazyLibrary library("libpq.so.5");
  Pq api;
#define REPORTCTL_FROM_PQ(name) api.name = library.function<decltype(api.name)>(#name);
  REPORTCTL_PQ_FUNCTIONS(REPORTCTL_FROM_PQ)
#undef REPORTCTL_FROM_PQ
  return api;
}

}  // namespace

const Pq& pq() {
  static const Pq api = open_libpq();
  return api;
}

}  // namespace reportctl::source
