// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace reportctl::render {

/// Sixteen bytes at once, in whatever vector unit the machine has.
using Block = unsigned char __attribute__((vector_size(16)));
using BlockWords = std::uint64_t __attribute__((vector_size(16)));

/// Is any byte of a comparison of blocks true?
template <typename Mask>
bool any_of_block(Mask compared) {
  const auto words = reinterpret_cast<BlockWords>(compared);
  return (words[0] | words[1]) != 0;
}

template <typename Word>
Word load_word(const char* from) {
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}
template <typename Word>
void store_word(char* to, Word word) {
  std::memcpy(to, &word, sizeof word);
}

enum class Scan { look, copy };

/// Tells whether no byte of a text is special, and copies it meanwhile (kScan); where it is not plain, what was copied is to be
/// written over. Short texts are covered by two loads that may overlap, so nothing outside of the text is read. `is_special`
/// takes a Block and says whether one of its bytes is; a letter is none.
template <Scan kScan, typename Special>
bool is_plain(std::string_view text, char* out, Special is_special) {
  constexpr BlockWords kLetters = {0x6161616161616161U, 0x6161616161616161U};  // to fill up a short text
  const char* const from = text.data();
  const std::size_t size = text.size();
  const auto put = [out](std::size_t at, auto word) {
    if constexpr (kScan == Scan::copy) store_word(out + at, word);
  };
  BlockWords words = kLetters;
  if (size >= 16) {
    for (std::size_t at = 0; at + 16 <= size; at += 16) {
      const auto block = load_word<Block>(from + at);
      put(at, block);
      if (is_special(block)) return false;
    }
    const auto last = load_word<Block>(from + size - 16);
    put(size - 16, last);
    return !is_special(last);
  }
  if (size >= 8) {
    words[0] = load_word<std::uint64_t>(from);
    words[1] = load_word<std::uint64_t>(from + size - 8);
    put(0, std::uint64_t{words[0]});
    put(size - 8, std::uint64_t{words[1]});
  } else if (size >= 4) {
    const auto first = load_word<std::uint32_t>(from);
    const auto last = load_word<std::uint32_t>(from + size - 4);
    words[0] = first | std::uint64_t{last} << 32U;
    put(0, first);
    put(size - 4, last);
  } else if (size > 0) {
    for (const std::size_t at : {std::size_t{0}, size / 2, size - 1}) {
      put(at, from[at]);
      words[0] = words[0] << 8U | static_cast<unsigned char>(from[at]);
    }
  }
  return !is_special(reinterpret_cast<Block>(words));
}

}  // namespace reportctl::render
