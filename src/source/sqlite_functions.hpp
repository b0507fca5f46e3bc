// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <sqlite3.h>

#include <optional>
#include <string>
#include <string_view>

#include "decode.hpp"
#include "reportctl/base/zone.hpp"

namespace reportctl::source {

/// What SQLite lacks and modules need. Deterministic; NULL gives NULL; an instant or a zone that is none ends the query.
///
///     rc_local_date(instant, zone)        the local day, 'YYYY-MM-DD'
///     rc_local_timestamp(instant, zone)   the local wall time, 'YYYY-MM-DDTHH:MM:SS'
///     rc_seconds_between(a, b)            whole seconds from a to b
class SqliteFunctions {
 public:
  /// Returns SQLite's result code. The connection borrows this object.
  int add_to(sqlite3*);
  /// In the order of the names above, for the authorizer.
  static bool has(std::string_view name);

 private:
  static void local(sqlite3_context*, int count, sqlite3_value** values);
  static void seconds_between(sqlite3_context*, int count, sqlite3_value** values);
  /// nullptr when there is no such zone.
  ZonedFormatter* formatter_of(std::string_view zone);

  struct Local {
    SqliteFunctions* functions;
    int length;  ///< how much of the formatted instant is the answer
  };
  Local date_{this, 10};
  Local timestamp_{this, 19};
  TimeReader reader_;
  std::string zone_;
  std::optional<ZonedFormatter> formatter_;
};

}  // namespace reportctl::source
