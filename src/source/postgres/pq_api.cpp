// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "postgres/pq_api.hpp"

namespace reportctl::source {

const Pq& pq() {
  static const Pq library;
  return library;
}

}  // namespace reportctl::source
