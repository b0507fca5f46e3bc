// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "reportctl/rows/query.hpp"

namespace reportctl::source {

/// The query with functions of our own (sqlite_numbers.hpp) wherever SQLite would calculate with something else than decimals:
/// `'lots' / 1000.0` is 0.0 to it, `0.3 - 0.1` is not 0.2, and `WHERE 't'` is false.
///
/// `a + b` becomes rc_sum(a, b, 'a', 'b'), and so do - * / %, by SQLite's precedence. What has a minus sign before it, what is
/// cast to a number, and the arguments of abs() and round() become rc_number(…, 'as it was written'); sum(), avg(), total(),
/// rc_number(), rc_whole() and rc_difference() get the text of their arguments too, for messages. A column or call that is a
/// condition by itself, or is held against TRUE or FALSE, becomes rc_truth(…, 'as it was written'). What is compared with a
/// constant has rc_equals(…) or rc_orders(…) before the comparison, called where it is not kept as the constant is (`binds`: how
/// those are kept). What is not understood stays as it is. Never throws on bad input: SQLite's parser has the last word.
std::string with_checked_numbers(std::string_view sql, std::span<const rows::Bind> binds = {});

}  // namespace reportctl::source
