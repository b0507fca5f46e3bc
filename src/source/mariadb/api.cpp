// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "mariadb/api.hpp"

namespace reportctl::source {

const MariadbApi& mariadb_api() {
  static const MariadbApi library;
  return library;
}

}  // namespace reportctl::source
