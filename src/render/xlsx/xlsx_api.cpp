// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "xlsx_api.hpp"

namespace reportctl::render {

const Xlsx& xlsx() {
  static const Xlsx library;
  return library;
}

const Zlib& zlib() {
  static const Zlib library;
  return library;
}

const Isal& isal() {
  static const Isal library;
  return library;
}

}  // namespace reportctl::render
