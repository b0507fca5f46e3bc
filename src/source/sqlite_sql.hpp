// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <string_view>

namespace reportctl::source {

/// The query with a check wherever SQLite would take text for a number: `'lots' / 1000.0` is 0.0 to it. The operands of + - * / %
/// and of a minus sign, what is cast to a number, and the arguments of abs(), round() and rc_difference() become rc_number(…, 'as
/// it was written'); sum(), avg(), total(), rc_number() and rc_whole() get their argument as text too, for messages. Follows
/// SQLite's lexical rules; what cannot be told apart with them alone (an operand of || or ->) stays as it is. Never throws on bad
/// input: SQLite's parser has the last word.
std::string with_checked_numbers(std::string_view sql);

}  // namespace reportctl::source
